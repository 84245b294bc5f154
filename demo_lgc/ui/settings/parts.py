"""The parts the pages of « Administration » are made of: a line that says how something stands, a choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from typing_extensions import override

from demo_lgc.ui import theme
from demo_lgc.ui.widgets.chip import Chip
from demo_lgc.ui.widgets.layout import Part, clear, col, plain, row, rule, scroll
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.text import Icon, Text

WIDE = 680  # pixels of a form; interface §1.2
PAD = 16


class Section(Page):
    """One page of « Administration »: a title, a sentence, and what can be set or read under them.

    Built with `fills` its last part takes the height that is left; else it scrolls when it is too high.
    """

    def __init__(self, title: str, said: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._said = said

    def build(self, *parts: Part, action: QWidget | None = None, fills: bool = False) -> None:
        """Lay the page out; `action` stands at the right of its title."""
        right: tuple[Part, ...] = (action,) if action is not None else ()
        head = plain(row(Text(self.accessibleName(), "title"), None, *right))
        head.setMinimumHeight(theme.CONTROL)
        under: tuple[Part, ...] = () if fills else (None,)
        said = Text(self._said, "small", "text2", wrap=True)
        inner = plain(col(head, said, 4, *parts, *under, gap=12))
        inner.setMaximumWidth(WIDE)
        framed = plain(row((inner, 1000), (None, 1), gap=0, margins=(24, 20, 24, 20)))
        self.setLayout(col(framed if fills else scroll(framed)))


class Line(QWidget):
    """An icon, a name, a second line and, at the right, a chip: how one thing stands."""

    def __init__(
        self, icon: str, name: str, detail: str = "", state: str = "", tone: str = "neutral", mark: str = ""
    ) -> None:
        super().__init__()
        said = Text(name, "small", weight=500, elide=True)
        lines: list[Part] = [said]
        if detail:
            lines.append(Text(detail, "caption", "text2", elide=True))
        parts: list[Part] = [Icon(icon, "text2", 18), (col(*lines, gap=2), 1)]
        if state:
            parts.append(Chip(state, mark, tone))
        self.setLayout(row(*parts, gap=12, margins=(PAD, 9, PAD, 9)))
        self.setAccessibleName(", ".join(part for part in (name, detail, state) if part))
        self.setMinimumHeight(theme.ROW)


class Lines(QWidget):
    """Lines one under the other, with a rule between them."""

    def __init__(self) -> None:
        super().__init__()
        self._lines = col(gap=0)
        self.setLayout(self._lines)

    def show_lines(self, lines: Sequence[QWidget]) -> None:
        """Show other lines."""
        clear(self._lines)
        for rank, line in enumerate(lines):
            if rank:
                self._lines.addWidget(rule())
            self._lines.addWidget(line)
            line.show()  # a layout shows what it is given at the next turn of the loop only


class Choice(QComboBox):
    """One value among a few. The wheel scrolls the page instead: a setting is kept as soon as it changes.

    `chosen` carries the value the doctor took.
    """

    chosen = Signal(object)

    def __init__(self, values: Sequence[Any], say: Callable[[Any], str], name: str) -> None:
        super().__init__()
        self._say, self._values = say, list(values)
        self.setObjectName(name)
        self.setFont(theme.font("small"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.addItems([say(value) for value in values])
        self.activated.connect(lambda rank: self.chosen.emit(self._values[rank]))

    def show_value(self, value: Any) -> None:
        """Show the value that is set, which may be none of those proposed."""
        if value not in self._values:
            self._values.append(value)
            self.addItem(self._say(value))
        self.setCurrentIndex(self._values.index(value))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class PathField(QLineEdit):
    """A path typed by hand. Ctrl+Z takes back what was typed, then what was kept: `undo_asked`."""

    undo_asked = Signal()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo) and not self.isUndoAvailable():
            self.undo_asked.emit()
            return
        super().keyPressEvent(event)
