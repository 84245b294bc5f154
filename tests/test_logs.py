"""The technical log knows no patient."""

from __future__ import annotations

import logging
import stat
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo_lgc import logs


@pytest.fixture
def log(tmp_path: Path):
    level = logging.getLogger("demo_lgc").level
    handler = logs.write_to(tmp_path)
    yield tmp_path / "demo_lgc.log"
    logging.getLogger("demo_lgc").removeHandler(handler)
    logging.getLogger("demo_lgc").setLevel(level)
    handler.close()


@pytest.mark.parametrize(
    "said",
    [
        "148086322090266",
        "1 48 08 63 220 902 66",
        "297022A020778",
        "<saml2:Assertion ID='_1'><saml2:Issuer>CN=899700057291</saml2:Issuer></saml2:Assertion>",
    ],
)
def test_a_matricule_or_an_assertion_is_masked_even_when_a_line_holds_one(log: Path, said: str) -> None:
    logging.getLogger("demo_lgc.somewhere").warning("asked about %s", said)
    text = log.read_text(encoding="utf-8")
    assert "masked" in text
    assert said not in text
    assert "899700057291" not in text


def test_a_traceback_is_told_by_its_class_and_its_place_only(log: Path) -> None:
    try:
        raise ValueError("CHEMIN Henri, 148086322090266")
    except ValueError:
        logging.getLogger("demo_lgc.somewhere").exception("a gesture failed")
    text = log.read_text(encoding="utf-8")
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert "CHEMIN" not in text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such mode")
def test_the_log_is_readable_by_its_owner_only(log: Path) -> None:
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such mode")
def test_the_files_that_follow_and_one_found_open_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "demo_lgc.log"
    path.touch(mode=0o644)
    handler = logs.write_to(tmp_path)
    try:
        handler.doRollover()
        assert {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()} == {0o600}
        assert len(list(tmp_path.iterdir())) == 2
    finally:
        logging.getLogger("demo_lgc").removeHandler(handler)
        handler.close()


def test_what_a_service_says_does_not_begin_a_line(log: Path) -> None:
    said = "Sender\n2026-11-20 10:00:00 INFO demo_lgc forged\r\u2028x\x1b[2J"
    logging.getLogger("demo_lgc.somewhere").warning("refused: %s", said)
    assert len(log.read_text(encoding="utf-8").splitlines()) == 1


def test_a_bug_nobody_caught_is_told_without_its_words_in_any_thread(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.excepthook, threading.excepthook

    def fail() -> None:
        raise ValueError("CHEMIN Henri, 148086322090266")

    with logs.hearing_bugs():
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        try:
            fail()
        except ValueError as error:
            sys.excepthook(ValueError, error, error.__traceback__)
    text = log.read_text(encoding="utf-8")
    assert text.count("nobody caught ValueError at") == 2
    assert "CHEMIN" not in text + capsys.readouterr().err
    assert (sys.excepthook, threading.excepthook) == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.from_regex(r"[12]\d{4}(?:\d\d|2[AB])\d{6}(?:\d\d)?", fullmatch=True))
def test_every_matricule_is_recognised(number: str) -> None:
    record = logging.LogRecord("demo_lgc", logging.INFO, "", 0, "about %s.", (number,), None)
    assert logs.Discretion().filter(record)
    assert number not in record.getMessage()
