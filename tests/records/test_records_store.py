"""The file: private, one owner, durable, upgraded, and its failures named."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from demo_lgc.domain.errors import StorageError, StorageProblem
from demo_lgc.records import documents, outbox, patients
from demo_lgc.records.store import Store
from tests.records.records_values import NOW, a_document, a_patient, by_mail, to_the_dmp

CHILD = """
import sys
from datetime import datetime, timezone
sys.path.insert(0, {checkout!r})
from pathlib import Path
from tests.records.records_values import *
from demo_lgc.records import outbox, patients
from demo_lgc.records.store import Store
store = Store(Path({path!r})).open()
def say(word):
    print(word, flush=True)
    sys.stdin.readline()
{body}
"""


def child(path: Path, body: str) -> subprocess.Popen[str]:
    """Another program on the store; it says a word, and waits, where `body` calls `say`."""
    code = CHILD.format(checkout=str(Path(__file__).parents[2]), path=str(path), body=body)
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def kill_at(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout
    assert process.stdin
    assert process.stdout.readline().strip() == word
    process.kill()
    process.wait()
    process.stdout.close()
    process.stdin.close()


def test_the_files_belong_to_their_owner_only(store: Store) -> None:
    patients.add(store, a_patient())
    names = {path.name for path in store.path.parent.iterdir()}
    assert {"records.sqlite", "records.sqlite-wal", "records.sqlite.lock"} <= names
    for path in store.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE(store.path.parent.stat().st_mode) & 0o077 == 0


def test_a_file_left_readable_by_others_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    Store(path).open().close()
    path.chmod(0o644)
    with Store(path).open():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_connection_of_every_thread_is_durable_and_checks_its_links(store: Store) -> None:
    seen: list[tuple[object, ...]] = []
    together = threading.Barrier(4)

    def look() -> None:
        with store.reading() as session:
            together.wait(10)  # four connections at once, none reused
            seen.append(
                tuple(
                    session.execute(text(f"PRAGMA {pragma}")).scalar()
                    for pragma in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
                )
            )

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [("wal", 2, 1, 1)] * 4  # 2 is FULL


def test_several_threads_write_and_nothing_is_lost(store: Store) -> None:
    failures: list[BaseException] = []

    def write(first: int) -> None:
        try:
            for number in range(first, first + 10):
                patients.add(store, a_patient(ipp=f"P{number}"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(10 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM patient")).scalar() == 40


def test_a_second_opening_in_the_same_program_is_refused(store: Store) -> None:
    with pytest.raises(StorageError) as refused:
        Store(store.path).open()
    assert refused.value.problem is StorageProblem.IN_USE


def test_another_program_is_refused_and_told_who_holds_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    process = child(path, "say('open')")
    assert process.stdout
    assert process.stdout.readline().strip() == "open"
    with pytest.raises(StorageError) as refused:
        Store(path).open()
    assert refused.value.problem is StorageProblem.IN_USE
    assert refused.value.detail.endswith(f"process {process.pid}")
    process.communicate("\n")
    Store(path).open().close()


def test_the_profile_of_a_killed_program_opens_at_once(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    kill_at(child(path, "say('open')"), "open")
    Store(path).open().close()


def test_a_program_killed_before_the_commit_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    body = """
with store.together():
    patient = patients.add(store, a_patient())
    outbox.add(store, a_document(patient), (to_the_dmp(), by_mail()), NOW)
    say("inside")
"""
    kill_at(child(path, body), "inside")
    with Store(path).open() as store:
        assert patients.is_empty(store)
        assert outbox.open_ones(store) == ()


def test_a_program_killed_after_the_return_leaves_everything(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    body = """
patient = patients.add(store, a_patient())
outbox.add(store, a_document(patient), (to_the_dmp(), by_mail()), NOW)
say("done")
"""
    kill_at(child(path, body), "done")
    with Store(path).open() as store:
        first, second = outbox.open_ones(store)
        assert outbox.parts(store, first.id) == to_the_dmp().parts
        assert outbox.parts(store, second.id) == by_mail().parts


def fill(store: Store) -> None:
    """Leave no free page: the next write finds the disk full."""
    with store.session() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count={pages}"))


def make_room(store: Store) -> None:
    with store.session() as session:
        session.execute(text("PRAGMA max_page_count=1000000"))


def test_a_full_disk_is_named_nothing_is_half_done_and_a_later_try_passes(store: Store) -> None:
    patient = patients.add(store, a_patient())
    document, drafts = a_document(patient, content=os.urandom(200_000)), (to_the_dmp(), by_mail())
    fill(store)
    with pytest.raises(StorageError) as full:
        outbox.add(store, document, drafts, NOW)
    assert full.value.problem is StorageProblem.DISK_FULL
    assert outbox.open_ones(store) == ()
    assert documents.summaries(store, patient.id) == ()
    make_room(store)
    outbox.add(store, document, drafts, NOW)
    assert len(outbox.open_ones(store)) == 2
    assert documents.content(store, "2.25.1") == document.content


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read" * 50, b"x"])
def test_a_file_that_is_not_a_database_is_unreadable_and_left_as_it_was(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "records.sqlite"
    path.write_bytes(content)
    with pytest.raises(StorageError) as refused:
        Store(path).open()
    assert refused.value.problem is StorageProblem.UNREADABLE
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (words TEXT)")
    other.close()
    with pytest.raises(StorageError) as refused:
        Store(path).open()
    assert refused.value.problem is StorageProblem.UNREADABLE
    other = sqlite3.connect(path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]
    other.close()


def test_a_damaged_file_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    Store(path).open().close()
    whole = bytearray(path.read_bytes())
    whole[4096:8192] = b"\xa5" * 4096
    path.write_bytes(whole)
    with pytest.raises(StorageError) as refused, Store(path).open() as store:
        patients.add(store, a_patient())
    assert refused.value.problem is StorageProblem.UNREADABLE


def test_a_store_at_the_latest_schema_opens_without_loading_alembic(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    Store(path).open().close()
    process = child(
        path, "say(' '.join(sorted(m for m in sys.modules if m.startswith('alembic'))) or 'none')"
    )
    assert process.communicate("\n")[0].strip() == "none"


def test_a_store_of_a_later_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with Store(path).open() as store, store.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError) as refused:
        Store(path).open()
    assert refused.value.problem is StorageProblem.NEWER


def test_a_refused_opening_leaves_the_profile_free(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(StorageError):
        Store(path).open()
    path.unlink()
    Store(path).open().close()


def test_a_profile_that_cannot_be_made_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError) as refused:
        Store(tmp_path / "file" / "records.sqlite").open()
    assert refused.value.problem is StorageProblem.UNREADABLE


def test_calls_made_together_are_kept_or_forgotten_together(store: Store) -> None:
    with pytest.raises(ValueError, match="taken"), store.together():  # noqa: PT012 - the block is the subject
        patients.add(store, a_patient(ipp="A"))
        patients.add(store, a_patient(ipp="A"))
    assert patients.is_empty(store)
    with store.together():
        patients.add(store, a_patient(ipp="A"))
        with pytest.raises(ValueError, match="taken"):
            patients.add(store, a_patient(ipp="A"))
        patients.add(store, a_patient(ipp="B"))
    assert [p.ipp for p in patients.search(store, "chemin")] == ["A", "B"]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "records.sqlite")
    with pytest.raises(ValueError, match="not open"):
        patients.search(store, "chemin")
    store.open()
    store.close()
    store.close()
    with pytest.raises(ValueError, match="not open"):
        patients.search(store, "chemin")


def test_no_error_of_the_engine_shows_a_value(store: Store, patient: object) -> None:
    with pytest.raises(IntegrityError) as broken, store.session() as session:
        session.execute(
            text("INSERT INTO patient_name (key, patient_id) VALUES (:key, 999)"), {"key": "CHEMIN"}
        )
    assert "CHEMIN" not in str(broken.value)


def test_both_branches_of_one_sharing_are_independent_rows(store: Store) -> None:
    patient = patients.add(store, a_patient())
    dmp, mail = outbox.add(store, a_document(patient), (to_the_dmp(), by_mail()), NOW)
    assert dmp.share_id == mail.share_id
    assert dmp.id != mail.id
