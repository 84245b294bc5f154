"""A page of curves on its own, and a desk whose curves a test chooses."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from demo_lgc.ui.results.chart import Chart
from demo_lgc.ui.results.view import ResultsPage
from tests.ui.results import papers
from tests.ui.sharing.fake_desk import TODAY, FakeDesk


@pytest.fixture
def show(qtbot, look):
    """Show a widget in the active window; it is forgotten at the end."""
    opened = []

    def build(widget, width, height):
        widget.resize(width, height)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)
        opened.append(widget)
        return widget

    yield build
    for widget in opened:
        widget.close()
        widget.deleteLater()
        QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_page(show):
    """Show the page with these curves."""

    def build(curves=papers.CURVES, *, width=1200, height=760):
        page = show(ResultsPage(TODAY), width, height)
        page.show_curves(curves)
        return page

    return build


@pytest.fixture
def open_chart(show):
    """Show one curve, over the days of its points."""

    def build(curve=papers.GLUCOSE, *, width=640, height=260):
        chart = show(Chart(), width, height)
        chart.show_curve(curve, papers.span(curve))
        return chart

    return build


@pytest.fixture
def desk():
    """A desk that has curves."""
    return FakeDesk(curves=papers.CURVES)
