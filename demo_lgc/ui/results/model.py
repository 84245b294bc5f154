"""What a curve says, before it is drawn: where its points stand, what each is worth, how it is told.

A page, a plot and a table say the same things with these words. Reference: interface, « Semantics », family
« result »: a triangle up is high, a triangle down is low, a disc is within bounds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TypeAlias

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.results import (
    Curve,
    CurvePoint,
    Interpretation,
    Measure,
    Reference,
    ResultTime,
    outside,
)
from demo_lgc.ui.viewer import words

Analysis: TypeAlias = tuple[str, str]
"""The code system and the code of an analysis: its curves are one per unit."""
Key: TypeAlias = tuple[str, str, str]
"""An analysis and a unit: one curve."""

MOST_TICKED = 3  # curves shown before the doctor has chosen any
_EPOCH = datetime(1970, 1, 1)


def tr(text: str) -> str:
    """Translate a word of the page."""
    return QCoreApplication.translate("Results", text)


class Period(Enum):
    """How far back the page looks, in days; None is the whole life."""

    HALF = 183
    YEAR = 366
    ALL = None


class Shape(Enum):
    """How a point is drawn: its meaning without its colour."""

    DISC = "disc"
    UP = "up"
    DOWN = "down"
    DIAMOND = "diamond"  # abnormal, neither low nor high


@dataclass(frozen=True)
class Level:
    """What a value is worth: its shape on a plot, its icon and tone in a list, its word."""

    shape: Shape
    icon: str
    tone: str
    word: str
    is_abnormal: bool = True
    is_critical: bool = False


_LEVELS = {
    Interpretation.NORMAL: Level(Shape.DISC, "result-normal", "text3", "normal", is_abnormal=False),
    Interpretation.LOW: Level(Shape.DOWN, "result-low", "danger", "bas"),
    Interpretation.HIGH: Level(Shape.UP, "result-high", "danger", "haut"),
    Interpretation.ABNORMAL: Level(Shape.DIAMOND, "dot", "danger", "anormal"),
    Interpretation.CRITICAL_LOW: Level(
        Shape.DOWN, "result-critical", "danger", "critique, bas", is_critical=True
    ),
    Interpretation.CRITICAL_HIGH: Level(
        Shape.UP, "result-critical", "danger", "critique, haut", is_critical=True
    ),
    Interpretation.CRITICAL: Level(Shape.DIAMOND, "result-critical", "danger", "critique", is_critical=True),
}
_UNKNOWN = Level(Shape.DISC, "", "text", "", is_abnormal=False)
_OUTSIDE = {  # arithmetic, not the word of the laboratory
    Interpretation.LOW: Level(Shape.DOWN, "result-low", "danger", "hors référence"),
    Interpretation.HIGH: Level(Shape.UP, "result-high", "danger", "hors référence"),
}


@dataclass(frozen=True)
class Spot:
    """A point that can be drawn: `day` since 1970 (a fraction is an hour of it), its value, what it is."""

    day: float
    value: float
    point: CurvePoint
    level: Level


def key_of(curve: Curve) -> Key:
    """Return what tells a curve apart."""
    return (*analysis_of(curve), curve.unit)


def analysis_of(curve: Curve) -> Analysis:
    """Return the analysis of a curve."""
    return (curve.code.system, curve.code.code) if curve.code is not None else ("", curve.name)


def level_of(point: CurvePoint, unit: str) -> Level:
    """Return what the laboratory says of a value, else where it stands in its reference."""
    if point.interpretation is not None:
        return _LEVELS[point.interpretation]
    if point.reference is None:
        return _UNKNOWN
    side = outside(Measure("", unit, number=point.number), point.reference)
    return _OUTSIDE[side] if side is not None else _UNKNOWN


def day_of(time: ResultTime) -> float:
    """Return when a value stands, in days since 1970 by the clock of whoever wrote it.

    A day, a month or a year is at its middle.
    """
    if isinstance(time, datetime):
        return (time.replace(tzinfo=None) - _EPOCH) / timedelta(days=1)
    first = date(time.year, time.month or 1, time.day or 1)
    length = 1 if time.day else 30 if time.month else 365
    return first.toordinal() - _EPOCH.toordinal() + length / 2


def spots_of(curve: Curve) -> tuple[Spot, ...]:
    """Return the points of a curve from left to right; a number no screen can draw is left to the table."""
    made = (
        Spot(day_of(point.time), float(point.number), point, level_of(point, curve.unit))
        for point in curve.points
    )
    return tuple(sorted((spot for spot in made if math.isfinite(spot.value)), key=lambda spot: spot.day))


def within(curves: Iterable[Curve], period: Period, today: date) -> tuple[Curve, ...]:
    """Return the same curves with the points of a period only; one may be left without any."""
    if period.value is None:
        return tuple(curves)
    since = today.toordinal() - _EPOCH.toordinal() - period.value
    return tuple(
        replace(curve, points=tuple(point for point in curve.points if day_of(point.time) >= since))
        for curve in curves
    )


def bounds_of(curve: Curve) -> Reference | None:
    """Return the interval of usual values of the latest value that has one."""
    return next((point.reference for point in reversed(curve.points) if point.reference is not None), None)


def first_choice(curves: Sequence[Curve]) -> tuple[Key, ...]:
    """Return the curves to show first: those whose last value is critical, then abnormal, else the first."""
    one_unit = {analysis_of(curve): curve for curve in reversed(curves) if curve.points}
    shown = [curve for curve in curves if one_unit.get(analysis_of(curve)) is curve]
    levels = {key_of(curve): level_of(curve.points[-1], curve.unit) for curve in shown}
    worst = sorted(
        (key for key, level in levels.items() if level.is_abnormal),
        key=lambda key: not levels[key].is_critical,
    )
    chosen = (worst or list(levels))[:MOST_TICKED]
    return tuple(key for key in levels if key in chosen)


def value_words(point: CurvePoint, unit: str) -> str:
    """« 6,8 mmol/L »."""
    said = words.unit(unit)
    return words.number(point.number) + (f"{words.NBSP}{said}" if said else "")


def spoken(spot: Spot, unit: str) -> str:
    """« 03/11/2014 à 07:40, 6,8 mmol/L, critique, haut »."""
    parts = (words.when(spot.point.time), value_words(spot.point, unit), level_word(spot.level))
    return ", ".join(part for part in parts if part)


def level_word(level: Level) -> str:
    """« haut »; nothing when nobody said."""
    return tr(level.word) if level.word else ""


def reference_words(bounds: Reference | None) -> str:
    """« Référence 3,9 – 6,1 », without the unit: it is that of the curve."""
    if bounds is None:
        return ""
    said = words.reference(bounds, bounds.unit).strip("[]")
    return tr("Référence %1").replace("%1", said) if said else ""


@dataclass(frozen=True)
class Row:
    """What was measured at one time: the values of each curve shown, and what the time is called."""

    time: ResultTime
    when: str
    values: dict[Key, tuple[CurvePoint, ...]]


def rows_of(curves: Sequence[Curve]) -> tuple[Row, ...]:
    """Return the values of these curves by time, latest first; the hour is told when a day has several."""
    found: dict[ResultTime, dict[Key, tuple[CurvePoint, ...]]] = {}
    for curve in curves:
        key = key_of(curve)
        for point in curve.points:
            row = found.setdefault(point.time, {})
            row[key] = (*row.get(key, ()), point)
    ordered = sorted(found, key=lambda time: (day_of(time), _hl7(time)), reverse=True)
    days = Counter(words.day(time) for time in ordered)
    return tuple(
        Row(time, day if days[day] == 1 else words.when(time), found[time])
        for time, day in ((time, words.day(time)) for time in ordered)
    )


def _hl7(time: ResultTime) -> str:
    return time.hl7 if isinstance(time, PartialDate) else time.isoformat()
