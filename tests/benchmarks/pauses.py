"""The longest pauses of a window while the card works, in a process of its own.

`python -m tests.benchmarks.pauses LIBRARY CONFIGURATION` opens the card of a SoftHSM2 token from the event
loop of a Qt program, has it sign 500 times, and prints the longest silence of each part, in seconds, as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import pairwise

from demo_lgc.sandbox.softcard import SoftCard
from tests.clock import own_time

SIGNATURES = 500
CODE = "1234"
PARTS = ("rest", "login", "signatures")


def measured(card: SoftCard, runs: int = 3) -> dict[str, float]:
    """Return the longest pause of each part, in seconds; the best of some runs, for a machine may be busy."""
    command = [sys.executable, "-m", "tests.benchmarks.pauses", str(card.library), str(card.configuration)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    said = [
        json.loads(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
        for _ in range(runs)
    ]
    return {part: min(one[part] for one in said) for part in PARTS}


def _main(library: str, configuration: str) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from demo_lgc.card.reader import PkcsReader
    from demo_lgc.settings import CardSettings
    from demo_lgc.ui.flow import Flow, FlowRunner, background

    application = QApplication([])
    runner = FlowRunner(application)
    runner.idle.connect(application.quit)
    reader = PkcsReader(CardSettings(library, {"SOFTHSM2_CONF": configuration}))
    beats: list[float] = []
    heart = QTimer(interval=1)
    heart.timeout.connect(lambda: beats.append(own_time()))
    heart.start()
    cards = []
    signed = []

    def rest() -> Flow:
        yield background(time.sleep, 1.0, lane="card")

    def log_in() -> Flow:
        cards.append((yield background(reader.open, CODE, lane="card")))

    def sign() -> Flow:
        signed.append((yield background(cards[0].signer.sign, b"a manifest", lane="card")))

    def longest(flows: Iterable[Flow]) -> float:
        beats[:] = [own_time()]
        for flow in flows:
            runner.start(flow)
        application.exec()
        beats.append(own_time())
        return max(later - sooner for sooner, later in pairwise(beats))

    stories = ([rest()], [log_in()], [sign() for _ in range(SIGNATURES)])
    found = {part: longest(flows) for part, flows in zip(PARTS, stories, strict=True)}
    if len(signed) != SIGNATURES:
        raise RuntimeError(f"{len(signed)} signatures")
    cards[0].close()
    reader.close()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main(*sys.argv[1:])
