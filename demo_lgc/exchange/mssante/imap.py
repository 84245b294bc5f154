"""The IMAP session under the mailbox: never in clear, opened by the card or a token, and it can be cut.

Reference: [MSS] §1.1, §4.2, ECO.1.2.*, MSS/CONF.01, .09; RFC 3501 §6.2.1, RFC 4422 appendix A.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from imapclient import IMAPClient
from imapclient.exceptions import ProtocolError

from demo_lgc.domain.errors import CardError, NetworkError, RemoteRefusal
from demo_lgc.domain.trust import AccessToken, ServerTrust, TlsClient
from demo_lgc.exchange.alerts import refused_card
from demo_lgc.exchange.discretion import discreetly
from demo_lgc.exchange.mssante.line import Line
from demo_lgc.exchange.mssante.sasl import xoauth2
from demo_lgc.settings import MailSettings

SERVICE = "MSSanté"

# We never fetch a message: what we are told is short. Bytes heard in one operation, characters shown.
_LONGEST_HEARD = 2_000_000
LONGEST_WORDS = 2000

# What IMAPClient stumbles with on an answer that means nothing: it unpacks, decodes and counts on trust.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)

# RFC 5530: the server says that a later try may pass.
_TRANSIENT = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"})


class Imap(Protocol):
    """The commands of IMAPClient that the mailbox uses; every identifier is a UID."""

    def noop(self) -> Any: ...  # noqa: D102
    def logout(self) -> Any: ...  # noqa: D102
    def shutdown(self) -> None: ...  # noqa: D102
    def has_capability(self, capability: str) -> bool: ...  # noqa: D102
    def namespace(self) -> Any: ...  # noqa: D102
    def list_folders(self) -> list[tuple[tuple[bytes, ...], bytes | None, Any]]: ...  # noqa: D102
    def create_folder(self, folder: str) -> Any: ...  # noqa: D102
    def subscribe_folder(self, folder: str) -> Any: ...  # noqa: D102
    def select_folder(self, folder: str, readonly: bool = False) -> Any: ...  # noqa: D102
    def search(self, criteria: Sequence[str]) -> list[int]: ...  # noqa: D102
    def add_flags(self, messages: Sequence[int], flags: Sequence[bytes], silent: bool = False) -> Any: ...  # noqa: D102
    def move(self, messages: Sequence[int], folder: str) -> Any: ...  # noqa: D102
    def copy(self, messages: Sequence[int], folder: str) -> Any: ...  # noqa: D102
    def uid_expunge(self, messages: Sequence[int]) -> Any: ...  # noqa: D102
    def append(self, folder: str, msg: bytes, flags: Sequence[bytes] = ()) -> Any: ...  # noqa: D102


def connect(
    settings: MailSettings,
    identity: TlsClient,
    trust: Callable[[], ServerTrust],
    line: Line,
    token: AccessToken | None = None,
) -> Imap:
    """Return an authenticated session on `line`: STARTTLS, then SASL EXTERNAL, or XOAUTH2 with `token`.

    Without STARTTLS nothing is said. Raises OSError and imaplib's exceptions (see `named`), and what
    `trust` and `token` raise, which are asked before anything is opened.
    """
    context = identity.context(trust())
    access = token.fresh() if token is not None else ""
    client: Any = _Client(settings, line)
    try:
        client.starttls(context)
        if token is None:
            client.sasl_login("EXTERNAL", lambda challenge: b"")
        else:
            with discreetly():
                _show(client, settings.mailbox, token, access)
    except BaseException:
        drop(client)
        raise
    finally:
        del access  # an exception holds this frame
    session: Imap = client
    return session


def _show(client: Any, mailbox: str, token: AccessToken, access: str) -> None:
    """Open `mailbox` with `access`; when it is refused, once more with another token."""
    try:
        client.xoauth2(xoauth2(mailbox, access))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:  # revoked, or our clock and theirs differ
        client.xoauth2(xoauth2(mailbox, token.fresh(refused=access)))


def drop(client: Imap) -> None:
    """Close a session without a word."""
    with contextlib.suppress(imaplib.IMAP4.error, OSError):  # it was being abandoned
        client.shutdown()


@contextlib.contextmanager
def named(identity: TlsClient, line: Line) -> Iterator[None]:
    """Translate what imaplib, sockets and TLS raise in the block.

    Into CardError when the card failed the handshake, NetworkError (not doubtful; also for an answer that
    cannot be read), and RemoteRefusal when the server answered NO or BAD: its response code if it gave one,
    else `NO`, and its words.
    """
    try:
        yield
    except (imaplib.IMAP4.abort, ProtocolError, OSError) as error:
        cause = identity.cause()
        if isinstance(cause, CardError):
            raise cause from error
        if refused := refused_card(error):
            raise refused from error
        raise NetworkError(SERVICE, "deadline" if line.expired else type(error).__name__) from error
    except UNREADABLE as error:
        raise NetworkError(SERVICE, "unusable answer") from error
    except imaplib.IMAP4.error as error:
        said = str(error)[:LONGEST_WORDS]
        found = re.search(r"\[([A-Z-]{1,40})", said)
        code = found[1] if found else "NO"
        raise RemoteRefusal(SERVICE, code, said, transient=code in _TRANSIENT) from error


class _Imap4(imaplib.IMAP4):
    """imaplib on a line that can be cut, and that does not listen for ever."""

    def __init__(self, host: str, port: int, line: Line, seconds: float) -> None:
        self._line, self._seconds = line, seconds
        super().__init__(host, port, timeout=seconds)

    def read(self, size: int) -> bytes:
        """Read a literal. Raises abort, before a byte of it, when it is larger than all we may hear."""
        self._weigh(size)
        return super().read(size)

    def readline(self) -> bytes:
        """Read a line. Raises abort when it is too long, or when too much was heard."""
        try:
            line = super().readline()
        except self.error as error:
            raise self.abort("the server says too much") from error
        self._weigh(len(line))
        return line

    def xoauth2(self, response: bytes, *, at_once: bool) -> None:
        """Say an access token, with the command or after it. Raises IMAP4.error when it is refused."""
        self._unsaid = [] if at_once else [response]
        self.literal: Any = self._say  # called at each challenge, instead of a text
        first = [base64.b64encode(response).decode()] if at_once else []
        kind, said = self._simple_command("AUTHENTICATE", "XOAUTH2", *first)
        if kind != "OK":
            raise self.error(said[-1].decode("utf-8", "replace"))
        self.state = "AUTH"

    def _say(self, _challenge: bytes) -> bytes:
        """Answer a challenge. That which explains a refusal wants an empty answer."""
        return base64.b64encode(self._unsaid.pop()) if self._unsaid else b""

    def _weigh(self, size: int) -> None:
        self._line.heard += size
        if self._line.heard > _LONGEST_HEARD:
            raise self.abort("the server says too much")

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._line.open(self.host, self.port, self._seconds)


class _Client(IMAPClient):
    """IMAPClient on the same."""

    def __init__(self, settings: MailSettings, line: Line) -> None:
        self._line, self._seconds = line, settings.deadline
        super().__init__(settings.imap_host, settings.imap_port, ssl=False, timeout=settings.deadline)

    def _create_IMAP4(self) -> _Imap4:  # noqa: N802 - the name IMAPClient calls
        return _Imap4(self.host, self.port, self._line, self._seconds)

    def xoauth2(self, response: bytes) -> None:
        """Authenticate with an access token, in one round trip where the server takes it."""
        self._imap.xoauth2(response, at_once=bool(self.has_capability("SASL-IR")))  # type: ignore[no-untyped-call]
