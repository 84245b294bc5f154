"""The documents of a patient and the line of events they belong to.

A document made here keeps its bytes for ever; one known only by its summary (a line of the DMP, a sample)
has none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from demo_lgc.domain.delivery import OPEN, Channel, DeliveryState, SharedVersion
from demo_lgc.domain.document import NOT_SENT, REPLACED, UNREAD, Document, DocumentSummary
from demo_lgc.domain.errors import StorageError, StorageProblem
from demo_lgc.domain.timeline import Lane, TimelineEvent
from demo_lgc.records.models import DeliveryRow, DocumentRow, EventRow, ShareRow
from demo_lgc.records.patients import row_of
from demo_lgc.records.store import Store

UNSETTLED = frozenset({"Envoi en cours", "À vérifier", "Refusé"})  # somebody still has something to do


def save(store: Store, document: Document) -> None:
    """Keep a document of the practice, once: the same bytes again change nothing.

    Raises ValueError when another content is kept under its unique id, KeyError when its patient is not
    known, StorageError.
    """
    with store.session() as session:
        keep(session, document)


def keep(session: Session, document: Document) -> None:
    """Do what `save` does, inside a transaction of this room."""
    header = document.header
    digest = hashlib.sha256(document.content).digest()
    known = session.get(DocumentRow, header.unique_id)
    if known is not None:
        if known.sha256 != digest or known.patient_id != header.patient.id:
            raise ValueError("another document is kept under this unique id")
        return
    row_of(session, header.patient.id)
    session.add(
        DocumentRow(
            unique_id=header.unique_id,
            patient_id=header.patient.id,
            set_id=header.set_id,
            version=header.version,
            replaces=header.replaces,
            title=header.title,
            type_code=header.type.code,
            type_label=header.type.label,
            author=header.session.practitioner.display_name,
            organisation=header.session.situation.name,
            created_at=header.created_at,
            origin="practice",
            state=NOT_SENT,
            mime_type=header.mime_type,
            content=document.content,
            sha256=digest,
            pdf=document.pdf,
        )
    )
    session.flush()


def content(store: Store, unique_id: str, *, of: int | None = None) -> bytes:
    """Return the CDA bytes of a document; of the patient `of` only, when given.

    Raises KeyError when it is not known, is of another patient or its bytes are not kept, StorageError
    (UNREADABLE when they are no longer those that were kept).
    """
    with store.reading() as session:
        row = session.get(DocumentRow, unique_id, options=[undefer(DocumentRow.content)])
        if row is None or row.content is None or of not in (None, row.patient_id):
            raise KeyError(unique_id)
        if hashlib.sha256(row.content).digest() != row.sha256:
            raise StorageError(StorageProblem.UNREADABLE, "document")
        return row.content


def pdf(store: Store, unique_id: str) -> bytes:
    """Return the PDF of a document. Raises KeyError when it is not known or not kept, StorageError."""
    with store.reading() as session:
        row = session.get(DocumentRow, unique_id, options=[undefer(DocumentRow.pdf)])
        if row is None or row.pdf is None:
            raise KeyError(unique_id)
        return row.pdf


def mark_read(store: Store, unique_id: str) -> None:
    """Say no longer of a document that it is « Non lu »; its other states stay. Raises StorageError."""
    unread = (DocumentRow.unique_id == unique_id) & (DocumentRow.state == UNREAD)
    with store.session() as session:
        session.execute(update(DocumentRow).where(unread).values(state=""))


def add_summary(store: Store, patient_id: int, summary: DocumentSummary) -> None:
    """Keep a document known by its summary only.

    Raises ValueError when its unique id is taken, KeyError for no such patient, StorageError.
    """
    with store.session() as session:
        row_of(session, patient_id)
        if session.get(DocumentRow, summary.unique_id) is not None:
            raise ValueError("this unique id is taken")
        session.add(
            DocumentRow(
                unique_id=summary.unique_id,
                patient_id=patient_id,
                set_id=summary.unique_id,
                version=summary.version,
                replaces=None,
                title=summary.title,
                type_code="",
                type_label=summary.type_label,
                author=summary.author,
                organisation=summary.organisation,
                created_at=summary.created_at,
                origin=summary.origin,
                state=summary.state,
                mime_type="",
                content=None,
                sha256=None,
                pdf=None,
            )
        )


def summaries(store: Store, patient_id: int) -> tuple[DocumentSummary, ...]:
    """Return the documents of a patient, latest first. Raises StorageError.

    The state of a document that was shared is what became of its deliveries, as the screen says it; an
    older version of a set is « Remplacé » once its own deliveries need nobody any more.
    """
    query = (
        select(DocumentRow)
        .where(DocumentRow.patient_id == patient_id)
        .order_by(DocumentRow.created_at.desc(), DocumentRow.unique_id)
    )
    with store.reading() as session:
        shared = _deliveries(session, patient_id)
        rows = session.scalars(query).all()
    current = _current_versions(rows)
    return tuple(
        _summary(row, shared.get(row.unique_id), superseded=row.version < current[row.set_id]) for row in rows
    )


def current_contents(store: Store, patient_id: int) -> tuple[tuple[str, bytes], ...]:
    """Return the unique id and the SHA-256 of every document of a patient whose bytes are kept, latest first.

    Of a set, its last version only. Raises StorageError.
    """
    query = (
        select(DocumentRow)
        .where(DocumentRow.patient_id == patient_id)
        .order_by(DocumentRow.created_at.desc(), DocumentRow.unique_id)
    )
    with store.reading() as session:
        rows = session.scalars(query).all()
    current = _current_versions(rows)
    return tuple(
        (row.unique_id, row.sha256)
        for row in rows
        if row.sha256 is not None and row.version == current[row.set_id]
    )


def _current_versions(rows: Iterable[DocumentRow]) -> dict[str, int]:
    """Return the last version of each set."""
    current: dict[str, int] = {}
    for row in rows:
        current[row.set_id] = max(row.version, current.get(row.set_id, row.version))
    return current


def _summary(
    row: DocumentRow, deliveries: list[tuple[Channel, DeliveryState]] | None, *, superseded: bool
) -> DocumentSummary:
    state = state_in_words(deliveries) if deliveries else row.state
    return DocumentSummary(
        unique_id=row.unique_id,
        title=row.title,
        type_label=row.type_label,
        author=row.author,
        organisation=row.organisation,
        created_at=row.created_at,
        origin=row.origin,
        state=REPLACED if superseded and state not in UNSETTLED else state,
        version=row.version,
        superseded=superseded,
    )


def state_in_words(deliveries: list[tuple[Channel, DeliveryState]]) -> str:
    """Return what became of a document, the DMP first: what a colleague received is no proof of deposit."""
    states = {state for _, state in deliveries}
    if (Channel.DMP, DeliveryState.SENT) in deliveries:
        return "Dans le DMP"
    if DeliveryState.IN_DOUBT in states:
        return "À vérifier"
    if states & OPEN:
        return "Envoi en cours"
    if DeliveryState.REFUSED in states:
        return "Refusé"
    return "Envoyé" if DeliveryState.SENT in states else NOT_SENT


def shared_versions(store: Store, patient_id: int, type_code: str, author: str) -> tuple[SharedVersion, ...]:
    """Return what `author` shared of a type for a patient, latest first. Raises StorageError."""
    query = (
        select(DocumentRow)
        .where(
            DocumentRow.patient_id == patient_id,
            DocumentRow.type_code == type_code,
            DocumentRow.author == author,
            DocumentRow.origin == "practice",
        )
        .order_by(DocumentRow.created_at.desc(), DocumentRow.version.desc())
    )
    with store.reading() as session:
        shared = _deliveries(session, patient_id)
        return tuple(
            SharedVersion(row.unique_id, row.set_id, row.version, tuple(shared[row.unique_id]))
            for row in session.scalars(query)
            if row.unique_id in shared
        )


def add_event(store: Store, patient_id: int, event: TimelineEvent) -> None:
    """Keep an event that is not a document. Raises KeyError for no such patient, StorageError."""
    with store.session() as session:
        row_of(session, patient_id)
        session.add(
            EventRow(
                patient_id=patient_id,
                day=event.day,
                lane=event.lane,
                title=event.title,
                until=event.until,
                origin=event.origin,
                document_id=event.document_id,
                done=event.done,
            )
        )


def events(store: Store, patient_id: int) -> tuple[TimelineEvent, ...]:
    """Return what happened to a patient by day, each document being an event of its lane.

    Raises StorageError.
    """
    with store.reading() as session:
        found = [
            TimelineEvent(row.day, row.lane, row.title, row.until, row.origin, row.document_id, row.done)
            for row in session.scalars(select(EventRow).where(EventRow.patient_id == patient_id))
        ]
        found += [
            TimelineEvent(
                row.created_at.date(),
                Lane.DOCUMENT,
                row.title,
                origin=row.origin,
                document_id=row.unique_id,
            )
            for row in session.scalars(select(DocumentRow).where(DocumentRow.patient_id == patient_id))
        ]
    return tuple(sorted(found, key=lambda e: (e.day, e.lane.value, e.title)))


def _deliveries(session: Session, patient_id: int) -> dict[str, list[tuple[Channel, DeliveryState]]]:
    query = (
        select(ShareRow.document_id, DeliveryRow.channel, DeliveryRow.state)
        .join(DeliveryRow, DeliveryRow.share_id == ShareRow.id)
        .where(ShareRow.patient_id == patient_id)
    )
    found: dict[str, list[tuple[Channel, DeliveryState]]] = {}
    for document_id, channel, state in session.execute(query):
        found.setdefault(document_id, []).append((channel, state))
    return found
