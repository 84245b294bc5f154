"""One session at a time, and nothing of it left when the card leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from demo_lgc.domain.errors import CardError, CardProblem, NotAllowed, Refusal, SignInError, SignInProblem
from demo_lgc.domain.practitioner import (
    CardKind,
    Door,
    LockCause,
    PracticeContact,
    PracticeSituation,
    Practitioner,
    PractitionerSession,
)
from demo_lgc.domain.trust import CardInReader, OpenCard, ProSanteAccount
from demo_lgc.records import trace
from demo_lgc.records.store import Store
from demo_lgc.services.peers import Pair, Peers
from demo_lgc.services.session import SessionService
from demo_lgc.services.trail import trail
from tests.services.conftest import Clock, Service

HOSPITAL = PracticeSituation("10B0999999", "HÔPITAL DÉMO", "SA01")


class Card:
    """A card that remembers whether it was closed."""

    def __init__(
        self, holder: Practitioner, situations: tuple[PracticeSituation, ...], kind: CardKind
    ) -> None:
        self.closed = 0
        self.situations = situations
        self.holder = SimpleNamespace(practitioner=holder, kind=kind, card_number="1")

    def close(self) -> None:
        self.closed += 1


class Reader:
    """A reader whose card is what the test says; `refusal` is raised in place of an answer."""

    def __init__(self, session: PractitionerSession) -> None:
        self.cards: list[Card] = []
        self.practitioner = session.practitioner
        self.situations: tuple[PracticeSituation, ...] = (session.situation,)
        self.kind = CardKind.CPS
        self.refusal: CardError | None = None
        self.removed: Callable[[], None] = lambda: None

    def look(self) -> tuple[CardInReader, ...]:
        return (CardInReader("", self._card().holder),)

    def open(self, code: str, card_number: str = "") -> Card:
        self._refuse()
        self.cards.append(self._card())
        return self.cards[-1]

    def unblock(self, unblocking_code: str, new_code: str, card_number: str = "") -> None:
        self._refuse()

    def change_code(self, code: str, new_code: str, card_number: str = "") -> None:
        self._refuse()

    def watch(self, on_removed: Callable[[], None]) -> None:
        self.removed = on_removed

    def _card(self) -> Any:
        return Card(self.practitioner, self.situations, self.kind)

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal


class Account:
    """Somebody Pro Santé Connect vouches for."""

    def __init__(self, session: PractitionerSession) -> None:
        self.practitioner, self.situations = session.practitioner, (session.situation,)
        self.closed = 0
        self.ended: Callable[[], None] = lambda: None

    def watch(self, on_ended: Callable[[], None]) -> None:
        self.ended = on_ended

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def reader(session: PractitionerSession) -> Reader:
    return Reader(session)


@pytest.fixture
def grace() -> list[float]:
    return [0.0]


@pytest.fixture
def sessions(reader: Reader, clock: Clock, store: Store, grace: list[float]) -> SessionService:
    return SessionService(
        reader,  # type: ignore[arg-type]
        lambda national_id: PracticeContact(phone="01", mailbox=f"{national_id}@demo.test"),
        clock,
        trail(store, clock),
        removal_grace=lambda: grace[0],
    )


def _acts(store: Store) -> list[tuple[str, str]]:
    return [(act.act, act.outcome) for act in reversed(trace.session_acts(store))]


# --- opening ------------------------------------------------------------------------------------------


def test_an_open_session_names_its_doctor_their_practice_and_its_hour(
    sessions: SessionService, session: PractitionerSession, clock: Clock
) -> None:
    opened = sessions.open("1234")
    assert opened == sessions.current
    assert (opened.practitioner, opened.situation) == (session.practitioner, session.situation)
    assert opened.opened_at == clock.now
    assert opened.contact == PracticeContact(phone="01", mailbox="899700057291@demo.test")
    assert (opened.door, opened.kind) == (Door.CARD, CardKind.CPS)


def test_without_a_session_there_is_neither_doctor_nor_key(sessions: SessionService) -> None:
    with pytest.raises(NotAllowed):
        _ = sessions.current
    with pytest.raises(NotAllowed):
        _ = sessions.card


def test_a_doctor_of_several_places_chooses_before_anything_opens(
    sessions: SessionService, reader: Reader
) -> None:
    reader.situations += (HOSPITAL,)
    unlocked = sessions.unlock("1234")
    assert unlocked.situations == reader.situations
    assert unlocked.proposed is None
    assert not sessions.is_open
    with pytest.raises(NotAllowed):
        _ = sessions.card
    assert sessions.begin(HOSPITAL).situation == HOSPITAL


def test_the_place_chosen_is_not_asked_again_when_the_same_card_comes_back(
    sessions: SessionService, reader: Reader
) -> None:
    reader.situations += (HOSPITAL,)
    sessions.unlock("1234")
    sessions.begin(HOSPITAL)
    sessions.lock()
    assert sessions.unlock("1234").proposed == HOSPITAL
    reader.practitioner = replace(reader.practitioner, national_id="899900000026")
    assert sessions.unlock("1234").proposed is None


def test_a_situation_that_is_not_on_the_card_opens_nothing(sessions: SessionService) -> None:
    sessions.unlock("1234")
    with pytest.raises(CardError) as refused:
        sessions.begin(HOSPITAL)
    assert refused.value.problem is CardProblem.NO_SITUATION
    assert not sessions.is_open


def test_a_card_without_any_situation_lets_its_holder_declare_one(
    sessions: SessionService, reader: Reader
) -> None:
    reader.situations, reader.kind = (), CardKind.CPF
    reader.practitioner = replace(reader.practitioner, speciality="")
    unlocked = sessions.unlock("1234")
    assert unlocked.must_declare
    opened = sessions.begin(HOSPITAL, speciality="SM26")
    assert opened.situation == replace(HOSPITAL, declared=True)
    assert opened.practitioner.speciality == "SM26"
    sessions.lock()
    again = sessions.unlock("1234")
    assert again.proposed == opened.situation
    assert again.practitioner.speciality == "SM26"


def test_a_card_without_speciality_is_completed_by_the_last_one_and_renamed_by_nothing(
    sessions: SessionService, reader: Reader, session: PractitionerSession
) -> None:
    """Pro Santé Connect knows somebody under the name and the profession of an exercise."""
    account = Account(session)
    account.practitioner = replace(session.practitioner, family="AUTRE NOM", profession="21")
    sessions.accept(account)  # type: ignore[arg-type]
    sessions.begin(session.situation)
    reader.practitioner = replace(session.practitioner, speciality="")
    assert sessions.unlock("1234").practitioner == session.practitioner


def test_a_card_that_names_nobody_asks_who_holds_it(sessions: SessionService, reader: Reader) -> None:
    reader.kind = CardKind.CPE
    reader.practitioner = Practitioner("30B0057881/CPET0002", "HOPITAL DES 3 DAMES", "", "", "")
    unlocked = sessions.unlock("1234")
    assert unlocked.unnamed
    assert unlocked.proposed is None
    opened = sessions.begin(unlocked.situations[0], ("DURAND", "Ève"))
    assert opened.practitioner.display_name == "Ève DURAND"
    sessions.lock()
    again = sessions.unlock("1234")  # perhaps in another hand
    assert again.unnamed
    assert again.proposed is None


def test_what_was_unlocked_can_be_given_up(sessions: SessionService, reader: Reader) -> None:
    sessions.unlock("1234")
    sessions.give_up()
    sessions.give_up()
    assert [card.closed for card in reader.cards] == [1]
    with pytest.raises(NotAllowed):
        sessions.begin(reader.situations[0])


def test_a_card_pulled_out_before_the_choice_opens_nothing(sessions: SessionService, reader: Reader) -> None:
    sessions.unlock("1234")
    reader.removed()
    assert reader.cards[0].closed == 1
    with pytest.raises(NotAllowed):
        sessions.begin(reader.situations[0])


def test_opening_at_once_leaves_nothing_open_when_there_is_something_to_choose(
    sessions: SessionService, reader: Reader
) -> None:
    reader.situations += (HOSPITAL,)
    with pytest.raises(CardError) as refused:
        sessions.open("1234")
    assert refused.value.problem is CardProblem.NO_SITUATION
    assert reader.cards[0].closed == 1
    assert not sessions.is_open


def test_opening_again_closes_the_session_before(sessions: SessionService, reader: Reader) -> None:
    sessions.open("1234")
    sessions.open("1234")
    assert [card.closed for card in reader.cards] == [1, 0]


# --- closing ------------------------------------------------------------------------------------------


def test_the_card_that_leaves_closes_everything_once(sessions: SessionService, reader: Reader) -> None:
    told: list[str] = []
    sessions.when_locked(lambda: told.append("locked"))
    sessions.open("1234")
    reader.removed()
    reader.removed()
    assert told == ["locked"]
    assert reader.cards[0].closed == 1
    assert not sessions.is_open
    assert sessions.locked_because is LockCause.REMOVED


def test_during_the_grace_the_keys_are_dead_and_the_page_is_still_there(
    sessions: SessionService, reader: Reader, grace: list[float]
) -> None:
    lost, locked = [], threading.Event()
    sessions.when_key_lost(lambda: lost.append(sessions.is_open))
    sessions.when_locked(locked.set)
    sessions.open("1234")
    grace[0] = 0.05
    reader.removed()
    assert lost == [True]
    assert locked.wait(5)
    assert not sessions.is_open
    assert sessions.locked_because is LockCause.REMOVED


def test_the_page_is_covered_before_servers_are_taken_leave_of(
    sessions: SessionService, reader: Reader
) -> None:
    told: list[str] = []
    sessions.when_key_lost(lambda: told.append("connections"))
    sessions.when_locked(lambda: told.append("page"))
    sessions.open("1234")
    reader.removed()
    assert told == ["page", "connections"]


def test_a_server_that_is_slow_to_leave_makes_no_grace_longer(
    sessions: SessionService, reader: Reader, grace: list[float], store: Store
) -> None:
    locked, gone = threading.Event(), threading.Event()
    sessions.when_key_lost(lambda: gone.wait(5) or None)
    sessions.when_locked(locked.set)
    sessions.open("1234")
    grace[0] = 0.05
    leaving = threading.Thread(target=reader.removed)
    leaving.start()
    in_time = locked.wait(2)
    threading.Timer(0.1, gone.set).start()
    sessions.lock()  # the program ends: the trace is written before the base closes
    leaving.join(5)
    assert in_time
    assert not sessions.is_open
    assert [card.closed for card in reader.cards] == [1]
    assert _acts(store)[-1] == ("lock-session", "removed")


def test_a_card_that_cannot_be_watched_is_closed_again(sessions: SessionService, reader: Reader) -> None:
    def watch(on_removed: Callable[[], None]) -> None:
        raise CardError(CardProblem.REFUSED)

    reader.watch = watch  # type: ignore[method-assign]
    with pytest.raises(CardError):
        sessions.unlock("1234")
    assert [card.closed for card in reader.cards] == [1]
    with pytest.raises(NotAllowed):
        sessions.begin(reader.situations[0])


def test_locking_ends_the_grace_at_once(sessions: SessionService, reader: Reader, grace: list[float]) -> None:
    before, told = set(threading.enumerate()), list[str]()
    sessions.when_locked(lambda: told.append("locked"))
    sessions.open("1234")
    grace[0] = 60.0
    reader.removed()
    sessions.lock(LockCause.IDLE)
    assert told == ["locked"]
    assert sessions.locked_because is LockCause.IDLE
    begun = set(threading.enumerate()) - before
    assert not [t for t in begun if isinstance(t, threading.Timer) and not t.finished.is_set()]


def test_connections_die_with_the_session_and_are_made_anew(sessions: SessionService) -> None:
    made: list[Service] = []

    def make(opened: PractitionerSession, key: OpenCard | ProSanteAccount) -> Pair:
        made.extend((Service(), Service()))
        return Pair(made[-2], made[-1])

    peers = Peers(sessions, make)
    with pytest.raises(NotAllowed):
        _ = peers.dmp
    sessions.open("1234")
    assert peers.dmp is peers.dmp
    sessions.lock()
    assert [service.closed for service in made] == [1, 1]
    with pytest.raises(NotAllowed):
        _ = peers.mail
    sessions.open("1234")
    assert peers.mail is made[3]


# --- the second door ----------------------------------------------------------------------------------


def test_pro_sante_connect_opens_the_mailbox_and_no_key(
    sessions: SessionService, session: PractitionerSession
) -> None:
    account, mail = Account(session), Service()
    peers = Peers(sessions, lambda opened, key: Pair(None, mail))
    unlocked = sessions.accept(account)  # type: ignore[arg-type]
    assert unlocked.proposed == session.situation
    opened = sessions.begin(session.situation)
    assert (opened.door, opened.kind) == (Door.PRO_SANTE_CONNECT, None)
    assert peers.mail is mail
    for ask in (lambda: sessions.card, lambda: peers.dmp):
        with pytest.raises(NotAllowed) as refused:
            ask()
        assert refused.value.refusal is Refusal.NEEDS_CARD
    account.ended()
    assert sessions.locked_because is LockCause.ENDED
    assert (account.closed, mail.closed) == (1, 1)


def test_without_a_registration_the_second_door_says_so(sessions: SessionService) -> None:
    assert not sessions.has_provider
    with pytest.raises(SignInError) as refused:
        sessions.in_browser()
    assert refused.value.problem is SignInProblem.NOT_CONFIGURED


# --- the trail ----------------------------------------------------------------------------------------


def test_who_opened_was_refused_and_locked_is_written_down_without_any_code(
    sessions: SessionService, reader: Reader, store: Store
) -> None:
    reader.refusal = CardError(CardProblem.WRONG_CODE, 2)
    for act in (
        lambda: sessions.unlock("9731"),
        lambda: sessions.unblock("86420975", "9731"),
        lambda: sessions.change_code("9731", "1379"),
    ):
        with pytest.raises(CardError):
            act()
    reader.refusal = None
    sessions.unblock("86420975", "9731")
    sessions.change_code("9731", "1379")
    sessions.open("1379")
    sessions.lock(LockCause.IDLE)
    assert _acts(store) == [
        ("open-card", "wrong-code"),
        ("unblock-card", "wrong-code"),
        ("change-code", "wrong-code"),
        ("unblock-card", "ok"),
        ("change-code", "ok"),
        ("open-session", "card"),
        ("lock-session", "idle"),
    ]
    lines = trace.session_acts(store)
    assert {act.who for act in lines} == {reader.practitioner.national_id}
    told = repr(lines)
    assert not any(code in told for code in ("9731", "1379", "86420975"))


def test_a_base_that_cannot_be_written_keeps_nobody_out(
    sessions: SessionService, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from demo_lgc.domain.errors import StorageError, StorageProblem

    def full(*_: object, **__: object) -> None:
        raise StorageError(StorageProblem.DISK_FULL)

    monkeypatch.setattr(trace, "note", full)
    assert sessions.open("1234")
    sessions.lock()
    assert not sessions.is_open
    assert [record.message for record in caplog.records] == [
        "an act of the session is not in the trace: open-session (disk-full)",
        "an act of the session is not in the trace: lock-session (disk-full)",
    ]


def test_the_code_is_not_kept_by_the_failure_it_caused(sessions: SessionService, reader: Reader) -> None:
    reader.refusal = CardError(CardProblem.WRONG_CODE, 2)
    with pytest.raises(CardError) as refused:
        sessions.unlock("".join(("97", "31")))
    frame: Any = refused.value.__traceback__
    held = []
    while frame is not None:
        if frame.tb_frame.f_code.co_filename.endswith("services/session.py"):
            held += list(frame.tb_frame.f_locals.values())
        frame = frame.tb_next
    assert held
    assert "9731" not in held
