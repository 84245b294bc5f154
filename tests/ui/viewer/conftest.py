"""A view on a document, closed properly; a desk that has one; what the system is asked to open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from demo_lgc.ui.viewer.view import DocumentView
from tests.ui.sharing.fake_desk import FakeDesk
from tests.ui.viewer import papers


def _forget(widget):
    widget.close()
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete)


@pytest.fixture
def open_view(qtbot, look):
    """Show a document in a view of its own."""
    opened = []

    def build(document=None, *, width=1000, height=760):
        view = DocumentView()
        view.resize(width, height)
        view.show()
        view.activateWindow()
        qtbot.waitUntil(view.isActiveWindow)
        view.show_document(document or papers.a_document())
        view.setFocus()
        opened.append(view)
        return view

    yield build
    for view in opened:
        _forget(view)


@pytest.fixture
def desk():
    """A desk whose documents a test chooses."""
    return FakeDesk(document=papers.a_biology(), original=b"<ClinicalDocument/>")


class Outside(QObject):
    """Stands for the system: notes what it is asked to open."""

    SCHEMES = ("http", "https", "file", "mailto", "javascript", "data", "ftp", "")

    def __init__(self):
        super().__init__()
        self.asked = []

    @Slot(QUrl)
    def open(self, url):
        self.asked.append(url.toString())


@pytest.fixture
def outside(qapp):
    """What the program asked the system to open."""
    spy = Outside()
    for scheme in Outside.SCHEMES:
        QDesktopServices.setUrlHandler(scheme, spy, "open")
    yield spy
    for scheme in Outside.SCHEMES:
        QDesktopServices.unsetUrlHandler(scheme)
