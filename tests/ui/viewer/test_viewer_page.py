"""Documents opened from a record: in place, one after the other, or in a window of their own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton, QStackedWidget

from demo_lgc.domain.document import UNREAD
from demo_lgc.domain.errors import (
    DocumentProblem,
    NotAllowed,
    Refusal,
    StorageError,
    StorageProblem,
    UnreadableDocument,
)
from demo_lgc.domain.received import Enclosed
from demo_lgc.ui.viewer.flows import file_name
from demo_lgc.ui.viewer.window import DocumentWindow
from tests.ui.paper_desk import CODE
from tests.ui.viewer import papers

LEFT = Qt.MouseButton.LeftButton
ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def record(open_record):
    return open_record()


@pytest.fixture
def reader(record, qtbot):
    """The viewer on the first document of the record."""
    record.overview.table.setFocus()
    qtbot.keyClick(record.overview.table, Qt.Key.Key_Return)
    return record.viewer


def press(qtbot, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def windows():
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, DocumentWindow) and w.isVisible()]


@pytest.fixture(autouse=True)
def close_windows():
    yield
    for window in windows():
        window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_enter_opens_a_document_in_place_with_the_list_beside(reader, desk):
    assert desk.called("open_document") == [(7, "2.25.1")]
    assert reader.isVisible()
    assert reader.view.panes.text.hasFocus()
    assert reader.list.current.unique_id == "2.25.1"
    assert reader.view.toolbar.place.text() == "1 sur 11"


def test_a_double_click_opens_too(record, qtbot, desk):
    table = record.overview.table
    at = table.visualRect(table.rows_model.index(2, 2)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=at)
    qtbot.mouseDClick(table.viewport(), LEFT, pos=at)
    assert desk.called("open_document") == [(7, "2.25.3")]
    assert record.viewer.isVisible()


def test_a_mark_of_the_timeline_opens_its_document(record, qtbot, desk):
    life = record.overview.timeline
    item = next(i for i in life.items() if any(e.document_id == "2.25.10" for e in i.events))
    qtbot.mouseDClick(life, LEFT, pos=life.place(item).toPoint())
    assert desk.called("open_document") == [(7, "2.25.10")]


def test_alt_and_the_arrows_go_to_the_neighbours_and_stop_at_the_ends(reader, qtbot, desk):
    press(qtbot, Qt.Key.Key_Up, ALT)
    press(qtbot, Qt.Key.Key_Down, ALT)
    assert reader.shown == "2.25.2"
    assert reader.view.toolbar.place.text() == "2 sur 11"
    press(qtbot, Qt.Key.Key_Up, ALT)
    assert [args[1] for args in desk.called("open_document")] == ["2.25.1", "2.25.2", "2.25.1"]


def test_the_buttons_go_to_the_neighbours_too(reader, qtbot):
    before, after = (reader.findChild(QPushButton, f"viewer.{name}") for name in ("previous", "next"))
    assert not before.isEnabled()
    qtbot.mouseClick(after, LEFT)
    assert reader.shown == "2.25.2"
    assert before.isEnabled()


def test_the_arrows_in_the_list_read_the_line_they_stop_on(reader, qtbot, desk):
    reader.list.setFocus()
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: reader.shown == "2.25.4")
    assert [args[1] for args in desk.called("open_document")] == ["2.25.1", "2.25.4"]
    assert reader.list.hasFocus()
    press(qtbot, Qt.Key.Key_Return)
    assert reader.view.panes.text.hasFocus()


def test_escape_goes_back_to_the_table_where_the_document_is(reader, record, qtbot):
    press(qtbot, Qt.Key.Key_Down, ALT)
    assert record.go_back()
    assert record.overview.isVisible()
    assert record.overview.table.hasFocus()
    assert record.overview.table.current.unique_id == "2.25.2"
    assert not record.go_back()


def test_a_document_that_was_not_read_yet_is_asked_again_of_the_record(open_record, desk):
    first, *others = desk.file.documents
    desk.file = replace(desk.file, documents=(replace(first, state=UNREAD), *others))
    record = open_record()
    record.read("2.25.2")
    record.go_back()
    assert len(desk.called("open")) == 1
    record.read("2.25.1")
    desk.file = replace(desk.file, documents=(first, *others))
    record.go_back()
    assert len(desk.called("open")) == 2
    assert record.overview.table.rows_model.at(0).state == ""
    assert record.overview.table.hasFocus()


def unread(desk, *ids):
    """These documents were not read yet."""
    lines = (replace(line, state=UNREAD) if line.unique_id in ids else line for line in desk.file.documents)
    desk.file = replace(desk.file, documents=tuple(lines))


def test_a_document_passed_over_before_it_was_shown_stays_unread(open_record, desk, qtbot):
    unread(desk, "2.25.1", "2.25.2")
    record = open_record(serial=False)
    desk.slow = frozenset({"open_document"})
    record.read("2.25.1")
    qtbot.waitUntil(lambda: len(desk.called("open_document")) == 1)
    record.read("2.25.2")
    desk.gate.set()
    qtbot.waitUntil(lambda: bool(desk.called("seen")))
    assert desk.called("open_document") == [(7, "2.25.1"), (7, "2.25.2")]
    assert desk.called("seen") == ["2.25.2"]


def test_a_document_opened_as_the_card_leaves_stays_unread(open_record, desk):
    desk.reading.seen = raising(NotAllowed(Refusal.NO_SESSION))
    unread(desk, "2.25.1")
    record = open_record()
    record.read("2.25.1")
    assert record.viewer.view.document is desk.document
    assert not record.viewer.has_read_new


def raising(error):
    def act(*_):
        raise error

    return act


def test_what_was_read_is_asked_again_of_the_record_left_by_the_menu(open_record, desk, qtbot):
    unread(desk, "2.25.1")
    record = open_record()
    record.read("2.25.1")
    assert len(desk.called("open")) == 1
    qtbot.mouseClick(record.findChild(QPushButton, "record.menu.overview"), LEFT)
    assert len(desk.called("open")) == 2


def test_what_was_read_in_a_window_is_asked_again_of_the_record(open_record, desk):
    unread(desk, "2.25.1")
    record = open_record()
    record.read_apart("2.25.2")
    assert len(desk.called("open")) == 1
    record.read_apart("2.25.1")
    assert len(desk.called("open")) == 2


def test_alt_and_the_arrow_held_read_only_where_they_stop(open_record, desk, qtbot):
    record = open_record(serial=False)
    desk.slow = frozenset({"open_document"})
    record.read("2.25.1")
    for _ in range(4):
        press(qtbot, Qt.Key.Key_Down, ALT)
    press(qtbot, Qt.Key.Key_Up, ALT)
    qtbot.waitUntil(lambda: record.viewer.shown == "2.25.4")
    desk.gate.set()
    qtbot.waitUntil(lambda: bool(desk.called("seen")))
    assert [document_id for _, document_id in desk.called("open_document")] == ["2.25.1", "2.25.4"]


def test_enter_tries_again_a_document_that_could_not_be_shown(open_record, desk, qtbot):
    good, desk.document = desk.document, StorageError(StorageProblem.UNREADABLE)
    record = open_record()
    record.read("2.25.1")
    desk.document = good
    record.viewer.list.setFocus()
    press(qtbot, Qt.Key.Key_Return)
    assert record.viewer.view.document is good


def test_a_document_that_arrives_behind_another_page_takes_no_key_from_it(open_record, qtbot):
    record = open_record()
    pages, other = QStackedWidget(), QLineEdit()
    qtbot.addWidget(pages)
    pages.addWidget(other)
    pages.addWidget(record)
    pages.show()
    pages.activateWindow()
    qtbot.waitUntil(pages.isActiveWindow)
    other.setFocus()
    record.read("2.25.1")
    assert other.hasFocus()
    pages.setCurrentWidget(record)
    record.setFocus()
    assert record.viewer.view.panes.text.hasFocus()
    pages.removeWidget(record)
    record.setParent(None)


def test_the_menu_and_the_keys_of_the_record_leave_the_document(reader, record, qtbot):
    qtbot.mouseClick(record.findChild(QPushButton, "record.menu.medical"), LEFT)
    assert record.medical.isVisible()
    assert not record.go_back()


def test_a_sharing_begun_while_reading_comes_back_to_the_document(reader, record, qtbot):
    record.share()
    assert not reader.isVisible()
    assert record.go_back()
    assert reader.isVisible()


def test_one_button_is_filled_while_a_document_is_read(reader, record):
    filled = [
        b.text()
        for b in record.findChildren(QPushButton)
        if b.isVisible() and b.property("kind") == "primary"
    ]
    assert filled == ["Partager le VSM"]


@pytest.mark.parametrize(
    ("trouble", "words", "saves"),
    [
        (KeyError("2.25.1"), "n’est connu que par son titre", False),
        (UnreadableDocument(DocumentProblem.TRUNCATED), "ne peut pas être affiché", True),
        (UnreadableDocument(DocumentProblem.TWO_PATIENTS), "plusieurs patients", True),
        (StorageError(StorageProblem.UNREADABLE), "", False),
        (NotAllowed(Refusal.NO_SESSION), "Session verrouillée", False),
    ],
)
def test_a_document_that_cannot_be_shown_says_why(open_record, desk, trouble, words, saves):
    desk.document = trouble
    record = open_record()
    record.read("2.25.1")
    unread = record.viewer.view.panes.unread
    assert unread.isVisible()
    assert words in unread.text
    assert unread.text.endswith(".")
    assert unread.save.isVisible() is saves


def test_the_next_document_can_be_read_after_one_that_cannot(open_record, desk, qtbot):
    desk.document = UnreadableDocument(DocumentProblem.NOT_XML)
    record = open_record()
    record.read("2.25.1")
    desk.document = papers.a_document()
    press(qtbot, Qt.Key.Key_Down, ALT)
    assert record.viewer.view.panes.text.isVisible()


def test_the_list_is_a_drawer_when_the_window_is_narrow(open_record, qtbot):
    record = open_record(width=1024, height=648)
    record.read("2.25.1")
    reader = record.viewer
    assert not reader.list.isVisible()
    assert not reader.view.contents.isVisible()
    press(qtbot, Qt.Key.Key_L, CTRL)
    assert reader.list.hasFocus()
    press(qtbot, Qt.Key.Key_L, CTRL)
    assert not reader.list.isVisible()
    qtbot.mouseClick(reader.findChild(QPushButton, "viewer.list"), LEFT)
    press(qtbot, Qt.Key.Key_Return)
    assert not reader.list.isVisible()
    assert reader.view.panes.text.hasFocus()


def test_maj_enter_opens_a_window_named_after_the_document(record, qtbot, desk):
    record.overview.table.setFocus()
    qtbot.keyClick(record.overview.table, Qt.Key.Key_Return, SHIFT)
    (window,) = windows()
    assert window.windowTitle() == ("CHEMIN H. - CR d’examens biologiques - Centre Hospitalier Marie Curie")
    assert record.overview.isVisible()
    assert desk.called("open_document") == [(7, "2.25.1")]


def test_the_button_opens_a_window_without_neighbours_that_escape_closes(reader, qtbot):
    qtbot.mouseClick(reader.findChild(QPushButton, "viewer.apart"), LEFT)
    (window,) = windows()
    assert not window.findChild(QPushButton, "viewer.next").isVisible()
    assert not window.findChild(QPushButton, "viewer.apart").isVisible()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.setFocus()
    press(qtbot, Qt.Key.Key_Escape)
    assert windows() == []


def test_maj_enter_in_the_text_asks_for_the_window_that_its_button_promises(reader, qtbot):
    qtbot.keyClick(reader.view.panes.text, Qt.Key.Key_Return, SHIFT)
    (window,) = windows()
    qtbot.keyClick(window.view.panes.text, Qt.Key.Key_Return, SHIFT)
    reader.view.open_find()
    qtbot.keyClick(reader.view.finder.field, Qt.Key.Key_Return, SHIFT)
    assert windows() == [window], "a window has no other, and in the search the key goes back"


def test_a_document_has_one_window(reader):
    for document_id in ("2.25.1", "2.25.2", "2.25.1"):
        reader.read_apart(document_id)
    assert len(windows()) == 2
    next(window for window in windows() if window.document_id == "2.25.1").close()
    reader.read_apart("2.25.1")
    assert len(windows()) == 2


def test_the_window_goes_with_its_record(reader, record, qtbot):
    reader.read_apart("2.25.1")
    (window,) = windows()
    gone = []
    window.destroyed.connect(lambda: gone.append(True))
    reader.deleteLater()
    QCoreApplication.sendPostedEvents(reader, QEvent.Type.DeferredDelete)
    assert gone == [True]


def test_a_window_is_covered_with_the_session_and_comes_back_with_it(open_window, qtbot):
    main = open_window()
    qtbot.keyClicks(main.login.code, CODE)
    qtbot.keyClick(main.login.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not main.is_locked)
    window = DocumentWindow(main.home)
    window.show()
    window.view.show_document(papers.a_document())
    main.lock()
    assert not window.isVisible()
    qtbot.waitUntil(main.login.code.isEnabled)
    qtbot.keyClicks(main.login.code, CODE)
    qtbot.keyClick(main.login.code, Qt.Key.Key_Return)
    qtbot.waitUntil(window.isVisible)


def save_as(qtbot, page, path):
    """Answer the dialog that asks where to keep a file."""
    (dialog,) = (each for each in page.findChildren(QFileDialog, "viewer.save.dialog") if each.isVisible())
    dialog.setDirectory(str(path.parent))
    dialog.selectFile(path.name)
    dialog.accept()


@pytest.fixture
def own_dialogs(qapp):
    """The dialogs of Qt, not those of the system: a test can answer them."""
    qapp.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    yield
    qapp.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, False)


def test_what_cannot_be_shown_is_kept_as_it_was_received(open_record, desk, qtbot, tmp_path, own_dialogs):
    desk.document = UnreadableDocument(DocumentProblem.NOT_XML)
    desk.original = b"\x00 as it came"
    record = open_record()
    record.read("2.25.1")
    qtbot.mouseClick(record.findChild(QPushButton, "viewer.save"), LEFT)
    save_as(qtbot, record, tmp_path / "kept.xml")
    assert (tmp_path / "kept.xml").read_bytes() == b"\x00 as it came"
    assert record.viewer.view.said.text == "Fichier enregistré."


def test_a_file_a_document_carries_is_kept_without_asking_the_record(
    open_record, desk, qtbot, tmp_path, own_dialogs
):
    desk.document = papers.a_scan(enclosed=(Enclosed("application/pdf", b"%PDF broken"),))
    record = open_record()
    record.read("2.25.1")
    qtbot.mouseClick(record.findChild(QPushButton, "viewer.pdf.save"), LEFT)
    save_as(qtbot, record, tmp_path / "kept.pdf")
    assert (tmp_path / "kept.pdf").read_bytes() == b"%PDF broken"
    assert desk.called("original") == []


def test_keeping_a_file_hides_no_warning_and_brings_back_none(
    open_record, desk, qtbot, tmp_path, own_dialogs
):
    warning = "Les traits de ce document diffèrent de ceux du dossier."
    broken = (Enclosed("application/pdf", b"%PDF-1.4 broken"),)
    desk.document = papers.a_biology(enclosed=broken, warnings=(warning,))
    record = open_record()
    record.read("2.25.1")
    view = record.viewer.view
    assert "potassium" in view.alarm.text
    record.viewer.flows.save(broken[0])
    save_as(qtbot, record, tmp_path / "scan.pdf")
    assert (view.said.text, view.warnings.text) == ("Fichier enregistré.", warning)

    desk.document = UnreadableDocument(DocumentProblem.NOT_XML)
    record.read("2.25.2")
    record.viewer.flows.save(None)
    save_as(qtbot, record, tmp_path / "other.xml")
    assert view.said.isVisible()
    assert not view.alarm.isVisible()
    assert not view.warnings.isVisible()


def test_a_place_where_nothing_can_be_written_is_said(open_record, desk, qtbot, tmp_path, own_dialogs):
    desk.document = UnreadableDocument(DocumentProblem.NOT_XML)
    record = open_record()
    record.read("2.25.1")
    record.viewer.flows.save(None)
    dialog = record.findChild(QFileDialog, "viewer.save.dialog")
    dialog.selectedFiles = lambda: [str(tmp_path / "nowhere" / "x.xml")]
    dialog.done(1)
    assert record.viewer.view.said.text == "Le fichier n’a pas pu être enregistré."


def test_bytes_that_are_not_kept_any_more_are_said(open_record, desk):
    desk.document = UnreadableDocument(DocumentProblem.NOT_XML)
    desk.original = KeyError("2.25.1")
    record = open_record()
    record.read("2.25.1")
    record.viewer.flows.save(None)
    assert record.viewer.view.said.text.endswith(".")


@pytest.mark.parametrize(
    ("title", "kind", "name"),
    [
        ("CHEMIN H. - CR d’hospitalisation", "", "CHEMIN H. - CR d’hospitalisation.xml"),
        ("../../etc/passwd", "application/pdf", "etc passwd.pdf"),
        ("C:\\Windows\\x", "image/png", "C Windows x.png"),
        ("", "text/x-unknown", "document.bin"),
        ("a\0b\nc", "", "a b c.xml"),
        ("é" * 500, "", "é" * 120 + ".xml"),
    ],
)
def test_the_name_suggested_for_a_file_is_no_path(title, kind, name):
    assert file_name(title, kind) == name


def test_nothing_of_a_document_is_written_in_the_log(open_record, desk, caplog):
    record = open_record()
    record.read("2.25.1")
    desk.document = UnreadableDocument(DocumentProblem.NOT_XML)
    record.read("2.25.2")
    assert "CHEMIN" not in caplog.text


def test_qtpdf_is_not_loaded_before_a_pdf_is_read():
    code = (
        "import sys, demo_lgc.ui.main_window, demo_lgc.ui.patient.page, demo_lgc.ui.viewer.page; "
        "assert not {'PySide6.QtPdf', 'PySide6.QtPdfWidgets'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
