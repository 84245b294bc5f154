"""A file that somebody brought, added to the open record of the whole house; and one of somebody else."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QTextBrowser, QWidget

from demo_lgc.records import documents, trace
from demo_lgc.resources import sample
from demo_lgc.sandbox.world import World
from demo_lgc.services.reception import Arrival
from demo_lgc.ui.widgets.table import TableView
from tests.scenarios.conftest import Doctor
from tests.services.received_files import a_cda

pytestmark = [pytest.mark.scenario, pytest.mark.mail]

SYLVAINE = """<id root="1.2.3" extension="7"/>
<patient><name><family qualifier="BR">SAUVEUR</family><given qualifier="BR">Sylvaine</given></name>
<administrativeGenderCode code="F"/><birthTime value="19790112"/></patient>"""


def brings(doctor: Doctor, path: Path) -> None:
    """Ctrl+O in the open record, and the path of the file."""
    doctor.window.activateWindow()  # there is no window manager here to do it when a sheet closes
    doctor.wait("the window in front", doctor.window.isActiveWindow)
    QTest.keyClick(doctor.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    dialog = doctor.find(QFileDialog, "reception.dialog")
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText(str(path))
    doctor.key(field, Qt.Key.Key_Return)


def kept(doctor: Doctor, name: str) -> list[str]:
    """The ids of the documents of a record, as committed."""
    lines = documents.summaries(doctor.house.store, doctor.patient(name).id)
    return [line.unique_id for line in lines]


def listed(doctor: Doctor) -> list[str]:
    """The ids of the documents on the screen."""
    return [line.unique_id for line in doctor.find(TableView, "record.documents").rows_model.rows]


def test_a_report_from_a_disk_is_received_opens_and_is_in_the_list(doctor: Doctor, tmp_path: Path) -> None:
    ours = sample("documents", "biologie_chemin_2014-11-03.xml").read_text(encoding="utf-8")
    path = tmp_path / "bilan.xml"
    path.write_text(ours.replace("325245522992224779532038113398151320043", "777"), encoding="utf-8")
    doctor.open_record("CHEMIN")
    before = doctor.find(QWidget, "record.documents")
    title = doctor.window.windowTitle()
    brings(doctor, path)
    doctor.reads("ajouté au dossier")
    text = doctor.find(QTextBrowser, "viewer.text")
    doctor.wait("the document read", lambda: "Potassium" in text.toPlainText())
    assert not before.isVisible(), "the document is read in place of the list"
    assert doctor.window.windowTitle() == title
    doctor.key(doctor.window, Qt.Key.Key_Escape)
    assert "2.25.777" in listed(doctor)
    assert doctor.house.desk.reading.original(doctor.patient("CHEMIN").id, "2.25.777") == path.read_bytes()


def test_a_report_of_somebody_else_enters_no_record_until_the_doctor_says_so(
    doctor: Doctor, tmp_path: Path
) -> None:
    path = tmp_path / "bilan.xml"
    path.write_bytes(a_cda("2.25.778", patient=SYLVAINE))
    doctor.open_record("CHEMIN")
    brings(doctor, path)
    doctor.reads("Les traits du document diffèrent de ceux du dossier.")
    doctor.reads("Il semble concerner SAUVEUR Sylvaine, née le 12/01/1979.")
    add = doctor.find(QAbstractButton, "whose.add")
    QTest.mouseClick(add, Qt.MouseButton.LeftButton)
    doctor.key(doctor.find(QWidget, "whose-document"), Qt.Key.Key_Escape)
    doctor.wait("the sheet closed", lambda: not add.isVisible())
    for name in ("CHEMIN", "SAUVEUR"):
        assert "2.25.778" not in kept(doctor, name)

    brings(doctor, path)
    doctor.click("whose.tick")
    doctor.click("whose.add")
    doctor.reads("ajouté au dossier")
    assert "2.25.778" in kept(doctor, "CHEMIN")
    assert "2.25.778" not in kept(doctor, "SAUVEUR")
    acts = trace.acts(doctor.house.store, doctor.patient("CHEMIN").id)
    assert ("receive-document", "differences-accepted") in [(act.act, act.outcome) for act in acts]


def test_a_comparison_that_comes_after_the_card_left_waits_behind_the_login(
    doctor: Doctor, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reception = doctor.house.desk.reception
    looked, card_out, look = threading.Event(), threading.Event(), reception.look

    def slowly(content: bytes, name: str) -> Arrival:
        arrival = look(content, name)
        looked.set()
        assert card_out.wait(20)
        return arrival

    monkeypatch.setattr(reception, "look", slowly)
    path = tmp_path / "bilan.xml"
    path.write_bytes(a_cda("2.25.780", patient=SYLVAINE))
    doctor.open_record("CHEMIN")
    brings(doctor, path)
    doctor.wait("the file looked at", looked.is_set)
    doctor.window.lock()
    card_out.set()
    doctor.wait("the sheet made", lambda: doctor.window.findChild(QWidget, "whose-document") is not None)
    shown = [each for each in QApplication.topLevelWidgets() if each.isVisible()]
    assert shown == [doctor.window]
    assert "SAUVEUR" not in doctor.screen
    doctor.log_in_again(world.code)
    sheet = doctor.find(QWidget, "whose-document")
    doctor.key(sheet, Qt.Key.Key_Escape)
    doctor.wait("the sheet closed", lambda: not sheet.isVisible())
    assert "2.25.780" not in kept(doctor, "CHEMIN")


def test_the_comparison_is_covered_by_the_lock_and_found_again(
    doctor: Doctor, tmp_path: Path, world: World
) -> None:
    path = tmp_path / "bilan.xml"
    path.write_bytes(a_cda("2.25.779", patient=SYLVAINE))
    doctor.open_record("CHEMIN")
    brings(doctor, path)
    sheet = doctor.find(QWidget, "whose-document")
    doctor.window.lock()
    assert not sheet.isVisible()
    doctor.log_in_again(world.code)
    doctor.wait("the sheet back", sheet.isVisible)
    doctor.click("whose.tick")
    doctor.click("whose.add")
    doctor.reads("ajouté au dossier")
    assert "2.25.779" in kept(doctor, "CHEMIN")
