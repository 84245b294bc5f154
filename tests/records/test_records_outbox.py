"""The outbox: written down whole, frozen, and saved only along the arrows of the drawing."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from demo_lgc.domain.delivery import (
    MOVES,
    OPEN,
    Channel,
    Delivery,
    DeliveryDraft,
    DeliveryState,
    Part,
    Reason,
)
from demo_lgc.domain.errors import StorageError, StorageProblem
from demo_lgc.domain.identity import Patient
from demo_lgc.records import documents, outbox, patients
from demo_lgc.records.store import Store
from tests.records.records_values import NOW, a_document, a_patient, by_mail, to_the_dmp

S = DeliveryState
LATER = NOW + timedelta(minutes=1)
PATHS = {  # how each state is reached from READY
    S.READY: (),
    S.SENDING: (S.SENDING,),
    S.SENT: (S.SENDING, S.SENT),
    S.IN_DOUBT: (S.SENDING, S.IN_DOUBT),
    S.REFUSED: (S.SENDING, S.REFUSED),
    S.GIVEN_UP: (S.GIVEN_UP,),
}


@pytest.fixture
def delivery(store: Store, patient: Patient) -> Delivery:
    return outbox.add(store, a_document(patient), (to_the_dmp(),), NOW)[0]


def brought_to(store: Store, delivery: Delivery, state: DeliveryState) -> Delivery:
    for step in PATHS[state]:
        delivery = outbox.save(store, delivery.moved(step, LATER))
    return delivery


def tamper(store: Store, *statements: str) -> None:
    """Change the file behind the program's back, without its triggers."""
    path = store.path
    store.close()
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.execute(statement)
    raw.commit()
    raw.close()
    store.open()


def test_a_sharing_is_written_down_whole(store: Store, patient: Patient) -> None:
    document = a_document(patient, content=os.urandom(100_000))
    dmp, mail = outbox.add(store, document, (to_the_dmp(), by_mail()), NOW)
    assert (dmp.channel, dmp.destination, dmp.wire_id) == (Channel.DMP, "dmp", "2.25.2")
    assert (mail.channel, mail.wire_id) == (Channel.MSSANTE, "<1@demo.test>")
    for one, draft in ((dmp, to_the_dmp()), (mail, by_mail())):
        assert one.state is S.READY
        assert one.label == draft.label
        assert (one.patient_id, one.document_id) == (patient.id, "2.25.1")
        assert one.created_at == one.changed_at == NOW
        assert outbox.get(store, one.id) == one
        assert outbox.parts(store, one.id) == draft.parts
    assert documents.content(store, "2.25.1") == document.content
    assert documents.pdf(store, "2.25.1") == document.pdf
    assert outbox.of_patient(store, patient.id) == outbox.open_ones(store) == (dmp, mail)


def test_the_same_document_may_be_shared_again_but_not_another_under_its_identifier(
    store: Store, patient: Patient
) -> None:
    first = outbox.add(store, a_document(patient), (to_the_dmp(),), NOW)
    second = outbox.add(store, a_document(patient), (by_mail(),), LATER)
    with pytest.raises(ValueError, match="another document"):
        outbox.add(store, a_document(patient, content=b"<other/>"), (by_mail("<2@x>"),), LATER)
    assert outbox.open_ones(store) == first + second


@pytest.mark.parametrize(
    "drafts",
    [
        (),
        (by_mail("<1@x>"), by_mail("<1@x>")),
        (to_the_dmp(), replace(by_mail(), parts=(Part("a", "b", b""), Part("a", "b", b"")))),
        (by_mail("<known@x>"),),
    ],
)
def test_what_cannot_be_told_apart_later_is_refused_now(
    store: Store, patient: Patient, drafts: tuple[DeliveryDraft, ...]
) -> None:
    outbox.add(store, a_document(patient), (by_mail("<known@x>"),), NOW)
    with pytest.raises(ValueError, match=r"destination|wire identifier|one name"):
        outbox.add(store, a_document(patient, "2.25.9"), drafts, NOW)
    assert len(outbox.open_ones(store)) == 1
    with pytest.raises(KeyError):
        documents.content(store, "2.25.9")


def test_a_document_about_nobody_is_refused(store: Store) -> None:
    with pytest.raises(KeyError):
        outbox.add(store, a_document(a_patient(id=99)), (by_mail(),), NOW)


def test_unknown_deliveries_are_key_errors(store: Store, delivery: Delivery) -> None:
    for act in (outbox.get, outbox.parts):
        with pytest.raises(KeyError):
            act(store, 99)
    with pytest.raises(KeyError):
        outbox.save(store, replace(delivery, id=99))


def test_a_save_keeps_everything_that_may_change(store: Store, delivery: Delivery) -> None:
    sending = replace(
        delivery.moved(S.SENDING, LATER),
        attempts=1,
        attempted_at=LATER,
        next_try=LATER + timedelta(hours=1),
        content_left=True,
    )
    saved = outbox.save(store, sending)
    assert saved == sending
    assert saved.version == delivery.version + 1
    assert outbox.get(store, delivery.id) == sending
    doubt = outbox.save(store, saved.moved(S.IN_DOUBT, LATER, Reason("doubtful", "", "DMP")))
    assert outbox.get(store, delivery.id).reason == Reason("doubtful", "", "DMP")
    sent = outbox.save(store, doubt.moved(S.SENT, LATER))
    assert outbox.unfiled(store) == (sent,)
    outbox.save(store, replace(sent, filed=True))
    assert outbox.unfiled(store) == ()


def test_a_stale_save_is_refused(store: Store, delivery: Delivery) -> None:
    outbox.save(store, delivery.moved(S.SENDING, LATER))
    with pytest.raises(outbox.OvertakenError):
        outbox.save(store, delivery.moved(S.SENDING, LATER))
    with pytest.raises(outbox.OvertakenError):
        outbox.save(store, delivery.moved(S.GIVEN_UP, LATER))
    assert outbox.get(store, delivery.id).state is S.SENDING


@pytest.mark.parametrize("before", list(S))
@pytest.mark.parametrize("after", list(S))
def test_only_the_moves_of_the_drawing_are_kept(
    store: Store, delivery: Delivery, before: DeliveryState, after: DeliveryState
) -> None:
    there = brought_to(store, delivery, before)
    forced = replace(there, state=after, changed_at=LATER)
    if after is before or after in MOVES[before]:
        assert outbox.save(store, forced).state is after
    else:
        with pytest.raises(ValueError, match="does not lead"):
            outbox.save(store, forced)
        assert outbox.get(store, delivery.id) == there


@pytest.mark.parametrize(
    "change",
    [
        {"wire_id": "2.25.3"},
        {"destination": "x"},
        {"channel": Channel.MSSANTE},
        {"label": "x"},
        {"document_id": "2.25.3"},
        {"patient_id": 2},
        {"share_id": 2},
        {"created_at": LATER},
    ],
)
def test_what_was_written_down_is_not_saved_differently(
    store: Store, delivery: Delivery, change: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match="does not change"):
        outbox.save(store, replace(delivery, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE part SET content = x'00'",
        "UPDATE part SET name = 'x'",
        "UPDATE part SET sha256 = x'00'",
        "DELETE FROM part",
        "UPDATE delivery SET wire_id = 'x'",
        "UPDATE delivery SET destination = 'x'",
        "UPDATE delivery SET channel = 'mssante'",
        "UPDATE delivery SET share_id = 2",
        "DELETE FROM delivery",
        "UPDATE share SET document_id = 'x'",
        "DELETE FROM share",
        "UPDATE document SET content = x'00'",
        "UPDATE document SET pdf = x'00'",
        "UPDATE document SET unique_id = 'x'",
        "UPDATE document SET sha256 = x'00'",
        "DELETE FROM document",
    ],
)
def test_no_statement_changes_what_was_frozen(store: Store, delivery: Delivery, statement: str) -> None:
    with pytest.raises(IntegrityError, match="frozen"), store.session() as session:
        session.execute(text(statement))
    assert outbox.parts(store, delivery.id) == to_the_dmp().parts
    assert outbox.get(store, delivery.id) == delivery


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE part SET content = x'00'",  # no longer deflated bytes
        "UPDATE part SET content = (SELECT content FROM part WHERE name = '2.25.1')",  # other bytes
        f"UPDATE part SET sha256 = x'{hashlib.sha256(b'x').hexdigest()}'",
    ],
)
def test_bytes_that_are_no_longer_those_written_down_do_not_leave(
    store: Store, delivery: Delivery, statement: str
) -> None:
    tamper(store, statement)
    with pytest.raises(StorageError) as refused:
        outbox.parts(store, delivery.id)
    assert refused.value.problem is StorageProblem.UNREADABLE


def test_a_document_whose_bytes_changed_is_unreadable(store: Store, delivery: Delivery) -> None:
    tamper(store, "UPDATE document SET content = pdf")
    with pytest.raises(StorageError) as refused:
        documents.content(store, delivery.document_id)
    assert refused.value.problem is StorageProblem.UNREADABLE


def test_a_state_we_do_not_know_is_unreadable(store: Store, delivery: Delivery) -> None:
    tamper(store, "UPDATE delivery SET state = 'teleported'")
    with pytest.raises(StorageError) as refused:
        outbox.get(store, delivery.id)
    assert refused.value.problem is StorageProblem.UNREADABLE


def test_deliveries_are_listed_by_state_oldest_first(store: Store, patient: Patient) -> None:
    drafts = tuple(by_mail(f"<{n}@x>") for n in range(len(S)))
    made = outbox.add(store, a_document(patient), drafts, NOW)
    by_state = {state: brought_to(store, one, state) for state, one in zip(S, made, strict=True)}
    for state in S:
        assert outbox.in_states(store, {state}) == (by_state[state],)
    assert outbox.open_ones(store) == tuple(by_state[s] for s in S if s in OPEN)
    assert len(outbox.of_patient(store, patient.id)) == len(S)
    other = patients.add(store, a_patient(ipp="2"))
    assert outbox.of_patient(store, other.id) == ()
