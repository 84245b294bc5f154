"""A code that proves who is there, and a new code porteur typed twice: what two panels share.

Lengths and agreement are checked here, before the card: a slip of the finger spends no try.
Reference: [CPS] §1.3.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.domain.errors import CardProblem
from demo_lgc.ui import theme
from demo_lgc.ui.errors import Explanation
from demo_lgc.ui.session import words
from demo_lgc.ui.session.panel import UNDER, Panel
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.field import Field
from demo_lgc.ui.widgets.layout import col, row
from demo_lgc.ui.widgets.secret import Secret
from demo_lgc.ui.widgets.text import Text

DIGITS = 4


class NewCodePanel(Panel):
    """`given` carries the code that proves (`digits` digits, called `label`), then the new code."""

    given = Signal(str, str)

    def __init__(self, title: str, intro: str, label: str, digits: int, name: str) -> None:
        super().__init__(title)
        self._dead = False  # the card takes no code any more
        self.trouble.setObjectName(f"{name}.trouble")
        self.proof = Secret(digits, f"{name}.proof")
        self.new = Secret(DIGITS, f"{name}.new")
        self.again = Secret(DIGITS, f"{name}.again")
        self._proof = Field(label, self.proof, steady=True)
        self._new = Field(self.tr("Nouveau code porteur"), self.new, steady=True)
        self._again = Field(self.tr("Nouveau code, une seconde fois"), self.again, steady=True)
        self._fields = {self.proof: self._proof, self.new: self._new, self.again: self._again}
        for secret in self._fields:
            secret.setProperty("role", "big")
            secret.setFont(theme.font("title"))
            secret.returnPressed.connect(self.submit)
            secret.textEdited.connect(self._typing)
        self.go = button(title, kind="primary", name=f"{name}.go", big=True, on=self.submit)
        self.back = button(
            self.tr("Revenir"), "arrow-left", "quiet", flush=True, name=f"{name}.back", on=self.go_back
        )
        fields = self._fields.values()
        why = Text(intro, tone="text2", wrap=True)
        self.setLayout(
            col(why, self.trouble, *fields, self.go, row(self.back, None), gap=12, margins=(0, UNDER, 0, 0))
        )

    def begin(self, whose: str) -> None:
        """Ask for the codes of a card."""
        self.head(self.title, whose)
        self._dead = False
        self.wipe()
        self._proof.set_hint(self.tr("{digits}\u00a0chiffres.").format(digits=self.proof.digits))
        self._new.set_hint(self.tr("4\u00a0chiffres, connus de vous seul."))
        self.refresh()

    def count(self, tries: int) -> None:
        """Say how many tries the first code has."""
        self._proof.set_hint(words.tries(tries), "warn" if tries == 1 else "text3")

    @override
    @property
    def first(self) -> QWidget:
        return self.back if self._dead else self.proof

    @override
    def refresh(self) -> None:
        able = not self.is_busy and not self._dead
        for widget in (*self._fields, self.go):
            widget.setEnabled(able)
        self.back.setEnabled(not self.is_busy)

    @override
    def wipe(self) -> None:
        super().wipe()
        for secret, field in self._fields.items():
            secret.wipe()
            field.set_error("")

    def submit(self) -> None:
        """Hand the codes over when they can be right; else say what is not, and spend no try."""
        if self.is_busy or self._dead:
            return
        short = next((secret for secret in self._fields if not secret.is_whole), None)
        if short is not None:
            self._say(short, self.tr("{digits}\u00a0chiffres sont attendus. Aucun essai n’a été utilisé."))
        elif self.new.text() != self.again.text():
            self._retype()
            self._say(self.again, self.tr("Les deux nouveaux codes diffèrent. Aucun essai n’a été utilisé."))
        elif self.new.text() == self.proof.text():
            self._retype()
            self._say(self.new, self.tr("Le nouveau code doit différer de l’ancien."))
        else:
            self.again.wipe()
            self.trouble.silence()
            self.given.emit(self.proof.take(), self.new.take())

    def refuse(self, problem: CardProblem, why: Explanation) -> None:
        """The card did not accept: say so at the code concerned, every field is empty again."""
        self._dead = problem is CardProblem.UNBLOCKING_BLOCKED
        said = " ".join(part for part in (why.title, why.detail) if part)
        if self._dead:
            self.trouble.say("danger", why.title, why.detail)
            self.refresh()
            self.focus_first()
        elif problem in (CardProblem.NEW_CODE_REFUSED, CardProblem.CODE_LENGTH):
            self._say(self.new, said)
        else:
            self._say(self.proof, said)

    def _typing(self) -> None:
        for field in self._fields.values():
            field.set_error("")

    def _retype(self) -> None:
        """The new code has to be typed again, both times; the first code is kept."""
        self.new.wipe()
        self.again.wipe()

    def _say(self, at: Secret, wrong: str) -> None:
        """Say what is wrong with a code; the keyboard goes to the first that has to be typed."""
        self._fields[at].set_error(wrong.format(digits=at.digits))
        next((secret for secret in self._fields if not secret.is_whole), at).setFocus()
