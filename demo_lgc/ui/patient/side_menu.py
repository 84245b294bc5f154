"""The pages of a record, at the left; a rail of icons when the window is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame

from demo_lgc.ui import theme
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.layout import col
from demo_lgc.ui.widgets.text import Text

WIDTH, RAIL = 224, 56


@dataclass(frozen=True)
class Entry:
    """A page: its name in the program, its title, its icon, its key as shown."""

    name: str
    title: str
    icon: str
    key: str


class SideMenu(QFrame):
    """The menu. `chosen` carries the name of a page."""

    chosen = Signal(str)

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.setProperty("role", "pane")
        self.setAccessibleName(self.tr("Pages du dossier"))
        self._entries = {entry.name: entry for entry in entries}
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._buttons = {}
        for entry in entries:
            made = button(entry.title, entry.icon, "menu", checked=False, name=f"record.menu.{entry.name}")
            made.setAccessibleName(entry.title)
            made.clicked.connect(lambda _on=False, name=entry.name: self._choose(name))
            self._buttons[entry.name] = made
        self._foot = Text("", "caption", "text3", tabular=True)
        self.setLayout(col(*self._buttons.values(), None, self._foot, gap=1, margins=(8, 10, 8, 12)))
        self.set_narrow(False)

    def show_page(self, name: str) -> None:
        """Select the row of a page; none for a page that is not in the menu."""
        for one, made in self._buttons.items():
            made.setChecked(one == name)

    def show_opened(self, hour: str) -> None:
        """Say since when the record is open."""
        self._foot.setText(self.tr("Dossier ouvert à %1").replace("%1", hour))

    def set_narrow(self, narrow: bool) -> None:
        """Become a rail of icons, or a menu again."""
        self.setFixedWidth(RAIL if narrow else WIDTH)
        self._foot.setVisible(not narrow)
        for name, made in self._buttons.items():
            entry = self._entries[name]
            made.setText("" if narrow else entry.title)
            made.set_icon(entry.icon)
            words = f"{entry.title} ({entry.key})"
            made.setToolTip(words)
            theme.restyle(made, role="rail" if narrow else "")

    def _choose(self, name: str) -> None:
        self.show_page(name)
        self.chosen.emit(name)
