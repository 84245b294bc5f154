"""The campaign at the size of CI; the whole of it is run by hand and reported with its command."""

from __future__ import annotations

import pytest

from tests.campaigns.faults import campaign, every_fault

pytestmark = [pytest.mark.scenario, pytest.mark.mail]

ROUNDS = (
    ("store full 5",),
    ("DMP TD0.2 cut mid-answer",),
    ("DMP TD2.1 refuses XDSRepositoryError", "store done 9"),
    ("DMP TD2.1 cut after-commit", "mail 451"),
    ("mailbox down, answer lost",),
)


def test_every_branch_of_a_sharing_ends_exactly_once_whatever_step_fails() -> None:
    known = {fault.name: fault for fault in every_fault()}
    said: list[str] = []
    rounds = [tuple(known[name] for name in names) for names in ROUNDS]
    counts = campaign(rounds, accept_duplicates=True, say=said.append)
    assert (counts["rounds"], counts["failed"]) == (len(ROUNDS), 0), said
