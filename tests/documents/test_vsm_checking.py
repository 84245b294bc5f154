"""What forbids to write a VSM, and what does not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from demo_lgc.documents.rules.vsm import before, check_vsm
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.identity import Address, IdentityStatus
from demo_lgc.domain.practitioner import PracticeContact, PracticeSituation, Practitioner
from demo_lgc.domain.vsm import (
    Allergy,
    FamilyHistory,
    Lifestyle,
    LifestyleKind,
    Problem,
    Procedure,
    Relative,
    Treatment,
    Vsm,
)
from tests.factory import CREATED_AT, a_full_vsm, a_header, a_patient, a_session, a_vsm

BAD_CODE = Code("a b", "1.2", "")


def places(vsm=None, **header):
    return [finding.place for finding in check_vsm(vsm or Vsm(), a_header(**header))]


@pytest.mark.parametrize("vsm", [Vsm(), a_vsm(), a_full_vsm()])
def test_an_honest_vsm_is_not_reproached_anything(vsm):
    assert check_vsm(vsm, a_header()) == ()


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ({"title": " "}, "Titre du document"),
        ({"unique_id": "not-an-oid"}, "Identifiant du document"),
        ({"unique_id": "1." + "2" * 63}, "Identifiant du document"),
        ({"set_id": "1.02"}, "Identifiant du lot de versions"),
        ({"replaces": "x"}, "Identifiant de la version remplacée"),
        ({"replaces": a_header().unique_id}, "Identifiant de la version remplacée"),
        ({"version": 0}, "Version du document"),
        ({"created_at": datetime(2014, 11, 6)}, "Date du document"),
        (
            {"service_start": CREATED_AT.astimezone(timezone(timedelta(minutes=9, seconds=21)))},
            "Début de l’acte",
        ),
        ({"service_stop": CREATED_AT - timedelta(days=1)}, "Fin de l’acte"),
        ({"type": BAD_CODE}, "Type du document"),
    ],
)
def test_the_header_must_be_possible(header, place):
    assert places(**header) == [place]


@pytest.mark.parametrize(
    ("patient", "place"),
    [
        ({"birth_name": ""}, "Patient, nom de naissance"),
        ({"given_names": ()}, "Patient, prénoms de naissance"),
        ({"given_names": ("A", "")}, "Patient, prénoms de naissance"),
        ({"ipp": ""}, "Patient, numéro de dossier"),
        ({"birth_place": ""}, "Patient, lieu de naissance"),
        ({"birth_place": "CLERMONT"}, "Patient, lieu de naissance"),
        ({"birth_place": "\u0666\u0663\u0662\u0662\u0660"}, "Patient, lieu de naissance"),  # 63220 in Arabic
        ({"used_name": "A\x00B"}, "Patient, nom utilisé"),
        ({"address": Address("\x1b")}, "Patient, adresse"),
    ],
)
def test_the_patient_must_be_identified(patient, place):
    assert places(patient=a_patient(**patient)) == [place]


def test_the_place_of_birth_may_be_unknown_when_the_identity_is_not_qualified():
    assert places(patient=a_patient(birth_place="", status=IdentityStatus.PROVISIONAL, ins=None)) == []


@pytest.mark.parametrize(
    ("session", "place"),
    [
        ({"practitioner": Practitioner("8997", "", "PAUL")}, "Médecin, nom"),
        ({"practitioner": Practitioner("", "A", "B")}, "Médecin, identifiant national"),
        ({"situation": PracticeSituation("", "Cabinet", "SA07")}, "Cabinet, identifiant national"),
        ({"situation": PracticeSituation("12A0000017", "Cabinet", "SA07")}, "Cabinet, identifiant national"),
        ({"situation": PracticeSituation("4997", " ", "SA07")}, "Cabinet, nom"),
        ({"contact": PracticeContact(mailbox="paul")}, "Médecin, adresse MSSanté"),
    ],
)
def test_the_author_must_be_identified(session, place):
    assert places(session=a_session(**session)) == [place]


EARLY, LATE = PartialDate(1948, 8, 17), PartialDate(2014, 11, 7)


@pytest.mark.parametrize(
    ("rubric", "entry", "times"),
    [
        ("problems", Problem(""), 1),
        ("problems", Problem("A\x07"), 1),
        ("problems", Problem("A", code=BAD_CODE), 1),
        ("problems", Problem("A", since=PartialDate(2014, 5), until=PartialDate(2014, 4, 30)), 1),
        ("problems", Problem("A", since=EARLY), 1),
        ("problems", Problem("A", since=LATE), 1),
        ("medical_history", Problem("A", until=LATE), 1),
        ("procedures", Procedure(""), 1),
        ("procedures", Procedure("A", code=BAD_CODE, on=LATE), 2),
        ("allergies", Allergy(""), 1),
        ("allergies", Allergy("A", reaction="\x02", since=EARLY), 2),
        ("procedures", Procedure("A", reason="\x02", reason_code=BAD_CODE), 2),
        ("problems", Problem("A", comment="\x02"), 1),
        ("allergies", Allergy("A", comment="\x02", until=LATE), 2),
        ("allergies", Allergy("A", since=PartialDate(2014), until=PartialDate(2013)), 1),
        ("treatments", Treatment("", ""), 2),
        ("treatments", Treatment("A", "B", since=PartialDate(2014), until=PartialDate(2013)), 1),
        ("treatments", Treatment("A", "B", dose_low="un"), 1),
        ("treatments", Treatment("A", "B", dose_low="1", dose_unit="g par jour"), 1),
        ("treatments", Treatment("A", "B", dose_low="3", dose_high="2"), 1),
        ("treatments", Treatment("A", "B", every_hours=0), 1),
        ("treatments", Treatment("A", "B", route=BAD_CODE), 1),
        ("lifestyle", Lifestyle(LifestyleKind.OTHER, ""), 1),
        ("lifestyle", Lifestyle(LifestyleKind.TOBACCO, "beaucoup", quantity="beaucoup"), 1),
        ("lifestyle", Lifestyle(LifestyleKind.TOBACCO, "10 paquets-années", quantity="1"), 1),
        ("lifestyle", Lifestyle(LifestyleKind.EXPOSURE, "Plomb", since=EARLY), 1),
        ("family_history", FamilyHistory(Relative.MOTHER, ""), 1),
        ("family_history", FamilyHistory(Relative.MOTHER, "A", since=LATE), 1),
        ("vigilance", "", 1),
    ],
)
def test_an_impossible_entry_is_named_by_its_rubric_and_line(rubric, entry, times):
    found = check_vsm(Vsm(**{rubric: (entry,)}), a_header())
    assert len(found) == times
    assert all("ligne 1" in finding.place for finding in found)


def test_a_treatment_may_end_after_the_document():
    assert check_vsm(Vsm(treatments=(Treatment("A", "B", until=PartialDate(2015, 2)),)), a_header()) == ()


def test_what_a_relative_had_may_precede_the_patient():
    history = FamilyHistory(Relative.MOTHER, "Zona", since=EARLY)
    assert check_vsm(Vsm(family_history=(history,)), a_header()) == ()


def test_a_quantity_may_be_written_with_a_comma():
    habit = Lifestyle(LifestyleKind.TOBACCO, "7,5 paquets-années", quantity="7.5")
    assert check_vsm(Vsm(lifestyle=(habit,)), a_header()) == ()


def test_findings_hold_no_content_of_the_record():
    vsm = Vsm(problems=(Problem("Secret\x00"),), vigilance=("Secret\x00",))
    assert "Secret" not in repr(check_vsm(vsm, a_header()))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (PartialDate(2013), PartialDate(2014, 1), True),
        (PartialDate(2014), PartialDate(2014, 1), False),
        (PartialDate(2014, 1), PartialDate(2014), False),
        (PartialDate(2014, 1, 2), PartialDate(2014, 1, 3), True),
        (PartialDate(2014, 1, 3), PartialDate(2014, 1, 3), False),
        (PartialDate(2014, 2), PartialDate(2014, 1, 31), False),
    ],
)
def test_partial_dates_are_compared_at_the_precision_both_have(one, other, expected):
    assert before(one, other) is expected
