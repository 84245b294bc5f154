"""A page hands its focus to what it is for, without Qt's focus proxy.

A proxy that stands before its own target in the Tab chain stops Tab there (Qt 6.11): what follows on the
page could not be reached by the keyboard.
"""

from __future__ import annotations

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override


class Page(QWidget):
    """A widget that gives its focus to `first`, once it is named."""

    first: QWidget | None = None

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.first is not None:
            self.first.setFocus(event.reason())
