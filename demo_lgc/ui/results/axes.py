"""The two axes of a plot: where a day and a value stand, and which marks are worth a word.

Nothing is drawn here. Values start where data and band fit, on a round number, and are never broken.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from PySide6.QtCore import QLocale, QRectF

from demo_lgc.domain.results import Reference
from demo_lgc.ui.results.model import Spot
from demo_lgc.ui.viewer import words

LINES = 5  # horizontal lines wished for
SHORTEST = 60.0  # days: the marks of an axis are months
LABEL = 52.0  # pixels a mark of time needs
_EPOCH = date(1970, 1, 1).toordinal()
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000)  # between two marks
_LONG = 1e7  # values are written in powers of ten from here on


@dataclass(frozen=True)
class Mark:
    """A mark of an axis; `is_strong` begins a year."""

    at: float
    text: str
    is_strong: bool = False


@dataclass(frozen=True)
class Axes:
    """A plot of `room` pixels that shows days and values between bounds."""

    room: QRectF
    first: float
    last: float
    low: float
    high: float
    step: float

    def x(self, day: float) -> float:
        """Return where a day stands."""
        return self.room.left() + (day - self.first) / (self.last - self.first) * self.room.width()

    def y(self, value: float) -> float:
        """Return where a value stands."""
        return self.room.bottom() - (value - self.low) / (self.high - self.low) * self.room.height()

    def values(self) -> tuple[Mark, ...]:
        """Return the horizontal lines."""
        count = round((self.high - self.low) / self.step)
        return tuple(
            Mark(self.low + n * self.step, _number(self.low + n * self.step, self.step))
            for n in range(count + 1)
        )

    def months(self) -> tuple[Mark, ...]:
        """Return the marks of time: as many months, or years, as there is room to name."""
        months = (self.last - self.first) / 30.44
        fit = max(1.0, self.room.width() / LABEL)
        step = next((step for step in _MONTHS if months / step <= fit), _MONTHS[-1])
        begin, end = _month(self.first), _month(self.last)
        names = QLocale(QLocale.Language.French, QLocale.Country.France)
        marks = []
        for number in range(-(-begin // step) * step, end + 1, step):
            year, month = divmod(number, 12)
            at = float(date(year, month + 1, 1).toordinal() - _EPOCH)
            if self.first <= at <= self.last:
                short = names.standaloneMonthName(month + 1, QLocale.FormatType.ShortFormat)
                marks.append(Mark(at, short if month else str(year), is_strong=not month))
        return tuple(marks)


def span_of(
    spots: Iterable[Spot], since: float | None = None, until: float | None = None
) -> tuple[float, float]:
    """Return the first and the last day of an axis: the period asked for, else what the points need."""
    days = [spot.day for spot in spots]
    first = min([*days, since] if since is not None else days, default=0.0)
    last = max([*days, until] if until is not None else days, default=first)
    if last - first < SHORTEST:
        middle = (first + last) / 2
        first, last = middle - SHORTEST / 2, middle + SHORTEST / 2
    pad = (last - first) * 0.03
    return first - pad, last + pad


def scale_of(spots: Sequence[Spot], bounds: Reference | None) -> tuple[float, float, float]:
    """Return the lowest value of an axis, its highest, and the step between two lines."""
    shown = [spot.value for spot in spots]
    if bounds is not None:
        shown += [float(bound) for bound in (bounds.low, bounds.high) if bound is not None]
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    if high - low <= abs(high) * 1e-9:
        around = abs(high) * 0.1 or 1.0
        low, high = low - around, high + around
    step = _round(high / LINES - low / LINES)  # their difference alone may be too large for a number
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def _round(step: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not less than `step`."""
    power = 10.0 ** math.floor(math.log10(step))
    return next((n * power for n in (1, 2, 5) if n * power >= step * 0.999), 10 * power)


def _number(value: float, step: float) -> str:
    if abs(value) >= _LONG or step < 1e-6:
        return f"{value:.3g}".replace(".", ",")
    digits = max(0, -math.floor(math.log10(step)))
    return words.number(Decimal(f"{value + 0.0:.{digits}f}")) if abs(value) > step / 2 else "0"


def _month(day: float) -> int:
    """Return the months since the year 0, within what a calendar holds."""
    found = date.fromordinal(min(max(round(day) + _EPOCH, 366), date.max.toordinal()))
    return found.year * 12 + found.month - 1
