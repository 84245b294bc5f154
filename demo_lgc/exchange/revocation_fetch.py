"""Ask the server of an authority for its revocation list: bounded in time and in size, never led elsewhere.

Lists are public and signed, so that plain HTTP will do; the answer is not believed here.

Reference: RFC 5280 §4.2.1.13; RFC 9110 §13 (conditional requests).
"""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urljoin, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from demo_lgc.exchange.mssante.line import Line
from demo_lgc.exchange.revocation_list import ListError, ListProblem

LARGEST = 20_000_000  # bytes of a list
_REDIRECTIONS = 3
_LONGEST = 200  # characters of a validator that are worth keeping


@dataclass(frozen=True)
class Fetched:
    """What a server gave; `etag` and `modified` are its validators, « » without them."""

    content: bytes
    etag: str = ""
    modified: str = ""


def fetch(url: str, before: Fetched | None, seconds: float) -> Fetched | None:
    """Return the list of `url`, None when it has not changed since `before`.

    The whole takes `seconds` at most, name resolution excepted. Raises ListError (UNREACHABLE, REFUSED,
    TOO_LARGE).
    """
    asked = {"Accept-Encoding": "identity", "User-Agent": "demo_lgc"}
    if before and before.etag:
        asked["If-None-Match"] = before.etag
    if before and before.modified:
        asked["If-Modified-Since"] = before.modified
    line = Line()
    try:
        with line.within(seconds):
            for _ in range(_REDIRECTIONS + 1):
                answer = _ask(_parts(url), asked, line, seconds)
                if isinstance(answer, Fetched | None):
                    if line.expired:  # an answer without a length ends where it was cut
                        raise ListError(ListProblem.UNREACHABLE)
                    return answer
                url = _redirection(url, answer)
    except (OSError, HTTPException):
        raise ListError(ListProblem.UNREACHABLE) from None
    finally:
        line.close()
    raise ListError(ListProblem.REFUSED)


def _ask(place: SplitResult, asked: dict[str, str], line: Line, seconds: float) -> Fetched | str | None:
    """Return what is there, None when it has not changed, or the address where it is said to be."""
    target = (place.path or "/") + (f"?{place.query}" if place.query else "")
    with contextlib.closing(_connect(place, line, seconds)) as connection:
        connection.request("GET", target, headers=asked)
        response = connection.getresponse()
        if response.status == 304 and len(asked) > 2:
            return None
        if response.status in (301, 302, 303, 307, 308):
            return response.headers.get("Location", "")
        if response.status != 200 or response.headers.get("Content-Encoding", "identity") != "identity":
            raise ListError(ListProblem.REFUSED)
        content = response.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ListError(ListProblem.TOO_LARGE)
        if response.length:  # announced, and not there
            raise ListError(ListProblem.UNREACHABLE)
        return Fetched(content, _validator(response, "ETag"), _validator(response, "Last-Modified"))


def _connect(place: SplitResult, line: Line, seconds: float) -> HTTPConnection:
    host = place.hostname or ""
    if place.scheme == "http":
        connection = HTTPConnection(host, place.port or 80)
        connection.sock = line.open(host, place.port or 80, seconds)
        return connection
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    connection = HTTPSConnection(host, place.port or 443, context=context)
    in_clear = line.open(host, place.port or 443, seconds)
    try:
        connection.sock = context.wrap_socket(in_clear, server_hostname=host)
    except BaseException:
        in_clear.close()
        raise
    return connection


def _parts(url: str) -> SplitResult:
    """Return the parts of an address that can be asked. Raises ListError (REFUSED)."""
    try:
        place = urlsplit(url)
        usable = place.scheme in ("http", "https") and place.hostname and place.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url or "@" in place.netloc:
        raise ListError(ListProblem.REFUSED)
    return place


def _redirection(url: str, location: str) -> str:
    """Return where we are sent to: the same host, by the same means or by HTTPS. Raises ListError."""
    here, there = _parts(url), _parts(urljoin(url, location))
    if there.hostname != here.hostname or there.scheme not in (here.scheme, "https"):
        raise ListError(ListProblem.REFUSED)
    return there.geturl()


def _validator(response: HTTPResponse, name: str) -> str:
    value = response.headers.get(name, "")
    return value if len(value) <= _LONGEST and value.isascii() and value.isprintable() else ""
