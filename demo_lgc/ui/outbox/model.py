"""What « Envois » says of each delivery: where it goes, since when, in what state, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState
from demo_lgc.ui.errors import Explanation, explain_reason
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.cell import Cell
from demo_lgc.ui.widgets.table import Column


def _tr(text: str) -> str:
    return QCoreApplication.translate("Outbox", text)


@dataclass(frozen=True)
class Line:
    """A delivery as listed. `failure` is why the last gesture on it did not work, on our side."""

    delivery: Delivery
    patient: str = field(default="", repr=False)
    running: bool = False
    failure: Explanation | None = None

    @property
    def state(self) -> DeliveryState:
        """Its state; one being worked on at this moment is being sent."""
        return DeliveryState.SENDING if self.running else self.delivery.state

    @property
    def reason(self) -> Explanation | None:
        """Why it has not arrived, in words."""
        if self.running:
            return None
        service = "DMP" if self.delivery.channel is Channel.DMP else "MSSanté"
        return self.failure or explain_reason(self.delivery.reason, service, self.delivery.next_try)


def columns() -> tuple[Column[Line], ...]:
    """Return the columns of the list."""
    return (
        Column(_tr("Destination"), _destination),
        Column(_tr("Patient"), lambda line: Cell(line.patient, weight=500)),
        Column(_tr("Document"), lambda line: Cell(_tr("Synthèse médicale (VSM)"), tone="text2"), folds=True),
        Column(_tr("Depuis"), lambda line: Cell(moment(line.delivery.created_at), tone="text2")),
        Column(_tr("Raison"), _reason, stretch=True),
        Column(_tr("État"), _state),
    )


def verb(line: Line) -> str:
    """Name the gesture that makes it go on: a doubt is checked, anything else is tried again."""
    doubt = line.delivery.state is DeliveryState.IN_DOUBT
    return _tr("Vérifier maintenant") if doubt else _tr("Réessayer")


def moment(at: datetime) -> str:
    """« 06/11/2014 10:21 », with a no-break space."""
    return f"{at:%d/%m/%Y\u00a0%H:%M}"


def _destination(line: Line) -> Cell:
    dmp = line.delivery.channel is Channel.DMP
    second = "" if dmp else line.delivery.destination
    icon, tone = ("origin-dmp", "dmp") if dmp else ("origin-mss", "mss")
    return Cell(line.delivery.label, icon=icon, tone=tone, weight=500, second=second)


def _reason(line: Line) -> Cell:
    said = line.reason
    return Cell(said.title, second=said.detail, tone="text2") if said else Cell()


def _state(line: Line) -> Cell:
    return states.delivery(line.state, line.delivery.channel).cell()
