"""HTTP over mutual TLS with the key of the card, for services that must not be asked twice by mistake.

Every failure says whether the service may have treated the request: before any byte of the body could
leave, nothing happened; afterwards, only the service knows.

Reference: [DMP] §1.3 (TLS, EX_0.X-1055 redirections, REC_0.X-1035), §1.5; [CPS] §4.1.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

from demo_lgc.domain.errors import LgcError, NetworkError, NotAllowed, Refusal, RemoteRefusal
from demo_lgc.domain.trust import ServerTrust, TlsClient
from demo_lgc.exchange.alerts import innermost, refused_card
from demo_lgc.exchange.soap.connection import Watch, Watched, WatchedAdapter

MAX_ANSWER = 30_000_000  # bytes
_MAX_REDIRECTIONS = 3
_CONNECT_TIMEOUT = 10.0  # seconds, per address
_CHUNK = 65536
_SOAP_TYPES = ("application/soap+xml", "text/xml", "application/xop+xml", "multipart/related")
_TRY_LATER = (408, 425, 429)


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer that carries SOAP."""

    content_type: str
    body: bytes


class _Session(requests.Session):
    """A session that leaves redirections alone: to prepare them, `requests` reads their whole body."""

    def get_redirect_target(self, _response: requests.Response) -> None:
        return None


class Transport:
    """One service reached by HTTPS, its connection kept alive between calls.

    `trust` is asked what the server has to prove whenever a connection is about to open, in the thread of
    the call; the NetworkError that it may raise passes through. `deadline` bounds a whole call in seconds
    (name resolution and `trust` excepted). Calls are served one at a time: each TLS connection costs a
    signature of the card.
    """

    def __init__(
        self,
        identity: TlsClient,
        trust: Callable[[], ServerTrust],
        base_url: str,
        deadline: float,
        *,
        service: str,
    ) -> None:
        self._identity = identity
        self._trust = trust
        self._base_url = base_url.rstrip("/")
        self._deadline = deadline
        self._service = service
        self._session: requests.Session | None = None
        self._watched = Watched()
        self._turn = threading.Lock()
        self._closed = False

    def url(self, path: str) -> str:
        """Return the URL of a path of the service (`/patients`)."""
        return self._base_url + path

    def post(self, path: str, content_type: str, body: bytes) -> Answer:
        """Post a SOAP message and return the SOAP that answers, a fault included.

        Raises NetworkError (doubtful or not), RemoteRefusal for a 4xx without SOAP (its code is the
        status), CardError when the card failed during the handshake, NotAllowed (NO_SESSION) after
        `close`.
        """
        try:
            with self._turn, Watch(self._deadline) as watch, self._watched.by(watch):
                if self._closed:  # asked under the watch: `close` sets the flag, then looks for a watch
                    raise NotAllowed(Refusal.NO_SESSION)
                self._session = self._session or self._open()
                return self._follow(self._session, watch, self.url(path), content_type, body)
        finally:
            if self._closed:
                self._drop()

    def close(self) -> None:
        """Cut the call under way and drop the connections: a live TLS session outlives its card.

        Never waits; may be called from any thread. Later calls are refused.
        """
        self._closed = True
        watch = self._watched.watch
        if watch is not None:
            watch.stop()
        self._drop()

    def _drop(self) -> None:
        if self._turn.acquire(blocking=False):  # else the call under way does it, once cut
            try:
                if self._session is not None:
                    self._session.close()
                    self._session = None
            finally:
                self._turn.release()

    def _context(self) -> ssl.SSLContext:
        trust = self._trust()
        try:
            return self._identity.context(trust)
        except OSError:  # ssl.SSLError is one
            raise NetworkError(self._service, "no usable trust anchor") from None

    def _open(self) -> requests.Session:
        session = _Session()
        session.trust_env = False  # no proxy, no .netrc, no other anchors
        session.mount("https://", WatchedAdapter(self._context, self._watched))
        del session.adapters["http://"]
        session.headers["User-Agent"] = "demo_lgc"
        session.headers["Accept-Encoding"] = "identity"
        return session

    def _follow(
        self, session: requests.Session, watch: Watch, url: str, content_type: str, body: bytes
    ) -> Answer:
        for _ in range(_MAX_REDIRECTIONS + 1):
            with self._send(session, watch, url, content_type, body) as response:
                if not response.is_redirect:
                    return self._read(response, watch)
                url = self._redirection(url, response.headers["Location"])
                watch.content_left = False  # the service said that it did not treat it
        raise NetworkError(self._service, "too many redirections")

    def _send(
        self, session: requests.Session, watch: Watch, url: str, content_type: str, body: bytes
    ) -> requests.Response:
        try:
            return session.post(
                url,
                data=body,
                headers={"Content-Type": content_type},
                timeout=(min(_CONNECT_TIMEOUT, self._deadline), self._deadline),
                stream=True,
                allow_redirects=False,
            )
        except (requests.RequestException, HTTPError, OSError) as error:
            cause = self._identity.cause()
            if cause is not None and not watch.content_left:
                raise cause from error
            raise self._failure(watch, error) from None

    def _read(self, response: requests.Response, watch: Watch) -> Answer:
        content_type = response.headers.get("Content-Type", "")
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            # Not asked for: a few kilobytes, twice compressed, inflate to all the memory there is.
            raise NetworkError(self._service, "a compressed answer", doubtful=True)
        body = bytearray()
        try:
            for chunk in response.iter_content(_CHUNK):
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise NetworkError(self._service, "an answer too large", doubtful=True)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._failure(watch, error) from None
        if watch.stopped:  # a stream without length ends where it was cut
            raise self._failure(watch, TimeoutError())
        is_soap = content_type.partition(";")[0].strip().lower() in _SOAP_TYPES
        status = response.status_code
        if 400 <= status < 500 and not is_soap:
            raise RemoteRefusal(
                self._service, str(status), response.reason or "", transient=status in _TRY_LATER
            )
        if not is_soap or (status >= 300 and not body):
            raise NetworkError(self._service, f"HTTP {status} without SOAP", doubtful=True)
        return Answer(content_type, bytes(body))

    def _redirection(self, url: str, location: str) -> str:
        """The place we are sent to: HTTPS, on the same host or a neighbour of the same domain.

        Read by the library that will connect: two readers of URLs may see two hosts in one text.
        """
        try:
            target = urljoin(url, location)
        except ValueError:
            target = ""
        here, there = _parsed(url), _parsed(target)
        home = (here.host or "") if here is not None else ""
        domain = home.partition(".")[2]
        neighbours = "." in domain and not home.replace(".", "").isdigit()
        if (
            there is None
            or there.scheme != "https"
            or there.auth is not None
            or not (there.host == home or (neighbours and (there.host or "").partition(".")[2] == domain))
        ):
            raise NetworkError(self._service, "a redirection out of the service")
        return target

    def _failure(self, watch: Watch, error: Exception) -> LgcError:
        # A class or a TLS reason is enough for a log: the text of these errors holds URLs and addresses.
        inner = innermost(error)
        reason = (inner.reason if isinstance(inner, ssl.SSLError) else None) or type(inner).__name__
        detail = "cut" if self._closed else "deadline" if watch.stopped else reason
        return refused_card(error) or NetworkError(self._service, detail, doubtful=watch.content_left)


def _parsed(url: str) -> Url | None:
    try:
        return parse_url(url)
    except HTTPError:
        return None
