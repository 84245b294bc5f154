"""What was prescribed or is being taken, and how, in words a doctor would write."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_lgc.documents.reading.parsing import parse
from demo_lgc.documents.reading.prescriptions import prescriptions
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.received import NOWHERE, Prescribed

DISCHARGE = "1.2.250.1.213.1.1.2.146"
TABLE = (
    "<table><thead><tr><th>Médicament</th><th>Posologie</th></tr></thead><tbody>"
    '<tr><td><content ID="med">Paracétamol</content></td><td>1 comprimé si douleur</td></tr>'
    '<tr><td ID="odd" colspan="2">Ibuprofène</td></tr></tbody></table><content ID="lone">Aspirine</content>'
)


def found(entry: str, template: str = DISCHARGE, text: str = TABLE) -> tuple[Prescribed, ...]:
    document = (
        '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<component><structuredBody><component><section><templateId root="{template}"/>'
        f"<title>Traitements</title><text>{text}</text><entry>{entry}</entry>"
        "</section></component></structuredBody></component></ClinicalDocument>"
    )
    return prescriptions(parse(document.encode()).root)


def taken(*parts: str, attributes: str = "") -> str:
    return f"<substanceAdministration {attributes}>{''.join(parts)}</substanceAdministration>"


def posology(*parts: str) -> str:
    (line,) = found(taken(*parts, material("Kardegic")))
    return line.posology


def material(name: str, code: str = '<code nullFlavor="NA"/>') -> str:
    held = f"<manufacturedMaterial>{code}<name>{name}</name></manufacturedMaterial>"
    return f"<consumable><manufacturedProduct>{held}</manufacturedProduct></consumable>"


@pytest.mark.conformance
def test_an_official_prescription_is_read_whole(conformance: Path):
    path = conformance / "cda" / "ExemplesCDA" / "eP-MED-DM_2024.01_PosoNonStruct.xml"
    paracetamol, ointment, bed = prescriptions(parse(path.read_bytes()).root)

    assert paracetamol == Prescribed(
        product="PARACETAMOL MYLAN 500 mg, comprimé",
        code=Code("63107752", oids.CIS, "PARACETAMOL MYLAN 500 mg, comprimé"),
        posology="1 à 2 comprimés 3 fois/j à partir du 01/12/2023 pendant 2 jours puis 1 à 2 comprimés "
        "2 fois/j à partir du 03/12/2023 pendant 4 jours. A prendre au cours d'un repas. "
        "À renouveler 3 fois",
        since=PartialDate(2023, 12, 1),
        until=PartialDate(2023, 12, 6),
        section="Prescription de médicaments",
    )
    assert ointment.product.endswith("- 30g de diprosone - 70g de Cérat Frais de Galien")
    assert ointment.code == NOWHERE
    assert ointment.posology.startswith("2 applications par jour. Diminuer la posologie")
    assert bed == Prescribed(
        product="lit médical, lit + 135 kg, forfait de livraison du lit et accessoires",
        code=Code("V0806", "1.2.250.1.213.2.68", "LITS MÉDICAUX"),
        posology="quantité\u00a0: 1, location de 60\u00a0jours",
        since=PartialDate(2023, 12, 1),
        until=PartialDate(2024, 1, 31),
        section="Prescription de dispositifs médicaux",
    )


@pytest.mark.conformance
def test_the_treatments_of_an_official_letter_are_read(conformance: Path):
    path = conformance / "cda" / "ExemplesCDA" / "LDL-EES_2022.01.xml"
    (line,) = prescriptions(parse(path.read_bytes()).root)

    assert line == Prescribed(
        product="SOLIAN 100 mg",
        code=Code("60019927", oids.CIS, "SOLIAN 100 mg, comprimé sécable"),
        posology="1 comprimé, 1 fois par jour, Voie orale, à raison de 100\u00a0mg par jour, "
        "au plus 200\u00a0mg par jour",
        since=PartialDate(2018, 8, 1),
        section="Traitements à l'admission",
    )


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            '<doseQuantity><low value="1" unit="{tablet}"/><high value="2" unit="{tablet}"/></doseQuantity>',
            "1 à 2\u00a0comprimés",
        ),
        ('<doseQuantity value="1" unit="{tablet}"/>', "1\u00a0comprimé"),
        ('<doseQuantity value="0.5" unit="mg"/>', "0,5\u00a0mg"),
        ('<doseQuantity><low value="1"/><high value="2" unit="mg"/></doseQuantity>', "1 à 2\u00a0mg"),
        (
            '<doseQuantity><low value="500" unit="mg"/><high value="1" unit="g"/></doseQuantity>',
            "500\u00a0mg à 1\u00a0g",
        ),
        ('<doseQuantity nullFlavor="UNK"/>', ""),
        ('<effectiveTime><period value="1" unit="d"/></effectiveTime>', "1 fois par jour"),
        ('<effectiveTime><period value="8" unit="h"/></effectiveTime>', "toutes les 8\u00a0heures"),
        ('<effectiveTime><period value="2" unit="mo"/></effectiveTime>', "tous les 2\u00a0mois"),
        ('<effectiveTime><period value="2" unit="lustre"/></effectiveTime>', ""),
        ('<effectiveTime><event code="HS"/></effectiveTime>', "au coucher"),
        (
            '<effectiveTime><comp><event code="ACM"/></comp><comp><event code="ACV"/></comp></effectiveTime>',
            "avant le petit déjeuner, avant le dîner",
        ),
        ('<effectiveTime><width value="10" unit="d"/></effectiveTime>', "pendant 10\u00a0jours"),
        (
            '<maxDoseQuantity><numerator value="3" unit="g"/><denominator value="2" unit="d"/>'
            "</maxDoseQuantity>",
            "au plus 3\u00a0g en 2\u00a0jours",
        ),
        ("<maxDoseQuantity><numerator/><denominator/></maxDoseQuantity>", ""),
        (
            '<doseQuantity value="1" unit="{tablet}"/><precondition><criterion><text>si douleur</text>'
            "</criterion></precondition>",
            "1\u00a0comprimé. si douleur",
        ),
        (
            '<doseQuantity value="1" unit="{tablet}"/><precondition><criterion>'
            '<value code="22253000" displayName="douleur"/></criterion></precondition>',
            "1\u00a0comprimé. douleur",
        ),
        ('<rateQuantity value="50" unit="mL/h"/>', "à raison de 50\u00a0mL par heure"),
        ('<doseQuantity value="10" unit="mg/kg/d"/>', "10\u00a0mg par kg par jour"),
        ('<effectiveTime><event code="ICV"/></effectiveTime>', "entre le dîner et le coucher"),
        ('<effectiveTime><event code="X" displayName="à midi"/></effectiveTime>', "à midi"),
        ('<statusCode code="suspended"/><doseQuantity value="1"/>', "Suspendu. 1"),
        ('<repeatNumber value="0"/>', ""),
        ('<repeatNumber value="2"/>', "À renouveler 2 fois"),
    ],
)
def test_a_coded_posology_reads_as_a_sentence(parts: str, words: str):
    assert posology(parts) == words


def test_the_words_of_the_doctor_come_before_those_of_the_codes():
    said = '<translation><originalText><reference value="#dose"/></originalText></translation>'
    dose = f'<doseQuantity><low value="1" unit="mg">{said}</low></doseQuantity>'
    (line,) = found(taken(dose), text='<content ID="dose">un quart</content>')

    assert line.posology == "un quart"


def test_a_limit_or_a_condition_does_not_hide_the_posology_of_the_table():
    reference = '<text><reference value="#med"/></text>'
    most = (
        '<maxDoseQuantity><numerator value="4" unit="g"/><denominator value="1" unit="d"/></maxDoseQuantity>'
    )
    when = "<precondition><criterion><text>en cas de fièvre</text></criterion></precondition>"

    assert (
        posology(reference, most, when)
        == "1 comprimé si douleur, au plus 4\u00a0g par jour. en cas de fièvre"
    )


def test_the_condition_of_a_phase_stays_with_its_phase():
    when = "<precondition><criterion><text>si douleur</text></criterion></precondition>"
    two, one = (f'<doseQuantity value="{dose}" unit="{{tablet}}"/>' for dose in (2, 1))
    phases = "".join(
        f"<entryRelationship>{phase}</entryRelationship>" for phase in (taken(two), taken(one, when))
    )

    assert posology(phases) == "2\u00a0comprimés, puis 1\u00a0comprimé, si douleur"


def test_the_phases_of_a_treatment_follow_one_another():
    phases = "".join(
        f'<entryRelationship typeCode="COMP">{taken(dose, dates)}</entryRelationship>'
        for dose, dates in (
            (
                '<doseQuantity value="2" unit="{tablet}"/>',
                '<effectiveTime><low value="20231201"/><high value="20231202"/></effectiveTime>',
            ),
            (
                '<doseQuantity value="1" unit="{tablet}"/>',
                '<effectiveTime><low value="20231203"/></effectiveTime>',
            ),
        )
    )

    assert posology(phases) == "2\u00a0comprimés du 01/12/2023 au 02/12/2023, puis 1\u00a0comprimé"


@pytest.mark.parametrize(
    ("reference", "words"),
    [("med", "1 comprimé si douleur"), ("odd", ""), ("lone", ""), ("nowhere", "")],
)
def test_a_posology_that_is_not_coded_is_read_in_its_column(reference: str, words: str):
    assert posology(f'<text><reference value="#{reference}"/></text>') == words


def test_a_medicine_is_called_as_it_was_written_else_by_its_code_else_by_its_brand():
    coded = '<code code="1" codeSystem="2" displayName="PARACETAMOL"/>'
    written = coded.replace("/>", "><originalText>Doliprane</originalText></code>")

    def called(held: str) -> str:
        (line,) = found(taken(held, '<text><reference value="#med"/></text>'))
        return line.product

    assert called(material("Marque", written)) == "Doliprane"
    assert called(material("Marque", coded)) == "PARACETAMOL"
    assert called(material("Marque")) == "Marque"
    assert called("") == "Paracétamol"


@pytest.mark.parametrize(
    "entry",
    [
        taken(f'<code code="no-known-medications" codeSystem="{oids.ABSENT_OR_UNKNOWN}"/>', material("Rien")),
        taken(material("Rien", f'<code code="no-medication-info" codeSystem="{oids.ABSENT_OR_UNKNOWN}"/>')),
        taken(material("Aspirine"), attributes='negationInd="true"'),
        "<substanceAdministration/>",
        "<observation/>",
    ],
    ids=["none known", "no information", "not to be taken", "nothing", "something else"],
)
def test_what_is_not_to_be_taken_is_not_a_line(entry: str):
    assert found(entry) == ()


@pytest.mark.parametrize(("number", "read"), [(144, 1), (145, 1), (146, 1), (171, 1), (222, 1), (143, 0)])
def test_only_lists_of_treatments_and_prescriptions_are_read(number: int, read: int):
    assert len(found(taken(material("Kardegic")), f"1.2.250.1.213.1.1.2.{number}")) == read


def test_a_device_that_says_nothing_is_not_a_line():
    assert found("<supply/>", "1.2.250.1.213.1.1.2.222") == ()
