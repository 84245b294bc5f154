"""The panel that shows first: whose card is there, and the one code that opens everything.

The code porteur lives in the field only while it is typed: it is wiped before it is handed over.
Reference: [CPS] §1.3; S3-068…S3-073.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.trust import CardInReader
from demo_lgc.ui import theme
from demo_lgc.ui.errors import Explanation
from demo_lgc.ui.session import words
from demo_lgc.ui.session.cards import CardSlot, explain_card
from demo_lgc.ui.session.panel import Panel
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.field import Field
from demo_lgc.ui.widgets.layout import col
from demo_lgc.ui.widgets.secret import Secret
from demo_lgc.ui.widgets.text import Text
from demo_lgc.ui.widgets.wrap import Wrap

DIGITS = 4


class CodePanel(Panel):
    """« Ouvrir ma session ».

    `code_given` carries the code porteur and the number of the card; `unblocking_asked`, `change_asked` and
    `sign_in_asked` lead to other panels.
    """

    code_given = Signal(str, str)
    unblocking_asked = Signal()
    change_asked = Signal()
    sign_in_asked = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Bonjour"), self.tr("Identification de votre carte"))
        self.cards = CardSlot()
        self.code = Secret(DIGITS, "login.code")
        self.code.setProperty("role", "big")
        self.code.setFont(theme.font("title"))
        self.code.installEventFilter(self)
        self._field = Field(self.tr("Code porteur"), self.code, steady=True)
        self.go = button(
            self.tr("Ouvrir ma session"), kind="primary", name="login.open", big=True, on=self.submit
        )
        self.unblock = button(
            self.tr("Débloquer ma carte"),
            kind="primary",
            name="login.unblocking",
            big=True,
            on=self.unblocking_asked.emit,
        )
        self.unblock.hide()
        why = Text(
            self.tr(
                "Ce code ouvre en une fois vos dossiers, le DMP de vos patients et votre messagerie "
                "sécurisée. Retirez la carte pour verrouiller."
            ),
            tone="text3",
            wrap=True,
        )
        self.change = button(
            self.tr("Changer mon code"),
            kind="link",
            flush=True,
            name="login.change",
            on=self.change_asked.emit,
        )
        self.without = button(
            self.tr("Sans carte\u00a0: Pro Santé Connect"),
            kind="link",
            flush=True,
            name="login.without",
            on=self.sign_in_asked.emit,
        )
        self.without.hide()
        links = Wrap(gap=0, run=16)
        links.add(self.change)
        links.add(self.without)
        self.setLayout(col(self.cards, 12, self._field, 10, self.go, self.unblock, 18, why, 4, links, gap=4))
        self.cards.changed.connect(self.refresh)
        self.cards.taken.connect(self._take)
        self.code.returnPressed.connect(self.submit)
        self.code.textEdited.connect(lambda _typed: self._field.set_error(""))
        self.cards.wait()

    # --- what the flows show --------------------------------------------------------------------------

    def show_cards(self, cards: Sequence[CardInReader], today: date) -> None:
        """Say whose cards are there, and what can be done with the one chosen."""
        self.cards.show_cards(cards, today)

    def show_problem(self, problem: CardProblem, said: Explanation) -> None:
        """No session can be opened now: say why, and what to do."""
        self.cards.show_problem(problem, said)

    def refuse(self, said: Explanation) -> None:
        """The code was not accepted: say so at the field, which is ready for another try."""
        self._field.set_error(" ".join(part for part in (said.title, said.detail) if part))
        self.focus_first()

    def offer_sign_in(self, *, offered: bool) -> None:
        """Show the way without a card, or not."""
        self.without.setVisible(offered)

    # --- what the doctor does -------------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """True when the card chosen can open a session."""
        chosen = self.cards.chosen
        return chosen is not None and chosen.problem is None

    def submit(self) -> None:
        """Hand over the code if it has its four digits; else say so without spending a try."""
        chosen = self.cards.chosen
        if chosen is None or chosen.holder is None or not self.is_ready or self.is_busy:
            return
        if self.code.is_whole:
            self.code_given.emit(self.code.take(), chosen.holder.card_number)
            return
        self.code.wipe()
        self._field.set_error(self.tr("Le code porteur compte quatre chiffres. Aucun essai n’a été utilisé."))
        self.code.setFocus()

    def _take(self) -> None:
        chosen = self.cards.chosen
        if self.is_ready:
            self.code.setFocus()
        elif chosen is not None and chosen.problem is CardProblem.BLOCKED:
            self.unblocking_asked.emit()

    # --- pieces ---------------------------------------------------------------------------------------

    @override
    @property
    def first(self) -> QWidget:
        if self.is_ready:
            return self.code
        if not self.unblock.isHidden():
            return self.unblock
        return self.cards.several if self.cards.is_list else self

    @override
    def refresh(self) -> None:
        was, chosen = self.code.isEnabled(), self.cards.chosen
        able = self.is_ready and not self.is_busy
        blocked = chosen is not None and chosen.problem is CardProblem.BLOCKED
        had = self.code.hasFocus() or self.hasFocus()
        for ready in (self.code, self.go, self.change):
            ready.setEnabled(able)
        for free in (self.without, self.unblock, self.cards):
            free.setEnabled(not self.is_busy)
        self.go.setVisible(not blocked)
        self.unblock.setVisible(blocked)
        self._hint(chosen)
        if not self.is_ready:
            self.wipe()
        if (able and not was) or (had and not able):
            self.focus_first()  # not what follows: digits and Entrée may still be on their way

    def _hint(self, chosen: CardInReader | None) -> None:
        reason = explain_card(chosen) if chosen is not None else None
        if chosen is None or (reason is not None and not self.cards.is_list):
            self._field.set_hint("")
        elif reason is not None:
            self._field.set_hint(reason.title, "warn")
        else:
            self._field.set_hint(
                words.tries(chosen.tries_left), "warn" if chosen.tries_left == 1 else "text3"
            )
        self.go.setToolTip(self.cards.trouble.text if chosen is None else reason.title if reason else "")

    @override
    def wipe(self) -> None:
        super().wipe()
        self.code.wipe()
        self._field.set_error("")

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """↑ and ↓ in the field choose another card, where there are several."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and self.cards.is_list:
            rows = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if rows:
                self.cards.several.setFocus()
                self.cards.several.step(rows)
                return True
        return super().eventFilter(watched, event)
