"""What stands above every page: the mark, the places, the search, the state of the line, who is working."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu
from typing_extensions import override

from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.widgets.buttons import Button, IconButton, button
from demo_lgc.ui.widgets.chip import Chip, ChipButton
from demo_lgc.ui.widgets.layout import row
from demo_lgc.ui.widgets.mark import Mark
from demo_lgc.ui.widgets.search import SearchBox
from demo_lgc.ui.widgets.text import Icon, Text, elided

NAMES = (170, 120, 72, 48)  # pixels for the name on a record's tab, from a roomy bar to a crowded one
BRIEF, SIGNS, ALONE = (
    1,
    2,
    3,
)  # from which step the holder is named briefly, the state is a sign, it is not named
NARROWEST = 720  # pixels: 1440 on a screen scaled at 200 %


class TopBar(QFrame):
    """The bar of 52 pixels. Places: Accueil, the open records, Envois with how many wait."""

    home_asked = Signal()
    outbox_asked = Signal()
    record_asked = Signal(int)
    lock_asked = Signal()
    about_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setFixedHeight(theme.BAR)
        self._waiting, self._online, self._holder, self._by_card = 0, True, ("", ""), True
        self._told: tuple[object, ...] = ()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.home = self._place(self.tr("Accueil"), "house", "top.home", shortcuts.tip("home"))
        self.home.clicked.connect(self.home_asked)
        self.outbox = self._place(self.tr("Envois"), "send", "top.outbox", shortcuts.tip("outbox"))
        self.outbox.clicked.connect(self.outbox_asked)
        self._count = Chip("", tone="accent")
        self._count.hide()
        self._records: dict[int, Button] = {}
        self._record_row = row(gap=8)
        self.search = SearchBox()
        self.search.setToolTip(shortcuts.tip("search"))
        self.state = ChipButton("", "connected", "ok")
        self.state.setObjectName("top.state")
        self.state.clicked.connect(self.outbox_asked)
        self._person = Text("", weight=500, tone="text2", elide=True)
        self._person.setObjectName("top.holder")
        self.more = IconButton("ellipsis", self.tr("Plus"), tip=self.tr("Plus\u00a0: verrouiller, à propos"))
        self.more.setObjectName("top.more")
        self._make_menu()
        left = row(self.home, self.outbox, self._count, self._record_row, gap=8)
        self._badge = Icon("card")
        self._badge.setObjectName("top.badge")
        right = row(self.state, 4, self._badge, self._person, self.more, gap=8)
        self.setLayout(
            row(
                Mark(26),
                8,
                left,
                (None, 1),
                (self.search, 4),
                (None, 1),
                right,
                gap=8,
                margins=(16, 0, 12, 0),
            )
        )
        self._show_state()

    def add_record(self, patient_id: int, name: str) -> None:
        """Add the place of an open record, or rename it."""
        if patient_id not in self._records:
            made = self._place("", "user", f"top.record.{patient_id}")
            made.clicked.connect(lambda: self.record_asked.emit(patient_id))
            self._records[patient_id] = made
            self._record_row.addWidget(made)
            made.show()  # a layout does it at the next turn of the loop only
            before = list(self._records.values())[-2:-1] or [self.outbox]
            QFrame.setTabOrder(before[0], made)  # Tab follows the eyes, not the order of the openings
        tab = self._records[patient_id]
        tab.setAccessibleName(name)
        tab.setToolTip(name)
        self._fold()

    def drop_record(self, patient_id: int) -> None:
        """Take away the place of a record."""
        tab = self._records.pop(patient_id, None)
        if tab is not None:
            self._group.removeButton(tab)
            self._record_row.removeWidget(tab)
            tab.hide()
            tab.deleteLater()
            self._fold()

    def show_place(self, place: str | int) -> None:
        """Underline « home », « outbox » or the id of a record."""
        places = {"home": self.home, "outbox": self.outbox}
        tab = self._records.get(place) if isinstance(place, int) else places[place]
        if tab is not None:
            tab.setChecked(True)

    def show_holder(self, name: str, brief: str, *, by_card: bool = True) -> None:
        """Name who is working, and with what; `brief` is shown when the bar is short."""
        self._holder, self._by_card = (name, brief), by_card
        self._fold()

    def show_waiting(self, count: int) -> None:
        """Say how many deliveries are open."""
        self._waiting = count
        self._show_state()

    def show_online(self, online: bool) -> None:
        """Say whether the services answer."""
        self._online = online
        self._show_state()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(NARROWEST, theme.BAR)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_new_look(event):
            self.update()

    def _place(self, text: str, icon: str, name: str, tip: str = "") -> Button:
        made = button(text, icon, "tab", name=name, tip=tip, checked=False)
        self._group.addButton(made)
        return made

    def _make_menu(self) -> None:
        menu = QMenu(self.more)
        menu.addAction(self.tr("Verrouiller")).triggered.connect(self.lock_asked)
        menu.addAction(self.tr("À propos")).triggered.connect(self.about_asked)
        self.more.setMenu(menu)

    def _show_state(self) -> None:
        count = self._waiting
        self._count.set(str(count), tone="accent", tip=self.tr("Envois qui attendent"))
        self._count.setVisible(count > 0)
        self._fold()

    def _state(self) -> tuple[str, str, str]:
        if not self._online:
            return self.tr("Hors ligne"), "offline", "warn"
        if self._waiting == 1:
            return self.tr("1\u00a0envoi en attente"), "waiting", "neutral"
        if self._waiting:
            words = self.tr("{n}\u00a0envois en attente").format(n=self._waiting)
            return words, "waiting", "neutral"
        return self.tr("Connecté"), "connected", "ok"

    def _fold(self) -> None:
        """Say as much as the width allows; what is not written stays in the tooltips."""
        names = tuple(tab.accessibleName() for tab in self._records.values())
        told = (self.width(), self._state(), self._holder, self._by_card, names)
        if told == self._told:
            return
        self._told = told
        layout = self.layout()
        spare = self.search.sizeHint().width() - self.search.minimumWidth()
        for step in range(len(NAMES)):
            self._write(step)
            if layout is not None:
                layout.invalidate()
                layout.activate()
                if layout.sizeHint().width() - spare <= self.width():
                    return

    def _write(self, step: int) -> None:
        words, icon, tone = self._state()
        see = self.tr("Voir les envois")
        self.state.set(words if step < SIGNS else "", icon, tone, see if step < SIGNS else words)
        self.state.setAccessibleName(words)
        name, brief = self._holder
        short = step >= BRIEF or self.width() < theme.NARROW
        self._person.setText("" if step >= ALONE else brief if short else name)
        self._person.setAccessibleName(name)
        without = self.tr("{name}, session sans carte").format(name=name)
        self._badge.set("card" if self._by_card else "globe", "text2", name if self._by_card else without)
        for tab in self._records.values():
            cut = elided(tab.fontMetrics(), tab.accessibleName(), NAMES[step])
            tab.setText(cut.replace("&", "&&"))
