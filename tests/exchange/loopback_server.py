"""A small real TLS server that asks for a client certificate and then misbehaves as told."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Connection = ssl.SSLSocket
Behaviour = Callable[[Connection, "Received"], None]


@dataclass
class Received:
    """One HTTP request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


def http(status: str, content_type: str, body: bytes, *, extra: str = "") -> bytes:
    """A whole HTTP answer with its length."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    return head.encode() + body


def answering(*answers: bytes) -> Behaviour:
    """Say these bytes, in order, then the last one again."""
    left = list(answers)

    def act(connection: Connection, _: Received) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return act


def reset(connection: Connection, _: Received) -> None:
    """Close with a RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.close(connection.detach())  # the stream that reads requests still holds the object


@dataclass
class LoopbackServer:
    """Serves until stopped, one thread per connection; keeps what it received."""

    pem: Path
    authorities: str
    behaviour: Behaviour = reset
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> LoopbackServer:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.pem)
        self._context.load_verify_locations(cadata=self.authorities)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for connection in self._open:
            connection.close()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._listener.getsockname()[1]}/dmp"

    def wait(self, seconds: float) -> bool:
        """Wait; True when the test is over."""
        return self._stopping.wait(seconds)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._serve, args=(raw,)))
            self._threads[-1].start()

    def _serve(self, raw: socket.socket) -> None:
        try:
            connection = self._context.wrap_socket(raw, server_side=True)
        except OSError:
            raw.close()
            return
        self._open.append(connection)
        self.connections += 1
        with contextlib.suppress(OSError, ValueError):
            stream = connection.makefile("rb")
            with stream:
                while request := read_request(stream):
                    self.received.append(request)
                    self.behaviour(connection, request)
        connection.close()


def read_request(stream: object) -> Received | None:
    line = stream.readline().decode().strip()  # type: ignore[attr-defined]
    if not line:
        return None
    headers: dict[str, str] = {}
    while header := stream.readline().decode().strip():  # type: ignore[attr-defined]
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))  # type: ignore[attr-defined]
    return Received(line, headers, body)
