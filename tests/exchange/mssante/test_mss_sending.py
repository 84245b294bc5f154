"""Submission, against a real operator and a few dishonest ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from demo_lgc.domain.errors import (
    CardError,
    CardProblem,
    NetworkError,
    RemoteRefusal,
    StorageError,
    StorageProblem,
)
from demo_lgc.domain.message import Correspondent, OutgoingMessage
from demo_lgc.domain.trust import TlsIdentity
from demo_lgc.exchange.mssante.sending import TOO_LARGE, Sender
from demo_lgc.sandbox.mail.operator import MailOperator
from demo_lgc.sandbox.pki import Pki, issue_bad
from demo_lgc.settings import MailSettings
from tests.trusting import a_mailbox, a_sender

pytestmark = pytest.mark.mail

Composer = Callable[..., OutgoingMessage]
PAUL = "paul.medecin5729@medecin.mss.demo.test"
ROBERT = "robert.specialiste5737@medecin.mss.demo.test"


class Told:
    """Counts the times the caller was told that the content leaves."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def sender(settings: MailSettings, identity: TlsIdentity) -> Sender:
    return a_sender(settings, identity)


def holding(operator: MailOperator, address: str, message: OutgoingMessage) -> list[bytes]:
    """The messages of a mailbox that end with our bytes, whatever the transport put on top."""
    return [found for found in operator.read_mailbox(address) if found.endswith(message.content)]


def test_the_colleague_reads_the_very_bytes_that_were_frozen(
    sender: Sender, operator: MailOperator, composed: Composer, told: Told
) -> None:
    message = composed()
    receipt = sender.send(message, told)
    assert receipt.wire_id == message.message_id
    assert receipt.said == "2.0.0 accepte"
    assert told.times == 1
    assert len(holding(operator, ROBERT, message)) == 1
    assert len(holding(operator, PAUL, message)) == 1
    entry = next(e for e in operator.journal.entries if e.message_id == message.message_id)
    assert (entry.sender, entry.recipients) == (PAUL, (ROBERT, PAUL))
    assert entry.size == len(message.content)


def test_a_message_to_oneself_leaves_once(
    sender: Sender, operator: MailOperator, composed: Composer, told: Told
) -> None:
    message = composed(recipient=Correspondent("Moi", PAUL))
    sender.send(message, told)
    assert len(holding(operator, PAUL, message)) == 1


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("someone@gmail.example", "550", "espace de confiance"),
        ("nobody@medecin.mss.demo.test", "550", "5.1.1"),
    ],
)
def test_what_the_operator_refuses_is_reported_in_its_words(
    sender: Sender,
    operator: MailOperator,
    composed: Composer,
    told: Told,
    address: str,
    code: str,
    words: str,
) -> None:
    message = composed(recipient=Correspondent("X", address))
    with pytest.raises(RemoteRefusal) as raised:
        sender.send(message, told)
    assert (raised.value.service, raised.value.code, raised.value.transient) == ("MSSanté", code, False)
    assert words in raised.value.message
    assert told.times == operator.journal.count(message.message_id) == 0


@pytest.mark.parametrize(("code", "transient"), [(451, True), (552, False)])
def test_a_refusal_that_may_pass_is_told_from_one_that_will_not(
    sender: Sender, operator: MailOperator, composed: Composer, told: Told, code: int, transient: bool
) -> None:
    operator.script.refuse(ROBERT, code, "4.3.0 plus tard" if transient else "5.2.2 boite pleine")
    with pytest.raises(RemoteRefusal) as raised:
        sender.send(composed(), told)
    assert (raised.value.code, raised.value.transient, told.times) == (str(code), transient, 0)


def test_nothing_goes_to_the_colleague_when_our_own_copy_is_refused(
    sender: Sender, operator: MailOperator, composed: Composer, told: Told
) -> None:
    operator.script.full(PAUL)
    message = composed()
    with pytest.raises(RemoteRefusal) as raised:
        sender.send(message, told)
    assert raised.value.code == "552"
    assert holding(operator, ROBERT, message) == []


def test_a_message_too_large_is_known_before_it_leaves(
    start_operator: Callable[..., MailOperator],
    settings: MailSettings,
    identity: TlsIdentity,
    composed: Composer,
    told: Told,
) -> None:
    small = start_operator(max_size=10_000)
    with pytest.raises(RemoteRefusal) as raised:
        a_sender(replace(settings, smtp_port=small.smtp_port), identity).send(composed(), told)
    assert (raised.value.code, raised.value.message, told.times) == (TOO_LARGE, "SIZE 10000", 0)


def test_without_a_card_the_operator_takes_nothing(
    settings: MailSettings, stranger: TlsIdentity, composed: Composer, told: Told
) -> None:
    with pytest.raises(RemoteRefusal) as raised:
        a_sender(settings, stranger).send(composed(), told)
    assert (raised.value.code, told.times) == ("535", 0)


def test_one_does_not_write_in_the_name_of_another(sender: Sender, composed: Composer, told: Told) -> None:
    with pytest.raises(RemoteRefusal) as raised:
        sender.send(replace(composed(), sender=ROBERT, recipient=PAUL), told)
    assert (raised.value.code, told.times) == ("550", 0)


def test_a_server_signed_by_somebody_else_is_not_spoken_to(
    untrusting: MailSettings, identity: TlsIdentity, composed: Composer, told: Told
) -> None:
    with pytest.raises(NetworkError) as raised:
        a_sender(untrusting, identity).send(composed(), told)
    assert (raised.value.doubtful, raised.value.detail, told.times) == (False, "SSLCertVerificationError", 0)


@pytest.mark.parametrize("fault", ["wrong-name", "expired", "self-signed"])
def test_a_server_whose_certificate_is_bad_is_not_spoken_to(
    start_operator: Callable[..., MailOperator],
    pki: Pki,
    settings: MailSettings,
    identity: TlsIdentity,
    composed: Composer,
    told: Told,
    fault: Any,
) -> None:
    bad = start_operator(pki=replace(pki, server=issue_bad(pki, fault)))
    with pytest.raises(NetworkError) as raised:
        a_sender(replace(settings, smtp_port=bad.smtp_port), identity).send(composed(), told)
    assert (raised.value.detail, told.times) == ("SSLCertVerificationError", 0)
    with pytest.raises(NetworkError):
        a_mailbox(replace(settings, imap_port=bad.imap_port), identity).find("<a@b>")


def test_a_card_pulled_out_during_the_handshake_is_named(
    untrusting: MailSettings, identity: Any, composed: Composer, told: Told
) -> None:
    identity.failure = CardError(CardProblem.REMOVED)
    with pytest.raises(CardError) as raised:
        a_sender(untrusting, identity).send(composed(), told)
    assert raised.value.problem is CardProblem.REMOVED
    identity.failure = CardError(CardProblem.REMOVED)
    with pytest.raises(CardError):
        a_mailbox(untrusting, identity).find("<a@b>")


@pytest.mark.parametrize(
    "starttls", [b"500 what?\r\n", b"454 not now\r\n", b"220 go\r\n250 injected\r\n", b"250 hm\r\n"]
)
@pytest.mark.parametrize("announced", [b"250-x\r\n250 AUTH EXTERNAL PLAIN\r\n", b"250-x\r\n250 STARTTLS\r\n"])
def test_nothing_but_courtesies_is_ever_said_in_clear(
    eavesdropper: Callable[..., Any],
    settings: MailSettings,
    identity: TlsIdentity,
    composed: Composer,
    told: Told,
    announced: bytes,
    starttls: bytes,
) -> None:
    spy = eavesdropper(b"220 x\r\n", {b"EHLO": announced, b"STARTTLS": starttls})
    with pytest.raises((NetworkError, RemoteRefusal)):
        a_sender(replace(settings, smtp_port=spy.port, deadline=3), identity).send(composed(), told)
    words = [
        line.split()[0].upper() for line in bytes(spy.heard).split(b"\r\n") if line.isascii() and line.split()
    ]
    assert set(words) <= {b"EHLO", b"STARTTLS", b"QUIT", b"RSET"}
    for secret in (b"AUTH", b"MAIL", b"RCPT", b"DATA", b"paul", b"XDM"):
        assert secret not in bytes(spy.heard)
    assert told.times == 0


def test_a_line_cut_after_the_content_leaves_a_doubt_that_the_mailbox_settles(
    sender: Sender,
    operator: MailOperator,
    settings: MailSettings,
    identity: TlsIdentity,
    composed: Composer,
    told: Told,
) -> None:
    operator.script.cut_after_data(1)
    message = composed()
    with pytest.raises(NetworkError) as raised:
        sender.send(message, told)
    assert raised.value.doubtful
    assert told.times == 1
    mailbox = a_mailbox(settings, identity)
    try:
        assert mailbox.find(message.message_id)
        assert not mailbox.find(composed().message_id)
    finally:
        mailbox.close()
    assert operator.journal.count(message.message_id) == len(holding(operator, ROBERT, message)) == 1


def test_an_answer_that_does_not_come_in_time_is_doubtful(
    operator: MailOperator, settings: MailSettings, identity: TlsIdentity, composed: Composer, told: Told
) -> None:
    operator.script.delay(5)
    begun = time.monotonic()
    with pytest.raises(NetworkError) as raised:
        a_sender(replace(settings, deadline=1.0), identity).send(composed(), told)
    assert (raised.value.doubtful, raised.value.detail) == (True, "deadline")
    assert time.monotonic() - begun < 3


def test_a_greeting_that_does_not_come_in_time_leaves_no_doubt(
    operator: MailOperator, settings: MailSettings, identity: TlsIdentity, composed: Composer, told: Told
) -> None:
    operator.script.delay(5, "greeting")
    begun = time.monotonic()
    with pytest.raises(NetworkError) as raised:
        a_sender(replace(settings, deadline=0.5), identity).send(composed(), told)
    assert (raised.value.doubtful, told.times) == (False, 0)
    assert time.monotonic() - begun < 2


def test_an_operator_that_is_down_leaves_no_doubt(
    operator: MailOperator, sender: Sender, composed: Composer, told: Told
) -> None:
    operator.script.down(True)
    with pytest.raises(NetworkError) as raised:
        sender.send(composed(), told)
    assert (raised.value.doubtful, told.times) == (False, 0)
    operator.script.down(False)
    sender.send(composed(), told)


def test_what_could_not_be_written_down_does_not_leave(
    sender: Sender, operator: MailOperator, composed: Composer
) -> None:
    def disk_full() -> None:
        raise StorageError(StorageProblem.DISK_FULL)

    message = composed()
    with pytest.raises(StorageError):
        sender.send(message, disk_full)
    time.sleep(0.1)
    assert operator.journal.count(message.message_id) == 0
    assert holding(operator, PAUL, message) == []
