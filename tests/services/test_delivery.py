"""Each branch exactly once, whatever fails and whenever: docs/decisions/002."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.errors import (
    CardError,
    CardProblem,
    LgcError,
    NetworkError,
    NotAllowed,
    Refusal,
    RemoteRefusal,
)
from demo_lgc.records import outbox, patients
from demo_lgc.records.store import Store
from demo_lgc.services.delivery import Deliveries
from demo_lgc.services.retrying import RETRY_AFTER, needs_the_doctor
from tests.records.records_values import NOW, a_document, a_patient, to_the_dmp
from tests.services.conftest import SETTLE, Clock, FakePeers, Service, by_mail

DMP, MAIL = Channel.DMP, Channel.MSSANTE
S = DeliveryState
Written = dict[Channel, Delivery]


def service(peers: FakePeers, channel: Channel) -> Service:
    return peers.dmp if channel is DMP else peers.mail


@pytest.mark.parametrize("channel", Channel)
def test_a_delivery_goes_once_however_often_it_is_asked(
    deliveries: Deliveries, peers: FakePeers, written: Written, channel: Channel
) -> None:
    for _ in range(3):
        assert deliveries.deliver(written[channel].id).state is S.SENT
    assert len(service(peers, channel).taken) == 1


def test_a_refusal_by_the_dmp_does_not_stop_the_mail(
    deliveries: Deliveries, peers: FakePeers, written: Written
) -> None:
    peers.dmp.plan = [RemoteRefusal("DMP", "XDSPatientIdDoesNotMatch", "…")]
    refused = deliveries.deliver(written[DMP].id)
    assert (refused.state, refused.reason.code) == (S.REFUSED, "XDSPatientIdDoesNotMatch")
    assert deliveries.deliver(written[MAIL].id).state is S.SENT
    assert deliveries.open_ones() == (refused,)


@pytest.mark.parametrize("channel", Channel)
def test_a_lost_answer_is_asked_about_and_found(
    deliveries: Deliveries, peers: FakePeers, written: Written, channel: Channel
) -> None:
    there = service(peers, channel)
    there.plan, there.keeps = [NetworkError("…", doubtful=True)], True
    assert deliveries.deliver(written[channel].id).state is S.IN_DOUBT
    assert deliveries.deliver(written[channel].id).state is S.SENT
    assert len(there.taken) == 1


@pytest.mark.parametrize("channel", Channel)
def test_an_absence_is_not_believed_before_it_has_settled(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock, channel: Channel
) -> None:
    there = service(peers, channel)
    there.plan = [NetworkError("…", doubtful=True)]
    deliveries.deliver(written[channel].id)
    waiting = deliveries.deliver(written[channel].id)
    assert (waiting.state, waiting.next_try) == (S.IN_DOUBT, clock.now + SETTLE)
    clock.now += SETTLE
    assert deliveries.deliver(written[channel].id).state is S.SENT
    assert len(there.taken) == 1


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(
    "failure",
    [NetworkError("…"), RemoteRefusal("…", "XDSRegistryBusy", "…", transient=True)],
)
def test_what_cannot_have_been_received_waits_longer_each_time(
    deliveries: Deliveries,
    peers: FakePeers,
    written: Written,
    clock: Clock,
    channel: Channel,
    failure: LgcError,
) -> None:
    service(peers, channel).plan = [failure] * 7
    for step in [*RETRY_AFTER, RETRY_AFTER[-1], RETRY_AFTER[-1]]:
        waiting = deliveries.deliver(written[channel].id)
        assert (waiting.state, waiting.next_try) == (S.READY, clock.now + step)
        assert deliveries.seconds_to_next() == step.total_seconds() or channel is not waiting.channel
        clock.now += step
    assert deliveries.deliver(written[channel].id).state is S.SENT


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("failure", [CardError(CardProblem.REMOVED), NotAllowed(Refusal.NO_SESSION)])
def test_a_missing_card_waits_for_the_card_and_not_for_time(
    deliveries: Deliveries, peers: FakePeers, written: Written, channel: Channel, failure: LgcError
) -> None:
    service(peers, channel).plan = [failure]
    waiting = deliveries.deliver(written[channel].id)
    assert (waiting.state, waiting.next_try) == (S.READY, None)
    deliveries.deliver_due()
    assert not deliveries.open_ones()


@pytest.mark.parametrize("content_left", [True, False])
@pytest.mark.parametrize("channel", Channel)
def test_a_crash_leaves_a_doubt_only_when_the_content_may_have_left(
    deliveries: Deliveries, store: Store, written: Written, clock: Clock, channel: Channel, content_left: bool
) -> None:
    sending = written[channel].moved(S.SENDING, clock.now)
    outbox.save(store, replace(sending, attempts=1, attempted_at=clock.now, content_left=content_left))
    resumed = {d.channel: d for d in deliveries.resume()}[channel]
    assert resumed.state is (S.IN_DOUBT if content_left else S.READY)


def test_a_bug_while_sending_leaves_a_doubt_and_is_not_hidden(
    deliveries: Deliveries, peers: FakePeers, store: Store, written: Written
) -> None:
    peers.dmp.plan = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        deliveries.deliver(written[DMP].id)
    assert outbox.get(store, written[DMP].id).state is S.IN_DOUBT


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (DmpStatus(DmpExistence.NONE), "no-dmp"),
        (DmpStatus(DmpExistence.CLOSED), "dmp-closed"),
        (DmpStatus(DmpExistence.ACTIVE, DmpAuthorisation.FORBIDDEN), "opposition"),
    ],
)
def test_the_dmp_is_asked_again_before_the_deposit(
    deliveries: Deliveries, peers: FakePeers, written: Written, status: DmpStatus, code: str
) -> None:
    peers.dmp.status_ = status
    refused = deliveries.deliver(written[DMP].id)
    assert (refused.state, refused.reason.code) == (S.REFUSED, code)
    assert not peers.dmp.taken


def test_an_opposition_recorded_meanwhile_stops_the_deposit(
    deliveries: Deliveries, peers: FakePeers, store: Store, written: Written, clock: Clock
) -> None:
    patients.set_opposition(store, written[DMP].patient_id, True, "899700057291", clock.now)
    assert deliveries.deliver(written[DMP].id).reason.code == "opposition"
    assert not peers.dmp.taken


def test_a_duplicate_is_asked_about_and_not_sent_again(
    deliveries: Deliveries, peers: FakePeers, written: Written
) -> None:
    peers.dmp.plan, peers.dmp.keeps = [RemoteRefusal("DMP", "XDSDuplicateUniqueIdInRegistry", "…")], True
    assert deliveries.deliver(written[DMP].id).state is S.SENT


def test_a_doubt_stays_a_doubt_while_nobody_answers(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock
) -> None:
    peers.mail.plan, peers.mail.keeps = [NetworkError("…", doubtful=True)], True
    deliveries.deliver(written[MAIL].id)
    peers.mail.silence = NetworkError("MSSanté")
    clock.pass_(hours=2)
    assert deliveries.deliver(written[MAIL].id).state is S.IN_DOUBT
    peers.mail.silence = None
    assert deliveries.deliver(written[MAIL].id).state is S.SENT


def test_a_copy_that_could_not_be_filed_keeps_the_message_sent_and_is_tried_again(
    deliveries: Deliveries, peers: FakePeers, written: Written, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(content: bytes, message_id: str) -> bool:
        raise RemoteRefusal("MSSanté", "OVERQUOTA", "…")

    with monkeypatch.context() as patched:
        patched.setattr(peers.mail, "file_sent", full)
        sent = deliveries.deliver(written[MAIL].id)
        assert (sent.state, sent.filed) == (S.SENT, False)
        assert deliveries.unfinished()
    clock.pass_(minutes=1)
    deliveries.deliver(written[DMP].id)
    assert [d.filed for d in deliveries.deliver_due()] == [True]
    assert not deliveries.unfinished()
    assert len(peers.mail.taken) == 1


def test_the_doctor_may_retry_a_refused_one_or_give_it_up_but_not_recall_a_sent_one(
    deliveries: Deliveries, peers: FakePeers, written: Written
) -> None:
    peers.mail.plan = [RemoteRefusal("MSSanté", "550", "…")] * 2
    assert deliveries.deliver(written[MAIL].id).state is S.REFUSED
    assert deliveries.deliver(written[MAIL].id).state is S.REFUSED
    assert deliveries.retry(written[MAIL].id).state is S.REFUSED
    assert deliveries.retry(written[MAIL].id).state is S.SENT
    with pytest.raises(ValueError, match="sent"):
        deliveries.give_up(written[MAIL].id)
    assert deliveries.give_up(written[DMP].id).state is S.GIVEN_UP
    assert deliveries.deliver(written[DMP].id).state is S.GIVEN_UP
    assert not peers.dmp.taken


FAILURES = st.sampled_from(
    [
        None,
        NetworkError("…"),
        NetworkError("…", doubtful=True),
        CardError(CardProblem.REMOVED),
        RemoteRefusal("…", "451", "…", transient=True),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(plan=st.lists(FAILURES, max_size=6), keeps=st.booleans(), channel=st.sampled_from(Channel))
def test_any_string_of_passing_failures_ends_sent_exactly_once(
    tmp_path_factory: pytest.TempPathFactory, plan: list[LgcError | None], keeps: bool, channel: Channel
) -> None:
    """`keeps`: the service treats what it takes even when its answer is lost (doubtful failures only)."""
    clock, peers = Clock(), FakePeers()
    doubtful = [f for f in plan if isinstance(f, NetworkError) and f.doubtful]
    there = service(peers, channel)
    there.plan = list(doubtful) if keeps else list(plan)
    there.keeps = keeps
    with Store(tmp_path_factory.mktemp("any") / "profile.db") as store:
        patient = patients.add(store, a_patient())
        draft = to_the_dmp() if channel is DMP else by_mail()
        (one,) = outbox.add(store, a_document(patient), (draft,), NOW)
        settle = {Channel.DMP: SETTLE, Channel.MSSANTE: SETTLE}
        deliveries = Deliveries(store, peers, clock, settle)  # type: ignore[arg-type]
        for _ in range(4 * len(plan) + 4):
            deliveries.deliver(one.id)
            clock.now += timedelta(minutes=61)
        assert outbox.get(store, one.id).state is S.SENT
    assert len(there.taken) == 1


def test_every_kind_of_failure_is_for_the_doctor_or_for_time() -> None:
    assert needs_the_doctor(RemoteRefusal("DMP", "x", "…"))
    assert not needs_the_doctor(RemoteRefusal("DMP", "x", "…", transient=True))
    assert not needs_the_doctor(NetworkError("DMP"))
    assert not needs_the_doctor(CardError(CardProblem.REMOVED))
    assert needs_the_doctor(NotAllowed(Refusal.OPPOSITION))
    assert not needs_the_doctor(NotAllowed(Refusal.NO_SESSION))
