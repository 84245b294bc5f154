"""« Administration »: six pages behind a list, open to whoever has no card. Nothing of a patient is here."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QStackedWidget

from demo_lgc.domain.administration import Place
from demo_lgc.preferences import Preferences
from demo_lgc.ui import shortcuts
from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.about import AboutSection
from demo_lgc.ui.settings.card import CardSection
from demo_lgc.ui.settings.display import DisplaySection
from demo_lgc.ui.settings.journal import JournalSection
from demo_lgc.ui.settings.parts import Section
from demo_lgc.ui.settings.services import ServicesSection
from demo_lgc.ui.settings.session import SessionSection
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.buttons import Button, button
from demo_lgc.ui.widgets.layout import col, plain, row, vrule
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Text
from demo_lgc.ui.widgets.toast import Toast

MENU = 224


class SettingsView(Page):
    """The page. `left` goes back to the login, `shown` carries the name of the section that appeared.

    `changed` carries the name of a preference and its value, `undo_asked` takes the last change back.
    """

    left = Signal()
    shown = Signal(str)
    changed = Signal(str, object)
    undo_asked = Signal()

    def __init__(
        self, *, fixed_library: str, kind: str, places: Sequence[Place], versions: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__()
        self.setAccessibleName(words.tr("Administration"))
        self.card = CardSection(fixed_library)
        self.session = SessionSection()
        self.services = ServicesSection(kind, places)
        self.display = DisplaySection()
        self.journal = JournalSection()
        self.about = AboutSection(versions)
        self._kept: Preferences | None = None
        self._sections: dict[str, Section] = {
            "card": self.card,
            "session": self.session,
            "services": self.services,
            "display": self.display,
            "journal": self.journal,
            "about": self.about,
        }
        self._stack = QStackedWidget()
        self.problem = Strip()
        self.problem.setObjectName("settings.problem")
        self._menu = QButtonGroup(self)
        icons = ("card", "lock", "network", "palette", "scroll-text", "info")
        entries = [
            self._enter(rank, *pair)
            for rank, pair in enumerate(zip(self._sections.items(), icons, strict=True))
        ]
        back = button(
            words.tr("Revenir"),
            "arrow-left",
            "quiet",
            name="settings.back",
            tip=shortcuts.tip("leave-settings"),
            on=self.left.emit,
        )
        menu = QFrame()
        menu.setProperty("role", "pane")
        menu.setAccessibleName(words.tr("Administration"))
        head = plain(row(Text(words.tr("Administration"), "section"), None, margins=(10, 10, 0, 6)))
        menu.setLayout(col(row(back, None), head, *entries, None, gap=1, margins=(8, 10, 8, 12)))
        menu.setFixedWidth(MENU)
        noticed = plain(col(self.problem, margins=(24, 12, 24, 0)))
        content = plain(col(noticed, (self._stack, 1), gap=0))
        self.setLayout(row(menu, vrule(), (content, 1), gap=0))
        self.toast = Toast(content)
        self.busy = Busy(content)
        self._connect()
        self.show_section("card")

    # --- what the flows show --------------------------------------------------------------------------

    def show_section(self, name: str) -> None:
        """Show a section: card, session, services, display, journal or about."""
        self._menu.button(list(self._sections).index(name)).setChecked(True)

    def open_section(self) -> None:
        """The page appears: what the section shown tells of the machine is read again."""
        self.shown.emit(list(self._sections)[self._menu.checkedId()])

    def show_preferences(self, kept: Preferences) -> None:
        """Show what is set; a path being typed stays as it is when the library did not change."""
        before, self._kept = self._kept, kept
        self.session.show_preferences(kept)
        self.display.show_preferences(kept)
        if before is None or before.library != kept.library:
            self.card.show_library(kept.library)

    def say_kept(self, what: str, *, undone: bool = False) -> None:
        """Say that a change is kept, and how to take it back."""
        self.problem.silence()
        said = words.tr("Rétabli\u00a0: {what}.") if undone else words.tr("Enregistré\u00a0: {what}.")
        if undone:
            self.toast.say(said.format(what=what))
        else:
            self.toast.say(said.format(what=what), words.tr("Annuler (Ctrl+Z)"), self.undo_asked.emit)

    def say_problem(self, title: str, detail: str = "") -> None:
        """Say that a change was not kept, or that something could not be read."""
        self.problem.say("danger", title, detail)

    def go_back(self) -> None:
        """Échap: take back the path being typed, else go back to the login."""
        if not self.card.take_back():
            self.left.emit()

    # --- parts ----------------------------------------------------------------------------------------

    def _enter(self, rank: int, named: tuple[str, Section], icon: str) -> Button:
        name, section = named
        made = button(section.accessibleName(), icon, "menu", checked=False, name=f"settings.menu.{name}")
        self._menu.addButton(made, rank)
        self._stack.addWidget(section)
        return made

    def _connect(self) -> None:
        self._menu.idToggled.connect(self._switch)
        self.session.changed.connect(self.changed)
        self.display.changed.connect(self.changed)
        self.card.path.undo_asked.connect(self.undo_asked)
        shortcuts.bind("leave-settings", self, self.go_back)
        shortcuts.bind("undo-setting", self, self.undo_asked.emit)

    def _switch(self, rank: int, on: bool) -> None:
        if on:
            self.first = self._menu.button(rank)
            self._stack.setCurrentIndex(rank)
            if self.isVisible():
                self.open_section()
