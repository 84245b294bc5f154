"""The address book of the practice. Reference: [MSS] §1.3."""

from __future__ import annotations

from sqlalchemy import func, select

from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.naming import key_of
from demo_lgc.records.models import CorrespondentRow
from demo_lgc.records.store import Store


def add(store: Store, correspondent: Correspondent) -> None:
    """Keep a correspondent, or what is newly known of one: the address, whatever its case, is who they are.

    Raises ValueError for an empty address, StorageError.
    """
    address = correspondent.address.strip().lower()
    if not address:
        raise ValueError("no address")
    with store.session() as session:
        session.merge(
            CorrespondentRow(
                address=address,
                name=correspondent.name,
                speciality=correspondent.speciality,
                place=correspondent.place,
                key=f"{key_of(correspondent.name)} {key_of(address)}",
            )
        )


def search(store: Store, typed: str, limit: int = 8) -> tuple[Correspondent, ...]:
    """Return at most `limit` correspondents whose name or address holds what was typed, by name.

    Case, accents, spaces and punctuation do not count. Nothing typed returns the first ones.
    Raises StorageError.
    """
    query = (
        select(CorrespondentRow)
        .where(func.instr(CorrespondentRow.key, key_of(typed)) > 0)
        .order_by(CorrespondentRow.key)
        .limit(limit)
    )
    with store.reading() as session:
        return tuple(_correspondent(row) for row in session.scalars(query))


def by_address(store: Store, address: str) -> Correspondent | None:
    """Return the correspondent of an address, whatever its case; None when unknown. Raises StorageError."""
    with store.reading() as session:
        row = session.get(CorrespondentRow, address.strip().lower())
        return _correspondent(row) if row else None


def _correspondent(row: CorrespondentRow) -> Correspondent:
    return Correspondent(row.name, row.address, row.speciality, row.place)
