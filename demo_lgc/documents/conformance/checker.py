"""Whoever checks documents with the conformance pack: in a warm process of its own (see `worker`).

It is not the process of the press. Saxon and the compiled schematrons hold 300 MB (400 at the most),
WeasyPrint 70: in one process a check that grew would throw the press away, a crash of native code would
take both, and a doctor without a pack would pay for what he does not use. Together they hold what one
would. Nothing runs before the first document to check; a first check takes two seconds, those that follow a
fifth of one.

Reference: [ANS-KIT].
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from demo_lgc.documents.conformance.pack import Pack
from demo_lgc.documents.workers.worker import Worker, WorkerError
from demo_lgc.domain.errors import (
    ConformanceError,
    ConformanceProblem,
    DocumentProblem,
    Finding,
    UnreadableDocument,
)

MAX_MEMORY = 1_200_000_000
MAX_DOCUMENTS = 2_000


class Checker:
    """A judge in another process. Every method may be called from any thread; one document at a time.

    `command` starts the worker, without its last argument, the folder of the pack; `max_memory` (bytes) and
    `max_documents` bound its life.
    """

    def __init__(
        self,
        pack: Pack,
        command: Sequence[str] = (sys.executable, "-m", "demo_lgc.documents.conformance.checker_worker"),
        *,
        max_memory: int = MAX_MEMORY,
        max_documents: int = MAX_DOCUMENTS,
    ) -> None:
        self._worker = Worker(
            (*command, str(pack.folder)), "check", max_memory=max_memory, max_answers=max_documents
        )

    def start(self) -> None:
        """Start the worker and return at once; it compiles the schematrons. Harmless when it runs.

        Raises ConformanceError (UNAVAILABLE) when the system cannot start it.
        """
        try:
            self._worker.start()
        except WorkerError as error:
            raise _conformance_error(error) from error

    def check(self, content: bytes, *, deadline: float = 60.0) -> tuple[Finding, ...]:
        """Return what is wrong with a document: XSD, then schematrons; nothing when it conforms.

        `deadline` is in seconds and counts the start of the worker. Raises UnreadableDocument, and
        ConformanceError: INCOMPLETE (the pack), UNAVAILABLE, CRASHED, TOO_SLOW or FAILED.
        """
        try:
            answer = json.loads(self._worker.ask(content, deadline))
        except WorkerError as error:
            raise _conformance_error(error) from error
        if "unreadable" in answer:
            raise UnreadableDocument(DocumentProblem(answer["unreadable"]))
        if "problem" in answer:
            raise ConformanceError(ConformanceProblem(answer["problem"]), answer["detail"])
        return tuple(Finding(place, what) for place, what in answer["findings"])

    @property
    def worker_pid(self) -> int | None:
        """Process number of the worker, None when none runs."""
        return self._worker.pid

    def close(self) -> None:
        """Stop the worker. Waits for the document being checked. Never raises; a later call restarts it."""
        self._worker.close()


def _conformance_error(error: WorkerError) -> ConformanceError:
    return ConformanceError(ConformanceProblem(error.problem.value), error.detail)
