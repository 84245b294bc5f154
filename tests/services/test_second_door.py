"""A day without a reader, on the whole sandbox: Pro Santé Connect opens the records and the mailbox.

What needs the card waits for the card, and leaves with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_lgc.card.software import SoftwareReader
from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.delivery import DeliveryState
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import NotAllowed, Refusal, SignInError, SignInProblem
from demo_lgc.domain.message import MessageText
from demo_lgc.domain.practitioner import Door, LockCause
from demo_lgc.house import House, build_house
from demo_lgc.records import outbox
from demo_lgc.sandbox.world import World
from demo_lgc.services.sharing import ShareRequest
from demo_lgc.settings import load_environment

pytestmark = [pytest.mark.scenario, pytest.mark.mail]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"), card=False)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def reader(world: World) -> SoftwareReader:
    return SoftwareReader(world.pki.card(world.owner["national_id"]), world.code)


@pytest.fixture
def house(world: World, reader: SoftwareReader, tmp_path: Path) -> Iterator[House]:
    press = Press()
    press.start()
    made = build_house(load_environment(world.environment), tmp_path, reader=reader, press=press)
    yield made
    world.psc.provider.apply({"do": "reset"})
    made.close()
    press.close()


def _sign_in(world: World, house: House) -> None:
    world.psc.provider.apply({"do": "phone", "answer": "accept", "after": 0})
    sessions = house.desk.session
    sign_in = sessions.on_telephone(world.owner["national_id"])
    assert len(sign_in.number) == 2
    unlocked = sessions.accept(sign_in.wait())
    assert unlocked.proposed is not None
    opened = sessions.begin(unlocked.proposed)
    assert (opened.door, opened.situation.structure_id) == (
        Door.PRO_SANTE_CONNECT,
        world.owner["structure_id"],
    )


def _share(house: House, world: World, *, to_dmp: bool, by_mail: bool) -> int:
    """Prepare a VSM of M. CHEMIN; return the identifier of its only delivery."""
    desk = house.desk
    colleague = desk.sharing.correspondent(world._colleagues()[0]["address"])
    request = ShareRequest(
        to_dmp, Visibility.VISIBLE, (colleague,) if by_mail else (), MessageText("Synthèse", "Bonjour")
    )
    (made,) = desk.sharing.prepare(desk.files.search("chemin")[0], request)
    return made.id


def test_a_message_leaves_by_the_token_and_the_dmp_waits_for_the_card(world: World, house: House) -> None:
    desk = house.desk
    desk.session.open(world.code)
    deposit = _share(house, world, to_dmp=True, by_mail=False)
    desk.session.lock()

    _sign_in(world, house)
    with pytest.raises(NotAllowed) as refused:
        _share(house, world, to_dmp=True, by_mail=False)
    assert refused.value.refusal is Refusal.NEEDS_CARD
    message = desk.deliveries.deliver(_share(house, world, to_dmp=False, by_mail=True))
    assert message.state is DeliveryState.SENT
    assert message.filed
    assert world.mail.journal.count(message.wire_id) == 1
    waiting = desk.deliveries.deliver(deposit)
    assert (waiting.state, waiting.reason.code) == (DeliveryState.READY, "needs-card")
    assert waiting.attempts == 0

    desk.session.open(world.code)
    assert desk.deliveries.deliver(deposit).state is DeliveryState.SENT
    assert world.dmp.journal.count(outbox.get(house.store, deposit).document_id) == 1


def test_the_session_locks_when_pro_sante_connect_ends_it(world: World, house: House) -> None:
    desk = house.desk
    _sign_in(world, house)
    delivery = _share(house, world, to_dmp=False, by_mail=True)
    world.psc.provider.apply({"do": "end_sessions"})
    waiting = desk.deliveries.deliver(delivery)
    assert waiting.state is DeliveryState.READY
    assert not desk.session.is_open
    assert desk.session.locked_because is LockCause.ENDED
    _sign_in(world, house)
    assert desk.deliveries.deliver(delivery).state is DeliveryState.SENT
    assert world.mail.journal.count(waiting.wire_id) == 1


def test_who_refuses_on_the_telephone_opens_nothing(world: World, house: House) -> None:
    world.psc.provider.apply({"do": "phone", "answer": "refuse", "after": 0})
    sign_in = house.desk.session.on_telephone(world.owner["national_id"])
    with pytest.raises(SignInError) as refused:
        house.desk.session.answer_to(sign_in, world.owner["national_id"])
    assert refused.value.problem is SignInProblem.REFUSED
    assert not house.desk.session.is_open
    (line,) = house.desk.administration.recent_acts()
    assert (line.act, line.who, line.outcome) == ("sign-in", world.owner["national_id"], "refused")
