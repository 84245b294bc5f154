"""The question that the mailboxes ask of an access token: whose mailbox does it open?

Dovecot asks by HTTP (RFC 7662) and wants the name of the mailbox in the answer; Pro Santé Connect knows the
PS_IdNat only. The operator stands between both, as a real one does. Reference: [MSS] §1.1; [PSC].
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from demo_lgc.sandbox.loopback import LoopbackServer

_LONGEST = 100_000  # bytes
_SILENCE = 10.0  # seconds


class Introspection:
    """Answers Dovecot on 127.0.0.1: `mailbox_of` gives the address that a token opens, « » for none."""

    def __init__(self, mailbox_of: Callable[[str], str]) -> None:
        self._path = f"/{secrets.token_urlsafe(16)}"  # nobody else on this machine is to ask
        self._members = {"mailbox_of": staticmethod(mailbox_of), "place": self._path}
        self._server: LoopbackServer | None = None

    @property
    def url(self) -> str:
        """Where to post `token=…`. Raises RuntimeError when not started."""
        if self._server is None:
            raise RuntimeError("not started")
        return self._server.origin + self._path

    def start(self) -> None:
        """Begin to answer. Raises OSError."""
        self._server = LoopbackServer("sandbox-tokens", _Handler, self._members)
        self._server.start()

    def stop(self) -> None:
        """Stop answering and free the port. Harmless when stopped."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()


class _Handler(BaseHTTPRequestHandler):
    mailbox_of: Callable[[str], str]
    place: str
    timeout = _SILENCE

    def do_POST(self) -> None:
        """Tell whether the token is worth something, and the mailbox that it opens."""
        length = self.headers.get("Content-Length", "")
        if self.path != self.place or not length.isdigit() or int(length) > _LONGEST:
            self.send_error(404)
            return
        form = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"))
        address = type(self).mailbox_of(form.get("token", [""])[0])
        told: dict[str, Any] = {"active": True, "mailbox": address} if address else {"active": False}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""
