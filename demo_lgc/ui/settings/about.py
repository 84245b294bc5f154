"""« À propos »: what runs here, and the diagnosis to hand over when something does not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout

from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.parts import PAD, Section
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.layout import col, row
from demo_lgc.ui.widgets.text import Text


class AboutSection(Section):
    """`copy_asked` wants the diagnosis in the clipboard."""

    copy_asked = Signal()

    def __init__(self, versions: Sequence[tuple[str, str]]) -> None:
        super().__init__(
            words.tr("À propos"),
            words.tr("Ce qui fonctionne sur cet ordinateur."),
        )
        grid = QGridLayout()
        grid.setContentsMargins(PAD, 0, PAD, 10)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        licences = ((words.tr("Licence"), "Apache 2.0"), (words.tr("Icônes"), "Lucide (ISC)"))
        for rank, (label, value) in enumerate((*versions, *licences)):
            said = Text(value, weight=500, tabular=True, wrap=True)
            said.setAccessibleName(f"{label}\u00a0: {value}")
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(Text(label, tone="text2"), rank, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(said, rank, 1, Qt.AlignmentFlag.AlignTop)
        self.copy = button(
            words.tr("Copier le diagnostic"),
            "clipboard-copy",
            "tonal",
            name="settings.copy",
            on=self.copy_asked.emit,
        )
        hint = words.tr(
            "À transmettre à votre assistance\u00a0: l’état de la carte, du lecteur et des services. Aucun "
            "code, aucun nom, rien d’un patient."
        )
        self.build(
            Card(words.tr("Versions"), grid),
            Card(
                words.tr("Diagnostic"),
                col(
                    Text(hint, "small", "text2", wrap=True),
                    row(self.copy, None),
                    gap=10,
                    margins=(PAD, 0, PAD, 10),
                ),
            ),
        )
        self.first = self.copy
