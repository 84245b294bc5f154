"""What the page of a record shows of files brought into it: the choice of files, what became of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from typing_extensions import override

from demo_lgc.ui import shortcuts
from demo_lgc.ui.reception import words
from demo_lgc.ui.widgets.buttons import Button
from demo_lgc.ui.widgets.layout import col
from demo_lgc.ui.widgets.strip import Strip


class Notice(QWidget):
    """What became of a document, in a strip of the page; some ask for a decision.

    `decided` carries True or False, and False when the doctor sends the question away (Échap). `closed` says
    that the strip went while it had the focus.
    """

    decided = Signal(object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.strip = Strip()
        self.strip.setObjectName("reception.notice")
        self._question: Button | None = None  # what is proposed, while a decision is awaited
        self.setLayout(col(self.strip, margins=(16, 12, 16, 0)))
        self.hide()

    @property
    def asks(self) -> bool:
        """True while a decision is awaited."""
        return self._question is not None

    def say(self, tone: str, title: str, detail: str = "") -> None:
        """Say what became of a document, until the doctor closes it."""
        self._show(tone, title, detail)
        self.strip.add_action(self.tr("Fermer"), self.dismiss, "quiet", name="reception.close")

    def offer(self, tone: str, title: str, action: str, act: Callable[[], object]) -> None:
        """Say it, with what may be done about it; done, the strip goes."""

        def do() -> None:
            self.silence()
            act()

        self._show(tone, title, "")
        self.strip.add_action(action, do, name="reception.act")
        self.strip.add_action(self.tr("Fermer"), self.dismiss, "quiet", name="reception.close")

    def ask(self, title: str, detail: str, yes: str) -> None:
        """Ask for a decision; the focus comes here."""
        self._show("warn", title, detail)
        self._question = self.strip.add_action(yes, partial(self._decide, True), name="reception.yes")
        no = self.strip.add_action(
            self.tr("Ne pas l’ajouter"), partial(self._decide, False), "quiet", name="reception.no"
        )
        no.setToolTip(shortcuts.tip("leave-sheet"))
        self.focus_question()

    def focus_question(self) -> None:
        """Give the keyboard to the question, when it is under the eyes."""
        if self._question is not None and self.isVisible():
            self._question.setFocus()

    def dismiss(self) -> bool:
        """Send the strip away, and the question with it; False when there was none."""
        if self.isHidden():
            return False
        if self.asks:
            self._decide(False)
        else:
            self.silence()
        return True

    def silence(self) -> None:
        """Show nothing."""
        focused = QApplication.focusWidget()
        held = focused is not None and self.isAncestorOf(focused)
        self._question = None
        self.hide()
        self.strip.silence()
        if held:
            self.closed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)

    def _show(self, tone: str, title: str, detail: str) -> None:
        self._question = None
        self.show()
        self.strip.say(tone, title, detail)

    def _decide(self, decision: bool) -> None:
        self.silence()
        self.decided.emit(decision)


def file_dialog(parent: QWidget) -> QFileDialog:
    """Return the dialog that asks which files to add."""
    dialog = QFileDialog(parent, words.tr("Ajouter un fichier"))
    dialog.setObjectName("reception.dialog")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters(
        (
            words.tr("Documents, archives et messages (%1)").replace(
                "%1", "*.xml *.XML *.zip *.ZIP *.eml *.EML"
            ),
            words.tr("Documents CDA (%1)").replace("%1", "*.xml *.XML"),
            words.tr("Archives (%1)").replace("%1", "*.zip *.ZIP"),
            words.tr("Messages (%1)").replace("%1", "*.eml *.EML"),
            words.tr("Tous les fichiers (%1)").replace("%1", "*"),
        )
    )
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, words.tr("Ajouter"))
    dialog.setLabelText(QFileDialog.DialogLabel.Reject, words.tr("Annuler"))
    dialog.setLabelText(QFileDialog.DialogLabel.FileName, words.tr("Fichier"))
    dialog.setLabelText(QFileDialog.DialogLabel.FileType, words.tr("Afficher"))
    dialog.setLabelText(QFileDialog.DialogLabel.LookIn, words.tr("Dossier"))
    return dialog
