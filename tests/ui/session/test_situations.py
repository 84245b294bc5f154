"""From the code to the session: choosing from where one works, or saying it, or giving up."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.practitioner import CardKind, LockCause, PracticeSituation, Practitioner
from demo_lgc.ui.session.words import lock_words
from tests.ui.paper_desk import CODE, PAUL, PRACTICE, ROBERT

HOUSE = PracticeSituation("10B0127189", "Maison de santé des Tilleuls", "SA52")
WARD = PracticeSituation("10B0127197", "Centre hospitalier", "SA99")  # a sector we do not know
INTERN = Practitioner("899700057405", "INTERNE5740", "LEA", "10", "")
STAFF = Practitioner("30B0057881/CPET0002", "HOPITAL DES ESSAIS", "", "", "")


@pytest.fixture
def choosing(login, paper):
    """A card with three activities, whose code was given."""
    paper.reader.situations = (PRACTICE, HOUSE, WARD)
    login.give_code()
    return login


def declaring(login, paper, who, kind, situations=()):
    paper.reader.practitioner, paper.reader.kind, paper.reader.situations = who, kind, situations
    login.look()
    login.give_code()


def test_a_card_with_one_activity_opens_at_once(login, paper):
    login.give_code()
    assert [session.situation for session in login.opened] == [PRACTICE]
    assert paper.reader.codes == [CODE]


def test_several_activities_are_offered_by_name_sector_and_number(choosing):
    places = choosing.view.situation_panel.places
    spoken = [places.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert spoken == [
        "Cabinet, Cabinet individuel · 499700057291001",
        "Maison de santé des Tilleuls, Maison de santé ou Pôle de santé · 10B0127189",
        "Centre hospitalier, SA99 · 10B0127197",
    ]
    assert "Bonjour | Dr\u00a0Paul MEDECIN5729" in choosing.said
    assert choosing.opened == []
    assert not choosing.sessions.is_open


def test_a_situation_is_chosen_by_the_arrows_and_enter(choosing):
    choosing.press(Qt.Key.Key_Down)
    choosing.press(Qt.Key.Key_Return)
    assert [session.situation for session in choosing.opened] == [HOUSE]


def test_a_situation_is_chosen_by_the_mouse(qtbot, choosing):
    places = choosing.view.situation_panel.places
    place = places.visualRect(places.model().index(2, 0)).center()
    qtbot.mouseClick(places.viewport(), Qt.MouseButton.LeftButton, pos=place)
    choosing.click("situation.go")
    assert [session.situation for session in choosing.opened] == [WARD]


@pytest.mark.parametrize("how", ["escape", "button"])
def test_going_back_closes_the_card_and_asks_the_code_again(choosing, paper, how):
    if how == "escape":
        choosing.press(Qt.Key.Key_Escape)
    else:
        choosing.click("situation.back")
    assert choosing.view.panel is choosing.view.code_panel
    assert choosing.sessions._key is None
    assert "Maison de santé" not in choosing.said
    assert choosing.view.code.hasFocus()
    choosing.give_code()
    assert paper.reader.codes == [CODE, CODE]
    assert choosing.view.panel is choosing.view.situation_panel


def test_the_card_pulled_out_before_the_choice_closes_everything(choosing, paper):
    paper.reader.problem = CardProblem.NO_CARD
    choosing.look()
    assert choosing.view.panel is choosing.view.code_panel
    assert choosing.sessions._key is None
    assert choosing.opened == []


def test_a_card_that_left_and_came_back_unseen_asks_its_code_again(choosing, paper):
    paper.reader.remove()
    paper.reader.problem = None
    choosing.press(Qt.Key.Key_Return)
    assert choosing.opened == []
    assert choosing.view.panel is choosing.view.code_panel
    assert "Ouvrez votre session avec votre carte pour continuer." in choosing.said


def test_a_card_left_open_without_a_choice_is_closed_after_a_while(choosing):
    assert choosing.flows._patience.isActive()
    choosing.flows._patience.timeout.emit()
    assert choosing.view.panel is choosing.view.code_panel
    assert choosing.sessions._key is None
    assert "Session non ouverte\u00a0: aucun choix n’a été fait." in choosing.said


def test_the_page_covered_by_another_closes_what_was_unlocked(choosing):
    choosing.view.hide()
    assert choosing.sessions._key is None
    assert choosing.view.panel is choosing.view.code_panel


def test_who_locked_comes_back_to_the_same_place_without_being_asked(choosing):
    choosing.press(Qt.Key.Key_Down)
    choosing.press(Qt.Key.Key_Return)
    choosing.sessions.lock()
    choosing.view.show_panel(choosing.view.code_panel)
    choosing.give_code()
    assert [session.situation for session in choosing.opened] == [HOUSE, HOUSE]


# --- a card without activity ----------------------------------------------------------------------------


def test_a_card_without_activity_asks_where_and_what(login, paper):
    declaring(login, paper, INTERN, CardKind.CPF)
    assert "Aucun lieu d’exercice n’est connu pour vous" in login.said
    assert "Votre nom" not in login.said
    login.type("declare.structure", "10b0127189")
    assert "Établissement, numéro FINESS." in login.said
    login.type("declare.place", "Maison de santé des Tilleuls")
    panel = login.view.declare_panel
    panel.sector.setCurrentIndex(panel.sector.findData("SA52"))
    panel.speciality.setCurrentIndex(panel.speciality.findData("SM54"))
    login.press(Qt.Key.Key_Return)
    (session,) = login.opened
    assert session.situation == replace(HOUSE, declared=True)
    assert session.practitioner.speciality == "SM54"


def test_a_locum_whose_card_tells_the_speciality_is_not_asked_it_again(login, paper):
    declaring(login, paper, ROBERT, CardKind.CPS)
    assert "Votre spécialité" not in login.said
    assert "Secteur d’activité" in login.said


@pytest.mark.parametrize("typed", ["", "12", "5123456789", "1ABCDEFGHI", "49970005729100", "3123456789012"])
def test_what_is_no_identifier_of_a_structure_is_refused(login, paper, typed):
    declaring(login, paper, INTERN, CardKind.CPF)
    login.type("declare.structure", typed)
    login.type("declare.place", "Cabinet")
    login.click("declare.go")
    assert login.opened == []
    assert "Attendu\u00a0: 1 + FINESS" in login.said
    assert login.find("declare.structure").hasFocus()
    login.qtbot.keyClicks(login.find("declare.structure"), "1")
    assert "Attendu" not in login.said


def test_a_place_without_a_name_is_refused(login, paper):
    declaring(login, paper, INTERN, CardKind.CPF)
    login.type("declare.structure", "4 99700057405 001")
    login.type("declare.place", "   ")
    login.click("declare.go")
    assert login.opened == []
    assert "Indiquez le nom de la structure." in login.said
    login.type("declare.place", "Cabinet")
    login.click("declare.go")
    assert login.opened[0].situation.structure_id == "499700057405001"


def test_what_was_declared_is_forgotten_when_one_goes_back(login, paper):
    declaring(login, paper, INTERN, CardKind.CPF)
    login.type("declare.place", "Cabinet des essais")
    login.press(Qt.Key.Key_Escape)
    assert login.sessions._key is None
    login.give_code()
    assert login.find("declare.place").text() == ""


# --- a card that names nobody ---------------------------------------------------------------------------


def test_a_card_of_an_establishment_asks_who_is_there(login, paper):
    declaring(login, paper, STAFF, CardKind.CPE, (WARD,))
    assert "nomme un établissement, pas une personne" in login.said
    assert "Identifiant de la structure" not in login.said
    login.click("declare.go")
    assert "Indiquez votre nom." in login.said
    assert "Indiquez votre prénom." in login.said
    login.type("declare.family", "martin")
    login.type("declare.given", "Luce")
    login.press(Qt.Key.Key_Return)
    (session,) = login.opened
    assert (session.practitioner.family, session.practitioner.given) == ("MARTIN", "Luce")
    assert session.situation == WARD


def test_with_several_places_and_no_name_both_are_asked_in_turn(login, paper):
    declaring(login, paper, STAFF, CardKind.CPE, (HOUSE, WARD))
    assert login.view.panel is login.view.situation_panel
    login.press(Qt.Key.Key_Down)
    login.press(Qt.Key.Key_Return)
    assert login.view.panel is login.view.declare_panel
    login.type("declare.family", "martin")
    login.type("declare.given", "Luce")
    login.click("declare.go")
    assert login.opened[0].situation == WARD


def test_a_card_that_tells_nothing_is_asked_everything(login, paper):
    declaring(login, paper, STAFF, CardKind.CPE)
    assert "ne nomme ni une personne ni un lieu d’exercice" in login.said
    for name, words in (
        ("structure", "312345678901234"),
        ("place", "Hôpital"),
        ("family", "Martin"),
        ("given", "Luce"),
    ):
        login.type(f"declare.{name}", words)
    login.click("declare.go")
    assert login.opened[0].practitioner.display_name == "Luce MARTIN"


# --- locked ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (LockCause.ASKED, "Session verrouillée."),
        (LockCause.REMOVED, "Session verrouillée."),
        (LockCause.IDLE, "Session verrouillée après une période sans activité."),
        (LockCause.ENDED, "Pro Santé Connect a fermé votre session."),
    ],
)
def test_the_page_says_why_it_covers_and_that_nothing_is_lost(login, cause, said):
    login.view.say_locked(lock_words(cause), PAUL.national_id)
    login.look()
    assert login.view.locked.text == said
    assert login.view.locked.detail == "Votre saisie est conservée."


def test_another_card_is_told_what_it_would_close_and_the_settings_do_not_make_it_forgotten(login, paper):
    login.view.say_locked(lock_words(LockCause.ASKED), PAUL.national_id)
    login.view.hide()
    login.view.show()
    paper.reader.practitioner = ROBERT
    login.look()
    assert "une autre personne" in login.view.locked.text
    assert "sera perdue" in login.view.locked.detail
    paper.reader.practitioner = PAUL
    login.look()
    assert login.view.locked.text == "Session verrouillée."
    login.give_code()
    assert login.view.locked.isHidden()
