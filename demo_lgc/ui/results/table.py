"""The table of values: a row per time, a column per curve, the same facts as the plots in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from demo_lgc.domain.results import Curve
from demo_lgc.ui.results.model import Key, Level, Row, analysis_of, key_of, level_of, level_word, tr
from demo_lgc.ui.viewer import words
from demo_lgc.ui.widgets.cell import Cell
from demo_lgc.ui.widgets.table import Column


def columns_of(shown: Sequence[Curve]) -> tuple[Column[Row], ...]:
    """Return the columns of the table: the date, then one per curve."""
    dated = Column[Row](tr("Date"), lambda line: Cell(line.when, tone="text2"))
    return (dated, *(Column(_heading(curve, shown), partial(_cell, key_of(curve))) for curve in shown))


def _heading(curve: Curve, shown: Sequence[Curve]) -> str:
    """Return the name of a column, with the unit when the analysis has several."""
    several = sum(analysis_of(each) == analysis_of(curve) for each in shown) > 1
    return f"{curve.name} ({words.unit(curve.unit)})" if several and curve.unit else curve.name


def _cell(key: Key, line: Row) -> Cell:
    points = line.values.get(key, ())
    if not points:
        return Cell()
    levels = [level_of(point, key[2]) for point in points]
    worst = max(levels, key=_gravity)
    said = "\u202f; ".join(words.number(point.number) for point in points)
    spoken = ", ".join(part for part in (said, words.unit(key[2]), level_word(worst)) if part)
    if not worst.is_abnormal:
        return Cell(said, say=spoken, tip=spoken)
    return Cell(said, icon=worst.icon, tone="danger", weight=600, say=spoken, tip=spoken)


def _gravity(level: Level) -> tuple[bool, bool]:
    return level.is_critical, level.is_abnormal
