"""Where the conformance data and its judges are on this machine, for tests and campaigns."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

_CHECKOUT = Path(__file__).resolve().parent.parent

Verdict = Callable[[bytes], list[str]]


def conformance_data() -> Path:
    """Return the folder of the conformance data, which may not exist; see CONTRIBUTING.md."""
    return Path(os.environ.get("DEMO_LGC_CONFORMANCE", _CHECKOUT.parent / "shared" / "conformance"))


def load(tools: Path, name: str) -> ModuleType:
    """Return the module of a judge, loaded once."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, tools / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # before it runs: its dataclasses look themselves up
        spec.loader.exec_module(module)
    return sys.modules[name]


def court_of(conformance: Path, tools: Path, folder: Path) -> Callable[..., Verdict]:
    """Return a function from the names of checks to a verdict: from bytes to what these checks reproach.

    The rules are compiled once; documents are put in `folder` to be judged.
    """
    court = load(tools, "validate_cda").Judge(conformance / "cda")
    path = folder / "document.xml"

    def verdict_of(*checks: str) -> Verdict:
        def verdict(document: bytes) -> list[str]:
            path.write_bytes(document)
            found = court.check(path, checks)
            return [f"{f.check} {f.location}: {f.message}" for f in found if f.fatal]

        return verdict

    return verdict_of
