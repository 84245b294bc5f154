"""A server of a test that hears one client after the other, on a port of localhost chosen by the system."""

from __future__ import annotations

import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from typing import Self


class OneByOne(ABC):
    """`with server: server.port`. A client that goes away, or is refused, makes room for the next one."""

    patience = 10.0  # seconds for a silent client
    port: int

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    @abstractmethod
    def hear(self, connection: socket.socket) -> None:
        """Serve one client."""

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(self.patience)
            with contextlib.suppress(OSError), connection:
                self.hear(connection)
