"""What the panels of the login have in common: a heading, one thing to do, and a way back.

A panel says what the doctor asked by signals and draws what the flows answer. Out of sight it forgets what
was typed in it.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.ui.widgets.strip import Strip

UNDER = 14  # pixels between the heading and what a panel says first


class Panel(QWidget):
    """One state of the login. `left` asks to go back (Échap), `headed` follows the heading."""

    left = Signal()
    headed = Signal()

    def __init__(self, title: str, subtitle: str = "") -> None:
        super().__init__()
        self.title, self.subtitle = title, subtitle
        self.trouble = Strip()
        self.trouble.setParent(self)  # also where no layout takes it: a lost widget dies when it wants
        self.is_busy = False
        self.setAccessibleName(title)

    def head(self, title: str, subtitle: str = "") -> None:
        """Give the panel another heading."""
        self.title, self.subtitle = title, subtitle
        self.setAccessibleName(title)
        self.headed.emit()

    @property
    def first(self) -> QWidget:
        """Where the keyboard goes when the panel comes into sight. Each panel says."""
        raise NotImplementedError

    def set_busy(self, busy: bool) -> None:
        """Slow work began or ended: nothing can be typed or asked meanwhile."""
        if busy == self.is_busy:
            return
        self.is_busy = busy
        if busy and self.isVisible():
            self.setFocus()  # what is disabled would hand the keyboard to whatever follows the panel
        self.refresh()
        if not busy:
            self.focus_first()

    def refresh(self) -> None:
        """Enable what can be used now."""
        self.setEnabled(not self.is_busy)

    def wipe(self) -> None:
        """Forget what was typed and what was said of it."""
        self.trouble.silence()

    def go_back(self) -> None:
        """Leave the panel, unless slow work has to end first."""
        if not self.is_busy:
            self.left.emit()

    def focus_first(self) -> None:
        """Bring the keyboard to the first thing to do."""
        if self.isVisible() and self.first.isEnabled():
            self.first.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.go_back()
        else:
            super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.focus_first()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # a window put aside, to read a telephone, comes back as it was
            self.wipe()
