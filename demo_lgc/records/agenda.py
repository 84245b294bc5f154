"""The consultations, day by day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from demo_lgc.domain.agenda import Appointment, Progress
from demo_lgc.records.models import AppointmentRow
from demo_lgc.records.patients import patient_of, row_of
from demo_lgc.records.store import Store


def add(
    store: Store,
    patient_id: int,
    starts_at: datetime,
    reason: str = "",
    progress: Progress = Progress.PLANNED,
) -> Appointment:
    """Keep an appointment. `starts_at` carries an offset: its local day is the day of the agenda.

    Raises KeyError when there is no such patient, ValueError without offset, StorageError.
    """
    if starts_at.utcoffset() is None:
        raise ValueError("a moment without offset")
    with store.session() as session:
        row = AppointmentRow(
            day=starts_at.date(),
            starts_at=starts_at,
            patient=row_of(session, patient_id),
            reason=reason,
            progress=progress,
        )
        session.add(row)
        session.flush()
        return _appointment(row)


def day(store: Store, day: date) -> tuple[Appointment, ...]:
    """Return the appointments of a local day, in order. Raises StorageError."""
    query = (
        select(AppointmentRow)
        .where(AppointmentRow.day == day)
        .order_by(AppointmentRow.starts_at, AppointmentRow.id)
    )
    with store.reading() as session:
        return tuple(_appointment(row) for row in session.scalars(query))


def set_progress(store: Store, appointment_id: int, progress: Progress) -> Appointment:
    """Record how far a consultation is. Raises KeyError when there is none, StorageError."""
    with store.session() as session:
        row = session.get(AppointmentRow, appointment_id)
        if row is None:
            raise KeyError(appointment_id)
        row.progress = progress
        return _appointment(row)


def _appointment(row: AppointmentRow) -> Appointment:
    return Appointment(row.id, row.starts_at, patient_of(row.patient), row.reason, row.progress)
