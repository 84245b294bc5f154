"""A door on the scripts and the journals of the sandbox, for whoever is not in its process.

One JSON command per POST, loopback only: `{"target": "dmp", "do": "delay", "seconds": 3}`. The answer of
GET /journal says what each service accepted. Tests, the demonstration and a curious developer with `curl`
all come through here.

A page of a browser on this machine could post here as well, or read the journal by naming 127.0.0.1 as its
own site: a request with an Origin, or for another Host, is refused.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

from demo_lgc.sandbox.loopback import LoopbackServer

logger = logging.getLogger(__name__)

_LONGEST = 1_000_000  # bytes of a command

Command = Callable[[dict[str, Any]], dict[str, Any]]


class ControlServer:
    """HTTP on a port chosen by the system: `commands` are the targets of POST, `journal` answers GET."""

    def __init__(self, commands: Mapping[str, Command], journal: Callable[[], dict[str, Any]]) -> None:
        members = {"commands": dict(commands), "journal": staticmethod(journal)}
        self._server = LoopbackServer("sandbox-control", _Handler, members)
        self.start, self.stop = self._server.start, self._server.stop

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.origin


class _Handler(BaseHTTPRequestHandler):
    commands: Mapping[str, Command]
    journal: Callable[[], dict[str, Any]]

    def do_GET(self) -> None:
        """Answer the journal."""
        if not self._is_ours():
            return
        self._answer(200, type(self).journal())

    def do_POST(self) -> None:
        """Run one command."""
        if not self._is_ours():
            return
        try:
            length = int(self.headers.get("Content-Length", "0"))
            if not 0 <= length <= _LONGEST:
                raise ValueError("too long")
            command = json.loads(self.rfile.read(length))
            target = self.commands[command.pop("target")]
            self._answer(200, target(command))
        except (KeyError, TypeError, ValueError) as error:
            self._answer(400, {"error": repr(error)})

    def _is_ours(self) -> bool:
        """False, and answered, when a browser asks for a page of its own."""
        port = self.connection.getsockname()[1]
        ours = (f"127.0.0.1:{port}", f"localhost:{port}")
        if "Origin" in self.headers or self.headers.get("Host") not in ours:
            self._answer(403, {"error": "not for browsers"})
            return False
        return True

    def _answer(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Send the server's own lines to the log instead of stderr."""
        logger.debug(format, *args)
