"""The directory has holes, and tells what it wants."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.errors import SignInError, SignInProblem
from demo_lgc.domain.practitioner import PracticeSituation
from demo_lgc.exchange.psc.directory import practitioner_of, situations_of
from demo_lgc.sandbox.psc.claims import userinfo
from tests.exchange.psc.conftest import HOLDERS

CLAIMS = userinfo(HOLDERS[0])
ONE = PracticeSituation("499700057291001", "Cabinet du Dr MEDECIN5729", "SA07")
HERE, THERE, ELSEWHERE = "499700057291002", "10B0127197", "2123456789"


def exercise(**changes: Any) -> dict[str, Any]:
    return CLAIMS["SubjectRefPro"]["exercices"][0] | changes


def with_exercises(*exercises: Any, **changes: Any) -> dict[str, Any]:
    return CLAIMS | {"SubjectRefPro": {"exercices": list(exercises)}} | changes


def activity(structure: str, sector: str = "SA07", name: str = "X", **more: Any) -> dict[str, Any]:
    return {
        "ancienIdentifiantDeLaStructure": structure,
        "raisonSocialeSite": name,
        "codeSecteurDactivite": sector,
        **more,
    }


def test_the_name_of_exercise_is_the_one_to_print() -> None:
    someone = practitioner_of(with_exercises(exercise(nomDexercice="AUTRE", prenomDexercice="ANNE")))
    assert (someone.family, someone.given) == ("AUTRE", "ANNE")


def test_without_any_exercise_the_civil_name_and_the_role_are_left() -> None:
    someone = practitioner_of({k: v for k, v in CLAIMS.items() if k != "SubjectRefPro"})
    assert (someone.family, someone.given) == ("MEDECIN5729", "PAUL")
    assert (someone.profession, someone.speciality) == ("10", "")


def test_of_two_professions_the_one_they_signed_in_with() -> None:
    nurse = exercise(codeProfession="60", codeSavoirFaire="", activities=[activity(HERE)])
    claims = with_exercises(nurse, exercise())
    assert practitioner_of(claims).profession == "10"
    assert situations_of(claims) == (ONE,)
    assert practitioner_of(claims | {"SubjectRole": ["60^1.2.250.1.71.1.2.7"]}).profession == "60"


def test_several_activities_in_their_order_and_once_each() -> None:
    claims = with_exercises(
        exercise(activities=[activity(THERE), activity(HERE, "SA01"), activity(THERE, name="again")])
    )
    assert [s.structure_id for s in situations_of(claims)] == [THERE, HERE]


def test_an_activity_with_holes_is_passed_over() -> None:
    claims = with_exercises(
        exercise(
            activities=[{}, None, activity(""), activity(HERE, ""), activity(ELSEWHERE, "SA05^1.2.3", "")]
        )
    )
    assert situations_of(claims) == (PracticeSituation(ELSEWHERE, ELSEWHERE, "SA05"),)


@pytest.mark.parametrize("technical", ["R10100000056198", "0123456789", "12", "10B0127197.1"])
def test_what_no_document_could_be_written_from_is_no_place_to_work(technical: str) -> None:
    """The directory has identifiers of its own beside Struct_IdNat: their holder then declares the place."""
    claims = with_exercises(exercise(activities=[activity(technical), activity(HERE, "cabinet")]))
    assert situations_of(claims | {"SubjectOrganizationID": technical}) == ()


def test_without_any_activity_the_one_of_the_first_level() -> None:
    assert situations_of(with_exercises(exercise(activities=[]))) == (ONE,)


def test_without_anything_nothing_is_invented() -> None:
    claims = with_exercises(exercise(activities=None))
    for name in ("SubjectOrganizationID", "Secteur_Activite"):
        assert situations_of({k: v for k, v in claims.items() if k != name}) == ()


@pytest.mark.parametrize("number", [None, "", "abc", 899700057291, "8997\n00057291", "12"])
def test_nobody_without_a_national_identifier(number: object) -> None:
    with pytest.raises(SignInError) as raised:
        practitioner_of(CLAIMS | {"SubjectNameID": number, "preferred_username": number})
    assert raised.value.problem is SignInProblem.NO_IDENTITY


def test_the_identifier_may_be_under_its_other_name() -> None:
    claims = {k: v for k, v in CLAIMS.items() if k != "SubjectNameID"}
    assert practitioner_of(claims).national_id == "899700057291"


NAMES = {*CLAIMS, *exercise(), *activity(HERE), "exercices"}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(NAMES)), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(NAMES)), anything))
def test_whatever_it_says_is_read_or_refused(changes: dict[str, Any]) -> None:
    claims = CLAIMS | changes
    try:
        someone = practitioner_of(claims)
    except SignInError:
        pass
    else:
        assert someone.national_id
        assert someone.family
    for situation in situations_of(claims):
        assert situation.structure_id
        assert situation.sector
