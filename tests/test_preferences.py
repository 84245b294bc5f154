"""What is set on this machine: bounds nobody passes, a file that never prevents the program from opening."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc import preferences
from demo_lgc.domain.errors import StorageError, StorageProblem
from demo_lgc.preferences import ASIDE, FILE, Preferences

LIBRARY = "C:\\CPS\\cps3.dll" if sys.platform == "win32" else "/opt/santesocial/CPS/lib/libcps3 é\udcff.so"
paths = st.just("") | st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=200).map(
    lambda name: os.path.abspath("/" + name)
)
allowed = st.builds(
    Preferences,
    inactivity_minutes=st.integers(*preferences.MINUTES),
    removal_grace=st.floats(*preferences.GRACE),
    library=paths,
    theme=st.sampled_from(preferences.THEMES),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["inactivity_minutes", "removal_grace", "library", "theme", "unknown"])


@given(kept=allowed)
def test_what_is_kept_is_read_again(tmp_path_factory, kept):
    folder = tmp_path_factory.mktemp("profile")
    preferences.save(folder, kept)
    assert preferences.load(folder) == kept
    assert [path.name for path in folder.iterdir()] == [FILE]


@given(table=st.dictionaries(names, anything, max_size=5) | anything)
def test_whatever_the_file_says_the_bounds_hold(tmp_path_factory, table):
    folder = tmp_path_factory.mktemp("profile")
    (folder / FILE).write_text(json.dumps(table), encoding="utf-8")
    found = preferences.load(folder)
    assert 1 <= found.inactivity_minutes <= 120
    assert 0 <= found.removal_grace <= 30
    assert found.theme in preferences.THEMES
    assert not found.library or Path(found.library).is_absolute()
    assert (folder / FILE).exists() != (folder / ASIDE).exists()


@given(content=st.binary(max_size=300))
def test_no_content_prevents_the_program_from_opening(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("profile")
    (folder / FILE).write_bytes(content)
    assert isinstance(preferences.load(folder), Preferences)


def test_a_profile_that_was_never_set_has_a_quarter_of_an_hour_and_no_grace(tmp_path, caplog):
    assert preferences.load(tmp_path) == Preferences(15, 0.0, "", "light")
    assert not caplog.records


@pytest.mark.parametrize(
    "values",
    [
        {"inactivity_minutes": 0},
        {"inactivity_minutes": 121},
        {"inactivity_minutes": -1},
        {"inactivity_minutes": True},
        {"inactivity_minutes": 15.0},
        {"inactivity_minutes": None},
        {"removal_grace": -0.1},
        {"removal_grace": 30.1},
        {"removal_grace": float("nan")},
        {"removal_grace": float("inf")},
        {"removal_grace": "0"},
        {"library": "libcps3.so"},
        {"library": "/tmp/a\nb.so"},
        {"library": "/" + "a" * 2000},
        {"library": "/\ud800.so"},
        {"library": 3},
        {"theme": "never"},
        {"theme": ["light"]},
    ],
    ids=str,
)
def test_a_value_out_of_bounds_is_refused_in_the_program_and_in_the_file(tmp_path, caplog, values):
    with pytest.raises(ValueError, match=next(iter(values))):
        Preferences(**values)
    (tmp_path / FILE).write_text(json.dumps({"theme": "dark", **values}), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert preferences.load(tmp_path) == Preferences()
    assert "the preferences by default" in caplog.text
    assert json.loads((tmp_path / ASIDE).read_text(encoding="utf-8")).keys() == {"theme", *values}
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 9000, b'{"inactivity_minutes": ' + b"9" * 9000 + b"}"],
    ids=["empty", "cut", "list", "null", "not-utf8", "deep", "huge-number"],
)
def test_a_hostile_file_is_put_aside_and_nothing_of_it_is_logged(tmp_path, caplog, content):
    (tmp_path / FILE).write_bytes(content)
    assert preferences.load(tmp_path) == Preferences()
    assert (tmp_path / ASIDE).read_bytes() == content
    assert len(caplog.text) < 300


def test_a_file_too_large_is_not_read_to_its_end(tmp_path):
    (tmp_path / FILE).write_text('{"theme": "dark"}' + " " * 20_000, encoding="utf-8")
    assert preferences.load(tmp_path) == Preferences()
    assert (tmp_path / ASIDE).exists()


def test_what_a_later_version_kept_besides_is_no_obstacle(tmp_path):
    (tmp_path / FILE).write_text('{"theme": "dark", "density": "compact"}', encoding="utf-8")
    assert preferences.load(tmp_path).theme == "dark"


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_a_pipe_in_its_place_does_not_hold_the_start(tmp_path):
    os.mkfifo(tmp_path / FILE)
    assert preferences.load(tmp_path) == Preferences()


def test_a_folder_in_its_place_is_put_aside(tmp_path):
    (tmp_path / FILE).mkdir()
    assert preferences.load(tmp_path) == Preferences()
    preferences.save(tmp_path, Preferences(theme="dark"))
    assert preferences.load(tmp_path).theme == "dark"


def test_a_path_that_is_no_text_is_kept_byte_for_byte(tmp_path):
    preferences.save(tmp_path, Preferences(library=LIBRARY))
    assert preferences.load(tmp_path).library == LIBRARY


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_the_file_is_its_owner_s_only_even_when_it_was_not(tmp_path):
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    (tmp_path / FILE).chmod(0o666)
    preferences.save(tmp_path, Preferences())
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("number", "problem"), [(28, StorageProblem.DISK_FULL), (13, StorageProblem.UNREADABLE)]
)
def test_a_failure_to_write_leaves_the_file_before(tmp_path, monkeypatch, number, problem):
    preferences.save(tmp_path, Preferences(theme="dark"))

    def fail(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageError) as raised:
        preferences.save(tmp_path, Preferences(theme="contrast"))
    assert raised.value.problem is problem
    monkeypatch.undo()
    assert preferences.load(tmp_path).theme == "dark"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
