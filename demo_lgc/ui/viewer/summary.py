"""What a document is, on one line above it: patient, type, date, issuer, who answers for it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from demo_lgc.domain.received import ReceivedDocument
from demo_lgc.ui import theme
from demo_lgc.ui.viewer.header_html import summary_of
from demo_lgc.ui.widgets.layout import col, plain
from demo_lgc.ui.widgets.text import Text
from demo_lgc.ui.widgets.wrap import WrapLayout

LONGEST = 440  # pixels of a fact


class Summary(QFrame):
    """The line; it goes on a second one when the room is short."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setAccessibleName(self.tr("Résumé du document"))
        self._lines: list[tuple[QWidget, Text, Text]] = []
        self._facts = WrapLayout(gap=8, run=20, margins=(theme.XL, 9, theme.L, 9))
        self.setLayout(self._facts)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_document(self, document: ReceivedDocument) -> None:
        """Show the facts of a document."""
        known = summary_of(document)
        while len(self._lines) < len(known):
            self._add()
        for rank, (fact, label, value) in enumerate(self._lines):
            shown = rank < len(known)
            if shown:
                label.setText(known[rank][0])
                value.setText(known[rank][1])
                fact.setAccessibleName(", ".join(known[rank]))
            fact.setVisible(shown)
        self._facts.invalidate()

    def _add(self) -> None:
        label = Text("", "caption", "text2")
        value = Text("", "small", weight=500, tabular=True, elide=True)
        value.setMaximumWidth(LONGEST)
        fact = plain(col(label, value, gap=2))
        self._facts.addWidget(fact)
        self._lines.append((fact, label, value))
