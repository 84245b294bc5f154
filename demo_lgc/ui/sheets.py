"""The two small sheets of the window: which record to close, and what this program is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtWidgets import QDialog, QFormLayout, QWidget

from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.layout import col, row
from demo_lgc.ui.widgets.mark import Mark
from demo_lgc.ui.widgets.text import Text


class WhichToClose(QDialog):
    """Asked when one record too many is opened. `chosen` is the id of the record to close."""

    def __init__(self, records: Mapping[int, str], parent: QWidget) -> None:
        super().__init__(parent)
        self.chosen = 0
        self.setProperty("role", "sheet")
        self.setObjectName("which-to-close")
        self.setWindowTitle(self.tr("Fermer un dossier"))
        many = self.tr("{count}\u00a0dossiers sont déjà ouverts.").format(count=len(records))
        choices = [
            button(name, "user", on=partial(self._choose, patient_id)) for patient_id, name in records.items()
        ]
        self.setLayout(
            col(
                Text(many, "section"),
                Text(self.tr("Choisissez celui à fermer pour ouvrir le suivant."), tone="text2", wrap=True),
                8,
                *choices,
                12,
                row(None, button(self.tr("Annuler"), kind="quiet", on=self.reject)),
                gap=8,
                margins=24,
            )
        )
        self.setMinimumWidth(360)

    def _choose(self, patient_id: int) -> None:
        self.chosen = patient_id
        self.accept()


class About(QDialog):
    """Publisher, name and version, as they are declared to the DMP in every request (VIHF)."""

    def __init__(self, software: str, version: str, publisher: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "sheet")
        self.setObjectName("about")
        self.setWindowTitle(self.tr("À propos"))
        facts = QFormLayout()
        facts.setHorizontalSpacing(24)
        facts.setVerticalSpacing(6)
        for label, value in (
            (self.tr("Éditeur"), publisher),
            (self.tr("Logiciel"), software),
            (self.tr("Version"), version),
            (self.tr("Licence"), "Apache 2.0"),
            (self.tr("Icônes"), "Lucide (ISC)"),
        ):
            facts.addRow(Text(label, tone="text2"), Text(value, weight=500))
        self.setLayout(
            col(
                row(Mark(40), 6, Text(software, "title"), None),
                12,
                facts,
                20,
                row(None, button(self.tr("Fermer"), kind="primary", on=self.accept)),
                gap=4,
                margins=24,
            )
        )
        self.setMinimumWidth(360)
