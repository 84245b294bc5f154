"""The gesture of the curves: read the results of a record, again when its documents have changed."""

from __future__ import annotations

from demo_lgc.domain.errors import LgcError
from demo_lgc.services.desk import Desk
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, Story, background
from demo_lgc.ui.results.view import ResultsPage


class ResultsFlows:
    """Reads the results of one patient for a page. They are stale until they were read."""

    def __init__(self, desk: Desk, runner: FlowRunner, patient_id: int, page: ResultsPage) -> None:
        self._desk, self._runner, self._patient_id, self._page = desk, runner, patient_id, page
        self._stale = True
        self._reading: Story | None = None
        page.retry_wanted.connect(self._start)

    def forget(self) -> None:
        """Documents may have changed: read again, now when the page is in sight, else when it next is."""
        self._stale = True
        if self._page.isVisible():
            self._start()

    def refresh(self) -> None:
        """Read what is stale: the page is about to be seen."""
        if self._stale:
            self._start()

    def _start(self) -> None:
        if self._reading is not None:
            self._reading.close()
        self._reading = self._runner.start(self._load(), self._page)

    def _load(self) -> Flow:
        page = self._page
        page.show_loading(True)
        try:
            curves = yield background(self._desk.results.of, self._patient_id, lane="store")
        except LgcError as error:
            said = explain(error)
            page.show_problem(said.title, said.detail)
            return
        finally:
            page.show_loading(False)
        self._stale = False
        page.show_curves(curves)
