"""The login, by keyboard and by mouse, on the real session service and a reader of values."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from demo_lgc.domain.errors import CardProblem
from demo_lgc.ui.widgets.text import Text
from tests.ui.paper_desk import CODE, ROBERT


def said(window):
    """Everything the login says now."""
    labels = [label.text() for label in window.login.findChildren(Text) if label.isVisible()]
    return " | ".join(text for text in labels if text)


def type_code(qtbot, window, code):
    qtbot.keyClicks(window.login.code, code)


def test_the_card_is_named_before_any_code(open_window):
    window = open_window()
    words = said(window)
    assert "Bonjour" in words
    assert "Identification de votre carte" in words
    assert "Dr\u00a0Paul MEDECIN5729" in words
    assert "Carte CPS, valable jusqu’au 31/03/2017" in words
    assert "Vous avez 3\u00a0essais." in words
    assert window.login.code.hasFocus()


@pytest.mark.parametrize("serial", [True, False], ids=["serial", "threads"])
def test_the_session_opens_by_keyboard(qtbot, open_window, paper, serial):
    window = open_window(serial=serial)
    type_code(qtbot, window, CODE)
    qtbot.keyClick(window.login.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.page is window.home)
    assert paper.session.current.practitioner.family == "MEDECIN5729"
    assert paper.reader.codes == [CODE]


def test_the_session_opens_by_mouse(qtbot, open_window):
    window = open_window()
    type_code(qtbot, window, CODE)
    qtbot.mouseClick(window.findChild(QPushButton, "login.open"), Qt.MouseButton.LeftButton)
    assert window.page is window.home


def test_the_code_is_hidden_and_leaves_no_copy_in_the_page(qtbot, open_window):
    window = open_window()
    code = window.login.code
    assert code.echoMode() is QLineEdit.EchoMode.Password
    type_code(qtbot, window, "0000")
    heard = []
    window.login.code_panel.code_given.connect(lambda *_given: heard.append(code.text()))
    window.login.submit()
    assert heard == [""]
    code.undo()
    assert code.text() == ""
    code.copy()
    assert "0000" not in QApplication.clipboard().text()


@pytest.mark.parametrize("typed", ["", "1", "123"])
def test_a_code_too_short_is_refused_in_the_field_and_spends_no_try(qtbot, open_window, paper, typed):
    window = open_window()
    type_code(qtbot, window, typed)
    qtbot.keyClick(window.login.code, Qt.Key.Key_Return)
    assert paper.reader.codes == []
    assert "Le code porteur compte quatre chiffres. Aucun essai n’a été utilisé." in said(window)
    assert window.login.code.property("state") == "error"
    type_code(qtbot, window, "1")
    assert window.login.code.property("state") == ""


def test_only_four_digits_can_be_typed(qtbot, open_window):
    window = open_window()
    type_code(qtbot, window, "1a2-3456")
    assert window.login.code.text() == "1234"


def test_a_wrong_code_says_how_many_tries_are_left_down_to_the_last_and_then_blocked(qtbot, open_window):
    window = open_window()
    for words in (
        "Code incorrect. Il vous reste 2\u00a0essais.",
        "Dernier essai. Un code incorrect bloquera la carte.",
    ):
        type_code(qtbot, window, "9999")
        qtbot.keyClick(window.login.code, Qt.Key.Key_Return)
        assert words in said(window)
        assert window.login.code.text() == ""
        assert window.login.code.hasFocus()
    type_code(qtbot, window, "9999")
    qtbot.keyClick(window.login.code, Qt.Key.Key_Return)
    assert "Carte bloquée." in said(window)
    assert not window.login.code.isEnabled()
    how = window.findChild(QPushButton, "login.unblocking")
    qtbot.mouseClick(how, Qt.MouseButton.LeftButton)
    assert window.login.panel is window.login.unblock_panel


def test_the_last_try_is_announced_before_it_is_spent(open_window, paper):
    paper.reader.tries = 1
    window = open_window()
    assert "Dernier essai. Un code incorrect bloquera la carte." in said(window)
    assert window.login.code.property("state") == ""


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (CardProblem.NO_LIBRARY, "Cryptolib CPS introuvable."),
        (CardProblem.NO_READER, "Lecteur introuvable."),
        (CardProblem.NO_CARD, "Insérez votre CPS pour accéder à vos dossiers."),
        (CardProblem.UNREADABLE, "Carte non reconnue."),
        (CardProblem.EXPIRED, "Carte expirée."),
    ],
)
def test_without_a_usable_card_no_code_can_be_typed(qtbot, open_window, paper, problem, words):
    paper.reader.problem = problem
    window = open_window()
    qtbot.waitUntil(lambda: words in said(window))
    assert not window.login.code.isEnabled()
    assert not window.login.code_panel.go.isEnabled()
    paper.reader.problem = None
    window.login.look_again.emit()
    qtbot.waitUntil(window.login.code.isEnabled)
    assert words not in said(window)


def test_the_card_put_in_is_seen_without_a_gesture(qtbot, open_window, paper):
    paper.reader.problem = CardProblem.NO_CARD
    window = open_window()
    paper.reader.problem, paper.reader.practitioner = None, ROBERT
    qtbot.waitUntil(lambda: "Dr\u00a0Robert SPECIALISTE5737" in said(window), timeout=3000)
    assert window.login.code.hasFocus()


def test_what_is_under_the_card_keeps_its_place_when_the_card_is_read(qtbot, open_window, paper):
    paper.reader.problem = CardProblem.NO_CARD
    window = open_window()
    qtbot.waitUntil(lambda: "Insérez" in said(window))
    qtbot.wait(50)
    before = window.login.code.mapTo(window, window.login.code.rect().topLeft())
    paper.reader.problem = None
    window.login.look_again.emit()
    qtbot.waitUntil(window.login.code.isEnabled)
    qtbot.wait(50)
    assert window.login.code.mapTo(window, window.login.code.rect().topLeft()) == before


def test_while_the_card_works_the_page_waits_and_the_window_lives(qtbot, open_window, paper):
    window = open_window(serial=False)
    paper.reader.gate.clear()
    type_code(qtbot, window, CODE)
    qtbot.keyClick(window.login.code, Qt.Key.Key_Return)
    assert not window.login.code.isEnabled()
    assert not window.login.administration.isEnabled()  # the session would open over the settings
    qtbot.keyClick(window.login.code, Qt.Key.Key_Return)
    qtbot.waitUntil(window.login.bar.isVisible, timeout=2000)
    paper.reader.gate.set()
    qtbot.waitUntil(lambda: window.page is window.home)
    assert paper.reader.codes == [CODE]


def test_the_sandbox_says_so(qtbot, open_window):
    assert "Environnement de démonstration" in " ".join(
        chip.accessibleName()
        for chip in open_window().login.findChildren(object)
        if hasattr(chip, "accessibleName")
    )
    real = open_window(sandbox=False)
    names = [w.accessibleName() for w in real.login.findChildren(object) if hasattr(w, "accessibleName")]
    assert "Environnement de démonstration" not in names
    assert "demo_lgc 0.1.0" in said(real)


def test_the_login_has_one_filled_button(open_window):
    buttons = [b for b in open_window().login.findChildren(QPushButton) if b.isVisible()]
    assert [b.objectName() for b in buttons if b.property("kind") == "primary"] == ["login.open"]
