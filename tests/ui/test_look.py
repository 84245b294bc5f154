"""Themes, icons, states and keys."""

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from demo_lgc.domain.delivery import Channel, DeliveryState
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.identity import IdentityStatus
from demo_lgc.ui import icons, shortcuts, theme
from demo_lgc.ui.tokens import PAIRS, THEMES, contrast
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.chip import Chip
from demo_lgc.ui.widgets.text import Text

UI = Path(theme.__file__).parent


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("ink", "ground", "floor"), PAIRS)
def test_every_ink_can_be_read_on_its_ground(name, ink, ground, floor):
    tokens = THEMES[name]
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= floor


def test_contrast_is_that_of_wcag():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_no_colour_is_named_outside_the_tokens():
    guilty = [
        path.name
        for path in UI.rglob("*.py")
        if path.name != "tokens.py" and re.search(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_dresses_the_whole_application(qapp, name):
    tokens = theme.apply(name)
    assert tokens is theme.tokens() is THEMES[name]
    assert QApplication.palette().window().color().name().upper() == tokens.window
    assert "$" not in qapp.styleSheet()


def test_the_system_chooses_when_asked(qapp):
    assert theme.apply("auto").name in ("light", "dark")
    assert theme.apply("light").name == "light"


def test_icons_are_drawn_again_when_the_theme_changes(qtbot, look):
    made = button("Envoyer", "send")
    qtbot.addWidget(made)
    before = made.icon().cacheKey()
    theme.apply("dark")
    assert made.icon().cacheKey() != before


@pytest.mark.parametrize("name", [*icons.MEANING, "share-y", "dot"])
def test_every_meaning_has_a_picture(qapp, name):
    picture = icons.pixmap(name, "black", 16, 2.0).toImage()
    assert picture.width() == 32
    assert any(picture.pixelColor(x, y).alpha() for x in range(32) for y in range(32))


def test_a_picture_nobody_drew_is_refused(qapp):
    with pytest.raises(ValueError, match="no icon is called unicorn-on-fire"):
        icons.pixmap("unicorn-on-fire", "black")


ALL_STATES = [
    *states.DMP.values(),
    *states.IDENTITY.values(),
    *states.DELIVERY.values(),
    *states.ORIGIN.values(),
]


@pytest.mark.parametrize("state", ALL_STATES, ids=lambda s: s.said)
def test_a_state_is_an_icon_and_a_word_never_a_colour_alone(look, qtbot, state):
    assert state.icon in icons.MEANING
    chip = state.chip()
    qtbot.addWidget(chip)
    assert chip.accessibleName() == state.word
    assert state.icon_cell().spoken == state.word


def test_the_states_of_a_family_have_shapes_of_their_own():
    for family in (states.DMP, states.IDENTITY, states.DELIVERY, states.ORIGIN):
        pictures = [icons.MEANING[state.icon] for state in family.values()]
        assert len(set(pictures)) == len(pictures)


@pytest.mark.parametrize("authorisation", DmpAuthorisation)
@pytest.mark.parametrize("existence", DmpExistence)
def test_every_answer_of_the_dmp_has_a_state(existence, authorisation):
    assert states.dmp(DmpStatus(existence, authorisation)) in states.DMP.values()


def test_a_dmp_never_asked_is_said_not_verified_and_an_opposition_comes_first():
    assert states.dmp(None).word == "DMP non vérifié"
    assert states.dmp(DmpStatus(DmpExistence.ACTIVE), opposed=True).word == "Opposition au DMP"


def test_every_identity_and_delivery_has_a_state():
    assert set(states.IDENTITY) == set(IdentityStatus)
    assert set(states.DELIVERY) == set(DeliveryState)


def test_a_document_is_deposited_in_the_dmp_and_sent_by_mail():
    assert states.delivery(DeliveryState.SENT, Channel.DMP).word == "Déposé"
    assert states.delivery(DeliveryState.SENT, Channel.MSSANTE).word == "Envoyé"


def test_words_are_never_markup(look, qtbot):
    for label in (Text("<b>x</b>"), Chip("<b>x</b>")):
        qtbot.addWidget(label)
        assert isinstance(label, QLabel)
        assert label.textFormat() == label.textFormat().PlainText


def test_a_cut_text_gives_itself_whole_in_a_tooltip(look, qtbot):
    text = Text("Un nom bien trop long pour sa place", elide=True)
    qtbot.addWidget(text)
    text.show()
    text.resize(60, 20)
    assert text.toolTip() == text.text()
    text.resize(600, 20)
    assert text.toolTip() == ""


def test_no_page_has_two_things_on_one_key():
    for page in {key.page for key in shortcuts.KEYS.values()}:
        near = [key for key in shortcuts.KEYS.values() if key.page in (page, "window")]
        sequences = [sequence for key in near for sequence in key.sequences]
        assert len(set(sequences)) == len(sequences)


def test_a_digit_works_without_shift_on_a_french_keyboard():
    assert shortcuts.KEYS["next-patient"].sequences == ("Alt+1", "Alt+&")


def test_keys_are_shown_in_french():
    assert shortcuts.tip("share") == "Partager le VSM (Ctrl+Maj+P)"
    assert shortcuts.KEYS["back"].shown == "Échap"
