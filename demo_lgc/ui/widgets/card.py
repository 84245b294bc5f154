"""Cards: a white surface with a title, on the grey of the window."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from demo_lgc.ui.widgets.layout import Margins, Part, col, plain, row
from demo_lgc.ui.widgets.text import Text

HEAD = 46


class Card(QFrame):
    """A titled surface: a header of 46 pixels (title, count, action at the right), then its parts."""

    def __init__(
        self,
        title: str,
        *parts: Part,
        count: str = "",
        action: QWidget | None = None,
        margins: Margins = (0, 0, 0, 6),
        gap: int = 0,
    ) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(title)
        self.title = Text(title, "section")
        self._count = Text(count, "small", "text3", tabular=True)
        right: tuple[Part, ...] = (action,) if action is not None else ()
        head = plain(row(self.title, self._count, None, *right, gap=8, margins=(16, 4, 10, 4)))
        head.setMinimumHeight(HEAD)
        self.setLayout(col(head, *parts, gap=gap, margins=margins))

    def set_count(self, count: str) -> None:
        """Show a number beside the title; nothing when empty."""
        self._count.setText(count)
