"""The main job through the real widgets: log in, open a record, share its VSM with the DMP and colleagues.

`demonstrate` starts the simulated services, plays the path on Qt's offscreen platform as a doctor would
(clicks and keys, nothing called behind the window's back), says each step in one line and leaves in a
folder: one picture per step, `summary.json`, and `captured/`, what the services really received. The exit
status is 0 only if every branch arrived.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import (
    QCoreApplication,
    QDeadlineTimer,
    QEventLoop,
    QMessageLogContext,
    QPoint,
    Qt,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QLineEdit,
    QListView,
    QWidget,
)

from demo_lgc import __version__
from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState
from demo_lgc.house import House, build_house
from demo_lgc.sandbox.world import World
from demo_lgc.settings import load_environment
from demo_lgc.ui import theme
from demo_lgc.ui.main_window import MainWindow
from demo_lgc.ui.sharing.access import AccessStrip
from demo_lgc.ui.sharing.model import AccessState
from demo_lgc.ui.sharing.outcome import OutcomePanel

logger = logging.getLogger(__name__)

PATIENT = "CHEMIN"
CARD_FREE_STEPS = ("sandbox",)  # told and timed, but there is no window yet to take a picture of
COLLEAGUE = "SPECIALISTE5737"
W = TypeVar("W", bound=QWidget)


class Stuck(RuntimeError):
    """What was expected on the screen did not come."""


class Player:
    """A doctor's hands on a window: finds widgets by object name, clicks, types, waits for what shows."""

    def __init__(self, window: MainWindow, patience: float = 30.0) -> None:
        self.window = window
        self._patience = patience

    def wait(self, what: str, shown: Callable[[], object]) -> None:
        """Let the window live until `shown()` is true. Raises Stuck after the patience, in seconds."""
        deadline = QDeadlineTimer(int(self._patience * 1000))
        while not shown():
            if deadline.hasExpired():
                raise Stuck(what)
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)

    def find(self, kind: type[W], name: str) -> W:
        """Return the visible widget of that object name, waiting for it to show."""
        found: list[W] = []

        def visible() -> bool:
            found[:] = [w for w in self.window.findChildren(kind, name) if w.isVisible()]
            return bool(found)

        self.wait(name, visible)
        return found[0]

    def click(self, name: str) -> None:
        """Press a button as soon as it can be pressed."""
        button = self.find(QAbstractButton, name)
        self.wait(f"{name} enabled", button.isEnabled)
        # A tick box answers on its box and its words, not on the room beside them.
        at = QPoint(10, button.height() // 2) if isinstance(button, QCheckBox) else QPoint()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=at)

    def type(self, name: str, text: str) -> None:
        """Type into a field."""
        field_ = self.find(QLineEdit, name)
        field_.setFocus()
        QTest.keyClicks(field_, text)

    def key(self, widget: QWidget, key: Qt.Key) -> None:
        """Press one key on a widget."""
        QTest.keyClick(widget, key)

    # --- the path, in the doctor's words ----------------------------------------------------------------

    def log_in(self, code: str) -> None:
        """Wait for the card to be read, give the code porteur and wait for the day."""
        self.wait("the card read", self.find(QAbstractButton, "login.open").isEnabled)
        self.type("login.code", code)
        self.click("login.open")
        self.find(QWidget, "home.agenda")

    def open_record(self, typed: str) -> None:
        """Find a patient by the search of the top bar and open the record."""
        self.type("top.search", typed)
        self.wait("a patient found", lambda: self.window.top.search.is_listing)
        self.key(self.find(QLineEdit, "top.search"), Qt.Key.Key_Return)
        self.find(QAbstractButton, "record.share")
        self.wait("the record read", lambda: "/" in self.window.windowTitle())

    def read_document(self) -> None:
        """Open the first document of the list, until its critical result is told."""
        documents = self.find(QAbstractItemView, "record.documents")
        documents.setFocus()
        self.key(documents, Qt.Key.Key_Home)
        self.key(documents, Qt.Key.Key_Return)
        self.find(QAbstractButton, "viewer.alarm.go")

    def share(self) -> None:
        """« Partager le VSM », until the DMP has answered."""
        self.click("record.share")
        self.find(QAbstractButton, "share.send")

    def open_access(self) -> None:
        """Declare the patient's consent and open the access to the DMP, until it is open."""
        self.click("share.consent")
        self.click("share.open_access")
        strip = self.find(AccessStrip, "share.access")
        self.wait("the access open", lambda: strip.state is AccessState.AUTHORISED)

    def add_recipient(self, typed: str) -> None:
        """Type a name, take the first completion."""
        field_ = self.find(QLineEdit, "share.recipients")
        field_.setFocus()
        QTest.keyClicks(field_, typed)
        self.find(QListView, "share.suggestions")
        self.key(field_, Qt.Key.Key_Return)

    def send(self) -> None:
        """« Envoyer », until every branch has an outcome."""
        self.click("share.send")
        self.find(QAbstractButton, "outcome.back")
        panel = next(p for p in self.window.findChildren(OutcomePanel) if p.isVisible())
        self.wait("an outcome for each branch", lambda: not panel.is_running)


@dataclass
class Story:
    """What is told of the demonstration: a line and a picture for each step, and how long it took."""

    folder: Path
    window: QWidget | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, sentence: str) -> Iterator[None]:
        """Time a step; then say it and take its picture."""
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 3)
        number = len(self.seconds)
        if self.window is not None:
            QCoreApplication.processEvents()
            self.window.grab().save(str(self.folder / f"{number:02}-{name}.png"))
        sys.stdout.write(f"{number:2}. {sentence} ({self.seconds[name]:.1f} s)\n")
        sys.stdout.flush()


def demonstrate(folder: Path, theme_name: str = "light") -> int:
    """Play the whole path in `folder`; return 0 when the DMP and the colleague both received the document."""
    captured = folder / "captured"
    captured.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.png"), folder / "summary.json", *captured.iterdir()):
        old.unlink(missing_ok=True)
    qInstallMessageHandler(_qt_says)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("demo_lgc")
    theme.apply(theme_name)
    story = Story(folder)
    with tempfile.TemporaryDirectory(prefix="demo_lgc-") as scratch:
        world = World(Path(scratch) / "world")
        with story.step("sandbox", "Services simulés prêts : carte CPS, DMP, messagerie MSSanté"):
            world.start()
        try:
            house = build_house(load_environment(world.environment), Path(scratch) / "profile")
            try:
                deliveries = _play(story, world, house)
                _capture(captured, world, house, deliveries)
                summary = _summary(story, world, deliveries)
            finally:
                house.close()
        finally:
            world.stop()
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
    arrived = len(deliveries) >= 2 and all(d.state is DeliveryState.SENT for d in deliveries)
    sys.stdout.write(f"{'Tout est arrivé' if arrived else 'Un envoi n’est pas arrivé'} : {folder}\n")
    return 0 if arrived else 1


def _qt_says(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Pass on what Qt says, but for the offscreen platform's complaint that no window manager listens."""
    if not message.startswith("This plugin does not support"):
        sys.stderr.write(f"Qt: {message}\n")


def _play(story: Story, world: World, house: House) -> tuple[Delivery, ...]:
    window = MainWindow(house.desk, sandbox=True, version=__version__)
    window.resize(1440, 900)
    window.show()
    story.window = window
    player = Player(window)
    try:
        with story.step("carte", "La carte est lue ; la page demande le code porteur"):
            player.wait("the card read", player.find(QAbstractButton, "login.open").isEnabled)
        with story.step("accueil", "Session ouverte : les consultations du jour"):
            player.log_in(world.code)
            player.wait("the DMP states of the day", lambda: not window.asks_the_dmp)
        with story.step("dossier", "Dossier du patient diabétique : bandeau, parcours, documents"):
            player.open_record(PATIENT)
        with story.step("document", "Un compte rendu de biologie : le résultat critique se voit sans lire"):
            player.read_document()
        with story.step("courbes", "Les mêmes analyses, d’un compte rendu à l’autre"):
            player.click("viewer.curves")
            player.find(QWidget, "results.values")
        with story.step("donnees", "Ses données médicales"):
            player.click("record.menu.medical")
        with story.step(
            "partage", "« Partager le VSM » : le DMP existe, l’accès n’est pas encore ouvert (TD0.2)"
        ):
            player.share()
            player.find(QAbstractButton, "share.open_access")
        with story.step("acces", "Accord du patient recueilli : accès au DMP ouvert (TD0.3)"):
            player.open_access()
        with story.step("formulaire", "Un confrère choisi, le message prêt"):
            player.add_recipient(COLLEAGUE)
        with story.step("envoi", "Envoyé : dépôt au DMP (TD2.1) et message MSSanté"):
            player.send()
        with story.step("envois", "Rien n’attend plus dans les envois"):
            player.click("outcome.back")
            player.click("top.outbox")
        patient = house.desk.files.search(PATIENT)[0]
        return house.desk.files.open(patient.id).deliveries
    finally:
        window.close()
        window.deleteLater()
        QCoreApplication.processEvents()


def _capture(folder: Path, world: World, house: House, deliveries: tuple[Delivery, ...]) -> None:
    """Write down what the services received and what colleagues can read."""
    cda, pdf = house.desk.sharing.sent_copy(deliveries[0].document_id)
    (folder / "vsm.xml").write_bytes(cda)
    (folder / "vsm.pdf").write_bytes(pdf)
    for entry in world.dmp.journal.requests("TD2.1"):
        if entry.outcome == "ok":
            (folder / "td2_1.http").write_bytes(entry.raw)
            (folder / "signature.xml").write_bytes(_signature_part(entry.raw))
    for delivery in deliveries:
        if delivery.channel is Channel.MSSANTE:
            for content in world.mail.read_mailbox(delivery.destination):
                if message_from_bytes(content, policy=policy.default)["Message-ID"] == delivery.wire_id:
                    (folder / "message.eml").write_bytes(content)


def _signature_part(raw: bytes) -> bytes:
    """Return the signature document of a TD2.1, as its MIME part was received."""
    head, _, body = raw.partition(b"\r\n\r\n")
    boundary = re.search(rb'boundary="?([^";\r\n]+)', head)
    if boundary is None:
        raise Stuck("TD2.1 is not multipart")
    parts = body.split(b"--" + boundary.group(1))[1:-1]
    contents = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts]
    return next(c for c in contents if b"xmldsig#" in c and b"IHEManifest" in c)


def _summary(story: Story, world: World, deliveries: tuple[Delivery, ...]) -> dict[str, Any]:
    ids = {d.channel: d.wire_id for d in deliveries}
    return {
        "document_id": deliveries[0].document_id if deliveries else None,
        "submission_set_id": ids.get(Channel.DMP),
        "message_id": ids.get(Channel.MSSANTE),
        "branches": [
            {
                "channel": d.channel.value,
                "state": d.state.value,
                "attempts": d.attempts,
                "copy_filed": d.filed,
                "reason": d.reason.code,
            }
            for d in deliveries
        ],
        "received": world.journal(),
        "seconds": story.seconds,
    }
