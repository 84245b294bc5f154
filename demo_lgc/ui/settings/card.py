"""« Carte et lecteur »: the library that speaks to the card, what is in the readers, what connections use."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from demo_lgc.domain.administration import LibraryState, Machine
from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.parts import PAD, Line, Lines, PathField, Section
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.field import Field
from demo_lgc.ui.widgets.layout import row, rule


class CardSection(Section):
    """`library_given` carries a path, `browse_asked` wants one to be chosen, `look_again` the diagnosis."""

    library_given = Signal(str)
    browse_asked = Signal()
    look_again = Signal()

    def __init__(self, fixed: str = "") -> None:
        super().__init__(
            words.tr("Carte et lecteur"),
            words.tr("Ce que le programme trouve sur cet ordinateur pour lire votre carte."),
        )
        self._shown = ""  # the library that is set
        self._asked: str | None = ""  # the last path given, not to be tried twice when the field is left
        self.path = PathField()
        self.path.setObjectName("settings.library")
        self.path.setPlaceholderText(words.tr("Cherchée aux emplacements habituels"))
        self.path.setMaxLength(1024)
        self._field = Field(words.tr("En choisir une autre (facultatif)"), self.path, steady=True)
        self.browse = button(words.tr("Parcourir…"), name="settings.browse", on=self.browse_asked.emit)
        self.again = button(
            words.tr("Réessayer"), "refresh-cw", name="settings.again", on=self.look_again.emit
        )
        self.libraries, self.cards, self.engine = Lines(), Lines(), Lines()
        self.build(
            Card(words.tr("Cartes dans les lecteurs"), self.cards),
            Card(
                words.tr("Bibliothèque de la carte"),
                self.libraries,
                rule(),
                row((self._field, 1), self.browse, gap=8, margins=(PAD, 12, PAD, 6)),
            ),
            Card(words.tr("Connexions"), self.engine),
            action=self.again,
        )
        self.first = self.again
        self._fixed = fixed
        if fixed:
            self.path.setReadOnly(True)
            self.browse.setEnabled(False)
            self.browse.setToolTip(self._hint())
        self.path.returnPressed.connect(self._forget_asked)
        self.path.editingFinished.connect(self._given)
        self.path.textEdited.connect(lambda _text: self._field.set_error(""))
        self.show_library("")
        self.show_waiting()

    def show_library(self, path: str) -> None:
        """Show the library that is set; what was typed and not kept is forgotten."""
        self._shown = self._asked = self._fixed or path
        self.path.setText(self._shown)  # even the same: what was typed can no longer be taken back
        self.path.setToolTip(self._shown)
        self._field.set_error("")
        self._field.set_hint(self._hint())

    def take_back(self) -> bool:
        """Show again what is set; False when nothing else was typed."""
        typed = self.path.text() != self._shown
        self.show_library(self._shown)
        return typed

    def show_checking(self, path: str) -> None:
        """A path is being tried, in a process of its own."""
        if self.path.text() != path:
            self.path.setText(path)
        self._asked = path
        self._field.set_error("")
        self._field.set_hint(words.tr("Essai de la bibliothèque…"))

    def is_about(self, path: str) -> bool:
        """True while `path` is the last one given."""
        return self._asked == path

    def refuse_library(self, found: LibraryState) -> None:
        """Say why a path is not kept; it stays in the field, to be mended."""
        self._field.set_hint(self._hint())
        why = f"{words.NBSP}«{words.NBSP}{found.reason}{words.NBSP}»" if found.reason else ""
        self._field.set_error(f"{words.trouble(found)}{why}")

    def show_waiting(self) -> None:
        """Nothing is known yet."""
        for lines in (self.cards, self.libraries, self.engine):
            lines.show_lines([Line("loader", words.tr("Lecture…"))])

    def show_machine(self, machine: Machine) -> None:
        """Show how things stand."""
        none = words.tr("Aucune bibliothèque trouvée."), words.tr("Installez la Cryptolib CPS.")
        found = [_library(one) for one in machine.libraries]
        self.libraries.show_lines(found or [Line("message-warn", *none)])
        cards: list[QWidget] = []
        for seen in machine.cards:
            said = words.problem(seen.problem)[0] if seen.problem else words.tr("Lisible")
            tone, mark = ("warn", "message-warn") if seen.problem else ("ok", "sent")
            cards.append(Line("card", *words.card(seen), said.rstrip("."), tone, mark))
        if machine.problem is not None:
            cards.append(Line("message-warn", *words.problem(machine.problem)))
        self.cards.show_lines(cards or [Line("card", words.tr("Aucune carte."))])
        said, detail, tone = words.engine(machine.engine)
        self.engine.show_lines([Line(f"message-{tone}", said, detail)])

    def _forget_asked(self) -> None:
        if self.path.text() != self._shown:
            self._asked = None

    def _given(self) -> None:
        path = self.path.text().strip()
        if path != self._asked and not self.path.isReadOnly():
            self._asked = path
            self.library_given.emit(path)

    def _hint(self) -> str:
        if self._fixed:
            return words.tr("Imposée par l’environnement de ce cabinet.")
        return words.tr("Utilisée à la prochaine ouverture du programme.")


def library_dialog(parent: QWidget) -> QFileDialog:
    """Return the dialog that asks for a library; it says its words in French wherever Qt draws it."""
    dialog = QFileDialog(parent, words.tr("Bibliothèque de la carte"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(
        [words.tr("Bibliothèques (*.so *.so.* *.dll *.dylib)"), words.tr("Tous les fichiers (*)")]
    )
    dialog.setLabelText(QFileDialog.DialogLabel.Accept, words.tr("Choisir"))
    dialog.setLabelText(QFileDialog.DialogLabel.Reject, words.tr("Annuler"))
    dialog.setLabelText(QFileDialog.DialogLabel.FileName, words.tr("Fichier"))
    dialog.setLabelText(QFileDialog.DialogLabel.FileType, words.tr("Afficher"))
    dialog.setLabelText(QFileDialog.DialogLabel.LookIn, words.tr("Dossier"))
    return dialog


def _library(found: LibraryState) -> Line:
    path = PureWindowsPath(found.path) if "\\" in found.path else Path(found.path)
    where = " ".join(part for part in (words.trouble(found), str(path.parent)) if part)
    unusable = words.tr("Inutilisable"), "danger", "failed"
    state = unusable if found.trouble else (words.tr("Fonctionne"), "ok", "sent")
    line = Line("cpu", path.name or found.path, where, *state)
    line.setToolTip("\n".join(part for part in (found.path, found.reason) if part))
    return line
