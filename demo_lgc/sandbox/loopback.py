"""A small HTTP server of the sandbox: loopback only, on a port chosen by the system, in a thread of its own.

For what needs neither the bytes of a request nor a cut in the middle of an answer; see
`demo_lgc.sandbox.https` for that.
"""

from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LoopbackServer:
    """Serves `handler`, whose class gets `members`; the port is bound at once, answers begin at `start`."""

    def __init__(
        self,
        name: str,
        handler: type[BaseHTTPRequestHandler],
        members: dict[str, Any],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.handler: Any = type(handler.__name__, (handler,), members)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self._scheme = "https" if tls else "http"
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name=name)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port. Harmless when it never answered."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
