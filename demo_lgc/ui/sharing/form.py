"""Étape 4, in one panel: destination, access, confidentiality, recipients, subject and message.

What is known is not asked: the form comes filled, says what is missing beside « Envoyer », and never loses a
word. Reference: [Y] étapes 2 to 4; [DMP] §8.5 (what is hidden may be shown later, never hidden again).
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget
from typing_extensions import override

from demo_lgc.domain.document import Visibility
from demo_lgc.domain.message import Correspondent
from demo_lgc.ui import theme
from demo_lgc.ui.sharing.access import AccessStrip
from demo_lgc.ui.sharing.destination import DestinationChoice
from demo_lgc.ui.sharing.model import (
    Access,
    Destination,
    Draft,
    Readiness,
    obstacles,
    preferred,
    readiness,
)
from demo_lgc.ui.sharing.recipients import Recipients
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.field import Field
from demo_lgc.ui.widgets.layout import col, plain, row, rule, scroll
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Icon, Text

LETTER = 132  # pixels


class _Letter(QPlainTextEdit):
    """As high as a short letter; what is left of the page is for it."""

    @property
    def words(self) -> str:
        """What is written, no-break spaces kept (`toPlainText` makes them plain)."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), LETTER)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), LETTER)


class ShareForm(QWidget):
    """The form. `sent` carries the `Draft` to send; `cancelled` asks to go back to the record."""

    sent = Signal(object)
    cancelled = Signal()

    def __init__(self, subject: str, body: str, unknown: Access) -> None:
        super().__init__()
        self._wanted = Destination.BOTH
        self._known = unknown
        self._preparing = False
        self._letter = subject, body
        self.destination = DestinationChoice()
        self.access = AccessStrip()
        self.visibility = self._visibility()
        self.recipients = Recipients()
        self.to = Field(self.tr("Destinataires"), self.recipients)
        self.subject = QLineEdit(subject)
        self.subject.setObjectName("share.subject")
        self.body = _Letter(body)
        self.body.setObjectName("share.body")
        self.body.setFont(theme.font("small"))
        self.body.setTabChangesFocus(True)
        self.problem = Strip()
        self.problem.setObjectName("share.problem")
        self.caution = Strip()
        self.caution.setObjectName("share.caution")
        self._said = Text("", "caption", "text2", wrap=True)
        self._cancel = button(self.tr("Annuler"), kind="quiet", name="share.cancel", on=self.cancelled.emit)
        self._send = button(self.tr("Envoyer"), "send", "primary", name="share.send", on=self.send)
        self._build()
        self._busy = Busy(self)
        self.destination.wanted.connect(self._want)
        self.visibility.currentIndexChanged.connect(lambda _rank: self._judge())
        self.recipients.changed.connect(self._people_changed)
        self.subject.textChanged.connect(lambda _text: self._judge())
        self.show_access(unknown)

    # --- what is shown --------------------------------------------------------------------------------

    @property
    def draft(self) -> Draft:
        """What was chosen and typed so far."""
        chosen = self.destination.chosen
        return Draft(
            destination=chosen,
            visibility=self.visibility.currentData() if chosen.to_dmp else Visibility.VISIBLE,
            recipients=self.recipients.people if chosen.by_mail else (),
            subject=self.subject.text(),
            body=self.body.words,
            pending=self.recipients.typed if chosen.by_mail else "",
        )

    @property
    def is_touched(self) -> bool:
        """True once the doctor has chosen or written something that closing the record would lose."""
        people = self.recipients
        return bool(
            people.people
            or people.typed
            or self.visibility.currentIndex()
            or (self.subject.text(), self.body.words) != self._letter
        )

    @property
    def readiness(self) -> Readiness:
        """Whether the draft may be sent, and what is said beside « Envoyer »."""
        if self._preparing:
            return Readiness(False, self.tr("Construction et signature du document…"))
        if self.to.error and self.draft.pending:
            return Readiness(False, self.tr("Corrigez ou effacez l’adresse refusée."))
        return readiness(self.draft, self._known)

    def show_access(self, access: Access) -> None:
        """Show what is known of the DMP, and offer only what it allows."""
        self._known = access
        self.access.show_access(access)
        self._judge()

    def show_caution(self, title: str, detail: str) -> None:
        """Warn of what the doctor should know before sending; two empty strings take it away."""
        self.caution.say("warn", title, detail)

    def show_problem(self, title: str, detail: str) -> None:
        """Say in a strip why nothing has left; what was typed stays."""
        self.problem.say("danger", title, detail)
        self._send.setFocus()

    def show_preparing(self, preparing: bool) -> None:
        """Hold « Envoyer » while the document is built and signed."""
        self._preparing = preparing
        if preparing:
            self.problem.silence()
            self._busy.start(self.tr("Construction et signature du document…"))
        else:
            self._busy.stop()
        for part in (self.destination, self.visibility, self.to, self.subject, self.body):
            part.setEnabled(not preparing)
        self._judge()

    def refuse_address(self, title: str) -> None:
        """Say, at the field, why the address typed is not a recipient."""
        self.to.set_error(title)
        self._judge()

    def add_recipient(self, who: Correspondent) -> None:
        """Make somebody a recipient."""
        self.recipients.add(who)

    def send(self) -> None:
        """Send, when everything is there; else show where something is missing."""
        if self.readiness.ready:
            self.sent.emit(self.draft)
        elif not self._preparing and self.draft.destination.by_mail and not self.draft.recipients:
            self.recipients.setFocus()

    def set_side(self, side: int) -> None:
        """Leave `side` pixels more at both sides, when the form stands alone on a wide page."""
        self._inner.setContentsMargins(20 + side, 12, 20 + side, 8)
        self._foot.setContentsMargins(20 + side, 10, 20 + side, 12)

    # --- building -------------------------------------------------------------------------------------

    def _visibility(self) -> QComboBox:
        box = QComboBox()
        box.setObjectName("share.visibility")
        box.setAccessibleName(self.tr("Confidentialité"))
        for word, value in (
            (self.tr("Visible"), Visibility.VISIBLE),
            (self.tr("Masqué aux autres professionnels"), Visibility.MASKED_TO_PROFESSIONALS),
            (self.tr("Invisible pour le patient"), Visibility.INVISIBLE_TO_PATIENT),
        ):
            box.addItem(word, value)
        return box

    def _build(self) -> None:
        label = Text(self.tr("Confidentialité"), "small", "text2", weight=500)
        label.setBuddy(self.visibility)
        self._hint = Text("", "caption", "text3", wrap=True)
        self._hiding = plain(col(row(label, (self.visibility, 1), gap=14), self._hint, gap=5))
        self._dmp = plain(
            col(
                Text(self.tr("Dans le DMP"), "section"),
                self.access,
                self._hiding,
                gap=7,
            )
        )
        attached = Text(self.tr("Archive XDM (CDA) et PDF du même document"), "caption", "text3", elide=True)
        self._mail = plain(
            col(
                Text(self.tr("Message MSSanté"), "section"),
                self.to,
                Field(self.tr("Objet"), self.subject),
                (Field(self.tr("Message"), self.body), 1),
                row(Icon("paperclip", "text3", 14), (attached, 1), gap=6),
                gap=7,
            )
        )
        title = Text(self.tr("Destination"), "section")
        self._between = plain(col(3, rule(), 3, gap=0))
        self._inner = col(
            self.problem,
            self.caution,
            title,
            self.destination,
            3,
            rule(),
            3,
            self._dmp,
            self._between,
            (self._mail, 10),
            None,
            gap=6,
            margins=(20, 12, 20, 8),
        )
        self._foot = row((self._said, 1), self._cancel, self._send, gap=8, margins=(20, 10, 20, 12))
        self.setLayout(col((scroll(plain(self._inner)), 1), rule(), plain(self._foot), gap=0))

    # --- judging --------------------------------------------------------------------------------------

    def _want(self, destination: Destination) -> None:
        self._wanted = destination
        self._judge()

    def _people_changed(self) -> None:
        self.to.set_error("")
        self._judge()

    def _judge(self) -> None:
        """Offer what is possible, take the nearest to what was wanted, say what is missing."""
        refused = obstacles(self._known, self.visibility.currentData())
        self.destination.show_choice(preferred(self._wanted, refused), refused)
        chosen = self.destination.chosen
        self._hint.setText(self._about(self.visibility.currentData()))
        self._hint.setVisible(bool(self._hint.text()))
        self._hiding.setVisible(chosen.to_dmp and self._known.may_feed)
        focused = self.focusWidget()
        if focused is not None and not chosen.by_mail and self._mail.isAncestorOf(focused):
            self.visibility.setFocus()  # never left to a button that closes
        for part in (self._mail, self._between):
            part.setVisible(chosen.by_mail)
        ready = self.readiness
        self._said.setText(ready.sentence)
        self._send.setEnabled(ready.ready)
        self._send.setToolTip(self.tr("Ctrl+Entrée") if ready.ready else ready.sentence)

    def _about(self, visibility: Visibility) -> str:
        return {
            Visibility.VISIBLE: "",
            Visibility.MASKED_TO_PROFESSIONALS: self.tr(
                "Vous, le patient et son médecin traitant le verront. Le masquage pourra être levé."
            ),
            Visibility.INVISIBLE_TO_PATIENT: self.tr(
                "À rendre visible après l’annonce\u202f; une fois visible, il ne pourra plus être caché."
            ),
        }[visibility]
