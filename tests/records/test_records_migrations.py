"""The schema: what the models say is what the migrations make, both ways."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from demo_lgc.records import documents, patients
from demo_lgc.records.engine import make_engine
from demo_lgc.records.models import Base
from demo_lgc.records.schema import migrations
from demo_lgc.records.store import HEAD, Store
from tests.records.records_values import a_document, a_patient


def test_the_head_the_store_opens_without_looking_is_the_latest_migration() -> None:
    assert ScriptDirectory.from_config(migrations()).get_heads() == [HEAD]


def test_the_models_are_what_the_migrations_make(store: Store) -> None:
    with store.reading() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, Base.metadata) == []


def test_everything_frozen_has_its_trigger(store: Store) -> None:
    with store.reading() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    tables = ("delivery", "document", "part", "share", "trace", "vsm")
    assert sorted(names) == [f"frozen_{table}_{verb}" for table in tables for verb in ("delete", "update")]


def test_a_store_of_the_first_schema_is_brought_up_with_everything_in_it(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with Store(path).open() as store:
        patient = patients.add(store, a_patient())
        documents.save(store, a_document(patient))
        kept = documents.summaries(store, patient.id)
    engine = make_engine(path)
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "0001")
    with engine.connect() as connection:
        assert "ix_document_set_id" not in {i["name"] for i in inspect(connection).get_indexes("document")}
    engine.dispose()
    with Store(path).open() as store:
        assert documents.summaries(store, patient.id) == kept
        assert documents.content(store, "2.25.1") == b"<CDA/>"
        with store.reading() as session:
            indexes = {i["name"]: i["unique"] for i in inspect(session.connection()).get_indexes("document")}
            assert session.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
    assert indexes["ix_document_set_id"] == 1


def test_the_schema_goes_down_to_nothing_and_up_again(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with Store(path).open() as store:
        patients.add(store, a_patient())
    engine = make_engine(path)
    with engine.begin() as connection:
        command.downgrade(migrations(connection), "base")
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 0
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
    engine.dispose()
    with Store(path).open() as store:
        assert patients.is_empty(store)
