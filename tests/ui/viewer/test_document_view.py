"""A document on the screen: what it is, what it says, gone through by mouse and by keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QApplication, QListWidget, QPushButton, QToolTip

from demo_lgc.domain.received import DocumentPatient, Enclosed, Section
from demo_lgc.ui import theme
from demo_lgc.ui.viewer.find import Folded
from demo_lgc.ui.viewer.words import document_title
from demo_lgc.ui.widgets.buttons import Button
from demo_lgc.ui.widgets.text import Text
from tests.ui.viewer import papers

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def said(widget):
    return " ".join(text.text() for text in widget.findChildren(Text) if text.isVisible())


def press(qtbot, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def click(qtbot, view, name):
    qtbot.mouseClick(view.findChild(QPushButton, name), LEFT)


def segment(view, title):
    return next(b for b in view.findChildren(Button) if b.text() == title and b.isVisible())


def test_the_title_names_the_patient_the_document_and_who_issued_it():
    assert document_title(papers.a_document()) == (
        "CHEMIN H. - CR d’hospitalisation - Centre Hospitalier Marie Curie"
    )


def test_a_document_that_says_little_has_a_title_all_the_same():
    nothing = papers.a_document(patient=DocumentPatient(), title="", custodian=papers.Party(), authors=())
    assert document_title(nothing) == "CR d’hospitalisation"


def test_the_summary_says_whose_it_is_what_when_from_where_and_who_answers_for_it(open_view):
    words = said(open_view().summary)
    for fact in (
        "CHEMIN Henri (18/08/1948)",
        "CR d’hospitalisation (34112-3)",
        "03/11/2014",
        "Centre Hospitalier Marie Curie",
        "Jacques COMBE",
    ):
        assert fact in words


def test_what_a_document_does_not_say_is_not_left_from_the_one_before(open_view):
    view = open_view()
    bare = papers.a_document(
        custodian=papers.Party(), responsible=papers.Party(), authors=(), created_at=None
    )
    view.show_document(bare)
    words = said(view.summary)
    assert "CHEMIN Henri" in words
    for fact in ("Centre Hospitalier", "COMBE", "03/11/2014", "Responsable", "Créé le"):
        assert fact not in words


def test_the_author_answers_for_a_document_nobody_authenticated(open_view):
    words = said(open_view(papers.a_document(responsible=papers.Party())).summary)
    assert "Auteur Dr Jacques MULLER" in words


def test_the_header_shows_every_line_and_goes_away_by_the_same_button_or_escape(open_view, qtbot):
    view = open_view()
    click(qtbot, view, "viewer.header")
    text = view.panes.header.toPlainText()
    for group in papers.HEADER:
        assert group.title in text
        for line in group.lines:
            assert line.label in text
            assert line.text.splitlines()[0] in text
    assert view.findChild(QPushButton, "viewer.header").text() == "Masquer l’entête"
    click(qtbot, view, "viewer.header")
    assert view.panes.text.isVisible()
    click(qtbot, view, "viewer.header")
    press(qtbot, Qt.Key.Key_Escape)
    assert view.panes.text.isVisible()


def test_structured_results_come_first_and_the_text_is_a_click_away(open_view, qtbot):
    view = open_view(papers.a_biology())
    assert "Antériorité" in view.panes.text.toPlainText()
    qtbot.mouseClick(segment(view, "Texte"), LEFT)
    assert "Antériorité" not in view.panes.text.toPlainText()
    assert "Potassium 6,8" in view.panes.text.toPlainText()


def test_a_pdf_comes_before_the_text_of_a_document_without_results(open_view):
    view = open_view(papers.a_scan(html="<h2>Copie</h2>", sections=(Section("Copie", "s"),)))
    assert view.panes.is_pdf
    assert segment(view, "PDF").isChecked()


def test_one_way_to_read_needs_no_segment(open_view):
    view = open_view()
    assert not any(b.property("kind") == "segment" for b in view.findChildren(Button) if b.isVisible())


def test_the_strip_goes_to_the_critical_result_from_the_text_too(open_view, qtbot):
    view = open_view(papers.a_biology(), height=420)
    assert view.alarm.text.startswith("1\u00a0résultat critique\u00a0: potassium")
    qtbot.mouseClick(segment(view, "Texte"), LEFT)
    click(qtbot, view, "viewer.alarm.go")
    assert segment(view, "Résultats").isChecked()
    cursor = view.panes.text.document().find("Potassium")
    assert view.panes.text.viewport().rect().contains(view.panes.text.cursorRect(cursor).center())


def test_a_document_without_anything_alarming_has_no_strip(open_view):
    view = open_view()
    assert not view.alarm.isVisible()
    assert not view.warnings.isVisible()


def test_warnings_are_said_above_the_text(open_view):
    view = open_view(papers.a_document(warnings=("La date de naissance manque.", "Deux titres.")))
    assert (view.warnings.text, view.warnings.detail) == ("La date de naissance manque.", "Deux titres.")


def test_the_contents_lead_to_a_section_by_mouse_and_by_keyboard(open_view, qtbot):
    view = open_view(height=420)
    listed = view.findChild(QListWidget, "viewer.contents")
    titles = [listed.item(rank).text() for rank in range(listed.count())]
    assert titles == [
        "Motif d’hospitalisation",
        "Synthèse médicale du séjour",
        "Évolution",
        "Traitements à la sortie",
    ]
    bar = view.panes.text.verticalScrollBar()
    listed.setFocus()
    for _ in range(3):
        press(qtbot, Qt.Key.Key_Down)
    press(qtbot, Qt.Key.Key_Return)
    low = bar.value()
    assert low > 0
    assert view.panes.text.hasFocus()
    qtbot.mouseClick(listed.viewport(), LEFT, pos=listed.visualItemRect(listed.item(1)).center())
    assert 0 < bar.value() < low


def test_the_contents_go_when_the_window_is_narrow(open_view):
    view = open_view()
    assert view.contents.isVisible()
    view.set_narrow(True)
    assert not view.contents.isVisible()


@pytest.mark.parametrize("document", [papers.a_scan, papers.a_document])
def test_a_document_with_one_section_or_none_has_no_contents(open_view, document):
    view = open_view(document(sections=(Section("Seule", "s1"),)))
    assert not view.contents.isVisible()


def test_words_are_found_without_accents_one_after_the_other(open_view, qtbot):
    view = open_view()
    press(qtbot, Qt.Key.Key_F, CTRL)
    assert view.finder.field.hasFocus()
    qtbot.keyClicks(view.finder.field, "EPREUVE D'EFFORT")
    assert view.finder.said.text() == "1 sur 1"
    view.finder.field.clear()
    qtbot.keyClicks(view.finder.field, "glycemi")
    assert view.finder.said.text() == "1 sur 2"
    press(qtbot, Qt.Key.Key_Return)
    assert view.finder.said.text() == "2 sur 2"
    press(qtbot, Qt.Key.Key_Return)
    assert view.finder.said.text() == "1 sur 2"
    press(qtbot, Qt.Key.Key_Return, SHIFT)
    assert view.finder.said.text() == "2 sur 2"
    marked = [mark.cursor.selectedText() for mark in view.panes.text.extraSelections()]
    assert marked == ["glycémi", "glycémi"]


def test_words_that_are_not_there_are_said_and_escape_closes_the_search(open_view, qtbot):
    view = open_view()
    click(qtbot, view, "viewer.search")
    qtbot.keyClicks(view.finder.field, "xyz")
    assert view.finder.said.text() == "Rien ne correspond à «\u00a0xyz\u00a0»."
    press(qtbot, Qt.Key.Key_Escape)
    assert not view.finder.isVisible()
    assert view.panes.text.hasFocus()
    assert view.panes.text.extraSelections() == []


def test_the_search_goes_on_in_the_next_way_to_read_and_scrolls_to_what_it_finds(open_view, qtbot):
    view = open_view(papers.a_biology(), height=420)
    press(qtbot, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(view.finder.field, "potassium")
    assert view.finder.said.text() == "1 sur 1"
    assert view.panes.text.verticalScrollBar().value() > 0
    qtbot.mouseClick(segment(view, "Texte"), LEFT)
    assert view.finder.said.text() == "1 sur 1"


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Épaule, épaule, EPAULE", "épaule", [(0, 6), (8, 14), (16, 22)]),
        ("l’épreuve", "L'EPR", [(0, 5)]),
        ("😀 fin", "fin", [(3, 6)]),
        ("ﬁn", "fn", []),
        ("œdème", "OEDEME", [(0, 5)]),
        ("un œil", "oei", [(3, 5)]),
        ("e\u0301paule", "epau", [(0, 5)]),
        ("aaa", "aa", [(0, 2)]),
        ("rien", "  ", []),
        ("", "x", []),
    ],
)
def test_places_are_counted_as_qt_counts_them(text, words, found):
    assert Folded(text).places(words) == found


def test_ctrl_plus_minus_and_zero_change_the_size_and_say_it(open_view, qtbot):
    view = open_view()
    before = view.panes.text.document().size().height()
    press(qtbot, Qt.Key.Key_Plus, CTRL)
    assert view.toolbar.scale.text() == "120\u00a0%"
    assert view.panes.text.document().size().height() > before
    press(qtbot, Qt.Key.Key_Minus, CTRL)
    press(qtbot, Qt.Key.Key_Minus, CTRL)
    assert view.toolbar.scale.text() == "83\u00a0%"
    press(qtbot, Qt.Key.Key_0, CTRL)
    assert view.toolbar.scale.text() == "100\u00a0%"
    assert view.panes.text.document().size().height() == before
    click(qtbot, view, "viewer.larger")
    assert view.toolbar.scale.text() == "120\u00a0%"


def test_ctrl_and_the_wheel_change_the_size_the_wheel_alone_scrolls(open_view, qapp):
    view = open_view(height=420)
    browser = view.panes.text

    def wheel(modifier, delta):
        at = QPointF(100, 100)
        event = QWheelEvent(
            at,
            browser.viewport().mapToGlobal(at),
            QPoint(),
            QPoint(0, delta),
            Qt.MouseButton.NoButton,
            modifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        qapp.sendEvent(browser.viewport(), event)

    wheel(CTRL, 120)
    assert view.toolbar.scale.text() == "120\u00a0%"
    assert browser.verticalScrollBar().value() == 0
    wheel(Qt.KeyboardModifier.NoModifier, -240)
    assert browser.verticalScrollBar().value() > 0


def test_the_keyboard_scrolls_the_text_and_copies_from_it(open_view, qtbot):
    view = open_view(height=420)
    assert view.panes.text.hasFocus()
    press(qtbot, Qt.Key.Key_PageDown)
    assert view.panes.text.verticalScrollBar().value() > 0
    press(qtbot, Qt.Key.Key_A, CTRL)
    press(qtbot, Qt.Key.Key_C, CTRL)
    assert "METFORMINE" in QApplication.clipboard().text()


def test_tab_reaches_every_part_and_comes_back(open_view, qtbot):
    view = open_view(papers.a_biology())
    view.show_place(2, 3)
    seen = set()
    for _ in range(40):
        press(qtbot, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        seen.add(focused.objectName() or focused.accessibleName() or focused.text())
    assert {
        "viewer.previous",
        "viewer.next",
        "viewer.header",
        "viewer.print",
        "viewer.apart",
        "viewer.larger",
        "viewer.search",
        "viewer.alarm.go",
        "viewer.text",
        "viewer.contents",
        "Résultats",
    } <= seen


def test_everything_has_a_name_for_those_who_hear_the_page(open_view):
    view = open_view(papers.a_biology())
    for part in view.findChildren(QPushButton):
        assert part.accessibleName() or part.text(), part.objectName()
    assert view.accessibleName() == document_title(papers.a_biology())
    assert view.panes.text.accessibleName() == "Texte du document"
    assert view.alarm.accessibleName().startswith("1\u00a0résultat critique")


def test_a_problem_takes_the_place_of_the_document_and_offers_its_file(open_view, qtbot):
    view = open_view()
    view.show_problem("Ce document ne peut pas être affiché.", "Il est conservé.", saves=True)
    assert view.panes.unread.text == "Ce document ne peut pas être affiché. Il est conservé."
    assert not view.summary.isVisible()
    assert not view.findChild(QPushButton, "viewer.print").isEnabled()
    with qtbot.waitSignal(view.save_wanted) as asked:
        click(qtbot, view, "viewer.save")
    assert asked.args == [None]
    view.show_document(papers.a_document())
    assert view.panes.text.isVisible()
    assert view.findChild(QPushButton, "viewer.print").isEnabled()


def test_nothing_is_printed_enlarged_or_searched_while_nothing_is_shown(open_view, qtbot):
    view = open_view()
    view.show_problem("Rien.")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F, CTRL)
    qtbot.keyClick(view, Qt.Key.Key_P, CTRL)
    assert not view.finder.isVisible()
    assert view.findChild(QPrintDialog) is None


def test_a_picture_is_a_body_too(open_view):
    view = open_view(papers.a_scan(enclosed=(Enclosed("image/png", papers.a_picture()),)))
    assert view.panes.text.isVisible()
    assert view.panes.text.document().find("\ufffc").charFormat().isImageFormat()


@pytest.mark.parametrize("kind", ["image/tiff", "text/rtf", ""])
def test_a_file_nothing_shows_is_named_and_offered(open_view, qtbot, kind):
    file = Enclosed(kind, b"II*\0")
    view = open_view(papers.a_scan(enclosed=(file,)))
    assert (kind or "type non précisé") in view.panes.unread.text
    with qtbot.waitSignal(view.save_wanted) as asked:
        click(qtbot, view, "viewer.save")
    assert asked.args == [file]


def test_a_document_that_says_nothing_at_all_says_so(open_view):
    assert open_view(papers.a_scan(enclosed=())).panes.unread.text == "Ce document ne contient aucun texte."


def test_what_a_document_says_is_never_markup_outside_of_its_text(open_view):
    evil = "<b>gras</b><img src='file:///etc/hostname'>"
    party = replace(papers.a_document().responsible, name=evil)
    view = open_view(
        papers.a_document(
            title=evil, responsible=party, warnings=(evil,), sections=(Section(evil, "s1"),) * 2
        )
    )
    assert view.panes.text.toPlainText().startswith(evil)
    assert evil in said(view.summary)
    assert view.warnings.text == evil
    assert view.contents.entries[0].title == evil
    assert not QToolTip.isVisible()


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
@pytest.mark.parametrize("document", [papers.a_document, papers.a_biology, papers.a_scan])
def test_every_kind_is_drawn_in_every_theme(open_view, look, name, document):
    view = open_view(document())
    try:
        look.apply(name)
        assert not view.grab().isNull()
    finally:
        look.apply("light")


@pytest.mark.parametrize("document", [papers.a_document, papers.a_scan])
def test_the_focus_that_comes_by_tab_is_ringed(open_view, qtbot, document):
    view = open_view(document())
    pane = view.panes.pdf.pages if view.panes.is_pdf else view.panes.text
    view.toolbar.search.setFocus()
    pane.setFocus(Qt.FocusReason.TabFocusReason)
    assert pane.viewport().grab().toImage().pixelColor(1, 60) == theme.ink("focus")
    pane.setFocus(Qt.FocusReason.MouseFocusReason)
    view.toolbar.search.setFocus()
    assert pane.viewport().grab().toImage().pixelColor(1, 60) != theme.ink("focus")


def test_a_text_is_folded_once_for_all_the_letters_typed(open_view, qtbot, monkeypatch):
    view = open_view()
    folded = []

    class Counting(Folded):
        def __init__(self, text):
            if len(text) > 100:
                folded.append(len(text))
            super().__init__(text)

    monkeypatch.setattr("demo_lgc.ui.viewer.browser.Folded", Counting)
    view.open_find()
    qtbot.keyClicks(view.finder.field, "glycemie")
    assert view.finder.said.text().startswith("1 sur")
    assert len(folded) == 1
    view.show_document(papers.a_biology(results=()))
    assert len(folded) == 2, "another text"
