"""Where the events of a life stand on the timeline: lanes, marks that gather, quarters, periods.

Plain geometry, so that it can be tested without painting. Lengths are logical pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.timeline import Lane, TimelineEvent

GATHER = 28.0  # marks nearer than this become one
MARK, APART = 24.0, 4.0  # the least room of a treatment or a stay, and what is left between two
DEEPEST = 3  # levels of the lane of treatments; what comes beyond shares the last


class Period(Enum):
    """How much of a life is shown: days before and after today; None is everything."""

    QUARTER = (92, 31)
    YEAR = (365, 120)
    ALL = None


@dataclass(frozen=True)
class Axis:
    """Days across pixels: `first` stands at `left`, `last` at `right`."""

    first: date
    last: date
    left: float
    right: float

    @property
    def days(self) -> int:
        """Length of the window, one day at least."""
        return max(1, (self.last - self.first).days)

    def x(self, day: date) -> float:
        """Where a day stands."""
        return self.left + (self.right - self.left) * (day - self.first).days / self.days

    def day(self, x: float) -> date:
        """Which day stands at `x`."""
        return self.first + timedelta(
            days=round((x - self.left) / max(1.0, self.right - self.left) * self.days)
        )

    def holds(self, day: date) -> bool:
        """True when the day is in the window."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Item:
    """What is painted, focused and pointed at: one event, or several gathered.

    `level` is how far under the first row of its lane it stands, so that nothing hides what is written.
    `until` bounds a span; `planned` tells a step of follow-up, whose `events[0].done` says when it was done.
    """

    lane: Lane
    day: date
    events: tuple[TimelineEvent, ...]
    until: date | None = None
    planned: bool = False
    level: int = 0

    @property
    def origin(self) -> str:
        """Origin of the events when they share one, else practice."""
        origins = {event.origin for event in self.events}
        return origins.pop() if len(origins) == 1 else "practice"


def lane_title(lane: Lane) -> str:
    """The name of a lane, as the screen writes it."""
    words = {
        Lane.DOCUMENT: QCoreApplication.translate("Timeline", "Documents"),
        Lane.ENCOUNTER: QCoreApplication.translate("Timeline", "Consultations"),
        Lane.TREATMENT: QCoreApplication.translate("Timeline", "Traitements et séjours"),
        Lane.PLANNED: QCoreApplication.translate("Timeline", "Suivi"),
    }
    return words[lane]


def window(events: Sequence[TimelineEvent], today: date, period: Period) -> tuple[date, date]:
    """Return the first and the last day shown for a period."""
    if period.value is not None:
        before, after = period.value
        return today - timedelta(days=before), today + timedelta(days=after)
    days = [today, *(e.day for e in events), *(e.until for e in events if e.until)]
    margin = timedelta(days=max(14, (max(days) - min(days)).days // 30))
    return min(days) - margin, max(days) + margin


def items_of(lane: Lane, events: Sequence[TimelineEvent], axis: Axis, today: date) -> tuple[Item, ...]:
    """Return what a lane shows in the window, in order; marks that would overlap are gathered."""
    found: list[Item] = []
    for event in sorted((e for e in events if e.lane is lane), key=lambda e: e.day):
        item = _item(lane, event, today)
        if not (axis.holds(item.day) or (item.until and item.day < axis.first <= item.until)):
            continue
        last = found[-1] if found else None
        if last and _overlap(last, item, axis):
            found[-1] = Item(lane, last.day, last.events + item.events, planned=item.planned)
        else:
            found.append(item)
    return _stacked(found, axis) if lane is Lane.TREATMENT else tuple(found)


def _stacked(items: Sequence[Item], axis: Axis) -> tuple[Item, ...]:
    """Put each treatment or stay on the first level where it hides none of those before."""
    ends: list[float] = []
    placed = []
    for item in items:
        left = max(axis.x(item.day), axis.left)
        right = max(left + MARK, min(axis.x(item.until or item.day), axis.right))
        free = (level for level, end in enumerate(ends) if end + APART <= left)
        level = min(next(free, len(ends)), DEEPEST - 1)
        ends[level : level + 1] = [max([right, *ends[level : level + 1]])]
        placed.append(replace(item, level=level))
    return tuple(placed)


def _item(lane: Lane, event: TimelineEvent, today: date) -> Item:
    if lane is Lane.TREATMENT:
        # A treatment without an end goes on: it reaches today.
        return Item(lane, event.day, (event,), until=event.until or max(today, event.day))
    return Item(lane, event.day, (event,), until=event.until, planned=lane is Lane.PLANNED)


def _overlap(left: Item, right: Item, axis: Axis) -> bool:
    if left.until or right.until:
        return False
    if left.planned:
        return left.day == right.day and left.events[0].done == right.events[0].done
    return axis.x(right.day) - axis.x(left.day) < GATHER


def quarters(axis: Axis) -> Iterator[tuple[date, date, int]]:
    """Yield (first day, first day of the next, number 1–4) of each quarter that meets the window."""
    year, number = axis.first.year, (axis.first.month - 1) // 3 + 1
    while True:
        begin = date(year, 3 * number - 2, 1)
        if begin > axis.last:
            return
        year, number = (year + 1, 1) if number == 4 else (year, number + 1)
        yield begin, date(year, 3 * number - 2, 1), (begin.month - 1) // 3 + 1
