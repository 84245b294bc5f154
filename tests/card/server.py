"""A server that asks who comes, and says it back."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from demo_lgc.sandbox.pki import Issued, Pki


class _Who(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.request.settimeout(20)
        self.request.do_handshake()
        super().setup()

    def do_GET(self) -> None:
        subject = {k: v for rdn in self.connection.getpeercert()["subject"] for k, v in rdn}
        body = json.dumps({"version": self.connection.version(), "subject": subject}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        pass  # a refused handshake is what the tests are about


@contextmanager
def serving(
    pki: Pki, identity: Issued | None = None, maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> Iterator[int]:
    """Serve localhost, for who has a certificate from the people of the roots; the value is the port."""
    identity = identity or pki.server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.chain, identity.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pki.anchors)  # roots only: the client must send what is between
    context.maximum_version = maximum
    server = _Server(("127.0.0.1", 0), _Who)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
