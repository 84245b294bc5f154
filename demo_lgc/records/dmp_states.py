"""What the DMP last said of each patient. Reference: [DMP] TD0.2; the traits it returns are not kept."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.records.models import DmpStateRow
from demo_lgc.records.patients import row_of
from demo_lgc.records.store import Store


def save(store: Store, patient_id: int, status: DmpStatus) -> None:
    """Remember an answer in place of the one before. Raises KeyError for no such patient, StorageError."""
    with store.session() as session:
        row_of(session, patient_id)
        session.merge(
            DmpStateRow(
                patient_id=patient_id,
                existence=status.existence,
                authorisation=status.authorisation,
                treating_doctor=status.treating_doctor,
                attached_to_mes=status.attached_to_mes,
                closed_on=status.closed_on,
                closing_reason=status.closing_reason,
                asked_at=status.asked_at,
            )
        )


def get_many(store: Store, patient_ids: Iterable[int]) -> dict[int, DmpStatus]:
    """Return the last known state of each patient; those never asked are absent. Raises StorageError."""
    query = select(DmpStateRow).where(DmpStateRow.patient_id.in_(list(patient_ids)))
    with store.reading() as session:
        return {row.patient_id: _status(row) for row in session.scalars(query)}


def _status(row: DmpStateRow) -> DmpStatus:
    return DmpStatus(
        existence=row.existence,
        authorisation=row.authorisation,
        treating_doctor=row.treating_doctor,
        attached_to_mes=row.attached_to_mes,
        closed_on=row.closed_on,
        closing_reason=row.closing_reason,
        asked_at=row.asked_at,
    )
