"""From where the holder works today, when the card or Pro Santé Connect tells several places.

Structure and sector go together to the DMP: they are chosen together. Reference: [DMP] §2.4; [CPS] §1.4.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.domain.practitioner import PracticeSituation, Unlocked
from demo_lgc.ui.session.panel import UNDER, Panel
from demo_lgc.ui.session.words import sector
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.choices import Choice, ChoiceList
from demo_lgc.ui.widgets.layout import col, row
from demo_lgc.ui.widgets.text import Text


class SituationPanel(Panel):
    """The places of work, in big rows. `chosen` carries a PracticeSituation."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__(self.tr("Bonjour"))
        self._situations: tuple[PracticeSituation, ...] = ()
        self.places = ChoiceList(self.tr("Situations d’exercice"), "situation.places")
        self.places.taken.connect(self.submit)
        self.go = button(
            self.tr("Ouvrir ma session"), kind="primary", name="situation.go", big=True, on=self.submit
        )
        self.back = button(
            self.tr("Revenir"), "arrow-left", "quiet", flush=True, name="situation.back", on=self.go_back
        )
        self.setLayout(
            col(
                Text(self.tr("D’où exercez-vous aujourd’hui\u202f?"), "section"),
                Text(
                    self.tr("La structure choisie figure sur tout ce qui est déposé et envoyé."),
                    tone="text2",
                    wrap=True,
                ),
                8,
                self.trouble,
                self.places,
                2,
                self.go,
                row(self.back, None),
                gap=4,
                margins=(0, UNDER, 0, 0),
            )
        )

    def begin(self, unlocked: Unlocked) -> None:
        """Offer the situations of who has just unlocked the door, in their order."""
        self.head(self.title, unlocked.practitioner.display_name)
        self._situations = unlocked.situations
        self.places.offer([_choice(rank, place) for rank, place in enumerate(unlocked.situations)])
        self.places.mark_first()
        self.refresh()

    def submit(self) -> None:
        """Take the situation that is marked."""
        rank = self.places.marked
        if isinstance(rank, int) and not self.is_busy:
            self.chosen.emit(self._situations[rank])

    def forget(self) -> None:
        """Name nobody any more."""
        self.head(self.title)
        self._situations = ()
        self.places.offer(())

    @override
    @property
    def first(self) -> QWidget:
        return self.places


def _choice(rank: int, place: PracticeSituation) -> Choice:
    name = place.name or place.structure_id
    return Choice(rank, name, (f"{sector(place)} · {place.structure_id}",), "origin-practice")
