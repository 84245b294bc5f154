"""The technical log knows no patient."""

from __future__ import annotations

import logging
import stat
import sys
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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.from_regex(r"[12]\d{4}(?:\d\d|2[AB])\d{6}(?:\d\d)?", fullmatch=True))
def test_every_matricule_is_recognised(number: str) -> None:
    record = logging.LogRecord("demo_lgc", logging.INFO, "", 0, "about %s.", (number,), None)
    assert logs.Discretion().filter(record)
    assert number not in record.getMessage()
