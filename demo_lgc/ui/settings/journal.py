"""« Journal »: what happened last to the session and to the card. No patient is in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from demo_lgc.domain.administration import SessionAct
from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.parts import Section
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.cell import Cell
from demo_lgc.ui.widgets.empty import EmptyState
from demo_lgc.ui.widgets.layout import rule
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.table import Column, Listing, RowsModel, TableView

_ICONS = {"open-session": "lock-open", "lock-session": "lock", "change-setting": "settings"}


class JournalSection(Section):
    """`read_again` wants the last acts."""

    read_again = Signal()

    def __init__(self) -> None:
        super().__init__(
            words.tr("Journal"),
            words.tr("Ce qui est arrivé à la session et à la carte\u202f; rien n’y concerne un patient."),
        )
        self._model = RowsModel[tuple[int, SessionAct]](_columns(), key=lambda pair: pair[0])
        self.table = TableView(self._model, words.tr("Derniers événements"))
        self.table.setObjectName("settings.journal")
        self.problem = Strip()
        self.problem.setObjectName("settings.journal.problem")
        again = button(
            words.tr("Actualiser"),
            "rotate-cw",
            "quiet",
            name="settings.journal.again",
            on=self.read_again.emit,
        )
        empty = EmptyState("scroll-text", words.tr("Aucun événement."))
        card = Card(
            words.tr("Derniers événements"),
            rule(),
            (Listing(self.table, empty), 1),
            action=again,
            margins=(1, 0, 1, 6),
        )
        self.build(
            self.problem,
            (card, 1),
            fills=True,
        )
        self.first = self.table

    def show_acts(self, acts: Sequence[SessionAct]) -> None:
        """Show the last acts, newest first."""
        self.problem.silence()
        self._model.set_rows(tuple(enumerate(acts)))


def _columns() -> tuple[Column[tuple[int, SessionAct]], ...]:
    return (
        Column(words.tr("Quand"), lambda pair: Cell(words.moment(pair[1]), tone="text2")),
        Column(words.tr("Quoi"), _what),
        Column(words.tr("Issue"), lambda pair: Cell(words.outcome(pair[1]), tone="text2"), stretch=True),
        Column(words.tr("Qui"), lambda pair: Cell(words.who(pair[1]), tone="text2")),
    )


def _what(pair: tuple[int, SessionAct]) -> Cell:
    act = pair[1]
    if words.refused(act):
        return Cell(words.act(act), icon="message-warn", tint="warn", weight=500)
    return Cell(words.act(act), icon=_ICONS.get(act.act, "card"), tint="text2", weight=500)
