"""The curves of biology of a patient: what every report of the record says, each value once.

Nothing is stored: results are read again from the documents, which are the only truth. Reading two hundred
reports takes a third of a second, so what was read is kept until the session closes, and no longer.

Reference: [CR-BIO] CI-SIS compte rendu d’examens biologiques.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeAlias

from demo_lgc.documents.reading.document import read_results
from demo_lgc.domain.errors import StorageError, StorageProblem, UnreadableDocument
from demo_lgc.domain.results import Curve, LabResult, curves
from demo_lgc.records import documents, trace
from demo_lgc.records.store import Store
from demo_lgc.services.session import SessionService

logger = logging.getLogger(__name__)

_Known: TypeAlias = dict[tuple[str, bytes], tuple[LabResult, ...]]


class Results:
    """Reads the results of records; nothing is read without a session. Every reading is traced."""

    def __init__(self, store: Store, session: SessionService, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._session = session
        self._clock = clock
        self._known: _Known = {}
        session.when_locked(self._forget)

    def of(self, patient_id: int) -> tuple[Curve, ...]:
        """Return the curves of the current documents of a patient, in the order of the latest report.

        A document that cannot be read hides no other: it is left out, and the log names its id.
        Raises NotAllowed (NO_SESSION), StorageError.
        """
        _ = self._session.current
        known = self._known  # of this session: one that locks meanwhile forgets what is still being read
        found = curves(result for each in self._read(patient_id, known) for result in each)
        trace.add(self._store, self._session.current, self._clock(), "open-results", patient_id, "ok")
        return found

    def _read(self, patient_id: int, known: _Known) -> Iterator[tuple[LabResult, ...]]:
        for unique_id, digest in documents.current_contents(self._store, patient_id):
            key = unique_id, digest
            if key not in known:
                known[key] = self._results(patient_id, unique_id)
            yield known[key]

    def _results(self, patient_id: int, unique_id: str) -> tuple[LabResult, ...]:
        try:
            return read_results(documents.content(self._store, unique_id, of=patient_id))
        except UnreadableDocument as error:
            logger.warning("no results from document %s: %s", unique_id, error.problem.value)
        except StorageError as error:
            if error.problem is not StorageProblem.UNREADABLE:
                raise
            logger.warning("the bytes of document %s are damaged", unique_id)
        return ()

    def _forget(self) -> None:
        self._known = {}
