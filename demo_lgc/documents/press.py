"""The press: prints a VSM as PDF/A in a warm process of its own.

WeasyPrint takes half a second to load and a quarter to print; in the process of the window, even in another
thread, that is felt. So this module never imports it: it speaks to `press_worker` through pipes, restarts it
when it died or grew, and kills it when it does not answer in time.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from demo_lgc.documents.press_frames import read_frame, write_frame
from demo_lgc.documents.rendering import vsm_html
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import PressError, PressProblem
from demo_lgc.domain.vsm import Vsm

_log = logging.getLogger(__name__)

WORKER = (sys.executable, "-m", "demo_lgc.documents.press_worker")
MAX_MEMORY = 800_000_000
MAX_PAGES = 500


class Press:
    """A printer in another process. Every method may be called from any thread; one document at a time.

    `command` starts the worker, `max_memory` (bytes) and `max_documents` bound its life.
    """

    def __init__(
        self,
        command: Sequence[str] = WORKER,
        *,
        max_memory: int = MAX_MEMORY,
        max_documents: int = MAX_PAGES,
    ) -> None:
        self._command = tuple(command)
        self._max_memory = max_memory
        self._max_documents = max_documents
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    def start(self) -> None:
        """Start the worker and return at once; it warms itself. Harmless when it runs.

        Raises PressError (UNAVAILABLE) when the system cannot start it.
        """
        with self._lock:
            self._running()

    def pdf(self, vsm: Vsm, header: DocumentHeader, *, deadline: float = 30.0) -> bytes:
        """Return the synthesis as PDF/A-1b. `deadline` is in seconds and counts the start of the worker.

        Raises PressError: UNAVAILABLE, CRASHED, TOO_SLOW or FAILED. Reference: [PDFA]; [MSS] ECO.2.1.5.
        """
        created = header.created_at
        html = vsm_html(vsm, header.patient, header.session, created.date(), for_print=True)
        author = header.session.practitioner.display_name
        return self.print(html, header.title, author, created.isoformat(), deadline=deadline)

    def print(self, html: str, title: str, author: str, created_at: str, *, deadline: float = 30.0) -> bytes:
        """Return an HTML fragment as PDF/A-1b; `created_at` is ISO 8601 with an offset. Raises as `pdf`."""
        request = {"html": html, "title": title, "author": author, "created_at": created_at}
        with self._lock:
            worker = self._running()
            pdf = worker.ask(json.dumps(request).encode(), deadline)
            if worker.memory > self._max_memory or worker.printed >= self._max_documents:
                _log.info("press worker retired: %d bytes, %d documents", worker.memory, worker.printed)
                worker.stop()
            return pdf

    @property
    def worker_pid(self) -> int | None:
        """Process number of the worker, None when none runs."""
        worker = self._worker
        return worker.pid if worker is not None and worker.alive else None

    def close(self) -> None:
        """Stop the worker. Waits for the document being printed. Never raises; a later call restarts it."""
        with self._lock:
            if self._worker is not None:
                self._worker.stop()
                self._worker = None

    def _running(self) -> _Worker:
        if self._worker is None or not self._worker.alive:
            if self._worker is not None:
                self._worker.stop()
            self._worker = _Worker(self._command)
        return self._worker


class _Worker:
    """One process and its pipes."""

    def __init__(self, command: tuple[str, ...]) -> None:
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, never a user's text
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise PressError(PressProblem.UNAVAILABLE, type(error).__name__) from error
        self._requests = cast(BinaryIO, self._process.stdin)
        self._answers = cast(BinaryIO, self._process.stdout)
        self._ready = False
        self._late = False
        self.memory = 0
        self.printed = 0
        self._ears = threading.Thread(target=self._listen, name="press-stderr", daemon=True)
        self._ears.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: bytes, deadline: float) -> bytes:
        """Return the PDF of a request. Raises PressError; but for FAILED the worker is stopped."""
        timer = threading.Timer(deadline, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            if not self._ready:
                self._ready = read_frame(self._answers) == b"ready"
            if not self._ready:
                raise self._dead()
            write_frame(self._requests, request)
            answer = read_frame(self._answers)
            if answer is None:
                raise self._dead()
            said: dict[str, Any] = json.loads(answer)
            self.memory = said["memory"]
            self.printed += 1
            if not said["ok"]:
                raise PressError(PressProblem.FAILED, said["error"])
            pdf = read_frame(self._answers)
            if pdf is None:
                raise self._dead()
            return pdf
        except (OSError, EOFError, ValueError) as error:
            raise self._dead() from error
        finally:
            timer.cancel()

    def stop(self) -> None:
        """End the process and free its pipes."""
        try:
            self._requests.close()
        except OSError:
            _log.debug("press worker: its input was already closed")
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._ears.join()
        self._answers.close()

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()

    def _dead(self) -> PressError:
        """Bury the worker and return the error that says how it ended."""
        started = self._ready
        self._process.kill()
        self.stop()
        if self._late:
            return PressError(PressProblem.TOO_SLOW)
        return PressError(PressProblem.CRASHED if started else PressProblem.UNAVAILABLE)

    def _listen(self) -> None:
        """Drain standard error. Once documents flow, only its size is said: its words might be theirs."""
        stream = cast(BinaryIO, self._process.stderr)
        with stream:
            for line in stream:
                if self._ready:
                    _log.debug("press worker: %d bytes on its standard error", len(line))
                else:
                    _log.debug("press worker, starting: %s", line.decode("utf-8", "replace").rstrip())
