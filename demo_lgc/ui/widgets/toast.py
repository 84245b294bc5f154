"""A passing word at the bottom left, for what went well: six seconds, one line. Never an error."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent
from PySide6.QtWidgets import QFrame, QWidget
from typing_extensions import override

from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.layout import clear, row
from demo_lgc.ui.widgets.text import Icon, Text

LASTS, MARGIN = 6000, 20  # ms, pixels


class Toast(QFrame):
    """One toast over a widget: a new one takes the place of the one before. It stays while it is hovered."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        self.setProperty("role", "toast")
        self._words = Text("", "small", "on_tip", weight=500)
        self._actions = row(gap=4)
        self.setLayout(
            row(Icon("sent", "on_tip", 16), self._words, self._actions, gap=10, margins=(14, 8, 14, 8))
        )
        self._timer = QTimer(self, singleShot=True, interval=LASTS)
        self._timer.timeout.connect(self.hide)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, or said last."""
        return self._words.text()

    def say(self, text: str, action: str = "", on: Callable[[], object] | None = None) -> None:
        """Show a toast; screen readers speak it."""
        clear(self._actions)
        self._words.setText(text)
        if action:
            act = button(action, kind="toast", on=on)
            self._actions.addWidget(act)
            act.show()  # now: what is not shown yet has no room in the size that is asked below
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._timer.start()

    def _place(self) -> None:
        self.adjustSize()
        self.move(MARGIN, self._over.height() - self.height() - MARGIN)
