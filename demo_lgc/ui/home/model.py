"""The day as rows: consultations with the last known state of each DMP, and what waits for the doctor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.agenda import Appointment, Progress
from demo_lgc.domain.delivery import Delivery, DeliveryState
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.identity import Patient, Sex
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.table import Cell, Column, RowsModel


@dataclass(frozen=True)
class Day:
    """Everything the home page shows, read at once."""

    day: date
    appointments: tuple[Appointment, ...] = ()
    dmp: dict[int, DmpStatus] = field(default_factory=dict)
    waiting: tuple[Delivery, ...] = ()


@dataclass(frozen=True)
class Slot:
    """A row of the agenda."""

    appointment: Appointment
    dmp: states.State
    age: str
    is_next: bool


@dataclass(frozen=True)
class Errand:
    """A row of « À faire »: how many sendings are in the same state, and for whom."""

    state: DeliveryState
    words: str
    whom: str


def tr(text: str) -> str:
    """Translate a text of this page."""
    return QCoreApplication.translate("home", text)


def short_age(patient: Patient, today: date) -> str:
    """« 66 ans »; months count only for children under six."""
    words = patient.age(today)
    grown = (today - patient.birth_date).days >= 6 * 365
    return words.partition(" et ")[0] if grown else words


def next_patient(appointments: Sequence[Appointment]) -> Appointment | None:
    """Return whose turn it is: the first who has arrived, else the first still to come, else None."""
    for progress in (Progress.ARRIVED, Progress.PLANNED):
        found = [a for a in appointments if a.progress is progress]
        if found:
            return min(found, key=lambda a: a.starts_at)
    return None


def slots(day: Day) -> tuple[Slot, ...]:
    """Return the rows of the agenda."""
    turn = next_patient(day.appointments)
    return tuple(
        Slot(
            appointment,
            states.dmp(day.dmp.get(appointment.patient.id), opposed=appointment.patient.opposed_to_dmp),
            short_age(appointment.patient, day.day),
            appointment is turn,
        )
        for appointment in day.appointments
    )


def counted(appointments: Sequence[Appointment]) -> str:
    """« 14 consultations, 4 vues »."""
    count = len(appointments)
    if not count:
        return ""
    seen = sum(a.progress is Progress.SEEN for a in appointments)
    total = tr("1\u00a0consultation") if count == 1 else tr("{n}\u00a0consultations").format(n=count)
    if not seen:
        return total
    return f"{total}, " + (tr("1\u00a0vue") if seen == 1 else tr("{n}\u00a0vues").format(n=seen))


def errands(waiting: Sequence[Delivery]) -> tuple[Errand, ...]:
    """Return what the open deliveries ask of the doctor, the most pressing first."""
    groups = {
        DeliveryState.REFUSED: (tr("1\u00a0envoi non abouti"), tr("{n}\u00a0envois non aboutis")),
        DeliveryState.IN_DOUBT: (tr("1\u00a0envoi à vérifier"), tr("{n}\u00a0envois à vérifier")),
        DeliveryState.READY: (tr("1\u00a0envoi en attente"), tr("{n}\u00a0envois en attente")),
    }
    found = []
    for state, (one, many) in groups.items():
        merged = (state, DeliveryState.SENDING) if state is DeliveryState.READY else (state,)
        mine = [d for d in waiting if d.state in merged]
        if mine:
            whom = ", ".join(dict.fromkeys(d.label for d in mine))
            found.append(Errand(state, one if len(mine) == 1 else many.format(n=len(mine)), whom))
    return tuple(found)


def agenda_model() -> RowsModel[Slot]:
    """Return the empty model of the agenda: hour, DMP, patient, age, reason, progress."""
    columns = (
        Column[Slot](tr("Heure"), _hour),
        Column[Slot](tr("DMP"), lambda slot: slot.dmp.icon_cell()),
        Column[Slot](tr("Patient"), _patient, fills=True),
        Column[Slot](tr("Âge"), lambda slot: Cell(slot.age, tone="text3"), folds=True),
        Column[Slot](tr("Motif"), _reason, stretch=True, folds=True),
        Column[Slot](tr("État"), _progress),
    )
    return RowsModel(columns, key=lambda slot: slot.appointment.id)


def errands_model() -> RowsModel[Errand]:
    """Return the empty model of « À faire »."""

    def cell(errand: Errand) -> Cell:
        state = states.delivery(errand.state)
        return Cell(errand.words, state.icon, weight=500, second=errand.whom, tint=state.tone)

    return RowsModel((Column[Errand](tr("Envois"), cell, stretch=True),), key=lambda errand: errand.state)


def _hour(slot: Slot) -> Cell:
    seen = slot.appointment.progress is Progress.SEEN
    weight = 600 if slot.is_next else 400
    return Cell(f"{slot.appointment.starts_at:%H:%M}", tone="text3" if seen else "text", weight=weight)


def _patient(slot: Slot) -> Cell:
    seen = slot.appointment.progress is Progress.SEEN
    weight = 600 if slot.is_next else 400 if seen else 500
    return Cell(slot.appointment.patient.display_name, tone="text2" if seen else "text", weight=weight)


def _reason(slot: Slot) -> Cell:
    seen = slot.appointment.progress is Progress.SEEN
    return Cell(slot.appointment.reason, tone="text3" if seen else "text2")


def _progress(slot: Slot) -> Cell:
    match slot.appointment.progress:
        case Progress.SEEN:
            return Cell(tr("Vu"), "seen", "text3")
        case Progress.ARRIVED:
            word = tr("Arrivée") if slot.appointment.patient.sex is Sex.FEMALE else tr("Arrivé")
            return Cell(word, "arrived", "accent", 500)
        case _:
            return Cell()
