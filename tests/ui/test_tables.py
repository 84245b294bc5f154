"""Tables: models that keep Qt's promises, rows that keep their place."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QStyleOptionViewItem, QToolTip

from demo_lgc.domain.delivery import DeliveryState
from demo_lgc.ui.dates import long_date
from demo_lgc.ui.home.model import (
    Day,
    agenda_model,
    counted,
    errands,
    errands_model,
    next_patient,
    slots,
)
from demo_lgc.ui.widgets.empty import EmptyState
from demo_lgc.ui.widgets.table import Cell, Column, Listing, RowsModel, TableView
from tests.ui.paper_desk import STATES, TODAY, a_delivery, consultations

DAY = Day(TODAY, consultations(), STATES)


def numbers(*values):
    columns = (
        Column("Nombre", lambda n: Cell(str(n), right=True), right=True),
        Column("Mot", lambda n: Cell("mot " * 9, "dot", say="un point", tip=""), stretch=True),
        Column("Fin", lambda n: Cell("chip", chip=True, tone="ok"), folds=True),
    )
    return RowsModel(columns, key=lambda n: n, rows=values)


@pytest.fixture
def table(qtbot, look):
    view = TableView(numbers(1, 2, 3), "Nombres")
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.waitExposed(view)
    view.setFocus()
    return view


def test_models_keep_the_promises_of_qt(qtmodeltester, look):
    agenda = agenda_model()
    agenda.set_rows(slots(DAY))
    todo = errands_model()
    todo.set_rows(errands((a_delivery(1, DeliveryState.IN_DOUBT),)))
    for model in (numbers(1, 2), agenda, todo):
        qtmodeltester.check(model, force_py=True)
        qtmodeltester.check(model)


def test_a_cell_speaks_its_icon(look):
    model = agenda_model()
    model.set_rows(slots(DAY))
    said = model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "DMP autorisé"
    assert model.index(5, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "DMP non vérifié"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "DMP"


def test_enter_opens_the_row_and_arrows_choose_it(qtbot, table):
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.current == 2
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [2]


def test_a_double_click_opens_the_row(qtbot, table):
    place = table.visualRect(table.model().index(2, 0)).center()
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [3]


def test_the_row_chosen_stays_chosen_when_the_rows_are_read_again(table):
    table.choose(3)
    table.rows_model.set_rows((5, 4, 3, 2, 1))
    assert table.current == 3
    assert table.currentIndex().row() == 2


def test_a_row_that_went_away_is_no_longer_chosen(qtbot, table):
    table.choose(3)
    with qtbot.waitSignal(table.chosen) as chosen:
        table.rows_model.set_rows((1, 2))
        assert table.current is None
    assert chosen.args == [None]


def test_a_narrow_page_folds_its_columns(table):
    table.fold(True)
    assert table.isColumnHidden(2)
    table.fold(False)
    assert not table.isColumnHidden(2)


def test_a_cut_cell_gives_itself_whole_in_a_tooltip(qtbot, table):
    table.resize(200, 200)
    index = table.model().index(0, 1)
    place = table.visualRect(index).center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, place, table.viewport().mapToGlobal(place))
    option = QStyleOptionViewItem()
    table.initViewItemOption(option)
    table.itemDelegate().helpEvent(event, table, option, index)
    assert QToolTip.text() == "un point"
    QToolTip.hideText()


def test_no_row_leaves_place_to_a_sentence(qtbot, look):
    view = TableView(numbers(), "Nombres")
    listing = Listing(view, EmptyState("inbox", "Rien."))
    qtbot.addWidget(listing)
    listing.show()
    assert listing.empty.isVisible()
    view.rows_model.set_rows((1,))
    assert view.isVisible()
    assert not listing.empty.isVisible()


def test_the_next_patient_is_the_first_who_has_arrived():
    assert next_patient(DAY.appointments).patient.birth_name == "CHEMIN"
    assert next_patient(DAY.appointments[6:]).patient.birth_name == "VALLEE"
    assert next_patient(DAY.appointments[:4]) is None


def test_the_day_is_written_in_french_and_counted():
    assert long_date(TODAY) == "Jeudi 6 novembre 2014"
    assert long_date(date(2014, 8, 1)) == "Vendredi 1er août 2014"
    assert counted(DAY.appointments) == "10\u00a0consultations, 4\u00a0vues"
    assert counted(DAY.appointments[9:]) == "1\u00a0consultation"
    assert counted(()) == ""


def test_what_waits_is_counted_by_what_must_be_done():
    state = DeliveryState
    waiting = [
        a_delivery(n, s) for n, s in enumerate((state.READY, state.SENDING, state.IN_DOUBT, state.REFUSED))
    ]
    assert [errand.words for errand in errands(waiting)] == [
        "1\u00a0envoi non abouti",
        "1\u00a0envoi à vérifier",
        "2\u00a0envois en attente",
    ]
    assert errands(waiting)[0].whom == "Dr\u00a0Robert SPECIALISTE5737"


@pytest.mark.parametrize("width", [300, 500, 900])
def test_columns_stand_in_the_room_there_is_and_the_widest_are_cut_first(qtbot, look, width):
    words = ("mot", "un peu plus long", "quelque chose de vraiment beaucoup plus long que le reste")
    columns = tuple(
        Column(f"{n}", lambda _row, word=word: Cell(word), stretch=n == 1) for n, word in enumerate(words)
    )
    view = TableView(RowsModel(columns, key=lambda row: row, rows=(1,)), "Largeurs")
    qtbot.addWidget(view)
    view.resize(width, 200)
    view.show()
    widths = [view.columnWidth(rank) for rank in range(3)]
    assert abs(sum(widths) - view.viewport().width()) <= 3
    assert widths[0] >= view.sizeHintForColumn(0)
    if width == 900:
        assert widths[2] == view.sizeHintForColumn(2)
        assert widths[1] > view.sizeHintForColumn(1)
    else:
        assert widths[2] < view.sizeHintForColumn(2)


def test_a_table_that_receives_the_focus_has_a_row_chosen(qtbot, table):
    assert table.selectionModel().hasSelection()
    assert table.current == 1
