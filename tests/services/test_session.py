"""One session at a time, and nothing of it left when the card leaves."""

from __future__ import annotations

import pytest

from demo_lgc.domain.errors import CardError, CardProblem, NotAllowed
from demo_lgc.domain.practitioner import PracticeContact, PractitionerSession
from demo_lgc.domain.trust import OpenCard
from demo_lgc.services.peers import Pair, Peers
from demo_lgc.services.session import SessionService
from tests.services.conftest import Clock, Service


class Card:
    """A card that remembers whether it was closed."""

    def __init__(self, session: PractitionerSession) -> None:
        self.closed = 0
        self.situations = (session.situation,)
        self.holder = self
        self.practitioner = session.practitioner

    def close(self) -> None:
        self.closed += 1


class Reader:
    def __init__(self, session: PractitionerSession) -> None:
        self.cards: list[Card] = []
        self._session = session
        self.removed = lambda: None

    def open(self, code: str) -> Card:
        self.cards.append(Card(self._session))
        return self.cards[-1]

    def watch(self, on_removed) -> None:  # type: ignore[no-untyped-def]
        self.removed = on_removed


@pytest.fixture
def reader(session: PractitionerSession) -> Reader:
    return Reader(session)


@pytest.fixture
def sessions(reader: Reader, clock: Clock) -> SessionService:
    return SessionService(reader, PracticeContact(phone="01"), clock)  # type: ignore[arg-type]


def test_an_open_session_names_its_doctor_their_practice_and_its_hour(
    sessions: SessionService, session: PractitionerSession, clock: Clock
) -> None:
    opened = sessions.open("1234")
    assert opened == sessions.current
    assert (opened.practitioner, opened.situation) == (session.practitioner, session.situation)
    assert opened.opened_at == clock.now
    assert opened.contact.phone == "01"


def test_without_a_session_there_is_neither_doctor_nor_key(sessions: SessionService) -> None:
    with pytest.raises(NotAllowed):
        _ = sessions.current
    with pytest.raises(NotAllowed):
        _ = sessions.card


def test_the_card_that_leaves_closes_everything_once(sessions: SessionService, reader: Reader) -> None:
    told: list[str] = []
    sessions.when_locked(lambda: told.append("locked"))
    sessions.open("1234")
    reader.removed()
    reader.removed()
    assert told == ["locked"]
    assert reader.cards[0].closed == 1
    assert not sessions.is_open


def test_a_card_without_a_practice_situation_is_refused_and_closed(
    sessions: SessionService, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = Card.__new__(Card)
    empty.closed, empty.situations = 0, ()
    monkeypatch.setattr(reader, "open", lambda code: empty)
    with pytest.raises(CardError) as refused:
        sessions.open("1234")
    assert refused.value.problem is CardProblem.NO_SITUATION
    assert empty.closed == 1
    assert not sessions.is_open


def test_opening_again_closes_the_session_before(sessions: SessionService, reader: Reader) -> None:
    sessions.open("1234")
    sessions.open("1234")
    assert [card.closed for card in reader.cards] == [1, 0]


def test_connections_die_with_the_session_and_are_made_anew(sessions: SessionService) -> None:
    made: list[Service] = []

    def make(opened: PractitionerSession, card: OpenCard) -> Pair:
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
