"""The left half of the login: the Y, large and quiet, and the three things one code opens."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from demo_lgc.ui import icons, theme
from demo_lgc.ui.widgets.mark import pen, y_path

RADIUS = 36.0


class Hero(QWidget):
    """A drawing: the practice at the foot, the DMP and the secure mail at the branches."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._places = (
            ("origin-dmp", "dmp", self.tr("DMP de vos patients")),
            ("origin-mss", "mss", self.tr("Messagerie MSSanté")),
            ("origin-practice", "accent", self.tr("Dossiers du cabinet")),
        )
        self.setAccessibleName(", ".join(words for _, _, words in self._places))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(400, 440)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, t = QPainter(self), theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        grounds = {"light": t.accent_soft, "dark": t.sunken}
        painter.fillRect(self.rect(), QColor(grounds.get(t.name, t.window)))
        reach = max(104.0, min(150.0, self.width() / 2 - 120))
        middle = QPointF(self.width() / 2, self.height() * 0.47)
        rect = QRectF(middle.x() - reach, middle.y() - 130, reach * 2, 270)
        painter.setPen(pen(t.accent, 3))
        painter.drawPath(y_path(rect))
        foot = QPointF(rect.center().x(), rect.bottom())
        for centre, place in zip((rect.topLeft(), rect.topRight(), foot), self._places, strict=True):
            self._place(painter, centre, *place, under=centre is foot)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_new_look(event):
            self.update()

    def _place(
        self, painter: QPainter, centre: QPointF, icon: str, tone: str, words: str, *, under: bool
    ) -> None:
        t = theme.tokens()
        painter.setPen(pen(t.ink(tone), 2))
        painter.setBrush(QColor(t.surface))
        painter.drawEllipse(centre, RADIUS, RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        icons.paint(painter, icon, t.ink(tone), centre.x() - 14, centre.y() - 14, 28, 1.6)
        painter.setFont(theme.font("strong"))
        painter.setPen(QColor(t.text))
        top = centre.y() + (RADIUS + 10 if under else -RADIUS - 34)
        painter.drawText(QRectF(centre.x() - 130, top, 260, 24), Qt.AlignmentFlag.AlignCenter, words)
