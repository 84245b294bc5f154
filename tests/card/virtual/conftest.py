"""One PC/SC stack for all tests of a run: libpcsclite remembers its daemon as long as the process lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from demo_lgc.card.reader import PkcsReader
from demo_lgc.sandbox.pki import Pki
from tests.card.conftest import NUMBER
from tests.card.virtual.applet import VirtualCard
from tests.card.virtual.desk import Desk
from tests.card.virtual.layout import lay_out
from tests.card.virtual.world import Busy, PcscWorld, missing, pcsc_world


@pytest.fixture(scope="session")
def world() -> Iterator[PcscWorld]:
    if reason := missing():
        pytest.skip(reason)
    with ExitStack() as stack:
        try:
            made = stack.enter_context(pcsc_world())
        except Busy as error:
            pytest.skip(str(error))
        yield made


@pytest.fixture(scope="session")
def card(pki: Pki) -> VirtualCard:
    return VirtualCard(lay_out(pki.card(NUMBER), pki.intermediates))


@pytest.fixture
def desk(world: PcscWorld, card: VirtualCard) -> Iterator[Desk]:
    """A new card is in the reader; the one of the test before, when it was left in: pcscd takes its time."""
    card.renew()
    made = Desk(world, PkcsReader(world.settings()), card)
    if world.places[0].card is not card:
        made.insert()
    yield made
    made.reader.close()
    world.places[1].pull_out()
