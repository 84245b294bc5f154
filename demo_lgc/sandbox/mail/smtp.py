"""The submission server of the operator: STARTTLS, then SASL EXTERNAL by the certificate of the card, or
XOAUTH2 by an access token of Pro Santé Connect.

It refuses what a real operator refuses: no certificate, a sender who is not the owner of the mailbox, a
recipient outside the trust space, an unknown mailbox, a message too large, a line too long (a whole token in
the AUTH command, for one). Reference: [MSS] §1.1, §1.6; RFC 4954 §4; RFC 5321 §4.5.3.1.
"""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from demo_lgc.sandbox.mail.dovecot import MailboxOwner
from demo_lgc.sandbox.mail.journal import Accepted, Journal
from demo_lgc.sandbox.mail.script import Script
from demo_lgc.sandbox.mail.submission import Submission
from demo_lgc.sandbox.pki import Pki

_START_LIMIT = 10.0  # seconds
_TRIES, _PAUSE = 5, 0.2  # deliveries to a mailbox, seconds between them
_log = logging.getLogger(__name__)

# At lower levels aiosmtpd writes every line it receives, content included.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class SubmissionServer:
    """Listens on 127.0.0.1, on a port chosen by the system, in its own thread. `max_size` is in bytes."""

    def __init__(
        self,
        pki: Pki,
        owners: Sequence[MailboxOwner],
        domains: Sequence[str],
        journal: Journal,
        script: Script,
        lmtp_socket: Callable[[], Path],
        max_size: int,
        vouches: Callable[[str], str] | None = None,
    ) -> None:
        self._handler = _Handler(owners, domains, journal, script, lmtp_socket, vouches)
        self._refused = ["LOGIN", "PLAIN"] + (["XOAUTH2"] if vouches is None else [])
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_cert_chain(pki.server.chain, pki.server.key)
        self._context.load_verify_locations(pki.people_ca)
        self._context.verify_mode = ssl.CERT_OPTIONAL
        self._max_size, self._script = max_size, script
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread()
        self._server: asyncio.Server | None = None
        self._open: set[Submission] = set()
        self.port = 0

    def start(self) -> None:
        """Listen. Raises OSError."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, args=(self._loop,), name="sandbox-smtp", daemon=True
        )
        self._thread.start()
        self._await(self._listen)

    def pause(self) -> None:
        """Close the door and every connection."""
        self._await(self._hush)

    def resume(self) -> None:
        """Open the door again, on the same port."""
        self._await(self._listen)

    def stop(self) -> None:
        """Stop, and wait for the end. Harmless when stopped."""
        loop = self._loop
        if loop is None:
            return
        self.pause()
        self._loop = None
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()

    # --- in its thread --------------------------------------------------------------------------------

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        rest = asyncio.all_tasks(loop)
        for task in rest:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())

    def _await(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._loop is None:
            raise RuntimeError("not started")
        asyncio.run_coroutine_threadsafe(work(), self._loop).result(_START_LIMIT)

    async def _listen(self) -> None:
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._submission, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _hush(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        # asyncio loses a connection that is being accepted while the server closes: stop accepting first.
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        await asyncio.sleep(0.02)
        server.close()
        await server.wait_closed()
        while self._open:
            for submission in tuple(self._open):
                submission.cut()
            await asyncio.sleep(0.005)

    def _submission(self) -> Submission:
        return Submission(
            self._open,
            self._script,
            handler=self._handler,
            tls_context=self._context,
            require_starttls=True,
            auth_required=True,
            auth_exclude_mechanism=self._refused,
            data_size_limit=self._max_size,
            hostname="localhost",
            enable_SMTPUTF8=False,
            loop=asyncio.get_running_loop(),
        )


class _Handler:
    """The rules. Called by aiosmtpd by the names of its methods."""

    def __init__(
        self,
        owners: Sequence[MailboxOwner],
        domains: Sequence[str],
        journal: Journal,
        script: Script,
        lmtp_socket: Callable[[], Path],
        vouches: Callable[[str], str] | None,
    ) -> None:
        self._vouches = vouches
        self._cards = {o.national_id: o.address for o in owners if o.national_id}
        self._addresses = {o.address.lower() for o in owners}
        self._domains = {domain.lower() for domain in domains}
        self._journal, self._script, self._lmtp_socket = journal, script, lmtp_socket
        self._delivering = threading.Lock()

    def address_of(self, national_id: str) -> str | None:
        """The mailbox of a card."""
        return self._cards.get(national_id)

    def address_of_token(self, token: str) -> str | None:
        """The mailbox of an access token."""
        return self._cards.get(self._vouches(token)) if self._vouches is not None else None

    async def handle_EHLO(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Add the extension whose codes we use."""
        session.host_name = hostname
        return [*responses[:-1], "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Let a mailbox be used by its owner only."""
        if address != session.auth_data:
            return "550 5.7.1 expediteur different du titulaire de la boite"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Let mail go to the trust space only."""
        scripted = self._script.refusal(address)
        if scripted is not None:
            return scripted
        if address.rpartition("@")[2].lower() not in self._domains:
            return "550 5.7.1 domaine hors de l'espace de confiance MSSante"
        if address.lower() not in self._addresses:
            return "550 5.1.1 boite inconnue"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Deliver to every recipient, write it down, then answer, late or never if so scripted."""
        content = envelope.content
        if not isinstance(content, bytes) or envelope.mail_from is None:
            return "554 5.6.0 message illisible"
        recipients = tuple(dict.fromkeys(envelope.rcpt_tos))
        try:
            await asyncio.to_thread(self._deliver, envelope.mail_from, recipients, content)
        except (smtplib.SMTPException, OSError) as error:
            # Left to aiosmtpd it would be a 500, a refusal for good.
            _log.warning("the mailboxes did not take a message: %s", type(error).__name__)
            return "451 4.3.0 remise impossible pour le moment"
        await asyncio.sleep(self._script.delay_at("answer"))
        if self._script.must_cut() and isinstance(server, Submission):
            server.cut()
        return "250 2.0.0 accepte"

    def _deliver(self, sender: str, recipients: Sequence[str], content: bytes) -> None:
        """Hand a message over and write it down. Both in one thread: who sent it may be gone meanwhile, and
        aiosmtpd then cancels whoever waits for us, but what was delivered was accepted.
        """
        path = str(self._lmtp_socket())
        with self._delivering, smtplib.LMTP(path, local_hostname="localhost") as mailboxes:
            # LMTP answers once per recipient and smtplib reads one answer: one transaction each.
            for recipient in recipients:
                _hand_over(mailboxes, sender, recipient, content)
            message_id = str(message_from_bytes(content)["Message-ID"] or "").strip()
            self._journal.add(Accepted(message_id, sender, tuple(recipients), len(content), time.time()))


def _hand_over(mailboxes: smtplib.LMTP, sender: str, recipient: str, content: bytes) -> None:
    """As the queue of an operator does, try again what the mailbox refuses for a moment (4yz)."""
    for _ in range(_TRIES - 1):
        try:
            mailboxes.sendmail(sender, [recipient], content)
        except smtplib.SMTPDataError as refusal:
            if refusal.smtp_code >= 500:
                raise
            time.sleep(_PAUSE)
        else:
            return
    mailboxes.sendmail(sender, [recipient], content)
