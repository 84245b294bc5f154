"""A door on the scripts and the journals of the sandbox, for whoever is not in its process.

One JSON command per POST, loopback only: `{"target": "dmp", "do": "delay", "seconds": 3}`. The answer of
GET /journal says what each service accepted. Tests, the demonstration and a curious developer with `curl`
all come through here.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

logger = logging.getLogger(__name__)

Command = Callable[[dict[str, Any]], dict[str, Any]]


class ControlServer:
    """HTTP on a port chosen by the system: `commands` are the targets of POST, `journal` answers GET."""

    def __init__(self, commands: Mapping[str, Command], journal: Callable[[], dict[str, Any]]) -> None:
        handler = type("Handler", (_Handler,), {"commands": dict(commands), "journal": staticmethod(journal)})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="sandbox-control")

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    commands: Mapping[str, Command]
    journal: Callable[[], dict[str, Any]]

    def do_GET(self) -> None:
        """Answer the journal."""
        self._answer(200, type(self).journal())

    def do_POST(self) -> None:
        """Run one command."""
        try:
            command = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            target = self.commands[command.pop("target")]
            self._answer(200, target(command))
        except (KeyError, TypeError, ValueError) as error:
            self._answer(400, {"error": repr(error)})

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
