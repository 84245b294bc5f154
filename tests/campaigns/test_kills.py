"""The campaign at the size of CI; an issue's size is run by hand and reported with its command."""

from __future__ import annotations

import pytest

from tests.campaigns.kills import campaign

pytestmark = [pytest.mark.scenario, pytest.mark.card, pytest.mark.mail]


@pytest.mark.parametrize("accept_duplicates", [False, True])
def test_a_program_killed_while_it_sends_ends_every_branch_exactly_once(accept_duplicates: bool) -> None:
    counts = campaign(2, accept_duplicates=accept_duplicates, seed=7)
    assert counts["kills"] == 2
    assert counts["sharings"] == counts["rounds"]
