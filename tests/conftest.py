"""What every test may ask for: the conformance data and its judges, when they are on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from tests.judging import conformance_data, load

# Before Qt is imported: the tests need no display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Nor a conformance pack that this user may have installed: the tests that check documents name theirs.
os.environ["DEMO_LGC_CONFORMANCE_PACK"] = os.devnull


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder of the conformance data; see CONTRIBUTING.md for where it comes from."""
    folder = conformance_data()
    if not folder.is_dir():
        pytest.skip(f"no conformance data at {folder} (set DEMO_LGC_CONFORMANCE)")
    return folder


@pytest.fixture(scope="session")
def judges(conformance: Path) -> Path:
    """The folder of the independent judges: validate_cda.py, validate_xds.py, xdm_audit.py."""
    folder = conformance.parent / "tools"
    if not folder.is_dir():
        pytest.skip(f"no judges at {folder}")
    return folder


@pytest.fixture(scope="session")
def load_judge(judges: Path) -> Callable[[str], ModuleType]:
    """Return a function from the name of a judge to its module."""

    return partial(load, judges)
