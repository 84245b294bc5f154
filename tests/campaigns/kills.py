"""`kill -9` of the program at random moments of the send, then restart, until every branch ends.

`python -m tests.campaigns.kills --kills 50 [--accept-duplicates] [--seed N]`

Each round is one sharing to the DMP and to two colleagues, on a new profile. The program is killed at a
random moment after « Envoyer », restarted, perhaps killed again, and at last left to finish. The sandbox
then counts: exactly one submission and one message for each colleague. With --accept-duplicates the
simulated DMP takes a second deposit of the same document without a word, as some registries do.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from demo_lgc.sandbox.world import World

BRANCHES = 3  # the DMP and two colleagues
SPAN = 2.5  # seconds after « Envoyer » within which the program is killed
LAG = 1.0  # seconds a service may take at most, well under the 5 s for which absence is not believed
RESUME = (1.0, 4.0)  # seconds after a restart: it logs in, then works on what was left


def campaign(kills: int, *, accept_duplicates: bool, seed: int) -> dict[str, int]:
    """Run until `kills` kills were given; return the counts. Raises AssertionError at the first fault."""
    dice = random.Random(seed)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        world = World(Path(folder) / "world")
        world.start()
        try:
            world.dmp.script.accept_duplicates(accept_duplicates)
            while counts["kills"] < kills:
                counts["rounds"] += 1
                _round(world, Path(folder) / f"profile-{counts['rounds']}", dice, kills, counts)
        finally:
            world.stop()
    return dict(counts)


def _round(world: World, profile: Path, dice: random.Random, kills: int, counts: Counter[str]) -> None:
    before = world.journal()
    # Services that take their time: more kills find something on its way.
    world.dmp.script.delay(dice.uniform(0, LAG), "TD2.1")
    world.mail.script.delay(dice.uniform(0, LAG))
    while counts["kills"] < kills and dice.random() < 0.75:
        if not _run_and_kill(world, profile, dice):
            counts["finished-before-the-kill"] += 1
            break
        counts["kills"] += 1
        counts.update(f"found-{state}" for state in _states(profile))
    _run_to_the_end(world, profile)
    after = world.journal()
    submissions = _submissions(after) - _submissions(before)
    messages = after["mail"]["accepted"] - before["mail"]["accepted"]
    assert submissions == 1, f"{submissions} submissions in round {counts['rounds']}"
    assert messages == BRANCHES - 1, f"{messages} messages in round {counts['rounds']}"
    counts["sharings"] += 1


def _submissions(journal: dict[str, Any]) -> int:
    return sum(document["count"] for document in journal["dmp"]["accepted"])


def _program(world: World, profile: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.campaigns.program",
        str(world.environment),
        str(profile),
        world.code,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _run_and_kill(world: World, profile: Path, dice: random.Random) -> bool:
    """Start the program, kill it at a random moment of its work; False when it had ended before."""
    with _program(world, profile) as program:
        assert program.stdout is not None
        if _states(profile):
            time.sleep(dice.uniform(*RESUME))  # a resuming program says nothing until it is done
        else:
            assert program.stdout.readline().strip() == "sending"
            time.sleep(dice.uniform(0, SPAN))
        ended = program.poll() is not None
        with contextlib.suppress(ProcessLookupError):
            program.send_signal(signal.SIGKILL)
        program.wait()
        return not ended


def _states(profile: Path) -> list[str]:
    """The state of each delivery as committed, read without the program's own code."""
    path = profile / "demo_lgc.db"
    if not path.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute("select state from delivery")
        return [str(state) for (state,) in rows]


def _run_to_the_end(world: World, profile: Path) -> None:
    with _program(world, profile) as program:
        out, _ = program.communicate(timeout=180)
        assert program.returncode == 0, f"the program ended with {program.returncode}"
        assert out.split()[-1] == "done"


def main() -> int:
    """Read the size, run, say the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--accept-duplicates", action="store_true")
    parser.add_argument("--seed", type=int, default=time.time_ns())
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}\n")
    counts = campaign(options.kills, accept_duplicates=options.accept_duplicates, seed=options.seed)
    sys.stdout.write(f"{counts}: every branch sent exactly once\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
