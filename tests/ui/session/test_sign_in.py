"""Pro Santé Connect at the login: somebody answers elsewhere, or not, and nothing else waits for it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from demo_lgc.domain.errors import NetworkError, RemoteRefusal, SignInError, SignInProblem
from demo_lgc.domain.practitioner import Door, LockCause, PracticeSituation
from demo_lgc.ui.errors import explain
from demo_lgc.ui.session.words import lock_words
from tests.ui.paper_desk import PAUL, PRACTICE, ROBERT
from tests.ui.session.conftest import PaperAccount

HOUSE = PracticeSituation("10B0127189", "Maison de santé des Tilleuls", "SA52")


@pytest.fixture
def asking(qtbot, make_login):
    """The panel, with slow work in threads."""
    login = make_login(serial=False).show()
    qtbot.waitUntil(login.view.code.isEnabled)
    login.click("login.without")
    return login


def begun(login, count=1):
    login.qtbot.waitUntil(lambda: len(login.provider.began) == count and login.view.panel._waiting)
    return login.provider.began[-1]


def test_what_it_opens_and_what_it_does_not_is_said_before_anything_is_asked(asking):
    assert "vos dossiers et votre messagerie sécurisée" in asking.said
    assert "rien n’est signé\u00a0: le DMP reste fermé" in asking.said
    assert asking.provider.began == []


def test_the_session_opens_from_the_browser(asking, browsed):
    asking.press(Qt.Key.Key_Space)
    sign_in = begun(asking)
    assert browsed == [sign_in.address]
    assert "Terminez dans votre navigateur." in asking.said
    assert asking.find("sign-in.address").text() == sign_in.address
    sign_in.answer(PaperAccount())
    asking.qtbot.waitUntil(lambda: asking.opened != [])
    assert asking.opened[0].door is Door.PRO_SANTE_CONNECT
    assert asking.opened[0].practitioner == ROBERT


def test_the_address_can_be_copied_when_no_browser_opened(asking):
    asking.click("sign-in.browser")
    sign_in = begun(asking)
    asking.click("sign-in.copy")
    assert QApplication.clipboard().text() == sign_in.address


@pytest.mark.parametrize("typed", ["899700057372", "8 997000573 72", "99700057372"])
def test_the_session_opens_from_the_telephone_and_both_numbers_are_compared(asking, browsed, typed):
    asking.type("sign-in.identifier", typed)
    asking.press(Qt.Key.Key_Return)
    sign_in = begun(asking)
    assert asking.provider.asked == ["899700057372"]
    assert browsed == []
    assert "Confirmez sur votre téléphone." in asking.said
    assert "| 47" in asking.said
    sign_in.answer(PaperAccount())
    asking.qtbot.waitUntil(lambda: asking.opened != [])


@pytest.mark.parametrize("typed", ["", "12", "9970005737"])
def test_what_is_no_identifier_asks_nobody(asking, typed):
    asking.type("sign-in.identifier", typed)
    asking.click("sign-in.telephone")
    assert "12\u00a0chiffres sont attendus" in asking.said
    assert asking.provider.asked == []


@pytest.mark.parametrize(
    "error",
    [
        *(SignInError(problem) for problem in SignInProblem),
        NetworkError("psc"),
        RemoteRefusal("psc", "invalid_request", "login_hint"),
    ],
    ids=str,
)
@pytest.mark.parametrize("when", ["at once", "later"])
def test_every_failure_is_said_and_the_two_ways_are_there_again(asking, error, when):
    if when == "at once":
        asking.provider.trouble = error
    asking.click("sign-in.browser")
    if when == "later":
        begun(asking).answer(error)
    asking.waits(explain(error).title)
    assert asking.find("sign-in.browser").isEnabled()
    assert asking.opened == []
    assert not asking.view.bar.isVisible()


def test_the_keyboard_comes_back_to_the_way_that_was_tried(asking):
    asking.provider.trouble = SignInError(SignInProblem.NO_IDENTITY)
    asking.type("sign-in.identifier", "99700057372")
    asking.press(Qt.Key.Key_Return)
    asking.waits("Aucun professionnel de santé sous cet identifiant.")
    assert asking.find("sign-in.identifier").hasFocus()
    asking.click("sign-in.browser")
    asking.waits("Aucun professionnel de santé sous cet identifiant.")
    assert asking.find("sign-in.browser").hasFocus()


def test_echap_under_the_panel_gives_up_as_it_does_in_it(asking):
    asking.click("sign-in.browser")
    sign_in = begun(asking)
    asking.view.administration.setFocus()
    asking.press(Qt.Key.Key_Escape)
    assert sign_in.cancelled
    asking.view.administration.setFocus()
    asking.press(Qt.Key.Key_Escape)
    assert asking.view.panel is asking.view.code_panel


@pytest.mark.parametrize("how", ["escape", "button", "window"])
def test_giving_up_stops_the_wait_at_once_and_says_nothing(asking, how):
    asking.click("sign-in.browser")
    sign_in = begun(asking)
    if how == "escape":
        asking.press(Qt.Key.Key_Escape)
    elif how == "button":
        asking.click("sign-in.stop")
    else:
        asking.runner.refuse_new()
    assert sign_in.cancelled
    asking.qtbot.waitUntil(lambda: not asking.runner.is_working)
    assert asking.view.panel is asking.view.sign_in_panel
    assert "refusée" not in asking.said
    asking.press(Qt.Key.Key_Escape)
    if how != "window":
        assert asking.view.panel is asking.view.code_panel


def test_one_that_was_given_up_before_it_began_is_cancelled_when_it_does(asking):
    asking.provider.gate.clear()
    asking.click("sign-in.browser")
    asking.press(Qt.Key.Key_Escape)
    asking.provider.gate.set()
    asking.qtbot.waitUntil(lambda: [s.cancelled for s in asking.provider.began] == [True])
    assert asking.find("sign-in.browser").isEnabled()


def test_who_came_in_as_it_was_given_up_is_shown_out(asking):
    asking.click("sign-in.browser")
    sign_in, account = begun(asking), PaperAccount()
    sign_in.answer(account)
    asking.view.sign_in_panel.go_back()
    asking.qtbot.waitUntil(lambda: account.closed)
    assert asking.opened == []


def test_while_somebody_is_waited_for_the_card_and_the_network_are_free(asking, paper):
    asking.click("sign-in.browser")
    begun(asking)
    paper.reader.practitioner = ROBERT
    asking.qtbot.waitUntil(
        lambda: asking.view.code_panel.cards._name.text() == "Dr\u00a0Robert SPECIALISTE5737", timeout=4000
    )
    assert asking.view.panel is asking.view.sign_in_panel


def test_several_activities_are_offered_and_the_reader_does_not_matter(asking, paper):
    asking.click("sign-in.browser")
    begun(asking).answer(account := PaperAccount(ROBERT, (PRACTICE, HOUSE)))
    asking.qtbot.waitUntil(lambda: asking.view.panel is asking.view.situation_panel)
    asking.look()
    asking.qtbot.wait(50)
    assert asking.view.panel is asking.view.situation_panel
    asking.press(Qt.Key.Key_Escape)
    asking.qtbot.waitUntil(lambda: account.closed)


def test_a_session_that_was_opened_so_shows_this_way_back_first(make_login, provider):
    login = make_login()
    login.view.say_locked(lock_words(LockCause.ENDED), ROBERT.national_id, Door.PRO_SANTE_CONNECT)
    login.show()
    assert login.view.panel is login.view.sign_in_panel
    assert "Pro Santé Connect a fermé votre session. | Votre saisie est conservée." in login.said
    assert login.find("sign-in.identifier").text() == ROBERT.national_id
    login.press(Qt.Key.Key_Escape)
    assert login.view.panel is login.view.code_panel


def test_another_person_is_told_what_they_would_close_before_the_session_opens(asking):
    asking.view.say_locked(lock_words(LockCause.ASKED), PAUL.national_id, Door.PRO_SANTE_CONNECT)
    asking.click("sign-in.browser")
    begun(asking).answer(PaperAccount(ROBERT))
    asking.qtbot.waitUntil(lambda: asking.view.panel is asking.view.situation_panel)
    assert "une autre personne" in asking.said
    assert asking.opened == []
    asking.click("situation.go")
    asking.qtbot.waitUntil(lambda: asking.opened != [])
