"""A worker: a process of ours that does one heavy kind of work, warm and watched.

WeasyPrint and Saxon take seconds to load and hundreds of megabytes; in the process of the window, even in
another thread, that is felt, and a crash of theirs would be ours. So they run elsewhere and are spoken to
through pipes (`frames`): the process is started again when it died or grew, and killed when it does not
answer in time. The other end is `serving`.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import threading
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, cast

from demo_lgc.documents.workers.frames import read_frame, write_frame

_log = logging.getLogger(__name__)


class WorkerProblem(Enum):
    """Why a worker gave no answer. Their values are those of PressProblem and ConformanceProblem."""

    UNAVAILABLE = "unavailable"
    CRASHED = "crashed"
    TOO_SLOW = "too-slow"
    FAILED = "failed"


class WorkerError(Exception):
    """No answer; `detail` is the name of an exception, or empty. The faces of the room translate it.

    Asking again is harmless: but for FAILED the next question starts a new process.
    """

    def __init__(self, problem: WorkerProblem, detail: str = "") -> None:
        super().__init__(f"{problem.value} {detail}".strip())
        self.problem = problem
        self.detail = detail


class Worker:
    """One process at a time. Every method may be called from any thread; questions are answered in turn.

    `command` starts the process and `name` is that of its work in the log; `max_memory` (bytes) and
    `max_answers` bound its life.
    """

    def __init__(self, command: Sequence[str], name: str, *, max_memory: int, max_answers: int) -> None:
        self._command = tuple(command)
        self._name = name
        self._max_memory = max_memory
        self._max_answers = max_answers
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def start(self) -> None:
        """Start the process and return at once; it warms itself. Harmless when it runs.

        Raises WorkerError (UNAVAILABLE) when the system cannot start it.
        """
        with self._lock:
            self._running()

    def ask(self, request: bytes, deadline: float) -> bytes:
        """Return the answer to a request. `deadline` is in seconds and counts the start of the process.

        Raises WorkerError.
        """
        with self._lock:
            process = self._running()
            answer = process.ask(request, deadline)
            if process.memory > self._max_memory or process.answered >= self._max_answers:
                _log.info(
                    "%s worker retired: %d bytes, %d answers", self._name, process.memory, process.answered
                )
                process.stop()
            return answer

    @property
    def pid(self) -> int | None:
        """Number of the process, None when none runs."""
        process = self._process
        return process.pid if process is not None and process.alive else None

    def close(self) -> None:
        """Stop the process. Waits for the work at hand. Never raises; a later question restarts it."""
        with self._lock:
            if self._process is not None:
                self._process.stop()
                self._process = None

    def _running(self) -> _Process:
        if self._process is None or not self._process.alive:
            if self._process is not None:
                self._process.stop()
            self._process = _Process(self._command, self._name)
        return self._process


class _Process:
    """One process and its pipes."""

    def __init__(self, command: tuple[str, ...], name: str) -> None:
        self._name = name
        root = str(Path(__file__).resolve().parents[3])
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
            raise WorkerError(WorkerProblem.UNAVAILABLE, type(error).__name__) from error
        self._requests = cast(BinaryIO, self._process.stdin)
        self._answers = cast(BinaryIO, self._process.stdout)
        self._ready = False
        self._late = False
        self.memory = 0
        self.answered = 0
        self._ears = threading.Thread(target=self._listen, name=f"{name}-stderr", daemon=True)
        self._ears.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: bytes, deadline: float) -> bytes:
        """Return the answer to a request. Raises WorkerError; but for FAILED the process is stopped."""
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
            self.answered += 1
            if not said["ok"]:
                raise WorkerError(WorkerProblem.FAILED, said["error"])
            content = read_frame(self._answers)
            if content is None:
                raise self._dead()
            return content
        except (OSError, EOFError, ValueError) as error:
            raise self._dead() from error
        finally:
            timer.cancel()

    def stop(self) -> None:
        """End the process and free its pipes."""
        try:
            self._requests.close()
        except OSError:
            _log.debug("%s worker: its input was already closed", self._name)
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

    def _dead(self) -> WorkerError:
        """Bury the process and return the error that says how it ended."""
        started = self._ready
        self._process.kill()
        self.stop()
        if self._late:
            return WorkerError(WorkerProblem.TOO_SLOW)
        return WorkerError(WorkerProblem.CRASHED if started else WorkerProblem.UNAVAILABLE)

    def _listen(self) -> None:
        """Drain standard error. Once documents flow, only its size is said: its words might be theirs."""
        stream = cast(BinaryIO, self._process.stderr)
        with stream:
            for line in stream:
                if self._ready:
                    _log.debug("%s worker: %d bytes on its standard error", self._name, len(line))
                else:
                    said = line.decode("utf-8", "replace").rstrip()
                    _log.debug("%s worker, starting: %s", self._name, said)
