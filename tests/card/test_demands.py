"""The files of the settings that cards are judged by: unreadable ones refuse every card, and say so once."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo_lgc.card.cps import load_pem_chain
from demo_lgc.card.demands import Demands
from demo_lgc.sandbox.pki import Pki
from demo_lgc.settings import CardSettings


def test_roots_that_cannot_be_read_are_told_once_and_asked_for_again(
    tmp_path: Path, pki: Pki, caplog: pytest.LogCaptureFixture
) -> None:
    """The readers are looked at every second: a warning each time would push all else out of the log."""
    roots = tmp_path / "roots.pem"
    demands = Demands(CardSettings(roots=str(roots)), "", lambda: b"")
    refusing = [demands.rules().roots for _ in range(3)]
    assert refusing == [(b"",)] * 3
    assert len(caplog.records) == 1
    assert str(tmp_path) not in caplog.text  # the name of somebody may be in a path
    roots.write_bytes(pki.anchors.read_bytes())
    assert demands.rules().roots == load_pem_chain(pki.anchors.read_bytes())
