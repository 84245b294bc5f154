"""The decision table: whom the DMP may be asked about, and when a document may be deposited."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from demo_lgc.domain import oids
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus, check_asking, check_feeding
from demo_lgc.domain.errors import IdentityError, IdentityProblem, NotAllowed, Refusal
from demo_lgc.domain.identity import IdentityStatus, Ins, Patient, Sex

NIR = Ins("148086322090266", oids.INS_NIR_TEST)
NIA = Ins("148086322090266", oids.INS_NIA)
PATIENT = Patient(
    1, "1", "CHEMIN", ("Henri",), date(1948, 8, 18), Sex.MALE, "63220", IdentityStatus.QUALIFIED, NIR
)
E, A = DmpExistence, DmpAuthorisation


@pytest.mark.parametrize(
    ("ins", "status", "problem"),
    [(None, status, IdentityProblem.NO_INS) for status in IdentityStatus]
    + [(NIA, status, IdentityProblem.NIA) for status in IdentityStatus]
    + [
        (NIR, IdentityStatus.PROVISIONAL, IdentityProblem.NOT_QUALIFIED),
        (NIR, IdentityStatus.RETRIEVED, IdentityProblem.NOT_QUALIFIED),
        (NIR, IdentityStatus.VALIDATED, IdentityProblem.NOT_QUALIFIED),
        (NIR, IdentityStatus.QUALIFIED, None),
    ],
)
def test_the_dmp_is_only_asked_about_a_qualified_matricule(
    ins: Ins | None, status: IdentityStatus, problem: IdentityProblem | None
) -> None:
    patient = replace(PATIENT, ins=ins, status=status)
    if problem is None:
        check_asking(patient)
        check_feeding(patient, DmpStatus(E.ACTIVE))
        return
    for check in (check_asking, lambda p: check_feeding(p, DmpStatus(E.ACTIVE, A.VALID))):
        with pytest.raises(IdentityError) as refused:
            check(patient)
        assert refused.value.problem is problem


def expected(existence: DmpExistence, authorisation: DmpAuthorisation, opposed: bool) -> Refusal | None:
    """The table of [DMP] §3, typed again: rows in order, the first that applies."""
    if existence is E.NONE:
        return Refusal.NO_DMP
    if existence is E.CLOSED:
        return Refusal.DMP_CLOSED
    if opposed or authorisation is A.FORBIDDEN:
        return Refusal.OPPOSITION
    return None  # VALIDE, EXPIRE and NON_EXISTE alike: feeding needs no authorisation


@pytest.mark.parametrize(("existence", "authorisation", "opposed"), list(product(E, A, (False, True))))
def test_a_document_is_deposited_in_an_active_dmp_without_opposition_and_nowhere_else(
    existence: DmpExistence, authorisation: DmpAuthorisation, opposed: bool
) -> None:
    patient, status = replace(PATIENT, opposed_to_dmp=opposed), DmpStatus(existence, authorisation)
    refusal = expected(existence, authorisation, opposed)
    if refusal is None:
        check_feeding(patient, status)
        return
    with pytest.raises(NotAllowed) as refused:
        check_feeding(patient, status)
    assert refused.value.refusal is refusal


@pytest.mark.parametrize(("closed_on", "detail"), [(date(2026, 9, 14), "14/09/2026"), (None, "")])
def test_a_closed_dmp_tells_since_when_if_it_is_known(closed_on: date | None, detail: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        check_feeding(PATIENT, DmpStatus(E.CLOSED, closed_on=closed_on))
    assert refused.value.detail == detail


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (DmpStatus(E.ACTIVE, A.VALID), "authorised"),
        (DmpStatus(E.ACTIVE, A.EXPIRED), "not-authorised"),
        (DmpStatus(E.ACTIVE, A.MISSING), "not-authorised"),
        (DmpStatus(E.ACTIVE, A.FORBIDDEN), "opposed"),
        (DmpStatus(E.CLOSED, A.VALID), "closed"),
        (DmpStatus(E.NONE), "none"),
    ],
)
def test_the_interface_has_one_word_for_each_state(status: DmpStatus, word: str) -> None:
    assert status.word == word
