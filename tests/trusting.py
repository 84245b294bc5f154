"""What a server has to prove, and the clients of a mailbox that ask it of theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from demo_lgc.domain.trust import ServerTrust, TlsClient
from demo_lgc.exchange.mssante.account import Account
from demo_lgc.exchange.mssante.mailbox import Mailbox
from demo_lgc.exchange.mssante.sending import Sender
from demo_lgc.settings import MailSettings


def trusting(anchors: str | Path, revocations: str | Path = "") -> Callable[[], ServerTrust]:
    """The roots of the PEM file `anchors`, and nothing looked up unless `revocations` are given."""
    return lambda: ServerTrust(Path(anchors).read_text(encoding="utf-8"), str(revocations))


def a_mailbox(settings: MailSettings, identity: TlsClient) -> Mailbox:
    return Mailbox(settings, identity, trusting(settings.trust_anchors))


def a_sender(settings: MailSettings, identity: TlsClient) -> Sender:
    return Sender(settings, identity, trusting(settings.trust_anchors))


def an_account(settings: MailSettings, identity: TlsClient) -> Account:
    return Account(settings, identity, trusting(settings.trust_anchors))
