"""What the campaigns that break things share: one attempt, timed and told, and the command with its size."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

SLOWEST = 2.0  # seconds

Say: TypeAlias = Callable[[str], object]
# How many, the seed, where a failure is said, where what failed is kept.
Campaign: TypeAlias = Callable[[int, int, Say, Path], Counter[str]]


def attempt(name: str, read: Callable[[], str], say: Say) -> str:
    """Return what `read` returns, or « failed » when it raises or is slow, which is said."""
    began = time.perf_counter()
    try:
        outcome = read()
    except Exception:
        outcome = "failed"
        say(f"{name}: {traceback.format_exc(limit=-4)}")
    if (took := time.perf_counter() - began) > SLOWEST:
        outcome = "failed"
        say(f"{name}: {took:.1f} s")
    return outcome


def run(campaign: Campaign, unit: str, words: str | None, arguments: Sequence[str] | None) -> int:
    """Run a campaign of `--<unit>` things from the command line; return 1 when something failed."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(f"--{unit}", dest="size", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    keep = Path(tempfile.mkdtemp(prefix="demo_lgc-broken-"))
    counts = campaign(options.size, options.seed, lambda said: sys.stderr.write(f"{said}\n"), keep)
    for name, count in counts.items():
        sys.stdout.write(f"{count:8} {name}\n")
    if counts["failed"]:
        sys.stdout.write(f"what failed is in {keep}\n")
    else:
        keep.rmdir()
    return 1 if counts["failed"] else 0
