"""Fields: the label above, the hint under, and the error in place of the hint."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget

from demo_lgc.ui import theme
from demo_lgc.ui.widgets.layout import col, plain, row
from demo_lgc.ui.widgets.text import Icon, Text


class Field(QWidget):
    """An editor with its label, and one line under it that gives a hint or says what is wrong.

    With `steady` the line keeps its place while it is empty, so that nothing under it moves.
    """

    def __init__(self, label: str, editor: QWidget, hint: str = "", *, steady: bool = False) -> None:
        super().__init__()
        self.editor = editor
        self.label = Text(label, "small", "text2", weight=500)
        self.label.setBuddy(editor)
        editor.setAccessibleName(label)
        self._hint, self._tone = hint, "text3"
        self._below = Text(hint, "caption", "text3", wrap=True)
        self._mark = Icon("failed", "danger", 14)
        self._foot = plain(row(self._mark, (self._below, 1), gap=6))
        self._error = ""
        self._steady = steady
        self._foot.setMinimumHeight(self._below.fontMetrics().height())
        self.setLayout(col(self.label, editor, self._foot, gap=5))
        self._show()

    @property
    def error(self) -> str:
        """What is wrong, empty when nothing is."""
        return self._error

    @property
    def hint(self) -> str:
        """The hint, shown when nothing is wrong."""
        return self._hint

    def set_hint(self, hint: str, tone: str = "text3") -> None:
        """Show another hint; in the tone « warn » it wears the sign of a warning."""
        self._hint, self._tone = hint, tone
        self._show()

    def set_error(self, error: str) -> None:
        """Say what is wrong, in place of the hint; an empty string takes it away."""
        self._error = error
        self._show()
        if error and self.isVisible():
            QAccessible.updateAccessibility(QAccessibleEvent(self.editor, QAccessible.Event.Alert))

    def _show(self) -> None:
        words = self._error or self._hint
        self._below.setText(words)
        tone = "danger" if self._error else self._tone
        self._below.set_tone(tone)
        self._mark.set("message-warn" if tone == "warn" else "failed", tone)
        self._mark.setVisible(bool(words) and tone in ("danger", "warn"))
        self._foot.setVisible(self._steady or bool(words))
        self.editor.setAccessibleDescription(words)
        theme.restyle(self.editor, state="error" if self._error else "")
