"""A connection with a total time: read time-outs are per `recv`, and a server that drips never meets them.

Reference: [MSS] §1.1 (CONF.08: a failing connection must not disturb the rest of the software).
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

_CONNECT_TIMEOUT = 10.0  # seconds, per address


class Line:
    """One connection, which can be cut from another thread whatever it is doing, a handshake included.

    `heard` is for who reads on it: the bytes heard since the last `within` began.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._cut = False
        self.expired = False
        self.heard = 0

    def open(self, host: str, port: int, seconds: float) -> socket.socket:
        """Connect; every single operation on the socket may last `seconds`. Raises OSError."""
        # A connection that is not made yet cannot be cut: nobody waits long for it.
        connected = socket.create_connection((host, port), timeout=min(_CONNECT_TIMEOUT, seconds))
        connected.settimeout(seconds)
        with self._lock:
            # A second handle on the same connection: it survives the wrapping of the first one in TLS.
            previous, self._handle = self._handle, connected.dup()
            cut = self._cut
        if previous is not None:
            previous.close()
        if cut:
            self.cut()
        return connected

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the line when the block lasts longer; `expired` then says why it failed."""
        self.expired, self.heard = False, 0
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def cut(self) -> None:
        """End the connection now, in both directions; also one still being opened."""
        with self._lock:
            self._cut = True
            if self._handle is not None:
                with contextlib.suppress(OSError):  # already at an end
                    self._handle.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the handle go."""
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is not None:
            handle.close()

    def _expire(self) -> None:
        self.expired = True
        self.cut()
