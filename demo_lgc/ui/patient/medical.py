"""« Données médicales »: the rubrics of the synthesis, to be read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from demo_lgc.domain.vsm import Vsm
from demo_lgc.ui.patient.rubrics import Section, sections
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.layout import clear, col, plain, row, scroll
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.text import Icon, Text

WIDTHS = (92, 176)  # at least, for the date and the kind


class MedicalData(Page):
    """The rubrics, one card each."""

    def __init__(self) -> None:
        super().__init__()
        self._cards = col(gap=12)
        title = Text(self.tr("Données médicales"), "title")
        inner = plain(col(title, 4, self._cards, None, gap=8, margins=(20, 16, 20, 16)))
        area = scroll(inner)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setAccessibleName(self.tr("Données médicales"))
        self.first = area
        self.setLayout(col(area))

    def show_vsm(self, vsm: Vsm) -> None:
        """Show a synthesis."""
        clear(self._cards)
        for section in sections(vsm):
            self._cards.addWidget(_card(section))


def _card(section: Section) -> Card:
    count = str(len(section.lines)) if section.lines else ""
    if not section.lines:
        icon = Icon(
            "check" if section.asked else "circle-question-mark", "text2" if section.asked else "warn"
        )
        said = Text(section.absence, "small", "text" if section.asked else "warn")
        return Card(section.title, row(icon, said, None, gap=8, margins=(16, 0, 16, 8)))
    grid = QGridLayout()
    grid.setContentsMargins(16, 0, 16, 8)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(10)
    kinds = any(line.kind for line in section.lines)
    dated = any(line.when for line in section.lines)
    for rank, line in enumerate(section.lines):
        texts = (
            Text(line.when, "small", "text2", tabular=True),
            Text(line.kind, "small", "text2"),
            Text(line.what, "small", weight=500, wrap=True),
            Text(line.right, "small", "text3", tabular=True),
        )
        for place, text in enumerate(texts):
            grid.addWidget(text, rank, place, Qt.AlignmentFlag.AlignTop)
        texts[3].setAlignment(Qt.AlignmentFlag.AlignRight)
    grid.setColumnMinimumWidth(0, WIDTHS[0] if dated else 0)
    grid.setColumnMinimumWidth(1, WIDTHS[1] if kinds else 0)
    grid.setColumnStretch(2, 1)
    return Card(section.title, grid, count=count)
