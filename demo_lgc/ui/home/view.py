"""Home: the day's consultations, whose turn it is, and what waits for the doctor."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from typing_extensions import override

from demo_lgc.domain.agenda import Appointment
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.dates import long_date
from demo_lgc.ui.errors import Explanation
from demo_lgc.ui.home.model import (
    Day,
    Slot,
    agenda_model,
    counted,
    errands,
    errands_model,
    next_patient,
    short_age,
    slots,
)
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.empty import EmptyState
from demo_lgc.ui.widgets.layout import col, frame, plain, row, rule
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.table import Listing, TableView
from demo_lgc.ui.widgets.text import Icon, Text, kbd
from demo_lgc.ui.widgets.wrap import Wrap


class HomeView(Page):
    """The first page. `open_patient` carries a patient's id; the flows fill the page with `show_day`."""

    open_patient = Signal(int)
    open_outbox = Signal()
    search_asked = Signal()
    reload_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._turn: Appointment | None = None
        self._day = Day(date.today())
        self.title = Text("", "title", elide=True)
        self._counted = Text("", "body", "text3", tabular=True, elide=True)
        self.message = Strip()
        self._make_agenda()
        self._make_turn()
        self._make_errands()
        head = row(self.title, self._counted, None, gap=12, margins=(4, 0, 0, 0))
        self._side = plain(col(self._next_card, self._errands_card, None, gap=16))
        self._columns = row((self._agenda_card, 1), self._side, gap=16)
        self._page = col(head, self.message, (self._columns, 1), gap=14, margins=(24, 18, 24, 20))
        self.setLayout(self._page)
        self.bar = Busy(self)
        self.first = self.agenda
        shortcuts.bind("next-patient", self, self.open_next)
        shortcuts.bind("search-from-home", self, self.search_asked.emit)
        shortcuts.bind("refresh-home", self, self.reload_asked.emit)
        self.show_day(self._day)
        self._agenda_card.set_count("")

    def show_dmp(self, known: dict[int, DmpStatus]) -> None:
        """Show what is known of each DMP now; the rows stay where they are."""
        self._day = replace(self._day, dmp=known)
        self.agenda.rows_model.set_rows(slots(self._day))

    def show_day(self, day: Day) -> None:
        """Show a day; the row that was chosen stays chosen, else the next patient is."""
        chosen = self.agenda.current is not None
        self._day = day
        self.message.silence()
        self.title.setText(long_date(day.day))
        self._counted.setText(counted(day.appointments))
        self.agenda.rows_model.set_rows(slots(day))
        self._agenda_card.set_count(str(len(day.appointments) or ""))
        self._turn = next_patient(day.appointments)
        if self._turn is not None and not chosen:
            self.agenda.choose(self._turn.id)
        self._show_turn(day.day)
        rows = errands(day.waiting)
        self.errands.rows_model.set_rows(rows)
        self.errands.fit_height()
        self._errands_list.setFixedHeight(self.errands.height() if rows else 132)
        self._errands_card.set_count(str(len(day.waiting) or ""))
        for part in (self._errands_card, self._side):
            if (layout := part.layout()) is not None:
                layout.activate()  # now, so that the card does not grow and shrink before the eyes

    def say_unasked(self, why: str = "") -> None:
        """Say beside the states of the DMP why nobody asks for them; « » when they are asked for."""
        self._unasked.setText(why)
        self._unasked.setVisible(bool(why))

    def show_trouble(self, words: Explanation) -> None:
        """Say that the day could not be read."""
        self.message.say("danger", words.title, words.detail)
        self.message.add_action(self.tr("Réessayer"), self.reload_asked.emit)

    def open_next(self) -> None:
        """Open the record of the next patient."""
        if self._turn is not None:
            self.open_patient.emit(self._turn.patient.id)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.NARROW
        self.agenda.fold(narrow)
        self._side.setFixedWidth(300 if narrow else 340)
        margin = 12 if narrow else 24
        self._page.setContentsMargins(margin, 14 if narrow else 18, margin, 16 if narrow else 20)
        self._columns.setSpacing(12 if narrow else 16)

    def _make_agenda(self) -> None:
        self.agenda = TableView(agenda_model(), self.tr("Consultations du jour"), row_height=40, header=False)
        self.agenda.setObjectName("home.agenda")
        self.agenda.opened.connect(self._open)
        empty = EmptyState("calendar", self.tr("Aucune consultation ce jour."))
        legend = Wrap(gap=6, run=14)
        legend.add(Text(self.tr("DMP"), "caption", "text3", weight=600))
        for state in states.DMP.values():
            pair = row(Icon(state.icon, state.tone, 14), Text(state.short, "caption", "text2"), gap=5)
            legend.add(plain(pair))
        self._unasked = Text("", "caption", "text2")
        self._unasked.hide()
        foot = plain(row((legend, 1), self._unasked, gap=14, margins=(16, 9, 16, 10)))
        self._agenda_card = Card(
            self.tr("Consultations"), (Listing(self.agenda, empty), 1), rule(), foot, margins=1
        )

    def _make_turn(self) -> None:
        self._turn_hour = Text("", "caption", "text3", tabular=True)
        self._turn_name = Text("", "title", elide=True)
        self._turn_facts = Text("", tone="text2", wrap=True)
        self.open_button = button(
            self.tr("Ouvrir le dossier"),
            kind="primary",
            name="home.open",
            tip=shortcuts.tip("next-patient"),
            on=self.open_next,
        )
        self._keys = kbd(shortcuts.KEYS["next-patient"].shown)
        self._next_card = frame(
            "card",
            col(
                self._turn_hour,
                self._turn_name,
                self._turn_facts,
                4,
                row((self.open_button, 1), self._keys, gap=10),
                gap=4,
                margins=(16, 14, 14, 16),
            ),
        )

    def _make_errands(self) -> None:
        self.errands = TableView(errands_model(), self.tr("À faire"), row_height=48, header=False)
        self.errands.setObjectName("home.errands")
        self.errands.opened.connect(lambda _: self.open_outbox.emit())
        self.errands.clicked.connect(lambda _: self.open_outbox.emit())
        empty = EmptyState("circle-check", self.tr("Rien à faire. Tous vos envois sont partis."))
        self._errands_list = Listing(self.errands, empty)
        self._errands_card = Card(self.tr("À faire"), self._errands_list)

    def _show_turn(self, today: date) -> None:
        turn = self._turn
        for widget in (self._turn_name, self.open_button, self._keys):
            widget.setVisible(turn is not None)
        if turn is None:
            self._turn_hour.setText(self.tr("Patient suivant"))
            self._turn_facts.setText(self.tr("Plus de patient à voir aujourd’hui."))
            return
        self._turn_hour.setText(self.tr("Patient suivant, {hour}").format(hour=f"{turn.starts_at:%H:%M}"))
        self._turn_name.setText(turn.patient.display_name)
        reason = turn.reason
        if reason[1:2].islower():
            reason = reason[0].lower() + reason[1:]
        facts = (short_age(turn.patient, today), reason)
        self._turn_facts.setText(", ".join(part for part in facts if part))

    def _open(self, slot: Slot) -> None:
        self.open_patient.emit(slot.appointment.patient.id)
