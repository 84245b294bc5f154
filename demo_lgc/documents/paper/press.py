"""The press: prints documents as PDF/A in a warm process of its own (see `worker`).

WeasyPrint takes half a second to load and a quarter to print: this module never imports it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from demo_lgc.documents.paper.pages import page_of
from demo_lgc.documents.workers.worker import Worker, WorkerError
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import PressError, PressProblem
from demo_lgc.domain.letter import Letter
from demo_lgc.domain.vsm import Vsm

WORKER = (sys.executable, "-m", "demo_lgc.documents.paper.press_worker")
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
        self._worker = Worker(command, "press", max_memory=max_memory, max_answers=max_documents)

    def start(self) -> None:
        """Start the worker and return at once; it warms itself. Harmless when it runs.

        Raises PressError (UNAVAILABLE) when the system cannot start it.
        """
        try:
            self._worker.start()
        except WorkerError as error:
            raise _press_error(error) from error

    def pdf(self, content: Vsm | Letter, header: DocumentHeader, *, deadline: float = 30.0) -> bytes:
        """Return the page of a document as PDF/A-1b. `deadline` (seconds) counts the start of the worker.

        Raises PressError: UNAVAILABLE, CRASHED, TOO_SLOW or FAILED. Reference: [PDFA]; [MSS] ECO.2.1.5.
        """
        author, created_at = header.session.practitioner.display_name, header.created_at.isoformat()
        return self.print(page_of(content, header), header.title, author, created_at, deadline=deadline)

    def print(self, html: str, title: str, author: str, created_at: str, *, deadline: float = 30.0) -> bytes:
        """Return an HTML fragment as PDF/A-1b; `created_at` is ISO 8601 with an offset. Raises as `pdf`."""
        request = {"html": html, "title": title, "author": author, "created_at": created_at}
        try:
            return self._worker.ask(json.dumps(request).encode(), deadline)
        except WorkerError as error:
            raise _press_error(error) from error

    @property
    def worker_pid(self) -> int | None:
        """Process number of the worker, None when none runs."""
        return self._worker.pid

    def close(self) -> None:
        """Stop the worker. Waits for the document being printed. Never raises; a later call restarts it."""
        self._worker.close()


def _press_error(error: WorkerError) -> PressError:
    return PressError(PressProblem(error.problem.value), error.detail)
