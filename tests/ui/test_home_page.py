"""Home: the day, whose turn it is, what waits."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPushButton

from demo_lgc.domain.delivery import DeliveryState
from demo_lgc.domain.errors import NetworkError, NotAllowed, Refusal, StorageError, StorageProblem
from demo_lgc.ui import theme
from demo_lgc.ui.home.model import Day
from demo_lgc.ui.home.view import HomeView
from demo_lgc.ui.widgets.text import Text
from tests.ui.paper_desk import CODE, STATES, TODAY, a_delivery, consultations


@pytest.fixture
def home(qtbot, look):
    view = HomeView()
    qtbot.addWidget(view)
    view.resize(1440, 848)
    view.show()
    view.show_day(Day(TODAY, consultations(), STATES))
    return view


def said(view):
    return " | ".join(label.text() for label in view.findChildren(Text) if label.isVisible() and label.text())


def test_the_day_and_the_next_patient_are_named(home):
    words = said(home)
    assert "Jeudi 6 novembre 2014" in words
    assert "10\u00a0consultations, 4\u00a0vues" in words
    assert "Patient suivant, 10:00" in words
    assert "66\u00a0ans, suivi diabète, sortie d’hôpital" in words
    assert home.agenda.current.appointment.patient.birth_name == "CHEMIN"


def test_the_six_states_of_a_dmp_are_explained_at_the_bottom(home):
    words = said(home)
    for word in ("Autorisé", "Non autorisé", "Aucun", "Fermé", "Opposition", "Non vérifié"):
        assert f"| {word}" in words


@pytest.mark.parametrize("key", [Qt.Key.Key_1, Qt.Key.Key_Ampersand])
def test_alt_1_opens_the_next_patient(qtbot, home, key):
    with qtbot.waitSignal(home.open_patient) as opened:
        qtbot.keyClick(home.agenda, key, Qt.KeyboardModifier.AltModifier)
    assert opened.args == [5]


def test_the_filled_button_opens_the_next_patient(qtbot, home):
    primary = [b for b in home.findChildren(QPushButton) if b.property("kind") == "primary"]
    assert [b.objectName() for b in primary] == ["home.open"]
    with qtbot.waitSignal(home.open_patient) as opened:
        qtbot.mouseClick(primary[0], Qt.MouseButton.LeftButton)
    assert opened.args == [5]


def test_arrows_and_enter_open_another_patient(qtbot, home):
    home.agenda.setFocus()
    qtbot.keyClick(home.agenda, Qt.Key.Key_Up)
    with qtbot.waitSignal(home.open_patient) as opened:
        qtbot.keyClick(home.agenda, Qt.Key.Key_Enter)
    assert opened.args == [4]


def test_what_waits_leads_to_the_outbox(qtbot, home):
    waiting = (
        a_delivery(1, DeliveryState.IN_DOUBT),
        a_delivery(2, DeliveryState.READY),
        a_delivery(3, DeliveryState.READY),
    )
    home.show_day(Day(TODAY, consultations(), STATES, waiting))
    rows = home.errands.rows_model.rows
    assert [row.words for row in rows] == ["1\u00a0envoi à vérifier", "2\u00a0envois en attente"]
    home.errands.setFocus()
    with qtbot.waitSignal(home.open_outbox):
        qtbot.keyClick(home.errands, Qt.Key.Key_Return)
    with qtbot.waitSignal(home.open_outbox):
        place = home.errands.visualRect(home.errands.model().index(1, 0)).center()
        qtbot.mouseClick(home.errands.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_an_empty_day_says_so_and_offers_nothing_to_open(home):
    home.show_day(Day(TODAY))
    words = said(home)
    assert "Aucune consultation ce jour." in words
    assert "Rien à faire. Tous vos envois sont partis." in words
    assert "Plus de patient à voir aujourd’hui." in words
    assert not home.open_button.isVisible()


@pytest.mark.parametrize("size", [(1440, 848), (1024, 648)])
@pytest.mark.parametrize("face", ["Inter", "DejaVu Sans"])
def test_no_title_nor_name_is_cut(qtbot, look, monkeypatch, face, size):
    if face not in QFontDatabase.families():
        pytest.skip(f"{face} is not installed")
    monkeypatch.setattr(theme, "_family", lambda: face)
    view = HomeView()
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    view.show_day(Day(TODAY, consultations(), STATES))
    qtbot.wait(20)
    texts = [t for t in view.findChildren(Text) if t.isVisible() and not t.wordWrap()]
    assert [t.text() for t in texts if t.width() < t.sizeHint().width()] == []
    assert view.agenda.columnWidth(2) >= view.agenda.sizeHintForColumn(2)
    assert view.agenda.columnWidth(5) >= view.agenda.sizeHintForColumn(5)


def test_a_day_that_cannot_be_read_is_said_in_the_page_and_can_be_tried_again(qtbot, open_window, paper):
    window = open_window()
    paper.files.trouble = StorageError(StorageProblem.DISK_FULL)
    qtbot.keyClicks(window.login.code, CODE)
    window.login.submit()
    assert window.home.message.text == "Le disque est plein."
    paper.files.trouble = None
    again = window.home.message.findChild(QPushButton)
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    assert window.home.message.isHidden()
    assert window.home.agenda.rows_model.rowCount() == 10


def test_the_dmp_is_asked_once_about_each_patient_of_the_day(qtbot, open_window, paper):
    window = open_window()
    qtbot.keyClicks(window.login.code, CODE)
    window.login.submit()
    assert sorted(paper.dmp.asked) == list(range(1, 11))
    said_now = {slot.appointment.patient.id: slot.dmp.word for slot in window.home.agenda.rows_model.rows}
    assert said_now[6] == "Pas de DMP"
    assert window.home.agenda.current.appointment.patient.id == 5


def test_a_dmp_that_does_not_answer_leaves_the_states_as_they_were(qtbot, open_window, paper):
    paper.dmp.trouble = NetworkError("DMP")
    window = open_window()
    qtbot.keyClicks(window.login.code, CODE)
    window.login.submit()
    assert window.home.message.isHidden()
    assert window.top.state.text() == "Hors ligne"
    assert window.home.agenda.rows_model.at(5).dmp.word == "DMP non vérifié"


def test_a_session_without_a_card_says_why_the_states_of_the_dmp_are_unknown(qtbot, open_window, paper):
    paper.dmp.trouble = NotAllowed(Refusal.NEEDS_CARD)
    window = open_window()
    qtbot.keyClicks(window.login.code, CODE)
    window.login.submit()
    assert "Session sans carte\u00a0: DMP non interrogé." in said(window.home)
    paper.dmp.trouble = None
    window.home.reload_asked.emit()
    assert "Session sans carte" not in said(window.home)
