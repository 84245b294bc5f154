"""Whose files the practice's are, while the program runs, whatever the habits of the account."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_lgc.records import patients
from demo_lgc.records.engine import make_engine
from demo_lgc.records.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such mode")


@pytest.fixture(autouse=True)
def open_handed() -> Iterator[None]:
    """An account that shares what it writes with everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_file_beside_the_store_is_its_owner_s(tmp_path: Path) -> None:
    profile = tmp_path / "a" / "profile"
    with Store(profile / "demo_lgc.db") as store:
        patients.is_empty(store)
        assert {p.suffix for p in profile.iterdir()} >= {".db", ".lock", ".db-wal", ".db-shm"} - {".db-wal"}
        assert {mode(p) for p in profile.iterdir()} == {0o600}
    assert mode(profile) == 0o700


def test_a_profile_left_open_is_closed_and_a_folder_of_others_is_not_touched(tmp_path: Path) -> None:
    ours, others = tmp_path / "ours", tmp_path / "others"
    for folder in (ours, others):
        folder.mkdir()
    (others / "something").touch()
    for folder, expected in ((ours, 0o700), (others, 0o777)):
        Store(folder / "demo_lgc.db").open().close()
        assert mode(folder) == expected
        assert mode(folder / "demo_lgc.db") == 0o600
    ours.chmod(0o755)
    Store(ours / "demo_lgc.db").open().close()
    assert mode(ours) == 0o700


def test_sqlite_keeps_its_temporary_data_in_memory(tmp_path: Path) -> None:
    engine = make_engine(tmp_path / "demo_lgc.db")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == 2
    engine.dispose()
