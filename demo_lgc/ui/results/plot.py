"""A curve on its card: its name, its unit, its reference, and the plot."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from demo_lgc.domain.results import Curve
from demo_lgc.ui.results.chart import Chart
from demo_lgc.ui.results.model import bounds_of, reference_words
from demo_lgc.ui.viewer import words
from demo_lgc.ui.widgets.layout import col, row
from demo_lgc.ui.widgets.text import Text

TALLEST = 420  # pixels


class Plot(QFrame):
    """The card."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.chart = Chart()
        self._name = Text("", "section", elide=True)
        self._unit = Text("", "small", "text2")
        self._reference = Text("", "caption", "ok", tabular=True, weight=500)
        head = row(self._name, self._unit, None, self._reference, gap=8, margins=(16, 12, 16, 0))
        self.setLayout(col(head, (self.chart, 1), gap=0, margins=(1, 0, 1, 4)))
        self.setMaximumHeight(TALLEST)

    def show_curve(self, curve: Curve, whole: Curve, span: tuple[float, float]) -> None:
        """Show the points of a period; the reference is that of the whole curve when they have none."""
        bounds = bounds_of(curve) or bounds_of(whole)
        self._name.setText(curve.name)
        self._unit.setText(words.unit(curve.unit))
        self._reference.setText(reference_words(bounds))
        self.setAccessibleName(curve.name)
        self.chart.show_curve(curve, span, bounds)
