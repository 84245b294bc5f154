"""What must leave, written down whole before anything leaves; then only *where it stands* changes.

Reference: docs/decisions/002-deliveries-written-down-before-they-leave.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from demo_lgc.domain.delivery import MOVES, OPEN, Delivery, DeliveryDraft, DeliveryState, Part, Reason
from demo_lgc.domain.document import Document
from demo_lgc.domain.errors import LgcError, StorageError, StorageProblem
from demo_lgc.records import documents
from demo_lgc.records.models import DeliveryRow, PartRow, ShareRow
from demo_lgc.records.store import Store


class OvertakenError(LgcError):
    """Somebody saved this delivery after it was read: read it again before deciding anything."""


def add(
    store: Store, document: Document, drafts: tuple[DeliveryDraft, ...], now: datetime
) -> tuple[Delivery, ...]:
    """Write down a document and its deliveries, READY, in one transaction: all of it or nothing.

    Raises ValueError (no draft; two parts of one name; a wire identifier already used; another document
    under this unique id), KeyError (no such patient), StorageError (DISK_FULL…). Nothing is kept then.
    """
    _check(drafts)
    with store.session() as session:
        documents.keep(session, document)
        used = select(DeliveryRow.id).where(DeliveryRow.wire_id.in_([d.wire_id for d in drafts if d.wire_id]))
        if session.scalar(used.limit(1)) is not None:
            raise ValueError("a wire identifier is used already")
        share = ShareRow(
            patient_id=document.header.patient.id,
            document_id=document.header.unique_id,
            created_at=now,
        )
        rows = [_new_row(share, draft, now) for draft in drafts]
        session.add_all(rows)
        session.flush()
        for row, draft in zip(rows, drafts, strict=True):
            session.add_all(_part_row(row, part) for part in draft.parts)
        return tuple(_delivery(row) for row in rows)


def get(store: Store, delivery_id: int) -> Delivery:
    """Return a delivery as last committed. Raises KeyError when there is none, StorageError."""
    with store.reading() as session:
        return _delivery(_row(session, delivery_id))


def parts(store: Store, delivery_id: int) -> tuple[Part, ...]:
    """Return what leaves, in the order it was drafted.

    Raises StorageError (UNREADABLE) when the bytes are no longer those that were written down, KeyError.
    """
    query = select(PartRow).where(PartRow.delivery_id == delivery_id).order_by(PartRow.id)
    with store.reading() as session:
        _row(session, delivery_id)
        rows = session.scalars(query).all()
        for row in rows:
            if hashlib.sha256(row.content).digest() != row.sha256:
                raise StorageError(StorageProblem.UNREADABLE, "part")
        return tuple(Part(row.name, row.media_type, row.content) for row in rows)


def save(store: Store, delivery: Delivery) -> Delivery:
    """Commit where a delivery stands; return it as kept, for the next save.

    Raises OvertakenError when it was saved since `delivery` was read, ValueError when something frozen
    differs or the state is not one the kept state leads to, KeyError when there is none, StorageError.
    """
    with store.session() as session:
        row = _row(session, delivery.id)
        kept = _delivery(row)
        if kept.version != delivery.version:
            raise OvertakenError(f"delivery {delivery.id}")
        if _frozen(kept) != _frozen(delivery):
            raise ValueError("what was written down does not change")
        if delivery.state is not kept.state and delivery.state not in MOVES[kept.state]:
            raise ValueError(f"{kept.state.value} does not lead to {delivery.state.value}")
        row.state = delivery.state
        row.changed_at = delivery.changed_at
        row.attempts = delivery.attempts
        row.attempted_at = delivery.attempted_at
        row.next_try = delivery.next_try
        row.content_left = delivery.content_left
        row.filed = delivery.filed
        row.reason_kind = delivery.reason.kind
        row.reason_code = delivery.reason.code
        row.reason_text = delivery.reason.text
        row.version = kept.version + 1
        return _delivery(row)


def open_ones(store: Store) -> tuple[Delivery, ...]:
    """Return the deliveries READY, SENDING or IN_DOUBT, oldest first. Raises StorageError."""
    return in_states(store, OPEN)


def in_states(store: Store, states: Iterable[DeliveryState]) -> tuple[Delivery, ...]:
    """Return the deliveries in one of these states, oldest first. Raises StorageError."""
    return _all(store, DeliveryRow.state.in_(list(states)))


def unfiled(store: Store) -> tuple[Delivery, ...]:
    """Return the deliveries SENT whose `filed` is still False, oldest first. Raises StorageError."""
    return _all(store, DeliveryRow.state == DeliveryState.SENT, DeliveryRow.filed.is_(False))


def of_patient(store: Store, patient_id: int) -> tuple[Delivery, ...]:
    """Return the deliveries about a patient, oldest first. Raises StorageError."""
    return _all(store, DeliveryRow.share.has(ShareRow.patient_id == patient_id))


def _all(store: Store, *conditions: ColumnElement[bool]) -> tuple[Delivery, ...]:
    with store.reading() as session:
        rows = session.scalars(select(DeliveryRow).where(*conditions).order_by(DeliveryRow.id))
        return tuple(_delivery(row) for row in rows)


def _check(drafts: tuple[DeliveryDraft, ...]) -> None:
    if not drafts:
        raise ValueError("no destination")
    wire_ids = [draft.wire_id for draft in drafts if draft.wire_id]
    if len(wire_ids) != len(set(wire_ids)):
        raise ValueError("two deliveries of one wire identifier")
    for draft in drafts:
        if len({part.name for part in draft.parts}) != len(draft.parts):
            raise ValueError("two parts of one name")


def _row(session: Session, delivery_id: int) -> DeliveryRow:
    row = session.get(DeliveryRow, delivery_id)
    if row is None:
        raise KeyError(delivery_id)
    return row


def _new_row(share: ShareRow, draft: DeliveryDraft, now: datetime) -> DeliveryRow:
    return DeliveryRow(
        share=share,
        channel=draft.channel,
        destination=draft.destination,
        label=draft.label,
        wire_id=draft.wire_id,
        state=DeliveryState.READY,
        created_at=now,
        changed_at=now,
        attempts=0,
        attempted_at=None,
        next_try=None,
        content_left=False,
        filed=False,
        reason_kind="",
        reason_code="",
        reason_text="",
        version=1,
    )


def _part_row(row: DeliveryRow, part: Part) -> PartRow:
    return PartRow(
        delivery_id=row.id,
        name=part.name,
        media_type=part.media_type,
        content=part.content,
        sha256=hashlib.sha256(part.content).digest(),
    )


def _frozen(delivery: Delivery) -> tuple[object, ...]:
    d = delivery
    return (
        d.share_id,
        d.channel,
        d.destination,
        d.label,
        d.patient_id,
        d.document_id,
        d.wire_id,
        d.created_at,
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        share_id=row.share_id,
        channel=row.channel,
        destination=row.destination,
        label=row.label,
        patient_id=row.share.patient_id,
        document_id=row.share.document_id,
        wire_id=row.wire_id,
        state=row.state,
        created_at=row.created_at,
        changed_at=row.changed_at,
        attempts=row.attempts,
        attempted_at=row.attempted_at,
        next_try=row.next_try,
        content_left=row.content_left,
        filed=row.filed,
        reason=Reason(row.reason_kind, row.reason_code, row.reason_text),
        version=row.version,
    )
