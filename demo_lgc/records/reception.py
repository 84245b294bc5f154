"""What the practice receives is kept once, as it came, and nothing is ever written over.

A document has an id, and stands in a set of versions. An id that is known is refused, and so is a version
that the set already has in this record; anything else is kept, in whatever order it arrives. The highest
version of a set is the current one (`documents.summaries`).

A set belongs to one patient. When another record holds it, one of both identities is wrong: the doctor must
say so, and each record then counts its own versions.

Reference: [CISIS-MIN] §3.5.5.10, as the agency's notes of 4 April 2025 to software makers spell it out.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sqlalchemy import select

from demo_lgc.domain.document import REPLACED, Arrived, DocumentSummary
from demo_lgc.domain.errors import IdentityError, IdentityProblem, NotAllowed, Refusal
from demo_lgc.records.models import DocumentRow
from demo_lgc.records.patients import row_of
from demo_lgc.records.store import Store


def receive(
    store: Store, patient_id: int, arrived: Arrived, *, elsewhere_too: bool = False
) -> DocumentSummary:
    """Keep a document in the record of a patient, durably; return its line.

    `elsewhere_too` is the doctor's decision to keep it although another record has versions of it.

    Raises NotAllowed (ALREADY_KEPT, in whatever record, even by its line only; VERSION_KEPT), IdentityError
    (OTHER_RECORD), KeyError when there is no such patient, StorageError. Nothing is kept then.
    """
    line = arrived.line
    in_set = select(DocumentRow.patient_id, DocumentRow.version).where(DocumentRow.set_id == arrived.set_id)
    with store.session() as session:
        row_of(session, patient_id)
        if session.get(DocumentRow, line.unique_id) is not None:
            raise NotAllowed(Refusal.ALREADY_KEPT)
        held = [(holder, version) for holder, version in session.execute(in_set)]
        ours = {version for holder, version in held if holder == patient_id}
        if line.version in ours:
            raise NotAllowed(Refusal.VERSION_KEPT)
        if len(held) > len(ours) and not elsewhere_too:
            raise IdentityError(IdentityProblem.OTHER_RECORD)
        session.add(
            DocumentRow(
                unique_id=line.unique_id,
                patient_id=patient_id,
                set_id=arrived.set_id,
                version=line.version,
                replaces=arrived.replaces,
                title=line.title,
                type_code=arrived.type_code,
                type_label=line.type_label,
                author=line.author,
                organisation=line.organisation,
                created_at=line.created_at,
                origin=line.origin,
                state=line.state,
                mime_type=arrived.mime_type,
                content=arrived.content,
                sha256=hashlib.sha256(arrived.content).digest(),
                pdf=None,
            )
        )
        session.flush()
    superseded = line.version < max(ours, default=0)
    return replace(line, superseded=superseded, state=REPLACED if superseded else line.state)


def kept_in(store: Store, unique_id: str) -> int | None:
    """Return the id of the patient whose record has this document, or None. Raises StorageError."""
    with store.reading() as session:
        return session.scalar(select(DocumentRow.patient_id).where(DocumentRow.unique_id == unique_id))


def holders(store: Store, set_id: str) -> frozenset[int]:
    """Return the ids of the patients whose records have versions of a set. Raises StorageError."""
    with store.reading() as session:
        return frozenset(session.scalars(select(DocumentRow.patient_id).where(DocumentRow.set_id == set_id)))
