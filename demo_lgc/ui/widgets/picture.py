"""A widget painted once: its picture is kept until what it shows, its size or the theme changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.ui import theme


class PaintedOnce(QWidget):
    """Whoever derives from it says how to paint in `paint_on`, and draws `picture` in its `paintEvent`."""

    def __init__(self) -> None:
        super().__init__()
        self._picture: QPixmap | None = None

    def paint_on(self, painter: QPainter) -> None:
        """Paint everything that stays; the ground is that of a surface."""
        raise NotImplementedError

    def picture(self) -> QPixmap:
        """Return the picture, painted now when it was forgotten."""
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            made = QPixmap(self.size() * ratio)
            made.setDevicePixelRatio(ratio)
            made.fill(theme.ink("surface"))
            painter = QPainter(made)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_on(painter)
            painter.end()
            self._picture = made
        return self._picture

    def forget(self) -> None:
        """Forget the picture, and what was laid out for it; it is painted again when it is next seen."""
        self._picture = None
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.forget()
        super().resizeEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if theme.is_new_look(event):
            self.forget()
        super().changeEvent(event)
