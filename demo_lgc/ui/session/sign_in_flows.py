"""Signing in without a card: Pro Santé Connect is asked, then somebody is waited for, elsewhere.

The wait lasts as long as people do: it has a lane of its own and ends when the panel is left, when the
window closes, or when another begins. Reference: [PSC].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from demo_lgc.domain.errors import LgcError
from demo_lgc.domain.trust import ProSanteAccount, SignIn
from demo_lgc.services.session import SessionService
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, background
from demo_lgc.ui.session.sign_in_panel import SignInPanel
from demo_lgc.ui.widgets.busy import Busy


@dataclass(eq=False)
class _Attempt:
    """A sign-in that was asked for, and what waits for its answer once there is one to wait for."""

    sign_in: SignIn | None = None


class SignInFlows(QObject):
    """Drives the panel. `accepted` carries the account of who came in."""

    accepted = Signal(object)

    def __init__(self, sessions: SessionService, runner: FlowRunner, panel: SignInPanel, bar: Busy) -> None:
        super().__init__(panel)
        self._runner, self._panel, self._bar = runner, panel, bar
        self._sessions = sessions
        self._attempt: _Attempt | None = None
        panel.browser_asked.connect(lambda: runner.start(self._sign_in(sessions.in_browser), panel))
        panel.telephone_asked.connect(
            lambda who: runner.start(self._sign_in(sessions.on_telephone, who), panel)
        )
        panel.given_up.connect(self.cancel)
        runner.closing.connect(self.cancel)

    def cancel(self) -> None:
        """Wait for nobody any more. Harmless when nobody is waited for."""
        attempt, self._attempt = self._attempt, None
        if attempt is None:
            return
        if attempt.sign_in is not None:
            attempt.sign_in.cancel()
        self._rest()

    def _sign_in(self, ask: Callable[..., SignIn], *who: str) -> Flow:
        self.cancel()
        attempt = self._attempt = _Attempt()
        self._panel.set_busy(True)
        self._bar.start(self.tr("Appel de Pro Santé Connect…"))
        try:
            attempt.sign_in = sign_in = yield background(ask, *who, lane="network")
            if attempt is not self._attempt:
                sign_in.cancel()
                return
            self._show(sign_in)
            account: ProSanteAccount = yield background(
                self._sessions.answer_to, sign_in, *who, lane="sign-in"
            )
        except LgcError as error:
            if attempt is self._attempt:
                self._end()
                self._panel.refuse(explain(error))
            return
        except Exception:
            self._end()
            raise
        if attempt is self._attempt:
            self._end()
            self.accepted.emit(account)
        else:  # it came as it was given up
            yield background(account.close)

    def _show(self, sign_in: SignIn) -> None:
        self._panel.set_busy(False)
        self._bar.stop()
        if sign_in.address:
            self._panel.show_browser(sign_in.address)
            QDesktopServices.openUrl(QUrl(sign_in.address))
        else:
            self._panel.show_number(sign_in.number)

    def _end(self) -> None:
        self._attempt = None
        self._rest()

    def _rest(self) -> None:
        if self._panel.is_busy:
            self._bar.stop()
            self._panel.set_busy(False)
        self._panel.show_ways()
