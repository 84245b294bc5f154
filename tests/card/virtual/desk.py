"""A reader on a desk, the cards that lie beside it, and what a hand does with them.

Reference: `demo_lgc.card.reader`; this package.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from demo_lgc.card.reader import PkcsReader
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardInReader
from demo_lgc.sandbox.pki import CardCertificates
from tests.card.virtual.apdu import Command, Ins
from tests.card.virtual.applet import VirtualCard
from tests.card.virtual.layout import lay_out
from tests.card.virtual.world import PcscWorld, missing, pcsc_world

PATIENCE = 5.0  # seconds


@dataclass
class Desk:
    """`reader` is ours, on the stack of `world`; `card` is in its first place when the test begins."""

    world: PcscWorld
    reader: PkcsReader
    card: VirtualCard

    def insert(self, card: VirtualCard | None = None, place: int = 0) -> None:
        """Put a card in, `self.card` by default, and wait until our reader sees it."""
        self.world.places[place].insert(card or self.card)
        wait_until(lambda: len(self._present()) == sum(place.card is not None for place in self.world.places))

    def pull_out(self, place: int = 0) -> None:
        """Take a card out; whoever looks sees it within half a second."""
        self.world.places[place].pull_out()

    def pull_out_and_wait(self) -> None:
        """Take the card out, and wait until whoever looks sees it."""
        place = self.world.places[0]
        place.pull_out()
        place.wait_until_empty()

    def pull_out_at(self, *instructions: Ins) -> None:
        """Take the card out when it has carried out one of these, before its answer leaves."""

        def act(command: Command) -> None:
            if command.ins in instructions and (command.data or command.ins != Ins.VERIFY):
                self.card.on_answer = None
                self.pull_out()

        self.card.on_answer = act

    def _present(self) -> tuple[CardInReader, ...]:
        try:
            return self.reader.look()
        except CardError:
            return ()


@contextmanager
def a_desk(card: CardCertificates, authorities: Path) -> Iterator[Desk]:
    """Outside of pytest: a stack, and this card beside it. Raises RuntimeError when there can be none."""
    if reason := missing():
        raise RuntimeError(reason)
    with pcsc_world() as world:
        desk = Desk(world, PkcsReader(world.settings()), VirtualCard(lay_out(card, authorities)))
        try:
            yield desk
        finally:
            desk.reader.close()


@dataclass
class Listener:
    """Counts what a card is asked to do. A VERIFY without a code only asks for the tries left."""

    asked: Counter[int] = field(default_factory=Counter)

    def __call__(self, command: Command) -> None:
        """Count one command."""
        if command.data or command.ins != Ins.VERIFY:
            self.asked[command.ins] += 1


def opens(reader: PkcsReader) -> bool:
    """True when the code 1234 opens a card, and it signs."""
    try:
        return bool(reader.open("1234").signer.sign(b"x"))
    except CardError:
        return False


def is_empty(reader: PkcsReader) -> bool:
    """True when no card is seen."""
    try:
        reader.look()
    except CardError as error:
        return error.problem is CardProblem.NO_CARD
    return False


def ask(context: ssl.SSLContext, port: int) -> str:
    """Ask the server of `tests.card.server` who we are. Raises ssl.SSLError."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as secured,
    ):
        secured.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: secured.recv(4096), b"")).decode()


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait. Raises AssertionError after `seconds`."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, f"not within {seconds} s"
        time.sleep(0.01)
