"""The judge of CDA documents, compiled once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Verdict = Callable[[bytes], list[str]]


@pytest.fixture(scope="session")
def judge(
    conformance: Path, load_judge: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory
) -> Verdict:
    """Return a function from the bytes of a document to what the rules of VSM 2023.01 reproach it."""
    court = load_judge("validate_cda").Judge(conformance / "cda")
    path = tmp_path_factory.mktemp("judged") / "document.xml"

    def verdict(document: bytes) -> list[str]:
        path.write_bytes(document)
        found = court.check(path, ("full", "termino", "VSM_2023.01"))
        return [f"{f.check} {f.location}: {f.message}" for f in found if f.fatal]

    return verdict
