"""The judge of CDA documents, compiled once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.judging import Verdict, court_of


@pytest.fixture(scope="session")
def court(
    conformance: Path, judges: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Verdict]:
    """Return a function from the names of checks to a verdict: from bytes to what these checks reproach."""
    return court_of(conformance, judges, tmp_path_factory.mktemp("judged"))


@pytest.fixture(scope="session")
def judge(court: Callable[..., Verdict]) -> Verdict:
    """Return a function from the bytes of a document to what the rules of VSM 2023.01 reproach it."""
    return court("full", "termino", "VSM_2023.01")


@pytest.fixture(scope="session")
def judge_enclosed(court: Callable[..., Verdict]) -> Verdict:
    """Return a function from the bytes of a document of level 1 to what the rules reproach it."""
    return court("full", "termino")
