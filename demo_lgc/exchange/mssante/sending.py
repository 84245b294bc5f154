"""Hands one message to the submission server, and says for certain whether it was taken.

The connection goes: greeting, STARTTLS, SASL EXTERNAL with the card or XOAUTH2 with a token, one transaction
for the recipient and for our own mailbox (that copy is the proof looked for when in doubt, and what is filed
in « Éléments envoyés »). Nothing but EHLO and STARTTLS is ever said in clear. No ORCPT: some operators refuse
the message for it.

Reference: [MSS] §1.1, §5.1, MSS/CONF.01–.08; RFC 3207, 4954, 5321 §4.5.3.2.6.
"""

from __future__ import annotations

import contextlib
import logging
import re
import smtplib
import socket
from collections.abc import Callable, Iterator
from threading import Lock
from typing import BinaryIO

from demo_lgc.domain.delivery import Receipt
from demo_lgc.domain.errors import CardError, NetworkError, NotAllowed, Refusal, RemoteRefusal
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.domain.trust import AccessToken, ServerTrust, TlsClient
from demo_lgc.exchange.alerts import refused_card
from demo_lgc.exchange.discretion import discreetly
from demo_lgc.exchange.mssante.addresses import wire_address
from demo_lgc.exchange.mssante.imap import LONGEST_WORDS, SERVICE
from demo_lgc.exchange.mssante.line import Line
from demo_lgc.exchange.mssante.sasl import show_card, show_token
from demo_lgc.settings import MailSettings

_LONGEST_HEARD = 1_000_000  # bytes of replies on one connection
TOO_LARGE = "SIZE"
"""`RemoteRefusal.code` when the message is larger than what the server announced: nothing was sent."""

logger = logging.getLogger(__name__)


class Sender:
    """Submits messages with the card or the `token` of the open session, over one connection for each.

    `trust` is asked what the server has to prove before each one, in the thread that submits; the
    NetworkError that it may raise passes through. `settings.deadline` bounds a whole submission, in seconds.
    May be used from several threads.
    """

    def __init__(
        self,
        settings: MailSettings,
        identity: TlsClient,
        trust: Callable[[], ServerTrust],
        token: AccessToken | None = None,
    ) -> None:
        self._settings = settings
        self._identity = identity
        self._trust = trust
        self._token = token
        self._lock = Lock()
        self._lines: set[Line] = set()
        self._closed = False

    def close(self) -> None:
        """Cut the submissions under way and refuse later ones. Never waits, never raises; from any thread."""
        with self._lock:
            self._closed = True
            for line in self._lines:
                line.cut()

    def send(self, message: OutgoingMessage, on_content: Callable[[], None]) -> Receipt:
        """Submit `message` to its recipient and to the sender's own mailbox; return what the server said.

        `on_content` is called once, just before the first byte of content: the caller writes down that the
        message may have left. If it raises, nothing leaves and its exception passes through.

        Raises, in the order of the conversation:
        NetworkError, not doubtful: unreachable, too slow, no STARTTLS, server certificate not trusted;
        CardError: the card could not sign the handshake; SignInError (ENDED): no token can be had;
        RemoteRefusal with the three digits of SMTP as `code` and the server's words (transient for 4xx), or
        `TOO_LARGE` when EHLO SIZE forbids it; NotAllowed when an address is malformed;
        NetworkError, doubtful: the content had begun to leave and no complete answer came back.
        After `close`, NotAllowed (NO_SESSION).

        Reference: [MSS] §5.3.
        """
        sender, recipient = wire_address(message.sender), wire_address(message.recipient)
        to_oneself = recipient.casefold() == sender.casefold()
        recipients = (recipient,) if to_oneself else (recipient, sender)
        with contextlib.ExitStack() as closing:
            line = closing.enter_context(self._a_line())
            closing.enter_context(line.within(self._settings.deadline))
            with self._named(line, doubtful=False):
                wire = _Wire(line, self._settings.deadline)
                closing.callback(wire.close)
                with discreetly():
                    self._open(wire)
                _address(wire, sender, recipients, len(message.content))
            on_content()
            with self._named(line, doubtful=True):
                wire.send(_stuffed(message.content))
                said = _expect(wire.getreply(), 250)
            logger.info("message %s submitted, %d bytes", message.message_id, len(message.content))
            # The message is taken whatever becomes of the farewell.
            with contextlib.suppress(OSError):
                wire.quit()
        return Receipt(message.message_id, said)

    @contextlib.contextmanager
    def _a_line(self) -> Iterator[Line]:
        """Give a line that `close` cuts. Raises NotAllowed (NO_SESSION) after it."""
        line = Line()
        with self._lock:
            if self._closed:
                raise NotAllowed(Refusal.NO_SESSION)
            self._lines.add(line)
        try:
            yield line
        finally:
            with self._lock:
                self._lines.discard(line)
            line.close()

    def _open(self, wire: _Wire) -> None:
        context = self._identity.context(self._trust())
        access = self._token.fresh() if self._token is not None else ""
        _expect(wire.connect(self._settings.smtp_host, self._settings.smtp_port), 220)
        _expect(wire.ehlo(), 250)
        if not wire.has_extn("starttls"):
            raise NetworkError(SERVICE, "no STARTTLS")
        in_clear = wire.sock
        _expect(wire.starttls(context=context), 220)
        if wire.sock is in_clear:
            raise NetworkError(SERVICE, "no TLS")
        _expect(wire.ehlo(), 250)
        if self._token is None:
            _expect(show_card(wire), 235)
        else:
            _expect(show_token(wire, self._settings.mailbox, self._token, access), 235)

    @contextlib.contextmanager
    def _named(self, line: Line, *, doubtful: bool) -> Iterator[None]:
        """Translate what smtplib, sockets and TLS raise."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error, doubtful=doubtful) from error
        except _Unusable as error:
            raise NetworkError(SERVICE, "unusable answer", doubtful=doubtful) from error
        except OSError as error:  # smtplib's and ssl's exceptions are OSErrors
            cause = self._identity.cause()
            if isinstance(cause, CardError) and not doubtful:
                raise cause from error
            if not doubtful and (refused := refused_card(error)):
                raise refused from error
            detail = "deadline" if line.expired else type(error).__name__
            raise NetworkError(SERVICE, detail, doubtful=doubtful) from error


class _Wire(smtplib.SMTP):
    """smtplib on a line that can be cut. It says as little as possible of the machine it runs on."""

    def __init__(self, line: Line, seconds: float) -> None:
        self._line = line
        super().__init__(local_hostname="[127.0.0.1]", timeout=seconds)

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply. One without end is taken for a line that was cut: SMTPServerDisconnected."""
        if self.file is None and self.sock is not None:
            self.file = _Metered(self.sock.makefile("rb"))
        return super().getreply()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._host = host  # what starttls checks the certificate against
        return self._line.open(host, port, timeout)


class _Metered:
    """What smtplib reads its replies from: lines of a bounded length, and a bounded number of them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = _LONGEST_HEARD

    def readline(self, limit: int) -> bytes:
        line = self._stream.readline(limit)
        self._left -= len(line)
        if self._left < 0 or len(line) == limit:
            raise OSError("a reply without end")
        return line

    def close(self) -> None:
        self._stream.close()


class _Unusable(smtplib.SMTPException):
    """An answer that means nothing at this point of the conversation."""


def _address(wire: _Wire, sender: str, recipients: tuple[str, ...], size: int) -> None:
    """Everything of the transaction that precedes the content. A refusal leaves politely."""
    limit = wire.esmtp_features.get("size", "")
    if re.fullmatch(r"[0-9]{1,15}", limit) and 0 < int(limit) < size:
        _leave(wire)
        raise RemoteRefusal(SERVICE, TOO_LARGE, f"SIZE {limit}")
    options = [f"SIZE={size}"] if wire.has_extn("size") else []
    try:
        _expect(wire.mail(sender, options), 250)
        for recipient in recipients:
            _expect(wire.rcpt(recipient), 250, 251)
        _expect(wire.docmd("DATA"), 354)
    except smtplib.SMTPResponseException:
        _leave(wire)
        raise


def _leave(wire: _Wire) -> None:
    # Nothing depends on the farewell of a transaction that was refused.
    with contextlib.suppress(OSError):
        wire.rset()
        wire.quit()


def _expect(reply: tuple[int, bytes], *codes: int) -> str:
    """Return the words of a reply. Raises SMTPResponseException for 4xx and 5xx, _Unusable otherwise."""
    code, words = reply
    if code in codes:
        return _text(words)
    if 400 <= code < 600:
        raise smtplib.SMTPResponseException(code, words)
    raise _Unusable


def _refusal(code: int, words: bytes | str, *, doubtful: bool) -> RemoteRefusal | NetworkError:
    if not 400 <= code < 600:
        return NetworkError(SERVICE, "unusable answer", doubtful=doubtful)
    return RemoteRefusal(SERVICE, str(code), _text(words), transient=code < 500)


def _text(words: bytes | str) -> str:
    text = words.decode("utf-8", errors="replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:LONGEST_WORDS]


def _stuffed(content: bytes) -> bytes:
    """Return the content as it goes after DATA: dots doubled, and the final dot. RFC 5321 §4.5.2."""
    whole = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole) + b".\r\n"
