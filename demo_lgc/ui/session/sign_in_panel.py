"""Pro Santé Connect, for a doctor without a reader: in the browser, or by the application e-CPS.

What it opens and what it does not is said before anything is asked. Reference: [PSC]; PSC.01.
"""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from demo_lgc.ui.errors import Explanation
from demo_lgc.ui.session.panel import UNDER, Panel
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.field import Field
from demo_lgc.ui.widgets.layout import col, frame, plain, row, rule
from demo_lgc.ui.widgets.text import Icon, Text

DIGITS = 12  # of PS_IdNat: « 8 » and the 11 of the RPPS


class SignInPanel(Panel):
    """Two ways in, then the wait for whoever answers.

    `browser_asked` and `telephone_asked` (with PS_IdNat) begin; `given_up` stops what was begun.
    """

    browser_asked = Signal()
    telephone_asked = Signal(str)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Pro Santé Connect"), self.tr("Ouvrir une session sans carte"))
        self._waiting = False
        self._make_ways()
        self._way: QWidget = self.browser  # the one tried last
        self._make_wait()
        self.back = button(
            self.tr("Revenir"), "arrow-left", "quiet", flush=True, name="sign-in.back", on=self.go_back
        )
        self.setLayout(
            col(self.trouble, self._ways, self._wait, row(self.back, None), gap=8, margins=(0, UNDER, 0, 0))
        )
        self._wait.hide()

    # --- what the flows show --------------------------------------------------------------------------

    def know(self, national_id: str) -> None:
        """Write down who is expected: the holder of the session that was locked."""
        self.identifier.setText(national_id)

    def show_browser(self, address: str) -> None:
        """The browser asks now; `address` is there to be copied when it did not open."""
        self._address.setText(address)
        self._address.setCursorPosition(0)
        self._show_wait(
            "globe",
            self.tr("Terminez dans votre navigateur."),
            self.tr("Cette page s’ouvrira d’elle-même ensuite. Si rien ne s’est affiché, copiez l’adresse."),
        )
        self._copied.setVisible(True)

    def show_number(self, number: str) -> None:
        """The telephone asks now; it shows `number` too."""
        self._number.setText(number)
        self._number.setAccessibleName(self.tr("Nombre à comparer\u00a0: {number}").format(number=number))
        self._show_wait(
            "smartphone",
            self.tr("Confirmez sur votre téléphone."),
            self.tr("L’application e-CPS doit afficher ce nombre. S’il diffère, refusez."),
        )
        self._number.setVisible(True)

    def show_ways(self) -> None:
        """Nothing is under way: the two ways in."""
        had_focus = self._waiting and self.isVisible()
        self._waiting = False
        self._wait.hide()
        self._ways.show()
        self.back.show()
        self._address.setText("")
        self._number.setText("")
        if had_focus:
            self.focus_first()

    def refuse(self, words: Explanation) -> None:
        """Nobody came in: say why."""
        self.show_ways()
        self.trouble.say("warn", words.title, words.detail)

    # --- what the doctor does -------------------------------------------------------------------------

    def ask_telephone(self) -> None:
        """Ask the telephone of the holder of the identifier, when it can be one."""
        typed = re.sub(r"\D", "", self.identifier.text())
        if len(typed) == DIGITS - 1:  # the RPPS, as doctors know it by heart
            typed = f"8{typed}"
        if len(typed) != DIGITS:
            self._identifier.set_error(
                self.tr("12\u00a0chiffres sont attendus\u00a0: 8, puis le numéro RPPS.")
            )
            self.identifier.setFocus()
        elif not self.is_busy:
            self.trouble.silence()
            self._way = self.identifier
            self.telephone_asked.emit(typed)

    def ask_browser(self) -> None:
        """Go on in the browser."""
        if not self.is_busy:
            self.trouble.silence()
            self._way = self.browser
            self.browser_asked.emit()

    @override
    def go_back(self) -> None:
        """Give up what was begun; with nothing begun, leave."""
        if self._waiting or self.is_busy:
            self.given_up.emit()
        else:
            self.left.emit()

    # --- pieces ---------------------------------------------------------------------------------------

    @override
    @property
    def first(self) -> QWidget:
        return self.stop if self._waiting else self._way

    @override
    def refresh(self) -> None:
        self._ways.setEnabled(not self.is_busy)

    @override
    def wipe(self) -> None:
        super().wipe()
        self._identifier.set_error("")

    def _make_ways(self) -> None:
        opens = Text(
            self.tr(
                "Vous retrouvez vos dossiers et votre messagerie sécurisée. Sans carte, rien n’est "
                "signé\u00a0: le DMP reste fermé."
            ),
            tone="text2",
            wrap=True,
        )
        self.browser = button(
            self.tr("Ouvrir dans le navigateur"),
            kind="primary",
            name="sign-in.browser",
            big=True,
            on=self.ask_browser,
        )
        self.identifier = QLineEdit()
        self.identifier.setObjectName("sign-in.identifier")
        self.identifier.setMaxLength(16)  # with spaces
        self.identifier.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self._identifier = Field(
            self.tr("Identifiant national"),
            self.identifier,
            self.tr("12\u00a0chiffres\u00a0: 8, puis votre numéro RPPS."),
            steady=True,
        )
        self.telephone = button(
            self.tr("Confirmer avec l’application e-CPS"),
            "smartphone",
            name="sign-in.telephone",
            big=True,
            on=self.ask_telephone,
        )
        self.identifier.textEdited.connect(lambda _typed: self._identifier.set_error(""))
        self.identifier.returnPressed.connect(self.ask_telephone)
        either = row((rule(), 1), Text(self.tr("ou"), "caption", "text3"), (rule(), 1), gap=12)
        self._ways = plain(
            col(opens, 10, self.browser, 6, either, 4, self._identifier, self.telephone, gap=6)
        )

    def _make_wait(self) -> None:
        self._picture = Icon("globe", "accent", 28)
        self._what = Text("", "section", wrap=True)
        self._then = Text("", "small", "text2", wrap=True)
        self._number = Text("", "hello", "accent", tabular=True)
        self._number.setObjectName("sign-in.number")
        self._number.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._address = QLineEdit()
        self._address.setObjectName("sign-in.address")
        self._address.setReadOnly(True)
        self._address.setAccessibleName(self.tr("Adresse à ouvrir"))
        copy = button(self.tr("Copier"), "copy", name="sign-in.copy", on=self._copy)
        self._copied = plain(row((self._address, 1), copy, gap=8))
        self.stop = button(self.tr("Annuler"), name="sign-in.stop", on=self.go_back)
        self._wait = frame(
            "choice",
            col(
                row(self._picture, (col(self._what, self._then, gap=2), 1), gap=12),
                self._number,
                self._copied,
                row(None, self.stop),
                gap=12,
                margins=16,
            ),
        )

    def _show_wait(self, icon: str, what: str, then: str) -> None:
        self._waiting = True
        self._picture.set(icon, "accent")
        self._what.setText(what)
        self._then.setText(then)
        self._wait.setAccessibleName(f"{what} {then}")
        self._number.hide()
        self._copied.hide()
        self._ways.hide()
        self.back.hide()
        self._wait.show()
        self.focus_first()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address.text())
