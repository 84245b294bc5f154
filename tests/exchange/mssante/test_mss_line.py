"""A server that drips never meets a read time-out: the total time must."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from demo_lgc.domain.errors import NetworkError
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.exchange.mssante.account import Account
from demo_lgc.exchange.mssante.line import Line
from demo_lgc.sandbox.pki import Pki
from demo_lgc.settings import MailSettings
from tests.trusting import a_mailbox


@pytest.fixture
def dripping() -> Iterator[int]:
    """The port of a server that says a letter every tenth of a second and never ends its line."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):  # the client leaves, or the test ends
            connection, _ = listener.accept()
            with connection:
                while not done.wait(0.1):
                    connection.sendall(b"*")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    done.set()
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def settings_of(port: int, pki: Pki, deadline: float) -> MailSettings:
    return MailSettings(
        "127.0.0.1", port, "127.0.0.1", port, "a@b.fr", str(pki.anchors), "", deadline=deadline
    )


def test_a_dripping_server_is_left_at_the_deadline(dripping: int, identity: Any, pki: Pki) -> None:
    begun = time.monotonic()
    with pytest.raises(NetworkError) as raised:
        a_mailbox(settings_of(dripping, pki, deadline=0.6), identity).find("<a@b>")
    assert raised.value.detail == "deadline"
    assert time.monotonic() - begun < 2


def test_a_line_cut_before_it_is_open_opens_to_nothing(dripping: int) -> None:
    line = Line()
    line.cut()
    with line.open("127.0.0.1", dripping, 1.0) as connection:
        assert connection.recv(1) == b""
    line.close()


def test_closing_a_mailbox_interrupts_what_it_does(dripping: int, identity: Any, pki: Pki) -> None:
    mailbox = a_mailbox(settings_of(dripping, pki, deadline=20), identity)
    closer = threading.Timer(0.4, mailbox.close)
    closer.start()
    begun = time.monotonic()
    with pytest.raises(NetworkError):
        mailbox.find("<a@b>")
    assert 0.3 < time.monotonic() - begun < 3
    closer.join()


def test_lists_that_cannot_be_had_are_the_failure_and_nothing_is_opened(
    dripping: int, identity: Any, pki: Pki
) -> None:
    """The same for both ways: what the server has to prove is known before it is called."""
    problem = NetworkError("IGC-Santé", "TimeoutError")

    def trust() -> ServerTrust:
        raise problem

    settings = settings_of(dripping, pki, deadline=5)
    message = OutgoingMessage("<a@b>", "a@b.test", "c@d.test", b"Subject: x\r\n\r\ny\r\n")
    account = Account(settings, identity, trust)
    for ask in (lambda: account.find("<a@b>"), lambda: account.send(message, lambda: None)):
        with pytest.raises(NetworkError) as raised:
            ask()
        assert raised.value is problem
    account.close()
    assert identity.contexts == []
