"""Connections that can be stopped, and that know whether the content of a request has left.

Two things that `requests` does not tell: a read time-out is counted per packet, so that a server which
drips one byte at a time is never timed out; and an exception does not say whether the body of the request
had begun to leave, which is the difference between « nothing was sent » and « we do not know ».

Reference: docs/decisions/002-deliveries-written-down-before-they-leave.md; [DMP] §1.3.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool


class Watch:
    """One call under a total deadline, in seconds. Use as a context manager around the call.

    `content_left` is True from the moment bytes of the body may have left. `stopped` is True once the
    deadline passed or `stop` was called; the connection is then cut under the caller, who gets an error
    of the library.
    """

    def __init__(self, deadline: float) -> None:
        self.content_left = False
        self.stopped = False
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(deadline, self.stop)
        self._timer.daemon = True

    def __enter__(self) -> Watch:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self.hold(None)

    def hold(self, handle: socket.socket | None) -> None:
        """Take the (duplicated) socket that this call runs on, close the one held before."""
        with self._lock:
            if self._handle is not None:
                self._handle.close()
            self._handle = handle
            late = self.stopped
        if late:
            self.stop()

    def stop(self) -> None:
        """Cut the connection of this call, from any thread."""
        with self._lock:
            self.stopped = True
            if self._handle is not None:
                with contextlib.suppress(OSError):  # the other end was quicker
                    self._handle.shutdown(socket.SHUT_RDWR)


class Watched:
    """Where the connections of one adapter find the call they serve."""

    watch: Watch | None = None

    @contextlib.contextmanager
    def by(self, watch: Watch) -> Iterator[None]:
        """Serve the call that `watch` watches, until it ends."""
        self.watch = watch
        try:
            yield
        finally:
            self.watch = None


class _Connection(HTTPSConnection):
    """An HTTPS connection that lends its socket to the watch of the call.

    Its TLS context is made at each connection: what a server has to prove changes with the hours.
    """

    watched: Watched
    make_context: Callable[[], ssl.SSLContext]

    def connect(self) -> None:
        self.ssl_context = self.make_context()
        super().connect()

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self._lend(sock)  # before the handshake, which may drip too
        return sock

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # kept alive from a call before
            self._lend(self.sock)
        super().putrequest(*args, **kwargs)

    def endheaders(self, message_body: Any = None, **kwargs: Any) -> None:
        if message_body is not None:  # urllib3 1 gives the body here, urllib3 2 sends it afterwards
            self._content_leaves()
        super().endheaders(message_body, **kwargs)
        self._content_leaves()

    def _content_leaves(self) -> None:
        if self.watched.watch is not None:
            self.watched.watch.content_left = True

    def _lend(self, sock: socket.socket) -> None:
        # A duplicate: the TLS layer replaces the socket object during the handshake, and shutting a
        # duplicate down stops whoever is blocked on the original.
        if self.watched.watch is not None:
            self.watched.watch.hold(socket.socket(fileno=socket.dup(sock.fileno())))


class WatchedAdapter(HTTPAdapter):
    """Sends over connections whose TLS context alone says what is trusted and who we are.

    `make_context` is called when a connection is about to open; what it raises that is neither of HTTP nor
    an OSError passes through.
    """

    def __init__(self, make_context: Callable[[], ssl.SSLContext], watched: Watched) -> None:
        members = {"watched": watched, "make_context": staticmethod(make_context)}
        self._connection = type("Connection", (_Connection,), members)
        super().__init__(pool_connections=2, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give our connections to the HTTPS pools."""
        super().init_poolmanager(*args, **kwargs)
        pool = type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": self._connection})
        self.poolmanager.pool_classes_by_scheme = {"https": pool}

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Leave the context alone: the anchors of the environment are in it, and no others."""
