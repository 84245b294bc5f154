"""The one thing shown when the practice cannot be opened: what happened, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from typing_extensions import override

from demo_lgc.ui.errors import Explanation
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.layout import col, row
from demo_lgc.ui.widgets.mark import Mark
from demo_lgc.ui.widgets.text import Text


class CannotOpen(QDialog):
    """A small window of its own; closing it ends the program."""

    def __init__(self, words: Explanation) -> None:
        super().__init__()
        self.setObjectName("cannot-open")
        self.setWindowTitle("demo_lgc")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        close = button(self.tr("Fermer"), kind="primary", name="cannot-open.close", on=self.accept)
        said = col(
            Mark(32),
            8,
            Text(words.title, "title", wrap=True),
            Text(words.detail, "body", "text2", wrap=True),
            16,
            row(None, close),
            gap=6,
            margins=(28, 24, 28, 20),
        )
        self.setLayout(said)
        self.setAccessibleName(f"{words.title} {words.detail}".strip())
        self.setFixedWidth(460)
        close.setFocus()

    @override
    def reject(self) -> None:
        """Échap closes too."""
        self.accept()
