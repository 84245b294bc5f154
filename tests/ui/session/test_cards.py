"""What the login says of the cards that are there, and how one is chosen."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import CardHolder, CardKind
from demo_lgc.domain.trust import CardInReader
from demo_lgc.ui import theme
from demo_lgc.ui.errors import explain
from demo_lgc.ui.session import words
from tests.ui.paper_desk import CODE, PAUL, ROBERT, TODAY

SECOND = CardInReader("Lecteur 1", CardHolder(ROBERT, date(2017, 6, 30), "9900057372"))
BLOCKED = CardInReader(
    "Lecteur 2", CardHolder(ROBERT, date(2016, 1, 1), "9900000003"), 0, CardProblem.BLOCKED
)
OF_THE_MACHINE = (
    CardProblem.NO_LIBRARY,
    CardProblem.LIBRARY_ARCHITECTURE,
    CardProblem.LIBRARY_FAILS,
    CardProblem.NO_READER,
    CardProblem.NO_CARD,
)
OF_THE_CARD = (
    CardProblem.UNREADABLE,
    CardProblem.FOREIGN,
    CardProblem.TEST_CARD,
    CardProblem.NOT_YET_VALID,
    CardProblem.EXPIRED,
    CardProblem.REVOKED,
    CardProblem.IN_USE,
    CardProblem.BLOCKED,
)


@pytest.mark.parametrize("problem", [*OF_THE_MACHINE, *OF_THE_CARD])
def test_every_problem_is_said_and_no_code_can_be_typed(login, paper, problem):
    paper.reader.problem = problem
    login.look()
    explained = explain(CardError(problem))
    assert explained.title in login.said
    assert explained.detail in login.said.replace("\n", " ")
    assert not login.view.code.isEnabled()
    assert login.opened == []
    paper.reader.problem = None
    login.look()
    assert login.view.code.isEnabled()
    assert explained.title not in login.said


@pytest.mark.parametrize("problem", OF_THE_CARD)
def test_a_card_that_opens_nothing_still_says_whose_it_is(login, paper, problem):
    paper.reader.problem = problem
    login.look()
    assert "Porteur\u00a0: Dr\u00a0Paul MEDECIN5729." in login.said


def test_a_card_that_tells_nothing_names_nobody(login, paper, monkeypatch):
    strange = CardInReader("Lecteur 0", None, 3, CardProblem.UNREADABLE)
    monkeypatch.setattr(paper.reader, "look", lambda: (strange,))
    login.look()
    assert "Carte non reconnue." in login.said
    assert "MEDECIN" not in login.said


@pytest.mark.parametrize("theme_name", ["light", "dark"])
@pytest.mark.parametrize("problem", [*OF_THE_MACHINE, *OF_THE_CARD])
def test_whatever_is_said_what_is_above_and_under_keeps_its_place(qtbot, login, paper, problem, theme_name):
    theme.apply(theme_name)
    places = []
    for shown in (None, problem):
        paper.reader.problem = shown
        login.look()
        qtbot.wait(20)
        code = login.view.code
        places.append((code.mapTo(login.view, code.rect().topLeft()), login.view._title.pos()))
    assert places[0] == places[1]


def test_digits_typed_before_the_card_is_read_go_nowhere(qtbot, make_login, paper):
    paper.reader.problem = CardProblem.NO_CARD
    login = make_login().show()
    assert not isinstance(login.view.focusWidget(), QPushButton)
    login.press(Qt.Key.Key_1)
    login.press(Qt.Key.Key_Return)
    assert login.view.panel is login.view.code_panel
    paper.reader.problem = None
    login.look()
    assert login.view.code.hasFocus()
    assert login.view.code.text() == ""


@pytest.mark.parametrize(
    ("kind", "said"),
    [(CardKind.CPS, "Carte CPS"), (CardKind.CPF, "Carte CPF"), (CardKind.CPE, "Carte CPE")],
)
def test_the_kind_of_the_card_is_named(login, paper, kind, said):
    paper.reader.kind = kind
    login.look()
    assert f"{said}, valable jusqu’au 31/03/2017" in login.said


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (date(2014, 12, 7), ""),
        (date(2014, 12, 6), "Expire dans 30\u00a0jours"),
        (date(2014, 11, 18), "Expire dans 12\u00a0jours"),
        (date(2014, 11, 7), "Expire demain"),
        (date(2014, 11, 6), "Expire aujourd’hui"),
        (date(2014, 11, 5), ""),
    ],
)
def test_the_last_month_of_a_card_is_counted(end, said):
    assert words.expiry(end, TODAY) == said


def test_a_card_near_its_end_says_so_in_place_of_the_rest(login, paper, monkeypatch):
    soon = CardInReader("Lecteur 0", CardHolder(PAUL, date(2014, 11, 18), "9900057291"))
    monkeypatch.setattr(paper.reader, "look", lambda: (soon,))
    login.look()
    assert "Expire dans 12\u00a0jours" in login.said
    assert "Carte CPS, jusqu’au 18/11/2014" in login.said
    assert login.view.code.isEnabled()


@pytest.mark.parametrize(
    ("tries", "said"),
    [
        (3, "Vous avez 3\u00a0essais."),
        (2, "Il vous reste 2\u00a0essais."),
        (1, "Dernier essai. Un code incorrect bloquera la carte."),
    ],
)
def test_the_tries_left_are_said_before_the_code(login, paper, tries, said):
    paper.reader.tries = tries
    login.look()
    assert said in login.said
    assert ("Dernier essai |" in login.said) is (tries == 1)


# --- several cards --------------------------------------------------------------------------------------


@pytest.fixture
def three(login, paper):
    """Paul's card, Robert's, and one of Robert's that is blocked."""
    paper.reader.others = (SECOND, BLOCKED)
    login.look()
    return login


def rows(login):
    return login.view.code_panel.cards.several


def test_several_cards_are_listed_with_their_readers_and_what_keeps_them_shut(three):
    spoken = [rows(three).model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert "Dr\u00a0Paul MEDECIN5729" in spoken[0]
    assert "Lecteur\u00a0: Lecteur 0" in spoken[0]
    assert "Dr\u00a0Robert SPECIALISTE5737" in spoken[1]
    assert "Bloquée" in spoken[2]
    assert three.view.code.hasFocus()


def test_the_arrows_choose_a_card_and_its_own_number_goes_with_the_code(three, paper, monkeypatch):
    given = []
    monkeypatch.setattr(three.sessions, "unlock", lambda code, number: given.append((code, number)) or 1 / 0)
    three.runner.failed.connect(lambda _error: three.failures.clear())
    three.press(Qt.Key.Key_Down)
    assert rows(three).hasFocus()
    three.press(Qt.Key.Key_Return)
    assert three.view.code.hasFocus()
    three.give_code()
    assert given == [(CODE, "9900057372")]


def test_a_card_that_cannot_open_is_chosen_only_to_be_mended(three):
    for _ in range(2):
        three.press(Qt.Key.Key_Down)
    assert not three.view.code.isEnabled()
    assert "Carte bloquée." in three.said
    three.press(Qt.Key.Key_Return)
    assert three.view.panel is three.view.unblock_panel
    assert "Dr\u00a0Robert SPECIALISTE5737" in three.said


def test_the_card_chosen_stays_chosen_while_the_readers_are_looked_at(three, paper):
    three.press(Qt.Key.Key_Down)
    three.look()
    assert rows(three).currentIndex().row() == 1
    paper.reader.others = (BLOCKED, SECOND)
    three.look()
    assert rows(three).currentIndex().row() == 2
    paper.reader.others = ()
    three.look()
    assert "Dr\u00a0Paul MEDECIN5729" in three.said
    assert not rows(three).isVisible()


def test_a_row_is_chosen_by_the_mouse(qtbot, three):
    place = rows(three).visualRect(rows(three).model().index(1, 0)).center()
    qtbot.mouseClick(rows(three).viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert rows(three).currentIndex().row() == 1


# --- the page -------------------------------------------------------------------------------------------


def filled(login):
    return [
        b.objectName()
        for b in login.view.findChildren(QPushButton)
        if b.isVisible() and b.property("kind") == "primary"
    ]


def test_each_panel_has_one_filled_button(login, paper):
    view = login.view
    assert filled(login) == ["login.open"]
    for panel in (view.unblock_panel, view.change_panel, view.situation_panel, view.declare_panel):
        view.show_panel(panel)
        assert len(filled(login)) == 1
    view.show_panel(view.sign_in_panel)
    assert filled(login) == ["sign-in.browser"]
    view.show_panel(view.code_panel)
    paper.reader.problem = CardProblem.BLOCKED
    login.look()
    assert filled(login) == ["login.unblocking"]


def test_the_tab_key_goes_in_reading_order(three):
    walked = []
    three.view.code_panel.cards.several.setFocus()
    for _ in range(7):
        walked.append(three.view.focusWidget().objectName())
        three.press(Qt.Key.Key_Tab)
    assert walked == [
        "login.cards",
        "login.code",
        "login.open",
        "login.change",
        "login.without",
        "login.administration",
        "login.cards",
    ]


def test_administration_is_asked_without_any_card(qtbot, login, paper):
    paper.reader.problem = CardProblem.NO_LIBRARY
    login.look()
    with qtbot.waitSignal(login.view.administration_asked):
        login.click("login.administration")


def test_without_a_registration_pro_sante_connect_is_not_offered(make_login):
    login = make_login(door=False).show()
    assert "Pro Santé Connect" not in login.said
    assert not login.view.code_panel.without.isVisible()


@pytest.mark.parametrize(
    ("width", "height", "hero"), [(1440, 900, True), (1024, 700, True), (720, 450, False)]
)
def test_the_code_can_be_typed_at_every_size(qtbot, make_login, paper, width, height, hero):
    paper.reader.others = (SECOND, BLOCKED)
    login = make_login().show(width, height)
    qtbot.wait(50)
    code = login.view.code
    assert login.view._hero.isVisible() is hero
    assert code.visibleRegion().boundingRect().height() == code.height()


def test_every_field_and_button_has_a_name_for_screen_readers(login):
    view = login.view
    panels = (view.code_panel, view.unblock_panel, view.change_panel, view.declare_panel, view.sign_in_panel)
    for panel in panels:
        view.show_panel(panel)
        assert panel.accessibleName()
        for widget in QApplication.focusWidget(), *panel.findChildren(QPushButton):
            assert widget.accessibleName() or widget.text()
