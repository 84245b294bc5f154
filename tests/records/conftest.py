"""An open store for each test, on a real file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_lgc.domain.identity import Patient
from demo_lgc.records import patients
from demo_lgc.records.store import Store
from tests.records.records_values import a_patient


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "profile" / "records.sqlite") as store:
        yield store


@pytest.fixture
def patient(store: Store) -> Patient:
    return patients.add(store, a_patient())
