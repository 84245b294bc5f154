"""The proof and the copy, in rich mailboxes and in poor ones."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from demo_lgc.domain.errors import NetworkError, NotAllowed, RemoteRefusal
from demo_lgc.domain.message import Correspondent, OutgoingMessage
from demo_lgc.domain.trust import TlsIdentity
from demo_lgc.exchange.mssante.folders import sent_folder
from demo_lgc.exchange.mssante.mailbox import Mailbox
from demo_lgc.sandbox.mail.operator import MailOperator
from demo_lgc.sandbox.pki import Pki
from demo_lgc.settings import MailSettings
from tests.trusting import a_mailbox, a_sender

pytestmark = pytest.mark.mail

Composer = Callable[..., OutgoingMessage]
PAUL = "paul.medecin5729@medecin.mss.demo.test"
SENT = "Éléments envoyés"


@pytest.fixture
def mailbox(settings: MailSettings, identity: TlsIdentity) -> Iterator[Mailbox]:
    box = a_mailbox(settings, identity)
    yield box
    box.close()


@pytest.fixture
def poor_mailbox(poor_settings: MailSettings, identity: TlsIdentity) -> Iterator[Mailbox]:
    box = a_mailbox(poor_settings, identity)
    yield box
    box.close()


def nothing() -> None:
    """Nobody asks to be told."""


def count(operator: MailOperator, folder: str, message: OutgoingMessage) -> int:
    return sum(found.endswith(message.content) for found in operator.read_mailbox(PAUL, folder))


def by_password(operator: MailOperator, pki: Pki) -> imaplib.IMAP4_SSL:
    """Another client of the same mailbox."""
    context = ssl.create_default_context(cafile=str(pki.anchors))
    client = imaplib.IMAP4_SSL("localhost", operator.imaps_port, ssl_context=context)
    client.login(PAUL, "demo")
    return client


def flags(operator: MailOperator, pki: Pki, folder: str, message: OutgoingMessage) -> bytes:
    with by_password(operator, pki) as client:
        client.select(folder, readonly=True)
        _, found = client.search(None, "HEADER", "Message-ID", f'"{message.message_id}"')
        _, data = client.fetch(found[0].split()[-1].decode(), "(FLAGS)")
        assert isinstance(data[0], bytes)
        return data[0]


def test_a_sent_message_is_filed_once_however_often_it_is_asked(
    operator: MailOperator,
    settings: MailSettings,
    identity: TlsIdentity,
    mailbox: Mailbox,
    composed: Composer,
    pki: Pki,
) -> None:
    message = composed()
    a_sender(settings, identity).send(message, nothing)
    assert all(mailbox.file_sent(message.content, message.message_id) for _ in range(3))
    assert (count(operator, SENT, message), count(operator, "INBOX", message)) == (1, 0)
    assert mailbox.find(message.message_id)
    assert b"\\Seen" in flags(operator, pki, '"&AMk-l&AOk-ments envoy&AOk-s"', message)


def test_without_a_copy_in_the_inbox_ours_is_added(
    operator: MailOperator, mailbox: Mailbox, composed: Composer
) -> None:
    message = composed()
    for _ in range(3):
        mailbox.file_sent(message.content, message.message_id)
    assert count(operator, SENT, message) == 1


def test_a_copy_that_comes_after_the_filing_is_taken_out_of_the_inbox(
    operator: MailOperator,
    settings: MailSettings,
    identity: TlsIdentity,
    mailbox: Mailbox,
    composed: Composer,
) -> None:
    message = composed()
    mailbox.file_sent(message.content, message.message_id)
    a_sender(settings, identity).send(message, nothing)
    mailbox.file_sent(message.content, message.message_id)
    assert (count(operator, SENT, message), count(operator, "INBOX", message)) == (1, 0)


def test_a_message_to_oneself_stays_in_the_inbox_too(
    operator: MailOperator,
    settings: MailSettings,
    identity: TlsIdentity,
    mailbox: Mailbox,
    composed: Composer,
) -> None:
    message = composed(recipient=Correspondent("Moi", PAUL))
    a_sender(settings, identity).send(message, nothing)
    mailbox.file_sent(message.content, message.message_id)
    mailbox.file_sent(message.content, message.message_id)
    assert (count(operator, SENT, message), count(operator, "INBOX", message)) == (1, 1)


def test_a_poor_operator_files_once_too_and_others_lose_nothing(
    poor_operator: MailOperator,
    poor_settings: MailSettings,
    identity: TlsIdentity,
    poor_mailbox: Mailbox,
    composed: Composer,
    pki: Pki,
) -> None:
    neighbour = composed()
    with by_password(poor_operator, pki) as client:
        client.append("INBOX", "(\\Deleted)", "", neighbour.content)
    message = composed()
    a_sender(poor_settings, identity).send(message, nothing)
    assert poor_mailbox.find(message.message_id)
    for _ in range(3):
        poor_mailbox.file_sent(message.content, message.message_id)
    assert count(poor_operator, SENT, message) == 1
    assert b"\\Deleted" in flags(poor_operator, pki, "INBOX", message)
    assert count(poor_operator, "INBOX", neighbour) == 1
    assert poor_mailbox.find(message.message_id)


def test_a_connection_closed_by_the_operator_is_made_again(
    operator: MailOperator, mailbox: Mailbox, composed: Composer
) -> None:
    message = composed()
    assert not mailbox.find(message.message_id)
    operator.script.down(True)
    with pytest.raises(NetworkError) as raised:
        mailbox.find(message.message_id)
    assert not raised.value.doubtful
    operator.script.down(False)
    assert not mailbox.find(message.message_id)


def test_a_closed_mailbox_may_be_closed_again(mailbox: Mailbox, composed: Composer) -> None:
    mailbox.find(composed().message_id)
    mailbox.close()
    mailbox.close()
    with pytest.raises(NotAllowed):
        mailbox.find(composed().message_id)


def test_without_a_card_no_mailbox_opens(settings: MailSettings, stranger: TlsIdentity) -> None:
    with pytest.raises(RemoteRefusal) as raised:
        a_mailbox(settings, stranger).find("<a@b>")
    assert (raised.value.code, raised.value.transient) == ("AUTHENTICATIONFAILED", False)


def test_a_server_signed_by_somebody_else_is_not_spoken_to(
    untrusting: MailSettings, identity: TlsIdentity
) -> None:
    with pytest.raises(NetworkError):
        a_mailbox(untrusting, identity).find("<a@b>")


@pytest.mark.parametrize("starttls", [b"$TAG BAD no\r\n", b"$TAG OK go\r\n$TAG OK injected\r\n"])
@pytest.mark.parametrize("announced", ["IMAP4rev1 AUTH=EXTERNAL", "IMAP4rev1 STARTTLS AUTH=EXTERNAL"])
@pytest.mark.parametrize("greeting", [b"* OK x\r\n", b"* PREAUTH x\r\n"])
def test_nothing_but_courtesies_is_ever_said_in_clear(
    eavesdropper: Callable[..., Any],
    settings: MailSettings,
    identity: TlsIdentity,
    greeting: bytes,
    announced: str,
    starttls: bytes,
) -> None:
    capability = f"* CAPABILITY {announced}\r\n$TAG OK\r\n".encode()
    spy = eavesdropper(
        greeting, {b"CAPABILITY": capability, b"STARTTLS": starttls, b"LOGOUT": b"* BYE\r\n$TAG OK\r\n"}
    )
    with pytest.raises((NetworkError, RemoteRefusal)):
        a_mailbox(replace(settings, imap_port=spy.port, deadline=3), identity).find("<a@b>")
    for word in (b"AUTHENTICATE", b"LOGIN", b"LIST", b"SELECT", b"SEARCH", b"<a@b>"):
        assert word not in bytes(spy.heard).upper().replace(b"LOGOUT", b"")


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        ([("INBOX", b"\\HasNoChildren"), ("Elsewhere", b"\\Sent"), ("Sent", b"")], "Elsewhere"),
        ([("INBOX", b""), ("INBOX/SENT", b"")], "INBOX/SENT"),
        ([("Sent", b""), ("E\u0301le\u0301ments envoye\u0301s", b"")], "E\u0301le\u0301ments envoye\u0301s"),
        ([("Sent", b"\\Noselect"), ("Sent Items", b"")], "Sent Items"),
        ([("INBOX", b""), ("Sentinelles", b"")], None),
        ([], None),
    ],
)
def test_the_sent_folder_is_found_by_its_mark_then_by_its_name(
    folders: list[tuple[str, bytes]], expected: str | None
) -> None:
    assert sent_folder([((flag,), b"/", name) for name, flag in folders]) == expected


@pytest.mark.conformance
def test_what_the_colleague_receives_satisfies_an_independent_judge(
    operator: MailOperator,
    settings: MailSettings,
    identity: TlsIdentity,
    composed: Composer,
    conformance: Path,
    xdm_audit: ModuleType,
) -> None:
    archive = (conformance / "xdm" / "made_here" / "ok_vsm.zip").read_bytes()
    message = composed(archive=archive)
    a_sender(settings, identity).send(message, nothing)
    received = operator.read_mailbox(message.recipient)[-1]
    verdict = xdm_audit.audit_eml(received)
    assert (verdict["verdict"], verdict["errors"], verdict["warnings"]) == ("ok", [], [])
