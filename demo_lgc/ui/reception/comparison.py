"""« À qui est ce document ? »: the traits of the record and those of the document, side by side.

The sheet lets nothing be filed by habit: its button sleeps until the doctor says, by a tick, that both sides
were compared.

Reference: [INS] RNIV 1; interface §5 ASSIGNMENT, sentence 17.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from demo_lgc.domain.identity import Patient
from demo_lgc.domain.identity_match import Agreement, IdentityMatch, Trait, TraitCheck
from demo_lgc.ui import shortcuts
from demo_lgc.ui.reception import words
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.cell import Cell
from demo_lgc.ui.widgets.layout import col, frame, row
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.table import Column, RowsModel, TableView
from demo_lgc.ui.widgets.text import Text

WIDTH = 720
MOST_OTHERS = 2  # other patients proposed: the practice rarely has two who share all their traits


class WhoseDocument(QDialog):
    """The traits of the record and of the document side by side; accepted only after the tick.

    Without `match` the file cannot be read, and says nothing to compare. `others` are the patients of the
    practice it seems to be about: `wanted` is the id of the one whose record the doctor asks for instead, 0
    for none. `note` is what else makes it doubtful.
    """

    def __init__(
        self,
        patient: Patient,
        title: str,
        about: str,
        match: IdentityMatch | None,
        parent: QWidget,
        *,
        others: tuple[Patient, ...] = (),
        note: str = "",
    ) -> None:
        super().__init__(parent)
        self.wanted = 0
        self.setProperty("role", "sheet")
        self.setObjectName("whose-document")
        self.setWindowTitle(self.tr("À qui est ce document\u202f?"))
        self.note = Strip()
        proposed = [(other, Strip()) for other in others[:MOST_OTHERS]]
        self._tick = QCheckBox(_typed(self._promise(patient, match)))
        self._tick.setObjectName("whose.tick")
        add = self.tr("Ajouter au dossier de %1").replace("%1", words.name_of(patient))
        self._add = button(_typed(add), kind="primary", name="whose.add", enabled=False, on=self.accept)
        self._add.setToolTip(shortcuts.tip("receive"))
        self._tick.toggled.connect(self._add.setEnabled)
        leave = button(self.tr("Ne pas l’ajouter"), kind="quiet", name="whose.leave", on=self.reject)
        leave.setToolTip(shortcuts.tip("leave-sheet"))
        self.table = _table(patient, match) if match is not None else None
        self.setLayout(
            col(
                Text(self.windowTitle(), "title"),
                Text(" ".join(title.split()), weight=600, elide=True),
                *((Text(about, "caption", "text2", elide=True),) if about else ()),
                8,
                self.note,
                *(strip for _, strip in proposed),
                *((_framed(self.table),) if self.table is not None else ()),
                8,
                self._tick,
                8,
                row(None, leave, self._add),
                gap=8,
                margins=24,
            )
        )
        self.setFixedWidth(WIDTH)
        self.note.say("warn", *words.doubts(note, match))
        for other, strip in proposed:  # a strip shows itself when it speaks: not before it has a place
            strip.say(
                "accent", self.tr("Il semble concerner %1.").replace("%1", words.named(other)), icon="user"
            )
            strip.add_action(self.tr("Ouvrir son dossier"), partial(self._want, other.id), name="whose.other")
        shortcuts.bind("receive", self, self._add.click)
        self._tick.setFocus()

    def _promise(self, patient: Patient, match: IdentityMatch | None) -> str:
        compared = self.tr("J’ai comparé\u00a0: ce document concerne bien %1")
        checked = self.tr("J’ai vérifié\u00a0: ce fichier concerne bien %1")
        return (checked if match is None else compared).replace("%1", words.name_of(patient))

    def _want(self, patient_id: int) -> None:
        self.wanted = patient_id
        self.reject()


def _table(patient: Patient, match: IdentityMatch) -> TableView:
    """The six traits. The matricule of an identity that is not qualified is shown nowhere."""

    def ours(check: TraitCheck) -> Cell:
        if check.trait is Trait.INS and check.in_record and not patient.is_qualified:
            return Cell(words.tr("identité non qualifiée"), tone="text3")
        return _value(check, check.in_record, "text")

    def theirs(check: TraitCheck) -> Cell:
        return _value(check, check.in_document, "warn" if check.agreement is Agreement.DIFFERS else "text")

    columns = (
        Column[TraitCheck](words.tr("Trait"), lambda check: Cell(words.label_of(check.trait), tone="text2")),
        Column[TraitCheck](words.tr("Dossier"), ours),
        Column[TraitCheck](words.tr("Document"), theirs, stretch=True),
        Column[TraitCheck](words.tr("Comparaison"), _verdict),
    )
    table = TableView(
        RowsModel(columns, key=lambda check: check.trait, rows=match.checks),
        words.tr("Traits du dossier et du document"),
    )
    table.setObjectName("whose.traits")
    table.fit_height()
    return table


def _value(check: TraitCheck, value: str, tone: str) -> Cell:
    said = words.value_of(check, value)
    if not said:
        return Cell(words.tr("non précisé"), tone="text3")
    return Cell(said, tone=tone, weight=600 if tone == "warn" else 500)


def _verdict(check: TraitCheck) -> Cell:
    said = words.verdict(check.agreement)
    if check.agreement is Agreement.EQUAL:
        return Cell(said, icon="check", tone="muted")
    if check.agreement is Agreement.DIFFERS:
        return Cell(said, icon="message-warn", tone="warn", chip=True)
    return Cell(said, icon="circle-question-mark", tone="muted")


def _framed(table: TableView) -> QWidget:
    return frame("card", col(table, margins=1))


def _typed(text: str) -> str:
    """Return a text for a button: « & » stands for itself, and underlines nothing."""
    return text.replace("&", "&&")
