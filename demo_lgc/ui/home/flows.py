"""Reading the day. Nothing is asked of the DMP here: the last known states are shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, Signal

from demo_lgc.domain.errors import LgcError, NotAllowed
from demo_lgc.services.desk import Desk
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, background
from demo_lgc.ui.home.model import Day
from demo_lgc.ui.home.view import HomeView


class HomeFlows(QObject):
    """Fills a home page. `waiting` carries how many deliveries are open."""

    waiting = Signal(int)

    def __init__(
        self, desk: Desk, runner: FlowRunner, view: HomeView, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__(view)
        self._desk, self._runner, self._view, self._today = desk, runner, view, today
        self._reading = False
        view.reload_asked.connect(self.load)

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
        finally:
            self._reading = False
            self._view.bar.stop()


def _read(desk: Desk, day: date) -> Day:
    appointments = desk.files.day(day)
    dmp = desk.files.dmp_states(tuple(a.patient.id for a in appointments))
    return Day(day, appointments, dmp, desk.deliveries.open_ones())
