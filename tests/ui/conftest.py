"""What tests of the pages share: the look, a desk made of paper, a window on it, a record."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from demo_lgc.ui import theme
from demo_lgc.ui.flow import FlowRunner
from demo_lgc.ui.main_window import MainWindow
from demo_lgc.ui.patient.page import RecordPage
from tests.ui.paper_desk import TODAY, paper_desk


@pytest.fixture
def look(qapp):
    """The light theme: the offscreen platform reports no scheme of its own."""
    if theme.tokens().name != "light" or not qapp.styleSheet():
        theme.apply("light")
    return theme


@pytest.fixture
def paper():
    """A desk that answers from lists, and its reader."""
    return paper_desk()


@pytest.fixture
def open_window(qtbot, look, paper):
    """Open a window on the paper desk; `serial=False` runs slow work in threads, as in the program."""
    opened = []

    def build(*, serial: bool = True, sandbox: bool = True) -> MainWindow:
        window = MainWindow(paper, sandbox=sandbox, version="0.1.0", serial=serial, today=lambda: TODAY)
        window.resize(1440, 900)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.waitUntil(lambda: window.login.code.isEnabled() or paper.reader.problem is not None)
        opened.append(window)
        return window

    yield build
    for window in opened:
        paper.reader.gate.set()
        window.close()
        qtbot.waitUntil(lambda window=window: not window.isVisible())
        window.deleteLater()
        QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_record(qtbot, look, desk):
    """Open the record of M. CHEMIN on the `desk` of the folder; `serial=False` runs slow work in threads."""
    opened = []

    def build(*, serial=True, width=1440, height=848):
        runner = FlowRunner(serial=serial)
        failures = []
        runner.failed.connect(failures.append)
        page = RecordPage(desk, runner, 7, TODAY)
        page.resize(width, height)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        page.load()
        qtbot.waitUntil(lambda: not runner.is_working and bool(page.overview.table.rows_model.rows))
        opened.append((page, runner, failures))
        return page

    yield build
    for page, runner, failures in opened:
        desk.gate.set()
        runner.refuse_new()
        qtbot.waitUntil(lambda runner=runner: not runner.is_working)
        page.close()
        page.deleteLater()
        QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
        assert not failures
