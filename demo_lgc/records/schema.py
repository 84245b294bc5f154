"""Bring a file to the latest schema. Imported only when there is something to do: Alembic is slow to load."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from demo_lgc.domain.errors import StorageError, StorageProblem

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def migrations(connection: Connection | None = None) -> Config:
    """Return the configuration of the migrations in this package, run on `connection` when given."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str | None) -> None:
    """Bring the schema from `revision` (None: an empty file) to the latest, in the caller's transaction.

    Raises StorageError (NEWER) when a later version of the program wrote the file.
    """
    config = migrations(connection)
    if revision is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError as error:
            raise StorageError(StorageProblem.NEWER, revision) from error
    command.upgrade(config, "head")
