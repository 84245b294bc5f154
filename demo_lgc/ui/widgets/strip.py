"""Inline messages: what a page has to say is said in the page, never in a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame

from demo_lgc.ui import theme
from demo_lgc.ui.widgets.buttons import Button, button
from demo_lgc.ui.widgets.layout import clear, col, row
from demo_lgc.ui.widgets.text import Icon, Text


class Strip(QFrame):
    """A message: tone neutral, ok, warn, danger or accent; one sentence, a second line, two buttons at most.

    Without words it is hidden and takes no room.
    """

    def __init__(self, tone: str = "neutral", text: str = "", detail: str = "", icon: str = "") -> None:
        super().__init__()
        self.setProperty("role", "strip")
        self._icon = Icon("", "text2", 18)
        self._text = Text("", "small", wrap=True, weight=500)
        self._detail = Text("", "caption", "text2", wrap=True)
        self._actions = row(gap=6)
        words = col(self._text, self._detail, gap=2)
        self.setLayout(row(self._icon, (words, 1), self._actions, gap=10, margins=(12, 8, 8, 8)))
        self.say(tone, text, detail, icon)

    @property
    def text(self) -> str:
        """The sentence shown."""
        return self._text.text()

    @property
    def detail(self) -> str:
        """The second line shown."""
        return self._detail.text()

    def say(self, tone: str, text: str, detail: str = "", icon: str = "") -> None:
        """Show a message without buttons; screen readers speak it."""
        clear(self._actions)
        self._icon.set(icon or f"message-{tone}", tone)
        self._text.setText(text)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.setAccessibleName(" ".join(part for part in (text, detail) if part))
        theme.restyle(self, tone=tone)
        self.setVisible(bool(text))
        if text and self.isVisible():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def silence(self) -> None:
        """Show nothing."""
        self.say("neutral", "")

    def add_action(
        self, text: str, on: Callable[[], object], kind: str = "plain", *, name: str = ""
    ) -> Button:
        """Add a button at the right and return it."""
        made = button(text, kind=kind, name=name, on=on)
        self._actions.addWidget(made)
        made.show()  # a layout shows what it is given at the next turn of the loop only
        return made
