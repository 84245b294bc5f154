"""The services on the whole simulated world: cards pulled out at the worst moment, slow peers, odd names."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from demo_lgc.card.software import SoftwareReader
from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import LgcError, StorageError, StorageProblem
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent, MessageText
from demo_lgc.exchange.mssante.folders import SENT
from demo_lgc.house import House, build_house
from demo_lgc.records import outbox, trace
from demo_lgc.sandbox.world import World
from demo_lgc.services.sharing import ShareRequest
from demo_lgc.settings import load_environment

pytestmark = [pytest.mark.scenario, pytest.mark.mail]

S = DeliveryState
LONG = 20.0  # seconds a peer keeps us waiting: no test waits for it
PROMPT = 3.0  # seconds within which everything lets go


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"), card=False)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    made = Press()
    made.start()
    yield made
    made.close()


class Practice:
    """A house with its session open."""

    def __init__(self, world: World, press: Press, profile: Path) -> None:
        self.world, self.press, self.profile = world, press, profile
        self.card = world.pki.card(world.owner["national_id"])
        self.open()

    def open(self) -> None:
        environment = load_environment(self.world.environment)
        quick = replace(
            environment, dmp=replace(environment.dmp, settle=1), mail=replace(environment.mail, settle=1)
        )
        self.reader = SoftwareReader(self.card, self.world.code)
        self.house: House = build_house(quick, self.profile, reader=self.reader, press=self.press)
        self.house.desk.session.open(self.world.code)

    @property
    def patient(self) -> Patient:
        return self.house.desk.files.search("chemin")[0]

    def colleague(self, number: int = 0) -> Correspondent:
        return self.house.desk.sharing.correspondent(self.world._colleagues()[number]["address"])

    def prepare(self, *recipients: Correspondent, to_dmp: bool = False) -> tuple[Delivery, ...]:
        request = ShareRequest(to_dmp, Visibility.VISIBLE, recipients, MessageText("Synthèse", "Bonjour"))
        return self.house.desk.sharing.prepare(self.patient, request)

    def written(self) -> tuple[Delivery, ...]:
        return outbox.in_states(self.house.store, tuple(S))

    def finish(self) -> None:
        """Let the timer work until nothing is left to do."""
        end = time.monotonic() + 10
        while self.house.desk.deliveries.unfinished():
            assert time.monotonic() < end
            self.house.desk.deliveries.deliver_due()
            time.sleep(0.2)

    def accepted(self, delivery: Delivery) -> int:
        if delivery.channel is Channel.DMP:
            return self.world.dmp.journal.count(delivery.document_id)
        return self.world.mail.journal.count(delivery.wire_id)

    def all_sent_once(self) -> bool:
        return all(d.state is S.SENT and self.accepted(d) == 1 for d in self.written())


@pytest.fixture
def practice(world: World, press: Press, tmp_path: Path) -> Iterator[Practice]:
    made = Practice(world, press, tmp_path / "profile")
    yield made
    world.dmp.script.reset()
    world.mail.script.reset()
    made.house.close()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def soon(condition: Callable[[], object]) -> None:
    """Wait for something that happens within a second or so."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def has_left(practice: Practice, delivery: Delivery) -> bool:
    return outbox.get(practice.house.store, delivery.id).content_left


# --- versions -----------------------------------------------------------------------------------------


def test_a_second_synthesis_replaces_the_first_in_the_dmp_and_for_colleagues(practice: Practice) -> None:
    documents = []
    for _ in range(3):
        deliveries = practice.prepare(practice.colleague(), to_dmp=True)
        practice.finish()
        documents.append(deliveries[0].document_id)
    assert practice.all_sent_once()
    assert [practice.world.dmp.document(each).status for each in documents] == [
        "Deprecated",
        "Deprecated",
        "Approved",
    ]
    read = [practice.house.desk.reading.open(practice.patient.id, each) for each in documents]
    assert [each.version for each in read] == [1, 2, 3]
    assert {each.set_id.text for each in read} == {documents[0]}
    assert [each.replaces.text if each.replaces else "" for each in read] == ["", *documents[:2]]
    listed = practice.house.desk.files.open(practice.patient.id).documents
    states = {each.unique_id: (each.version, each.superseded) for each in listed}
    assert [states[each] for each in documents] == [(1, True), (2, True), (3, False)]


def test_a_synthesis_leaves_as_a_first_one_when_the_dmp_cannot_say_what_to_replace(
    practice: Practice,
) -> None:
    practice.prepare(to_dmp=True)
    practice.finish()
    practice.world.dmp.script.down()
    first = practice.prepare(practice.colleague(), to_dmp=True)[0]
    practice.world.dmp.script.reset()
    practice.finish()
    read = practice.house.desk.reading.open(practice.patient.id, first.document_id)
    assert (read.version, read.replaces) == (1, None)
    assert practice.all_sent_once()


# --- writing down -------------------------------------------------------------------------------------


def test_a_sharing_that_cannot_be_traced_is_not_written_down(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError(StorageProblem.DISK_FULL)

    with monkeypatch.context() as patched:
        patched.setattr(trace, "add", full)
        with pytest.raises(StorageError):
            practice.prepare(practice.colleague())
    assert practice.written() == ()


def test_a_sharing_that_finds_no_room_is_not_written_down_and_can_be_made_again(practice: Practice) -> None:
    colleague = practice.colleague()
    engine: Any = practice.house.store._engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "checkout", limit)
    with pytest.raises(StorageError, match="disk-full"):
        practice.prepare(colleague, to_dmp=True)
    pages = 1_000_000
    assert practice.written() == ()
    practice.prepare(colleague, to_dmp=True)
    practice.finish()
    assert practice.all_sent_once()


def test_a_card_pulled_out_before_the_content_left_is_no_doubt_and_waits_for_no_time(
    practice: Practice, threads: ThreadPoolExecutor
) -> None:
    (one,) = practice.prepare(practice.colleague())
    practice.world.mail.script.delay(LONG, "greeting")
    sending = threads.submit(practice.house.desk.deliveries.deliver, one.id)
    soon(lambda: outbox.get(practice.house.store, one.id).state is S.SENDING)
    time.sleep(0.2)
    practice.reader.pull_out()
    waiting = sending.result(PROMPT)
    assert (waiting.state, waiting.next_try) == (S.READY, None)
    practice.world.mail.script.reset()
    practice.reader.insert(practice.card)
    practice.house.desk.session.open(practice.world.code)
    practice.finish()
    assert practice.all_sent_once()


def test_a_recipient_typed_twice_in_another_case_gets_one_message(practice: Practice) -> None:
    known = practice.colleague()
    shouted = Correspondent(known.address.upper(), known.address.upper())
    (only,) = practice.prepare(known, shouted, known)
    assert only.destination == known.address
    assert len(practice.prepare(known, practice.colleague(1), shouted)) == 2


@pytest.mark.parametrize("typed", [str, str.upper])
def test_a_message_to_oneself_is_one_message_kept_in_both_folders(
    practice: Practice, typed: Callable[[str], str]
) -> None:
    address = typed(practice.world.owner["mailbox"])
    (only,) = practice.prepare(practice.house.desk.sharing.correspondent(address))
    assert practice.house.desk.deliveries.deliver(only.id).filed
    mark = b"Message-ID: " + only.wire_id.encode()
    for folder in ("INBOX", SENT):
        stored = practice.world.mail.read_mailbox(practice.world.owner["mailbox"], folder)
        assert b"".join(stored).count(mark) == 1


def test_a_recipient_who_is_refused_leaves_no_copy_that_would_prove_a_sending(practice: Practice) -> None:
    colleague = practice.colleague()
    practice.world.mail.script.refuse(colleague.address, 550, "5.1.1 boite inconnue")
    (only,) = practice.prepare(colleague)
    assert practice.house.desk.deliveries.deliver(only.id).state is S.REFUSED
    assert not practice.house.desk.deliveries._peers.mail.find(only.wire_id)


def test_two_sharings_prepared_at_once_are_two_sharings(
    practice: Practice, threads: ThreadPoolExecutor
) -> None:
    colleague = practice.colleague()
    made = [threads.submit(practice.prepare, colleague, to_dmp=True) for _ in range(2)]
    assert [len(one.result(30)) for one in made] == [2, 2]
    practice.finish()
    assert len(practice.written()) == 4
    assert practice.all_sent_once()


@pytest.mark.parametrize("after", [0.0, 0.02, 0.1, 0.3])
def test_a_card_pulled_out_while_a_sharing_is_prepared_leaves_all_of_it_or_nothing(
    practice: Practice, threads: ThreadPoolExecutor, after: float
) -> None:
    colleague = practice.colleague()
    making = threads.submit(practice.prepare, colleague, to_dmp=True)
    time.sleep(after)
    practice.reader.pull_out()
    try:
        made: tuple[Delivery, ...] = making.result(30)
    except LgcError:
        made = ()
    assert practice.written() == made
    practice.reader.insert(practice.card)
    practice.house.desk.session.open(practice.world.code)
    practice.finish()
    assert practice.all_sent_once()


@pytest.mark.parametrize("lost", [False, True])
def test_a_delivery_waits_for_the_card_of_its_author(practice: Practice, lost: bool) -> None:
    """With another card one would look for the proof in another mailbox, and send twice."""
    deliveries = practice.house.desk.deliveries
    made = practice.prepare(practice.colleague(), to_dmp=True)
    if lost:
        practice.world.mail.script.cut_after_data(1)
        practice.world.dmp.script.cut("after-commit")
        for one in made:
            deliveries.deliver(one.id)
    before = [(d.state, practice.accepted(d)) for d in practice.written()]
    other = practice.world._practice["doctor"][1]["national_id"]
    practice.reader.pull_out()
    practice.reader.insert(practice.world.pki.card(other))
    practice.house.desk.session.open(practice.world.code)
    deliveries.deliver_due()
    assert [(d.state, practice.accepted(d)) for d in practice.written()] == before
    assert {d.reason.code for d in practice.written()} == {"not-author"}
    practice.reader.pull_out()
    practice.reader.insert(practice.card)
    practice.house.desk.session.open(practice.world.code)
    practice.finish()
    assert practice.all_sent_once()


# --- the card, while something is on its way ----------------------------------------------------------


def dawdle(practice: Practice, channel: Channel, seconds: float) -> None:
    """Let the peer treat what it receives, and answer late."""
    if channel is Channel.DMP:
        practice.world.dmp.script.delay(seconds, "TD2.1")
    else:
        practice.world.mail.script.delay(seconds)


@pytest.mark.parametrize("channel", Channel)
def test_a_card_pulled_out_before_the_answer_leaves_a_doubt_at_once_that_ends_sent_once(
    practice: Practice, threads: ThreadPoolExecutor, channel: Channel
) -> None:
    people = () if channel is Channel.DMP else (practice.colleague(),)
    (one,) = practice.prepare(*people, to_dmp=channel is Channel.DMP)
    dawdle(practice, channel, 1.0)
    sending = threads.submit(practice.house.desk.deliveries.deliver, one.id)
    soon(lambda: has_left(practice, one))
    time.sleep(0.2)
    begun = time.monotonic()
    practice.reader.pull_out()
    assert sending.result(PROMPT).state is S.IN_DOUBT
    assert time.monotonic() - begun < 0.9
    assert practice.house.desk.deliveries.deliver(one.id).reason.code == "no-session"
    practice.reader.insert(practice.card)
    practice.house.desk.session.open(practice.world.code)
    practice.finish()
    assert practice.all_sent_once()


@pytest.mark.parametrize("channel", Channel)
def test_closing_everything_does_not_wait_for_a_peer_that_hangs(
    practice: Practice, threads: ThreadPoolExecutor, channel: Channel
) -> None:
    before = threading.enumerate()  # other tests may have left sign-ins that renew themselves
    people = () if channel is Channel.DMP else (practice.colleague(),)
    (one,) = practice.prepare(*people, to_dmp=channel is Channel.DMP)
    dawdle(practice, channel, LONG)
    sending: Future[Delivery] = threads.submit(practice.house.desk.deliveries.deliver, one.id)
    soon(lambda: has_left(practice, one))
    time.sleep(0.2)
    begun = time.monotonic()
    practice.house.close()
    assert sending.exception(PROMPT) is None or isinstance(sending.exception(), ValueError | LgcError)
    assert time.monotonic() - begun < PROMPT
    practice.open()
    assert [d.state for d in practice.written()] == [S.IN_DOUBT]
    assert not [t for t in threading.enumerate() if isinstance(t, threading.Timer) and t not in before]
