"""Fields for codes: digits that are never shown, and forgotten as soon as they are out of sight.

What is typed lives in the editor only: no undo memory, no copy, no menu, no keyboard that learns it.
"""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, Qt
from PySide6.QtGui import QHideEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit
from typing_extensions import override


class Secret(QLineEdit):
    """A field of `digits` digits; `name` is its objectName."""

    def __init__(self, digits: int, name: str) -> None:
        super().__init__()
        self.digits = digits
        self.setObjectName(name)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(digits)
        self.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]*"), self))
        hints = Qt.InputMethodHint
        self.setInputMethodHints(
            hints.ImhDigitsOnly | hints.ImhSensitiveData | hints.ImhHiddenText | hints.ImhNoPredictiveText
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)

    @property
    def is_whole(self) -> bool:
        """True when every digit is there."""
        return len(self.text()) == self.digits

    def take(self) -> str:
        """Return what was typed, and forget it."""
        typed = self.text()
        self.wipe()
        return typed

    def wipe(self) -> None:
        """Forget what was typed, and the editor's own memory of it."""
        self.setText("")

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.wipe()
