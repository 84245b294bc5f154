"""Inactivity: who leaves the practice without taking the card leaves a locked program behind.

Every touch of the keyboard, the mouse, a pen or a screen stamps the time; one timer compares. What a hand
does enters by the windows, and by the field that has the focus when an input method or a dictation writes:
those are watched, not the application, whose filter would call Python for every event of every widget
(measured: 6 to 14 µs each, mostly to wrap what it is given). The first touch that comes too late finds the
page covered, and goes no further.

The clock goes on while the machine sleeps, else a computer closed at noon would show at two what it showed
at noon; and it is not the time of day, which whoever passes by could set back. Qt's own timers stop with the
machine, hence a look every two seconds rather than one long wait.

Reference: SSI/IE.38.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QTabletEvent,
    QTouchEvent,
    QWheelEvent,
)
from typing_extensions import override

EVERY = 2000  # ms between two looks at the clock
_TOUCHES = frozenset(
    (
        QInputMethodEvent,
        QKeyEvent,
        QMouseEvent,
        QNativeGestureEvent,
        QTabletEvent,
        QTouchEvent,
        QWheelEvent,
    )
)


def uptime() -> float:
    """Return seconds that never go back and go on while the machine sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)  # its monotonic clock stops with the machine
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)  # there it is time.monotonic() that stops
    return time.monotonic()  # on Windows it does not stop


class IdleWatch(QObject):
    """Tells when nobody has touched anything for `minutes`, while a session is open.

    `idle` is emitted once, then the watch rests until `start`. `clock` gives seconds; tests replace it.
    """

    idle = Signal()

    def __init__(self, minutes: float, parent: QObject, clock: Callable[[], float] = uptime) -> None:
        super().__init__(parent)
        self._clock = clock
        self._limit = self._last = 0.0  # seconds
        self._pointer: QPointF | None = None
        self._focus: QObject | None = None
        self._look = QTimer(self)
        self._look.timeout.connect(self._compare)
        self.set_minutes(minutes)

    @property
    def is_watching(self) -> bool:
        """True between `start` and the lock."""
        return self._look.isActive()

    def set_minutes(self, minutes: float) -> None:
        """Change the delay; what was already waited counts."""
        self._limit = minutes * 60.0
        self._look.setInterval(min(EVERY, round(self._limit * 250)))

    def start(self) -> None:
        """Watch from now on: a session opens."""
        self._last = self._clock()
        if self.is_watching:
            return
        self._look.start()
        application = _application()
        application.focusWindowChanged.connect(self._hear_windows)
        application.focusObjectChanged.connect(self._hear_field)
        self._hear_windows()
        self._hear_field(application.focusObject())

    def stop(self) -> None:
        """Watch no more: the page is covered."""
        if not self.is_watching:
            return
        self._look.stop()
        application = _application()
        application.focusWindowChanged.disconnect(self._hear_windows)
        application.focusObjectChanged.disconnect(self._hear_field)
        for window in QGuiApplication.topLevelWindows():
            window.removeEventFilter(self)
        self._hear_field(None)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if type(event) not in _TOUCHES or not self._is_of_somebody(event):
            return False
        now = self._clock()
        if now - self._last < self._limit:
            self._last = now
            return False
        self._tell()
        return True

    def _is_of_somebody(self, event: QEvent) -> bool:
        """Tell a hand from what the window system, or a book on the keyboard, makes of nothing.

        Only what comes from outside is spontaneous, save what an input method writes. A held key repeats
        itself, and a pointer that has not moved is told again when a window appears under it.
        """
        if isinstance(event, QKeyEvent):
            return event.spontaneous() and not event.isAutoRepeat()
        if isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseMove:
            before, self._pointer = self._pointer, event.globalPosition()
            return event.spontaneous() and self._pointer != before
        return event.spontaneous() or isinstance(event, QInputMethodEvent)

    def _hear_windows(self, _focused: object = None) -> None:
        for window in QGuiApplication.topLevelWindows():
            window.installEventFilter(self)  # once: it takes the place of the one there was

    def _hear_field(self, field: QObject | None) -> None:
        if self._focus is not None:
            with contextlib.suppress(RuntimeError):  # it was deleted meanwhile
                self._focus.removeEventFilter(self)
        self._focus = field
        if field is not None:
            field.installEventFilter(self)

    def _compare(self) -> None:
        self._hear_windows()  # a window that never had the focus
        if self._clock() - self._last >= self._limit:
            self._tell()

    def _tell(self) -> None:
        self.stop()
        self.idle.emit()


def _application() -> QGuiApplication:
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)  # noqa: S101 - a watch belongs to a window
    return application
