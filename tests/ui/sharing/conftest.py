"""A record on a desk of values, with or without threads, closed properly."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from demo_lgc.ui.flow import FlowRunner
from demo_lgc.ui.patient.page import RecordPage
from tests.ui.sharing.fake_desk import TODAY, FakeDesk


@pytest.fixture
def desk():
    """The desk; a test changes its answers before it opens the record."""
    return FakeDesk()


@pytest.fixture
def open_record(qtbot, look, desk):
    """Open the record of M. CHEMIN; `serial=False` runs slow work in threads, as in the program."""
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
        qtbot.waitUntil(lambda: not runner.is_working)
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
