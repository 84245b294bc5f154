"""The focus painted around what is read, when the keyboard came to it by Tab: for a text as for a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from typing_extensions import override

from demo_lgc.ui import theme

BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractScrollArea as _ScrollArea
else:
    _ScrollArea = object  # Qt allows one of its classes only among the bases of a class


class Ringed(_ScrollArea):
    """Put before a class of Qt that scrolls: it shows its focus on the edge of its viewport."""

    _ringed = False

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ringed = event.reason() in BY_KEYBOARD
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ringed = False
        self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._ringed:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(theme.ink("focus"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
            painter.end()
