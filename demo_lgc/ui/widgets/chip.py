"""Chips: an icon and a word on a soft ground. Never a colour alone.

A tone that ends with « ! » is filled: kept for a critical result.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy
from typing_extensions import override

from demo_lgc.ui import icons, theme
from demo_lgc.ui.widgets.text import elided


def chip_font() -> QFont:
    """Return the face of chips."""
    return theme.font("caption", weight=500)


def chip_size(metrics: QFontMetrics, text: str, icon: str) -> QSize:
    """Return the room a chip needs."""
    words = metrics.horizontalAdvance(text)
    return QSize(
        words + (18 if icon and text else 14 if icon else 0) + 18, max(theme.CHIP, metrics.height() + 6)
    )


def paint_chip(
    painter: QPainter, rect: QRect, text: str, icon: str = "", tone: str = "neutral", *, outline: bool = False
) -> None:
    """Paint a chip in `rect`, cutting its word when the room is short."""
    t = theme.tokens()
    ink, ground = t.tone(tone.removesuffix("!"))
    if tone.endswith("!"):
        ink, ground = t.surface, ink
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edged = outline or t.name == "contrast"
    painter.setPen(QPen(QColor(ink), 1) if edged else Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if outline else QColor(ground))
    body = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
    left = rect.left() + 9
    if icon:
        icons.paint(painter, icon, ink, left - 1, rect.top() + (rect.height() - 14) / 2, 14, 2.2)
        left += 17
    painter.setPen(QColor(ink))
    painter.setFont(chip_font())
    room = QRect(left, rect.top(), rect.right() - left - 6, rect.height())
    painter.drawText(
        room, Qt.AlignmentFlag.AlignVCenter, elided(painter.fontMetrics(), text, room.width() + 2)
    )
    painter.restore()


class Chip(QLabel):
    """A fact: it cannot be clicked."""

    def __init__(
        self, text: str = "", icon: str = "", tone: str = "neutral", *, outline: bool = False
    ) -> None:
        super().__init__()
        self._icon, self._tone, self._outline = icon, tone, outline
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(chip_font())
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set(text, icon, tone)

    @property
    def tone(self) -> str:
        """The tone it is painted in."""
        return self._tone

    def set(self, text: str, icon: str = "", tone: str = "neutral", tip: str = "") -> None:
        """Show another fact."""
        self._icon, self._tone = icon, tone
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return chip_size(self.fontMetrics(), self.text(), self._icon)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 64), self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        paint_chip(QPainter(self), self.rect(), self.text(), self._icon, self._tone, outline=self._outline)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_new_look(event):
            self.update()


class ChipButton(QAbstractButton):
    """A chip that opens what it speaks of: pointer, focus ring, and a verb in its tooltip."""

    def __init__(self, text: str = "", icon: str = "", tone: str = "neutral", tip: str = "") -> None:
        super().__init__()
        self._icon, self._tone = icon, tone
        self.setFont(chip_font())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set(text, icon, tone, tip)

    def set(self, text: str, icon: str = "", tone: str = "neutral", tip: str = "") -> None:
        """Show another fact."""
        self._icon, self._tone = icon, tone
        self.setText(text)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.setToolTip(tip)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return chip_size(self.fontMetrics(), self.text(), self._icon) + QSize(4, 4)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        body = self.rect().adjusted(2, 2, -2, -2)
        paint_chip(painter, body, self.text(), self._icon, self._tone, outline=self.underMouse())
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.ink("focus"), 2))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(1, 1, -1, -1), self.height() / 2, self.height() / 2
            )

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_new_look(event):
            self.update()
