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

SESSION_ACTS = (
    "sign-in",
    "open-card",
    "open-session",
    "lock-session",
    "unblock-card",
    "change-code",
    "change-setting",
)


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
    who, structure = session.practitioner.national_id, session.situation.structure_id
    _write(store, at, who=who, structure=structure, act=act, patient_id=patient_id, outcome=outcome)


def note(store: Store, at: datetime, who: str, act: str, outcome: str) -> None:
    """Write a line about the session or the card itself; `who` is « » when nobody was recognised.

    Raises ValueError when `at` carries no offset, StorageError.
    """
    _write(store, at, who=who, structure="", act=act, patient_id=None, outcome=outcome)


def acts(store: Store, patient_id: int | None = None) -> tuple[Act, ...]:
    """Return the lines about a patient, or all of them, oldest first. Raises StorageError."""
    query = select(TraceRow).order_by(TraceRow.id)
    if patient_id is not None:
        query = query.where(TraceRow.patient_id == patient_id)
    with store.reading() as session:
        return tuple(_act(row) for row in session.scalars(query))


def session_acts(store: Store, limit: int = 50) -> tuple[Act, ...]:
    """Return the last lines that `note` wrote, newest first. Raises StorageError."""
    lines = select(TraceRow).where(TraceRow.act.in_(SESSION_ACTS))
    with store.reading() as session:
        return tuple(_act(row) for row in session.scalars(lines.order_by(TraceRow.id.desc()).limit(limit)))


def _write(store: Store, at: datetime, **values: object) -> None:
    if at.utcoffset() is None:
        raise ValueError("a moment without offset")
    with store.session() as transaction:
        transaction.add(TraceRow(at=at, **values))


def _act(row: TraceRow) -> Act:
    return Act(row.id, row.at, row.who, row.structure, row.act, row.patient_id, row.outcome)
