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

from demo_lgc.sandbox.http_messages import BadRequest, Reader, Request, Response, bytes_of

logger = logging.getLogger(__name__)


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
        reader = Reader(tls, self._max_body)
        while not self._stopping:
            try:
                request = reader.next(peer)
            except BadRequest as error:
                answer = Response(error.status, "text/plain; charset=UTF-8", str(error).encode())
                tls.sendall(bytes_of(answer, close=True))
                return
            if request is None:
                return
            answer = self._handle(request)
            last = request.header("Connection").lower() == "close"
            if self._send(tls, answer, last) or last:
                return

    def _send(self, tls: ssl.SSLSocket, answer: Response, last: bool) -> bool:
        """Send, or fail as asked. True when the connection is over."""
        data = bytes_of(answer, close=last)
        if answer.cut == "no-answer":
            tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close = RST
        elif answer.cut == "mid-answer":
            tls.sendall(data[: len(data) - len(answer.body) // 2 - 1])
        else:
            tls.sendall(data)
        return bool(answer.cut)
