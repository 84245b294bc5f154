"""The medical summary of each patient, and every version it went through.

Reference: [VSM]; what a doctor knew at a given moment must be found again, with who wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from demo_lgc.domain.vsm import Vsm
from demo_lgc.records import codec
from demo_lgc.records.models import VsmRow
from demo_lgc.records.patients import row_of
from demo_lgc.records.store import Store


@dataclass(frozen=True)
class VsmVersion:
    """A version: `number` counts from 1, `by` is the national identifier of its author."""

    number: int
    by: str
    at: datetime
    vsm: Vsm = field(repr=False)


def save(store: Store, patient_id: int, vsm: Vsm, by: str, at: datetime) -> VsmVersion:
    """Keep a new version; those before stay. Raises KeyError when there is no such patient, StorageError."""
    with store.session() as session:
        row_of(session, patient_id)
        last = session.scalar(
            select(VsmRow.number)
            .where(VsmRow.patient_id == patient_id)
            .order_by(VsmRow.number.desc())
            .limit(1)
        )
        number = (last or 0) + 1
        session.add(
            VsmRow(
                patient_id=patient_id,
                number=number,
                content=codec.dumps(vsm),
                saved_by=by,
                saved_at=at,
            )
        )
        return VsmVersion(number, by, at, vsm)


def get(store: Store, patient_id: int) -> Vsm:
    """Return the current version; `Vsm()`, where nothing was asked, when none was saved.

    Raises StorageError.
    """
    query = select(VsmRow).where(VsmRow.patient_id == patient_id).order_by(VsmRow.number.desc()).limit(1)
    with store.reading() as session:
        row = session.scalar(query)
        return codec.loads(Vsm, row.content) if row else Vsm()


def history(store: Store, patient_id: int) -> tuple[VsmVersion, ...]:
    """Return every version, oldest first. Raises StorageError."""
    query = select(VsmRow).where(VsmRow.patient_id == patient_id).order_by(VsmRow.number)
    with store.reading() as session:
        return tuple(
            VsmVersion(row.number, row.saved_by, row.saved_at, codec.loads(Vsm, row.content))
            for row in session.scalars(query)
        )
