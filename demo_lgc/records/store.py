"""The store of a practice: one SQLite file, opened by one program at a time, always at the latest schema."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.orm import Session, sessionmaker

from demo_lgc.domain.errors import StorageError, StorageProblem
from demo_lgc.records.engine import make_engine, translated
from demo_lgc.records.lock import ProfileLock

HEAD = "0002"  # the latest migration; a store already there is opened without reading the others
APPLICATION_ID = 0x4C474331  # « LGC1 », in the header of the file: it is ours
SMALLEST = 512  # bytes of the smallest page: SQLite takes a shorter file for an empty one, and overwrites it


class Store:
    """What the practice keeps. `path` is its file; `<path>.lock`, `-wal` and `-shm` stand beside it.

    The functions of this package take an open store; each is one transaction, durable when it returns, and
    may be called from any thread. They raise StorageError: DISK_FULL (nothing was done, try again when
    there is room), UNREADABLE, IN_USE.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = ProfileLock(path.with_name(path.name + ".lock"))
        self._engine: Engine | None = None
        self._joined = threading.local()
        self._writing: sessionmaker[Session] = sessionmaker()
        self._reading: sessionmaker[Session] = sessionmaker()

    @property
    def path(self) -> Path:
        """The file of the store."""
        return self._path

    def open(self) -> Self:
        """Lock the profile, make the file if needed, bring it to the latest schema; return the store.

        Raises StorageError: IN_USE (the detail names who holds the profile), UNREADABLE (damaged, or not
        ours), NEWER (written by a later version), DISK_FULL. Nothing stays open or locked then.
        """
        if self._engine is not None:
            raise ValueError("already open")
        try:
            self._prepare_files()
            engine = make_engine(self._path)
            try:
                self._upgrade(engine)
            except BaseException:
                engine.dispose()
                raise
        except BaseException:
            self._lock.release()
            raise
        self._engine = engine
        self._writing = sessionmaker(engine, expire_on_commit=False)
        self._reading = sessionmaker(engine.execution_options(reading=True), expire_on_commit=False)
        return self

    def close(self) -> None:
        """Release the file and the profile; harmless when it is not open."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()
        self._lock.release()

    def __enter__(self) -> Self:
        return self if self._engine is not None else self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one transaction of every call this thread makes inside: all of them or none.

        Raises what they raise, and StorageError at the end; nothing of what was inside is kept then.
        """
        self._check_open()
        if self._shared() is not None:
            raise ValueError("already together")
        with translated(self._path), self._writing.begin() as session:
            self._joined.session = session
            try:
                yield
            finally:
                self._joined.session = None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, nothing kept after an exception.

        Internal to this room. Writers wait for one another from the start: what is read stays true.
        """
        self._check_open()
        shared = self._shared()
        with translated(self._path):
            if shared is not None:
                with shared.begin_nested():
                    yield shared
                return
            with self._writing.begin() as session:
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, one moment of the store, while others write. Internal."""
        self._check_open()
        shared = self._shared()
        with translated(self._path):
            if shared is not None:
                yield shared
                return
            with self._reading() as session:
                yield session

    def _shared(self) -> Session | None:
        """Return the transaction this thread is inside, with `together`."""
        return getattr(self._joined, "session", None)

    def _check_open(self) -> None:
        if self._engine is None:
            raise ValueError("the store is not open")

    def _prepare_files(self) -> None:
        """Take the lock and give the file to its owner only, before SQLite writes a byte.

        The -wal and -shm files follow its mode. So does the folder, unless it holds something that is not
        ours: then only the files are closed to others.
        """
        try:
            folder = self._path.parent
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._path.exists() or not any(folder.iterdir()):
                folder.chmod(0o700)
            self._lock.take()
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            self._path.chmod(0o600)
            size = self._path.stat().st_size
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            problem = StorageProblem.DISK_FULL if full else StorageProblem.UNREADABLE
            raise StorageError(problem, type(error).__name__) from error
        if 0 < size < SMALLEST:
            raise StorageError(StorageProblem.UNREADABLE, "not a database")

    def _upgrade(self, engine: Engine) -> None:
        """Bring the schema to HEAD in one transaction."""
        with translated(self._path), engine.begin() as connection:
            revision = _revision(connection)
            if revision == HEAD:
                return
            from demo_lgc.records import schema

            schema.upgrade(connection, revision)
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")


def _revision(connection: Connection) -> str | None:
    """Return the schema of the file, None when it is new. Raises StorageError when it is not ours."""
    names = inspect(connection).get_table_names()
    if not names:
        return None
    application = connection.exec_driver_sql("PRAGMA application_id").scalar()
    if application != APPLICATION_ID or "alembic_version" not in names:
        raise StorageError(StorageProblem.UNREADABLE, "not a store of this program")
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is None:
        raise StorageError(StorageProblem.UNREADABLE, "no schema version")
    return str(found)
