"""How values lie in columns: moments that sort and keep their offset, packed bytes, lists of words."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import TypeVar

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from demo_lgc.domain.errors import StorageError, StorageProblem

E = TypeVar("E", bound=Enum)


class Moment(TypeDecorator[datetime]):
    """A datetime with an offset: UTC to the microsecond, so that text sorts by time, then the offset.

    `2026-11-20T08:00:00.000000Z+3600`. Raises ValueError for a datetime without offset.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write a moment."""
        if value is None:
            return None
        offset = value.utcoffset()
        if offset is None:
            raise ValueError("a moment without offset")
        utc = value.astimezone(UTC).replace(tzinfo=None)
        return f"{utc.isoformat(timespec='microseconds')}Z{int(offset.total_seconds()):+d}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read a moment, at the offset it was written with."""
        if value is None:
            return None
        text, _, offset = value.partition("Z")
        utc = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return utc.astimezone(timezone(timedelta(seconds=int(offset))))


class Packed(TypeDecorator[bytes]):
    """Bytes, deflated: a CDA takes a fifth of its size. Damaged ones raise StorageError (UNREADABLE)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Deflate."""
        return None if value is None else zlib.compress(value, 6)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Inflate."""
        try:
            return None if value is None else zlib.decompress(value)
        except zlib.error as error:
            raise StorageError(StorageProblem.UNREADABLE, "packed bytes") from error


class Words(TypeDecorator[tuple[str, ...]]):
    """A tuple of strings, as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """Write the array."""
        return None if value is None else json.dumps(list(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Read the array."""
        return None if value is None else tuple(json.loads(value))


class Named(TypeDecorator[E]):
    """A member of an enumeration, by its value, which must be a string."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Write the value."""
        return None if value is None else str(value.value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Read the member; a value we do not know raises StorageError (UNREADABLE)."""
        try:
            return None if value is None else self.kind(value)
        except ValueError as error:
            raise StorageError(StorageProblem.UNREADABLE, self.kind.__name__) from error
