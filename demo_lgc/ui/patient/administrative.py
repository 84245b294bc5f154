"""« Données administratives »: who the patient is for the State, where they live, and what they refuse.

Reference: [INS] strict and complementary traits; [DMP] §3, §8.5 (the opposition is kept by the practice).
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout

from demo_lgc.domain.identity import Patient
from demo_lgc.ui import theme
from demo_lgc.ui.patient.words import ins_nature, sex_word
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.layout import clear, col, plain, row, scroll
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Text

LABELS = 232


class AdministrativeData(Page):
    """The traits of the patient. `opposed` carries what the doctor records."""

    opposed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._cards = col(gap=12)
        self.opposition = QCheckBox(self.tr("Le patient s’oppose à l’alimentation de son DMP"))
        self.opposition.setObjectName("record.opposition")
        self.opposition.setFont(theme.font("small"))
        self.opposition.clicked.connect(self.opposed)
        self.problem = Strip()
        hint = Text(
            self.tr(
                "Aucun nouveau document ne sera déposé tant que la case est cochée. La décision est "
                "conservée et tracée au cabinet\u202f; elle peut être changée à tout moment."
            ),
            "caption",
            "text3",
            wrap=True,
        )
        dmp = col(self.opposition, hint, self.problem, gap=4, margins=(16, 0, 16, 8))
        title = Text(self.tr("Données administratives"), "title")
        inner = plain(
            col(title, 4, self._cards, Card(self.tr("DMP"), dmp), None, gap=12, margins=(20, 16, 20, 16))
        )
        area = scroll(inner)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName(self.tr("Données administratives"))
        self.first = area
        self.setLayout(col(area))

    def show_patient(self, patient: Patient) -> None:
        """Show the traits and the opposition as recorded."""
        clear(self._cards)
        status = row(states.IDENTITY[patient.status].chip(), None, gap=8, margins=(16, 0, 16, 10))
        self._cards.addWidget(Card(self.tr("Identité"), status, _grid(self._strict(patient))))
        self._cards.addWidget(Card(self.tr("Traits complémentaires"), _grid(self._others(patient))))
        self._cards.addWidget(Card(self.tr("Coordonnées"), _grid(self._reach(patient))))
        self.opposition.setChecked(patient.opposed_to_dmp)
        self.problem.silence()

    def show_recording(self, recording: bool) -> None:
        """Hold the box while the decision is written down."""
        self.opposition.setEnabled(not recording)

    def show_problem(self, patient: Patient, title: str, detail: str) -> None:
        """Say why the decision was not kept; the box says again what is recorded."""
        self.opposition.setChecked(patient.opposed_to_dmp)
        self.problem.say("danger", title, detail)

    def _strict(self, patient: Patient) -> list[tuple[str, str]]:
        ins, hidden = patient.ins, self.tr("Non affiché\u00a0: l’identité n’est pas qualifiée")
        shown = ins.spaced if ins is not None and patient.is_qualified else hidden
        lines = [
            (self.tr("Nom de naissance"), patient.birth_name),
            (self.tr("Premier prénom de naissance"), patient.first_given_name),
            (self.tr("Prénoms de naissance"), " ".join(patient.given_names)),
            (self.tr("Date de naissance"), f"{patient.birth_date:%d/%m/%Y}"),
            (self.tr("Sexe"), sex_word(patient.sex)),
            (self.tr("Lieu de naissance (code INSEE)"), patient.birth_place),
            (self.tr("Matricule INS"), shown if ins is not None else self.tr("Non renseigné")),
        ]
        if ins is not None and patient.is_qualified:
            lines.append((self.tr("Nature de l’INS"), f"{ins_nature(ins.oid)} (OID\u00a0{ins.oid})"))
        return lines

    def _others(self, patient: Patient) -> list[tuple[str, str]]:
        return [
            (self.tr("Nom utilisé"), patient.used_name),
            (self.tr("Prénom utilisé"), patient.used_given_name),
            (self.tr("Numéro au cabinet (IPP)"), patient.ipp),
        ]

    def _reach(self, patient: Patient) -> list[tuple[str, str]]:
        address, kind = patient.address, self.tr("Téléphone")
        city = f"{address.postal_code} {address.city}".strip()
        lines = [(self.tr("Adresse"), "\n".join(part for part in (address.street, city) if part))]
        return lines + ([(kind, number) for number in patient.phones] or [(kind, "")])


def _grid(lines: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(16, 0, 16, 10)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(9)
    grid.setColumnMinimumWidth(0, LABELS)
    grid.setColumnStretch(1, 1)
    top = Qt.AlignmentFlag.AlignTop
    for rank, (label, value) in enumerate(lines):
        said = Text(value or "–", "small", "text" if value else "text3", tabular=True, weight=500, wrap=True)
        said.setAccessibleName(f"{label}\u00a0: {value}")
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(Text(label, "small", "text2"), rank, 0, top)
        grid.addWidget(said, rank, 1, top)
    return grid
