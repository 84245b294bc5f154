"""« Administration », by keyboard and by mouse: each change kept at once and taken back."""

from __future__ import annotations

import dataclasses
import os
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget

from demo_lgc import preferences
from demo_lgc.domain.administration import (
    LibraryState,
    LibraryTrouble,
    Machine,
    RevocationList,
    SessionAct,
    TlsEngine,
)
from demo_lgc.domain.errors import CardProblem, StorageError, StorageProblem
from demo_lgc.domain.practitioner import CardKind, Door, LockCause
from demo_lgc.domain.trust import CardInReader
from demo_lgc.preferences import Preferences
from demo_lgc.records import trace
from demo_lgc.ui import theme
from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.diagnostic import diagnostic
from demo_lgc.ui.widgets.chip import Chip
from demo_lgc.ui.widgets.text import Text
from tests.ui.settings.conftest import ACTS, CRYPTOLIB, NOW, PAUL, SEEN, TOMORROW

SECTIONS = ("card", "session", "services", "display", "journal", "about")
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


def said(page: QWidget) -> str:
    """Everything the page says now."""
    found = [w.text() for kind in (Text, Chip) for w in page.findChildren(kind) if w.isVisible()]
    return " | ".join(text for text in found if text)


def press(qtbot, page, name):
    qtbot.mouseClick(page.findChild(QPushButton, name), LEFT)


def undo(qtbot, page):
    qtbot.keyClick(QApplication.focusWidget() or page, Qt.Key.Key_Z, CTRL)


def kept(tmp_path: Path) -> Preferences:
    return preferences.load(tmp_path / "profile")


def choose(qtbot, combo, words_):
    """Take a value as the keyboard does: open the list, go to it, Entrée."""
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Space)
    popup = combo.view()
    qtbot.waitUntil(popup.window().isActiveWindow)  # the offscreen platform gives it the focus late
    popup.setCurrentIndex(combo.model().index(combo.findText(words_), 0))
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not popup.isVisible())
    combo.activateWindow()
    qtbot.waitUntil(combo.isActiveWindow)


# --- going about --------------------------------------------------------------------------------------


def test_the_list_goes_through_its_pages_by_mouse(qtbot, administration_page):
    page, _, rest = administration_page()
    for name, title in zip(
        SECTIONS,
        ("Carte et lecteur", "Session", "Services", "Affichage", "Journal", "À propos"),
        strict=True,
    ):
        press(qtbot, page, f"settings.menu.{name}")
        rest()
        titles = [
            t.text() for t in page.findChildren(Text) if t.isVisible() and t.font() == theme.font("title")
        ]
        assert titles == [title]


def test_the_list_goes_through_its_pages_by_the_arrows(qtbot, administration_page):
    page, _, rest = administration_page()
    assert QApplication.focusWidget().objectName() == "settings.menu.card"
    for name in SECTIONS[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
        rest()
        assert QApplication.focusWidget().objectName() == f"settings.menu.{name}"
        assert page.findChild(QPushButton, f"settings.menu.{name}").isChecked()


@pytest.mark.parametrize("section", SECTIONS)
def test_tab_reaches_everything_that_acts_and_leaves_nothing_behind(
    qtbot, administration_page, paper, section
):
    paper.acts = ACTS
    paper.lists = (RevocationList("http://igc.example/a.crl"),)
    page, _, rest = administration_page()
    page.show_section(section)
    rest()
    page.first.setFocus()
    reached = set()
    for _ in range(25):
        reached.add(QApplication.focusWidget().objectName())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    wanted = {
        "card": {"settings.again", "settings.library", "settings.browse"},
        "session": {"settings.minutes", "settings.grace"},
        "services": {"settings.refresh"},
        "display": {"settings.theme.light"},
        "journal": {"settings.journal", "settings.journal.again"},
        "about": {"settings.copy"},
    }[section]
    assert wanted | {"settings.back", f"settings.menu.{section}"} <= reached


@pytest.mark.parametrize("way", ["button", "escape"])
def test_it_goes_back_to_the_login(qtbot, administration_page, way):
    page, _, _ = administration_page()
    with qtbot.waitSignal(page.left):
        if way == "button":
            press(qtbot, page, "settings.back")
        else:
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_has_no_filled_button_and_everything_that_acts_has_a_name(administration_page, paper, section):
    paper.acts = ACTS
    page, _, rest = administration_page()
    page.show_section(section)
    rest()
    acting = [
        w for w in page.findChildren(QWidget) if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert all(w.accessibleName() or getattr(w, "text", str)() for w in acting), [
        w.objectName() for w in acting
    ]
    assert not [b for b in page.findChildren(QPushButton) if b.property("kind") == "primary"]


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_no_button_nor_title_is_cut(administration_page, size, name):
    theme.apply(name)
    page, _, rest = administration_page(width=size[0], height=size[1])
    for section in SECTIONS:
        page.show_section(section)
        rest()
        shown = [b for b in page.findChildren(QPushButton) if b.isVisible()]
        assert all(b.width() >= b.minimumSizeHint().width() for b in shown)
        assert page.width() == size[0]
    theme.apply("light")


# --- what is set --------------------------------------------------------------------------------------


def test_a_delay_is_kept_at_once_said_and_taken_back(qtbot, administration_page, tmp_path, paper):
    page, service, rest = administration_page()
    page.show_section("session")
    choose(qtbot, page.session.minutes, "30\u00a0minutes")
    rest()
    assert kept(tmp_path).inactivity_minutes == 30
    assert "Enregistré\u00a0: verrouillage après 30\u00a0minutes." in said(page)
    assert paper.noted == [("change-setting", "", "inactivity_minutes")]
    undo(qtbot, page)
    rest()
    assert kept(tmp_path).inactivity_minutes == 15
    assert service.preferences == Preferences()
    assert page.session.minutes.currentText() == "15\u00a0minutes"
    assert "Rétabli\u00a0: verrouillage après 15\u00a0minutes." in said(page)


def test_changes_are_taken_back_one_by_one_down_to_the_first(qtbot, administration_page, tmp_path):
    page, _, rest = administration_page()
    page.show_section("session")
    choose(qtbot, page.session.minutes, "5\u00a0minutes")
    choose(qtbot, page.session.grace, "10\u00a0secondes")
    choose(qtbot, page.session.minutes, "2\u00a0heures")
    rest()
    assert kept(tmp_path) == Preferences(120, 10.0)
    for expected in (Preferences(5, 10.0), Preferences(5, 0.0), Preferences(), Preferences()):
        undo(qtbot, page)
        rest()
        assert kept(tmp_path) == expected


def test_the_word_annuler_takes_back_as_the_key_does(qtbot, administration_page, tmp_path):
    page, _, rest = administration_page()
    page.show_section("session")
    choose(qtbot, page.session.grace, "5\u00a0secondes")
    rest()
    assert kept(tmp_path).removal_grace == 5
    qtbot.mouseClick(next(b for b in page.toast.findChildren(QPushButton) if b.isVisible()), LEFT)
    rest()
    assert kept(tmp_path).removal_grace == 0


def test_a_second_change_is_told_in_full_with_the_word_annuler(qtbot, administration_page):
    page, _, rest = administration_page()
    page.show_section("session")
    for wanted in ("5\u00a0minutes", "1\u00a0heure\u00a030"):
        choose(qtbot, page.session.minutes, wanted)
        rest()
        word = next(b for b in page.toast.findChildren(QPushButton) if b.isVisible())
        qtbot.waitUntil(lambda word=word: word.width() >= word.sizeHint().width())
        assert page.toast.width() == page.toast.sizeHint().width()


def test_what_was_set_before_the_page_was_left_is_not_taken_back_later(qtbot, administration_page, tmp_path):
    page, _, rest = administration_page()
    page.show_section("session")
    choose(qtbot, page.session.minutes, "5\u00a0minutes")
    rest()
    assert page.toast.isVisible()
    page.hide()
    assert page.toast.isHidden()
    page.undo_asked.emit()
    rest()
    assert kept(tmp_path).inactivity_minutes == 5


def test_no_choice_leaves_the_session_open_for_ever():
    assert set(words.MINUTES) <= set(range(preferences.MINUTES[0], preferences.MINUTES[1] + 1))
    assert all(preferences.GRACE[0] <= grace <= preferences.GRACE[1] for grace in words.GRACES)


def test_the_wheel_over_a_choice_sets_nothing(qtbot, administration_page, tmp_path):
    page, _, rest = administration_page()
    page.show_section("session")
    combo = page.session.minutes
    combo.setFocus()
    place = QPointF(10, 10)
    event = QWheelEvent(
        place,
        combo.mapToGlobal(place),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(combo, event)
    rest()
    assert combo.currentText() == "15\u00a0minutes"
    assert not (tmp_path / "profile" / preferences.FILE).exists()


def test_a_value_of_the_file_that_no_choice_has_is_shown_all_the_same(administration_page, tmp_path):
    (tmp_path / "profile").mkdir(exist_ok=True)
    preferences.save(tmp_path / "profile", Preferences(17, 1.5))
    page, _, _ = administration_page()
    assert page.session.minutes.currentText() == "17\u00a0minutes"
    assert page.session.grace.currentText() == "1,5\u00a0seconde"


@pytest.mark.parametrize(
    ("problem", "words_"),
    [(StorageProblem.DISK_FULL, "le disque est plein"), (StorageProblem.UNREADABLE, "vérifiez ses droits")],
)
def test_a_change_that_is_not_kept_is_said_and_the_page_shows_what_is(
    qtbot, administration_page, monkeypatch, problem, words_
):
    page, service, rest = administration_page()
    page.show_section("session")

    def fail(_folder, _wanted):
        raise StorageError(problem)

    monkeypatch.setattr(preferences, "save", fail)
    choose(qtbot, page.session.minutes, "45\u00a0minutes")
    rest()
    assert words_ in said(page)
    assert "Enregistré" not in said(page)
    assert page.session.minutes.currentText() == "15\u00a0minutes"
    assert service.preferences == Preferences()
    undo(qtbot, page)
    rest()
    assert service.preferences == Preferences()


def test_the_theme_is_worn_once_it_is_kept_and_taken_back(qtbot, administration_page, tmp_path):
    page, _, rest = administration_page()
    worn = []
    page.theme_chosen.connect(worn.append)
    page.show_section("display")
    press(qtbot, page, "settings.theme.dark")
    rest()
    assert worn == ["dark"]
    assert kept(tmp_path).theme == "dark"
    undo(qtbot, page)
    rest()
    assert worn == ["dark", "light"]
    assert page.findChild(QPushButton, "settings.theme.light").isChecked()


# --- the library --------------------------------------------------------------------------------------


def give(qtbot, page, path, end=Qt.Key.Key_Return):
    field = page.card.path
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, str(path))
    qtbot.keyClick(field, end)


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Tab], ids=["enter", "tab"])
def test_a_library_that_loads_is_kept(qtbot, administration_page, paper, tmp_path, library, end):
    page, _, rest = administration_page()
    give(qtbot, page, library, end)
    rest()
    assert kept(tmp_path).library == str(library)
    assert paper.probed == [str(library)]
    assert "Enregistré\u00a0: bibliothèque de la carte." in said(page)
    assert page.card.path.toolTip() == str(library)


def test_a_library_that_does_not_load_is_not_kept_and_says_why(
    qtbot, administration_page, paper, tmp_path, broken_library
):
    page, service, rest = administration_page()
    give(qtbot, page, broken_library)
    rest()
    words_ = said(page)
    assert "Elle ne se charge pas." in words_
    assert "«\u00a0invalid ELF header\u00a0»" in words_
    assert service.preferences == Preferences()
    assert page.card.path.text() == str(broken_library)
    assert page.card.path.property("state") == "error"
    qtbot.keyClick(page.card.path, Qt.Key.Key_Tab)
    rest()
    assert len(paper.probed) == 1
    page.card.path.setFocus()
    paper.bad.clear()
    qtbot.keyClick(page.card.path, Qt.Key.Key_Return)
    rest()
    assert kept(tmp_path).library == str(broken_library)


@pytest.mark.parametrize("path", ["/nulle/part/lib.so", "lib.so", "/"])
def test_a_file_that_is_not_there_is_not_kept(qtbot, administration_page, path):
    page, service, rest = administration_page()
    give(qtbot, page, path)
    rest()
    assert "Fichier introuvable ou illisible." in said(page)
    assert service.preferences == Preferences()


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_library_that_others_can_replace_is_refused_before_it_is_loaded(
    qtbot, administration_page, paper, library
):
    library.chmod(0o777)
    page, service, rest = administration_page()
    give(qtbot, page, library)
    rest()
    assert "D’autres que vous peuvent remplacer ce fichier" in said(page)
    assert paper.probed == []
    assert service.preferences == Preferences()


def test_escape_takes_back_the_path_before_it_leaves(qtbot, administration_page, broken_library):
    page, _, rest = administration_page()
    left = []
    page.left.connect(lambda: left.append(1))
    page.card.path.setFocus()
    qtbot.keyClicks(page.card.path, "/tmp/x")
    qtbot.keyClick(page.card.path, Qt.Key.Key_Escape)
    rest()
    assert page.card.path.text() == ""
    assert not left
    qtbot.keyClick(page.card.path, Qt.Key.Key_Escape)
    assert left


def test_ctrl_z_in_the_path_takes_back_letters_then_what_was_kept(
    qtbot, administration_page, tmp_path, library
):
    page, _, rest = administration_page()
    give(qtbot, page, library)
    rest()
    field = page.card.path
    field.setFocus()
    qtbot.keyClicks(field, "x")
    undo(qtbot, page)
    assert field.text() == str(library)
    undo(qtbot, page)
    rest()
    assert field.text() == ""
    assert kept(tmp_path).library == ""


def test_an_empty_path_goes_back_to_the_usual_places(qtbot, administration_page, paper, tmp_path, library):
    page, _, rest = administration_page()
    give(qtbot, page, library)
    rest()
    page.card.path.setFocus()
    page.card.path.selectAll()
    qtbot.keyClick(page.card.path, Qt.Key.Key_Backspace)
    qtbot.keyClick(page.card.path, Qt.Key.Key_Return)
    rest()
    assert kept(tmp_path).library == ""
    assert len(paper.probed) == 1


def test_only_the_last_path_given_counts(qtbot, administration_page, paper, tmp_path, library):
    page, _, rest = administration_page()
    other = tmp_path / "other.so"
    other.write_bytes(b"x")
    if not page.serial:
        paper.gate.clear()
    give(qtbot, page, library)
    give(qtbot, page, other)
    paper.gate.set()
    rest()
    assert kept(tmp_path).library == str(other)


def test_a_library_imposed_by_the_environment_cannot_be_replaced(qtbot, administration_page, tmp_path):
    page, service, rest = administration_page(library=CRYPTOLIB)
    assert page.card.path.text() == CRYPTOLIB
    assert page.card.path.isReadOnly()
    assert not page.card.browse.isEnabled()
    assert "Imposée par l’environnement de ce cabinet." in said(page)
    give(qtbot, page, "/tmp/evil.so")
    rest()
    assert service.preferences == Preferences()


def test_a_library_is_chosen_in_the_dialog_of_the_system(
    qtbot, administration_page, tmp_path, library, monkeypatch
):
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialog.finished.emit(1))
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(library)])
    page, _, rest = administration_page()
    press(qtbot, page, "settings.browse")
    rest()
    assert kept(tmp_path).library == str(library)


# --- how the machine stands ---------------------------------------------------------------------------


def test_the_card_is_told_with_its_holder_and_nothing_more(administration_page):
    page, _, _ = administration_page()
    words_ = said(page)
    assert "Dr\u00a0Paul MEDECIN5729" in words_
    assert "Carte CPS, valable jusqu’au 31/03/2017, Gemalto PC Twin Reader" in words_
    assert "Lisible" in words_
    assert "9900057291" not in words_
    assert "899700057291" not in words_
    assert "essai" not in words_.lower()


@pytest.mark.parametrize(
    ("problem", "words_"),
    [
        (CardProblem.NO_READER, "Lecteur introuvable."),
        (CardProblem.NO_CARD, "Insérez votre CPS"),
        (CardProblem.NO_LIBRARY, "Cryptolib CPS introuvable."),
    ],
)
def test_what_is_missing_is_said_as_at_the_login_and_looked_for_again(
    qtbot, administration_page, paper, problem, words_
):
    paper.problem, paper.libraries = problem, ()
    page, _, rest = administration_page()
    assert words_ in said(page)
    assert "Aucune bibliothèque trouvée." in said(page)
    paper.problem, paper.libraries = None, (LibraryState(CRYPTOLIB),)
    press(qtbot, page, "settings.again")
    rest()
    assert "Dr\u00a0Paul MEDECIN5729" in said(page)
    assert words_ not in said(page)


def test_a_card_that_cannot_open_a_session_says_why(administration_page, paper):
    paper.cards = (
        CardInReader("Lecteur", PAUL, 3, CardProblem.EXPIRED),
        CardInReader("Lecteur 2", None, 3, CardProblem.UNREADABLE),
        CardInReader("Lecteur 3", dataclasses.replace(PAUL, kind=CardKind.CPE)),
    )
    page, _, _ = administration_page()
    words_ = said(page)
    assert "Carte expirée" in words_
    assert words_.count("Carte non reconnue") == 2
    assert "Carte CPE, valable" in words_


def test_a_library_that_does_not_work_says_why_and_the_fallback_too(administration_page, paper):
    long = "/opt/" + "tres/" * 60 + "libcps3_pkcs11_lux.so"
    paper.libraries = (LibraryState(long, LibraryTrouble.ARCHITECTURE, "wrong ELF class"),)
    paper.engine = TlsEngine("tlslite-ng", is_fallback=True, reason="no provider")
    page, _, _ = administration_page(width=1024, height=700)
    assert "Elle est faite pour un autre type d’ordinateur" in said(page)
    assert "Les connexions utilisent la méthode de secours." in said(page)
    cut = [t for t in page.findChildren(Text) if t.isVisible() and "tres/tres" in t.text()]
    assert cut
    assert all(long.rpartition("/")[0] in t.toolTip() for t in cut)
    assert page.width() == 1024


def test_the_page_is_read_again_each_time_it_appears(administration_page, paper):
    page, _, rest = administration_page()
    assert paper.looks == 1
    page.hide()
    page.show()
    rest()
    assert paper.looks == 2


def test_services_are_told_with_their_lists_fetched_again_on_demand(qtbot, administration_page, paper):
    paper.lists = (RevocationList("http://igc.example/a.crl"),)
    page, _, rest = administration_page()
    page.show_section("services")
    rest()
    words_ = said(page)
    for expected in ("Formation", "dmp.example.test:8443", "imap.example.test:993", "Jamais reçue"):
        assert expected in words_
    assert "hidden" not in words_
    press(qtbot, page, "settings.refresh")
    rest()
    assert f"À jour jusqu’au {TOMORROW:%d/%m/%Y}" in said(page)


def test_lists_that_cannot_be_fetched_are_said_and_stay_as_they_were(qtbot, administration_page, paper):
    past, next_ = NOW + timedelta(days=1), TOMORROW
    paper.lists = (
        RevocationList("http://igc.example/a.crl", NOW, past),
        RevocationList("http://igc.example/b.crl", NOW, next_),
    )
    paper.offline = True
    page, _, rest = administration_page()
    page.show_section("services")
    rest()
    press(qtbot, page, "settings.refresh")
    rest()
    assert "Les listes n’ont pas pu être lues." in said(page)
    assert "Périmée depuis le 07/11/2014" in said(page)
    assert f"Non actualisée, valable jusqu’au {TOMORROW:%d/%m/%Y}" in said(page)
    assert page.services.refresh.isEnabled()


def test_no_list_is_said_and_nothing_can_be_fetched(administration_page):
    page, _, rest = administration_page()
    page.show_section("services")
    rest()
    assert "Aucune liste n’est demandée par cet environnement." in said(page)
    assert not page.services.refresh.isEnabled()


# --- the journal --------------------------------------------------------------------------------------


def rows(page):
    model = page.journal.table.rows_model
    return [
        [
            model.data(model.index(r, c), Qt.ItemDataRole.AccessibleTextRole)
            for c in range(model.columnCount())
        ]
        for r in range(model.rowCount())
    ]


def test_the_journal_says_when_what_how_and_who(qtbot, administration_page, paper):
    page, _, rest = administration_page()
    page.show_section("journal")
    rest()
    assert "Aucun événement." in said(page)
    paper.acts = ACTS
    press(qtbot, page, "settings.journal.again")
    rest()
    first, second, third = rows(page)
    assert first[1:] == ["Session ouverte", "Par la carte", "899700057291"]
    assert first[0] == f"{NOW.astimezone():%d/%m/%Y\u00a0%H:%M:%S}"
    assert second[1:3] == ["Code porteur refusé", "Code incorrect"]
    assert third[1:3] == ["Session verrouillée", "Inactivité"]


def test_a_journal_that_cannot_be_read_says_so(administration_page, paper):
    paper.trouble = StorageError(StorageProblem.UNREADABLE)
    page, _, rest = administration_page()
    page.show_section("journal")
    rest()
    assert "Les données du cabinet ne peuvent pas être lues." in said(page)


@pytest.mark.parametrize("act", trace.SESSION_ACTS)
def test_every_act_of_the_trace_has_its_words(look, act):
    outcomes = {
        "open-session": [door.value for door in Door],
        "lock-session": [cause.value for cause in LockCause],
        "open-card": [problem.value for problem in CardProblem],
        "change-setting": [field.name for field in dataclasses.fields(Preferences)],
    }.get(act, ["ok", *(problem.value for problem in CardProblem)])
    for outcome in outcomes:
        line = SessionAct(NOW, "", act, outcome)
        assert words.act(line) != act
        assert words.outcome(line) != outcome
        assert words.outcome(line)[0].isupper()
    assert words.who(SessionAct(NOW, "", act, "")) == "–"


# --- the diagnosis ------------------------------------------------------------------------------------


def test_the_diagnosis_is_copied_without_name_number_or_secret(qtbot, administration_page, paper):
    paper.cards = (SEEN, CardInReader("Reader 2", None, 0, CardProblem.UNREADABLE))
    paper.lists = (RevocationList("http://igc.example/a.crl"),)
    paper.libraries = (
        LibraryState(os.path.expanduser("~/lib.so"), LibraryTrouble.FAILS, "invalid ELF header"),
    )
    paper.acts = ACTS
    page, _, rest = administration_page()
    page.show_section("about")
    press(qtbot, page, "settings.copy")
    rest()
    text = QGuiApplication.clipboard().text()
    assert "Diagnostic copié." in said(page)
    for expected in (
        "demo_lgc 0.",
        "Qt 6.",
        "environment: formation",
        "dmp: dmp.example.test:8443",
        "inactivity: 15 min",
        "library: ~/lib.so: fails (invalid ELF header)",
        "card: Gemalto PC Twin Reader: CPS until 2017-03-31, usable",
        "card: Reader 2: unreadable, unreadable",
        "connections: openssl-provider: first choice",
        "revocation list: http://igc.example/a.crl: never fetched",
    ):
        assert expected in text
    for secret in ("MEDECIN5729", "Paul", "899700057291", "9900057291", "hidden", os.path.expanduser("~")):
        assert secret not in text


def test_a_diagnosis_without_card_nor_library_says_so():
    nothing = Machine((), (), CardProblem.NO_READER, TlsEngine("tlslite-ng", is_fallback=True, reason="r"))
    text = diagnostic((), "sandbox", (), Preferences(), nothing, ())
    assert "library: none found" in text
    assert "cards: no-reader" in text
    assert "connections: tlslite-ng: fallback (r)" in text


# --- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "1 minute"),
        (15, "15 minutes"),
        (60, "1 heure"),
        (90, "1 heure 30"),
        (65, "1 heure 05"),
        (120, "2 heures"),
    ],
)
def test_minutes_are_said_as_one_says_them(look, count, expected):
    assert words.minutes(count) == expected.replace(" ", "\u00a0")
