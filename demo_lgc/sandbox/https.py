"""An HTTPS server that keeps what it received byte for byte and can fail on demand.

`http.server` hides the bytes of a request and cannot be cut in the middle of an answer; proving that a
client neither loses nor repeats a document needs both.

Reference: [DMP] §1.3 TLS of the access point (PDT-INF-579).
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import Literal

logger = logging.getLogger(__name__)

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


class HttpsServer:
    """HTTP/1.1 with keep-alive over TLS, on a port of 127.0.0.1 chosen by the system.

    `handle` is called in the thread of the connection; there are at most `threads` of them. `idle` is the
    number of seconds a silent connection is kept. `refused` is told why a handshake failed.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        handle: Callable[[Request], Response],
        *,
        threads: int = 32,
        idle: float = 30.0,
        max_body: int = 64_000_000,
        refused: Callable[[str], None] | None = None,
    ) -> None:
        self._context, self._handle, self._idle, self._max_body = context, handle, idle, max_body
        self._refused = refused or (lambda reason: None)
        self._slots = threading.BoundedSemaphore(threads)
        self._lock = threading.Lock()
        self._workers: set[threading.Thread] = set()
        self._connections: set[socket.socket] = set()
        self._stopping = False
        self._acceptor: threading.Thread | None = None
        self._port = 0

    @property
    def port(self) -> int:
        """The port, known once started."""
        return self._port

    def start(self) -> None:
        """Begin to answer. Raises OSError when no port is free."""
        self._stopping = False
        self._wake, self._woken = socket.socketpair()
        self._listener = self._bind()
        self._listener.listen(64)
        self._port = self._listener.getsockname()[1]
        self._run_acceptor()

    def stop(self) -> None:
        """Close every connection, free the port, wait for every thread."""
        if self._stopping or self._port == 0:
            return
        self._stopping = True
        self._halt_acceptor()
        self._listener.close()
        self._drop_connections()
        for worker in self._snapshot():
            worker.join()
        self._wake.close()
        self._woken.close()

    def refuse_connections(self, refuse: bool) -> None:
        """Play a service that is down (True), or bring it back on the same port (False)."""
        if refuse == (self._acceptor is None) or self._stopping:
            return
        if refuse:
            self._halt_acceptor()
            self._listener.close()
            self._listener = self._bind()  # bound without listening: refused, and the port stays ours
            self._drop_connections()
        else:
            self._listener.listen(64)
            self._run_acceptor()

    # --- accepting ------------------------------------------------------------------------------------

    def _bind(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        return listener

    def _run_acceptor(self) -> None:
        self._acceptor = threading.Thread(target=self._accept, name="sandbox-https")
        self._acceptor.start()

    def _halt_acceptor(self) -> None:
        if self._acceptor is not None:
            self._wake.send(b"!")
            self._acceptor.join()
            self._acceptor = None

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    self._woken.recv(1)
                    return
                if not self._slots.acquire(timeout=0.1):  # full: those waiting stay in the backlog
                    continue
                try:
                    connection, _ = self._listener.accept()
                except OSError:  # the client left before we looked
                    self._slots.release()
                    continue
                worker = threading.Thread(target=self._serve, args=(connection,), name="sandbox-https-peer")
                with self._lock:
                    self._workers = {w for w in self._workers if w.is_alive()} | {worker}
                    self._connections.add(connection)
                    worker.start()  # under the lock: a worker of the set was started, so it can be joined

    def _snapshot(self) -> list[threading.Thread]:
        with self._lock:
            return list(self._workers)

    def _drop_connections(self) -> None:
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    # not SSLSocket.shutdown: it would forget TLS under the thread that is reading
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

    # --- one connection -------------------------------------------------------------------------------

    def _serve(self, connection: socket.socket) -> None:
        current = connection
        try:
            connection.settimeout(10.0)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            tls = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            current = tls
            with self._lock:
                self._connections.discard(connection)
                self._connections.add(tls)
            if not self._stopping and self._acceptor is not None:  # else dropped while being wrapped
                self._converse(tls)
        except OSError as error:  # ssl.SSLError is one: the peer went away, or was silent too long
            logger.debug("connection ended: %s", type(error).__name__)
        finally:
            with self._lock:
                self._connections -= {connection, current}
            current.close()
            self._slots.release()

    def _converse(self, tls: ssl.SSLSocket) -> None:
        try:
            tls.do_handshake()
        except OSError as error:
            self._refused(getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error))
            raise
        tls.settimeout(self._idle)
        peer = tls.getpeercert(binary_form=True) or b""
        reader = _Reader(tls, self._max_body)
        while not self._stopping:
            try:
                request = reader.next(peer)
            except BadRequest as error:
                answer = Response(error.status, "text/plain; charset=UTF-8", str(error).encode())
                tls.sendall(_bytes_of(answer, close=True))
                return
            if request is None:
                return
            answer = self._handle(request)
            last = request.header("Connection").lower() == "close"
            if self._send(tls, answer, last) or last:
                return

    def _send(self, tls: ssl.SSLSocket, answer: Response, last: bool) -> bool:
        """Send, or fail as asked. True when the connection is over."""
        data = _bytes_of(answer, close=last)
        if answer.cut == "no-answer":
            tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close = RST
        elif answer.cut == "mid-answer":
            tls.sendall(data[: len(data) - len(answer.body) // 2 - 1])
        else:
            tls.sendall(data)
        return bool(answer.cut)


def _bytes_of(answer: Response, *, close: bool) -> bytes:
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


class _Reader:
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
        if not length.isdigit():
            raise BadRequest(400, "Content-Length is not a number")
        if int(length) > self._max_body:
            raise BadRequest(413, "body too large")
        return self._exactly(int(length))

    def _chunked(self) -> bytes:
        body = bytearray()
        while True:
            line = self._until(b"\r\n", 1024) or b""
            try:
                size = int(line.split(b";")[0], 16)
            except ValueError:
                raise BadRequest(400, "chunk size is not a number") from None
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
