"""The record: banner, pages, documents, what the patient refuses."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton

from demo_lgc.domain import oids
from demo_lgc.domain.errors import NotAllowed, Refusal, StorageError, StorageProblem
from demo_lgc.domain.identity import IdentityStatus, Ins, Sex
from demo_lgc.domain.vsm import Absence, Allergy, Certainty
from demo_lgc.ui.flow import FlowRunner
from demo_lgc.ui.patient.overview import Overview
from demo_lgc.ui.patient.page import RecordPage
from demo_lgc.ui.patient.rubrics import sections
from demo_lgc.ui.patient.words import born, facts
from demo_lgc.ui.widgets.text import Text
from tests.factory import a_full_vsm, a_vsm
from tests.ui.sharing.fake_desk import TODAY, a_file, a_patient, allergies


def said(page):
    return " ".join(t.text() for t in page.findChildren(Text) if t.isVisible())


@pytest.fixture
def record(open_record):
    page = open_record()
    page.load()
    return page


def test_the_banner_names_the_patient_his_age_and_his_chips(record):
    assert "CHEMIN Henri" in said(record.banner)
    assert "né le 18/08/1948 (66\u00a0ans et 2\u00a0mois)" in said(record.banner)
    assert record.banner.height() == 84
    assert record.banner.facts == [
        "Identité qualifiée",
        "INS\u00a01\u00a048\u00a008\u00a063\u00a0220\u00a0902\u00a066",
        "TEST",
        "DMP autorisé",
        "Aucune allergie connue",
        "Diabétique",
        "Fond d’œil en retard",
    ]


def test_a_record_is_built_a_piece_a_turn(qtbot, look, desk):
    runner = FlowRunner()
    page = RecordPage(desk, runner, 7, TODAY)
    qtbot.addWidget(page)
    page.show()
    page.load()
    assert page.findChild(Overview) is None
    qtbot.waitUntil(lambda: page.findChild(Overview) is not None)
    assert page.overview.isVisible()
    qtbot.waitUntil(lambda: bool(page.overview.table.rows_model.rows) and not runner.is_working)


def test_the_title_is_told_to_the_window(open_record, qtbot):
    page = open_record()
    with qtbot.waitSignal(page.title_changed) as told:
        page.load()
    assert told.args == ["CHEMIN Henri, 18/08/1948"]


def test_the_matricule_of_an_identity_not_qualified_is_shown_nowhere(open_record, desk):
    desk.file = a_file(patient=a_patient(status=IdentityStatus.VALIDATED))
    page = open_record()
    page.load()
    page.show_page("administrative")
    assert "220" not in "".join(page.banner.facts)
    assert "902" not in said(page)
    assert "n’est pas qualifiée" in said(page.administrative)


def test_a_real_matricule_wears_no_test_tag(open_record, desk):
    desk.file = a_file(patient=a_patient(ins=Ins("148086322090266", oids.INS_NIR)))
    page = open_record()
    page.load()
    assert "TEST" not in page.banner.facts


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (allergies("Pénicilline", "Arachide"), "Allergies\u00a0: Pénicilline, Arachide"),
        (Absence.NONE_KNOWN, "Aucune allergie connue"),
        (Absence.NOT_ASKED, "Allergies non renseignées"),
        ((Allergy("Pollen", certainty=Certainty.REFUTED), Allergy("Noix")), "Allergie\u00a0: Noix"),
        ((Allergy("Pollen", certainty=Certainty.REFUTED),), "Aucune allergie retenue"),
    ],
)
def test_allergies_are_named_and_never_fold(open_record, desk, known, words):
    many = tuple(f"Information importante numéro {n}" for n in range(6))
    desk.file = a_file(vsm=a_vsm(allergies=known), patient=a_patient(important=many))
    page = open_record(width=1024, height=648)
    page.load()
    assert words in page.banner.facts
    assert page.banner.facts[-1].startswith("+")


def test_the_words_agree_with_the_sex():
    assert born(a_patient(sex=Sex.FEMALE), TODAY).startswith("née le")
    assert born(a_patient(sex=Sex.UNKNOWN), TODAY).startswith("né(e) le")


def test_an_opposition_is_the_state_of_the_dmp():
    found = facts(a_patient(opposed_to_dmp=True), None, None, (), TODAY)
    assert "Opposition au DMP" in [fact.text for fact in found]


def test_ctrl_and_a_digit_change_the_page(record, qtbot):
    for key, page in (
        (Qt.Key.Key_2, record.medical),
        (Qt.Key.Key_3, record.results),
        (Qt.Key.Key_4, record.administrative),
        (Qt.Key.Key_1, record.overview),
    ):
        qtbot.keyClick(QApplication.focusWidget() or record, key, Qt.KeyboardModifier.ControlModifier)
        assert page.isVisible()


def test_the_menu_becomes_a_rail_with_tooltips(record, qtbot):
    entry = record.menu.findChild(QPushButton, "record.menu.medical")
    assert entry.text() == "Données médicales"
    record.resize(1024, 648)
    qtbot.waitUntil(lambda: record.menu.width() == 56)
    assert entry.text() == ""
    assert "Données médicales" in entry.toolTip()
    assert entry.accessibleName() == "Données médicales"
    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
    assert record.medical.isVisible()


def test_documents_are_filtered_without_accents_and_escape_gives_them_back(record, qtbot):
    field = record.findChild(QLineEdit, "record.filter")
    field.setFocus()
    qtbot.keyClicks(field, "epaule IMAGERIE")
    assert record.overview.table.rows_model.rowCount() == 1
    qtbot.keyClicks(field, "xyz")
    assert "Rien ne correspond" in said(record.overview)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert record.overview.table.rows_model.rowCount() == 11


def test_a_record_without_documents_says_so(open_record, desk):
    desk.file = a_file(documents=(), events=())
    page = open_record()
    page.load()
    assert "Pas encore de document." in said(page.overview)


def test_medical_data_tell_an_absence_from_a_silence(record):
    record.show_page("medical")
    words = said(record.medical)
    assert "Diabète sucré insulino-dépendant" in words
    assert "Aucune allergie connue" in words
    assert "Non renseigné" in words
    assert "jusqu’au 10/12/2014" in words


def test_medical_data_say_what_changes_the_weight_of_an_allergy():
    lines = next(s.lines for s in sections(a_full_vsm()) if s.title == "Allergies et intolérances")
    assert lines[0].right == "Urticaire, Sévérité\u00a0: Grave, Criticité\u00a0: Élevée, Adrénaline en 1990"
    assert lines[1].right == "jusqu’en 1953, Résolue"
    assert lines[2].right == "Œdème des lèvres"


def test_administrative_data_hold_the_strict_traits(record):
    record.show_page("administrative")
    words = said(record.administrative)
    for trait in (
        "CHEMIN",
        "HENRI LOUIS",
        "18/08/1948",
        "63220",
        "NIR de test",
        "1.2.250.1.213.1.4.10",
        "BOULOGNE",
    ):
        assert trait in words


def test_the_opposition_is_recorded_and_shown_in_the_banner(record, qtbot, desk):
    record.show_page("administrative")
    box = record.findChild(QCheckBox, "record.opposition")
    box.click()
    assert desk.called("record_opposition")[0][1] is True
    assert "Opposition au DMP" in record.banner.facts
    box.click()
    assert "DMP autorisé" in record.banner.facts


def test_an_opposition_that_could_not_be_kept_is_not_shown_as_kept(record, desk):
    def fail(*_):
        raise StorageError(StorageProblem.DISK_FULL)

    desk.dmp.record_opposition = fail
    record.show_page("administrative")
    box = record.findChild(QCheckBox, "record.opposition")
    box.click()
    assert not box.isChecked()
    assert "disque" in record.administrative.problem.text


def test_a_record_that_cannot_be_read_says_why_and_may_be_read_again(open_record, desk, qtbot):
    answer = desk.files.open

    def fail(_):
        raise NotAllowed(Refusal.NO_SESSION)

    desk.files.open = fail
    page = open_record()
    page.load()
    assert page.problem.isVisible()
    desk.files.open = answer
    qtbot.mouseClick(page.problem.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert not page.problem.isVisible()
    assert "CHEMIN Henri" in said(page.banner)


def test_sharing_asked_before_the_record_is_read_waits_for_it(open_record, desk):
    page = open_record()
    page.share()
    assert not desk.called("preview")
    page.load()
    assert desk.called("preview")


def test_closing_is_asked_of_the_window(record, qtbot):
    with qtbot.waitSignal(record.close_requested):
        qtbot.mouseClick(record.findChild(QPushButton, "record.close"), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("theme_name", ["light", "dark", "contrast"])
def test_every_page_is_drawn_in_every_theme(record, look, theme_name):
    try:
        look.apply(theme_name)
        for name in ("overview", "medical", "results", "administrative"):
            record.show_page(name)
            assert not record.grab().isNull()
        record.share()
        assert not record.grab().isNull()
    finally:
        look.apply("light")


def test_tab_reaches_everything_of_the_page_and_comes_back(record, qtbot):
    seen = []
    record.overview.table.setFocus()
    for _ in range(30):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        seen.append(focused.objectName() or focused.accessibleName() or focused.text())
        if focused is record.overview.table:
            break
    assert seen[-1] == "record.documents"
    assert {"record.close", "record.share", "record.timeline", "record.filter"} <= set(seen)
    assert seen.index("Identité qualifiée") < seen.index("record.close")
