"""Where the throw-away IGC-Santé publishes its revocation lists: plain HTTP, as the real one does.

Lists are read from `pki.folder/crl` at every question, so that a card revoked a moment ago shows. The server
can also be told to misbehave, as servers do.

Reference: [CPS] §1.5 (CRL distribution points); RFC 9110 §13.
"""

from __future__ import annotations

import hashlib
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler

from demo_lgc.sandbox.loopback import LoopbackServer
from demo_lgc.sandbox.pki import Pki

_CHUNK = 64 * 1024


class RevocationServer:
    """HTTP on a port chosen by the system, loopback only.

    What follows may be changed at any moment: `content` replaces a list by its name (« ACI-FO-PP-DEMO »),
    `status` answers that instead of 200, `delay` waits (seconds) before every 64 KB, `redirect` sends
    elsewhere, `etags` False leaves only dates to compare. `asked` are the (name, status) answered so far.
    """

    def __init__(self, pki: Pki) -> None:
        self.folder = pki.folder / "crl"
        self.content: dict[str, bytes] = {}
        self.status = 200
        self.delay = 0.0
        self.redirect: str | None = None
        self.etags = True
        self.asked: list[tuple[str, int]] = []
        self._server = LoopbackServer("sandbox-revocation", _Handler, {"lists": self})
        self.start, self.stop = self._server.start, self._server.stop

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return self._server.origin

    @property
    def urls(self) -> tuple[str, ...]:
        """The address of every list published now."""
        return tuple(self.url(path.stem) for path in sorted(self.folder.glob("*.crl")))

    def url(self, name: str) -> str:
        """Return the address of a list."""
        return f"{self.base_url}/CRL/{name}.crl"


class _Handler(BaseHTTPRequestHandler):
    lists: RevocationServer

    def do_GET(self) -> None:
        """Give a list, or say that it has not changed."""
        name = self.path.removeprefix("/CRL/").removesuffix(".crl")
        path = self.lists.folder / f"{name}.crl"
        if "/" in name or not (name in self.lists.content or path.is_file()):
            self._answer(name, 404, b"", {})
            return
        if self.lists.redirect is not None:
            self._answer(name, 302, b"", {"Location": self.lists.redirect})
            return
        content = self.lists.content[name] if name in self.lists.content else path.read_bytes()
        validators = {
            "Last-Modified": formatdate(path.stat().st_mtime if path.is_file() else 0.0, usegmt=True)
        }
        if self.lists.etags:
            validators["ETag"] = f'"{hashlib.sha256(content).hexdigest()}"'
        if self.lists.status == 200 and self._has_it(validators):
            self._answer(name, 304, b"", validators)
        else:
            self._answer(name, self.lists.status, content, validators)

    def _has_it(self, validators: dict[str, str]) -> bool:
        """True when what is asked for is what the other has. Reference: RFC 9110 §13.2.2."""
        if "ETag" in validators and "If-None-Match" in self.headers:
            return self.headers["If-None-Match"] == validators["ETag"]
        return self.headers["If-Modified-Since"] == validators["Last-Modified"]

    def _answer(self, name: str, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.lists.asked.append((name, status))
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        if status == 200:
            self.send_header("Content-Type", "application/pkix-crl")
        if status != 304:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        for start in range(0, len(content), _CHUNK):
            time.sleep(self.lists.delay)
            try:
                self.wfile.write(content[start : start + _CHUNK])
            except OSError:  # whoever asked has gone
                return

    def log_message(self, *_: object) -> None:
        """Keep the console quiet."""
