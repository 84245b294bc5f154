"""The lock of the window: why it closed, what it gives back, and the settings that need no card."""

from dataclasses import replace
from threading import Event

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit
from shiboken6 import delete

from demo_lgc.domain.errors import Finding, InvalidDocument, NetworkError, RemoteRefusal
from demo_lgc.domain.practitioner import Door, LockCause
from demo_lgc.preferences import Preferences
from demo_lgc.services.administration import Administration
from demo_lgc.ui.flow import background
from demo_lgc.ui.widgets.text import Icon
from tests.ui.paper_desk import CODE
from tests.ui.settings.conftest import Paper, an_environment


@pytest.fixture
def administration(paper, tmp_path):
    """The real service, in the desk, on a machine made of paper."""
    machine = Paper()
    machine.gate.set()
    made = Administration(tmp_path, Preferences(), an_environment(), machine.instruments(), machine.note)
    paper.administration = made
    return made


def unlock(qtbot, window):
    qtbot.waitUntil(window.login.code.isEnabled)
    qtbot.keyClicks(window.login.code, CODE)
    window.login.submit()
    qtbot.waitUntil(lambda: not window.is_locked)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (LockCause.ASKED, "Session verrouillée."),
        (LockCause.IDLE, "Session verrouillée après une période sans activité."),
        (LockCause.ENDED, "Pro Santé Connect a fermé votre session."),
    ],
)
def test_the_login_says_why_the_session_closed(qtbot, open_window, paper, cause, said):
    window = open_window()
    unlock(qtbot, window)
    paper.session.lock(cause)
    qtbot.waitUntil(lambda: window.is_locked)
    assert window.login.locked.text == said
    assert window.windowTitle() == "demo_lgc"


def test_nobody_at_the_keyboard_locks_the_session(qtbot, open_window, paper):
    window = open_window()
    assert not window._idle.is_watching
    unlock(qtbot, window)
    assert window._idle.is_watching
    window._idle.set_minutes(0.05 / 60)
    qtbot.waitUntil(lambda: window.is_locked)
    assert not paper.session.is_open
    assert paper.session.locked_because is LockCause.IDLE
    assert not window._idle.is_watching


def test_a_card_that_leaves_as_its_session_begins_uncovers_nothing(qtbot, open_window, paper, monkeypatch):
    """The lock is told before the window hears that the session began: it was covered, and must stay so."""
    window, begin = open_window(), paper.session.begin
    unlock(qtbot, window)
    window.lock()

    def leave_at_once(*told):
        begun = begin(*told)
        paper.session.lock(LockCause.REMOVED)
        QCoreApplication.processEvents()
        return begun

    monkeypatch.setattr(paper.session, "begin", leave_at_once)
    qtbot.waitUntil(window.login.code.isEnabled)
    qtbot.keyClicks(window.login.code, CODE)
    window.login.submit()
    qtbot.wait(50)
    assert window.is_locked
    assert not window._idle.is_watching
    assert window.login.panel is window.login.code_panel
    assert window.login.notice.text == "Session verrouillée."


def test_locking_does_not_wait_for_what_the_card_is_busy_with(qtbot, open_window, paper):
    """A call to the DMP is in the lane of the card, and lasts a minute when the DMP is silent."""
    window, answered = open_window(serial=False), Event()
    unlock(qtbot, window)
    paper.session.when_key_lost(answered.set)  # closing its connections is what ends the call

    def call():
        yield background(answered.wait, 10, lane="card")

    window.runner.start(call())
    window.lock()
    assert window.is_locked
    qtbot.waitUntil(lambda: not paper.session.is_open, timeout=2000)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (RemoteRefusal("DMP", "DMPInvalidPatient", "Mme ZEPHYR est inconnue"), False),
        (InvalidDocument((Finding("Traitements", "ZEPHYR n’a pas de dose"),)), False),
        (NetworkError("DMP"), True),
    ],
)
def test_what_fails_behind_the_lock_names_nobody_in_front_of_it(qtbot, open_window, failure, said):
    window = open_window()
    unlock(qtbot, window)
    window.lock()
    window.runner.failed.emit(failure)
    shown = window.login.notice.text + window.login.notice.detail
    assert shown
    assert "ZEPHYR" not in shown
    assert ("DMP" in shown) is said


def test_administration_opens_without_a_card_and_leads_to_no_patient(
    qtbot, open_window, paper, administration
):
    window = open_window()
    unlock(qtbot, window)
    window.lock()
    assert window.login.locked.text == "Session verrouillée."
    window.login.administration.click()
    page = window.page
    assert page is not window.login
    assert window.is_locked
    assert window.windowTitle() == "demo_lgc"
    assert not window.desktop.isVisible()
    qtbot.keyClick(window, "k", Qt.KeyboardModifier.ControlModifier)
    assert window.page is page
    page.left.emit()
    assert window.page is window.login
    assert window.login.locked.text == "Session verrouillée."
    unlock(qtbot, window)


def test_what_is_set_without_a_card_holds_for_the_next_session(qtbot, open_window, paper, administration):
    window = open_window()
    administration.save(replace(administration.preferences, inactivity_minutes=5))
    unlock(qtbot, window)
    assert window._idle._limit == 300


def test_what_ends_behind_the_lock_does_not_take_the_keyboard(qtbot, open_window, administration):
    """The outcome of a sending brings the keyboard to its button: a code typed then would go there."""
    window = open_window()
    unlock(qtbot, window)
    window.lock()
    qtbot.waitUntil(window.login.code.hasFocus)
    window.top.search.setFocus()
    assert window.login.code.hasFocus()
    window.login.administration.click()
    menu = QApplication.focusWidget()
    window.top.search.setFocus()
    assert QApplication.focusWidget() is menu
    window.page.left.emit()
    unlock(qtbot, window)
    assert window.top.search.hasFocus()


def test_what_had_the_keyboard_and_is_gone_does_not_hold_the_opening(qtbot, open_window):
    window = open_window()
    unlock(qtbot, window)
    thrown, sheet = QLineEdit(window.desktop), QDialog(window)
    thrown.show()
    thrown.setFocus()
    sheet.show()
    window.lock()
    delete(thrown)
    delete(sheet)
    unlock(qtbot, window)
    assert window._idle.is_watching
    assert window.home.agenda.hasFocus()


def test_a_sheet_that_had_the_keyboard_gives_it_to_the_login(qtbot, open_window):
    window = open_window()
    unlock(qtbot, window)
    sheet = QDialog(window)
    sheet.open()
    qtbot.waitUntil(sheet.isActiveWindow)
    window.lock()
    qtbot.waitUntil(window.login.code.hasFocus)
    unlock(qtbot, window)
    assert sheet.isVisible()
    sheet.close()


def test_the_top_bar_says_that_a_session_has_no_card(qtbot, open_window, paper):
    window = open_window()
    unlock(qtbot, window)
    badge = window.top.findChild(Icon, "top.badge")
    assert badge.toolTip() == "Dr\u00a0Paul MEDECIN5729"
    without = replace(paper.session.current, door=Door.PRO_SANTE_CONNECT, kind=None)
    window.lock()
    window._uncover(without)
    assert badge.toolTip() == "Dr\u00a0Paul MEDECIN5729, session sans carte"
