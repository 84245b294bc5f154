"""The login alone, on the real session service, a reader of values and a Pro Santé Connect of paper."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit

from demo_lgc.domain.errors import SignInError, SignInProblem
from demo_lgc.domain.practitioner import PracticeContact, Practitioner
from demo_lgc.services.session import SessionService
from demo_lgc.ui.flow import FlowRunner
from demo_lgc.ui.session.flows import LoginFlows
from demo_lgc.ui.session.view import LoginView
from tests.ui.paper_desk import CODE, NOW, PRACTICE, ROBERT, TODAY


class PaperAccount:
    """Somebody Pro Santé Connect vouches for."""

    def __init__(self, practitioner: Practitioner = ROBERT, situations: tuple = (PRACTICE,)) -> None:
        self.practitioner, self.situations, self.token = practitioner, situations, None
        self.closed = False

    def watch(self, on_ended) -> None:
        """It never ends by itself."""

    def close(self) -> None:
        self.closed = True


class PaperSignIn:
    """A sign-in that waits until a test `answers`."""

    def __init__(self, address: str = "", number: str = "") -> None:
        self.address, self.number = address, number
        self.cancelled = False
        self._answered = threading.Event()
        self._answer: PaperAccount | Exception | None = None

    def wait(self) -> PaperAccount:
        assert self._answered.wait(20)
        if isinstance(self._answer, PaperAccount):
            return self._answer
        raise self._answer

    def answer(self, answer: PaperAccount | Exception) -> None:
        self._answer = answer
        self._answered.set()

    def cancel(self) -> None:
        self.cancelled = True
        if self._answer is None:
            self.answer(SignInError(SignInProblem.REFUSED))


class PaperProvider:
    """Pro Santé Connect: `began` lists the sign-ins, `asked` whom, `trouble` is raised instead."""

    def __init__(self) -> None:
        self.began: list[PaperSignIn] = []
        self.asked: list[str] = []
        self.trouble: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def in_browser(self) -> PaperSignIn:
        return self._begin(PaperSignIn("https://psc.example.test/auth?state=1"))

    def on_telephone(self, national_id: str) -> PaperSignIn:
        self.asked.append(national_id)
        return self._begin(PaperSignIn(number="47"))

    def _begin(self, made: PaperSignIn) -> PaperSignIn:
        self.gate.wait(20)
        if self.trouble is not None:
            raise self.trouble
        self.began.append(made)
        return made


class Login:
    """The page, and the hands of a doctor on it."""

    def __init__(self, qtbot, reader, *, serial: bool, provider: PaperProvider | None) -> None:
        self.qtbot, self.reader, self.provider = qtbot, reader, provider
        self.notes: list[tuple[str, str, str]] = []
        self.sessions = SessionService(
            reader, lambda _: PracticeContact(), lambda: NOW, lambda *note: self.notes.append(note), provider
        )
        self.view = LoginView(sandbox=True, version="0.1.0", today=lambda: TODAY)
        self.runner = FlowRunner(self.view, serial=serial)
        self.failures: list[BaseException] = []
        self.runner.failed.connect(self.failures.append)
        self.flows = LoginFlows(self.sessions, self.runner, self.view)
        self.opened: list = []
        self.flows.opened.connect(self.opened.append)

    def show(self, width: int = 1440, height: int = 900) -> Login:
        self.view.resize(width, height)
        self.view.show()
        self.view.activateWindow()
        self.qtbot.waitUntil(self.view.isActiveWindow)
        return self

    @property
    def said(self) -> str:
        """Every word on the page."""
        shown = [label.text() for label in self.view.findChildren(QLabel) if label.isVisible()]
        return " | ".join(text for text in shown if text)

    def find(self, name: str):
        """The visible widget of that name."""
        found = [w for kind in (QAbstractButton, QLineEdit) for w in self.view.findChildren(kind, name)]
        return next(w for w in found if w.isVisible())

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def type(self, name: str, words: str) -> None:
        self.find(name).setFocus()
        self.find(name).clear()
        if words.isascii():
            self.qtbot.keyClicks(self.find(name), words)
        else:  # which QTest cannot press
            self.find(name).insert(words)

    def press(self, key: Qt.Key) -> None:
        """A key, wherever the keyboard is."""
        self.qtbot.keyClick(self.view.focusWidget(), key)

    def give_code(self, code: str = CODE) -> None:
        self.qtbot.keyClicks(self.view.code, code)
        self.qtbot.keyClick(self.view.code, Qt.Key.Key_Return)

    def look(self) -> None:
        """The readers are looked at now, and not in a second."""
        self.flows.look_now()

    def waits(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: words in self.said, timeout=3000)


@pytest.fixture(autouse=True)
def browsed(monkeypatch):
    """No browser is opened: what would have been."""
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    return opened


@pytest.fixture
def provider():
    return PaperProvider()


@pytest.fixture
def make_login(qtbot, look, paper, provider):
    """Make a login; `serial=False` runs slow work in threads, as in the program."""
    made: list[Login] = []

    def build(*, serial: bool = True, door: bool = True) -> Login:
        made.append(Login(qtbot, paper.reader, serial=serial, provider=provider if door else None))
        return made[-1]

    yield build
    for login in made:
        provider.gate.set()
        for sign_in in provider.began:
            sign_in.cancel()
        login.runner.refuse_new()
        qtbot.waitUntil(lambda login=login: not login.runner.is_working)
        login.view.close()
        login.view.deleteLater()
        QCoreApplication.sendPostedEvents(login.view, QEvent.Type.DeferredDelete)
        assert not login.failures


@pytest.fixture
def login(make_login):
    """A login in sight, with Paul's card in the reader."""
    return make_login().show()
