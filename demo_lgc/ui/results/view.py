"""« Résultats et courbes »: the analyses to tick, a plot for each, and the same values in a table.

Values are read in the structured reports of the record, never typed. Two units are two plots.

Reference: interface §5 CURVES; product S3-102.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from PySide6.QtCore import QCoreApplication, QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QStackedLayout
from typing_extensions import override

from demo_lgc.domain.results import Curve
from demo_lgc.ui import theme
from demo_lgc.ui.results.analyses import AnalysesList, AnalysesModel, lines_of
from demo_lgc.ui.results.axes import span_of
from demo_lgc.ui.results.chart import Chart
from demo_lgc.ui.results.model import (
    Analysis,
    Key,
    Period,
    Row,
    analysis_of,
    first_choice,
    key_of,
    rows_of,
    spots_of,
    tr,
    within,
)
from demo_lgc.ui.results.plot import Plot
from demo_lgc.ui.results.table import columns_of
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.buttons import segments
from demo_lgc.ui.widgets.card import Card
from demo_lgc.ui.widgets.empty import EmptyState
from demo_lgc.ui.widgets.layout import clear, col, plain, row, rule, scroll
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.table import RowsModel, TableView
from demo_lgc.ui.widgets.text import Icon, Text

PERIODS = (Period.HALF, Period.YEAR, Period.ALL)
SMALL, ROOM_FOR_VALUES = 1000, 1120  # pixels of the page: a shorter list, the table under the curves
LIST, NARROW_LIST = 316, 252  # pixels
VALUES, VALUES_SHARE = (
    250,
    0.36,
)  # pixels of the table beside the curves at least, its part of the page at most
BELOW = 210  # pixels of the table under the curves
SCROLLBAR = 12
UNBOUNDED = 16777215  # Qt's QWIDGETSIZE_MAX


class ResultsPage(Page):
    """The page. `retry_wanted` asks for the results to be read again."""

    retry_wanted = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self._curves: tuple[Curve, ...] = ()
        self._period = Period.YEAR
        self._chosen = False  # the doctor, or a document, said what to show
        self._wanted: frozenset[Analysis] = frozenset()
        self.problem = Strip()
        self.problem.setObjectName("results.problem")
        self.analyses_model = AnalysesModel()
        self.analyses = AnalysesList(self.analyses_model)
        self._values_model: RowsModel[Row] = RowsModel((), key=lambda line: line.time)
        self.values = TableView(self._values_model, tr("Valeurs"), scrolls=True)
        self.values.setObjectName("results.values")
        self._plots = col(gap=theme.M)
        self._empty = EmptyState(
            "chart-line",
            tr(
                "Aucun résultat structuré. Les courbes apparaîtront avec le premier CR\u00a0de\u00a0biologie."
            ),
        )
        self._unread = plain(col(None))
        self._segments = row(gap=0)
        self._build()
        self._busy = Busy(self)
        self.analyses_model.ticks_changed.connect(self._ticked)

    # --- what is shown --------------------------------------------------------------------------------

    @property
    def period(self) -> Period:
        """How far back the page looks."""
        return self._period

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The plots in sight, from top to bottom."""
        items = (self._plots.itemAt(rank) for rank in range(self._plots.count()))
        plots = (item.widget() for item in items if item is not None)
        return tuple(plot.chart for plot in plots if isinstance(plot, Plot))

    def show_curves(self, curves: Sequence[Curve]) -> None:
        """Show these curves; what was ticked stays ticked."""
        first = not self._curves
        self.problem.silence()
        found = tuple(curve for curve in curves if curve.points)
        if not first and found == self._curves and not self._wanted:
            return  # what has the focus keeps it
        self._curves = found
        ticked = self._keys_of(self._wanted)
        if not ticked:  # not those of a report that was replaced by another
            ticked = self.analyses_model.ticked if self._chosen and not first else frozenset()
        if not ticked and (first or not self._chosen):
            ticked = frozenset(first_choice(self._curves))
        self._wanted = frozenset()
        self.analyses_model.set_lines(lines_of(self._curves), ticked)
        if first:
            self._set_period(self._usual_period())
        self._stack.setCurrentWidget(self._body if self._curves else self._empty)
        self.first = self.analyses if self._curves else None
        self._show()
        if self.hasFocus() and self.first is not None:
            self.first.setFocus()

    def show_analyses(self, wanted: Collection[Analysis]) -> None:
        """Tick these analyses and no other: now, or once the curves are read."""
        self._chosen = True
        self._wanted = frozenset(wanted)
        keys = self._keys_of(self._wanted)
        if keys:  # the others may come with what is being read
            self.analyses_model.set_lines(lines_of(self._curves), keys)
            self._set_period(self._usual_period())
            self._show()

    def show_loading(self, loading: bool) -> None:
        """Wait, quietly; what was shown stays in its place."""
        if loading:
            self._busy.start(tr("Lecture des résultats…"))
        else:
            self._busy.stop()

    def show_problem(self, title: str, detail: str) -> None:
        """Say why the results were not read; those already shown stay."""
        self.problem.say("danger", title, detail)
        self.problem.add_action(tr("Réessayer"), self.retry_wanted.emit, name="results.retry")

    def _keys_of(self, wanted: Collection[Analysis]) -> frozenset[Key]:
        return frozenset(key_of(curve) for curve in self._curves if analysis_of(curve) in wanted)

    def _shown(self) -> tuple[Curve, ...]:
        """The curves that are ticked, whole."""
        ticked = self.analyses_model.ticked
        return tuple(curve for curve in self._curves if key_of(curve) in ticked)

    def _usual_period(self) -> Period:
        """A year; everything when that would show nothing."""
        year = within(self._shown(), Period.YEAR, self._today)
        return Period.YEAR if any(curve.points for curve in year) else Period.ALL

    def _set_period(self, period: Period) -> None:
        self._period = period
        clear(self._segments)
        titles = (tr("6\u00a0mois"), tr("1\u00a0an"), tr("Tout"))
        made = segments(titles, PERIODS.index(period), self._take_period)
        made.setAccessibleName(tr("Période"))
        made.setObjectName("results.period")
        self._segments.addWidget(made)
        made.show()  # a layout shows what it is given at the next turn of the loop only

    def _take_period(self, rank: int) -> None:
        self._period = PERIODS[rank]
        self._show()

    def _ticked(self) -> None:
        self._chosen, self._wanted = True, frozenset()
        self._show()

    def _show(self) -> None:
        """Draw the curves and write the table of what is ticked, in the period."""
        whole = self._shown()
        shown = within(whole, self._period, self._today)
        since = until = None
        if self._period.value is not None:
            until = float(self._today.toordinal() - date(1970, 1, 1).toordinal())
            since = until - self._period.value
        span = span_of((spot for curve in shown for spot in spots_of(curve)), since, until)
        clear(self._plots)
        for curve, full in zip(shown, whole, strict=True):
            plot = Plot()
            plot.show_curve(curve, full, span)
            self._plots.addWidget(plot, 1)
        if not whole:
            self._plots.addWidget(EmptyState("chart-line", tr("Cochez une analyse pour voir sa courbe.")), 1)
        self._show_values(shown)
        self._make_room()

    def _make_room(self) -> None:
        """Lay the plots out now: at the next turn of the loop they would first be seen squeezed together."""
        self._plots.activate()
        QCoreApplication.sendPostedEvents(self._plots.parentWidget(), QEvent.Type.LayoutRequest.value)

    def _show_values(self, shown: Sequence[Curve]) -> None:
        self._values_model.set_columns(columns_of(shown), rows_of(shown))
        self._arrange()

    # --- arranging ------------------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Put the table beside the curves, as wide as its words; under them when there is no room."""
        small, below = self.width() < SMALL, self.width() < ROOM_FOR_VALUES
        way = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        self._right.setDirection(way)
        self._list.setFixedWidth(NARROW_LIST if small else LIST)
        margin = theme.M if small else theme.L
        self._frame.setContentsMargins(margin, margin, margin, margin)
        most = round(self.width() * VALUES_SHARE)
        wide = max(VALUES, min(most, self.values.wanted_width() + SCROLLBAR + 2))
        self._table.setMinimumSize(*((0, BELOW) if below else (wide, 0)))
        self._table.setMaximumSize(*((UNBOUNDED, BELOW) if below else (wide, UNBOUNDED)))

    def _build(self) -> None:
        told = Text(
            tr("Valeurs lues dans les CR de biologie structurés, jamais saisies."), "caption", "text2"
        )
        told.setWordWrap(True)
        foot = row(Icon("info", "text2"), (told, 1), gap=8, margins=(theme.L, theme.S, theme.M, theme.S))
        self._list = Card(tr("Analyses"), rule(), (self.analyses, 1), foot)
        self._table = Card(tr("Valeurs"), (self.values, 1))
        self._table.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        area = scroll(plain(self._plots))
        self._right = row((area, 1), self._table, gap=theme.M)
        self._body = plain(row(self._list, (plain(self._right), 1), gap=theme.M))
        parts = plain(col(gap=0))
        self._stack = QStackedLayout()
        for part in (self._unread, self._body, self._empty):
            self._stack.addWidget(part)
        parts.layout().addLayout(self._stack)  # type: ignore[union-attr]
        head = row(Text(tr("Résultats et courbes"), "title"), None, self._segments, gap=theme.M)
        self._frame = col(head, self.problem, (parts, 1), gap=theme.M)
        self.setLayout(self._frame)
        self._set_period(Period.YEAR)
