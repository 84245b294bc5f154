"""Open a document of a patient: what it says, or its bytes as they came. Every opening is traced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.errors import UnreadableDocument
from demo_lgc.domain.identity_match import compare
from demo_lgc.domain.received import ReceivedDocument
from demo_lgc.records import documents, patients, trace
from demo_lgc.records.store import Store
from demo_lgc.services.session import SessionService

OTHER_TRAITS = "Les traits de ce document diffèrent de ceux du dossier\u00a0: il nomme {who}."
NAMELESS = "un patient sans nom"


class Reading:
    """Reads the documents of records for the screen; nothing opens without a session."""

    def __init__(self, store: Store, session: SessionService, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._session = session
        self._clock = clock

    def open(self, patient_id: int, document_id: str) -> ReceivedDocument:
        """Return what a document of a patient says; it stays « Non lu » until it was `seen`.

        One whose patient has other traits than the record warns of it, each time it is opened.

        Raises NotAllowed (NO_SESSION), KeyError when it is not a document of this patient or its bytes are
        not kept, UnreadableDocument (traced as well), StorageError.
        """
        content = self._content(patient_id, document_id)
        try:
            document = read_document(content)
        except UnreadableDocument:
            self._trace("open-document", patient_id, "unreadable")
            raise
        self._trace("open-document", patient_id, "ok")
        return self._compared(patient_id, document)

    def seen(self, document_id: str) -> None:
        """Say that a document was shown: it is no longer « Non lu ».

        Raises NotAllowed (NO_SESSION: the card left, and it was shown to nobody), StorageError.
        """
        _ = self._session.current
        documents.mark_read(self._store, document_id)

    def original(self, patient_id: int, document_id: str) -> bytes:
        """Return the bytes of a document as they came, whatever they are.

        Raises NotAllowed (NO_SESSION), KeyError when it is not a document of this patient or its bytes are
        not kept, StorageError.
        """
        content = self._content(patient_id, document_id)
        self._trace("open-original", patient_id, "ok")
        return content

    def _compared(self, patient_id: int, document: ReceivedDocument) -> ReceivedDocument:
        said = document.patient
        match = compare(patients.get(self._store, patient_id), said)
        if not match.differing:
            return document
        born = f", né(e) le {said.birth_date.french}" if said.birth_date else ""
        warning = OTHER_TRAITS.format(who=f"{said.display_name or NAMELESS}{born}")
        return replace(document, warnings=(warning, *document.warnings))

    def _content(self, patient_id: int, document_id: str) -> bytes:
        _ = self._session.current
        return documents.content(self._store, document_id, of=patient_id)

    def _trace(self, act: str, patient_id: int, outcome: str) -> None:
        trace.add(self._store, self._session.current, self._clock(), act, patient_id, outcome)
