"""A server that wants a client certificate, in a process of its own so that only the client is measured.

A message is its length on four bytes, then its bytes; the answer is one byte.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator

from demo_lgc.sandbox.pki import Pki

_CHUNK = 1 << 16


@contextlib.contextmanager
def server(pki: Pki) -> Iterator[int]:
    """Run the server; yield its port."""
    paths = [str(path) for path in (pki.server.chain, pki.server.key, pki.people_ca)]
    command = [sys.executable, "-m", "tests.benchmarks.line", *paths]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield int(child.stdout.readline())
        finally:
            child.stdin.close()


def connect(context: ssl.SSLContext, port: int) -> ssl.SSLSocket:
    """Open a line, and make sure that the server took the certificate."""
    line = context.wrap_socket(
        _prompt(socket.create_connection(("127.0.0.1", port))), server_hostname="localhost"
    )
    post(line, b"")
    return line


def post(line: ssl.SSLSocket, content: bytes) -> None:
    """Send a message and wait for its answer."""
    line.sendall(len(content).to_bytes(4) + content)
    if line.recv(1) != b"k":
        raise ConnectionError("no answer")


def _prompt(connection: socket.socket) -> socket.socket:
    """Send what is short at once."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _serve(chain: str, key: str, people: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(people)
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=_accept, args=(listening, context), daemon=True).start()
    sys.stdin.read()  # until whoever started us is gone


def _accept(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        connection = _prompt(listening.accept()[0])
        threading.Thread(target=_answer, args=(connection, context), daemon=True).start()


def _answer(connection: socket.socket, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as line:
        while head := line.recv(4):
            left = int.from_bytes(head)
            while left:
                left -= len(line.recv(min(left, _CHUNK)))
            line.sendall(b"k")


if __name__ == "__main__":
    _serve(*sys.argv[1:])
