"""The same record on the same desk of values as the sharing tests."""

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
    """Open the record of M. CHEMIN."""
    opened = []

    def build(*, width=1440, height=848):
        page = RecordPage(desk, FlowRunner(serial=True), 7, TODAY)
        page.resize(width, height)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        opened.append(page)
        return page

    yield build
    for page in opened:
        page.close()
        page.deleteLater()
        QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
