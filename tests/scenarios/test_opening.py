"""Opening the practice, and what is said when it cannot be."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from demo_lgc.__main__ import main
from demo_lgc.app import run
from demo_lgc.domain.delivery import Channel, DeliveryState
from demo_lgc.records import outbox
from demo_lgc.records.store import Store
from demo_lgc.sandbox.world import World
from demo_lgc.settings import load_environment
from demo_lgc.ui.cannot_open import CannotOpen
from tests.scenarios.conftest import Doctor

pytestmark = [pytest.mark.scenario, pytest.mark.mail]


def opened_on(world: World, profile: Path) -> str:
    """Run the program, close what it shows, and return its words; fails if it opened the practice."""
    said: list[str] = []

    def read() -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, CannotOpen) and window.isVisible():
                said.extend(label.text() for label in window.findChildren(QLabel))
                window.reject()

    timer = QTimer(interval=50)
    timer.timeout.connect(read)
    timer.start()
    # Closing the last window asks Qt to quit once more, after the end: no later test could wait for anything.
    QApplication.setQuitOnLastWindowClosed(False)
    try:
        status = run(load_environment(world.environment), profile, "light")
    finally:
        QApplication.setQuitOnLastWindowClosed(True)
        timer.stop()
    assert status == 1
    return " ".join(said)


def test_a_practice_open_elsewhere_is_said_in_french_and_not_in_a_traceback(
    qapp: QApplication, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(tmp_path / "demo_lgc.db"):
        words = opened_on(world, tmp_path)
    assert "déjà ouverts" in words
    assert "Traceback" not in capsys.readouterr().err


def test_a_damaged_store_is_said_and_left_as_it_is(qapp: QApplication, world: World, tmp_path: Path) -> None:
    (tmp_path / "demo_lgc.db").write_bytes(b"not a store at all" * 400)
    assert "ne peuvent pas être lues" in opened_on(world, tmp_path)
    assert (tmp_path / "demo_lgc.db").read_bytes() == b"not a store at all" * 400


def test_a_store_of_a_later_version_is_said(qapp: QApplication, world: World, tmp_path: Path) -> None:
    Store(tmp_path / "demo_lgc.db").open().close()
    with sqlite3.connect(tmp_path / "demo_lgc.db") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    assert "version plus récente" in opened_on(world, tmp_path)


def test_without_an_environment_the_command_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "--sandbox" in capsys.readouterr().err


def test_an_unusable_environment_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "environment.toml"
    path.write_text("kind = 'formation'\nmispelt = 1\n", encoding="utf-8")
    assert main(["--environment", str(path)]) == 2
    assert "mispelt" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither")
def test_the_program_leaves_no_core_dump_and_writes_for_its_owner_only() -> None:
    script = "import os, resource; from demo_lgc.app import shut_in; shut_in(); "
    script += "print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.split("\n")[0] == "(0, 0) 0o77"


def test_closing_does_not_keep_the_doctor_while_a_service_is_silent(doctor: Doctor, world: World) -> None:
    doctor.prepares_to_share("CHEMIN")
    world.dmp.script.delay(25, "TD2.1")
    doctor.click("share.send")
    doctor.find(QAbstractButton, "outcome.back")
    doctor.wait("the deposit on its way", lambda: doctor.deliveries("CHEMIN")[Channel.DMP].content_left)
    began = time.monotonic()
    doctor.window.close()
    doctor.wait("the window closed", lambda: not doctor.window.isVisible())
    assert time.monotonic() - began < 12
    world.dmp.script.reset()
    (kept,) = outbox.in_states(doctor.house.store, {DeliveryState.IN_DOUBT, DeliveryState.SENDING})
    assert kept.channel is Channel.DMP
