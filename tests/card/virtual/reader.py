"""A place for a card in the virtual reader.

vpcd, inside pcscd, listens on a port for each place; a card in it is a connection, made by `relay` in a
process of its own, and pulling it out ends the connection. vpcd listens on every address, so that pcscd lives
in a network of its own, which only the relay enters.

Reference: vsmartcard, virtualsmartcard/src/vpcd.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

from tests.card.virtual import relay
from tests.card.virtual.applet import ATR, VirtualCard

_POWER_ON = b"\x01"
_POLL = 0.45  # seconds, a little more than pcscd takes between two looks at its readers
_PATIENCE = 15.0  # seconds


class VirtualReader:
    """A place for one card. `network` is the file of the namespace where pcscd listens, « » for ours."""

    def __init__(self, port: int, network: str = "") -> None:
        self._command = [sys.executable, "-I", "-S", relay.__file__, str(port), ATR.hex(), network]
        self._contacts: subprocess.Popen[bytes] | None = None
        self._card: VirtualCard | None = None
        self._thread: threading.Thread | None = None
        self._powered = threading.Event()
        self._unseen = False  # a removal that may not have been seen by the poll of pcscd

    @property
    def card(self) -> VirtualCard | None:
        """The card that is in, None when the place is empty."""
        return self._card if self._contacts is not None else None

    def insert(self, card: VirtualCard) -> None:
        """Put `card` in, and wait until pcscd has powered it: half a second, a whole one after a removal.

        Raises TimeoutError when pcscd does not see the card.
        """
        self.pull_out()
        self.wait_until_empty()
        self._powered.clear()
        contacts = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, cwd=Path(__file__).parent
        )
        self._thread = threading.Thread(
            target=self._live, args=(card, contacts), name="virtual card", daemon=True
        )
        self._contacts, self._card = contacts, card
        self._thread.start()
        if not self._powered.wait(_PATIENCE):
            self.pull_out()
            raise TimeoutError("pcscd does not see the card")

    def pull_out(self) -> None:
        """Take the card out; harmless when there is none. From any thread, that of the card too.

        Nothing is answered from now on. pcscd notices at its next look, or when it sends something.
        """
        contacts, self._contacts = self._contacts, None
        if contacts is not None and contacts.stdin is not None:
            contacts.stdin.close()

    def wait_until_empty(self) -> None:
        """Wait until pcscd has seen the place empty: a card put back earlier is the same one to it."""
        if self._thread is None:
            return
        self._thread.join(_PATIENCE)
        if self._unseen:
            time.sleep(_POLL)
            self._unseen = False

    def _live(self, card: VirtualCard, contacts: subprocess.Popen[bytes]) -> None:
        with contacts:
            assert contacts.stdin is not None
            assert contacts.stdout is not None
            while message := _read(contacts.stdout):
                if message == _POWER_ON:
                    self._powered.set()
                if len(message) == 1:
                    card.reset()  # power off, power on, reset
                    continue
                answer = card.exchange(message)
                with contextlib.suppress(OSError, ValueError):  # pulled out while it was at work
                    contacts.stdin.write(relay.framed(answer))
        card.reset()
        self._unseen = contacts.returncode != relay.SEEN


def _read(stream: IO[bytes]) -> bytes:
    """Return the next message, b"" at the end."""
    return _exactly(stream, int.from_bytes(_exactly(stream, 2)))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    received = b""
    while len(received) < size and (more := stream.read(size - len(received))):
        received += more
    return received
