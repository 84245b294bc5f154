"""How the store speaks to SQLite: pragmas, transactions, and its errors in the words of the trade.

Kept in one place because encryption at rest (SQLCipher) changes this file only: another DB-API module and
one `PRAGMA key` before the others.

Reference: docs/decisions/002 for `synchronous=FULL`: what is committed survives a power cut.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from demo_lgc.domain.errors import StorageError, StorageProblem

BUSY_SECONDS = 10.0  # how long a writer waits for another thread's transaction
NEARLY_FULL = 64 * 1024  # bytes free under which a failed write means a full disk

_FULL = {sqlite3.SQLITE_FULL}
_FULL_EXTENDED = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
_UNREADABLE = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_FORMAT,
}
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def make_engine(path: Path) -> Engine:
    """Return the engine of the file `path`: WAL, synchronous=FULL, foreign keys, explicit BEGIN.

    Values never appear in the errors or the logs of the engine.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # None: we say BEGIN ourselves; the module's own habit starts a transaction at the first write only,
    # which lets two readers of one row both write it.
    connection.isolation_level = None
    cursor = connection.cursor()
    # temp_store: what SQLite sorts or might undo goes otherwise into files of the machine's /var/tmp.
    for pragma in (
        "temp_store=MEMORY",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite on `path` into StorageError; others (a broken constraint) are bugs."""
    try:
        yield
    except DBAPIError as error:
        problem = _problem(error.orig, path) or _first_problem(error, path)
        if problem is None:
            raise
        raise StorageError(problem) from error
    except sqlite3.Error as error:
        problem = _problem(error, path)
        if problem is None:
            raise
        raise StorageError(problem) from error


def _first_problem(error: BaseException, path: Path) -> StorageProblem | None:
    """What happened first, when a rollback then failed: SQLite drops every savepoint on a full disk."""
    before = error.__context__
    while before is not None:
        if isinstance(before, DBAPIError) and (problem := _problem(before.orig, path)):
            return problem
        before = before.__context__
    return None


def _problem(error: BaseException | None, path: Path) -> StorageProblem | None:
    extended = getattr(error, "sqlite_errorcode", None)
    if extended is None:
        return None
    primary = extended & 0xFF
    if primary in _FULL or extended in _FULL_EXTENDED:
        return StorageProblem.DISK_FULL
    if primary in _IN_USE:
        return StorageProblem.IN_USE
    if primary in _UNREADABLE:
        return StorageProblem.DISK_FULL if _nearly_full(path) else StorageProblem.UNREADABLE
    return None


def _nearly_full(path: Path) -> bool:
    """True when a file cannot be opened or written because no room is left for it."""
    try:
        return shutil.disk_usage(path.parent).free < NEARLY_FULL
    except OSError:
        return False
