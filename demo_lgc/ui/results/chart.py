"""A curve: the values of one analysis in one unit, over its band of usual values.

← and → move from value to value, Début and Fin go to the ends; the pointer shows the nearest. What is painted
is also told: each move changes the accessible description, and the same values are in the table beside.
"""

from __future__ import annotations

import math
from bisect import bisect_left

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy
from typing_extensions import override

from demo_lgc.domain.results import Curve, Reference
from demo_lgc.ui import theme
from demo_lgc.ui.results import ink
from demo_lgc.ui.results.axes import Axes, scale_of
from demo_lgc.ui.results.model import (
    Spot,
    bounds_of,
    level_word,
    reference_words,
    spoken,
    spots_of,
    tr,
    value_words,
)
from demo_lgc.ui.viewer import words
from demo_lgc.ui.widgets.picture import PaintedOnce

LEAST, TOP, FOOT, SIDE = 172, 14.0, 30.0, 16.0  # pixels: height, then the margins
REACH = 24.0  # pixels around a point that the pointer may be


class Chart(PaintedOnce):
    """The plot of a curve."""

    def __init__(self) -> None:
        super().__init__()
        self._unit = ""
        self._bounds: Reference | None = None
        self._spots: tuple[Spot, ...] = ()
        self._span = (0.0, 1.0)
        self._focused = self._pointed = -1
        self._axes: Axes | None = None
        self._places: list[QPointF] = []
        self.setObjectName("results.chart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_curve(self, curve: Curve, span: tuple[float, float], bounds: Reference | None = None) -> None:
        """Show a curve from one day to another (days since 1970).

        `bounds` are the usual values when those of the points in sight are not the ones to show.
        """
        self._unit = curve.unit
        self._bounds = bounds or bounds_of(curve)
        self._spots, self._span = spots_of(curve), span
        self._focused = self._pointed = -1
        title = f"{curve.name} ({words.unit(curve.unit)})" if curve.unit else curve.name
        self.setAccessibleName(tr("Courbe\u00a0: %1").replace("%1", title))
        self.setAccessibleDescription(self._summary())
        self.forget()

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The points drawn, from left to right."""
        return self._spots

    @property
    def focused_spot(self) -> Spot | None:
        """The point the keyboard is on."""
        return self._spots[self._focused] if self._focused >= 0 else None

    @property
    def pointed_spot(self) -> Spot | None:
        """The point the pointer is on."""
        return self._spots[self._pointed] if self._pointed >= 0 else None

    def place(self, spot: Spot) -> QPointF:
        """Return where a point of this curve is, in this widget. Raises ValueError."""
        rank = self._spots.index(spot)
        self._layout()
        return self._places[rank]

    @override
    def sizeHint(self) -> QSize:
        return QSize(420, 250)

    # --- painting -------------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self.picture())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rank = self._pointed if self._pointed >= 0 else self._focused if self.hasFocus() else -1
        if rank >= 0:
            self._paint_spot(painter, rank)

    @override
    def paint_on(self, painter: QPainter) -> None:
        """Paint the whole plot: band, lines, curve, points."""
        axes = self._layout()
        ink.band(painter, axes, self._bounds)
        ink.grid(painter, axes)
        ink.bounds_lines(painter, axes, self._bounds)
        ink.line(painter, self._places)
        ink.points(painter, self._spots, self._places)
        if not self._spots:
            box = axes.room
            painter.setPen(theme.ink("text2"))
            painter.setFont(theme.font("small"))
            painter.drawText(box, int(ink.CENTRE.value), tr("Aucune valeur sur cette période."))

    def _paint_spot(self, painter: QPainter, rank: int) -> None:
        axes = self._layout()
        spot, place = self._spots[rank], self._places[rank]
        ink.focused(painter, axes, place, spot.level, ring=rank == self._focused and self.hasFocus())
        title = value_words(spot.point, self._unit)
        said = (words.when(spot.point.time), level_word(spot.level))
        below = ", ".join(part for part in said if part)
        room = QRectF(self.rect()).adjusted(4, 2, -4, -2)
        ink.card(painter, ink.card_box(title, below, room, rank, self._places), title, below)

    # --- layout ---------------------------------------------------------------------------------------

    def _layout(self) -> Axes:
        if self._axes is None:
            low, high, step = scale_of(self._spots, self._bounds)
            bare = Axes(QRectF(), *self._span, low, high, step)
            left = max(ink.width(mark.text) for mark in bare.values()) + ink.GAP + SIDE
            marks = ink.bound_marks(self._bounds)
            right = max((ink.width(mark.text, 600) for mark in marks), default=0.0) + SIDE
            across = max(40.0, self.width() - left - right)
            down = max(40.0, self.height() - TOP - FOOT)
            self._axes = axes = Axes(QRectF(left, TOP, across, down), *self._span, low, high, step)
            self._places = [QPointF(axes.x(spot.day), axes.y(spot.value)) for spot in self._spots]
        return self._axes

    @override
    def forget(self) -> None:
        self._axes = None
        super().forget()

    def _at(self, point: QPointF) -> int:
        """Return the rank of the nearest point, -1 when none is near."""
        self._layout()
        begin = bisect_left(self._places, point.x() - REACH, key=QPointF.x)
        end = bisect_left(self._places, point.x() + REACH, key=QPointF.x)
        near = [(_distance(self._places[rank], point), rank) for rank in range(begin, end)]
        best = min(near, default=(REACH, -1))
        return best[1] if best[0] < REACH else -1

    def _summary(self) -> str:
        if not self._spots:
            return tr("Aucune valeur sur cette période.")
        count = len(self._spots)
        said = tr("%1 valeurs").replace("%1", str(count)) if count > 1 else tr("1\u00a0valeur")
        last = tr("la dernière\u00a0: %1").replace("%1", spoken(self._spots[-1], self._unit))
        return ", ".join(part for part in (said, last, reference_words(self._bounds)) if part)

    # --- events ---------------------------------------------------------------------------------------

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._at(event.position()))
        super().mouseMoveEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        rank = self._at(event.position())
        if rank >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self._focus(rank)
        super().mousePressEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)
        super().leaveEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._focused < 0 and self._spots and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._focus(len(self._spots) - 1)
        self.update()
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._spots) - 1
        moved = {
            Qt.Key.Key_Left: max(0, self._focused - 1),
            Qt.Key.Key_Right: min(last, self._focused + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if moved is None or last < 0:
            super().keyPressEvent(event)
            return
        self._pointed = -1  # the keyboard speaks last
        self._focus(moved)

    def _point(self, rank: int) -> None:
        if rank != self._pointed:
            self._pointed = rank
            self.update()

    def _focus(self, rank: int) -> None:
        self._focused = rank
        self.setAccessibleDescription(spoken(self._spots[rank], self._unit))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.update()


def _distance(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
