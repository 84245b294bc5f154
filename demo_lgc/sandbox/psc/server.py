"""A strict Pro Santé Connect on this machine, for browsers, for telephones and for programs.

In clear by default: a browser knows nothing of the authority of the sandbox and would frighten the person
who tries it, and nothing leaves this machine. `tls` makes it HTTPS, to prove that anchors are looked at.

Reference: [PSC]; RFC 6749 §2.3.1.
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from demo_lgc.sandbox.igc_sante import Holder
from demo_lgc.sandbox.loopback import LoopbackServer
from demo_lgc.sandbox.psc import pages
from demo_lgc.sandbox.psc.provider import OPENID, REALM, Form, Provider
from demo_lgc.sandbox.psc.sessions import Refused

_LONGEST = 100_000  # bytes of a form
_SILENCE = 10.0  # seconds


class ProSanteServer:
    """Serves the `provider` of `holders`, on a port of 127.0.0.1 chosen by the system."""

    def __init__(self, holders: Sequence[Holder], *, tls: ssl.SSLContext | None = None) -> None:
        self._server = LoopbackServer("sandbox-psc", _Handler, {}, tls)
        self.provider = self._server.handler.provider = Provider(holders, self._server.origin)
        self.start, self.stop = self._server.start, self._server.stop


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    timeout = _SILENCE

    def do_GET(self) -> None:
        """Pages, metadata, keys, userinfo."""
        place = urlsplit(self.path)
        if not self._is_ours():
            return
        match place.path:
            case "/auth":
                self._show(*self.provider.authorize(dict(parse_qsl(place.query))))
            case "/telephone":
                self._show(200, pages.telephone(self.provider.sessions.ringing()))
            case path if path == f"{REALM}/.well-known/wallet-openid-configuration":
                self._tell(200, self.provider.metadata())
            case path if path == f"{OPENID}/certs":
                self._tell(200, self.provider.keys.published())
            case path if path == f"{OPENID}/userinfo":
                self._try(lambda: self.provider.who(self.headers.get("Authorization", "")))
            case _:
                self._tell(404, {"error": "not found"})

    def do_POST(self) -> None:
        """The forms of pages, and those of programs."""
        if not self._is_ours() or (form := self._form()) is None:
            return
        match urlsplit(self.path).path.removeprefix(OPENID):
            case "/auth":
                self._show(*self.provider.authorize(form))
            case "/telephone":
                self._try(lambda: self.provider.sessions.answer(form["request"], form["answer"]), page=True)
            case "/token":
                self._try(lambda: self.provider.tokens.redeem(form))
            case "/token/introspect":
                self._try(lambda: self.provider.introspect(form))
            case "/ext/ciba/auth":
                self._try(lambda: self.provider.tokens.ring(form))
            case "/logout":
                self._try(lambda: self.provider.log_out(form))
            case _:
                self._tell(404, {"error": "not found"})

    def _is_ours(self) -> bool:
        """False, and answered, when a page from elsewhere asks, or under another name than ours."""
        ours = self.provider.origin
        host = f"{urlsplit(ours).scheme}://{self.headers.get('Host')}"
        if host == ours and self.headers.get("Origin", ours) == ours:
            return True
        self._tell(403, {"error": "not for that origin"})
        return False

    def _form(self) -> Form | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _LONGEST:
            self._tell(400, {"error": "invalid_request", "error_description": "no form"})
            return None
        form = dict(
            parse_qsl(self.rfile.read(int(length)).decode("utf-8", "replace"), keep_blank_values=True)
        )
        kind, _, coded = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic":
            try:
                name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
            except ValueError:
                name = secret = ""
            form |= {"client_id": unquote(name), "client_secret": unquote(secret)}
        return form

    def _try(self, act: Callable[[], dict[str, Any] | None], *, page: bool = False) -> None:
        try:
            told = act()
        except Refused as refused:
            description = {"error": refused.error, "error_description": refused.description}
            self._tell(refused.status, description)
        except KeyError:
            self._tell(400, {"error": "invalid_request"})
        else:
            if page:
                self._show(302, "/telephone")
            else:
                self._tell(204 if told is None else 200, told)

    def _tell(self, status: int, value: dict[str, Any] | None) -> None:
        self._answer(status, "application/json", b"" if value is None else json.dumps(value).encode())

    def _show(self, status: int, page: str) -> None:
        if status == 302:
            self._answer(status, "text/plain", b"", ("Location", page))
        else:
            self._answer(status, "text/html; charset=utf-8", page.encode())

    def _answer(self, status: int, kind: str, body: bytes, *more: tuple[str, str]) -> None:
        self.send_response(status)
        headers = (("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store"))
        for name, value in (*headers, *more):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: addresses hold codes."""
