"""« Partager le VSM »: at the left what will be sent, at the right the form, then what became of it."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override

from demo_lgc.domain.delivery import Delivery
from demo_lgc.domain.identity import Patient
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.sharing.form import ShareForm
from demo_lgc.ui.sharing.model import Access
from demo_lgc.ui.sharing.outcome import OutcomePanel
from demo_lgc.ui.viewer.closed import ClosedBrowser
from demo_lgc.ui.widgets.buttons import IconButton, button
from demo_lgc.ui.widgets.layout import col, frame, plain, row, vrule
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Text, kbd

FORM_WIDTH, LONE_FORM, WIDEST = 500, 680, 16_777_215


class Preview(ClosedBrowser):
    """The document as it will be read. The page is all there is."""

    def __init__(self) -> None:
        super().__init__(QCoreApplication.translate("SharePage", "Ce qui sera envoyé"))
        self.setFont(theme.font("small", tabular=True))
        self.paper.setDefaultFont(theme.font("small", tabular=True))
        self.paper.setDocumentMargin(22)
        self.setTabChangesFocus(True)


class SharePage(QWidget):
    """The sharing page of one patient.

    `decided` carries the `Draft` to send; `back_requested` leaves, keeping everything; `access_wanted` asks
    for TD0.2 again, `consented` for TD0.3; `look_changed` wants the preview in the new colours.
    """

    decided = Signal(object)
    back_requested = Signal()
    access_wanted = Signal()
    consented = Signal()
    look_changed = Signal()

    def __init__(
        self, patient: Patient, doctor: str, today: date, known: Access, form: ShareForm | None = None
    ) -> None:
        """Build the page; `form` may have been built in an earlier turn of the event loop."""
        super().__init__()
        self._today = today
        self.form = form or ShareForm(*letter(patient, doctor), known)
        self.outcome = OutcomePanel()
        self.preview = Preview()
        self.unread = Strip()
        self._over = Text(self.tr("Ce qui sera envoyé"), "section")
        self._under = Text(
            self.tr("Construit une seule fois, le même pour tous"), "caption", "text3", elide=True
        )
        self._stack = QStackedWidget()
        self._toggle = button(self.tr("Voir le document"), "eye", checked=False)
        self._toggle.setObjectName("share.toggle")
        self._toggle.toggled.connect(lambda _on: self._arrange())
        self._narrow = False
        self._build()
        # Last: a widget with many children costs at each change of its ancestors.
        self._stack.addWidget(self.form)
        self._stack.addWidget(self.outcome)
        self._arrange()
        self.form.sent.connect(self.decided)
        self.form.cancelled.connect(self.back_requested)
        self.form.access.asked_again.connect(self.access_wanted)
        self.form.access.consented.connect(self.consented)
        self.outcome.back_wanted.connect(self.back_requested)
        shortcuts.bind("send", self, self._go)

    @property
    def is_outcome(self) -> bool:
        """True once the document has been written down."""
        return self._stack.currentWidget() is self.outcome

    def show_preview(self, html: str) -> None:
        """Show the document as it will be read."""
        self.unread.silence()
        at = self.preview.verticalScrollBar().value()
        self.preview.setHtml(html)
        self.preview.verticalScrollBar().setValue(at)

    def show_unread(self, title: str, detail: str) -> None:
        """Say why the document cannot be shown."""
        self.unread.say("danger", title, detail)

    def show_outcome(self, deliveries: tuple[Delivery, ...]) -> None:
        """Put the outcome in place of the form."""
        self._over.setText(self.tr("Ce qui a été envoyé"))
        self.outcome.begin(deliveries, self._today)
        self._stack.setCurrentWidget(self.outcome)
        self.outcome.back.setFocus()

    def focus_first(self) -> None:
        """Give the focus to the next thing to do."""
        if self.is_outcome:
            self.outcome.back.setFocus()
        elif self.form.readiness.ready:
            self.form.setFocus()
        elif not self.form.recipients.people and self.form.draft.destination.by_mail:
            self.form.recipients.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_requested.emit()
            return
        super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.look_changed.emit()

    def set_narrow(self, narrow: bool, width: int) -> None:
        """Fold to the form alone when the window is narrow; `width` is the room of this page."""
        self._narrow = narrow
        self._arrange(width)

    def _go(self) -> None:
        if self.is_outcome:
            self.back_requested.emit()
        else:
            self.form.send()

    def _build(self) -> None:
        back = IconButton("arrow-left", self.tr("Revenir au dossier"), tip=shortcuts.tip("back"))
        back.clicked.connect(lambda _on=False: self.back_requested.emit())
        title = Text(self.tr("Partager le VSM"), "section")
        keys = Text(self.tr("revenir au dossier"), "caption", "text3")
        head = frame(
            "bar",
            row(
                back, title, None, self._toggle, 8, kbd(self.tr("Échap")), keys, gap=8, margins=(14, 0, 16, 0)
            ),
            height=theme.TOOLBAR,
        )
        paper = frame("card", col((self.preview, 1), margins=6))
        self._left = plain(
            col(
                row(self._over, None, self._under),
                self.unread,
                (paper, 1),
                gap=10,
                margins=(24, 14, 24, 20),
            )
        )
        self._line = vrule()
        self._right = frame("pane", col(self._stack))
        self._sides = row((self._left, 1), self._line, self._right, gap=0)
        self.setLayout(col(head, (self._sides, 1), gap=0))

    def _arrange(self, width: int = 0) -> None:
        """Two panes when there is room; else the form alone, or the document when asked."""
        narrow, reading = self._narrow, self._toggle.isChecked()
        self._toggle.setVisible(narrow)
        self._toggle.setText(self.tr("Voir le formulaire") if reading else self.tr("Voir le document"))
        self._left.setVisible(not narrow or reading)
        self._line.setVisible(not narrow)
        self._right.setVisible(not narrow or not reading)
        self._right.setMinimumWidth(0 if narrow else FORM_WIDTH)
        self._right.setMaximumWidth(WIDEST if narrow else FORM_WIDTH)
        side = max(0, ((width or self.width()) - LONE_FORM) // 2) if narrow else 0
        self.form.set_side(side)
        self.outcome.set_side(side)


def letter(patient: Patient, doctor: str) -> tuple[str, str]:
    """Return the subject and the text the form comes filled with."""
    named = f"{patient.courtesy_name} {patient.called}"
    title, _, family = patient.courtesy_name.rpartition("\u00a0")
    inside = f"{title}\u00a0{patient.called} {family}".strip()
    subject = QCoreApplication.translate("SharePage", "Synthèse médicale de %1").replace("%1", named)
    body = QCoreApplication.translate(
        "SharePage",
        "Cher confrère,\n\nVous trouverez ci-joint la synthèse médicale à jour de %1.\n\n"
        "Bien confraternellement,\n%2",
    )
    return subject, body.replace("%1", inside).replace("%2", doctor)
