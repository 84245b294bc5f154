"""The field of the recipients, by keyboard and by mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from demo_lgc.ui.sharing.view import SharePage
from demo_lgc.ui.widgets.chip import ChipButton
from tests.ui.sharing.fake_desk import PAUL, ROBERT


@pytest.fixture
def form(open_record):
    page = open_record()
    page.share()
    return page.findChild(SharePage).form


@pytest.fixture
def line(form):
    edit = form.findChild(QLineEdit, "share.recipients")
    edit.setFocus()
    return edit


def offer(qtbot, form, line, typed):
    qtbot.keyClicks(line, typed)
    qtbot.waitUntil(form.recipients.suggestions.isVisible)
    return form.recipients.suggestions


def test_a_few_letters_propose_known_correspondents_after_a_pause(qtbot, form, line, desk):
    offer(qtbot, form, line, "dr")
    assert desk.called("complete") == ["dr"]


def test_arrows_and_enter_choose_and_escape_closes_the_list_before_the_page(qtbot, form, line):
    shown = offer(qtbot, form, line, "dr")
    qtbot.keyClick(line, Qt.Key.Key_Down)
    assert shown.current == PAUL
    qtbot.keyClick(line, Qt.Key.Key_Down)
    assert shown.current == PAUL
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    assert form.isVisible()
    assert line.text() == "dr"


def test_a_click_chooses(qtbot, form, line):
    shown = offer(qtbot, form, line, "rob")
    row = shown.visualRect(shown.model().index(0, 0))
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert form.recipients.people == (ROBERT,)
    assert not shown.isVisible()


def test_a_recipient_is_proposed_and_added_once(qtbot, form, line):
    form.add_recipient(ROBERT)
    form.add_recipient(ROBERT)
    assert form.recipients.people == (ROBERT,)
    shown = offer(qtbot, form, line, "dr")
    assert shown.current == PAUL


def test_a_full_address_is_checked_and_becomes_a_recipient(qtbot, form, line, desk):
    qtbot.keyClicks(line, "anne@mssante.example.fr")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert [who.address for who in form.recipients.people] == ["anne@mssante.example.fr"]
    assert line.text() == ""


def test_an_address_outside_the_trust_domain_is_refused_at_the_field_and_kept(qtbot, form, line):
    qtbot.keyClicks(line, "anne@example.org")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "example.org" in form.to.error
    assert line.text() == "anne@example.org"
    assert not form.readiness.ready
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    assert form.to.error == ""


def test_leaving_the_field_checks_the_address_typed(qtbot, form, line):
    qtbot.keyClicks(line, "anne@mssante.example.fr")
    form.subject.setFocus()
    assert len(form.recipients.people) == 1


def test_words_that_are_not_yet_a_recipient_hold_the_sending(qtbot, form, line):
    form.add_recipient(ROBERT)
    qtbot.keyClicks(line, "an")
    assert "Entrée" in form.readiness.sentence
    assert not form.findChild(QPushButton, "share.send").isEnabled()


def test_backspace_then_delete_takes_a_recipient_away(qtbot, form, line):
    form.add_recipient(ROBERT)
    form.add_recipient(PAUL)
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    chip = QApplication.focusWidget()
    assert isinstance(chip, ChipButton)
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert form.recipients.people == (ROBERT,)
    assert QApplication.focusWidget() is line


def test_a_click_on_a_chip_takes_it_away(qtbot, form, line):
    form.add_recipient(ROBERT)
    chip = form.recipients.findChild(ChipButton)
    assert "Retirer" in chip.toolTip()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert form.recipients.people == ()


def test_many_recipients_wrap_and_none_is_cut(qtbot, form, line):
    from dataclasses import replace

    one_line = form.recipients.height()
    for number in range(6):
        form.add_recipient(
            replace(ROBERT, name=f"Dr Robert{number} SPECIALISTE", address=f"r{number}@mssante.example.fr")
        )
    qtbot.waitUntil(lambda: form.recipients.height() > one_line)
    frame = form.recipients.rect()
    for chip in form.recipients.findChildren(ChipButton):
        assert frame.contains(chip.geometry())


def test_a_name_validated_before_the_answer_is_taken_when_one_colleague_bears_it(qtbot, form, line):
    qtbot.keyClicks(line, "specialiste")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: form.recipients.people == (ROBERT,))
    assert line.text() == ""


def test_a_name_validated_before_the_answer_proposes_when_several_bear_it(qtbot, form, line):
    qtbot.keyClicks(line, "dr")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(form.recipients.suggestions.isVisible)
    assert form.recipients.people == ()


def test_a_letter_typed_on_a_chip_begins_the_next_name(qtbot, form, line):
    form.add_recipient(ROBERT)
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    chip = QApplication.focusWidget()
    assert isinstance(chip, ChipButton)
    qtbot.keyClicks(chip, "p")
    assert line.hasFocus()
    assert line.text() == "p"
    assert form.recipients.people == (ROBERT,)


def test_the_field_of_the_recipients_is_named_for_those_who_hear_the_page(line):
    assert line.accessibleName() == "Destinataires"


def test_a_refused_address_asks_to_be_mended_not_validated(qtbot, form, line):
    form.refuse_address("Cette adresse n’est pas une adresse MSSanté.")
    line.setText("x@example.org")
    form.refuse_address("Cette adresse n’est pas une adresse MSSanté.")
    assert form.readiness.sentence == "Corrigez ou effacez l’adresse refusée."
