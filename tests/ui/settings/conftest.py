"""The real service of « Administration » on instruments of paper, and its page."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from demo_lgc import preferences
from demo_lgc.domain.administration import (
    LibraryState,
    LibraryTrouble,
    RevocationList,
    SessionAct,
    TlsEngine,
)
from demo_lgc.domain.errors import CardError, CardProblem, NetworkError
from demo_lgc.domain.practitioner import CardHolder, Practitioner
from demo_lgc.domain.trust import CardInReader
from demo_lgc.services.administration import Administration, Instruments
from demo_lgc.settings import CardSettings, DmpSettings, Environment, MailSettings, ProSanteSettings
from demo_lgc.ui.flow import FlowRunner
from demo_lgc.ui.settings.page import AdministrationPage

CRYPTOLIB = "/opt/santesocial/CPS/lib/libcps3_pkcs11_lux.so"
TOMORROW = datetime.now().astimezone() + timedelta(days=1)
NOW = datetime(2014, 11, 6, 9, 58, tzinfo=UTC)
PAUL = CardHolder(Practitioner("899700057291", "MEDECIN5729", "PAUL"), date(2017, 3, 31), "9900057291")
SEEN = CardInReader("Gemalto PC Twin Reader", PAUL)
ACTS = (
    SessionAct(NOW, "899700057291", "open-session", "card"),
    SessionAct(NOW - timedelta(minutes=1), "899700057291", "open-card", "wrong-code"),
    SessionAct(NOW - timedelta(hours=1), "899700057291", "lock-session", "idle"),
)


def an_environment(library: str = "") -> Environment:
    """The environment of a practice registered everywhere, with secrets that nobody must see."""
    return Environment(
        "formation",
        DmpSettings("https://admin:hidden@dmp.example.test:8443/si-dmp?key=hidden", "anchors.pem"),
        MailSettings(
            "imap.example.test", 993, "smtp.example.test", 465, "paul@hidden.example", "a.pem", "b.xml"
        ),
        CardSettings(library),
        pro_sante=ProSanteSettings("https://auth.example.test/.well-known/x", "client", "hidden"),
    )


@dataclass
class Paper:
    """What the instruments answer; a test changes it. `noted` is what reached the trace."""

    libraries: tuple[LibraryState, ...] = (LibraryState(CRYPTOLIB),)
    cards: tuple[CardInReader, ...] = (SEEN,)
    problem: CardProblem | None = None
    engine: TlsEngine = field(default_factory=lambda: TlsEngine("openssl-provider"))
    lists: tuple[RevocationList, ...] = ()
    offline: bool = False
    acts: tuple[SessionAct, ...] = ()
    trouble: Exception | None = None
    bad: dict[str, LibraryState] = field(default_factory=dict)
    probed: list[str] = field(default_factory=list)
    noted: list[tuple[str, str, str]] = field(default_factory=list)
    looks: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def instruments(self) -> Instruments:
        return Instruments(
            libraries=lambda: self.libraries,
            probe=self.probe,
            cards=self.look,
            engine=lambda: self.engine,
            revocations=lambda: self.lists,
            refresh=self.refresh,
            acts=self.recent,
        )

    def probe(self, path: str) -> LibraryState:
        self.gate.wait(5)
        self.probed.append(path)
        return self.bad.get(Path(path).name, LibraryState(path))

    def look(self) -> tuple[CardInReader, ...]:
        self.looks += 1
        if self.problem is not None:
            raise CardError(self.problem)
        return self.cards

    def refresh(self) -> None:
        if self.offline:
            raise NetworkError("igc-sante")
        self.lists = tuple(RevocationList(one.address, NOW, TOMORROW, True) for one in self.lists)

    def recent(self, limit: int) -> tuple[SessionAct, ...]:
        if self.trouble is not None:
            raise self.trouble
        return self.acts[:limit]

    def note(self, act: str, who: str, outcome: str) -> None:
        self.noted.append((act, who, outcome))


@pytest.fixture
def paper() -> Paper:
    made = Paper()
    made.gate.set()
    return made


@pytest.fixture
def broken_library(paper: Paper, tmp_path: Path) -> Path:
    """A file that does not load."""
    path = tmp_path / "libbroken.so"
    path.write_bytes(b"not a library")
    paper.bad[path.name] = LibraryState(str(path), LibraryTrouble.FAILS, "invalid ELF header")
    return path


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A file that loads."""
    path = tmp_path / "libcps3_pkcs11_lux.so"
    path.write_bytes(b"library")
    return path


@pytest.fixture(params=[True, False], ids=["serial", "threads"])
def administration_page(request, qtbot, look, paper, tmp_path):
    """Open the page; return it, its service and a wait for the works under way."""
    opened = []
    folder = tmp_path / "profile"
    folder.mkdir(exist_ok=True)

    def build(*, library: str = "", width: int = 1440, height: int = 848):
        service = Administration(
            folder, preferences.load(folder), an_environment(library), paper.instruments(), paper.note
        )
        runner = FlowRunner(serial=request.param)
        failures = []
        runner.failed.connect(failures.append)
        page = AdministrationPage(service, runner)
        page.serial = request.param
        page.resize(width, height)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        page.setFocus()

        def rest() -> None:
            qtbot.waitUntil(lambda: not runner.is_working)

        rest()
        opened.append((page, runner, failures))
        return page, service, rest

    yield build
    paper.gate.set()
    for page, runner, failures in opened:
        runner.refuse_new()
        qtbot.waitUntil(lambda runner=runner: not runner.is_working)
        page.close()
        page.deleteLater()
        QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
        assert not failures
