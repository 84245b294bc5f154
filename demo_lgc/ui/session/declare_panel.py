"""What the card does not tell and the DMP wants: the place of work, or the person.

The cards of doctors in training and of some locums hold no activity; that of the staff of an establishment
may name nobody. Reference: [DMP] §2.2, §2.4.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from typing_extensions import override

from demo_lgc.domain.practitioner import PracticeSituation, Unlocked
from demo_lgc.domain.structure_id import read_structure_id
from demo_lgc.ui.session import words
from demo_lgc.ui.session.panel import UNDER, Panel
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.field import Field
from demo_lgc.ui.widgets.layout import col, plain, row
from demo_lgc.ui.widgets.text import Text

LONGEST = 80  # characters of a name
DOCTOR = "10"  # TRE_G15; the DMP wants the speciality of doctors


class DeclarePanel(Panel):
    """The fields that are wanted. `declared` carries a situation, (family, given) and a speciality."""

    declared = Signal(object, object, str)

    def __init__(self) -> None:
        super().__init__(self.tr("Bonjour"))
        self._unlocked: Unlocked | None = None
        self._intro = Text("", tone="text2", wrap=True)
        self.structure = _line("declare.structure", 20)
        self.place = _line("declare.place", LONGEST)
        self.sector = _combo("declare.sector", words.sectors())
        self.speciality = _combo("declare.speciality", words.specialities())
        self.family = _line("declare.family", LONGEST)
        self.given = _line("declare.given", LONGEST)
        self._structure_hint = self.tr("1 + FINESS, 3 + SIRET, 4 + RPPS et rang du cabinet.")
        self._fields: dict[QWidget, Field] = {
            self.structure: Field(self.tr("Identifiant de la structure"), self.structure, steady=True),
            self.place: Field(self.tr("Nom de la structure"), self.place, steady=True),
            self.sector: Field(self.tr("Secteur d’activité"), self.sector),
            self.speciality: Field(self.tr("Votre spécialité"), self.speciality),
            self.family: Field(self.tr("Votre nom"), self.family, steady=True),
            self.given: Field(self.tr("Votre prénom"), self.given, steady=True),
        }
        self.go = button(
            self.tr("Ouvrir ma session"), kind="primary", name="declare.go", big=True, on=self.submit
        )
        self.back = button(
            self.tr("Revenir"), "arrow-left", "quiet", flush=True, name="declare.back", on=self.go_back
        )
        for line in (self.structure, self.place, self.family, self.given):
            line.returnPressed.connect(self.submit)
            line.textEdited.connect(self._typing)
        named = plain(row((self._fields[self.family], 1), (self._fields[self.given], 1), gap=12))
        fields = [self._fields[e] for e in (self.structure, self.place, self.sector, self.speciality)]
        foot = (self.go, row(self.back, None))
        self.setLayout(
            col(self._intro, 4, self.trouble, *fields, named, 2, *foot, gap=8, margins=(0, UNDER, 0, 0))
        )

    def begin(self, unlocked: Unlocked) -> None:
        """Ask for what is missing of who has just unlocked the door."""
        self._unlocked = unlocked
        self.head(self.title, unlocked.practitioner.display_name)
        self.wipe()
        place, name = unlocked.must_declare, unlocked.unnamed
        person = unlocked.practitioner
        speciality = place and person.profession == DOCTOR and not person.speciality
        for editor, wanted in {
            self.structure: place,
            self.place: place,
            self.sector: place,
            self.speciality: speciality,
            self.family: name,
            self.given: name,
        }.items():
            self._fields[editor].setVisible(wanted)
        self._intro.setText(self._why(place=place, name=name))
        self.refresh()

    def _why(self, *, place: bool, name: bool) -> str:
        if not place:
            return self.tr("Cette carte nomme un établissement, pas une personne. Dites qui vous êtes.")
        if name:
            return self.tr("Cette carte ne nomme ni une personne ni un lieu d’exercice. Complétez-la.")
        return self.tr(
            "Aucun lieu d’exercice n’est connu pour vous\u202f; vos documents en nomment un. "
            "D’où exercez-vous\u202f?"
        )

    def forget(self) -> None:
        """Name nobody any more."""
        self._unlocked = None
        self.head(self.title)

    @override
    @property
    def first(self) -> QWidget:
        wanted = (editor for editor, field in self._fields.items() if not field.isHidden())
        return next(wanted, self.go)

    @override
    def wipe(self) -> None:
        super().wipe()
        for editor, field in self._fields.items():
            field.set_error("")
            if isinstance(editor, QLineEdit):
                editor.setText("")
            elif isinstance(editor, QComboBox):
                editor.setCurrentIndex(0)
        self._fields[self.structure].set_hint(self._structure_hint)

    def submit(self) -> None:
        """Hand over what was declared; else say what is missing."""
        unlocked = self._unlocked
        if unlocked is None or self.is_busy:
            return
        missing = [editor for editor, error in self._errors(unlocked).items() if error]
        if missing:
            missing[0].setFocus()
            return
        situation, speciality = unlocked.situations[:1], ""
        if not situation:
            identifier = read_structure_id(self.structure.text())
            place = self.place.text().strip()
            situation = (PracticeSituation(identifier, place, self.sector.currentData(), declared=True),)
        if not self._fields[self.speciality].isHidden():
            speciality = self.speciality.currentData()
        name = (
            (self.family.text().strip().upper(), self.given.text().strip()) if unlocked.unnamed else ("", "")
        )
        self.declared.emit(situation[0], name, speciality)

    def _errors(self, unlocked: Unlocked) -> dict[QLineEdit, str]:
        """Say at each field what is wrong with it, and return it."""
        errors = {}
        if unlocked.must_declare:
            known = words.structure_kind(read_structure_id(self.structure.text()))
            wanted = self.tr("Attendu\u00a0: {hint}").format(hint=self._structure_hint)
            errors[self.structure] = "" if known else wanted
            errors[self.place] = (
                "" if self.place.text().strip() else self.tr("Indiquez le nom de la structure.")
            )
        if unlocked.unnamed:
            errors[self.family] = "" if self.family.text().strip() else self.tr("Indiquez votre nom.")
            errors[self.given] = "" if self.given.text().strip() else self.tr("Indiquez votre prénom.")
        for editor, error in errors.items():
            self._fields[editor].set_error(error)
        return errors

    def _typing(self) -> None:
        """What is wrong is said when it is sent; what is recognised, at once."""
        for field in self._fields.values():
            field.set_error("")
        known = words.structure_kind(read_structure_id(self.structure.text()))
        self._fields[self.structure].set_hint(known or self._structure_hint)


def _line(name: str, longest: int) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setMaxLength(longest)
    return made


def _combo(name: str, choices: tuple[tuple[str, str], ...]) -> QComboBox:
    made = QComboBox()
    made.setObjectName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(8)
    for code, label in choices:
        made.addItem(label, code)
    return made
