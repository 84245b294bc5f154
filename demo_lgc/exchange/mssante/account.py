"""The doctor's MSSanté account: one way in (the mailbox) and one way out (the submission server)."""

from __future__ import annotations

from collections.abc import Callable

from demo_lgc.domain.delivery import Receipt
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.domain.trust import AccessToken, ServerTrust, TlsClient
from demo_lgc.exchange.mssante.mailbox import Mailbox
from demo_lgc.exchange.mssante.sending import Sender
from demo_lgc.settings import MailSettings


class Account:
    """Both connections of one mailbox, opened with the card of the session, or with `token`.

    `trust` says what the servers have to prove: see Sender and Mailbox. Usable from any thread.
    """

    def __init__(
        self,
        settings: MailSettings,
        identity: TlsClient,
        trust: Callable[[], ServerTrust],
        token: AccessToken | None = None,
    ) -> None:
        self._sender = Sender(settings, identity, trust, token)
        self._mailbox = Mailbox(settings, identity, trust, token)

    def send(self, message: OutgoingMessage, on_content: Callable[[], None]) -> Receipt:
        """Submit one message; raises as `Sender.send` does."""
        return self._sender.send(message, on_content)

    def find(self, message_id: str) -> bool:
        """Tell whether the mailbox holds our copy of a message; raises as `Mailbox` does."""
        return self._mailbox.find(message_id)

    def file_sent(self, content: bytes, message_id: str) -> bool:
        """File the copy in « Éléments envoyés », once; raises as `Mailbox` does."""
        return self._mailbox.file_sent(content, message_id)

    def close(self) -> None:
        """Cut what is being submitted, leave the mailbox. Never raises."""
        self._sender.close()
        self._mailbox.close()
