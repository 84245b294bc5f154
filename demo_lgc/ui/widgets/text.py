"""Words and pictures of the page: labels on the type scale, and icons that follow the theme."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

from demo_lgc.ui import icons, theme


class Text(QLabel):
    """A label on a step of the type scale. What it shows is plain text, never markup.

    `kind` is a step of `theme.TYPE`; `tone` a token or a tone; `elide` cuts with an ellipsis and shows the
    whole text in a tooltip; `wrap` breaks lines; `tabular` aligns figures; `weight` replaces the step's.
    """

    def __init__(
        self,
        text: str = "",
        kind: str = "small",
        tone: str = "text",
        *,
        elide: bool = False,
        wrap: bool = False,
        tabular: bool = False,
        weight: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(kind, tabular=tabular, weight=weight))
        self._tone, self._elide = tone, elide
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Write the words in another tone."""
        if tone != self._tone:
            self._tone = tone
            theme.restyle(self, tone=tone)

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell()

    @override
    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        if self._elide:
            hint.setWidth(min(hint.width(), self.fontMetrics().averageCharWidth() * 5))
        return hint

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elide:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(theme.ink(self._tone if self.isEnabled() else "text3"))
        painter.drawText(self.contentsRect(), int(self.alignment()), self._cut())

    def _cut(self) -> str:
        return elided(self.fontMetrics(), self.text(), self.contentsRect().width())

    def _tell(self) -> None:
        if self._elide:
            self.setToolTip(plain_tip(self.text()) if self._cut() != self.text() else "")


class Icon(QLabel):
    """A picture in a tone; `say` is its word, for the tooltip and for screen readers."""

    def __init__(self, name: str, tone: str = "text2", size: int = 16, say: str = "") -> None:
        super().__init__()
        self._name, self._tone, self._size = name, tone, size
        self.setFixedSize(size, size)
        self.set(name, tone, say)

    def set(self, name: str, tone: str, say: str = "") -> None:
        """Show another picture."""
        self._name, self._tone = name, tone
        self.setAccessibleName(say)
        self.setToolTip(say)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._name:
            icons.paint(QPainter(self), self._name, theme.tokens().ink(self._tone), 0, 0, self._size)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_new_look(event):
            self.update()


def kbd(keys: str) -> Text:
    """Return the keys of a shortcut, drawn as on a keyboard."""
    result = Text(keys, "caption", "text3")
    result.setProperty("role", "kbd")
    result.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return result


def plain_tip(text: str) -> str:
    """Return a text as a tooltip that shows it word for word.

    A tooltip guesses whether it is HTML: what a patient is called, or a service said, is not.
    """
    return escape(text) if "<" in text else text


def elided(metrics: QFontMetrics, text: str, width: int) -> str:
    """Return the text, cut at the right with an ellipsis when it is wider than `width` pixels."""
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
