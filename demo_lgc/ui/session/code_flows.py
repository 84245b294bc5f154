"""Unblocking a card, and changing its code: each one question to the card, never asked again by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardInReader
from demo_lgc.services.session import SessionService
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, background
from demo_lgc.ui.session.new_code import NewCodePanel
from demo_lgc.ui.session.view import LoginView

_STAY = (  # what can be mended on the panel itself
    CardProblem.CODE_LENGTH,
    CardProblem.UNBLOCKING_LENGTH,
    CardProblem.WRONG_CODE,
    CardProblem.WRONG_UNBLOCKING_CODE,
    CardProblem.UNBLOCKING_BLOCKED,
    CardProblem.NEW_CODE_REFUSED,
)


class CodeFlows(QObject):
    """Drives the two panels of codes. `ended` brings the first panel back, `look_wanted` has it read."""

    ended = Signal()
    look_wanted = Signal()

    def __init__(self, sessions: SessionService, runner: FlowRunner, view: LoginView) -> None:
        super().__init__(view)
        self._sessions, self._runner, self._view = sessions, runner, view
        self._number = ""
        self.is_working = False  # a code is on its way to the card
        view.unblock_panel.given.connect(lambda proof, new: runner.start(self._unblock(proof, new), view))
        view.change_panel.given.connect(lambda proof, new: runner.start(self._change(proof, new), view))

    def ask_unblocking(self, card: CardInReader) -> None:
        """Ask for the code of eight digits of a card."""
        self._ask(self._view.unblock_panel, card)

    def ask_change(self, card: CardInReader) -> None:
        """Ask for the old code of a card, and tell how many tries it has."""
        self._ask(self._view.change_panel, card)
        self._view.change_panel.count(card.tries_left)

    def _ask(self, panel: NewCodePanel, card: CardInReader) -> None:
        if card.holder is None:
            return
        self._number = card.holder.card_number
        panel.begin(card.holder.practitioner.display_name)
        self._view.show_panel(panel)

    def _unblock(self, proof: str, new: str) -> Flow:
        yield from self._give(
            self._view.unblock_panel,
            self._sessions.unblock,
            (proof, new),
            self.tr("Déblocage de la carte…"),
            self.tr("Carte débloquée. Saisissez votre nouveau code."),
        )

    def _change(self, proof: str, new: str) -> Flow:
        yield from self._give(
            self._view.change_panel,
            self._sessions.change_code,
            (proof, new),
            self.tr("Changement du code…"),
            self.tr("Code changé. Saisissez votre nouveau code."),
        )

    def _give(
        self,
        panel: NewCodePanel,
        ask: Callable[[str, str, str], None],
        codes: tuple[str, str],
        doing: str,
        done: str,
    ) -> Flow:
        self.is_working = True
        self._view.set_busy(panel, doing)
        try:
            yield background(ask, *codes, self._number, lane="card")
        except CardError as error:
            self._finish(panel)
            if error.problem in _STAY and error.tries_left != 0:
                panel.refuse(error.problem, explain(error))
                if error.tries_left is not None:
                    panel.count(error.tries_left)
                self.look_wanted.emit()
            else:
                self.ended.emit()
        else:
            self._finish(panel)
            self.ended.emit()
            self._view.tell("ok", done)
        finally:
            self._finish(panel)

    def _finish(self, panel: NewCodePanel) -> None:
        self.is_working = False
        self._view.set_busy(panel)
