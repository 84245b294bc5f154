"""The campaign at the size of CI; 300 cycles are run by hand and reported with their command."""

from __future__ import annotations

import shutil

import pytest

from demo_lgc.sandbox.softcard import find_softhsm
from tests.campaigns.cards import KINDS, campaign


@pytest.mark.parametrize(
    "on", [pytest.param(kind, marks=[pytest.mark.card] if "fragile" in kind else []) for kind in KINDS]
)
def test_a_card_that_is_put_in_and_pulled_out_again_and_again_leaves_nothing_behind(on: str) -> None:
    if "fragile" in on and (find_softhsm() is None or shutil.which("gcc") is None):
        pytest.skip("SoftHSM2 and gcc are needed")
    said: list[str] = []
    counts = campaign(25, 7, on, said.append)
    assert (counts["failed"], said) == (0, [])
    assert counts["cycles"] == 25
    assert counts["done before"] < 25
    assert counts["handshakes"] > 0
