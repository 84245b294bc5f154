"""Documents received: kept once, never written over, the highest version current in whatever order."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from demo_lgc.domain.delivery import DeliveryState
from demo_lgc.domain.document import Arrived, DocumentSummary
from demo_lgc.domain.errors import IdentityError, IdentityProblem, NotAllowed, Refusal
from demo_lgc.domain.identity import Patient
from demo_lgc.records import documents, outbox, patients, reception
from demo_lgc.records.store import Store
from tests.records.records_values import NOW, a_document, a_patient, to_the_dmp


def arrived(unique_id: str = "2.25.1", set_id: str = "2.25.1", version: int = 1, **changes: Any) -> Arrived:
    line = DocumentSummary(
        unique_id, "CR", "CR d’imagerie", "LENOIR", "Imagerie", NOW, "mss", "Non lu", version
    )
    return Arrived(
        replace(line, **changes), set_id, None, "18748-4", "text/xml", f"<CDA id='{unique_id}'/>".encode()
    )


@pytest.fixture
def other(store: Store) -> Patient:
    return patients.add(store, a_patient(ipp="DEMO-0006", birth_name="LEGRAND"))


def refusal(act: Callable[[], object]) -> Refusal:
    with pytest.raises(NotAllowed) as refused:
        act()
    return refused.value.refusal


def test_a_document_is_kept_with_the_bytes_it_came_with(store: Store, patient: Patient) -> None:
    came = arrived()
    assert reception.receive(store, patient.id, came) == came.line
    assert documents.summaries(store, patient.id) == (came.line,)
    assert documents.content(store, "2.25.1", of=patient.id) == came.content
    assert reception.kept_in(store, "2.25.1") == patient.id
    assert reception.kept_in(store, "2.25.2") is None


def test_a_known_id_is_refused_in_every_record_and_nothing_changes(
    store: Store, patient: Patient, other: Patient
) -> None:
    reception.receive(store, patient.id, arrived())
    again = replace(arrived(set_id="2.25.9", version=4, title="Autre"), content=b"<other/>")
    for who in (patient, other):
        got = refusal(lambda who=who: reception.receive(store, who.id, again, elsewhere_too=True))  # type: ignore[misc]
        assert got is Refusal.ALREADY_KEPT
    assert documents.summaries(store, patient.id) == (arrived().line,)
    assert documents.content(store, "2.25.1") == arrived().content


def test_a_document_of_ours_that_comes_back_is_refused(store: Store, patient: Patient) -> None:
    documents.save(store, a_document(patient))
    assert refusal(lambda: reception.receive(store, patient.id, arrived())) is Refusal.ALREADY_KEPT


def test_another_file_with_the_same_version_is_refused(store: Store, patient: Patient) -> None:
    reception.receive(store, patient.id, arrived())
    same = arrived("2.25.2", "2.25.1", 1)
    assert refusal(lambda: reception.receive(store, patient.id, same)) is Refusal.VERSION_KEPT
    assert len(documents.summaries(store, patient.id)) == 1


def test_a_version_that_comes_after_a_higher_one_is_kept_and_is_not_the_current_one(
    store: Store, patient: Patient
) -> None:
    third, second = arrived("2.25.3", version=3), arrived("2.25.2", version=2)
    assert not reception.receive(store, patient.id, third).superseded
    late = reception.receive(store, patient.id, second)
    assert (late.superseded, late.state) == (True, "Remplacé")
    lines = {line.version: line for line in documents.summaries(store, patient.id)}
    assert lines == {3: third.line, 2: late}
    assert documents.content(store, "2.25.2") == second.content


def test_a_set_of_somebody_else_is_not_taken_without_a_decision(
    store: Store, patient: Patient, other: Patient
) -> None:
    reception.receive(store, patient.id, arrived())
    second = arrived("2.25.2", "2.25.1", 2)
    with pytest.raises(IdentityError) as refused:
        reception.receive(store, other.id, second)
    assert refused.value.problem is IdentityProblem.OTHER_RECORD
    assert documents.summaries(store, other.id) == ()
    assert not reception.receive(store, other.id, second, elsewhere_too=True).superseded
    (first,) = documents.summaries(store, patient.id)
    assert not first.superseded, "what replaces it is not in this record"


def test_a_document_for_nobody_is_not_kept(store: Store) -> None:
    with pytest.raises(KeyError):
        reception.receive(store, 99, arrived())
    assert reception.kept_in(store, "2.25.1") is None


def test_the_store_itself_refuses_a_version_twice(store: Store, patient: Patient) -> None:
    reception.receive(store, patient.id, arrived())
    copied = (
        "INSERT INTO document SELECT '2.25.7', patient_id, set_id, version, replaces, title, type_code, "
        "type_label, author, organisation, created_at, origin, state, mime_type, content, sha256, pdf "
        "FROM document"
    )
    with pytest.raises(IntegrityError, match="UNIQUE"), store.session() as session:
        session.execute(text(copied))


def test_a_document_is_read_only_by_the_patient_it_is_of(
    store: Store, patient: Patient, other: Patient
) -> None:
    reception.receive(store, patient.id, arrived())
    with pytest.raises(KeyError):
        documents.content(store, "2.25.1", of=other.id)


@pytest.mark.parametrize(("state", "after"), [("Non lu", ""), ("Résultat critique", "Résultat critique")])
def test_a_document_that_was_opened_is_read_but_stays_critical(
    store: Store, patient: Patient, state: str, after: str
) -> None:
    reception.receive(store, patient.id, arrived(state=state))
    documents.mark_read(store, "2.25.1")
    assert [line.state for line in documents.summaries(store, patient.id)] == [after]


S = DeliveryState


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ((S.SENDING, S.SENT), "Remplacé"),
        ((S.GIVEN_UP,), "Remplacé"),
        ((), "Envoi en cours"),
        ((S.SENDING, S.IN_DOUBT), "À vérifier"),
        ((S.SENDING, S.REFUSED), "Refusé"),
    ],
)
def test_a_replaced_document_still_says_what_its_sending_asks_for(
    store: Store, patient: Patient, moves: tuple[DeliveryState, ...], said: str
) -> None:
    (one,) = outbox.add(store, a_document(patient), (to_the_dmp(),), NOW)
    for state in moves:
        one = outbox.save(store, one.moved(state, NOW + timedelta(minutes=1)))
    reception.receive(store, patient.id, arrived("2.25.2", "2.25.1", 2))
    lines = {line.version: line for line in documents.summaries(store, patient.id)}
    assert (lines[1].state, lines[1].superseded) == (said, True)
    assert not lines[2].superseded


@dataclass(frozen=True)
class Case:
    """A document of a hypothesis example, by small numbers."""

    id: int
    set: int
    version: int


cases = st.builds(Case, st.integers(1, 6), st.integers(1, 3), st.integers(1, 4))
numbers = itertools.count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for every example; each example has a patient and ids of its own."""
    with Store(tmp_path_factory.mktemp("reception") / "records.sqlite") as store:
        yield store


def receive_all(store: Store, coming: list[Case]) -> tuple[list[Refusal | None], set[Case], dict[int, int]]:
    """Receive in order; return each refusal, what the record then holds, and the current version by set."""
    example = next(numbers)
    prefix = f"2.25.{1000 + example}"
    patient = patients.add(store, a_patient(ipp=f"DEMO-{example}"))
    refusals: list[Refusal | None] = []
    for case in coming:
        try:
            one = arrived(
                f"{prefix}.1.{case.id}", f"{prefix}.2.{case.set}", case.version, title=f"{case.set}"
            )
            reception.receive(store, patient.id, one)
            refusals.append(None)
        except NotAllowed as refused:
            refusals.append(refused.refusal)
    lines = documents.summaries(store, patient.id)
    kept = {Case(int(d.unique_id.rpartition(".")[2]), int(d.title), d.version) for d in lines}
    assert len(kept) == len(lines)
    for line in lines:
        content = f"<CDA id='{line.unique_id}'/>".encode()
        assert documents.content(store, line.unique_id) == content, "nothing is written over"
    current = [(int(d.title), d.version) for d in lines if not d.superseded]
    assert len(dict(current)) == len(current), "one current version in a set"
    return refusals, kept, dict(current)


@given(st.lists(cases, max_size=12))
@settings(max_examples=60, deadline=None)
def test_whatever_arrives_the_rules_decide(shared: Store, coming: list[Case]) -> None:
    expected: list[Refusal | None] = []
    held: set[Case] = set()
    for case in coming:
        if any(one.id == case.id for one in held):
            expected.append(Refusal.ALREADY_KEPT)
        elif any((one.set, one.version) == (case.set, case.version) for one in held):
            expected.append(Refusal.VERSION_KEPT)
        else:
            expected.append(None)
            held.add(case)
    refusals, kept, current = receive_all(shared, coming)
    assert refusals == expected
    assert kept == held
    assert current == {
        number: max(o.version for o in held if o.set == number) for number in {o.set for o in held}
    }


@given(st.sets(st.integers(1, 50), min_size=1, max_size=5).flatmap(lambda v: st.permutations(sorted(v))))
@settings(max_examples=40, deadline=None)
def test_the_order_of_arrival_of_versions_changes_nothing(shared: Store, versions: list[int]) -> None:
    in_this_order = receive_all(shared, [Case(v, 1, v) for v in versions])
    in_order = receive_all(shared, [Case(v, 1, v) for v in sorted(versions)])
    assert in_this_order == in_order
    assert in_this_order[2] == {1: max(versions)}
