"""The window: places, search, the lock, the end."""

import threading
import time

import pytest
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QPushButton, QWidget

from demo_lgc.domain.delivery import DeliveryState, Reason
from demo_lgc.domain.errors import NetworkError
from demo_lgc.ui import main_window
from demo_lgc.ui.flow import ask, background
from demo_lgc.ui.widgets.text import Text
from tests.ui.paper_desk import CODE, PAUL, ROBERT, a_delivery

NAMES = {
    1: "LEGRAND Chantal",
    2: "SAUVEUR Sylvaine",
    3: "BOUTON Jacques",
    4: "CARTON Jules",
    5: "CHEMIN Henri",
    8: "CARTIER Karine",
}


class PaperRecord(QWidget):
    """A record page that shows a name and holds a draft."""

    close_requested = Signal()
    title_changed = Signal(str)
    deliveries_changed = Signal()
    record_wanted = Signal(int)
    told = Signal(str)

    def __init__(self, desk, runner, patient_id, window):
        super().__init__()
        self.patient_id = patient_id
        self.label = QLabel(self)
        self.draft = QLineEdit(self)
        self.has_unsent_sharing = False
        self.asked_to_close = 0

    def ask_to_close(self) -> None:
        self.asked_to_close += 1
        if not self.has_unsent_sharing:
            self.close_requested.emit()

    def share(self) -> None:
        self.draft.setFocus()

    def go_back(self) -> bool:
        return False

    def load(self):
        self.label.setText(NAMES[self.patient_id])
        self.title_changed.emit(f"{NAMES[self.patient_id]}, 18/08/1948")


class PaperOutbox(QWidget):
    """An outbox page that counts how often it is refreshed."""

    deliveries_changed = Signal()

    def __init__(self, desk, runner):
        super().__init__()
        self.refreshed = 0

    def go_back(self) -> bool:
        return False

    def refresh(self):
        self.refreshed += 1


@pytest.fixture(autouse=True)
def paper_pages(monkeypatch):
    """Records and outbox have tests of their own: here they are paper."""

    class Pages:
        RecordPage = PaperRecord
        OutboxPage = PaperOutbox

    monkeypatch.setattr(main_window, "import_module", lambda name: Pages)


@pytest.fixture
def window(qtbot, open_window):
    window = open_window()
    unlock(qtbot, window)
    return window


def unlock(qtbot, window):
    qtbot.waitUntil(window.login.code.isEnabled, timeout=3000)
    qtbot.keyClicks(window.login.code, CODE)
    window.login.submit()
    qtbot.waitUntil(lambda: not window.is_locked)


def visible_words(window):
    labels = window.findChildren(QLabel) + window.findChildren(QPushButton)
    return " | ".join(w.text() for w in labels if w.isVisible())


def test_the_session_opens_on_the_day(window):
    assert window.page is window.home
    assert window.windowTitle() == "Accueil – demo_lgc"
    assert "Dr\u00a0Paul MEDECIN5729" in visible_words(window)
    assert window.home.agenda.hasFocus()


def test_a_record_opens_names_the_window_and_closes(window):
    window.open_record(5)
    assert window.page.patient_id == 5
    assert window.windowTitle() == "CHEMIN Henri, 18/08/1948 – demo_lgc"
    assert "CHEMIN Henri" in visible_words(window)
    window.page.close_requested.emit()
    assert window.page is window.home
    assert window.windowTitle() == "Accueil – demo_lgc"


def test_a_record_already_open_is_come_back_to(window):
    window.open_record(5)
    first = window.page
    window.show_home()
    window.open_record(5)
    assert window.page is first


def test_a_record_may_ask_for_another_and_say_a_passing_word(window):
    window.open_record(5)
    window.page.told.emit("CR d’examens biologiques ajouté au dossier.")
    assert window.toast.isVisible()
    assert window.toast.text == "CR d’examens biologiques ajouté au dossier."
    window.page.record_wanted.emit(2)
    assert window.page.patient_id == 2


def test_enter_in_the_agenda_opens_the_record(qtbot, window):
    qtbot.keyClick(window.home.agenda, Qt.Key.Key_Return)
    assert window.page.patient_id == 5


def test_keys_go_from_place_to_place(qtbot, window):
    window.open_record(1)
    window.open_record(2)
    qtbot.keyClick(window.page.draft, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert window.page.patient_id == 1
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.page.draft, Qt.Key.Key_E, control | shift)
    assert isinstance(window.page, PaperOutbox)
    qtbot.keyClick(window.top.search, Qt.Key.Key_A, control | shift)
    assert window.page is window.home
    window.open_record(1)
    qtbot.keyClick(window.page.draft, Qt.Key.Key_W, control)
    assert window.page is window.home
    qtbot.keyClick(window.home.agenda, Qt.Key.Key_K, control)
    assert window.top.search.hasFocus()


def test_a_fifth_record_asks_which_to_close(qtbot, window):
    for patient_id in (1, 2, 3, 4, 5):
        window.open_record(patient_id)
    sheet = window.findChild(QDialog, "which-to-close")
    assert sheet.isVisible()
    choice = next(b for b in sheet.findChildren(QPushButton) if b.text() == "SAUVEUR Sylvaine")
    qtbot.mouseClick(choice, Qt.MouseButton.LeftButton)
    assert window.page.patient_id == 5
    assert sorted(window._records) == [1, 3, 4, 5]


def test_a_fifth_record_is_not_opened_when_none_is_closed(window):
    for patient_id in (1, 2, 3, 4, 5):
        window.open_record(patient_id)
    window.findChild(QDialog, "which-to-close").reject()
    assert window.page.patient_id == 4


# --- search ---------------------------------------------------------------------------------------------


def test_a_patient_is_found_by_keyboard(qtbot, window):
    search = window.top.search
    search.setFocus()
    qtbot.keyClicks(search, "car")
    qtbot.waitUntil(lambda: search.is_listing)
    qtbot.keyClick(search, Qt.Key.Key_Down)
    qtbot.keyClick(search, Qt.Key.Key_Up)
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert window.page.patient_id == 4
    assert search.text() == ""
    assert not search.is_listing


def test_a_patient_is_found_by_mouse(qtbot, window):
    search = window.top.search
    search.setFocus()
    qtbot.keyClicks(search, "che")
    qtbot.waitUntil(lambda: search.is_listing)
    rows = search._rows
    qtbot.mouseClick(
        rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(rows.model().index(0, 0)).center()
    )
    assert window.page.patient_id == 5


def test_nobody_found_is_said_and_escape_closes_then_leaves(qtbot, window):
    search = window.top.search
    search.setFocus()
    qtbot.keyClicks(search, "zz")
    qtbot.waitUntil(lambda: search.is_listing)
    assert "Aucun patient ne correspond à «\u00a0zz\u00a0»." in visible_words(window)
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not search.is_listing
    assert search.hasFocus()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not search.hasFocus()
    assert search.text() == ""


def test_one_letter_asks_nothing(qtbot, window, paper):
    asked = []
    window.top.search.asked.connect(asked.append)
    window.top.search.setFocus()
    qtbot.keyClicks(window.top.search, "c")
    qtbot.wait(200)
    qtbot.keyClicks(window.top.search, "he")
    qtbot.waitUntil(lambda: asked == ["che"])


# --- what waits -----------------------------------------------------------------------------------------


def test_what_waits_is_counted_in_the_bar(qtbot, open_window, paper):
    paper.deliveries.waiting = (a_delivery(1, DeliveryState.READY), a_delivery(2, DeliveryState.IN_DOUBT))
    window = open_window()
    unlock(qtbot, window)
    assert window.top.state.text() == "2\u00a0envois en attente"
    window.show_outbox()
    page = window.page
    assert (page.refreshed, window.windowTitle()) == (1, "Envois – demo_lgc")
    paper.deliveries.waiting = ()
    page.deliveries_changed.emit()
    assert window.top.state.text() == "Connecté"
    assert page.refreshed == 2


def test_a_line_that_fails_is_said_until_it_answers(qtbot, window, paper):
    def fail():
        raise NetworkError("DMP")

    def ask(work):
        try:
            yield background(work)
        except NetworkError:
            return

    window.runner.start(ask(fail))
    assert window.top.state.text() == "Hors ligne"
    window.runner.start(ask(int))
    assert window.top.state.text() == "Connecté"
    window.open_record(5)
    paper.deliveries.waiting = (a_delivery(1, DeliveryState.READY, reason=Reason("network", "", "DMP")),)
    window.page.deliveries_changed.emit()
    assert window.top.state.text() == "Hors ligne"


def test_what_waits_is_worked_on_as_soon_as_the_session_opens(window, paper):
    assert paper.deliveries.due_calls == 1


# --- the lock -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("serial", [True, False], ids=["serial", "threads"])
def test_the_card_pulled_out_covers_the_patient_within_two_seconds(qtbot, open_window, paper, serial):
    window = open_window(serial=serial)
    unlock(qtbot, window)
    window.open_record(5)
    qtbot.waitUntil(lambda: window.page is not window.home)
    window.page.draft.setText("brouillon")
    record = window.page
    began = time.monotonic()
    paper.reader.remove()
    qtbot.waitUntil(lambda: window.page is window.login, timeout=2000)
    assert time.monotonic() - began < 2
    assert "CHEMIN" not in visible_words(window)
    assert "CHEMIN" not in window.windowTitle()
    assert "Session verrouillée." in visible_words(window)
    assert not paper.session.is_open
    paper.reader.problem = None
    unlock(qtbot, window)
    assert window.page is record
    assert record.draft.text() == "brouillon"
    assert window.windowTitle() == "CHEMIN Henri, 18/08/1948 – demo_lgc"


def test_what_floats_over_the_page_is_covered_too_and_comes_back(qtbot, window, paper):
    for patient_id in (1, 2, 3, 4, 5):
        window.open_record(patient_id)
    sheet = window.findChild(QDialog, "which-to-close")
    window.top.search.setFocus()
    qtbot.keyClicks(window.top.search, "ch")
    window.toast.say("Message assigné à SAUVEUR Sylvaine.")
    paper.reader.remove()
    qtbot.waitUntil(lambda: window.page is window.login)
    assert not sheet.isVisible()
    shown = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert shown == [window]
    assert not window.toast.isVisible()
    assert window.top.search.text() == ""
    paper.reader.problem = None
    unlock(qtbot, window)
    assert sheet.isVisible()
    sheet.reject()


def test_what_is_asked_after_the_card_left_waits_behind_the_login(qtbot, window, paper):
    sheet = QDialog(window)
    sheet.setWindowTitle("CHEMIN Henri")
    answers = []
    window.lock()

    def story():
        answers.append((yield ask(sheet)))

    window.runner.start(story(), window)
    assert not sheet.isVisible()
    assert answers == []
    unlock(qtbot, window)
    assert sheet.isVisible()
    sheet.accept()
    assert answers == [True]


def test_a_record_that_names_itself_behind_the_lock_does_not_name_the_window(qtbot, window, paper):
    window.open_record(5)
    page = window.page
    paper.reader.remove()
    qtbot.waitUntil(lambda: window.is_locked)
    page.title_changed.emit("CHEMIN Henri, 18/08/1948")
    assert window.windowTitle() == "demo_lgc"


def test_the_doctor_locks_from_the_menu(qtbot, window, paper):
    window.top.lock_asked.emit()
    assert window.page is window.login
    assert not paper.session.is_open


def test_another_doctor_does_not_find_the_records_of_the_first(qtbot, window, paper):
    window.open_record(5)
    paper.reader.remove()
    qtbot.waitUntil(lambda: window.is_locked)
    paper.reader.problem, paper.reader.practitioner = None, ROBERT
    unlock(qtbot, window)
    assert window.page is window.home
    assert window._records == {}
    assert "Dr\u00a0Robert SPECIALISTE5737" in visible_words(window)
    assert "CHEMIN Henri" not in window.windowTitle()
    assert paper.session.current.practitioner != PAUL


# --- what goes wrong, and the end -----------------------------------------------------------------------


def test_a_bug_is_said_in_the_page_without_its_words(qtbot, window, caplog):
    def flow():
        raise KeyError("CHEMIN")
        yield

    window.runner.start(flow())
    assert "Le programme a rencontré un imprévu." in visible_words(window)
    assert "CHEMIN" not in caplog.text
    assert "KeyError (" in caplog.text
    close = next(b for b in window.notice.findChildren(QPushButton) if b.isVisible())
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert "imprévu" not in visible_words(window)


def test_about_names_what_the_vihf_declares(qtbot, window):
    window.top.about_asked.emit()
    about = window.findChild(QDialog, "about")
    words = [label.text() for label in about.findChildren(Text)]
    assert {"Éditeur", "Logiciel", "Version", "demo_lgc", "0.1.0"} <= set(words)
    about.accept()


def test_closing_refuses_new_gestures_and_waits_for_the_one_under_way(qtbot, open_window):
    window = open_window(serial=False)
    unlock(qtbot, window)
    gate, done = threading.Event(), []

    def flow():
        yield background(lambda: done.append(gate.wait(5)))

    qtbot.waitUntil(lambda: not window.runner.is_working)
    window.runner.start(flow())
    window.close()
    assert window.isVisible()
    assert "Fermeture…" in visible_words(window)
    assert window.runner.start(flow()).is_over
    gate.set()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert done == [True]


def test_an_idle_window_closes_at_once(window):
    assert window.close()


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_the_window_changes_its_clothes_while_it_is_open(qtbot, window, look, name):
    tokens = look.apply(name)
    qtbot.wait(20)
    picture = window.grab().toImage()
    ground = picture.pixelColor(picture.width() // 2, picture.height() - 4).name().upper()
    assert ground == tokens.window


# --- the keyboard alone ---------------------------------------------------------------------------------


def test_escape_goes_back_home_and_the_record_stays_open(qtbot, window):
    window.open_record(5)
    qtbot.keyClick(window.page.draft, Qt.Key.Key_Escape)
    assert window.page is window.home
    assert window.home.agenda.hasFocus()
    assert sorted(window._records) == [5]


def test_escape_in_the_search_gives_the_focus_back_to_the_page(qtbot, window):
    window.top.search.setFocus()
    qtbot.keyClick(window.top.search, Qt.Key.Key_Escape)
    assert window.home.agenda.hasFocus()


def test_the_keys_of_a_page_act_while_the_focus_is_on_the_top_bar(qtbot, window):
    window.top.more.setFocus()
    qtbot.keyClick(window.top.more, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.page.patient_id == 5


def test_tab_goes_round_the_first_page(qtbot, window):
    seen = set()
    for _ in range(12):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.add(QApplication.focusWidget().objectName())
    assert {"home.open", "top.search", "top.more", "home.agenda"} <= seen


def test_enter_never_opens_a_patient_of_older_letters(qtbot, window):
    search = window.top.search
    search.setFocus()
    qtbot.keyClicks(search, "ca")
    qtbot.waitUntil(lambda: search.is_listing)
    assert search._rows.current.birth_name == "CARTON"
    qtbot.keyClicks(search, "rti")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert window.page.patient_id == 8  # CARTIER, the only one left, although CARTON was still shown


def test_enter_before_the_answer_shows_the_list_when_several_match(qtbot, window):
    search = window.top.search
    search.setFocus()
    qtbot.keyClicks(search, "car")
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert search.is_listing
    assert window.page is window.home


# --- nothing written is lost ------------------------------------------------------------------------------


def test_leaving_with_a_sharing_not_sent_shows_it_first(qtbot, window):
    window.open_record(5)
    page = window.page
    page.has_unsent_sharing = True
    window.show_home()
    window.close()
    assert window.isVisible()
    assert window.page is page
    assert window.notice.text == "Ce partage n’a pas été envoyé."
    qtbot.mouseClick(window.findChild(QPushButton, "window.stay"), Qt.MouseButton.LeftButton)
    window.close()
    assert window.isVisible()
    qtbot.mouseClick(window.findChild(QPushButton, "window.leave"), Qt.MouseButton.LeftButton)
    assert not window.isVisible()


def test_leaving_behind_the_lock_says_that_a_sharing_is_not_sent_and_names_nobody(qtbot, window):
    window.open_record(5)
    window.page.has_unsent_sharing = True
    window.lock()
    window.close()
    assert window.isVisible()
    assert window.login.notice.text == "Un partage n’a pas été envoyé."
    assert "CHEMIN" not in window.login.notice.detail
    unlock(qtbot, window)
    window.lock()
    window.close()
    assert window.isVisible()  # told again: the doctor came back meanwhile
    window.close()
    assert not window.isVisible()


def test_making_room_never_closes_a_sharing_not_sent(window):
    for patient_id in (1, 2, 3, 4):
        window.open_record(patient_id)
    window._records[2].has_unsent_sharing = True
    window.open_record(5)
    window.findChild(QDialog, "which-to-close")._choose(2)
    assert window.page.patient_id == 2
    assert window.page.asked_to_close == 1
    assert sorted(window._records) == [1, 2, 3, 4]
    window._records[2].has_unsent_sharing = False


def test_another_card_is_told_what_its_session_would_close(qtbot, window, paper):
    window.open_record(5)
    paper.reader.remove()
    qtbot.waitUntil(lambda: window.is_locked)
    assert window.login.locked.detail == "Votre saisie est conservée."
    paper.reader.practitioner, paper.reader.problem = ROBERT, None
    qtbot.waitUntil(lambda: "une autre personne" in window.login.locked.text, timeout=3000)
    assert "sera perdue" in window.login.locked.detail
    paper.reader.practitioner = PAUL
    qtbot.waitUntil(lambda: window.login.locked.text == "Session verrouillée.", timeout=3000)
