"""The pages of a PDF: from memory, searched, enlarged; its links are dead."""

from __future__ import annotations

import io

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtPdf import QPdfLinkModel
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QPushButton

from demo_lgc.domain.received import Enclosed
from demo_lgc.ui.viewer import pdf_pane
from demo_lgc.ui.viewer.pdf_pane import PdfPane
from tests.ui.viewer import papers

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def pane(qtbot, look):
    made = PdfPane()
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    return made


def linked(address: str) -> bytes:
    """A PDF whose first page is one large link."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.annotations import Link

    writer = PdfWriter(PdfReader(io.BytesIO(papers.a_pdf(1))))
    writer.add_annotation(0, Link(rect=(0, 0, 600, 850), url=address))
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_the_pages_are_shown_at_the_width_of_the_pane_and_counted(pane, qtbot):
    with qtbot.waitSignal(pane.page_changed) as told:
        pane.show_pdf(papers.a_pdf(3))
    assert told.args == [1, 3]
    assert pane.is_readable
    assert pane.pages.zoomMode() is QPdfView.ZoomMode.FitToWidth


def test_the_page_follows_the_keys(pane, qtbot):
    pane.show_pdf(papers.a_pdf(3))
    pane.pages.setFocus()
    with qtbot.waitSignal(pane.page_changed) as told:
        qtbot.keyClick(pane.pages, Qt.Key.Key_End)
    assert told.args == [3, 3]
    with qtbot.waitSignal(pane.page_changed) as told:
        qtbot.keyClick(pane.pages, Qt.Key.Key_Home)
    assert told.args == [1, 3]


def test_a_larger_size_is_a_share_of_the_width(pane):
    pane.show_pdf(papers.a_pdf(1))
    pane.set_zoom(2.0)
    assert pane.pages.horizontalScrollBar().maximum() > 500
    pane.set_zoom(1.0)
    assert pane.pages.zoomMode() is QPdfView.ZoomMode.FitToWidth


@pytest.mark.parametrize("words", ["calcification", "CALCIFICATION", "epaule"])
def test_words_are_found_on_every_page(pane, qtbot, words):
    pane.show_pdf(papers.a_pdf(2))
    pane.search(words)
    expected = 4 if words == "epaule" else 2
    qtbot.waitUntil(lambda: pane.found == (1, expected))
    pane.step(-1)
    assert pane.found == (expected, expected)
    pane.step(1)
    assert pane.found == (1, expected)


def test_another_pdf_forgets_what_was_found(pane, qtbot):
    pane.show_pdf(papers.a_pdf(2))
    pane.search("calcification")
    qtbot.waitUntil(lambda: pane.found == (1, 2))
    pane.show_pdf(papers.a_pdf(1))
    assert pane.found[0] == 0


def test_pages_that_are_pictures_say_they_cannot_be_searched(open_view, qtbot):
    view = open_view(papers.a_scan(enclosed=(Enclosed("application/pdf", papers.a_pdf(1, words=False)),)))
    qtbot.keyClick(view.panes.pdf.pages, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(view.finder.field, "epaule")
    assert "images" in view.finder.said.text()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 rien", b"\x89PNG", b"<html/>", papers.a_pdf])
def test_what_is_not_a_pdf_says_so_and_the_file_can_be_kept(open_view, qtbot, content):
    bytes_ = content()[:300] if callable(content) else content
    file = Enclosed("application/pdf", bytes_)
    view = open_view(papers.a_scan(enclosed=(file,)))
    assert "ne peut pas être affiché" in view.panes.pdf.unread.text
    with qtbot.waitSignal(view.save_wanted) as asked:
        qtbot.mouseClick(view.findChild(QPushButton, "viewer.pdf.save"), LEFT)
    assert asked.args == [file]


def test_the_problem_known_by_the_reading_is_the_one_said(pane):
    pane.show_pdf(b"nope", "Le fichier n’est pas un PDF.")
    assert pane.unread.text.startswith("Le fichier n’est pas un PDF.")


def test_a_locked_pdf_says_that_it_is_locked(pane):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(papers.a_pdf(1))))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    pane.show_pdf(locked.getvalue())
    assert "mot de passe" in pane.unread.text


def test_a_click_on_a_link_of_a_pdf_opens_nothing(pane, qtbot, outside):
    pane.show_pdf(linked("https://example.test/"))
    links = QPdfLinkModel()
    links.setDocument(pane.pdf)
    links.setPage(0)
    assert links.rowCount(QModelIndex()) == 1
    qtbot.mouseClick(pane.pages.viewport(), LEFT, pos=QPoint(300, 250))
    qtbot.mouseMove(pane.pages.viewport(), QPoint(300, 240))
    assert outside.asked == []
    assert pane.pages.cursor().shape() is Qt.CursorShape.ArrowCursor


def test_no_temporary_file_is_written(pane, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    pane.show_pdf(papers.a_pdf(1))
    pane.grab()
    assert list(tmp_path.iterdir()) == []
    assert "tempfile" not in vars(pdf_pane)


def test_what_needs_words_is_not_offered_for_a_pdf_that_cannot_be_shown(open_view, qtbot):
    broken = Enclosed("application/pdf", b"%PDF-1.4 broken")
    view = open_view(papers.a_scan())
    view.open_find()
    assert view.finder.isVisible()
    view.show_document(papers.a_scan(enclosed=(broken,)))
    assert not view.finder.isVisible()
    bar = view.toolbar
    assert [act.isEnabled() for act in (bar.header, bar.apart)] == [True, True]
    assert not any(act.isEnabled() for act in (bar.printing, bar.search, bar.larger, bar.smaller, bar.scale))
    view.ask_to_print()
    assert view.findChild(QPrintDialog) is None
    qtbot.mouseClick(bar.header, Qt.MouseButton.LeftButton)
    assert bar.printing.isEnabled(), "the header can be printed"
