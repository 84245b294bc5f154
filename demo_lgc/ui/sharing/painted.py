"""The Y itself: one document at the left, a line to each destination, dressed as its state."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.ui import theme
from demo_lgc.ui.sharing.summary import BranchState

SOLID, DASHED = Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine
_LOOKS = {  # never colour alone: only what arrived, or is leaving, is a whole line
    BranchState.SENT: ("ok", SOLID),
    BranchState.SENDING: ("accent", SOLID),
    BranchState.WAITING: ("text3", DASHED),
    BranchState.FAILED: ("danger", DASHED),
    BranchState.DOUBT: ("warn", DASHED),
    BranchState.GIVEN_UP: ("text3", DASHED),
}


class Branches(QWidget):
    """Lines from the middle of the left edge to the middle of each row at the right.

    Rows are `row_height` pixels high, `gap` apart. The words are on the cards beside: this is a drawing.
    """

    def __init__(self, row_height: int = 64, gap: int = 10, width: int = 44) -> None:
        super().__init__()
        self._row, self._gap, self._width = row_height, gap, width
        self._states: tuple[BranchState, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_states(self, states: Sequence[BranchState]) -> None:
        """Draw one line per state, in order."""
        self._states = tuple(states)
        self.setFixedSize(self.sizeHint())
        self.update()

    @override
    def sizeHint(self) -> QSize:
        number = max(1, len(self._states))
        return QSize(self._width, number * self._row + (number - 1) * self._gap)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if theme.is_new_look(event):
            self.update()
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        start = QPointF(4, self.height() / 2)
        for place, state in enumerate(self._states):
            self._branch(painter, start, place * (self._row + self._gap) + self._row / 2, state)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.ink("text2"))
        painter.drawEllipse(start, 4, 4)

    def _branch(self, painter: QPainter, start: QPointF, y: float, state: BranchState) -> None:
        name, style = _LOOKS[state]
        colour, width = theme.ink(name), self.width()
        end = QPointF(width - 6, y)
        path = QPainterPath(start)
        path.cubicTo(QPointF(width * 0.55, start.y()), QPointF(width * 0.35, y), end)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2, style, Qt.PenCapStyle.RoundCap))
        painter.drawPath(path)
        painter.setPen(QPen(colour, 2))
        # A ring where nothing has arrived yet, a disc where it has.
        painter.setBrush(colour if style is SOLID else theme.ink("surface"))
        painter.drawEllipse(end, 4, 4)
