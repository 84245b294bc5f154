"""Reading the day, then asking the DMP about the patients nobody asked about today, one after the other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, Signal

from demo_lgc.domain.dmp import check_asking
from demo_lgc.domain.errors import IdentityError, LgcError, NotAllowed, Refusal
from demo_lgc.domain.identity import Patient
from demo_lgc.services.desk import Desk
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, background
from demo_lgc.ui.home.model import Day
from demo_lgc.ui.home.view import HomeView

logger = logging.getLogger(__name__)


class HomeFlows(QObject):
    """Fills a home page. `waiting` carries how many deliveries are open."""

    waiting = Signal(int)

    def __init__(
        self, desk: Desk, runner: FlowRunner, view: HomeView, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__(view)
        self._desk, self._runner, self._view, self._today = desk, runner, view, today
        self._reading = self._asking = False
        view.reload_asked.connect(self.load)

    @property
    def is_asking(self) -> bool:
        """True while the day is being read, or the DMP asked about its patients."""
        return self._reading or self._asking

    def load(self) -> None:
        """Read the day again, unless it is being read."""
        if not self._reading:
            self._runner.start(self._load(), self._view)

    def _load(self) -> Flow:
        self._reading = True
        self._view.bar.start(self._view.tr("Lecture de la journée…"))
        try:
            day = yield background(_read, self._desk, self._today(), lane="store")
        except NotAllowed:
            return  # the session closed meanwhile: the login covers the page
        except LgcError as error:
            self._view.show_trouble(explain(error))
        else:
            self._view.show_day(day)
            self.waiting.emit(len(day.waiting))
            if not self._asking:
                self._runner.start(self._ask_dmp(day), self._view)
        finally:
            self._reading = False
            self._view.bar.stop()

    def _ask_dmp(self, day: Day) -> Flow:
        """TD0.2 for each patient of the day not asked about yet; the first failure ends it, in silence
        but for what the session lacks.

        It only tells whether there is a DMP and whether we are authorised: nothing is read, and the patient
        is not notified. An identity that is not qualified is never asked about.
        """
        self._asking = True
        self._view.say_unasked()
        known = dict(day.dmp)
        try:
            for patient in {a.patient.id: a.patient for a in day.appointments}.values():
                before = known.get(patient.id)
                fresh = before is not None and before.asked_at and before.asked_at.date() >= day.day
                if fresh or forbidden(patient):
                    continue
                known[patient.id] = yield background(self._desk.dmp.status, patient)
                self._view.show_dmp(known)
        except LgcError as error:
            logger.info("the DMP states of the day stay unknown: %s", error)
            if isinstance(error, NotAllowed) and error.refusal is Refusal.NEEDS_CARD:
                self._view.say_unasked(self._view.tr("Session sans carte\u00a0: DMP non interrogé."))
        finally:
            self._asking = False


def forbidden(patient: Patient) -> bool:
    """True when the DMP may not be asked about this patient (INS not qualified, NIA)."""
    try:
        check_asking(patient)
    except IdentityError:
        return True
    return False


def _read(desk: Desk, day: date) -> Day:
    appointments = desk.files.day(day)
    dmp = desk.files.dmp_states(tuple(a.patient.id for a in appointments))
    return Day(day, appointments, dmp, desk.deliveries.open_ones())
