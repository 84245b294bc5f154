"""Opening a session: the reader is watched while the login shows, then the card receives the code."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import CardHolder
from demo_lgc.services.session import SessionService
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, background
from demo_lgc.ui.session.view import LoginView

EVERY = 1000  # ms between two looks at the reader


class LoginFlows(QObject):
    """Drives a login page. `opened` carries the PractitionerSession."""

    opened = Signal(object)

    def __init__(self, sessions: SessionService, runner: FlowRunner, view: LoginView) -> None:
        super().__init__(view)
        self._sessions, self._runner, self._view = sessions, runner, view
        self._looking = self._opening = False
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self.look_now)
        view.look_again.connect(self.look_now)
        view.appeared.connect(self._watch)
        view.code_given.connect(lambda code: runner.start(self._open(code), view))

    def look_now(self) -> None:
        """Read the reader, unless it is already being read or holds a code."""
        if not self._looking and not self._opening:
            self._runner.start(self._look(), self._view)

    def _watch(self, visible: bool) -> None:
        if visible:
            self._timer.start()
            self.look_now()
        else:
            self._timer.stop()

    def _look(self) -> Flow:
        self._looking = True
        try:
            holder, tries = yield background(_read, self._sessions, lane="card")
        except CardError as error:
            if not self._opening:
                self._view.show_problem(error.problem, explain(error))
        else:
            if not self._opening:
                self._view.show_card(holder, tries)
        finally:
            self._looking = False

    def _open(self, code: str) -> Flow:
        self._opening = True
        self._view.set_busy(True)
        try:
            session = yield background(self._sessions.open, code, lane="card")
        except CardError as error:
            self._opening = False
            self._view.set_busy(False)
            if error.problem in (CardProblem.WRONG_CODE, CardProblem.CODE_LENGTH) and error.tries_left != 0:
                self._view.refuse(explain(error))
            self.look_now()
        else:
            self.opened.emit(session)
        finally:
            self._opening = False
            self._view.set_busy(False)


def _read(sessions: SessionService) -> tuple[CardHolder, int]:
    """Return the holder and the tries left. Raises CardError, BLOCKED when no try is left."""
    holder = sessions.holder()
    tries = sessions.tries_left()
    if not tries:
        raise CardError(CardProblem.BLOCKED, 0)
    return holder, tries
