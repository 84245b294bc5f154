"""« Résultats et courbes »: what is ticked, what is shown, the table that says the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QPushButton

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.errors import StorageError, StorageProblem
from demo_lgc.domain.received import ReceivedDocument
from demo_lgc.ui.results.model import Period, analysis_of, key_of
from demo_lgc.ui.viewer.toolbar import Toolbar
from demo_lgc.ui.viewer.view import DocumentView
from demo_lgc.ui.widgets.empty import EmptyState
from demo_lgc.ui.widgets.text import Text
from tests.ui.results.papers import (
    CURVES,
    GLUCOSE,
    HAEMOGLOBIN,
    LOINC,
    PLATELETS,
    POTASSIUM,
    UREA,
    at,
    curve,
    normal,
    point,
)
from tests.ui.viewer import papers as documents

CTRL = Qt.KeyboardModifier.ControlModifier


def ticked(page):
    """The names of what is ticked."""
    model = page.analyses_model
    return [line.name for line in model.lines if line.key in model.ticked]


def plotted(page):
    """The names of the plots."""
    return [chart.accessibleName().partition("\u00a0: ")[2] for chart in page.charts]


def said(page):
    """Every word in sight."""
    return " ".join(text.text() for text in page.findChildren(Text) if text.isVisible())


def table(page):
    """The table, as screen readers hear it: a title, then a line per row."""
    model = page.values.rows_model
    cells = [
        [
            model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)
            for column in range(model.columnCount())
        ]
        for row in range(model.rowCount())
    ]
    return [[column.title for column in model.columns], *cells]


def a_segment(page, title):
    (made,) = (b for b in page.findChildren(QPushButton) if b.text() == title and b.isVisible())
    return made


def test_the_critical_then_the_abnormal_are_ticked_first(open_page):
    page = open_page()
    assert ticked(page) == ["Glycémie à jeun", "Hémoglobine", "Potassium"]
    assert plotted(page) == ["Glycémie à jeun (mmol/L)", "Hémoglobine (g/dL)", "Potassium (mmol/L)"]


def test_the_first_three_are_ticked_when_all_is_well(open_page):
    page = open_page([normal(name, name) for name in ("A", "B", "C", "D")])
    assert ticked(page) == ["A", "B", "C"]


def test_two_units_of_an_analysis_are_two_plots_and_one_first_choice(open_page):
    other = replace(GLUCOSE, unit="g/L", points=(point(at(2014, 11, 3), "1.66"),))
    page = open_page([GLUCOSE, other, UREA])
    assert [line.name for line in page.analyses_model.lines] == [
        "Glycémie à jeun (mmol/L)",
        "Glycémie à jeun (g/L)",
        "Urée",
    ]
    assert ticked(page) == ["Glycémie à jeun (mmol/L)"]
    page.show_analyses({analysis_of(GLUCOSE)})
    assert plotted(page) == ["Glycémie à jeun (mmol/L)", "Glycémie à jeun (g/L)"]


def test_a_line_says_the_last_value_and_what_it_is_worth(open_page):
    model = open_page().analyses_model
    lines = {
        line.name: model.index(rank).data(Qt.ItemDataRole.AccessibleDescriptionRole)
        for rank, line in enumerate(model.lines)
    }
    assert lines["Potassium"] == "6,8\u00a0mmol/L, 03/11/2014, critique, haut"
    assert lines["Plaquettes"] == "90\u00a010⁹/L, 03/11/2014, bas"


def test_space_and_a_click_tick_an_analysis(open_page, qtbot):
    page = open_page()
    page.analyses.setFocus()
    assert page.analyses.currentIndex().row() == 0
    qtbot.keyClick(page.analyses, Qt.Key.Key_Space)
    assert ticked(page)[0] == "Urée"
    assert plotted(page)[0] == "Urée (mmol/L)"
    qtbot.keyClick(page.analyses, Qt.Key.Key_Down)
    qtbot.keyClick(page.analyses, Qt.Key.Key_Space)
    assert "Glycémie à jeun" not in ticked(page)
    rect = page.analyses.visualRect(page.analyses_model.index(3))
    qtbot.mouseClick(page.analyses.viewport(), Qt.MouseButton.LeftButton, pos=rect.topLeft() + QPoint(90, 20))
    assert "Plaquettes" in ticked(page)


def test_nothing_ticked_says_what_to_do(open_page, qtbot):
    page = open_page([UREA])
    page.analyses.setFocus()
    qtbot.keyClick(page.analyses, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Cochez une analyse" in said(page))
    assert page.values.rows_model.rowCount() == 0


def test_the_table_says_what_the_curves_show(open_page):
    page = open_page()
    assert table(page) == [
        ["Date", "Glycémie à jeun", "Hémoglobine", "Potassium"],
        ["03/11/2014", "9,2, mmol/L, haut", "12,6, g/dL, bas", "6,8, mmol/L, critique, haut"],
        ["02/09/2014", "7,9, mmol/L, haut", "", "4,5, mmol/L, normal"],
        ["12/05/2014", "3,1, mmol/L, hors référence", "", ""],
        ["04/02/2014", "5,8, mmol/L, normal", "", ""],
    ]


def test_the_hour_is_told_when_a_day_has_several_values(open_page):
    twice = (point(at(2014, 11, 3, 7), "1"), point(at(2014, 11, 3, 18), "2"), point(at(2014, 9, 2), "3"))
    page = open_page([curve("Troponine", "1", "ng/L", *twice)])
    assert [line[0] for line in table(page)[1:]] == ["03/11/2014 à 18:40", "03/11/2014 à 07:40", "02/09/2014"]


def test_a_year_is_shown_else_everything_when_it_is_empty(open_page):
    assert open_page().period is Period.YEAR
    old = curve("Ferritine", "1", "ng/mL", point(PartialDate(2009), "40"))
    page = open_page([old])
    assert page.period is Period.ALL
    assert a_segment(page, "Tout").isChecked()
    assert table(page)[1] == ["2009", "40, ng/mL"]


def test_a_period_is_chosen(open_page, qtbot):
    page = open_page([GLUCOSE])
    counts = []
    for title in ("6\u00a0mois", "1\u00a0an", "Tout"):
        qtbot.mouseClick(a_segment(page, title), Qt.MouseButton.LeftButton)
        counts.append((len(page.charts[0].spots), page.values.rows_model.rowCount()))
    assert counts == [(3, 3), (4, 4), (5, 5)]


def test_a_curve_without_value_in_the_period_keeps_its_plot(open_page, qtbot):
    old = curve("Ferritine", "1", "ng/mL", point(PartialDate(2009), "40"))
    page = open_page([UREA, old])
    assert plotted(page) == ["Urée (mmol/L)", "Ferritine (ng/mL)"]
    assert page.charts[1].accessibleDescription() == "Aucune valeur sur cette période."


def test_no_result_says_when_there_will_be_some(open_page):
    page = open_page(())
    assert "Les courbes apparaîtront avec le premier CR\u00a0de\u00a0biologie." in said(page)
    assert page.findChild(EmptyState).isVisible()
    assert not page.analyses.isVisible()


@pytest.mark.parametrize(("width", "height"), [(1216, 764), (968, 564)])
def test_nothing_is_cut_whatever_the_width(open_page, qtbot, width, height):
    page = open_page([GLUCOSE, POTASSIUM, UREA], width=width, height=height)

    def is_below():
        plot = page.charts[0].parentWidget()
        return page.values.mapTo(page, QPoint()).y() >= plot.mapTo(page, QPoint()).y() + plot.height()

    qtbot.waitUntil(lambda: page.charts[0].width() > 300 and is_below() is (width < 1000))
    assert page.values.horizontalScrollBar().maximum() == 0
    assert page.width() == width


def test_many_columns_are_scrolled_to_and_never_squeezed(open_page, qtbot):
    page = open_page([normal(f"Analyse au nom plutôt long {n}", str(n)) for n in range(12)])
    page.show_analyses({(LOINC, str(n)) for n in range(12)})
    qtbot.waitUntil(lambda: page.values.horizontalScrollBar().maximum() > 0)
    wide = page.values.fontMetrics().horizontalAdvance("Analyse au nom plutôt long 1")
    assert page.values.columnWidth(1) > wide


def test_what_was_ticked_stays_when_results_are_read_again(open_page, qtbot):
    page = open_page()
    page.analyses.setFocus()
    qtbot.keyClick(page.analyses, Qt.Key.Key_Space)
    before = ticked(page)
    page.show_curves((*CURVES, normal("Fer", "9")))
    assert ticked(page) == before
    page.show_curves(())
    assert "Aucun résultat structuré" in said(page)


# --- in the record ------------------------------------------------------------------------------------


def a_report(*measured):
    """A report that measured these analyses."""
    rows = tuple(
        replace(documents.a_result(name, "6,8", "mmol/L", ("3.5", "5.1")), code=Code(code, LOINC, name))
        for name, code in measured
    )
    return replace(documents.a_biology(), results=rows)


@pytest.fixture
def record(open_record):
    page = open_record()
    page.load()
    return page


def test_the_page_is_read_when_it_is_first_seen(record, desk, qtbot):
    assert desk.called("results") == []
    qtbot.keyClick(record, Qt.Key.Key_3, CTRL)
    assert desk.called("results") == [7]
    assert ticked(record.results) == ["Glycémie à jeun", "Hémoglobine", "Potassium"]
    record.show_page("overview")
    record.show_page("results")
    assert desk.called("results") == [7]
    assert record.menu.findChild(QPushButton, "record.menu.results").isChecked()


def test_a_document_that_comes_is_read_too(record, desk):
    record.show_page("results")
    record.load()
    assert desk.called("results") == [7, 7]
    record.show_page("overview")
    record.load()
    assert desk.called("results") == [7, 7], "nobody looks"
    desk.curves = (*CURVES, normal("Fer", "9"))
    record.show_page("results")
    assert "Fer" in [line.name for line in record.results.analyses_model.lines]


def test_a_failure_is_said_and_can_be_tried_again(record, desk, qtbot):
    desk.curves = StorageError(StorageProblem.UNREADABLE)
    record.show_page("results")
    assert record.results.problem.isVisible()
    assert not record.results.analyses.isVisible()
    desk.curves = CURVES
    qtbot.mouseClick(record.findChild(QPushButton, "results.retry"), Qt.MouseButton.LeftButton)
    assert not record.results.problem.isVisible()
    assert plotted(record.results)


def test_a_report_leads_to_its_curves_and_back(record, desk, qtbot):
    desk.document = a_report(("Potassium", "2823-3"), ("Urée", "22664-7"))
    record.read("2.25.1")
    button = record.findChild(QPushButton, "viewer.curves")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert record.results.isVisible()
    assert ticked(record.results) == ["Urée", "Potassium"]
    record.read("2.25.4")
    desk.document = a_report(("Plaquettes", "777-3"))
    record.read("2.25.1")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert ticked(record.results) == ["Plaquettes"]


def test_a_report_that_was_replaced_leads_to_what_the_record_has(record, desk, qtbot):
    desk.document = a_report(("Inconnu", "0-0"))
    record.read("2.25.1")
    qtbot.mouseClick(record.findChild(QPushButton, "viewer.curves"), Qt.MouseButton.LeftButton)
    assert ticked(record.results) == ["Glycémie à jeun", "Hémoglobine", "Potassium"]


@pytest.mark.parametrize("document", [documents.a_document(), a_report(), KeyError("2.25.1")])
def test_curves_are_offered_for_numbers_only(record, desk, document):
    desk.document = a_report(("Potassium", "2823-3"))
    record.read("2.25.4")
    assert record.findChild(QPushButton, "viewer.curves").isVisible()
    desk.document = document
    record.read("2.25.1")
    assert isinstance(document, ReceivedDocument) or record.viewer.view.document is None
    assert not record.findChild(QPushButton, "viewer.curves").isVisible()


def test_the_names_of_the_papers_are_apart():
    assert len({key_of(one) for one in (UREA, GLUCOSE, HAEMOGLOBIN, PLATELETS, POTASSIUM)}) == 5


def test_a_name_with_markup_is_shown_as_words(open_page):
    name = '<img src="file:///etc/hosts"> & co'
    model = open_page([normal(name, "1")]).analyses_model
    tip = model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    document = QTextDocument()
    document.setHtml(tip)
    assert document.toPlainText().startswith(name)


@pytest.mark.parametrize("width", [640, 780, 860, 900, 1000])
@pytest.mark.parametrize("offered", [True, False])
def test_the_bar_of_a_document_never_needs_more_than_its_room(look, width, offered):
    bar = Toolbar()
    bar.drawer.show()
    bar.show_place(18, 24)
    bar.offer_curves(offered)
    bar.set_room(width)
    layout = bar.layout()
    assert layout is not None
    assert layout.minimumSize().width() <= width
    bar.deleteLater()


def test_results_read_again_that_are_the_same_leave_the_keyboard_where_it_is(open_page, qtbot):
    page = open_page()
    chart = page.charts[1]
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    page.show_curves(CURVES)
    assert page.charts[1] is chart
    assert chart.hasFocus()


def test_two_values_at_one_time_stand_in_one_cell(open_page):
    twice = (point(at(2014, 11, 3), "4.2"), point(at(2014, 11, 3), "4.4"))
    page = open_page([curve("Potassium", "1", "mmol/L", *twice)])
    assert table(page)[1:] == [["03/11/2014", "4,2\u202f; 4,4, mmol/L"]]


def test_a_window_of_its_own_offers_no_curves(show, look):
    view = show(DocumentView(alone=True), 900, 700)
    view.show_document(a_report(("Potassium", "2823-3")))
    assert not view.toolbar.curves.isVisible()
