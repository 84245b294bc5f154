"""Waiting, said quietly: nothing under 300 ms, then four pixels on the top edge of the part concerned."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.ui import theme

DELAY, STEP, HEIGHT = 300, 40, 4  # ms before it shows, ms between two drawings, pixels


class Busy(QWidget):
    """A thin bar over the top edge of `over`; `start` and `stop` may be nested."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._depth, self._phase = 0, 0.0
        self._delay = QTimer(self, singleShot=True, interval=DELAY)
        self._delay.timeout.connect(self._appear)
        self._tick = QTimer(self, interval=STEP)
        self._tick.timeout.connect(self._step)
        over.installEventFilter(self)
        self.hide()

    def start(self, words: str = "") -> None:
        """Something has begun; `words` is spoken to screen readers."""
        self._depth += 1
        self.setAccessibleName(words)
        if self._depth == 1:
            self._delay.start()

    def stop(self) -> None:
        """It has ended."""
        self._depth = max(0, self._depth - 1)
        if not self._depth:
            self._delay.stop()
            self._tick.stop()
            self.hide()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(0, 0, watched.width(), HEIGHT)
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.ink("accent_soft"))
        width = float(self.width())
        bar = QRectF(width * (self._phase * 1.3 - 0.3), 0, width * 0.3, HEIGHT)
        painter.fillRect(bar, theme.ink("accent"))

    def _appear(self) -> None:
        self.setGeometry(0, 0, self._over.width(), HEIGHT)
        self.raise_()
        self.show()
        self._tick.start()

    def _step(self) -> None:
        self._phase = (self._phase + STEP / 1600) % 1.0
        self.update()
