"""The traits of a document beside those of a record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain import oids
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.identity_match import ENOUGH, Agreement, Trait, compare
from demo_lgc.domain.received import DocumentPatient
from tests.factory import a_patient

HENRI = DocumentPatient(
    birth_name="CHEMIN",
    given_names=("HENRI",),
    first_given_name="HENRI",
    sex="M",
    birth_date=PartialDate(1948, 8, 18),
    birth_place="63220",
    ins=Ins("148086322090266", oids.INS_NIR_TEST),
)
OTHER_INS = Ins("148086322090266", oids.INS_NIR)
WITHOUT_INS = replace(HENRI, ins=None)


def agreements(said: DocumentPatient, **changes: Any) -> dict[Trait, Agreement]:
    return {check.trait: check.agreement for check in compare(a_patient(**changes), said).checks}


def test_every_trait_is_compared_in_order_and_shown_from_both_sides() -> None:
    match = compare(a_patient(), HENRI)
    assert [check.trait for check in match.checks] == list(Trait)
    assert {check.agreement for check in match.checks} == {Agreement.EQUAL}
    assert match.is_same
    shown = {check.trait: (check.in_record, check.in_document) for check in match.checks}
    assert shown[Trait.BIRTH_DATE] == ("18/08/1948", "18/08/1948")
    assert shown[Trait.BIRTH_NAME] == ("CHEMIN", "CHEMIN")
    assert "CHEMIN" not in repr(match)


@pytest.mark.parametrize(
    ("changes", "trait"),
    [
        ({"ins": OTHER_INS}, Trait.INS),
        ({"birth_name": "CHEMINE"}, Trait.BIRTH_NAME),
        ({"first_given_name": "HENRIETTE"}, Trait.FIRST_GIVEN_NAME),
        ({"birth_date": PartialDate(1948, 8, 19)}, Trait.BIRTH_DATE),
        ({"birth_date": PartialDate(1949)}, Trait.BIRTH_DATE),
        ({"birth_date": PartialDate(1948, 9)}, Trait.BIRTH_DATE),
        ({"sex": "F"}, Trait.SEX),
        ({"birth_place": "75056"}, Trait.BIRTH_PLACE),
    ],
)
def test_one_trait_that_differs_is_enough_to_doubt(changes: dict[str, Any], trait: Trait) -> None:
    for said in (HENRI, WITHOUT_INS):
        match = compare(a_patient(), replace(said, **changes))
        assert match.differing == (trait,)
        assert not match.is_same


@pytest.mark.parametrize(
    ("changes", "trait"),
    [
        ({"ins": None}, Trait.INS),
        ({"birth_name": ""}, Trait.BIRTH_NAME),
        ({"birth_name": "’-"}, Trait.BIRTH_NAME),
        ({"first_given_name": "", "given_names": ()}, Trait.FIRST_GIVEN_NAME),
        ({"birth_date": None}, Trait.BIRTH_DATE),
        ({"birth_date": PartialDate(1948)}, Trait.BIRTH_DATE),
        ({"birth_date": PartialDate(1948, 8)}, Trait.BIRTH_DATE),
        ({"sex": ""}, Trait.SEX),
        ({"sex": "UN"}, Trait.SEX),
        ({"birth_place": ""}, Trait.BIRTH_PLACE),
        ({"birth_place": "Clermont-Ferrand"}, Trait.BIRTH_PLACE),
        ({"birth_place": "99999"}, Trait.BIRTH_PLACE),
    ],
)
def test_what_a_document_does_not_say_differs_from_nothing(changes: dict[str, Any], trait: Trait) -> None:
    said = replace(HENRI, **changes)
    assert agreements(said)[trait] is Agreement.ABSENT
    assert compare(a_patient(), said).is_same, "the rest is enough"
    alone = replace(said, ins=None)
    assert compare(a_patient(), alone).is_same is (trait not in ENOUGH)


def test_a_record_without_matricule_is_recognised_by_its_traits() -> None:
    assert agreements(HENRI, ins=None)[Trait.INS] is Agreement.ABSENT
    assert compare(a_patient(ins=None), HENRI).is_same


def test_a_document_that_names_nobody_is_about_nobody() -> None:
    match = compare(a_patient(), DocumentPatient())
    assert match.differing == ()
    assert not match.is_same


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("D’ARTAGNAN", "dartagnan"), ("LE GUEN", "LE-GUEN"), ("CŒUR", "Coeur"), ("Müller", "MULLER")],
)
def test_names_are_compared_as_people_read_them(ours: str, theirs: str) -> None:
    patient = a_patient(birth_name=ours, given_names=("MARIE JOSÉ",))
    said = replace(HENRI, birth_name=theirs, first_given_name="", given_names=("Marie-José",))
    assert compare(patient, said).is_same


sides = st.builds(
    DocumentPatient,
    birth_name=st.sampled_from(["", "CHEMIN", "chemin", "LEGRAND"]),
    first_given_name=st.sampled_from(["", "HENRI", "Jules"]),
    sex=st.sampled_from(["", "M", "F", "UN", "x"]),
    birth_date=st.sampled_from([None, HENRI.birth_date, PartialDate(1948), PartialDate(2000, 1, 1)]),
    birth_place=st.sampled_from(["", "63220", "75056"]),
    ins=st.sampled_from([None, HENRI.ins, OTHER_INS]),
)


@given(sides)
def test_somebody_is_the_same_only_when_no_trait_differs_and_enough_are_equal(said: DocumentPatient) -> None:
    match = compare(a_patient(), said)
    equal = {check.trait for check in match.checks if check.agreement is Agreement.EQUAL}
    assert match.is_same is (not match.differing and (Trait.INS in equal or equal >= ENOUGH))
    assert {check.trait for check in match.checks} == set(Trait)
    if said.birth_date and said.birth_date.year != 1948:
        assert Trait.BIRTH_DATE in match.differing


@pytest.mark.parametrize(
    ("family", "given", "called", "title"),
    [
        ("Chemin", "HENRI", "CHEMIN Henri", "CHEMIN H."),
        ("de La Tour", "", "DE LA TOUR", "DE LA TOUR"),
        ("de La Tour", "Jean Luc", "DE LA TOUR Jean Luc", "DE LA TOUR J."),
        ("", "Henri", "Henri", "Henri"),
        ("", "", "", ""),
    ],
)
def test_a_patient_is_called_by_what_the_document_says(
    family: str, given: str, called: str, title: str
) -> None:
    said = DocumentPatient(birth_name=family, first_given_name=given)
    assert (said.display_name, said.initialled_name) == (called, title)


def test_a_place_of_corsica_is_a_place() -> None:
    assert compare(a_patient(birth_place="2A004"), replace(HENRI, birth_place="2A004")).is_same
    assert not compare(a_patient(birth_place="2A004"), replace(HENRI, birth_place="2B004")).is_same
