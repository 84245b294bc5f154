"""HTTP/1.1 messages as they lie on the wire: requests kept byte for byte, answers written by hand.

Reference: RFC 9112.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Literal

Cut = Literal["", "no-answer", "mid-answer"]

_MAX_HEAD = 64 * 1024
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Request:
    """A request. `received` is every byte read from the socket for it; `peer` the DER client certificate."""

    received: bytes = field(repr=False)
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    peer: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """The value of a header, whatever its case; empty when absent."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")


@dataclass(frozen=True)
class Response:
    """An answer, or what is left of it: `cut` closes the connection without it, or in its middle."""

    status: int
    content_type: str
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    cut: Cut = ""


class BadRequest(Exception):
    """Bytes that are not an HTTP/1.1 request we accept. `status` is the HTTP status to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def bytes_of(answer: Response, *, close: bool) -> bytes:
    """Return the answer as it is sent; `close` says in it that the connection ends."""
    headers = [
        ("Date", formatdate(usegmt=True)),
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Connection", "close" if close else "keep-alive"),
        *answer.headers,
    ]
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body


class Reader:
    """Cuts the bytes of a connection into requests."""

    def __init__(self, tls: ssl.SSLSocket, max_body: int) -> None:
        self._tls, self._max_body = tls, max_body
        self._left = bytearray()
        self._taken = bytearray()

    def next(self, peer: bytes) -> Request | None:
        """Read one request; None when the peer closed between two. Raises BadRequest, OSError."""
        self._taken = bytearray()
        head = self._until(b"\r\n\r\n", _MAX_HEAD)
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3 or parts[2] != "HTTP/1.1":
            raise BadRequest(400, "not an HTTP/1.1 request line")
        headers = tuple(_header(line) for line in lines[1:] if line)
        named = {name.lower(): value for name, value in headers}
        if "host" not in named:
            raise BadRequest(400, "no Host header")
        if named.get("expect", "").lower() == "100-continue":
            self._tls.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._body(named)
        return Request(bytes(self._taken), parts[0], parts[1], headers, body, peer)

    def _body(self, named: dict[str, str]) -> bytes:
        if named.get("transfer-encoding", "").lower() == "chunked":
            return self._chunked()
        length = named.get("content-length", "0")
        if not re.fullmatch("[0-9]{1,18}", length):
            raise BadRequest(400, "Content-Length is not a number")
        if int(length) > self._max_body:
            raise BadRequest(413, "body too large")
        return self._exactly(int(length))

    def _chunked(self) -> bytes:
        body = bytearray()
        while True:
            line = self._until(b"\r\n", 1024) or b""
            found = re.match(rb"([0-9A-Fa-f]{1,15})[ \t]*[;\r]", line)
            if not found:
                raise BadRequest(400, "chunk size is not a number")
            size = int(found[1], 16)
            if len(body) + size > self._max_body:
                raise BadRequest(413, "body too large")
            if size == 0:
                while self._until(b"\r\n", _MAX_HEAD) != b"\r\n":  # trailers, then the empty line
                    pass
                return bytes(body)
            body += self._exactly(size)
            if self._exactly(2) != b"\r\n":
                raise BadRequest(400, "chunk without its end")

    def _until(self, mark: bytes, limit: int) -> bytes | None:
        while (end := self._left.find(mark)) < 0:
            if len(self._left) > limit:
                raise BadRequest(431, "header too large")
            if not self._more():
                if self._left or self._taken:
                    raise ConnectionError("closed in the middle of a request")
                return None
        return self._take(end + len(mark))

    def _exactly(self, size: int) -> bytes:
        while len(self._left) < size:
            if not self._more():
                raise ConnectionError("closed in the middle of a body")
        return self._take(size)

    def _more(self) -> bool:
        data = self._tls.recv(_CHUNK)
        self._left += data
        return bool(data)

    def _take(self, size: int) -> bytes:
        data = bytes(self._left[:size])
        del self._left[:size]
        self._taken += data
        return data


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise BadRequest(400, "malformed header line")
    return name, value.strip()
