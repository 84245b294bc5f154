"""The campaign at the size of CI; 300 patients are run by hand and reported with their command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaigns.generated import campaign
from tests.judging import Verdict, court_of

pytestmark = pytest.mark.conformance

PATIENTS = 25


@pytest.fixture
def court(conformance: Path, judges: Path, tmp_path: Path) -> Callable[..., Verdict]:
    return court_of(conformance, judges, tmp_path)


def test_the_documents_of_generated_patients_are_accepted(court: Callable[..., Verdict]) -> None:
    said: list[str] = []
    counts = campaign(PATIENTS, seed_number=3, court=court, say=said.append)
    assert said == []
    assert (counts["refused"], counts["misread"]) == (0, 0)
    assert (counts["patients"], counts["vsm"], counts["level 1"]) == (PATIENTS,) * 3
    # The patients are not all alike.
    assert 0 < counts["waiting matricule"] < PATIENTS
    assert 0 < counts["birthplace unknown"] < PATIENTS


def test_a_document_that_is_refused_is_told() -> None:
    said: list[str] = []
    counts = campaign(2, seed_number=3, court=lambda *_: lambda _: ["wrong"], say=said.append)
    assert counts["refused"] == 4
    assert said[0] == "patient 1, vsm: ['wrong']"
