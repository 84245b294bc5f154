"""What is in the readers: one card named in a strip, several in a list, or why there is none to use.

The strip grows upwards, into room kept for it: whatever is said, what is under it keeps its place.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QWidget

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardInReader
from demo_lgc.ui import theme
from demo_lgc.ui.errors import Explanation, explain
from demo_lgc.ui.session.panel import UNDER
from demo_lgc.ui.session.words import briefly, expiry, tr, validity
from demo_lgc.ui.widgets.chip import Chip
from demo_lgc.ui.widgets.choices import Choice, ChoiceList
from demo_lgc.ui.widgets.layout import col, plain, row
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Icon, Text

ONE, EDGES = 56, 22  # pixels: the strip of a card, and what is around the words of a strip
MOST = 3  # lines under the first: two of what can be done, and whose card it is
_DANGERS = (CardProblem.BLOCKED, CardProblem.EXPIRED, CardProblem.REVOKED, CardProblem.UNREADABLE)
_OF_THE_CARD = (CardProblem.NO_CARD, CardProblem.EXPIRED, CardProblem.NOT_YET_VALID)


def identity_of(card: CardInReader) -> Hashable:
    """Return what tells a card apart: where it is, and its number."""
    return card.reader, card.holder.card_number if card.holder is not None else ""


def explain_card(card: CardInReader) -> Explanation | None:
    """Return why a card opens no session, and whose it is; None when it opens one.

    Without a verb: the readers are looked at every second, and what can be done has a button of its own.
    """
    if card.problem is None:
        return None
    words = explain(CardError(card.problem))
    if card.holder is None:
        return Explanation(words.title, words.detail)
    whose = tr("Porteur\u00a0: {name}.").format(name=card.holder.practitioner.display_name)
    return Explanation(words.title, f"{words.detail}\n{whose}".strip())


class CardSlot(QWidget):
    """The readers, as they were last looked at.

    `changed` follows the card that is chosen, or its state; `taken` is Entrée on a card of the list;
    `look_again` asks for the readers to be read.
    """

    changed = Signal()
    taken = Signal()
    look_again = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._cards: tuple[CardInReader, ...] = ()
        self._name = Text("", "strong", elide=True)
        self._name.setObjectName("login.holder")
        self._validity = Text("", "caption", "text2", elide=True)
        self._chip = Chip(outline=True)
        self._icon = Icon("card", "ok", 20)
        names = col(self._name, self._validity, gap=1)
        self.holder = QFrame()
        self.holder.setProperty("role", "strip")
        self.holder.setLayout(row(self._icon, (names, 1), self._chip, gap=12, margins=(14, 10, 12, 10)))
        self.trouble = Strip()
        self.trouble.setObjectName("login.trouble")
        for strip in (self.holder, self.trouble):
            strip.setMinimumHeight(ONE)
            strip.hide()
        self._one = plain(col(None, self.holder, self.trouble, gap=0))
        title, line = (QFontMetrics(theme.font(step)).height() for step in ("small", "caption"))
        self._one.setMinimumHeight(EDGES + title + MOST * line)
        self.several = ChoiceList(tr("Cartes présentes"), "login.cards")
        self._many = plain(col(UNDER, self.several, gap=0))
        self._many.hide()
        self.setLayout(col(self._one, self._many, gap=0))
        self.several.moved.connect(self.changed)
        self.several.taken.connect(self.taken)

    @property
    def chosen(self) -> CardInReader | None:
        """The card that is there, or the one marked among several."""
        if len(self._cards) < 2:
            return self._cards[0] if self._cards else None
        marked = self.several.marked
        return next((card for card in self._cards if identity_of(card) == marked), self._cards[0])

    @property
    def is_list(self) -> bool:
        """True when there are several cards."""
        return len(self._cards) > 1

    def wait(self) -> None:
        """The readers are being asked for the first time."""
        self._cards = ()
        self._say("neutral", tr("Lecture de la carte…"), icon="card")
        self.changed.emit()

    def show_problem(self, problem: CardProblem, words: Explanation) -> None:
        """There is no card: say why, and what to do."""
        self._cards = ()
        self._refuse(problem, words)
        self.changed.emit()

    def show_cards(self, cards: Sequence[CardInReader], today: date) -> None:
        """Show the cards that are there, those that open a session first."""
        self._cards = tuple(cards)
        if self.is_list:
            self.several.offer([_choice(card, today) for card in cards])
        elif (words := explain_card(self._cards[0])) is not None and self._cards[0].problem is not None:
            self._refuse(self._cards[0].problem, words)
        else:
            self._name_it(self._cards[0], today)
        self._many.setVisible(self.is_list)
        self._one.setVisible(not self.is_list)
        self.changed.emit()

    def _name_it(self, card: CardInReader, today: date) -> None:
        if card.holder is None:
            return
        soon = expiry(card.holder.valid_until, today)
        last = card.tries_left == 1
        word = tr("Dernier essai") if last else soon or tr("Carte lue")
        tone = "warn" if last or soon else "ok"
        self._chip.set(word, "message-warn" if last else "late" if soon else "sent", tone)
        self._icon.set("card", tone)
        self._name.setText(card.holder.practitioner.display_name)
        self._validity.setText(validity(card.holder, briefly=last or bool(soon)))
        self.holder.setAccessibleName(f"{self._name.text()}, {self._validity.text()}, {word}")
        theme.restyle(self.holder, tone=tone)
        self.trouble.hide()
        self.holder.show()

    def _refuse(self, problem: CardProblem, words: Explanation) -> None:
        said = (self.trouble.text, self.trouble.detail, self.trouble.isHidden())
        if said == (words.title, words.detail, False):
            return
        tone = "danger" if problem in _DANGERS else "neutral" if problem is CardProblem.NO_CARD else "warn"
        self._say(tone, words.title, words.detail, "card" if problem in _OF_THE_CARD else "")
        if words.action:
            self.trouble.add_action(words.action, self.look_again.emit, name="login.again")

    def _say(self, tone: str, title: str, detail: str = "", icon: str = "") -> None:
        self.holder.hide()
        self._many.hide()
        self._one.show()
        self.trouble.say(tone, title, detail, icon)


def _choice(card: CardInReader, today: date) -> Choice:
    reader = tr("Lecteur\u00a0: {name}").format(name=card.reader)
    holder = card.holder
    name = holder.practitioner.display_name if holder is not None else tr("Carte non reconnue")
    if card.problem is not None:
        word, tone = briefly(card.problem)
        detail = explain(CardError(card.problem)).detail
        return Choice(identity_of(card), name, (detail, reader), "card", (word, f"message-{tone}", tone))
    if holder is None:
        return Choice(identity_of(card), name, (reader,), "card")
    soon = expiry(holder.valid_until, today)
    chip = (tr("Expire bientôt"), "late", "warn") if soon else (tr("Carte lue"), "sent", "ok")
    until = f"{validity(holder, briefly=True)}. {soon}." if soon else validity(holder)
    return Choice(identity_of(card), name, (until, reader), "card", chip)
