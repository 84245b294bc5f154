"""How the parts of a curve are painted. Shapes carry the meaning, colours repeat it.

Each function makes a number of drawings that does not depend on how many points there are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from demo_lgc.domain.results import Reference
from demo_lgc.ui import theme
from demo_lgc.ui.results.axes import Axes, Mark
from demo_lgc.ui.results.model import Level, Shape, Spot
from demo_lgc.ui.viewer import words

RADIUS, GAP, GRAIN = 5.0, 8.0, 6.0  # of a point, of words beside a line, of what the eye tells apart; pixels
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
_PROBES = 8  # places of a card where it could hide the line


def width(text: str, weight: int = 400) -> float:
    """Return the pixels a small text takes."""
    return QFontMetricsF(theme.font("caption", tabular=True, weight=weight)).horizontalAdvance(text)


def bound_marks(bounds: Reference | None) -> tuple[Mark, ...]:
    """Return the bounds of a band and how they are written, the lowest first."""
    if bounds is None:
        return ()
    return tuple(Mark(float(at), words.number(at)) for at in (bounds.low, bounds.high) if at is not None)


def band(painter: QPainter, axes: Axes, bounds: Reference | None) -> None:
    """Paint the interval of usual values; a bound that is not known is beyond the axis."""
    if bounds is None or (bounds.low is None and bounds.high is None):
        return
    top = axes.room.top() if bounds.high is None else axes.y(float(bounds.high))
    bottom = axes.room.bottom() if bounds.low is None else axes.y(float(bounds.low))
    box = QRectF(axes.room.left(), min(top, bottom), axes.room.width(), abs(bottom - top))
    painter.fillRect(box, theme.ink("band"))


def grid(painter: QPainter, axes: Axes) -> None:
    """Paint the horizontal lines and their values, the marks of time and their names."""
    room = axes.room
    for mark in axes.values():
        y = axes.y(mark.at)
        painter.setPen(QPen(theme.ink("line"), 1))
        painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        _words(painter, QRectF(0, y - 9, room.left() - GAP, 18), mark.text, "text2", RIGHT)
    free = -1.0
    for mark in axes.months():
        x = axes.x(mark.at)
        half = width(mark.text, 600 if mark.is_strong else 400) / 2 + 2
        painter.setPen(QPen(theme.ink("edge" if mark.is_strong else "line"), 1))
        painter.drawLine(QPointF(x, room.bottom()), QPointF(x, room.bottom() + 5))
        if x - half >= free:
            box = QRectF(x - half, room.bottom() + 6, 2 * half, 18)
            tone, weight = ("text", 600) if mark.is_strong else ("text2", 400)
            _words(painter, box, mark.text, tone, CENTRE, weight)
            free = x + half + 4


def bounds_lines(painter: QPainter, axes: Axes, bounds: Reference | None) -> None:
    """Paint the bounds, dashed, and write them at the right; two that are near stand apart."""
    marks = bound_marks(bounds)
    near = len(marks) > 1 and axes.y(marks[0].at) - axes.y(marks[1].at) < 16
    for rank, mark in enumerate(marks):
        y = axes.y(mark.at)
        painter.setPen(QPen(theme.ink("ok"), 1.2, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(axes.room.left(), y), QPointF(axes.room.right(), y))
        shift = (7 if rank == 0 else -7) if near else 0
        box = QRectF(axes.room.right() + 6, y - 9 + shift, 120, 18)
        _words(painter, box, mark.text, "ok", LEFT, 600)


def line(painter: QPainter, places: Sequence[QPointF]) -> None:
    """Paint the curve itself, in one stroke; of what falls on one column of pixels, its ends and extremes."""
    kept = _told_apart(places)
    # Not drawPolyline: stroking a line that crosses itself a thousand times takes half a second.
    if len(kept) > 1:
        painter.setPen(QPen(theme.ink("accent"), 2, c=Qt.PenCapStyle.RoundCap))
        painter.drawLines([QLineF(one, other) for one, other in pairwise(kept)])


def points(painter: QPainter, spots: Sequence[Spot], places: Sequence[QPointF]) -> None:
    """Paint the points, those of one shape in one stroke; what is abnormal is above what is not.

    Of those of one shape that stand within `GRAIN` pixels, one is painted.
    """
    for shape in Shape:
        chosen = {
            (place.x() // GRAIN, place.y() // GRAIN): place
            for spot, place in zip(spots, places, strict=True)
            if spot.level.shape is shape
        }
        if chosen:
            painter.setPen(QPen(theme.ink("surface"), 1.5))
            painter.setBrush(theme.ink("accent" if shape is Shape.DISC else "danger"))
            painter.drawPath(_outlines(shape, chosen.values()))


def focused(painter: QPainter, axes: Axes, place: QPointF, level: Level, *, ring: bool) -> None:
    """Paint the point that is pointed at: larger, dropped on the axis; `ring` tells the keyboard is on it."""
    painter.setPen(QPen(theme.ink("text2"), 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(place.x(), place.y() + 10), QPointF(place.x(), axes.room.bottom()))
    painter.setPen(QPen(theme.ink("surface"), 1.5))
    painter.setBrush(theme.ink("accent" if level.shape is Shape.DISC else "danger"))
    painter.drawPath(_outlines(level.shape, (place,), RADIUS * 1.4))
    if ring:
        painter.setPen(QPen(theme.ink("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place, RADIUS * 2.4, RADIUS * 2.4)


def card(painter: QPainter, box: QRectF, title: str, below: str) -> None:
    """Paint the card of a point."""
    painter.setPen(QPen(theme.ink("edge"), 1))
    painter.setBrush(theme.ink("tip"))
    painter.drawRoundedRect(box, 6, 6)
    inner = box.adjusted(12, 6, -12, -6)
    half = inner.height() / 2
    _words(painter, QRectF(inner.left(), inner.top(), inner.width(), half), title, "on_tip", LEFT, 600)
    _words(painter, QRectF(inner.left(), inner.top() + half, inner.width(), half), below, "on_tip", LEFT)


def card_box(title: str, below: str, room: QRectF, rank: int, places: Sequence[QPointF]) -> QRectF:
    """Return where the card of a point hides least: nine places around it are tried, kept inside `room`.

    `places` are all the points, from left to right; `rank` is the one the card speaks of.
    """
    wide, high = max(width(title, 600), width(below)) + 26, 46.0
    at, away = places[rank], RADIUS + 9
    centred, above = at.x() - wide / 2, at.y() - away - high
    right, left, under = at.x() + away, at.x() - away - wide, at.y() + away
    tried = (
        (centred, above),
        (right, above),
        (left, above),
        (right, at.y() - high / 2),
        (left, at.y() - high / 2),
        (centred, under),
        (right, under),
        (left, under),
        (left if at.x() > room.center().x() else right, room.top()),
    )
    boxes = [_inside(QRectF(x, y, wide, high), room) for x, y in tried]
    return min(boxes, key=lambda box: _hidden(box, at, places))


def spark(painter: QPainter, room: QRectF, spots: Sequence[Spot], tone: str) -> None:
    """Paint a curve as a sign beside its name: its last point alone is marked."""
    if not spots:
        return
    low, high = min(spot.value for spot in spots), max(spot.value for spot in spots)
    first, long = spots[0].day, spots[-1].day - spots[0].day
    places = [
        QPointF(
            room.right() if not long else room.left() + (spot.day - first) / long * room.width(),
            room.center().y()
            if high <= low
            else room.bottom() - (spot.value - low) / (high - low) * room.height(),
        )
        for spot in spots
    ]
    painter.setPen(QPen(theme.ink("text2"), 1.4, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF(places))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.ink(tone))
    painter.drawEllipse(places[-1], 3, 3)


def _told_apart(places: Sequence[QPointF]) -> list[QPointF]:
    kept: list[QPointF] = []
    for _, group in groupby(places, key=lambda place: round(place.x())):
        column = list(group)
        if len(column) > 4:
            ends = column[0], column[-1]
            column = [ends[0], min(column, key=QPointF.y), max(column, key=QPointF.y), ends[1]]
        kept += column
    return kept


def _outlines(shape: Shape, places: Iterable[QPointF], radius: float = RADIUS) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    corners = _CORNERS.get(shape)
    for place in places:
        if corners is None:
            path.addEllipse(place, radius, radius)
        else:
            path.addPolygon(QPolygonF([place + QPointF(x, y) * radius for x, y in corners]))
            path.closeSubpath()
    return path


_CORNERS = {
    Shape.UP: ((0, -1.2), (1.25, 0.95), (-1.25, 0.95)),
    Shape.DOWN: ((0, 1.2), (-1.25, -0.95), (1.25, -0.95)),
    Shape.DIAMOND: ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
}


def _inside(box: QRectF, room: QRectF) -> QRectF:
    x = max(min(box.x(), room.right() - box.width()), room.left())
    y = max(min(box.y(), room.bottom() - box.height()), room.top())
    return QRectF(x, y, box.width(), box.height())


def _hidden(box: QRectF, at: QPointF, places: Sequence[QPointF]) -> int:
    """Count the points and the parts of the line that a card would hide; its own point counts most."""
    around = box.adjusted(-RADIUS, -RADIUS, RADIUS, RADIUS)
    begin = bisect_left(places, around.left(), key=QPointF.x)
    end = bisect_left(places, around.right(), key=QPointF.x)
    found = 3 * sum(around.contains(place) for place in places[begin:end])
    for n in range(_PROBES + 1):
        x = box.left() + box.width() * n / _PROBES
        after = bisect_left(places, x, key=QPointF.x)
        if 0 < after < len(places):
            one, other = places[after - 1], places[after]
            share = (x - one.x()) / ((other.x() - one.x()) or 1.0)
            found += box.contains(QPointF(x, one.y() + share * (other.y() - one.y())))
    return found + (1000 if around.contains(at) else 0)


def _words(
    painter: QPainter, box: QRectF, text: str, tone: str, align: Qt.AlignmentFlag, weight: int = 400
) -> None:
    painter.setFont(theme.font("caption", tabular=True, weight=weight))
    painter.setPen(theme.ink(tone))
    painter.drawText(box, int(align.value), text)
