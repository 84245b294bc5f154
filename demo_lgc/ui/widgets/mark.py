"""The mark of the program: one stem, two branches."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.ui import theme


def y_path(rect: QRectF) -> QPainterPath:
    """Return the Y that stands in `rect`: from the middle of its foot to its two upper corners."""
    middle, height = rect.center().x(), rect.height()
    foot, fork = QPointF(middle, rect.bottom()), QPointF(middle, rect.top() + height * 0.6)
    path = QPainterPath(foot)
    path.lineTo(fork)
    for corner in (rect.topLeft(), rect.topRight()):
        path.moveTo(fork)
        path.cubicTo(
            QPointF(middle, fork.y() - height * 0.3), QPointF(corner.x(), corner.y() + height * 0.4), corner
        )
    return path


def pen(colour: str | QColor, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """Return a pen with round ends."""
    return QPen(QColor(colour), width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


class Mark(QWidget):
    """The Y in its three colours: the practice at the foot, the DMP and MSSanté at the branches."""

    def __init__(self, size: int = 26) -> None:
        super().__init__()
        self.setFixedSize(size, size)
        self.setAccessibleName("demo_lgc")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, t, side = QPainter(self), theme.tokens(), float(self.width())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(side * 0.2, side * 0.2, side * 0.6, side * 0.62)
        painter.setPen(pen(t.accent, side * 0.11))
        painter.drawPath(y_path(rect))
        painter.setPen(Qt.PenStyle.NoPen)
        foot = QPointF(rect.center().x(), rect.bottom())
        for centre, colour in ((rect.topLeft(), t.dmp), (rect.topRight(), t.mss), (foot, t.accent)):
            painter.setBrush(QColor(colour))
            painter.drawEllipse(centre, side * 0.13, side * 0.13)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_new_look(event):
            self.update()
