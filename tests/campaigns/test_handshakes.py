"""The campaign at the size of CI; 1,000 handshakes are run by hand and reported with their command."""

from __future__ import annotations

import os

import pytest

from demo_lgc.card.tls.selftest import Engine
from demo_lgc.sandbox.softcard import find_softhsm
from tests.campaigns.handshakes import GROWTH, KINDS, campaign


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no /proc here")
@pytest.mark.parametrize("engine", list(Engine), ids=["OpenSSL", "tlslite"])
@pytest.mark.parametrize(
    "on", [pytest.param(kind, marks=[pytest.mark.card] if kind == "softhsm" else []) for kind in KINDS]
)
def test_handshakes_in_many_threads_leave_nothing_behind(on: str, engine: Engine) -> None:
    if on == "softhsm" and find_softhsm() is None:
        pytest.skip("SoftHSM2 is not installed")
    left = campaign(60, 8, on, engine)
    assert (left.threads, left.descriptors) <= (0, 0)
    assert left.megabytes < GROWTH
