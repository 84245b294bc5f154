"""The judge of CDA documents, compiled once."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Verdict = Callable[[bytes], list[str]]


@pytest.fixture(scope="session")
def judge(conformance: Path, judges: Path, tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    """Return a function from the bytes of a document to what the rules of VSM 2023.01 reproach it."""
    spec = importlib.util.spec_from_file_location("validate_cda", judges / "validate_cda.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules["validate_cda"] = module
    spec.loader.exec_module(module)
    court = module.Judge(conformance / "cda")
    path = tmp_path_factory.mktemp("judged") / "document.xml"

    def verdict(document: bytes) -> list[str]:
        path.write_bytes(document)
        found = court.check(path, ("full", "termino", "VSM_2023.01"))
        return [f"{f.check} {f.location}: {f.message}" for f in found if f.fatal]

    return verdict
