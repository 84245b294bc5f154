"""« Envois »: what has not arrived yet, why, and what the doctor may do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from typing_extensions import override

from demo_lgc.domain.delivery import Delivery, DeliveryState
from demo_lgc.domain.errors import LgcError
from demo_lgc.services.desk import Desk
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, background
from demo_lgc.ui.outbox.model import Line, columns, verb
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.empty import EmptyState
from demo_lgc.ui.widgets.layout import col, row, rule
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.table import Listing, RowsModel, TableView
from demo_lgc.ui.widgets.text import Text


class OutboxPage(Page):
    """The deliveries still open. `deliveries_changed` follows every gesture made here."""

    deliveries_changed = Signal()

    def __init__(self, desk: Desk, runner: FlowRunner) -> None:
        super().__init__()
        self._desk, self._runner = desk, runner
        self._lines: dict[int, Line] = {}
        self._asked: int | None = None  # the delivery whose giving up is to be confirmed
        self._model = RowsModel[Line](columns(), key=lambda line: line.delivery.id)
        self.table = TableView(self._model, self.tr("Envois en attente"), row_height=52)
        self.table.setObjectName("outbox.table")
        self.table.chosen.connect(self._chosen)
        self.table.opened.connect(lambda line: self._retry(line.delivery.id))
        self.notice = Strip()
        self.notice.setObjectName("outbox.notice")
        self._retry_button = button(
            self.tr("Réessayer"),
            "refresh-cw",
            "primary",
            name="outbox.retry",
            on=self._on_chosen(self._retry),
        )
        self._give_up_button = button(
            self.tr("Abandonner"), name="outbox.give_up", on=self._on_chosen(self._ask_giving_up)
        )
        again = button(
            self.tr("Actualiser"), "rotate-cw", "quiet", tip=shortcuts.tip("refresh-outbox"), on=self.refresh
        )
        empty = EmptyState("sent", self.tr("Aucun envoi en attente."))
        self._card = Card(
            self.tr("Envois en attente"),
            rule(),
            (Listing(self.table, empty), 1),
            action=again,
            margins=(1, 0, 1, 6),
        )
        hint = Text(
            self.tr("Ce qui est parti ne sera jamais renvoyé. Le reste attend ici, inchangé."),
            "caption",
            "text3",
        )
        foot = row(hint, None, self._give_up_button, self._retry_button, gap=8)
        title = Text(self.tr("Envois"), "title")
        self.setLayout(col(title, self.notice, (self._card, 1), foot, gap=12, margins=24))
        self._busy = Busy(self._card)
        self.first = self.table
        shortcuts.bind("refresh-outbox", self, self.refresh)
        self._chosen(None)

    def go_back(self) -> bool:
        """Take one step back inside the page: keep the delivery whose giving up was asked."""
        asked = self._asked is not None
        if asked:
            self._keep()
        return asked

    def refresh(self) -> None:
        """Read the list again; the row chosen stays chosen."""
        self._runner.start(self._read(), self)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.fold(self.width() < theme.NARROW)

    # --- stories --------------------------------------------------------------------------------------

    def _read(self) -> Flow:
        self._busy.start(self.tr("Lecture des envois…"))
        try:
            deliveries = yield background(self._desk.deliveries.open_ones, lane="store")
            about = tuple(d.patient_id for d in deliveries)
            names = yield background(self._desk.files.names, about, lane="store")
        except LgcError as error:
            said = explain(error)
            self.notice.say("danger", said.title, said.detail)
            return
        finally:
            self._busy.stop()
        self._lines = {
            d.id: replace(self._lines.get(d.id, Line(d)), delivery=d, patient=names[d.patient_id])
            for d in deliveries
        }
        self._show()

    def _work(self, delivery_id: int, work: Callable[[int], Delivery], lane: str) -> Flow:
        """Do one thing about a delivery, and show what became of it."""
        self._change(delivery_id, running=True, failure=None)
        try:
            delivery = yield background(work, delivery_id, lane=lane)
        except ValueError:
            self._change(delivery_id, running=False)
            self.notice.say("neutral", self.tr("Cet envoi est parti entre-temps."))
        except Exception as error:
            self._change(delivery_id, running=False, failure=explain(error))
            if not isinstance(error, LgcError):
                raise
        else:
            self._change(delivery_id, running=False, delivery=delivery)
            self._say(delivery)
        self.deliveries_changed.emit()
        yield from self._read()

    # --- gestures -------------------------------------------------------------------------------------

    def _retry(self, delivery_id: int) -> None:
        line = self._lines.get(delivery_id)
        if line is None or line.running:
            return
        self.notice.silence()
        self._runner.start(self._work(delivery_id, self._desk.deliveries.retry, "network"), self)

    def _ask_giving_up(self, delivery_id: int) -> None:
        """Ask in the page, never in a dialog: a second gesture confirms."""
        line = self._lines[delivery_id]
        self._asked = delivery_id
        self.notice.say(
            "warn",
            self.tr("Abandonner l’envoi à «\u00a0%1\u00a0»\u202f?").replace("%1", line.delivery.label),
            self.tr("Il se peut qu’il soit déjà arrivé.")
            if line.delivery.state is DeliveryState.IN_DOUBT
            else self.tr(
                "Le document reste dans le dossier\u202f; il ne partira plus vers cette destination."
            ),
        )
        self.notice.add_action(self.tr("Garder"), self._keep, name="outbox.keep")
        confirm = self.tr("Abandonner l’envoi")
        self.notice.add_action(confirm, self._give_up, name="outbox.confirm").setFocus()

    def _keep(self) -> None:
        self._asked = None
        self.notice.silence()
        self.table.setFocus()

    def _give_up(self) -> None:
        if self._asked is None:
            return
        delivery_id, self._asked = self._asked, None
        self.notice.silence()
        self._runner.start(self._work(delivery_id, self._desk.deliveries.give_up, "store"), self)

    def _on_chosen(self, act: Callable[[int], object]) -> Callable[[], None]:
        def on() -> None:
            line = self.table.current
            if isinstance(line, Line):
                act(line.delivery.id)

        return on

    # --- showing --------------------------------------------------------------------------------------

    def _change(self, delivery_id: int, **changes: object) -> None:
        line = self._lines.get(delivery_id)
        if line is not None:
            self._lines[delivery_id] = replace(line, **changes)  # type: ignore[arg-type]  # fields of Line
            self._show()

    def _show(self) -> None:
        self._model.set_rows(tuple(self._lines.values()))
        self._card.set_count(str(len(self._lines)) if self._lines else "")
        if self.table.current is None and self._lines:
            self.table.selectRow(0)
        self._chosen(self.table.current)

    def _chosen(self, line: object) -> None:
        """Offer what can be done about the row chosen."""
        shown = line if isinstance(line, Line) else None
        for made in (self._retry_button, self._give_up_button):
            made.setVisible(bool(self._lines))
            made.setEnabled(shown is not None and not shown.running)
        if shown is not None:
            self._retry_button.setText(verb(shown))

    def _say(self, delivery: Delivery) -> None:
        if delivery.state is DeliveryState.SENT:
            self.notice.say(
                "ok", self.tr("%1\u00a0: c’est parti.").replace("%1", delivery.label), icon="sent"
            )
        elif delivery.state is DeliveryState.GIVEN_UP:
            self.notice.say("neutral", self.tr("%1\u00a0: envoi abandonné.").replace("%1", delivery.label))
