"""The login: whose card is in the reader, and the one code that opens everything.

The code porteur lives in the field only while it is typed: it is wiped before it is handed over.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QHideEvent, QRegularExpressionValidator, QShowEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget
from typing_extensions import override

from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.practitioner import CardHolder
from demo_lgc.ui import theme
from demo_lgc.ui.errors import Explanation, tries_left
from demo_lgc.ui.session.hero import Hero
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.chip import Chip
from demo_lgc.ui.widgets.field import Field
from demo_lgc.ui.widgets.layout import col, frame, plain, row
from demo_lgc.ui.widgets.mark import Mark
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Icon, Text

CODE = re.compile(r"\d{4}")
CARD = 56  # pixels: whatever is said of the card, what is under it keeps its place
_DANGERS = (CardProblem.BLOCKED, CardProblem.EXPIRED, CardProblem.UNREADABLE)


class LoginView(QWidget):
    """The page that covers everything while no session is open.

    `code_given` carries the code porteur, `look_again` asks for the card to be read, `appeared` tells
    whether the page is visible.
    """

    code_given = Signal(str)
    look_again = Signal()
    appeared = Signal(bool)

    def __init__(self, *, sandbox: bool, version: str) -> None:
        super().__init__()
        self._ready = self._busy = False
        self._locked: tuple[Explanation, str] | None = None
        self._make_card()
        self._make_field()
        self.locked = Strip()
        self.locked.setObjectName("login.locked")
        words = Text(
            self.tr(
                "Ce code ouvre en une fois vos dossiers, le DMP de vos patients et votre messagerie "
                "sécurisée. Retirez la carte pour verrouiller."
            ),
            tone="text3",
            wrap=True,
        )
        form = plain(
            col(
                row(Mark(40), None),
                14,
                Text(self.tr("Bonjour"), "hello"),
                Text(self.tr("Identification de votre carte"), "body", "text2"),
                20,
                self.locked,
                4,
                self.holder,
                self.trouble,
                12,
                self._field,
                10,
                self.go,
                18,
                words,
                gap=4,
            )
        )
        form.setMinimumWidth(320)
        form.setMaximumWidth(400)
        foot: list[QWidget] = [Text(f"demo_lgc {version}", "caption", "text3")]
        if sandbox:
            foot.append(Chip(self.tr("Environnement de démonstration"), "info", "warn"))
        right = frame(
            "pane",
            col(
                None,
                row(None, (form, 10), None),
                None,
                row(None, *foot, gap=12, margins=(16, 0, 20, 14)),
                gap=0,
            ),
        )
        self.setLayout(row((Hero(), 9), (right, 11), gap=0))
        self.bar = Busy(right)
        self.wait_for_card()

    # --- what the flows show ------------------------------------------------------------------------

    def wait_for_card(self) -> None:
        """The reader is being asked for the first time."""
        self._show_trouble("neutral", self.tr("Lecture de la carte…"), icon="card")

    def show_card(self, holder: CardHolder, tries: int) -> None:
        """A card is there: say whose it is and how many tries are left."""
        self._name.setText(holder.practitioner.display_name)
        until = f"{holder.valid_until:%d/%m/%Y}"
        self._validity.setText(self.tr("Carte CPS, valable jusqu’au {date}").format(date=until))
        spoken = f"{self._name.text()}, {self._validity.text()}"
        self.holder.setAccessibleName(spoken)
        self.trouble.hide()
        self.holder.show()
        self._say_whose(holder)
        if tries == 1:
            self._field.set_hint(tries_left(1), "warn")
        else:
            self._field.set_hint(self.tr("Vous avez {tries}\u00a0essais.").format(tries=tries))
        self._enable(True)

    def show_problem(self, problem: CardProblem, words: Explanation) -> None:
        """No session can be opened now: say why, and what to do."""
        tone = "danger" if problem in _DANGERS else "neutral" if problem is CardProblem.NO_CARD else "warn"
        icon = "card" if problem in (CardProblem.NO_CARD, CardProblem.EXPIRED) else ""
        if (self.trouble.text, self.trouble.isHidden()) != (words.title, False):
            self._show_trouble(tone, words.title, words.detail, icon)
            if problem is CardProblem.BLOCKED and words.action:
                self.trouble.add_action(words.action, self._show_unblocking, name="login.unblocking")
            elif words.action:
                self.trouble.add_action(words.action, self.look_again.emit, name="login.again")
        self._field.set_hint("")
        self._field.set_error("")

    def refuse(self, words: Explanation) -> None:
        """The code was not accepted: say so at the field, which is ready for another try."""
        self._field.set_error(" ".join(part for part in (words.title, words.detail) if part))
        self.code.setFocus()

    def say_locked(self, words: Explanation, national_id: str = "") -> None:
        """Say that the session of `national_id` closed and that nothing typed was lost."""
        self._locked = words, national_id
        self.locked.say("accent", words.title, words.detail, "lock")

    def _say_whose(self, holder: CardHolder) -> None:
        """What was typed is kept for who typed it: say so before another card opens a session over it."""
        if self._locked is None or self.locked.isHidden():
            return
        words, national_id = self._locked
        other = bool(national_id) and holder.practitioner.national_id != national_id
        said = words.title
        if other:
            said = self.tr("Session verrouillée par un autre porteur de carte.")
        if self.locked.text == said:
            return
        if other:
            lost = self.tr("Ouvrir la vôtre fermera ses dossiers\u202f; sa saisie non envoyée sera perdue.")
            self.locked.say("warn", said, lost)
        else:
            self.locked.say("accent", words.title, words.detail, "lock")

    def set_busy(self, busy: bool) -> None:
        """The card is working: nothing can be typed or sent."""
        if busy == self._busy:
            return
        self._busy = busy
        self._enable(self._ready)
        if busy:
            self.bar.start(self.tr("Ouverture de la session…"))
        else:
            self.bar.stop()

    def wipe(self) -> None:
        """Forget what was typed, and the editor's own memory of it."""
        self.code.setText("")

    # --- what the doctor does -----------------------------------------------------------------------

    def submit(self) -> None:
        """Hand over the code if it has its four digits; else say so without spending a try."""
        if not self._ready or self._busy:
            return
        typed = self.code.text()
        self.wipe()
        if CODE.fullmatch(typed):
            self.code_given.emit(typed)
            return
        self._field.set_error(self.tr("Le code porteur compte quatre chiffres. Aucun essai n’a été utilisé."))
        self.code.setFocus()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.appeared.emit(True)
        self._focus()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.wipe()
        self._field.set_error("")
        self.locked.silence()
        self.appeared.emit(False)

    # --- parts --------------------------------------------------------------------------------------

    def _make_card(self) -> None:
        self._name = Text("", "strong", elide=True)
        self._name.setObjectName("login.holder")
        self._validity = Text("", "caption", "text2", elide=True)
        chip = Chip(self.tr("Carte lue"), "sent", "ok", outline=True)
        names = col(self._name, self._validity, gap=1)
        self.holder = QFrame()
        self.holder.setProperty("role", "strip")
        self.holder.setProperty("tone", "ok")
        self.holder.setLayout(row(Icon("card", "ok", 20), (names, 1), chip, gap=12, margins=(14, 10, 12, 10)))
        self.holder.setMinimumHeight(CARD)
        self.holder.hide()
        self.trouble = Strip()
        self.trouble.setObjectName("login.trouble")
        self.trouble.setMinimumHeight(CARD)

    def _make_field(self) -> None:
        self.code = QLineEdit()
        self.code.setObjectName("login.code")
        self.code.setEchoMode(QLineEdit.EchoMode.Password)
        self.code.setFont(theme.font("title"))
        self.code.setProperty("role", "big")
        self.code.setMaxLength(4)
        self.code.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]*"), self.code))
        hints = Qt.InputMethodHint
        self.code.setInputMethodHints(hints.ImhDigitsOnly | hints.ImhSensitiveData | hints.ImhHiddenText)
        self.code.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._field = Field(self.tr("Code porteur"), self.code, steady=True)
        self.go = button(
            self.tr("Ouvrir ma session"), kind="primary", name="login.open", big=True, on=self.submit
        )
        self.code.returnPressed.connect(self.submit)
        self.code.textEdited.connect(lambda: self._field.set_error(""))

    def _show_trouble(self, tone: str, title: str, detail: str = "", icon: str = "") -> None:
        self.holder.hide()
        self.trouble.say(tone, title, detail, icon)
        self._enable(False)

    def _show_unblocking(self) -> None:
        self.trouble.say(
            "danger",
            self.tr("Carte bloquée."),
            self.tr(
                "Ouvrez l’outil de la Cryptolib CPS, choisissez le déblocage, puis saisissez le code de "
                "déblocage à 8\u00a0chiffres reçu avec la carte."
            ),
        )
        self.trouble.add_action(self.tr("Réessayer"), self.look_again.emit, name="login.again")

    def _enable(self, ready: bool) -> None:
        was = self.code.isEnabled()
        self._ready = ready
        able = ready and not self._busy
        self.code.setEnabled(able)
        self.go.setEnabled(able)
        self.go.setToolTip("" if able else self.trouble.text)
        if not ready:
            self.wipe()
        if able and not was:
            self._focus()

    def _focus(self) -> None:
        if self.isVisible() and self.code.isEnabled():
            self.code.setFocus()
