"""The ruler: ours and its floor in turns, so that both meet the same moments of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from statistics import median


@dataclass(frozen=True)
class Figure:
    """A cost: `ratio` is the median of the ratios of the rounds, `ours` and `floor` their shortest seconds.

    `added` is the median of what ours took more than the floor, in seconds. `goal` is the ratio to stay
    under, `within` the seconds of ours, `adding` those over the floor, when there are any.
    """

    name: str
    floor_name: str
    ratio: float
    ours: float
    floor: float
    added: float
    goal: float = inf
    within: float = inf
    adding: float = inf

    @property
    def is_met(self) -> bool:
        """True when ratio and times are under their goals."""
        return self.ratio <= self.goal and self.ours <= self.within and self.added <= self.adding

    def __str__(self) -> str:
        mark = "ok  " if self.is_met else "OVER"
        goals = (
            f"{self.goal:g}" if self.goal < inf else "",
            f"< {self.within * 1000:.0f} ms" if self.within < inf else "",
            f"+ {self.adding * 1000:.0f} ms" if self.adding < inf else "",
        )
        goal = ", ".join(filter(None, goals)) or "none"
        return (
            f"{mark} {self.ratio:6.2f} x (goal {goal})  {self.ours * 1000:8.2f} ms  {self.name}"
            f"  over  {self.floor_name} {self.floor * 1000:.2f} ms"
        )


def compare(
    name: str,
    ours: Callable[[], object],
    floor_name: str,
    floor: Callable[[], object],
    *,
    goal: float = inf,
    within: float = inf,
    adding: float = inf,
    rounds: int = 30,
) -> Figure:
    """Time both in turns, after once for nothing."""
    ours()
    floor()
    taken = [(_seconds(ours), _seconds(floor)) for _ in range(rounds)]
    return Figure(
        name,
        floor_name,
        median(mine / its for mine, its in taken),
        min(mine for mine, _ in taken),
        min(its for _, its in taken),
        median(mine - its for mine, its in taken),
        goal,
        within,
        adding,
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
