"""« Affichage »: the theme, applied at once."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from demo_lgc.preferences import THEMES, Preferences
from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.parts import PAD, Section
from demo_lgc.ui.widgets.buttons import Button, segments
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.layout import col, row
from demo_lgc.ui.widgets.text import Text


class DisplaySection(Section):
    """`changed` carries the name of a preference and its value."""

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(
            words.tr("Affichage"),
            words.tr("L’aspect du programme sur cet ordinateur."),
        )
        made = segments(
            tuple(words.theme_name(name) for name in THEMES),
            0,
            lambda rank: self.changed.emit("theme", THEMES[rank]),
        )
        made.setAccessibleName(words.tr("Thème"))
        self._buttons = dict(zip(THEMES, made.findChildren(Button), strict=True))
        for name, one in self._buttons.items():
            one.setObjectName(f"settings.theme.{name}")
        label = Text(words.tr("Thème"), "small", "text2", weight=500)
        hint = Text(words.tr("«\u00a0Automatique\u00a0» suit le système."), "caption", "text3", wrap=True)
        self.build(
            Card(words.tr("Couleurs"), col(label, row(made, None), hint, gap=6, margins=(PAD, 0, PAD, 10))),
        )
        self.first = self._buttons["light"]

    def show_preferences(self, kept: Preferences) -> None:
        """Show what is set."""
        self.first = chosen = self._buttons[kept.theme]
        chosen.setChecked(True)
        for one in self._buttons.values():  # Tab goes to the theme that is on, the arrows to the others
            one.setFocusPolicy(Qt.FocusPolicy.StrongFocus if one is chosen else Qt.FocusPolicy.ClickFocus)
