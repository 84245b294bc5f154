"""The window on the whole sandbox, as a doctor drives it: a world for the session, a profile a test.

The card is the software one, because a scenario pulls it out, blocks it and puts it back; the SoftHSM card
plays the whole path in `test_demonstration.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from sqlalchemy import event

from demo_lgc.card.software import SoftwareReader
from demo_lgc.demonstration import Player
from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.trust import CardReader
from demo_lgc.house import House, build_house
from demo_lgc.sandbox.world import World
from demo_lgc.settings import load_environment
from demo_lgc.ui import theme
from demo_lgc.ui.main_window import MainWindow


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The simulated services; key files are kept, for the software card."""
    made = World(tmp_path_factory.mktemp("world"), card=False)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def press() -> Iterator[Press]:
    """One warm worker for all."""
    made = Press()
    made.start()
    yield made
    made.close()


class Doctor(Player):
    """The hands of a doctor, and what they can read on the screen."""

    def __init__(self, window: MainWindow, house: House, world: World) -> None:
        super().__init__(window, patience=20)
        self.house = house
        self.world = world

    def reads(self, words: str) -> None:
        """Wait until the screen says these words, wherever."""
        self.wait(f"« {words} »", lambda: words in self.screen)

    @property
    def screen(self) -> str:
        """Every word on the screen."""
        labels = [w for w in self.window.findChildren(QLabel) if w.isVisible()]
        return " ".join(label.text() for label in labels).replace("\u00a0", " ").replace("\u202f", " ")

    def patient(self, name: str) -> Patient:
        """A patient of the practice."""
        return self.house.desk.files.search(name)[0]

    def deliveries(self, name: str) -> dict[Channel, Delivery]:
        """The last delivery of each channel about a patient, as committed."""
        file = self.house.desk.files.open(self.patient(name).id)
        return {d.channel: d for d in file.deliveries}

    def waits_for(self, name: str, channel: Channel, state: DeliveryState) -> Delivery:
        """Wait until a branch is in a state, as committed."""
        self.wait(f"{channel} {state}", lambda: self.deliveries(name)[channel].state is state)
        return self.deliveries(name)[channel]

    def prepares_to_share(self, name: str, recipient: str | None = "SPECIALISTE5737") -> None:
        """Open the record, « Partager le VSM », choose a colleague."""
        self.open_record(name)
        self.share()
        if recipient:
            self.add_recipient(recipient)

    def log_in_again(self, code: str) -> None:
        """Give the code on the page that covers everything, and find the place where the work was."""
        self.wait("the card read", self.find(QAbstractButton, "login.open").isEnabled)
        self.type("login.code", code)
        self.click("login.open")
        self.wait("the page uncovered", lambda: not self.window.is_locked)

    def fill_the_disk(self) -> None:
        """From now on no connection finds a free page: SQLite says that the disk is full."""
        engine = self.house.store._engine
        with engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        event.listen(engine, "checkout", _limiting(pages), named=True)

    def free_the_disk(self) -> None:
        """Somebody made room."""
        event.listen(self.house.store._engine, "checkout", _limiting(1_000_000), named=True)

    def submissions(self) -> int:
        """How many documents the DMP accepted so far, counted as often as it did."""
        return sum(document.count for document in self.world.dmp.journal.accepted)

    def messages(self) -> int:
        """How many messages the operator accepted so far."""
        return int(self.world.mail.journal.summary()["accepted"])


def _limiting(pages: int) -> Callable[..., None]:
    def limit(dbapi_connection: Any, **_: Any) -> None:
        dbapi_connection.execute(f"PRAGMA max_page_count={pages}")

    return limit


Opening = Callable[..., Doctor]


@pytest.fixture
def open_window(qapp: QApplication, world: World, press: Press, tmp_path: Path) -> Iterator[Opening]:
    """Open the window on a new profile, or again on the same; `reader` replaces the doctor's card."""
    theme.apply("light")
    opened: list[tuple[MainWindow, House]] = []

    def open_(reader: CardReader | None = None) -> Doctor:
        card = reader or SoftwareReader(world.pki.card(world.owner["national_id"]), world.code)
        house = build_house(
            load_environment(world.environment), tmp_path / "profile", reader=card, press=press
        )
        window = MainWindow(house.desk, sandbox=True, version="test")
        window.resize(1440, 900)
        window.show()
        opened.append((window, house))
        return Doctor(window, house, world)

    yield open_
    world.dmp.script.reset()
    world.mail.script.reset()
    for window, house in opened:
        window.close()
        if window.isVisible():
            window.close()  # a sharing was not sent: a second time leaves it
        window.runner.wait(10_000)
        qapp.processEvents()
        house.close()
        window.deleteLater()
        qapp.processEvents()


@pytest.fixture
def reader(world: World) -> SoftwareReader:
    """The doctor's card in a reader, to pull it out."""
    return SoftwareReader(world.pki.card(world.owner["national_id"]), world.code)


@pytest.fixture
def doctor(open_window: Opening, reader: SoftwareReader, world: World) -> Doctor:
    """A doctor at work: session open, the day on the screen."""
    made = open_window(reader)
    made.log_in(world.code)
    return made
