"""A server that drips never meets a read time-out: the total time must."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from demo_lgc.domain.errors import NetworkError
from demo_lgc.exchange.mssante.line import Line
from demo_lgc.exchange.mssante.mailbox import Mailbox
from demo_lgc.settings import MailSettings


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


def test_a_dripping_server_is_left_at_the_deadline(dripping: int, identity: Any) -> None:
    settings = MailSettings("127.0.0.1", dripping, "127.0.0.1", dripping, "a@b.fr", "", "", deadline=0.6)
    begun = time.monotonic()
    with pytest.raises(NetworkError) as raised:
        Mailbox(settings, identity).find("<a@b>")
    assert raised.value.detail == "deadline"
    assert time.monotonic() - begun < 2


def test_a_line_cut_before_it_is_open_opens_to_nothing(dripping: int) -> None:
    line = Line()
    line.cut()
    with line.open("127.0.0.1", dripping, 1.0) as connection:
        assert connection.recv(1) == b""
    line.close()


def test_closing_a_mailbox_interrupts_what_it_does(dripping: int, identity: Any) -> None:
    settings = MailSettings("127.0.0.1", dripping, "127.0.0.1", dripping, "a@b.fr", "", "", deadline=20)
    mailbox = Mailbox(replace(settings, deadline=20), identity)
    closer = threading.Timer(0.4, mailbox.close)
    closer.start()
    begun = time.monotonic()
    with pytest.raises(NetworkError):
        mailbox.find("<a@b>")
    assert time.monotonic() - begun < 3
    closer.join()
