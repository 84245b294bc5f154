"""One call to Pro Santé Connect: no proxy, no redirection followed, bounded in time and in size.

What is sent and received holds the secret of this software, codes and tokens: nothing of it goes into a log
or into an exception, which repeats only the `error` and `error_description` of the provider.

Reference: [PSC]; RFC 6749 §5.2, RFC 9700 §2.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, quote_plus, urlencode, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from demo_lgc.domain.errors import NetworkError, RemoteRefusal
from demo_lgc.exchange.mssante.line import Line
from demo_lgc.settings import ProSanteSettings

SERVICE = "psc"
UNUSABLE = "unusable answer"

_LONGEST = 1_000_000  # bytes of an answer
_LONGEST_WORDS = 500
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Calls:
    """Speaks to the provider of `settings`. Holds no connection between two calls; from any thread.

    Both calls return the JSON object that answers. They raise RemoteRefusal with the `error` of the provider
    (or the three digits of HTTP) as `code` and its words, and NetworkError, not doubtful, when there is no
    usable answer.
    """

    def __init__(self, settings: ProSanteSettings) -> None:
        self._anchors = settings.trust_anchors
        self._deadline = settings.deadline
        self._context: ssl.SSLContext | None = None

    def get(self, url: str, bearer: str = "") -> dict[str, Any]:
        """Ask for `url`, showing the access token `bearer` if there is one."""
        return self._call("GET", url, {"Authorization": f"Bearer {bearer}"} if bearer else {}, None, 0.0)

    def post(
        self, url: str, form: Mapping[str, str], deadline: float = 0.0, basic: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """Post a form; `deadline`, in seconds, replaces that of the settings.

        `basic` is the name and the secret of this software, when they are not in the form.
        """
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if basic is not None:
            joined = ":".join(quote_plus(part) for part in basic)
            headers["Authorization"] = f"Basic {base64.b64encode(joined.encode()).decode()}"
        return self._call("POST", url, headers, urlencode(form).encode(), deadline)

    def _call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, deadline: float
    ) -> dict[str, Any]:
        place = safe_place(url)
        if place is None:
            raise NetworkError(SERVICE, "an address that is not HTTPS")
        seconds, line = deadline or self._deadline, Line()
        told = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "demo_lgc"}
        try:
            with line.within(seconds), contextlib.closing(self._connect(place, line, seconds)) as connection:
                target = (place.path or "/") + (f"?{place.query}" if place.query else "")
                connection.request(method, target, body, {**told, **headers})
                with connection.getresponse() as response:
                    content = response.read(_LONGEST + 1)
                    if line.expired or (response.length and len(content) <= _LONGEST):
                        raise ConnectionError  # cut in the middle, which `read` does not tell
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) if isinstance(error, ssl.SSLError) else None
            detail = "deadline" if line.expired else reason or type(error).__name__
            raise NetworkError(SERVICE, detail) from None
        finally:
            line.close()
        return _answer(response.status, content)

    def _connect(self, place: SplitResult, line: Line, seconds: float) -> HTTPConnection:
        host, port = place.hostname or "", place.port
        if place.scheme == "http":
            connection = HTTPConnection(host, port or 80)
            connection.sock = line.open(host, port or 80, seconds)
            return connection
        if self._context is None:
            self._context = ssl.create_default_context(cafile=self._anchors or DEFAULT_CA_BUNDLE_PATH)
        connection = HTTPSConnection(host, port or 443, context=self._context)
        in_clear = line.open(host, port or 443, seconds)
        try:
            connection.sock = self._context.wrap_socket(in_clear, server_hostname=host)
        except BaseException:
            in_clear.close()
            raise
        return connection


def safe_place(url: str) -> SplitResult | None:
    """Return the parts of an address that tokens may be sent to: HTTPS, or this machine. Else None."""
    try:
        place = urlsplit(url)
        host, _ = place.hostname, place.port
    except ValueError:
        return None
    if not host or "@" in place.netloc or place.fragment or re.search(r"[^\x21-\x7e]", url):
        return None
    if place.scheme == "https" or (place.scheme == "http" and host in _LOOPBACK):
        return place
    return None


def _answer(status: int, content: bytes) -> dict[str, Any]:
    if len(content) > _LONGEST:
        raise NetworkError(SERVICE, "an answer too large")
    told = _json(content)
    if 200 <= status < 300:
        if told is None and content.strip():
            raise NetworkError(SERVICE, UNUSABLE)
        return told or {}
    code = (told or {}).get("error")
    if isinstance(code, str) and re.fullmatch(r"[\x21-\x7e]{1,100}", code) and status >= 400:
        words = told.get("error_description") if told else None
        said = words[:_LONGEST_WORDS] if isinstance(words, str) else ""
        raise RemoteRefusal(SERVICE, code, said, transient=status >= 500 or status == 429)
    if 400 <= status < 500:
        raise RemoteRefusal(SERVICE, str(status), "", transient=status in (408, 425, 429))
    raise NetworkError(SERVICE, f"HTTP {status}")


def _json(content: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
