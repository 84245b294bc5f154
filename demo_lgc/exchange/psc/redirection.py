"""The door on this machine to which the browser brings the answer of Pro Santé Connect.

It opens on 127.0.0.1, on a port chosen by the system, for one answer: the one that carries the state of this
sign-in. Whatever else knocks (another page of the browser, another program) is sent away and changes nothing:
were it to end the sign-in, any page could forbid to sign in.

Reference: RFC 8252 §7.3, §8.3, §8.9; RFC 9207; OpenID Connect Core 1.0 §3.1.2.5.
"""

from __future__ import annotations

import hmac
import logging
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_PATH = "/pro-sante-connect"
_SILENCE = 5.0  # seconds: a browser opens connections ahead of need, and says nothing on them
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Connection": "close",
}
_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }}</style>
</head><body><h1>{title}</h1><p>{words}</p></body></html>
"""  # noqa: E501 - a line of HTML
_GOOD_BYE = "Vous pouvez fermer cette page et revenir à votre logiciel."
_BROUGHT = ("Votre réponse a été transmise", _GOOD_BYE)
_STRANGER = ("Cette page n’attend rien", "Aucune connexion n’a été ouverte par cette adresse. " + _GOOD_BYE)

logger = logging.getLogger(__name__)


class Redirection:
    """Waits for the answer that carries `state`. Close it whatever happens.

    `strangers` is True once something came with another state.
    """

    def __init__(self, state: str) -> None:
        """Begin to listen. Raises OSError when no port is free."""
        self.strangers = False
        self._state = state
        self._lock = threading.Lock()
        self._answer: dict[str, str] | None = None
        self._changed = threading.Event()
        handler = type("Handler", (_Handler,), {"door": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="psc-redirection"
        )
        self._thread.daemon = True
        self._thread.start()

    @property
    def host(self) -> str:
        """What the Host header must say: « 127.0.0.1:port »."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def address(self) -> str:
        """The redirect_uri."""
        return f"http://{self.host}{_PATH}"

    def wait(self, seconds: float) -> dict[str, str] | None:
        """Return the parameters of the answer; None when it did not come in time, or after `give_up`."""
        self._changed.wait(seconds)
        with self._lock:
            return self._answer

    def give_up(self) -> None:
        """Wake up who waits. From any thread."""
        self._changed.set()

    def close(self) -> None:
        """Stop listening and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def bring(self, target: str) -> bool:
        """Take the target of a request (path and query); True when it is the answer waited for."""
        try:
            place = urlsplit(target)
            fields = parse_qs(place.query, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            return False
        if place.path != _PATH or any(len(values) != 1 for values in fields.values()):
            return False
        parameters = {name: values[0] for name, values in fields.items()}
        if not hmac.compare_digest(parameters.pop("state", "").encode(), self._state.encode()):
            self.strangers = True
            logger.warning("an answer with another state came to the redirection")
            return False
        with self._lock:
            if self._answer is not None:
                return False
            self._answer = parameters
        self._changed.set()
        return True


class _Server(ThreadingTCPServer):  # HTTPServer would ask the DNS for the name of 127.0.0.1
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing on standard error of a browser that went away."""
        logger.debug("a connection to the redirection ended early")


class _Handler(BaseHTTPRequestHandler):
    door: Redirection
    timeout = _SILENCE
    server_version, sys_version = "demo_lgc", ""

    def do_GET(self) -> None:
        """Take the answer, and say good bye."""
        ours = self.headers.get("Host") == self.door.host  # else a page made its own name lead here
        brought = ours and self.door.bring(self.path)
        title, words = _BROUGHT if brought else _STRANGER
        self.send_response(HTTPStatus.OK if brought else HTTPStatus.NOT_FOUND)
        page = _PAGE.format(title=title, words=words).encode()
        for name, value in {**_HEADERS, "Content-Length": str(len(page))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the line of the request holds the code."""
