"""The contacts of a virtual card: a process of its own between vpcd and the card, which lives in the tests.

pcscd asks again and again whether the card is there, and makes who speaks to it wait meanwhile. Some calls
of python-pkcs11 keep the interpreter for themselves: a card in the same interpreter could then not answer,
and all would wait for ever. So the question is answered here, and only commands go to the card.

`relay.py PORT ATR NETWORK`: messages of vpcd go to the output, the answers to commands come from the input,
whose end pulls the card out. Ends with SEEN when the look of pcscd has found the place empty.

Reference: vsmartcard, virtualsmartcard/src/vpcd (two bytes of length, then a command; one byte: power).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import socket
import struct
import sys
import time

SEEN, UNSEEN = 0, 3
_ASK_ATR = b"\x04"
_CLONE_NEWNET = 0x40000000
_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
_PATIENCE = 10.0  # seconds for pcscd to listen


def main(port: str, atr: str, network: str) -> int:
    """Carry messages until the card is pulled out or pcscd ends."""
    if network:
        _enter(network)
    with _connect(int(port)) as connection:
        while True:
            ready, _, _ = select.select([connection.fileno(), 0], [], [])
            if 0 in ready:  # nothing was asked: it is the end
                return _leave(connection, b"")
            message = receive(connection)
            if not message:
                return SEEN
            if message == _ASK_ATR:
                connection.sendall(framed(bytes.fromhex(atr)))
                continue
            os.write(1, framed(message))
            if len(message) > 1:
                answer = os.read(0, 0x10002)
                if not answer:
                    return _leave(connection, message)
                connection.sendall(answer)


def framed(message: bytes) -> bytes:
    """Return a message with its length before it."""
    return struct.pack(">H", len(message)) + message


def receive(connection: socket.socket) -> bytes:
    """Return the next message, b"" at the end."""
    # vpcd writes the length alone, and the kernel keeps the rest until it is acknowledged: 40 ms a command.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    header = connection.recv(2, socket.MSG_WAITALL)
    if len(header) < 2:
        return b""
    return connection.recv(struct.unpack(">H", header)[0], socket.MSG_WAITALL)


def _leave(connection: socket.socket, last: bytes) -> int:
    """Answer nothing more, and wait until pcscd has noticed."""
    connection.shutdown(socket.SHUT_WR)
    while message := receive(connection):
        last = message
    return SEEN if last == _ASK_ATR else UNSEEN


def _connect(port: int) -> socket.socket:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _enter(network: str) -> None:
    """Move into a network namespace, for good, and start its loopback interface."""
    with open(network, "rb") as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _CLONE_NEWNET):
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


if __name__ == "__main__":
    try:
        raise SystemExit(main(*sys.argv[1:]))
    except ConnectionError:  # vpcd let go first
        raise SystemExit(UNSEEN) from None
