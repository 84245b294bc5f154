"""What a doubtful reviewer tries on the outbox: races, wrong clocks, damage, silence, services that lie."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.errors import (
    LgcError,
    NetworkError,
    NotAllowed,
    Refusal,
    RemoteRefusal,
    StorageError,
    StorageProblem,
)
from demo_lgc.domain.identity import Ins
from demo_lgc.records import outbox, patients
from demo_lgc.records.store import Store
from demo_lgc.services.delivery import DUPLICATE, SOON, Deliveries
from demo_lgc.services.peers import Dmp, Mail
from demo_lgc.services.retrying import RETRY_AFTER
from tests.records.records_values import NOW, a_document, a_patient, to_the_dmp
from tests.services.conftest import SETTLE, Clock, FakePeers, by_mail

DMP, MAIL = Channel.DMP, Channel.MSSANTE
S = DeliveryState
Written = dict[Channel, Delivery]
LOST = NetworkError("…", doubtful=True)


def many(store: Store, number: int) -> list[Delivery]:
    """Sharings of as many patients' documents, to the DMP and to a colleague each."""
    patient = patients.add(store, a_patient())
    made: list[Delivery] = []
    for n in range(number):
        drafts = (to_the_dmp(f"2.25.5{n}"), replace(by_mail(), wire_id=f"<{n}@demo.test>"))
        made += outbox.add(store, a_document(patient, f"2.25.4{n}", b"<CDA/>%d" % n), drafts, NOW)
    return made


# --- silence, and services that lie -------------------------------------------------------------------


@pytest.mark.parametrize("channel", Channel)
def test_an_absence_settles_from_the_moment_the_line_went_silent_and_not_from_the_first_byte(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock, channel: Channel
) -> None:
    there = peers.dmp if channel is DMP else peers.mail
    treat = there._treat

    def hang(wire_id: str) -> object:
        clock.now += 2 * SETTLE  # the deadline of the call is longer than what absence takes to settle
        return treat(wire_id)

    there.plan, there._treat = [LOST], hang  # type: ignore[method-assign,assignment]
    deliveries.deliver(written[channel].id)
    assert deliveries.deliver(written[channel].id).state is S.IN_DOUBT
    assert not there.taken
    there.taken.append("it was being treated")
    clock.now += SETTLE
    assert deliveries.deliver(written[channel].id).state is S.SENT
    assert len(there.taken) == 1


def test_an_error_answered_after_the_deposit_was_kept_does_not_double_it(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock
) -> None:
    busy = RemoteRefusal("DMP", "XDSRegistryBusy", "…", transient=True)
    peers.dmp.plan, peers.dmp.keeps = [busy, RemoteRefusal("DMP", "Receiver", "…")], True
    assert deliveries.deliver(written[DMP].id).state is S.READY
    clock.pass_(minutes=1)
    assert deliveries.deliver(written[DMP].id).state is S.SENT
    assert len(peers.dmp.taken) == 1


def test_a_deposit_refused_as_known_and_not_known_is_for_the_doctor_and_does_not_turn_in_circles(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock
) -> None:
    peers.dmp.plan = [RemoteRefusal("DMP", DUPLICATE, "…")] * 9
    assert deliveries.deliver(written[DMP].id).state is S.IN_DOUBT
    clock.now += SETTLE
    refused = deliveries.deliver(written[DMP].id)
    assert (refused.state, refused.reason.code, refused.attempts) == (S.REFUSED, DUPLICATE, 1)


def test_another_document_under_our_identifier_is_for_the_doctor(
    deliveries: Deliveries, peers: FakePeers, written: Written
) -> None:
    peers.dmp.plan = [RemoteRefusal("DMP", "XDSNonIdenticalHash", "2.25.1")]
    refused = deliveries.deliver(written[DMP].id)
    assert (refused.state, refused.reason.code) == (S.REFUSED, "XDSNonIdenticalHash")


def test_a_lost_answer_to_td02_is_no_doubt_about_the_document(
    deliveries: Deliveries, peers: FakePeers, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(ins: Ins) -> DmpStatus:
        raise LOST

    monkeypatch.setattr(peers.dmp, "status", lost)
    waiting = deliveries.deliver(written[DMP].id)
    assert (waiting.state, waiting.reason.kind) == (S.READY, "network")
    assert not waiting.content_left


def test_questions_nobody_answers_come_less_and_less_often(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock
) -> None:
    peers.mail.plan, peers.mail.keeps, peers.mail.silence = [LOST], True, NetworkError("MSSanté")
    deliveries.deliver(written[MAIL].id)
    minutes = []
    for _ in range(8):
        waiting = deliveries.deliver(written[MAIL].id)
        assert waiting.next_try is not None
        minutes.append((waiting.next_try - clock.now) // timedelta(minutes=1))
        clock.now = waiting.next_try
    assert minutes == [1, 1, 2, 2, 5, 5, 15, 15]


# --- one does not hold the others ---------------------------------------------------------------------


def test_mails_leave_before_a_dmp_that_hangs_is_waited_for_and_it_is_waited_for_once(
    deliveries: Deliveries, peers: FakePeers, store: Store, clock: Clock
) -> None:
    many(store, 4)
    order: list[str] = []
    peers.dmp.plan = [NetworkError("DMP")] * 9
    submit, send = peers.dmp._treat, peers.mail._treat
    peers.dmp._treat = lambda w: (order.append("dmp"), submit(w))[1]  # type: ignore[method-assign,func-returns-value]
    peers.mail._treat = lambda w: (order.append("mail"), send(w))[1]  # type: ignore[method-assign,func-returns-value]
    deliveries.deliver_due()
    assert order == ["mail"] * 4 + ["dmp"]
    clock.pass_(minutes=1)
    peers.dmp.plan = []
    deliveries.deliver_due()
    assert not deliveries.unfinished()


def test_damaged_bytes_never_leave_and_hold_nothing_else(
    deliveries: Deliveries, peers: FakePeers, store: Store, written: Written
) -> None:
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")  # the store refuses even this
        raw.execute("UPDATE part SET content = x'00' WHERE name = 'message.eml'")
    deliveries.deliver_due()
    refused = outbox.get(store, written[MAIL].id)
    assert (refused.state, refused.reason.kind, refused.reason.code) == (S.REFUSED, "storage", "unreadable")
    assert not peers.mail.taken
    assert outbox.get(store, written[DMP].id).state is S.SENT


def test_a_bug_about_one_delivery_is_raised_once_the_others_have_left_and_does_not_come_back_at_once(
    deliveries: Deliveries, peers: FakePeers, store: Store, written: Written, clock: Clock
) -> None:
    peers.mail.plan = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        deliveries.deliver_due()
    assert outbox.get(store, written[DMP].id).state is S.SENT
    assert outbox.get(store, written[MAIL].id).next_try == clock.now + RETRY_AFTER[0]
    assert deliveries.deliver_due() == ()


class Locked(FakePeers):
    """The peers when no session is open."""

    @property
    def dmp(self) -> Dmp:  # type: ignore[override]
        raise NotAllowed(Refusal.NO_SESSION)

    @property
    def mail(self) -> Mail:  # type: ignore[override]
        raise NotAllowed(Refusal.NO_SESSION)

    @property
    def holder(self) -> str:  # type: ignore[override]
        raise NotAllowed(Refusal.NO_SESSION)

    def __init__(self) -> None:
        pass


@pytest.mark.parametrize("channel", Channel)
def test_without_a_session_nothing_is_counted_and_nothing_is_written_twice(
    store: Store, written: Written, clock: Clock, channel: Channel
) -> None:
    settle = {Channel.DMP: SETTLE, Channel.MSSANTE: SETTLE}
    deliveries = Deliveries(store, Locked(), clock, settle)  # type: ignore[arg-type]
    waiting = deliveries.deliver(written[channel].id)
    assert (waiting.state, waiting.attempts, waiting.reason.code) == (S.READY, 0, "no-session")
    for _ in range(3):
        clock.pass_(minutes=1)
        assert deliveries.deliver(written[channel].id).version == waiting.version


def test_the_program_starts_without_room_on_the_disk(
    deliveries: Deliveries, store: Store, written: Written, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = replace(written[DMP].moved(S.SENDING, clock.now), attempts=1, attempted_at=clock.now)
    outbox.save(store, sending)

    def full(store: Store, delivery: Delivery) -> Delivery:
        raise StorageError(StorageProblem.DISK_FULL)

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "save", full)
        assert {d.state for d in deliveries.resume()} == {S.SENDING, S.READY}
    deliveries.deliver_due()
    assert not deliveries.unfinished()


# --- races --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", Channel)
def test_eight_threads_deliver_one_delivery_once(
    deliveries: Deliveries, peers: FakePeers, store: Store, written: Written, channel: Channel
) -> None:
    start = threading.Barrier(8)

    def work(number: int) -> Delivery:
        start.wait()
        act = deliveries.retry if number % 2 else deliveries.deliver
        return act(written[channel].id)

    with ThreadPoolExecutor(8) as threads:
        states = {d.state for d in threads.map(work, range(8))}
    assert states <= {S.READY, S.SENDING, S.SENT}
    there = peers.dmp if channel is DMP else peers.mail
    assert len(there.taken) == 1
    assert outbox.get(store, written[channel].id).state is S.SENT


def test_giving_up_while_it_is_being_sent_is_refused_and_retrying_joins_the_sending(
    deliveries: Deliveries, peers: FakePeers, store: Store, written: Written
) -> None:
    begun, go = threading.Event(), threading.Event()
    treat = peers.mail._treat

    def slowly(wire_id: str) -> object:
        begun.set()
        assert go.wait(10)
        return treat(wire_id)

    peers.mail._treat = slowly  # type: ignore[method-assign,assignment]
    with ThreadPoolExecutor(2) as threads:
        timer = threads.submit(deliveries.deliver_due)
        assert begun.wait(10)
        with pytest.raises(ValueError, match="being sent"):
            deliveries.give_up(written[MAIL].id)
        assert deliveries.retry(written[MAIL].id).state is S.SENDING
        assert deliveries.deliver(written[MAIL].id).state is S.SENDING
        assert deliveries.resume()
        go.set()
        timer.result(10)
    assert outbox.get(store, written[MAIL].id).state is S.SENT
    assert len(peers.mail.taken) == 1


def test_a_delivery_saved_by_another_hand_meanwhile_is_not_sent_on_a_stale_reading(
    deliveries: Deliveries, peers: FakePeers, store: Store, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def status(ins: Ins) -> DmpStatus:
        kept = outbox.get(store, written[DMP].id)
        outbox.save(store, kept.moved(S.REFUSED, NOW))
        return peers.dmp.status_

    monkeypatch.setattr(peers.dmp, "status", status)
    with pytest.raises(LgcError):
        deliveries.deliver(written[DMP].id)
    assert not peers.dmp.taken
    assert outbox.get(store, written[DMP].id).state is S.REFUSED


def test_a_store_closed_while_a_delivery_runs_leaves_a_row_that_says_so(
    peers: FakePeers, store: Store, written: Written, clock: Clock
) -> None:
    settle = {Channel.DMP: SETTLE, Channel.MSSANTE: SETTLE}
    treat = peers.mail._treat

    def close(wire_id: str) -> object:
        store.close()
        return treat(wire_id)

    peers.mail._treat = close  # type: ignore[method-assign,assignment]
    with pytest.raises(ValueError, match="not open"):
        Deliveries(store, peers, clock, settle).deliver(written[MAIL].id)  # type: ignore[arg-type]
    store.open()
    again = Deliveries(store, peers, clock, settle)  # type: ignore[arg-type]
    assert {d.channel: d.state for d in again.resume()} == {DMP: S.READY, MAIL: S.IN_DOUBT}
    again.deliver_due()
    assert len(peers.mail.taken) == 1
    assert not again.unfinished()


# --- clocks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", Channel)
def test_a_clock_set_back_an_hour_delays_a_doubt_by_what_absence_takes_to_settle_and_no_more(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock, channel: Channel
) -> None:
    there = peers.dmp if channel is DMP else peers.mail
    there.plan = [LOST]
    deliveries.deliver(written[channel].id)
    clock.pass_(hours=-1)
    waiting = deliveries.deliver(written[channel].id)
    assert (waiting.state, waiting.next_try) == (S.IN_DOUBT, clock.now + SETTLE)
    clock.now += SETTLE
    assert deliveries.deliver(written[channel].id).state is S.SENT
    assert len(there.taken) == 1


def test_a_clock_that_was_years_ahead_for_a_moment_holds_nothing(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock
) -> None:
    peers.dmp.plan = peers.mail.plan = [NetworkError("…")]
    clock.pass_(days=4000)
    deliveries.deliver(written[DMP].id)
    peers.mail.plan = [NetworkError("…")]
    deliveries.deliver(written[MAIL].id)
    clock.pass_(days=-4000)
    assert deliveries.seconds_to_next() == SOON
    deliveries.deliver_due()
    assert not deliveries.unfinished()


def test_three_hours_asleep_make_everything_due_once(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock
) -> None:
    peers.dmp.plan, peers.mail.plan, peers.mail.keeps = [NetworkError("DMP")], [LOST], True
    deliveries.deliver_due()
    clock.pass_(hours=3)
    assert deliveries.seconds_to_next() == SOON
    deliveries.deliver_due()
    assert not deliveries.unfinished()
    assert (len(peers.dmp.taken), len(peers.mail.taken)) == (1, 1)


def test_a_change_of_time_zone_moves_no_moment(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock
) -> None:
    peers.dmp.plan = peers.mail.plan = [NetworkError("…")]
    deliveries.deliver(written[DMP].id)
    clock.now = clock.now.astimezone(timezone(timedelta(hours=-11)))
    assert deliveries.seconds_to_next() == RETRY_AFTER[0].total_seconds()
    clock.now = datetime.fromtimestamp(clock.now.timestamp() + 60, UTC)
    deliveries.deliver_due()
    assert not deliveries.unfinished()
