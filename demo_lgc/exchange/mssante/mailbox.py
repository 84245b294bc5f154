"""The doctor's own mailbox: where the proof of a sending is looked for, and where its copy is filed.

An operator's mailbox is bare: nobody files the sent copy but us. It is filed once, whatever is repeated:
the Message-ID is searched for before anything is written. Every extension (MOVE, UIDPLUS, SPECIAL-USE) has
a fallback, and nothing ever expunges a message that is not ours.

Reference: [MSS] §1.1, §3.5, §5.1, §5.3; RFC 3501, 4315, 6851.
"""

from __future__ import annotations

import contextlib
import imaplib
import logging
import time
from collections.abc import Callable, Iterator
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from threading import Lock

from demo_lgc.domain.errors import NotAllowed, Refusal
from demo_lgc.domain.trust import AccessToken, ServerTrust, TlsClient
from demo_lgc.exchange.mssante.folders import SENT, sent_folder
from demo_lgc.exchange.mssante.imap import UNREADABLE, Imap, connect, drop, named
from demo_lgc.exchange.mssante.line import Line
from demo_lgc.settings import MailSettings

INBOX = "INBOX"
SEEN, DELETED = b"\\Seen", b"\\Deleted"

# The self-copy travels by itself: it may come a little after the server took the message. Seconds.
_ARRIVAL, _STEP = 2.0, 0.4
_FAREWELL = 1.0

logger = logging.getLogger(__name__)


class Mailbox:
    """The mailbox of the open session, over IMAP with STARTTLS and SASL EXTERNAL, or XOAUTH2 with a token.

    It connects at the first need, keeps the connection, and connects again when the server closed it.
    `trust` is asked what the server has to prove whenever a connection is about to open, in the thread of the
    operation; the NetworkError that it may raise passes through. `settings.deadline` bounds each operation,
    in seconds. One operation at a time, from any thread.

    Every operation raises NetworkError (never doubtful: all may be repeated), CardError when the card could
    not sign the handshake, SignInError (ENDED) when no token can be had, RemoteRefusal with the response
    code of IMAP (`OVERQUOTA`, `AUTHENTICATIONFAILED`, or `NO`) and the server's words, NotAllowed
    (NO_SESSION) after `close`: who waited for its turn must not open a connection that nobody would close
    any more.
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
        self._line = Line()
        self._client: Imap | None = None
        self._closed = False

    def find(self, message_id: str) -> bool:
        """Tell whether a message stands in INBOX or in the sent folder: the operator took it, then."""
        with self._session() as client:
            sent = sent_folder(client.list_folders())
            folders = [INBOX] if sent is None else [INBOX, sent]
            return any(_search(client, folder, message_id, readonly=True) for folder in folders)

    def file_sent(self, message: bytes, message_id: str) -> bool:
        """Make the copy of a sent message stand once in the sent folder, read; return True.

        The self-copy is moved out of INBOX, or, when there is none, `message` is added. Doing it again
        changes nothing. A message the doctor wrote to himself also stays in INBOX.
        """
        with self._session() as client:
            sent = sent_folder(client.list_folders()) or _create_sent(client)
            filed = bool(_search(client, sent, message_id, readonly=True))
            copies = [] if self._is_to_oneself(message) else _self_copies(client, message_id, wait=not filed)
            if copies and not filed:
                client.add_flags(copies[:1], [SEEN], silent=True)
                _move(client, copies[:1], sent)
                copies, filed = copies[1:], True
            _discard(client, copies)
            if not filed:
                client.append(sent, message, [SEEN])
            logger.info("message %s filed", message_id)
            return True

    def close(self) -> None:
        """Leave the mailbox; an operation under way in another thread fails. Never raises."""
        self._closed = True
        if not self._lock.acquire(blocking=False):
            self._line.cut()
            return
        try:
            if self._client is not None:
                # Nothing depends on the farewell.
                with contextlib.suppress(imaplib.IMAP4.error, OSError), self._line.within(_FAREWELL):
                    self._client.logout()
            self._forget()
        finally:
            self._lock.release()

    # --- the connection -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _session(self) -> Iterator[Imap]:
        """Give a connected client, for at most `deadline` seconds; forget it if anything goes wrong."""
        with self._lock:
            self._check_still_there()
            if self._client is None:
                self._line = Line()
            if self._closed:  # asked once `close` has a line to cut
                raise NotAllowed(Refusal.NO_SESSION)
            with named(self._identity, self._line), self._line.within(self._settings.deadline):
                try:
                    if self._client is None:
                        self._client = connect(
                            self._settings, self._identity, self._trust, self._line, self._token
                        )
                    yield self._client
                except BaseException:
                    self._forget()
                    raise

    def _check_still_there(self) -> None:
        """Operators close a connection that says nothing for half an hour."""
        if self._client is None:
            return
        try:
            with self._line.within(self._settings.deadline):
                self._client.noop()
        except (imaplib.IMAP4.error, OSError, *UNREADABLE):
            logger.info("the operator had closed the connection")
            self._forget()

    def _forget(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            drop(client)
        self._line.close()

    def _is_to_oneself(self, message: bytes) -> bool:
        recipients = BytesHeaderParser().parsebytes(message).get_all("To", [])
        return self._settings.mailbox.lower() in {a.lower() for _, a in getaddresses(recipients)}


def _search(client: Imap, folder: str, message_id: str, *, readonly: bool, alive: bool = False) -> list[int]:
    client.select_folder(folder, readonly=readonly)
    return sorted(client.search(["HEADER", "Message-ID", message_id, *(["UNDELETED"] if alive else [])]))


def _self_copies(client: Imap, message_id: str, *, wait: bool) -> list[int]:
    """Return the copies in INBOX, which stays selected; wait a little for the first when asked."""
    end = time.monotonic() + _ARRIVAL
    copies = _search(client, INBOX, message_id, readonly=False, alive=True)
    while not copies and wait and time.monotonic() < end:
        time.sleep(_STEP)
        copies = _search(client, INBOX, message_id, readonly=False, alive=True)
    return copies


def _move(client: Imap, uids: list[int], folder: str) -> None:
    if client.has_capability("MOVE"):
        client.move(uids, folder)
        return
    # Cut between the two, it stands in both: the next call finds it filed and discards the rest.
    client.copy(uids, folder)
    _discard(client, uids)


def _discard(client: Imap, uids: list[int]) -> None:
    """Delete messages of INBOX; without UIDPLUS they stay marked, for EXPUNGE would take others' too."""
    if not uids:
        return
    client.add_flags(uids, [SEEN, DELETED], silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)


def _create_sent(client: Imap) -> str:
    prefix = ""
    if client.has_capability("NAMESPACE"):
        personal = client.namespace().personal
        prefix = str(personal[0][0]) if personal else ""
    name = prefix + SENT
    client.create_folder(name)
    client.subscribe_folder(name)
    return name
