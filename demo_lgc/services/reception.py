"""Receive a document: see whom it is about, then keep it in a record, as it came.

A file that cannot be read is received as well, on the doctor's word: its bytes are what there is of it.

Reference: [INS] RNIV 1 on filing received documents; [CISIS-MIN] §3.5.5.10 versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from uuid import UUID

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.document import CRITICAL, UNREAD, Arrived, DocumentSummary
from demo_lgc.domain.errors import DocumentProblem, IdentityError, IdentityProblem, UnreadableDocument
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.identity_match import IdentityMatch, compare, first_given_name
from demo_lgc.domain.oids import oid_of
from demo_lgc.domain.received import DocumentPatient, ReceivedDocument, When
from demo_lgc.records import patients, reception, trace
from demo_lgc.records.store import Store
from demo_lgc.services.session import SessionService

MAX_FILE = 50_000_000  # bytes; twice what a document that can be read may take
LONGEST = 200  # characters of a line of the list: a title may be a page long
HIGHEST_VERSION = 2**31 - 1  # a number beyond it is no number of a version
NOON = time(12, 0)  # of documents whose hour is not told
NOBODY = DocumentPatient()


@dataclass(frozen=True)
class Arrival:
    """A file looked at before anything is kept.

    `document` is None when it cannot be read, and `problem` then says why. `candidates` are the patients of
    the practice it seems to be about; `kept_in` is the id of the patient whose record already has it, and
    `versions_in` those of all whose records have versions of it.
    """

    name: str = field(repr=False)
    document: ReceivedDocument | None
    problem: DocumentProblem | None
    candidates: tuple[Patient, ...]
    kept_in: int | None
    versions_in: frozenset[int] = frozenset()

    def compared_with(self, patient: Patient) -> IdentityMatch:
        """Return how the patient of the document compares with one of the practice."""
        return compare(patient, self.document.patient if self.document else NOBODY)


class Reception:
    """Looks at files that arrive and keeps them; nothing is looked at without a session."""

    def __init__(self, store: Store, session: SessionService, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._session = session
        self._clock = clock

    def look(self, content: bytes, name: str) -> Arrival:
        """Return what a file called `name` is and whom it seems to be about; nothing is kept.

        Raises NotAllowed (NO_SESSION), StorageError.
        """
        _ = self._session.current
        document, problem = _read(content)
        said = document.patient if document else NOBODY
        unique_id = unique_id_of(document, content)
        return Arrival(
            name,
            document,
            problem,
            self._candidates(said),
            reception.kept_in(self._store, unique_id),
            reception.holders(self._store, _set_of(document) or unique_id),
        )

    def receive(
        self,
        patient_id: int,
        content: bytes,
        origin: str,
        name: str,
        *,
        accepted_differences: bool = False,
    ) -> DocumentSummary:
        """Keep a file, with its bytes, in the record of a patient; return its line there. Traced.

        `origin` is « dmp », « mss » or « file ». `accepted_differences` is the doctor's decision, after
        comparing, that the document belongs there all the same.

        Raises NotAllowed (NO_SESSION, ALREADY_KEPT, VERSION_KEPT), IdentityError (TRAITS_DIFFER when the
        document does not name this patient beyond doubt, OTHER_RECORD when another version of it is in
        another record), UnreadableDocument (TOO_LARGE, above `MAX_FILE` bytes), KeyError when there is no
        such patient, StorageError. Nothing is kept then.
        """
        if len(content) > MAX_FILE:
            raise UnreadableDocument(DocumentProblem.TOO_LARGE)
        session, now = self._session.current, self._clock()
        document, _ = _read(content)
        arrived = arrived_from(document, content, origin, name, now)
        with self._store.together():
            patient = patients.get(self._store, patient_id)
            match = compare(patient, document.patient if document else NOBODY)
            if not match.is_same and not accepted_differences:
                raise IdentityError(IdentityProblem.TRAITS_DIFFER)
            summary = reception.receive(self._store, patient_id, arrived, elsewhere_too=accepted_differences)
            outcome = "differences-accepted" if accepted_differences else "ok"
            trace.add(self._store, session, now, "receive-document", patient_id, outcome)
        return summary

    def _candidates(self, said: DocumentPatient) -> tuple[Patient, ...]:
        """Return whose matricule it is; without one that we know, who has the same name, date and sex."""
        known = patients.with_ins(self._store, said.ins) if said.ins else ()
        if known:
            return known
        named = patients.search(self._store, f"{said.birth_name} {first_given_name(said)}")
        return tuple(patient for patient in named if compare(patient, said).is_same)


def unique_id_of(document: ReceivedDocument | None, content: bytes) -> str:
    """Return the id of a document (`root`, or `root^extension`); without one, an OID made of its bytes."""
    said = document.identifier.text if document else ""
    return said or oid_of(UUID(bytes=hashlib.sha256(content).digest()[:16], version=5))


def arrived_from(
    document: ReceivedDocument | None, content: bytes, origin: str, name: str, now: datetime
) -> Arrived:
    """Return what is kept of a document, or of a file called `name` that cannot be read (None).

    A document that gives no set is of its own, and one without number the first of it. What it does not
    date is dated `now`, which also gives its offset to a time without one.
    """
    unique_id = unique_id_of(document, content)
    if document is None:
        line = DocumentSummary(unique_id, _line(name), "", "", "", now, origin, UNREAD)
        return Arrived(line, set_id=unique_id, replaces=None, type_code="", mime_type="", content=content)
    critical = any(result.is_critical for result in document.results)
    line = DocumentSummary(
        unique_id=unique_id,
        title=_line(document.title or document.type.label or name),
        type_label=_line(document.type.label),
        author=_line(next((author.name for author in document.authors if author.name), "")),
        organisation=_line(document.organisation),
        created_at=_moment(document.created_at, now),
        origin=origin,
        state=CRITICAL if critical else UNREAD,
        version=document.version if 0 < document.version <= HIGHEST_VERSION else 1,
    )
    return Arrived(
        line,
        set_id=_set_of(document) or unique_id,
        replaces=document.replaces.text if document.replaces else None,
        type_code=document.type.code,
        mime_type="text/xml",
        content=content,
    )


def _set_of(document: ReceivedDocument | None) -> str:
    """Return the set of versions a document is in; one that gives none is of its own."""
    return document.set_id.text if document else ""


def _read(content: bytes) -> tuple[ReceivedDocument | None, DocumentProblem | None]:
    try:
        return read_document(content), None
    except UnreadableDocument as unreadable:
        return None, unreadable.problem


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]


def _moment(said: When | None, now: datetime) -> datetime:
    """Return an instant that a calendar of UTC can hold: the year 1 is a typing error."""
    if said is None:
        return now
    if isinstance(said, PartialDate):
        said = datetime(said.year, said.month or 1, said.day or 1, NOON.hour)
    at = said if said.utcoffset() is not None else said.replace(tzinfo=now.tzinfo)
    try:
        at.astimezone(UTC)
    except OverflowError:
        return now
    return at
