"""Who did what, when, about whom, and how it ended. Only ever added to; no content.

Reference: [DMP] EX_GEN on traces; the store refuses any change of a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.records.models import TraceRow
from demo_lgc.records.store import Store


@dataclass(frozen=True)
class Act:
    """A line of the trace. `who` is the national identifier of the professional, `structure` the place's."""

    id: int
    at: datetime
    who: str
    structure: str
    act: str
    patient_id: int | None
    outcome: str


def add(
    store: Store,
    session: PractitionerSession,
    at: datetime,
    act: str,
    patient_id: int | None = None,
    outcome: str = "",
) -> None:
    """Write a line: `act` and `outcome` are short words of the program, never of a patient.

    Raises ValueError when `at` carries no offset, StorageError.
    """
    if at.utcoffset() is None:
        raise ValueError("a moment without offset")
    with store.session() as transaction:
        transaction.add(
            TraceRow(
                at=at,
                who=session.practitioner.national_id,
                structure=session.situation.structure_id,
                act=act,
                patient_id=patient_id,
                outcome=outcome,
            )
        )


def acts(store: Store, patient_id: int | None = None) -> tuple[Act, ...]:
    """Return the lines about a patient, or all of them, oldest first. Raises StorageError."""
    query = select(TraceRow).order_by(TraceRow.id)
    if patient_id is not None:
        query = query.where(TraceRow.patient_id == patient_id)
    with store.reading() as session:
        return tuple(
            Act(row.id, row.at, row.who, row.structure, row.act, row.patient_id, row.outcome)
            for row in session.scalars(query)
        )
