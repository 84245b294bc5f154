"""What every test may ask for: the conformance data and its judges, when they are on this machine."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

# Before Qt is imported: the tests need no display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def conformance() -> Path:
    """The folder of the conformance data; see CONTRIBUTING.md for where it comes from."""
    folder = Path(os.environ.get("DEMO_LGC_CONFORMANCE", _CHECKOUT.parent / "shared" / "conformance"))
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

    def load(name: str) -> ModuleType:
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(name, judges / f"{name}.py")
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module  # before it runs: its dataclasses look themselves up
            spec.loader.exec_module(module)
        return sys.modules[name]

    return load
