"""What stands in place of the rows when there are none: an icon, one sentence, at most one action."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.layout import col, row
from demo_lgc.ui.widgets.text import Icon, Text


class EmptyState(QWidget):
    """An empty place, explained."""

    def __init__(
        self, icon: str, sentence: str, action: str = "", on: Callable[[], object] | None = None
    ) -> None:
        super().__init__()
        self.sentence = Text(sentence, "small", "text2", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.icon = Icon(icon, "text3", 28)
        acts = (button(action, kind="link", on=on),) if action else ()
        self.setLayout(
            col(
                None,
                row(None, self.icon, None),
                self.sentence,
                *(row(None, act, None) for act in acts),
                None,
                gap=8,
                margins=(24, 16, 24, 16),
            )
        )
