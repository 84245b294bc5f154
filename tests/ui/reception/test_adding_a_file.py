"""« Ajouter un fichier… »: chosen or dropped, received at once, or only on the doctor's word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QLineEdit, QPushButton, QWidget

from demo_lgc.domain.codes import Code
from demo_lgc.domain.errors import (
    IdentityError,
    IdentityProblem,
    NotAllowed,
    Refusal,
    StorageError,
    StorageProblem,
)
from demo_lgc.domain.identity import IdentityStatus
from demo_lgc.services.reception import MAX_FILE
from demo_lgc.ui.reception.comparison import WhoseDocument
from demo_lgc.ui.viewer.page import ViewerPage
from demo_lgc.ui.widgets.drop import FileDrop
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Text
from tests.services.packed_files import a_message, an_archive
from tests.services.received_files import CHANTAL as OF_CHANTAL
from tests.services.received_files import HALF, NOT_A_DOCUMENT, a_cda
from tests.ui.reception.conftest import CHANTAL, notice_of, sheet_of
from tests.ui.sharing.fake_desk import a_file, a_patient

HELD = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
CONTROL = Qt.KeyboardModifier.ControlModifier
INS = "1 48 08 63 220 902 66".replace(" ", "\u00a0")
NOBODY = "<patient><name><family>Chemin</family></name></patient>"


def press(page: QWidget, name: str) -> None:
    """Click the visible button of that name."""
    found = [b for b in page.findChildren(QWidget, name) if b.isVisible()]
    assert found, f"no {name} in sight"
    assert found[0].isEnabled()
    found[0].click()  # type: ignore[attr-defined]


def add(page: Any, *paths: Path) -> None:
    """Drop files on the documents."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    drop(page.findChild(FileDrop), data)


def drop(place: QWidget, data: QMimeData, actions: Qt.DropAction = Qt.DropAction.CopyAction) -> bool:
    """Move what is dragged over a place, then let it go; False when the place did not want it."""
    enters = QDragEnterEvent(QPoint(40, 40), actions, data, *HELD)
    QApplication.sendEvent(place, enters)
    if not enters.isAccepted():
        return False
    falls = QDropEvent(QPointF(40, 40), actions, data, *HELD)
    QApplication.sendEvent(place, falls)
    assert falls.dropAction() is Qt.DropAction.CopyAction, "the file of the doctor stays where it is"
    return True


def says(page: Any) -> str:
    strip = notice_of(page).strip
    return f"{strip.text} {strip.detail}".strip() if strip.isVisible() else ""


def rows(page: Any) -> list[str]:
    return [line.unique_id for line in page.overview.table.rows_model.rows]


# --- choosing -----------------------------------------------------------------------------------------


def choose_by_keyboard(page: Any, qtbot: Any, path: Path) -> None:
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_O, CONTROL)
    dialog = page.findChild(QFileDialog, "reception.dialog")
    qtbot.waitUntil(dialog.isVisible)
    field = dialog.findChild(QLineEdit)
    field.setText(str(path))
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_a_document_of_this_patient_is_received_at_once_and_opens(record, desk, put, qtbot):
    banner = record.banner.facts
    with qtbot.waitSignal(record.told) as told:
        choose_by_keyboard(record, qtbot, put("bio.xml", a_cda("2.25.71")))
    assert told.args == ["Bilan biologique ajouté au dossier de M.\u00a0CHEMIN."]
    assert desk.receptions == [(7, "file", "bio.xml", False)]
    assert rows(record)[0] == "2.25.71"
    viewer = record.findChild(ViewerPage)
    assert viewer.isVisible()
    assert viewer.shown == "2.25.71"
    assert (says(record), record.banner.facts) == ("", banner)


def test_the_button_says_its_key_and_opens_the_dialog_which_escape_leaves(record, desk, qtbot):
    button = record.findChild(QPushButton, "record.add")
    assert button.toolTip() == "Ajouter un fichier (Ctrl+O)"
    assert button.text() == "Ajouter un fichier…"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = record.findChild(QFileDialog, "reception.dialog")
    assert dialog.nameFilters()[-1] == "Tous les fichiers (*)"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert (desk.called("look"), desk.receptions) == ([], [])


def test_the_documents_say_that_a_file_may_be_dropped_and_receive_it(record, desk, put):
    place = record.findChild(FileDrop)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(put("bio.xml", a_cda())))])
    said = next(t for t in place.findChildren(Text) if t.text() == "Déposer ici pour ajouter au dossier")
    enters = QDragEnterEvent(QPoint(40, 40), Qt.DropAction.CopyAction, data, *HELD)
    QApplication.sendEvent(place, enters)
    assert said.isVisible()
    QApplication.sendEvent(place, QDragLeaveEvent())
    assert not said.isVisible()
    assert drop(place, data)
    assert not said.isVisible()
    assert desk.receptions == [(7, "file", "bio.xml", False)]


@pytest.mark.parametrize("urls", [[], ["https://example.org/x.xml"]])
def test_what_is_not_a_file_of_this_machine_is_not_taken(record, desk, urls):
    data = QMimeData()
    data.setText("CHEMIN")
    data.setUrls([QUrl(url) for url in urls])
    assert not drop(record.findChild(FileDrop), data)


def test_a_file_that_its_owner_wants_moved_is_not_taken(record, put):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(put("bio.xml", a_cda())))])
    assert not drop(record.findChild(FileDrop), data, Qt.DropAction.MoveAction)


# --- in doubt -----------------------------------------------------------------------------------------


def test_a_document_of_another_waits_for_the_tick(record, desk, put, qtbot):
    desk.candidates = (CHANTAL,)
    add(record, put("bio.xml", a_cda(patient=OF_CHANTAL)))
    sheet = sheet_of(record)
    words = " ".join(strip.text for strip in sheet.findChildren(Strip))
    assert "Les traits du document diffèrent de ceux du dossier." in words
    assert "Il semble concerner LEGRAND Chantal, née le 02/03/1956." in words
    model = sheet.table.rows_model
    said = [[model.data(model.index(r, c)) for c in range(4)] for r in range(model.rowCount())]
    assert said == [
        ["Matricule INS", INS, "non précisé", "Non comparable"],
        ["Nom de naissance", "CHEMIN", "LEGRAND", "Différent"],
        ["Premier prénom", "HENRI", "CHANTAL", "Différent"],
        ["Date de naissance", "18/08/1948", "02/03/1956", "Différent"],
        ["Sexe", "Homme", "Femme", "Différent"],
        ["Lieu de naissance (INSEE)", "63220", "non précisé", "Non comparable"],
    ]
    button = sheet.findChild(QPushButton, "whose.add")
    assert button.text() == "Ajouter au dossier de M.\u00a0CHEMIN"
    qtbot.keyClick(sheet, Qt.Key.Key_Return, CONTROL)
    assert not button.isEnabled()
    assert desk.receptions == []
    tick = sheet.findChild(QCheckBox)
    qtbot.waitUntil(tick.hasFocus)
    qtbot.keyClick(tick, Qt.Key.Key_Space)
    qtbot.keyClick(sheet, Qt.Key.Key_Return, CONTROL)
    assert desk.receptions == [(7, "file", "bio.xml", True)]
    assert record.findChild(ViewerPage).shown == "2.25.71"


def test_tab_goes_through_the_sheet_as_it_is_read_and_stays_in_it(record, desk, put, qtbot):
    desk.candidates = (CHANTAL,)
    add(record, put("bio.xml", a_cda(patient=OF_CHANTAL)))
    sheet = sheet_of(record)
    press(sheet, "whose.tick")
    qtbot.waitUntil(sheet.findChild(QCheckBox).hasFocus)
    seen = []
    for _ in range(5):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget().objectName())
    assert seen == ["whose.leave", "whose.add", "whose.other", "whose.traits", "whose.tick"]


@pytest.mark.parametrize("way", ["escape", "button", "untick"])
def test_a_document_of_another_that_is_left_is_not_kept(record, desk, put, qtbot, way):
    add(record, put("bio.xml", a_cda(patient=OF_CHANTAL)))
    sheet = sheet_of(record)
    press(sheet, "whose.tick")
    if way == "untick":
        press(sheet, "whose.tick")
        assert not sheet.findChild(QPushButton, "whose.add").isEnabled()
    if way == "button":
        press(sheet, "whose.leave")
    else:
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert (desk.receptions, says(record)) == ([], "")
    assert record.findChild(ViewerPage) is None


def test_the_record_of_the_other_patient_is_opened_and_nothing_is_filed_there(record, desk, put, qtbot):
    desk.candidates = (a_patient(), CHANTAL)
    add(record, put("bio.xml", a_cda(patient=OF_CHANTAL)))
    sheet = sheet_of(record)
    assert len(sheet.findChildren(QPushButton, "whose.other")) == 1
    with qtbot.waitSignal(record.record_wanted) as wanted:
        press(sheet, "whose.other")
    assert wanted.args == [CHANTAL.id]
    assert not sheet.isVisible()
    assert desk.receptions == []


def test_another_record_opens_once_no_file_is_left_to_receive_in_this_one(record, desk, put, qtbot):
    desk.candidates = (CHANTAL,)
    wanted = []
    record.record_wanted.connect(wanted.append)
    theirs = [put(f"{n}.xml", a_cda(f"2.25.9{n}", patient=OF_CHANTAL)) for n in range(2)]
    add(record, *theirs)
    press(sheet_of(record), "whose.other")
    assert wanted == []
    qtbot.keyClick(sheet_of(record), Qt.Key.Key_Escape)
    assert wanted == [CHANTAL.id]
    add(record, put("bio.xml", a_cda()))
    assert wanted == [CHANTAL.id]


def test_a_document_that_says_too_little_is_compared_as_well(record, desk, put):
    add(record, put("bio.xml", a_cda(patient=NOBODY)))
    strips = [strip.text for strip in sheet_of(record).findChildren(Strip)]
    assert strips == ["Le document n’en dit pas assez pour reconnaître son patient."]


def test_the_matricule_of_an_identity_not_qualified_stays_hidden(open_record, desk, put):
    desk.file = a_file(patient=a_patient(status=IdentityStatus.VALIDATED))
    page = open_record()
    add(page, put("bio.xml", a_cda(patient=OF_CHANTAL)))
    model = sheet_of(page).table.rows_model
    assert model.data(model.index(0, 1)) == "identité non qualifiée"


def test_another_version_in_another_record_is_compared_before_it_is_added(record, desk, put, qtbot):
    desk.refusal = IdentityError(IdentityProblem.OTHER_RECORD)
    path = put("bio.xml", a_cda())
    add(record, path)
    assert "Une autre version de ce document est dans un autre dossier." in says(record)
    press(record, "reception.no")
    assert says(record) == ""
    add(record, path)
    assert QApplication.focusWidget().text() == "Comparer"
    press(record, "reception.yes")
    sheet = sheet_of(record)
    assert "autre dossier" in sheet.note.text
    press(sheet, "whose.tick")
    press(sheet, "whose.add")
    assert [yes for *_, yes in desk.receptions] == [False, False, True]
    assert rows(record)[0] == "2.25.71"


def test_a_version_of_another_record_with_other_traits_says_both_before_the_tick(record, desk, put):
    desk.versions_in = frozenset({7})
    add(record, put("bio.xml", a_cda(patient=OF_CHANTAL)))
    sheet = sheet_of(record)
    assert sheet.note.text == "Les traits du document diffèrent de ceux du dossier."
    sheet.reject()
    desk.versions_in = frozenset({7, CHANTAL.id})
    add(record, put("bio.xml", a_cda(patient=OF_CHANTAL)))
    note = sheet_of(record).note
    assert note.text == "Une autre version de ce document est dans un autre dossier."
    assert note.detail.startswith("Les traits du document diffèrent de ceux du dossier.")


# --- what cannot be read ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [(NOT_A_DOCUMENT, "n’est pas un document de santé"), (HALF, "s’arrête avant la fin"), (b"", "est vide")],
    ids=["not-xml", "truncated", "empty"],
)
def test_what_cannot_be_read_is_kept_as_it_is_only_on_the_doctors_word(record, desk, put, content, why):
    add(record, put("scan 12.xml", content))
    assert why in says(record)
    assert "conservé" not in says(record), "nothing is kept yet"
    assert QApplication.focusWidget().text() == "Garder le fichier tel quel"
    press(record, "reception.yes")
    sheet = sheet_of(record)
    assert sheet.table is None
    assert desk.receptions == []
    press(sheet, "whose.tick")
    press(sheet, "whose.add")
    assert desk.receptions == [(7, "file", "scan 12.xml", True)]
    assert desk.called("receive")[0][1] == content


@pytest.mark.parametrize("way", ["escape", "button"])
def test_what_cannot_be_read_and_is_not_wanted_is_left(record, desk, put, qtbot, way):
    add(record, put("scan.xml", NOT_A_DOCUMENT))
    if way == "escape":
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    else:
        press(record, "reception.no")
    assert (says(record), desk.receptions) == ("", [])
    assert record.overview.table.hasFocus()


def test_a_file_too_large_is_refused_before_it_is_read(record, desk, tmp_path):
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 1)
    add(record, path)
    assert says(record) == (
        "Ce fichier est trop grand pour être ajouté. "
        "Il dépasse de loin la taille d’un document de santé. Rien n’a été ajouté."
    )
    assert desk.called("look") == []


def test_a_file_that_is_gone_is_said(record, tmp_path):
    add(record, tmp_path / "absent.xml")
    assert says(record).startswith("Ce fichier n’a pas pu être ouvert.")


# --- what is refused ----------------------------------------------------------------------------------


def test_a_document_already_here_is_opened(record, desk, put):
    path = put("bio.xml", a_cda("2.25.4"))
    add(record, path)
    assert says(record) == "Ce document est déjà dans le dossier de M.\u00a0CHEMIN."
    press(record, "reception.act")
    assert record.findChild(ViewerPage).shown == "2.25.4"
    assert (says(record), desk.receptions) == ("", [])


def test_a_document_already_in_another_record_is_not_filed_twice(record, desk, put, qtbot):
    desk.kept_elsewhere = {"2.25.71": CHANTAL.id}
    add(record, put("bio.xml", a_cda()))
    assert says(record) == "Ce document est déjà dans le dossier de LEGRAND Chantal."
    with qtbot.waitSignal(record.record_wanted) as wanted:
        press(record, "reception.act")
    assert wanted.args == [CHANTAL.id]
    assert desk.receptions == []


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (NotAllowed(Refusal.VERSION_KEPT), "Cette version du document est déjà enregistrée."),
        (NotAllowed(Refusal.NO_SESSION), "Session verrouillée."),
        (StorageError(StorageProblem.DISK_FULL), "disque"),
    ],
)
def test_what_the_rules_or_the_store_refuse_is_said(record, desk, put, refusal, words, qtbot):
    desk.refusal = refusal
    before = rows(record)
    add(record, put("bio.xml", a_cda()))
    assert words in says(record)
    assert rows(record) == before
    qtbot.mouseClick(record.findChild(QPushButton, "reception.close"), Qt.MouseButton.LeftButton)
    assert says(record) == ""


def test_escape_sends_the_strip_away_before_leaving_the_page(record, tmp_path):
    add(record, tmp_path / "absent.xml")
    assert record.go_back()
    assert says(record) == ""
    assert not record.go_back()


# --- several ------------------------------------------------------------------------------------------


def test_the_documents_of_an_archive_are_counted_in_the_end(record, desk, put):
    archive = an_archive(a_cda("2.25.71"), a_cda("2.25.4", set_id=""), a_cda("2.25.73", set_id=""))
    add(record, put("IHE_XDM.zip", archive))
    assert says(record) == "2 documents ajoutés, 1 déjà présent."
    assert [name for _, _, name, _ in desk.receptions] == ["DOC0001.XML", "DOC0003.XML"]
    assert {"2.25.71", "2.25.73"} <= set(rows(record))
    assert record.findChild(ViewerPage) is None, "there is not one to read"


def test_a_message_says_that_its_document_came_by_mail(record, desk, put):
    add(record, put("message.eml", a_message({"IHE_XDM.zip": an_archive(a_cda())})))
    assert desk.receptions == [(7, "mss", "DOC0001.XML", False)]
    assert record.findChild(ViewerPage).shown == "2.25.71"


def test_an_archive_that_lies_about_its_patient_gives_nothing(record, desk, put):
    add(record, put("IHE_XDM.zip", an_archive(a_cda(patient=OF_CHANTAL))))
    assert "ne désignent pas le même patient" in says(record)
    assert desk.called("look") == []


def test_a_file_without_document_says_so(record, desk, put):
    add(record, put("message.eml", a_message({"scan.pdf": b"%PDF-1.4"})))
    assert says(record).startswith("Ce fichier ne contient aucun document de santé.")


def test_a_document_of_this_patient_that_its_archive_names_otherwise_is_compared(record, desk, put):
    written = an_archive(a_cda(), info=("PID-5|CHEMINOT^HENRI^^^^^L", "PID-7|19480818", "PID-8|M"))
    add(record, put("IHE_XDM.zip", written))
    sheet = sheet_of(record)
    assert "Les traits du patient diffèrent entre l’archive et le document" in sheet.note.text
    assert desk.receptions == []
    press(sheet, "whose.tick")
    press(sheet, "whose.add")
    assert [yes for *_, yes in desk.receptions] == [True]


def test_what_an_archive_does_not_do_well_is_said_beside_what_was_added(record, desk, put):
    add(record, put("IHE_XDM.zip", an_archive(a_cda(), type_code=Code("SYNTH", "Synthèse", "1.2.3"))))
    assert [yes for *_, yes in desk.receptions] == [False]
    assert says(record) == "L’archive n’annonce pas le type que le document se donne."


def test_files_dropped_together_are_taken_one_after_the_other(record, desk, put, qtbot):
    add(
        record,
        put("a.xml", a_cda("2.25.71")),
        put("b.xml", a_cda("2.25.72", patient=OF_CHANTAL)),
        put("c.xml", NOT_A_DOCUMENT),
        put("d.xml", a_cda("2.25.74", set_id="")),
    )
    qtbot.keyClick(sheet_of(record), Qt.Key.Key_Escape)
    press(record, "reception.no")
    assert says(record) == "2 documents ajoutés, 2 non ajoutés."
    assert [name for _, _, name, _ in desk.receptions] == ["a.xml", "d.xml"]


def test_files_dropped_while_one_is_asked_about_wait_for_their_turn(record, desk, put, qtbot):
    add(record, put("c.xml", NOT_A_DOCUMENT))
    record.overview.table.setFocus()
    add(record, put("a.xml", a_cda("2.25.71")))
    assert desk.receptions == []
    assert QApplication.focusWidget().text() == "Garder le fichier tel quel"
    press(record, "reception.no")
    assert says(record) == "1 document ajouté, 1 non ajouté."


def test_the_reasons_of_what_is_refused_are_given_and_stay_short(record, desk, put):
    desk.refusal = NotAllowed(Refusal.VERSION_KEPT)
    add(record, *(put(f"{n}.xml", a_cda(f"2.25.8{n}")) for n in range(8)))
    said = notice_of(record).strip
    assert said.text == "Aucun document ajouté, 8 non ajoutés."
    assert len(said.detail.splitlines()) == 5
    assert said.detail.splitlines()[-1] == "…"


# --- meanwhile ----------------------------------------------------------------------------------------


def test_the_window_lives_while_a_file_is_looked_at_and_the_record_may_be_closed(
    open_record, desk, put, qtbot
):
    desk.slow = frozenset({"look"})
    page = open_record(serial=False)
    add(page, put("bio.xml", a_cda()))
    qtbot.waitUntil(lambda: bool(desk.called("look")))
    page.show_page("medical")
    assert page.medical.isVisible()
    desk.gate.set()
    qtbot.waitUntil(lambda: page.findChild(ViewerPage) is not None)
    assert desk.receptions == [(7, "file", "bio.xml", False)]


def test_a_record_closed_while_it_asks_keeps_nothing(open_record, desk, put):
    page = open_record()
    add(page, put("bio.xml", a_cda(patient=OF_CHANTAL)))
    assert page.findChild(WhoseDocument)  # the fixture closes the record with its sheet
    assert desk.receptions == []
