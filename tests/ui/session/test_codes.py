"""Unblocking a card and changing its code: checked before the card, and nothing typed is kept."""

import gc
from types import GeneratorType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.ui.flow import background
from demo_lgc.ui.widgets.secret import Secret
from tests.ui.paper_desk import CODE, UNBLOCKING_CODE


@pytest.fixture
def blocked(login, paper):
    """The panel of a card whose three tries are spent."""
    paper.reader.tries = 0
    login.look()
    login.click("login.unblocking")
    return login


@pytest.fixture
def changing(login):
    """The panel that changes the code."""
    login.click("login.change")
    return login


def fill(login, name, proof, new, again):
    for field, typed in (("proof", proof), ("new", new), ("again", again)):
        login.type(f"{name}.{field}", typed)


def secrets(login):
    return [field.text() for field in login.view.findChildren(Secret)]


# --- unblocking -----------------------------------------------------------------------------------------


def test_a_blocked_card_is_unblocked_by_keyboard_alone_and_the_new_code_is_asked(login, paper):
    paper.reader.tries = 0
    login.look()
    login.press(Qt.Key.Key_Space)  # the filled button has the keyboard
    assert "Débloquer ma carte | Dr\u00a0Paul MEDECIN5729" in login.said
    for typed, key in (
        (UNBLOCKING_CODE, Qt.Key.Key_Tab),
        ("4321", Qt.Key.Key_Tab),
        ("4321", Qt.Key.Key_Return),
    ):
        login.qtbot.keyClicks(login.view.focusWidget(), typed)
        login.press(key)
    assert paper.reader.codes == [UNBLOCKING_CODE, "4321"]
    assert login.view.panel is login.view.code_panel
    assert "Carte débloquée. Saisissez votre nouveau code." in login.said
    assert "Vous avez 3\u00a0essais." in login.said
    assert login.view.code.hasFocus()
    assert login.notes[-1][0::2] == ("unblock-card", "ok")


@pytest.mark.parametrize(
    ("proof", "new", "again", "said"),
    [
        ("1234567", "4321", "4321", "8\u00a0chiffres sont attendus. Aucun essai n’a été utilisé."),
        ("", "4321", "4321", "8\u00a0chiffres sont attendus. Aucun essai n’a été utilisé."),
        (UNBLOCKING_CODE, "432", "432", "4\u00a0chiffres sont attendus. Aucun essai n’a été utilisé."),
        (UNBLOCKING_CODE, "4321", "4322", "Les deux nouveaux codes diffèrent. Aucun essai n’a été utilisé."),
    ],
)
def test_a_slip_of_the_finger_is_said_and_never_reaches_the_card(blocked, paper, proof, new, again, said):
    fill(blocked, "unblock", proof, new, again)
    blocked.click("unblock.go")
    assert paper.reader.codes == []
    assert said in blocked.said
    blocked.qtbot.keyClicks(blocked.view.focusWidget(), "1")
    assert said not in blocked.said


def test_when_the_new_codes_differ_only_they_are_typed_again(blocked, paper):
    fill(blocked, "unblock", UNBLOCKING_CODE, "4321", "1111")
    blocked.press(Qt.Key.Key_Return)
    assert blocked.find("unblock.new").hasFocus()
    assert secrets(blocked).count("") == len(secrets(blocked)) - 1
    blocked.qtbot.keyClicks(blocked.view.focusWidget(), "4321")
    blocked.type("unblock.again", "4321")
    blocked.press(Qt.Key.Key_Return)
    assert paper.reader.codes == [UNBLOCKING_CODE, "4321"]


def test_a_wrong_unblocking_code_is_said_at_its_field_and_nothing_typed_is_kept(blocked, paper):
    fill(blocked, "unblock", "00000000", "4321", "4321")
    blocked.click("unblock.go")
    assert "Code de déblocage incorrect. Les essais sont comptés." in blocked.said
    assert blocked.find("unblock.proof").property("state") == "error"
    assert blocked.find("unblock.proof").hasFocus()
    assert set(secrets(blocked)) == {""}
    assert blocked.view.panel is blocked.view.unblock_panel


def test_a_card_that_cannot_be_unblocked_any_more_has_to_be_replaced(blocked, paper, monkeypatch):
    monkeypatch.setattr(paper.reader, "unblock", failing(CardProblem.UNBLOCKING_BLOCKED))
    fill(blocked, "unblock", UNBLOCKING_CODE, "4321", "4321")
    blocked.click("unblock.go")
    assert "Cette carte ne peut plus être débloquée." in blocked.said
    assert not blocked.find("unblock.proof").isEnabled()
    assert blocked.find("unblock.back").hasFocus()
    blocked.press(Qt.Key.Key_Space)
    assert blocked.view.panel is blocked.view.code_panel


def test_a_new_code_the_card_does_not_take_is_said_at_the_new_code(blocked, paper, monkeypatch):
    monkeypatch.setattr(paper.reader, "unblock", failing(CardProblem.NEW_CODE_REFUSED))
    fill(blocked, "unblock", UNBLOCKING_CODE, "4321", "4321")
    blocked.click("unblock.go")
    assert "La carte n’accepte pas ce nouveau code. Choisissez-en un autre." in blocked.said
    assert blocked.find("unblock.new").property("state") == "error"
    assert set(secrets(blocked)) == {""}


@pytest.mark.parametrize("name", ["unblock", "change"])
def test_what_goes_wrong_is_said_without_moving_anything(qtbot, login, paper, name):
    panel = login.view.unblock_panel if name == "unblock" else login.view.change_panel
    panel.begin("Dr\u00a0Paul MEDECIN5729")
    login.view.show_panel(panel)
    qtbot.wait(20)
    before = [panel.go.pos(), panel.again.pos()]
    for field in (panel._proof, panel._new, panel._again):
        field.set_error("Les deux nouveaux codes diffèrent. Aucun essai n’a été utilisé.")
    qtbot.wait(20)
    assert [panel.go.pos(), panel.again.pos()] == before


# --- changing -------------------------------------------------------------------------------------------


def test_the_code_is_changed_and_asked_again(changing, paper):
    assert "Vous avez 3\u00a0essais." in changing.said
    fill(changing, "change", CODE, "4321", "4321")
    changing.press(Qt.Key.Key_Return)
    assert paper.reader.codes == [CODE, "4321"]
    assert "Code changé. Saisissez votre nouveau code." in changing.said
    assert changing.view.code.hasFocus()


def test_the_same_code_again_is_no_change_and_spends_no_try(changing, paper):
    fill(changing, "change", CODE, CODE, CODE)
    changing.press(Qt.Key.Key_Return)
    assert paper.reader.codes == []
    assert "Le nouveau code doit différer de l’ancien." in changing.said


def test_a_wrong_old_code_tells_the_tries_left_down_to_the_blocked_card(changing, paper):
    said = (
        "Code incorrect. Il vous reste 2\u00a0essais.",
        "Code incorrect. Dernier essai. Un code incorrect bloquera la carte.",
    )
    for words in said:
        fill(changing, "change", "9999", "4321", "4321")
        changing.press(Qt.Key.Key_Return)
        assert words in changing.said
        assert set(secrets(changing)) == {""}
    changing.qtbot.keyClicks(changing.view.focusWidget(), "1")
    assert "Dernier essai. Un code incorrect bloquera la carte." in changing.said
    fill(changing, "change", "9999", "4321", "4321")
    changing.press(Qt.Key.Key_Return)
    assert changing.view.panel is changing.view.code_panel
    assert "Carte bloquée." in changing.said


# --- leaving --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["unblock", "change"])
def test_escape_goes_back_and_what_was_typed_is_forgotten(login, paper, name):
    paper.reader.tries = 0 if name == "unblock" else 3
    login.look()
    login.click("login.unblocking" if name == "unblock" else "login.change")
    login.qtbot.keyClicks(login.view.focusWidget(), "12")
    login.press(Qt.Key.Key_Escape)
    assert login.view.panel is login.view.code_panel
    assert set(secrets(login)) == {""}
    assert paper.reader.codes == []


def test_the_card_pulled_out_closes_the_panel_that_speaks_of_it(blocked, paper):
    blocked.look()
    assert blocked.view.panel is blocked.view.unblock_panel
    paper.reader.problem = CardProblem.NO_CARD
    blocked.look()
    assert blocked.view.panel is blocked.view.code_panel
    assert "Insérez votre CPS" in blocked.said


def test_the_card_pulled_out_as_the_code_is_given_leads_back_too(blocked, paper, monkeypatch):
    monkeypatch.setattr(paper.reader, "unblock", failing(CardProblem.NO_CARD))
    fill(blocked, "unblock", UNBLOCKING_CODE, "4321", "4321")
    paper.reader.problem = CardProblem.NO_CARD
    blocked.click("unblock.go")
    assert blocked.view.panel is blocked.view.code_panel
    assert "Insérez votre CPS" in blocked.said


def test_while_the_card_works_nothing_can_be_typed_nor_left(qtbot, make_login, paper, monkeypatch):
    login = make_login(serial=False).show()
    qtbot.waitUntil(login.view.code.isEnabled)
    unblock = paper.reader.unblock
    monkeypatch.setattr(paper.reader, "unblock", lambda *codes: paper.reader.gate.wait(5) and unblock(*codes))
    paper.reader.tries = 0
    login.waits("Carte bloquée.")
    login.click("login.unblocking")
    paper.reader.gate.clear()
    fill(login, "unblock", UNBLOCKING_CODE, "4321", "4321")
    login.press(Qt.Key.Key_Return)
    assert not login.find("unblock.proof").isEnabled()
    login.view.panel.go_back()
    assert login.view.panel is login.view.unblock_panel
    paper.reader.gate.set()
    login.waits("Carte débloquée.")


# --- secrets --------------------------------------------------------------------------------------------


def test_no_code_can_be_read_copied_or_brought_back(login):
    for field in login.view.findChildren(Secret):
        assert field.echoMode() is QLineEdit.EchoMode.Password
        assert field.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu
        assert not field.acceptDrops()
        field.setFocus()
        login.qtbot.keyClicks(field, "98")
        field.selectAll()
        field.copy()
        assert "98" not in QApplication.clipboard().text()
        field.wipe()
        field.undo()
        assert field.text() == ""


def test_a_field_put_out_of_sight_forgets(login):
    login.qtbot.keyClicks(login.view.code, "12")
    login.view.hide()
    assert login.view.code.text() == ""


def test_nothing_of_ours_keeps_a_code_once_it_was_given(blocked, paper):
    proof, new = "87654321", "7193"
    fill(blocked, "unblock", proof, new, new)
    blocked.click("unblock.go")
    paper.reader.codes.clear()
    gc.collect()
    blocked.press(Qt.Key.Key_Escape)
    kept = [thing for thing in gc.get_objects() if {proof, new} & set(strings_of(thing))]
    assert kept == []


def strings_of(thing):
    """The strings that an object of ours, or a story under way, holds by name or in a tuple."""
    if isinstance(thing, GeneratorType) and thing.gi_frame is not None:
        held = thing.gi_frame.f_locals.values() if "demo_lgc" in thing.gi_code.co_filename else ()
    elif str(type(thing).__module__).startswith("demo_lgc"):
        held = getattr(thing, "__dict__", {}).values()
    else:
        held = ()
    for value in tuple(held):
        yield from (part for part in (value if isinstance(value, tuple) else (value,)) if type(part) is str)


def test_a_work_in_a_lane_does_not_show_what_it_was_given():
    assert "1234" not in repr(background(len, "1234", lane="card"))


def failing(problem):
    def fail(*_codes):
        raise CardError(problem)

    return fail
