"""« Session »: when the session locks by itself. There is no « never »: see `demo_lgc.preferences`."""

from __future__ import annotations

from PySide6.QtCore import Signal

from demo_lgc.preferences import Preferences
from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.parts import PAD, Choice, Section
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.field import Field
from demo_lgc.ui.widgets.layout import col


class SessionSection(Section):
    """`changed` carries the name of a preference and its value."""

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(
            words.tr("Session"),
            words.tr("Le programme se verrouille toujours de lui-même\u202f; vous choisissez quand."),
        )
        self.minutes = Choice(words.MINUTES, words.minutes, "settings.minutes")
        self.grace = Choice(words.GRACES, words.grace, "settings.grace")
        idle = Field(
            words.tr("Verrouiller après une inactivité de"),
            self.minutes,
            words.tr("Sans clavier, souris ni écran tactile. Ce qui était saisi est conservé."),
        )
        removed = Field(
            words.tr("Verrouiller après le retrait de la carte"),
            self.grace,
            words.tr("Les connexions au DMP et à la messagerie cessent dans tous les cas aussitôt."),
        )
        self.build(
            Card(words.tr("Verrouillage"), col(idle, removed, gap=16, margins=(PAD, 0, PAD, 10))),
        )
        self.first = self.minutes
        self.minutes.chosen.connect(lambda value: self.changed.emit("inactivity_minutes", value))
        self.grace.chosen.connect(lambda value: self.changed.emit("removal_grace", value))

    def show_preferences(self, kept: Preferences) -> None:
        """Show what is set."""
        self.minutes.show_value(kept.inactivity_minutes)
        self.grace.show_value(float(kept.removal_grace))
