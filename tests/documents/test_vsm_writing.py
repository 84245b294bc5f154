"""What the CDA of a VSM holds, read again with lxml."""

from __future__ import annotations

import base64
from collections import defaultdict
from dataclasses import fields, is_dataclass, replace
from datetime import UTC

import pytest
from lxml import etree

from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.documents.hl7 import HL7, XSI
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.errors import InvalidDocument
from demo_lgc.domain.identity import Address, IdentityStatus
from demo_lgc.domain.practitioner import PracticeContact
from demo_lgc.domain.vsm import (
    Absence,
    Allergy,
    Lifestyle,
    LifestyleKind,
    Problem,
    Procedure,
    Treatment,
    Vsm,
)
from tests.documents.reference.renew import REFERENCE, canonical
from tests.factory import (
    CREATED_AT,
    TINY_PDF,
    a_full_vsm,
    a_header,
    a_patient,
    a_session,
    a_vsm,
)

NS = {"h": HL7}


def written(vsm=None, **header):
    return etree.fromstring(write_vsm(vsm or a_vsm(), a_header(**header), TINY_PDF))


def section(root, code):
    return (
        root.find(".//h:section[h:code='']/.[h:code]", NS)
        if code is None
        else next(
            (s for s in root.iterfind(".//h:section", NS) if s.find("h:code", NS).get("code") == code), None
        )
    )


def words(root, code):
    return "".join(section(root, code).find("h:text", NS).itertext())


def test_the_reference_document_is_written_as_it_was_reviewed():
    made = canonical(write_vsm(a_full_vsm(), a_header(), TINY_PDF))
    assert made == canonical(REFERENCE.read_bytes())


def test_the_reference_document_exercises_every_field():
    given = defaultdict(set)
    for rubric in vars(a_full_vsm()).values():
        assert rubric
        for entry in rubric if isinstance(rubric, tuple) else ():
            for field in fields(entry) if is_dataclass(entry) else ():
                given[type(entry).__name__, field.name] |= {getattr(entry, field.name)} - {field.default}
    assert [name for name, values in given.items() if not values] == []


def test_the_same_values_give_the_same_bytes():
    assert write_vsm(a_full_vsm(), a_header(), TINY_PDF) == write_vsm(a_full_vsm(), a_header(), TINY_PDF)


def test_another_document_has_other_entry_identifiers():
    one, other = written(), written(unique_id="2.25.77")
    path = ".//h:act/h:id"
    assert {e.get("root") for e in one.iterfind(path, NS)}.isdisjoint(
        e.get("root") for e in other.iterfind(path, NS)
    )


def test_hl7_is_the_default_namespace_and_types_have_no_prefix():
    document = write_vsm(a_full_vsm(), a_header(), TINY_PDF)
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<ClinicalDocument ")
    types = {e.get(f"{{{XSI}}}type") for e in etree.fromstring(document).iter()} - {None}
    assert types == {"CD", "CE", "PQ", "ST", "IVL_TS", "PIVL_TS"}


def test_the_ins_comes_first_and_the_number_of_the_practice_second():
    ids = [(i.get("root"), i.get("extension")) for i in written().iterfind(".//h:patientRole/h:id", NS)]
    assert ids == [
        ("1.2.250.1.213.1.4.10", "148086322090266"),
        ("1.2.250.1.999.1.1.7.499700057291001", "P000123"),
    ]


@pytest.mark.parametrize("status", [s for s in IdentityStatus if s is not IdentityStatus.QUALIFIED])
def test_no_matricule_leaves_for_an_identity_that_is_not_qualified(status):
    document = write_vsm(a_vsm(), a_header(patient=a_patient(status=status)), TINY_PDF)
    assert b"148086322090266" not in document
    assert b'extension="P000123"' in document


def test_name_traits_carry_their_qualifiers():
    patient = a_patient(
        given_names=("HENRI", "LÉON"), used_name="CHEMIN-DURAND", used_given_name="Léo", birth_place="99109"
    )
    name = written(patient=patient).find(".//h:patient/h:name", NS)
    assert [(etree.QName(e).localname, e.get("qualifier"), e.text) for e in name] == [
        ("family", "BR", "CHEMIN"),
        ("given", None, "HENRI LÉON"),
        ("given", "BR", "HENRI"),
        ("family", "CL", "CHEMIN-DURAND"),
        ("given", "CL", "Léo"),
    ]


def test_times_carry_their_offset():
    root = written(created_at=CREATED_AT.astimezone(UTC))
    assert root.find("h:effectiveTime", NS).get("value") == "20141106090200+0000"
    assert root.find("h:author/h:time", NS).get("value") == "20141106090200+0000"


def test_a_new_version_names_the_one_it_replaces():
    root = written(version=2, replaces="2.25.41")
    related = root.find("h:relatedDocument", NS)
    assert related.get("typeCode") == "RPLC"
    assert related.find("h:parentDocument/h:id", NS).get("root") == "2.25.41"
    assert root.find("h:versionNumber", NS).get("value") == "2"
    assert written().find("h:relatedDocument", NS) is None


def test_the_holder_of_the_card_is_author_legal_authenticator_performer_and_treating_doctor():
    root = written()
    for path in (
        "h:author/h:assignedAuthor/h:id",
        "h:legalAuthenticator/h:assignedEntity/h:id",
        "h:documentationOf/h:serviceEvent/h:performer/h:assignedEntity/h:id",
        "h:participant[@typeCode='INF']/h:associatedEntity/h:id",
    ):
        assert root.find(path, NS).get("extension") == "899700057291"


def test_a_practice_without_contact_and_a_patient_without_address_are_written_without():
    root = written(
        patient=a_patient(address=Address(), phones=()), session=a_session(contact=PracticeContact())
    )
    assert root.find(".//h:patientRole/h:addr", NS) is None
    assert root.find("h:author/h:assignedAuthor/h:telecom", NS).get("nullFlavor") == "NASK"


def test_the_number_of_the_house_is_told_from_the_street():
    addr = written().find(".//h:patientRole/h:addr", NS)
    assert [e.text for e in addr] == ["6", "rue d’Arichon", "92100", "BOULOGNE"]


def test_the_copy_is_the_pdf_itself():
    value = written().find(".//h:observationMedia/h:value", NS)
    assert base64.b64decode(value.text) == TINY_PDF


CODED_ABSENCES = [
    ("11450-4", "problems", "no-known-problems", "no-problem-info", "Aucune pathologie active connue"),
    (
        "47519-4",
        "procedures",
        "no-known-procedures",
        "no-procedure-info",
        "Aucun antécédent chirurgical connu",
    ),
    ("48765-2", "allergies", "no-known-allergies", "no-allergy-info", "Aucune allergie connue"),
    ("10160-0", "treatments", "no-known-medications", "no-medication-info", "Aucun traitement au long cours"),
]


@pytest.mark.parametrize(("code", "rubric", "none_known", "not_asked", "sentence"), CODED_ABSENCES)
def test_an_absence_is_said_in_words_and_in_code(code, rubric, none_known, not_asked, sentence):
    for absence, expected, said in (
        (Absence.NONE_KNOWN, none_known, sentence),
        (Absence.NOT_ASKED, not_asked, "Non renseigné"),
        ((), not_asked, "Non renseigné"),
    ):
        root = written(a_vsm(**{rubric: absence}))
        found = {e.get("code") for e in section(root, code).iterfind(".//h:entry//*[@code]", NS)}
        assert expected in found
        assert words(root, code) == said


@pytest.mark.parametrize(
    ("parent", "rubric", "none_known", "not_asked"),
    [
        (
            "34117-2",
            "medical_history",
            "Antécédents médicaux\u00a0: Aucun antécédent médical connu.",
            "Antécédents médicaux\u00a0: Non renseigné.",
        ),
        (
            "57207-3",
            "lifestyle",
            "Habitus, mode de vie\u00a0: Rien à signaler.",
            "Habitus, mode de vie\u00a0: Non renseigné.",
        ),
        (
            "57207-3",
            "family_history",
            "Antécédents familiaux\u00a0: Aucun antécédent familial connu.",
            "Antécédents familiaux\u00a0: Non renseigné.",
        ),
    ],
)
def test_an_absence_without_code_is_said_by_the_section_above(parent, rubric, none_known, not_asked):
    assert none_known in words(written(a_vsm(**{rubric: Absence.NONE_KNOWN})), parent)
    assert not_asked in words(written(a_vsm(**{rubric: Absence.NOT_ASKED})), parent)


def test_every_entry_points_at_words_that_say_what_it_codes():
    root = written(a_full_vsm())
    said = {e.get("ID"): "".join(e.itertext()) for e in root.iter() if e.get("ID")}
    pointed = {r.get("value").removeprefix("#") for r in root.iterfind(".//h:entry//h:reference", NS)}
    assert pointed <= set(said)
    vsm = a_full_vsm()
    for text in (
        *(p.label for p in vsm.problems),
        *(a.agent for a in vsm.allergies),
        *(a.reaction for a in vsm.allergies if a.reaction),
        *(t.label for t in vsm.treatments),
    ):
        assert text in {said[anchor] for anchor in pointed}


def test_an_ongoing_problem_is_active_and_a_past_one_completed():
    problems = (Problem("Asthme"), Problem("Zona", until=a_vsm().medical_history[0].until))
    root = written(a_vsm(problems=problems, medical_history=(Problem("Rougeole"),)))
    status = [s.get("code") for s in section(root, "11450-4").iterfind(".//h:act/h:statusCode", NS)]
    assert status == ["active", "completed"]
    past = section(root, "11348-0").find(".//h:act", NS)
    assert past.find("h:statusCode", NS).get("code") == "completed"
    assert past.find("h:effectiveTime/h:high", NS).get("nullFlavor") == "UNK"


def test_the_reason_of_a_treatment_leads_to_the_problem_listed():
    root = written(a_vsm())
    reason = root.find(".//h:substanceAdministration/h:entryRelationship[@typeCode='RSON']/h:act", NS)
    problem = section(root, "11450-4").find(".//h:observation/h:id", NS)
    assert reason.find("h:id", NS).get("root") == problem.get("root")
    assert reason.find("h:code", NS).get("code") == "E10"


def test_a_reason_that_is_not_listed_is_a_problem_of_its_own():
    sprain = Code("S93", oids.CIM10, "Luxation, entorse et foulure")
    for subject in (
        {"treatments": (Treatment("DOLIPRANE", "1 le soir", reason="Entorse", reason_code=sprain),)},
        {"procedures": (Procedure("Plâtre", reason="Entorse", reason_code=sprain),)},
    ):
        root = written(a_vsm(**subject))
        relation = root.find(".//h:entryRelationship[@typeCode='RSON']", NS)
        assert relation.find("h:act", NS) is None  # it refers to nothing
        assert relation.find("h:observation/h:value", NS).get("code") == "S93"
        said = words(root, "10160-0" if "treatments" in subject else "47519-4")
        assert "Motif\u00a0: Entorse" in said


def test_a_reason_without_words_is_said_by_the_name_of_its_code():
    cough = Code("R05", oids.CIM10, "Toux")
    root = written(a_vsm(treatments=(Treatment("X", "le soir", reason_code=cough),)))
    assert "Motif\u00a0: Toux" in words(root, "10160-0")


def test_a_reason_with_a_code_does_not_lead_to_a_problem_of_the_same_words_and_of_no_code():
    problem = Problem("Toux")
    treatment = Treatment("X", "le soir", reason="Toux", reason_code=Code("R05", oids.CIM10, "Toux"))
    root = written(a_vsm(problems=(problem,), treatments=(treatment,)))
    assert root.find(".//h:entryRelationship[@typeCode='RSON']/h:act", NS) is None


def test_what_is_said_of_an_allergy_is_coded_and_said():
    root = written(a_full_vsm())
    allergy = section(root, "48765-2").find(".//h:observation", NS)
    coded = {
        inner.find("h:code", NS).get("code"): (inner, inner.find("h:value", NS))
        for inner in allergy.iterfind("h:entryRelationship/*", NS)
    }
    said = {e.get("ID"): "".join(e.itertext()) for e in root.iter() if e.get("ID")}
    for code, value, words_of_it in (
        ("SEV", "24484000", "Grave"),
        ("33999-4", "active", "Active"),
        ("82606-5", "high", "Élevée"),
        ("66455-7", "confirmed", "Confirmée"),
    ):
        statement, found = coded[code]
        assert found.get("code") == value
        reference = statement.find("h:text/h:reference", NS).get("value")
        assert said[reference.removeprefix("#")] == words_of_it
    comment, _ = coded["48767-8"]
    assert said[comment.find("h:text/h:reference", NS).get("value")[1:]] == "Adrénaline en 1990"


def test_an_allergy_that_is_over_is_completed():
    allergies = (Allergy("Lait", since=PartialDate(1949), until=PartialDate(1953)), Allergy("Noix"))
    root = written(a_vsm(allergies=allergies))
    over, going_on = section(root, "48765-2").iterfind(".//h:act", NS)
    assert over.find("h:statusCode", NS).get("code") == "completed"
    assert over.find("h:effectiveTime/h:high", NS).get("value") == "1953"
    assert going_on.find("h:statusCode", NS).get("code") == "active"
    assert "1949 – 1953" in words(root, "48765-2")


def test_an_exposure_has_its_dates():
    lead = Lifestyle(LifestyleKind.EXPOSURE, "Plomb", since=PartialDate(1975), until=PartialDate(1982, 5))
    root = written(a_vsm(lifestyle=(lead, Lifestyle(LifestyleKind.TOBACCO, "Non"))))
    first, second = section(root, "29762-2").iterfind(".//h:observation", NS)
    assert first.find("h:code", NS).get("code") == "92944-8"
    assert [e.get("value") for e in first.find("h:effectiveTime", NS)] == ["1975", "198205"]
    assert second.find("h:effectiveTime", NS).get("nullFlavor") == "NA"


def test_a_dose_in_figures_is_coded_and_said():
    treatment = Treatment(
        "X", "matin et soir", dose_low="0,5", dose_high="1", dose_unit="{tablet}", every_hours=12
    )
    root = written(a_vsm(treatments=(treatment,)))
    dose = root.find(".//h:doseQuantity", NS)
    assert [(e.get("value"), e.get("unit")) for e in dose] == [("0.5", "{tablet}"), ("1", "{tablet}")]
    period = root.find(".//h:period", NS)
    assert (period.get("value"), period.get("unit")) == ("12", "h")
    assert "0,5 à 1\u00a0comprimé(s), toutes les 12\u00a0h" in words(root, "10160-0")


def test_a_habit_is_a_measure_or_words():
    habits = (
        Lifestyle(LifestyleKind.TOBACCO, "10 paquets-années", "10", "{pack}/a"),
        Lifestyle(LifestyleKind.ALCOHOL, "Occasionnelle"),
    )
    measure, said = section(written(a_vsm(lifestyle=habits)), "29762-2").iterfind(".//h:value", NS)
    assert (measure.get(f"{{{XSI}}}type"), measure.get("value")) == ("PQ", "10")
    assert (said.get(f"{{{XSI}}}type"), said.text) == ("ST", "Occasionnelle")


def test_markup_typed_by_the_doctor_is_text():
    root = written(a_vsm(allergies=(Allergy('<b>&amp; "noix"</b>\nde cajou'),)))
    assert root.find(".//h:playingEntity/h:name", NS).text == '<b>&amp; "noix"</b> de cajou'


def test_lines_of_free_text_stay_lines():
    root = written(a_vsm(occupational_risks="Menuisier.\r\n\r\nAmiante."))
    lines = section(root, "10161-8").findall("h:text/h:paragraph", NS)
    assert [line.text for line in lines] == ["Menuisier.", "Amiante."]


@pytest.mark.parametrize("pdf", [b"", b"GIF89a", b"%PDF-1.4" + b"0" * 7_000_000])
def test_a_copy_that_is_no_pdf_or_is_huge_is_refused(pdf):
    with pytest.raises(InvalidDocument) as refusal:
        write_vsm(Vsm(), a_header(), pdf)
    assert [f.place for f in refusal.value.findings] == ["Copie du document"]


def test_nothing_is_written_when_something_is_missing():
    header = a_header(facility=Code("", "x", ""))
    with pytest.raises(InvalidDocument) as refusal:
        write_vsm(a_vsm(problems=(Problem(" "),)), header, TINY_PDF)
    assert {f.place for f in refusal.value.findings} == {
        "Lieu d’exercice",
        "Pathologies chroniques actives, ligne 1",
    }
    assert "CHEMIN" not in str(refusal.value)


def test_unknown_sex_is_written():
    patient = replace(a_patient(), sex=type(a_patient().sex)("UN"))
    assert written(patient=patient).find(".//h:administrativeGenderCode", NS).get("code") == "UN"
