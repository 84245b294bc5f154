"""An operator, or who took its place with its certificate, that answers anything at all."""

from __future__ import annotations

import contextlib
import resource
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo_lgc.domain.errors import NetworkError, NotAllowed, RemoteRefusal
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.domain.trust import TlsIdentity
from demo_lgc.exchange.mssante.imap import LONGEST_WORDS
from demo_lgc.sandbox.pki import Pki
from demo_lgc.settings import MailSettings
from tests.trusting import a_mailbox, a_sender

Say = Callable[[ssl.SSLSocket], None]
Answers = dict[bytes, bytes | Say]
PAUL = "paul@mss.test"
MESSAGE = OutgoingMessage("<a@b>", PAUL, "anne@mss.test", b"Subject: x\r\n\r\nx\r\n")
FOLDERS = b'* LIST () "/" INBOX\r\n$TAG OK done\r\n'


@pytest.fixture
def hostile(pki: Pki) -> Iterator[Callable[[bytes, Answers], MailSettings]]:
    """Start a server of the right certificate: its greeting, then the answer to the first key of a line."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.server.chain, pki.server.key)
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def converse(connection: Any, greeting: bytes, answers: Answers, closing: contextlib.ExitStack) -> None:
        connection.sendall(greeting)
        lines = connection.makefile("rb")
        while line := lines.readline():
            tag = line.split()[0]
            if b"STARTTLS" in line:
                connection.sendall(answers[b"STARTTLS"].replace(b"$TAG", tag))  # type: ignore[union-attr]
                connection = closing.enter_context(context.wrap_socket(connection, server_side=True))
                lines = connection.makefile("rb")
                continue
            answer = next(a for key, a in answers.items() if key in line.upper())
            if callable(answer):
                answer(connection)
            else:
                connection.sendall(answer.replace(b"$TAG", tag))

    def serve(listener: socket.socket, greeting: bytes, answers: Answers) -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            connection.settimeout(10)
            with connection, contextlib.suppress(OSError), contextlib.ExitStack() as closing:
                converse(connection, greeting, answers, closing)

    def start(greeting: bytes, answers: Answers) -> MailSettings:
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        threads.append(threading.Thread(target=serve, args=(listener, greeting, answers), daemon=True))
        threads[-1].start()
        listeners.append(listener)
        return MailSettings("localhost", port, "localhost", port, PAUL, str(pki.anchors), "", deadline=30.0)

    yield start
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(10)


def imap(**answers: bytes | Say) -> Answers:
    """Answers of a well-behaved mailbox, but for those named."""
    named: Answers = {name.upper().encode(): answer for name, answer in answers.items()}
    return named | {
        b"STARTTLS": b"$TAG OK go\r\n",
        b"CAPABILITY": named.get(
            b"CAPABILITY", b"* CAPABILITY IMAP4rev1 STARTTLS SASL-IR\r\n$TAG OK done\r\n"
        ),
        b"LIST": named.get(b"LIST", FOLDERS),
        b"": b"$TAG OK done\r\n",
    }


def smtp(hello: bytes | Say = b"250-x\r\n250 STARTTLS\r\n", mail: bytes = b"250 ok\r\n") -> Answers:
    return {
        b"STARTTLS": b"220 go\r\n",
        b"EHLO": hello,
        b"AUTH": b"235 ok\r\n",
        b"MAIL": mail,
        b"": b"250 ok\r\n",
    }


def flood(what: bytes) -> Say:
    def say(connection: ssl.SSLSocket) -> None:
        while True:
            connection.sendall(what)

    return say


@pytest.mark.parametrize(
    "answers",
    [
        {"list": b'* LIST () "/" "&&&\xff-"\r\n$TAG OK done\r\n'},
        {"list": b'* LIST () "\xff" "x"\r\n$TAG OK done\r\n'},
        {"list": b"* LIST ()\r\n$TAG OK done\r\n"},
        {"list": b"* LIST NIL NIL NIL\r\n$TAG OK done\r\n"},
        {"list": b"* LIST " + b"(" * 100_000 + b"\r\n$TAG OK done\r\n"},
        {"list": b"* LIST " + b"x" * 2_000_000 + b"\r\n$TAG OK done\r\n"},
        {"search": b"* SEARCH abc \xff\r\n$TAG OK done\r\n"},
        {"search": b"* SEARCH (1 2\r\n$TAG OK done\r\n"},
        {"search": b"* SEARCH " + b"9" * 5000 + b"\r\n$TAG OK done\r\n"},
        {"capability": b"* CAPABILITY \xff\xfe\r\n$TAG OK done\r\n"},
    ],
    ids=lambda answers: repr(answers)[:40],
)
def test_an_answer_of_the_mailbox_that_means_nothing_is_a_network_failure(
    hostile: Any, identity: TlsIdentity, answers: Any
) -> None:
    mailbox = a_mailbox(hostile(b"* OK x\r\n", imap(**answers)), identity)
    with pytest.raises(NetworkError) as raised:
        mailbox.find("<a@b>")
    assert not raised.value.doubtful
    mailbox.close()


@pytest.mark.parametrize("size", [b"SIZE", b"SIZE \xb2", b"SIZE " + b"9" * 5000])
def test_a_size_that_is_no_size_is_no_limit(hostile: Any, identity: TlsIdentity, size: bytes) -> None:
    settings = hostile(
        b"220 x\r\n", smtp(b"250-x\r\n250-STARTTLS\r\n250 " + size + b"\r\n", b"550 5.1.1 no\r\n")
    )
    with pytest.raises(RemoteRefusal) as raised:
        a_sender(settings, identity).send(MESSAGE, lambda: None)
    assert raised.value.code == "550"


def test_a_mailbox_that_never_stops_talking_is_left(hostile: Any, identity: TlsIdentity) -> None:
    for what in (b"* X junk junk junk\r\n" * 3000, b'* LIST () "/" {9000000000}\r\n' + b"0" * 60_000):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(NetworkError) as raised:
            a_mailbox(hostile(b"* OK x\r\n", imap(list=flood(what))), identity).find("<a@b>")
        assert raised.value.detail == "abort"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


@pytest.mark.parametrize("what", [b"250-junk junk junk\r\n" * 3000, b"0" * 60_000])
def test_a_submission_server_that_never_stops_talking_is_left(
    hostile: Any, identity: TlsIdentity, what: bytes
) -> None:
    with pytest.raises(NetworkError) as raised:
        a_sender(hostile(b"220 x\r\n", smtp(flood(what))), identity).send(MESSAGE, lambda: None)
    assert raised.value.detail != "deadline"


def test_the_words_of_an_operator_are_bounded(hostile: Any, identity: TlsIdentity) -> None:
    long = (b"550-" + b"w" * 5000 + b"\r\n") * 50 + b"550 x\r\n"
    with pytest.raises(RemoteRefusal) as submission:
        a_sender(hostile(b"220 x\r\n", smtp(mail=long)), identity).send(MESSAGE, lambda: None)
    refused = b"$TAG NO [AUTHENTICATIONFAILED] " + b"w" * 900_000 + b"\r\n"
    with pytest.raises(RemoteRefusal) as mailbox:
        a_mailbox(hostile(b"* OK x\r\n", imap(authenticate=refused)), identity).find("<a@b>")
    assert mailbox.value.code == "AUTHENTICATIONFAILED"
    assert max(len(submission.value.message), len(mailbox.value.message)) <= LONGEST_WORDS


def test_a_mailbox_once_closed_opens_no_connection_any_more(hostile: Any, identity: TlsIdentity) -> None:
    """Who waited for its turn while the session was being locked must not connect with the card behind it."""
    mailbox = a_mailbox(hostile(b"* OK x\r\n", imap()), identity)
    mailbox.close()
    with pytest.raises(NotAllowed):
        mailbox.find("<a@b>")
