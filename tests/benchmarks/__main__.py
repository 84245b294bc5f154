"""`python -m tests.benchmarks [--rounds N]`: every figure, and 1 as exit status when one is over its goal."""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks import card, documents, viewer


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    over = 0
    for room in (documents, viewer, card):
        for figure in room.figures(rounds):
            over += not figure.is_met
            sys.stdout.write(f"{figure}\n")
            sys.stdout.flush()
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main())
