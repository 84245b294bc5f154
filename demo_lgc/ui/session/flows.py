"""Opening a session: the readers are watched while the login shows, then a door is unlocked and entered.

The page is the lock of a safe: whatever was unlocked is closed again when the card leaves, when the doctor
goes back, and when nobody chooses for too long. Reference: [CPS] §1.3, §1.4; [DMP] §2.4.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from demo_lgc.domain.errors import CardError, CardProblem, LgcError, NotAllowed, Refusal
from demo_lgc.domain.practitioner import PracticeSituation, Unlocked
from demo_lgc.domain.trust import CardInReader, ProSanteAccount
from demo_lgc.services.session import SessionService
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, background
from demo_lgc.ui.session.cards import identity_of
from demo_lgc.ui.session.code_flows import CodeFlows
from demo_lgc.ui.session.panel import Panel
from demo_lgc.ui.session.sign_in_flows import SignInFlows
from demo_lgc.ui.session.view import LoginView

EVERY = 1000  # ms between two looks at the readers
PATIENCE = 120_000  # ms an unlocked card waits for its holder to say from where they work
_TRY_AGAIN = (CardProblem.WRONG_CODE, CardProblem.CODE_LENGTH)


class LoginFlows(QObject):
    """Drives a login page. `opened` carries the PractitionerSession."""

    opened = Signal(object)

    def __init__(self, sessions: SessionService, runner: FlowRunner, view: LoginView) -> None:
        super().__init__(view)
        self._sessions, self._runner, self._view = sessions, runner, view
        self._looking = self._opening = False
        self._unlocked: Unlocked | None = None
        self._held: Hashable | None = None  # the card that the panel in sight speaks of
        self._timer = QTimer(self, interval=EVERY)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._codes = CodeFlows(sessions, runner, view)
        self._sign_ins = SignInFlows(sessions, runner, view.sign_in_panel, view.bar)
        self._connect()

    def look_now(self) -> None:
        """Read the readers, unless they are already being read or hold a code."""
        if not (self._looking or self._opening or self._codes.is_working):
            self._runner.start(self._look(), self._view)

    def _connect(self) -> None:
        view, start = self._view, self._runner.start
        view.code_panel.offer_sign_in(offered=self._sessions.has_provider)
        view.code_panel.code_given.connect(lambda code, number: start(self._open(code, number), view))
        view.code_panel.unblocking_asked.connect(self._ask_unblocking)
        view.code_panel.change_asked.connect(self._ask_change)
        view.code_panel.sign_in_asked.connect(self._ask_sign_in)
        view.code_panel.cards.changed.connect(self._say_whose)
        view.situation_panel.chosen.connect(lambda place: start(self._chose(place), view))
        view.declare_panel.declared.connect(lambda *told: start(self._begin(*told), view))
        view.look_again.connect(self.look_now)
        view.appeared.connect(self._watch)
        view.panel_left.connect(self._leave)
        view.gone.connect(self._forget)
        self._timer.timeout.connect(self.look_now)
        self._patience.timeout.connect(self._nobody_chose)
        self._codes.ended.connect(self._leave)
        self._codes.look_wanted.connect(self.look_now)
        self._sign_ins.accepted.connect(lambda account: start(self._accept(account), view))

    # --- the readers ----------------------------------------------------------------------------------

    def _watch(self, visible: bool) -> None:
        if visible:
            self._timer.start()
            self.look_now()
        else:
            self._timer.stop()

    def _look(self) -> Flow:
        self._looking = True
        panel = self._view.code_panel
        cards: tuple[CardInReader, ...] = ()
        try:
            cards = yield background(self._sessions.look, lane="card")
        except CardError as error:
            if not self._opening:
                panel.show_problem(error.problem, explain(error))
        else:
            if not self._opening:
                panel.show_cards(cards, self._view.today)
        finally:
            self._looking = False
        busy = self._opening or self._codes.is_working
        if not busy and self._held is not None and self._held not in [identity_of(card) for card in cards]:
            self._leave()

    def _say_whose(self) -> None:
        chosen, elsewhere = self._view.code_panel.cards.chosen, self._view.panel is self._view.sign_in_panel
        if chosen is not None and chosen.holder is not None and self._unlocked is None and not elsewhere:
            self._view.locked.say_whose(chosen.holder.practitioner.national_id)

    # --- panels ---------------------------------------------------------------------------------------

    def _ask_unblocking(self) -> None:
        card = self._view.code_panel.cards.chosen
        if card is not None:
            self._held = identity_of(card)
            self._codes.ask_unblocking(card)

    def _ask_change(self) -> None:
        card = self._view.code_panel.cards.chosen
        if card is not None:
            self._held = identity_of(card)
            self._codes.ask_change(card)

    def _ask_sign_in(self) -> None:
        self._view.locked.take_back()
        self._view.show_panel(self._view.sign_in_panel)

    def _leave(self, _panel: Panel | None = None) -> None:
        """Go back to the first panel; what was unlocked and not begun is closed."""
        self._forget()
        self._view.show_panel(self._view.code_panel)
        self.look_now()

    def _forget(self) -> None:
        self._held = None
        self._patience.stop()
        self._sign_ins.cancel()
        if self._unlocked is not None:
            self._unlocked = None
            self._runner.start(self._give_up(), self._view)
        self._view.situation_panel.forget()
        self._view.declare_panel.forget()

    def _give_up(self) -> Flow:
        yield background(self._sessions.give_up, lane="card")

    def _nobody_chose(self) -> None:
        self._leave()
        self._view.tell("warn", self.tr("Session non ouverte\u00a0: aucun choix n’a été fait."))

    # --- from the code to the session -----------------------------------------------------------------

    def _open(self, code: str, card_number: str) -> Flow:
        """The code goes to the card; what it opens is entered, or what was wrong is said."""
        panel = self._view.code_panel
        held = panel.cards.chosen
        self._opening = True
        self._view.set_busy(panel, self.tr("Ouverture de la session…"))
        try:
            unlocked = yield background(self._sessions.unlock, code, card_number, lane="card")
            del code
            self._held = identity_of(held) if held is not None else None
            yield from self._enter(unlocked)
        except CardError as error:
            self._opening = False
            self._view.set_busy(panel)
            if error.problem in _TRY_AGAIN and error.tries_left != 0:
                panel.refuse(explain(error))
            self.look_now()
        finally:
            self._opening = False
            self._view.set_busy(panel)

    def _accept(self, account: ProSanteAccount) -> Flow:
        unlocked = yield background(self._sessions.accept, account, lane="card")
        self._held = None
        yield from self._enter(unlocked)

    def _enter(self, unlocked: Unlocked) -> Flow:
        """Begin at once when there is nothing to ask; else ask, and wait for a while."""
        view = self._view
        self._unlocked = unlocked
        stranger = unlocked.kind is None and view.locked.is_of_another(unlocked.practitioner.national_id)
        if unlocked.proposed is not None and not stranger:
            yield from self._begin(unlocked.proposed, ("", ""), "")
            return
        view.locked.say_whose(unlocked.practitioner.national_id)
        if unlocked.must_declare or (unlocked.unnamed and len(unlocked.situations) == 1):
            self._ask_rest(unlocked)
        else:
            view.situation_panel.begin(unlocked)
            view.show_panel(view.situation_panel)
        self._patience.start()

    def _ask_rest(self, unlocked: Unlocked) -> None:
        self._view.declare_panel.begin(unlocked)
        self._view.show_panel(self._view.declare_panel)

    def _chose(self, situation: PracticeSituation) -> Flow:
        if self._unlocked is not None and self._unlocked.unnamed:
            self._ask_rest(replace(self._unlocked, situations=(situation,)))
        else:
            yield from self._begin(situation, ("", ""), "")

    def _begin(self, situation: PracticeSituation, name: tuple[str, str], speciality: str) -> Flow:
        panel = self._view.panel
        self._patience.stop()
        self._view.set_busy(panel, self.tr("Ouverture de la session…"))
        try:
            session = yield background(self._sessions.begin, situation, name, speciality, lane="card")
            if not self._sessions.is_open:  # it closed before we heard of it: the page is covered, and stays
                raise NotAllowed(Refusal.NO_SESSION)
        except LgcError as error:  # the card left meanwhile
            self._view.set_busy(panel)
            words = explain(error)
            self._leave()
            self._view.tell("warn", words.title, words.detail)
        else:
            self._unlocked = None
            self._view.set_busy(panel)
            self._view.forget_lock()
            self.opened.emit(session)
        finally:
            self._view.set_busy(panel)
