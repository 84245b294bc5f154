"""The vaccines that a document says were given, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_lgc.documents.reading.parsing import parse
from demo_lgc.documents.reading.vaccinations import vaccinations
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.received import Vaccination

TETANUS = "VACCIN TETANIQUE PASTEUR, suspension injectable en seringue préremplie. Vaccin tétanique adsorbé"
NONE_KNOWN = f'<code code="no-known-immunizations" codeSystem="{oids.ABSENT_OR_UNKNOWN}"/>'


def found(entry: str, template: str = "1.2.250.1.213.1.1.2.147") -> tuple[Vaccination, ...]:
    document = (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section>'
        f'<templateId root="{template}"/><text><content ID="why">Refus du patient.</content></text>'
        f"<entry>{entry}</entry></section></component></structuredBody></component></ClinicalDocument>"
    )
    return vaccinations(parse(document.encode()).root)


def vaccine(name: str = "Vaccin grippal") -> str:
    held = f'<manufacturedMaterial><code nullFlavor="UNK"/><name>{name}</name></manufacturedMaterial>'
    return f"<consumable><manufacturedProduct>{held}</manufacturedProduct></consumable>"


@pytest.mark.conformance
def test_an_official_note_is_read_whole(conformance: Path):
    path = conformance / "cda" / "ExemplesCDA" / "VAC-NOTE_2023.01.xml"

    assert vaccinations(parse(path.read_bytes()).root) == (
        Vaccination(
            vaccine=TETANUS,
            code=Code("68747507", oids.CIS, TETANUS),
            at=PartialDate(2009, 9, 28),
            rank="2",
            lot="4456672",
            route="Voie intramusculaire",
            site="Deltoïde gauche",
            performer="Dr\u00a0Charles MULLER",
            comment="Prise récente et ponctuelle de solupred (60mg) en une prise pendant 2 jours. "
            "Réaction observée\u00a0: Fièvre due à des médicaments",
        ),
    )


@pytest.mark.conformance
def test_every_vaccination_of_the_catalogue_of_entries_is_found(conformance: Path):
    path = conformance / "cda" / "ExemplesCDA" / "01_Modèles_contenus_CDA.xml"
    given = vaccinations(parse(path.read_bytes()).root)

    assert [(each.rank, each.lot) for each in given] == [("1", "4456668"), ("2", "4456672")]


def test_a_refused_vaccine_says_why():
    reason = '<entryRelationship><act><text><reference value="#why"/></text></act></entryRelationship>'
    entry = f'<substanceAdministration negationInd="true">{vaccine()}{reason}</substanceAdministration>'

    assert found(entry) == (Vaccination("Vaccin grippal", given=False, comment="Refus du patient"),)


@pytest.mark.parametrize("status", ["aborted", "cancelled", "nullified"])
def test_a_vaccination_that_did_not_take_place_was_not_given(status: str):
    entry = f'<substanceAdministration>{vaccine()}<statusCode code="{status}"/></substanceAdministration>'

    assert found(entry) == (Vaccination("Vaccin grippal", given=False),)


@pytest.mark.parametrize("negation", ["true", "1", " TRUE "])
def test_a_denial_is_understood_however_it_is_spelled(negation: str):
    entry = f'<substanceAdministration negationInd="{negation}">{vaccine()}</substanceAdministration>'

    assert found(entry) == (Vaccination("Vaccin grippal", given=False),)


@pytest.mark.parametrize(
    "entry",
    [
        f"<substanceAdministration><consumable><manufacturedProduct><manufacturedMaterial>{NONE_KNOWN}"
        "</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>",
        f'<substanceAdministration moodCode="INT">{vaccine()}</substanceAdministration>',
        f'<substanceAdministration moodCode="PRP">{vaccine()}</substanceAdministration>',
        f"<substanceAdministration>{NONE_KNOWN}</substanceAdministration>",
    ],
    ids=["none known, said of the product", "planned", "advised", "none known"],
)
def test_what_was_not_given_is_not_a_vaccination(entry: str):
    assert found(entry) == ()


def test_a_vaccination_is_read_by_the_template_of_any_of_the_three_authorities():
    entry = f"<substanceAdministration>{vaccine()}</substanceAdministration>"

    for template in (
        "1.2.250.1.213.1.1.2.147",
        "1.3.6.1.4.1.19376.1.5.3.1.3.23",
        "2.16.840.1.113883.10.20.1.6",
    ):
        assert found(entry, template) == (Vaccination("Vaccin grippal"),)
    assert found(entry, "1.2.250.1.213.1.1.2.143") == ()


def test_nothing_is_lost_of_a_vaccination_that_says_nothing():
    unknown = '<effectiveTime nullFlavor="UNK"/><routeCode nullFlavor="NI"/><performer nullFlavor="NI"/>'

    assert found(f"<substanceAdministration>{unknown}</substanceAdministration>") == (Vaccination(""),)
