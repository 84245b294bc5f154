"""Étape 5 as it is seen: the document, its branches, what became of each, and what the doctor may do.

A branch that fails never hides the others: each has its card, its own words and its own way to be repaired.
"""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState
from demo_lgc.ui.errors import Explanation, explain_reason
from demo_lgc.ui.sharing.painted import Branches
from demo_lgc.ui.sharing.summary import BranchState, branch_state, summary
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.buttons import Button, button
from demo_lgc.ui.widgets.chip import Chip
from demo_lgc.ui.widgets.layout import clear, col, frame, plain, row, rule, scroll
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Icon, Text

CARD_HEIGHT, CARD_GAP = 64, 10
_NAMES = ("Pro Santé Connect", "DMP")  # that may begin a sentence, and keep their capital inside another
_WORDS = {
    BranchState.SENDING: DeliveryState.SENDING,
    BranchState.WAITING: DeliveryState.READY,
    BranchState.FAILED: DeliveryState.REFUSED,
    BranchState.DOUBT: DeliveryState.IN_DOUBT,
    BranchState.GIVEN_UP: DeliveryState.GIVEN_UP,
    BranchState.SENT: DeliveryState.SENT,
}


def _in_sentence(said: str) -> str:
    """Return « réponse non reçue » of « Réponse non reçue. »."""
    return (said if said.startswith(_NAMES) else said[:1].lower() + said[1:]).rstrip(".")


class BranchCard(QFrame):
    """One destination: who, when or why, and its state as a chip."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFixedHeight(CARD_HEIGHT)
        self._icon = Icon("", "text2", 18)
        self._who = Text("", "small", weight=600, elide=True)
        self._when = Text("", "caption", "text2", elide=True, tabular=True)
        self.chip = Chip()
        words = col(None, row((self._who, 1), self.chip, gap=8), self._when, None, gap=1)
        self.setLayout(row(self._icon, (words, 1), gap=10, margins=(12, 6, 10, 6)))

    def show_delivery(self, delivery: Delivery, state: BranchState, why: str) -> None:
        """Show a branch; `why` says what keeps it from arriving."""
        dmp = delivery.channel is Channel.DMP
        self._icon.set("origin-dmp" if dmp else "origin-mss", "dmp" if dmp else "mss")
        self._who.setText(delivery.label)
        said = "" if state is BranchState.SENDING else why
        if state is BranchState.SENT:
            said = self.tr("À %1").replace("%1", f"{delivery.changed_at:%H:%M}")
        self._when.setText(said)
        self._when.setVisible(bool(said))
        shown = states.delivery(_WORDS[state], delivery.channel)
        self.chip.set(shown.word, shown.icon, shown.tone)
        self.setAccessibleName(", ".join(part for part in (delivery.label, shown.word, said) if part))


class OutcomePanel(QWidget):
    """What became of a sharing.

    `retry_wanted` and `give_up_wanted` carry the ids concerned, `back_wanted` asks for the record.
    """

    retry_wanted = Signal(list)
    give_up_wanted = Signal(list)
    back_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._deliveries: dict[int, Delivery] = {}
        self._running: set[int] = set()
        self._failures: dict[int, Explanation] = {}
        self._log: list[tuple[datetime, str]] = []
        self._cards: dict[int, BranchCard] = {}
        self._count = Text("", "small", "text3", tabular=True)
        self._branches = Branches(CARD_HEIGHT, CARD_GAP)
        self._list = col(gap=CARD_GAP)
        self._date = Text("", "caption", "text3", tabular=True)
        self.strip = Strip()
        self.strip.setObjectName("outcome.strip")
        self._trace = col(gap=5)
        self._give_up = button(self.tr("Abandonner"), kind="quiet", name="outcome.give_up", on=self._abandon)
        self._retry = button(
            self.tr("Réessayer"), "refresh-cw", "primary", name="outcome.retry", on=self._again
        )
        self._back = button(self.tr("Revenir au dossier"), name="outcome.back", on=self.back_wanted.emit)
        self._back_filled = button(
            self.tr("Revenir au dossier"), kind="primary", name="outcome.back", on=self.back_wanted.emit
        )
        self._build()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """The branches, as last known."""
        return tuple(self._deliveries.values())

    @property
    def is_running(self) -> bool:
        """True while a branch is being sent."""
        return bool(self._running)

    @property
    def back(self) -> Button:
        """The button that goes back, whichever of the two looks it wears."""
        return self._back if self._open_ids() else self._back_filled

    def card(self, delivery_id: int) -> BranchCard:
        """Return the card of a branch. Raises KeyError."""
        return self._cards[delivery_id]

    def begin(self, deliveries: tuple[Delivery, ...], day: date) -> None:
        """Show branches that were just written down; nothing has left yet."""
        self._deliveries = {d.id: d for d in deliveries}
        self._running, self._failures = set(), {}
        self._date.setText(f"{day:%d/%m/%Y}")
        clear(self._list)
        self._cards = {d.id: BranchCard() for d in deliveries}
        for one in self._cards.values():
            self._list.addWidget(one)
        self._log = []
        if deliveries:
            signed = any(d.channel is Channel.DMP for d in deliveries)
            made = self.tr("Document construit, signé et mis de côté")
            self._note(
                deliveries[0].created_at, made if signed else self.tr("Document construit et mis de côté")
            )
        self._show()

    def sending(self, delivery_id: int) -> None:
        """A branch is leaving."""
        self._running.add(delivery_id)
        self._failures.pop(delivery_id, None)
        self._show()

    def landed(self, delivery: Delivery) -> None:
        """A branch has come back, whatever became of it."""
        self._running.discard(delivery.id)
        self._deliveries[delivery.id] = delivery
        shown = states.delivery(delivery.state, delivery.channel)
        why = self._why(delivery)
        tail = f", {_in_sentence(why)}" if why and delivery.state is not DeliveryState.SENT else ""
        code = f" ({delivery.reason.code})" if tail and delivery.reason.kind == "refusal" else ""
        self._note(delivery.changed_at, f"{delivery.label}\u00a0: {shown.word.lower()}{tail}{code}")
        self._show()

    def stumbled(self, delivery_id: int, failure: Explanation) -> None:
        """The work itself failed, on our side: the branch is as it was, and says why."""
        self._running.discard(delivery_id)
        self._failures[delivery_id] = failure
        self._show()

    def set_side(self, side: int) -> None:
        """Leave `side` pixels more at both sides, when the panel stands alone on a wide page."""
        self._inner.setContentsMargins(20 + side, 14, 20 + side, 12)
        self._foot.setContentsMargins(20 + side, 10, 20 + side, 12)

    # --- building -------------------------------------------------------------------------------------

    def _build(self) -> None:
        middle = Qt.AlignmentFlag.AlignHCenter
        name = Text(self.tr("VSM"), "small", weight=600)
        for words in (name, self._date):
            words.setAlignment(middle)
        picture = row(None, Icon("file-heart", "accent", 28), None)
        document = frame("sunken", col(None, picture, name, self._date, None, gap=4, margins=(6, 8, 6, 8)))
        document.setFixedHeight(104)
        document.setMinimumWidth(92)
        document.setAccessibleName(self.tr("Synthèse médicale (VSM)"))
        tree = row(
            col(None, document, None),
            col(None, self._branches, None),
            (col(None, self._list, None), 1),
            gap=4,
        )
        trace = frame(
            "sunken",
            col(Text(self.tr("Détail"), "small", weight=600), self._trace, gap=6, margins=(14, 10, 14, 10)),
        )
        trace.setObjectName("outcome.trace")
        self._inner = col(
            row(Text(self.tr("Partage du VSM"), "section"), None, self._count),
            2,
            tree,
            8,
            self.strip,
            6,
            trace,
            None,
            gap=8,
            margins=(20, 14, 20, 12),
        )
        self._foot = row(
            self._give_up, None, self._back, self._retry, self._back_filled, gap=8, margins=(20, 10, 20, 12)
        )
        self.setLayout(col((scroll(plain(self._inner)), 1), rule(), plain(self._foot), gap=0))

    # --- showing --------------------------------------------------------------------------------------

    def _show(self) -> None:
        deliveries, shown = self.deliveries, []
        for delivery in deliveries:
            state = branch_state(delivery, self._running)
            shown.append(state)
            self._cards[delivery.id].show_delivery(delivery, state, self._why(delivery))
        self._branches.show_states(shown)
        sent = shown.count(BranchState.SENT)
        self._count.setText(self.tr("%1 sur %2").replace("%1", str(sent)).replace("%2", str(len(shown))))
        said = summary(deliveries, self._running)
        first = self._first_detail()
        stop = "" if not first or first.endswith((".", "»")) else "."
        detail = " ".join(part for part in (first + stop, said.detail) if part)
        self.strip.say(said.tone, said.title, detail, said.icon)
        self._offer(shown)

    def _offer(self, shown: list[BranchState]) -> None:
        """One filled button: the repair when there is one, else the way back."""
        open_ids, focused = self._open_ids(), self.focusWidget()
        repair = bool(open_ids)
        checking = repair and all(
            s is BranchState.DOUBT for s in shown if s not in (BranchState.SENT, BranchState.GIVEN_UP)
        )
        self._retry.setText(self.tr("Vérifier maintenant") if checking else self.tr("Réessayer"))
        self._retry.setVisible(repair)
        self._back.setVisible(repair)
        self._back_filled.setVisible(not repair)
        self._give_up.setVisible(repair)
        if focused is None or not focused.isVisible():
            self._retry.setFocus() if repair else self._back_filled.setFocus()

    def _open_ids(self) -> list[int]:
        """The branches the doctor may act on now."""
        settled = (DeliveryState.SENT, DeliveryState.GIVEN_UP)
        return [d.id for d in self.deliveries if d.state not in settled and d.id not in self._running]

    def _why(self, delivery: Delivery) -> str:
        found = self._explained(delivery)
        return found.title if found else ""

    def _first_detail(self) -> str:
        """What the service said, when only one branch needs the doctor."""
        failed = [d for d in self.deliveries if branch_state(d, self._running) is BranchState.FAILED]
        found = self._explained(failed[0]) if len(failed) == 1 else None
        return found.detail if found else ""

    def _explained(self, delivery: Delivery) -> Explanation | None:
        if delivery.id in self._failures:
            return self._failures[delivery.id]
        service = "DMP" if delivery.channel is Channel.DMP else "MSSanté"
        return explain_reason(delivery.reason, service, delivery.next_try)

    def _note(self, at: datetime, words: str) -> None:
        self._log.append((at, words))
        when = Text(f"{at:%H:%M:%S}", "caption", "text3", tabular=True)
        said = Text(words, "caption", "text2", wrap=True)
        if len(self._log) == 1:
            clear(self._trace)
        line = plain(row(when, (said, 1), gap=10))
        self._trace.addWidget(line)

    def _again(self) -> None:
        self.retry_wanted.emit(self._open_ids())

    def _abandon(self) -> None:
        """Ask in the page, never in a dialog: a second gesture confirms."""
        left = [self._deliveries[one] for one in self._open_ids()]
        if not left:
            return
        title = self.tr("Abandonner %1\u00a0envois\u202f?").replace("%1", str(len(left)))
        if len(left) == 1:
            title = self.tr("Abandonner cet envoi\u202f?")
        detail = self.tr("Le document reste dans le dossier\u202f; il ne partira plus vers\u00a0: %1.")
        if any(delivery.state is DeliveryState.IN_DOUBT for delivery in left):
            detail = self.tr("Il se peut qu’il soit déjà arrivé\u00a0: %1.")
        self.strip.say("warn", title, detail.replace("%1", ", ".join(delivery.label for delivery in left)))
        self.strip.add_action(self.tr("Garder"), self._keep, name="outcome.keep")
        self.strip.add_action(self.tr("Abandonner"), self._give_all_up, name="outcome.confirm").setFocus()

    def _keep(self) -> None:
        self._show()
        self._give_up.setFocus()

    def _give_all_up(self) -> None:
        self.give_up_wanted.emit(self._open_ids())
