"""The window: the login that covers everything, and behind it the places of the program.

Nothing of a patient is on the screen, nor in the title, while no session is open: the card that leaves the
reader covers the page at once, and the same doctor finds it as it was.
"""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget
from typing_extensions import override

from demo_lgc.domain.delivery import Delivery, DeliveryState
from demo_lgc.domain.errors import InvalidDocument, LgcError, NetworkError, NotAllowed, RemoteRefusal
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.practitioner import Door, LockCause, PractitionerSession
from demo_lgc.services.desk import Desk
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, ask, background, next_turn
from demo_lgc.ui.home.flows import HomeFlows
from demo_lgc.ui.home.view import HomeView
from demo_lgc.ui.session.flows import LoginFlows
from demo_lgc.ui.session.idle import IdleWatch
from demo_lgc.ui.session.safe import Safe
from demo_lgc.ui.session.view import LoginView
from demo_lgc.ui.sheets import About, WhichToClose
from demo_lgc.ui.widgets.layout import col, plain
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.toast import Toast
from demo_lgc.ui.widgets.top_bar import TopBar

logger = logging.getLogger(__name__)

MOST_RECORDS = 4
EVERY = 60_000  # ms between two looks at the deliveries whose time has come, sooner when one is known
PATIENCE = 3_000  # ms a closing window leaves to the work under way
MARGIN = 200  # ms added to that moment, so that the look does not come just before it


class MainWindow(QMainWindow):
    """The desktop of a practice.

    `software` and `publisher` are those declared in the VIHF. With `serial`, slow work runs at once on
    the calling thread: for tests. `today` gives the day shown.
    """

    _locked = Signal()

    def __init__(
        self,
        desk: Desk,
        *,
        sandbox: bool,
        version: str,
        serial: bool = False,
        software: str = "demo_lgc",
        publisher: str = "demo_lgc",
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__()
        self.desk = desk
        self._about = (software, version, publisher)
        self._today = today
        self.runner = FlowRunner(self, serial=serial)
        self._session: PractitionerSession | None = None  # the last one opened
        self._titles: dict[int, str] = {}
        self._records: dict[int, Any] = {}
        self._unreachable = False
        self._leaving = False  # the doctor was told what leaving now would lose
        self._outbox: Any = None
        self._build(sandbox, version)
        self._logins = LoginFlows(desk.session, self.runner, self.login)
        self._homes = HomeFlows(desk, self.runner, self.home, today)
        self._due = QTimer(self, interval=EVERY)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self._cut_short)
        self._connect()
        self.setWindowTitle(software)

    # --- places ---------------------------------------------------------------------------------------

    @property
    def page(self) -> QWidget:
        """What is on the screen: the login or its settings, home, a record or the outbox."""
        page: Any = self._safe.currentWidget() if self.is_locked else self._shown
        return page  # type: ignore[no-any-return]

    @property
    def is_locked(self) -> bool:
        """True while the login, or the settings it leads to, covers the page."""
        return self._safe.is_locked

    @property
    def asks_the_dmp(self) -> bool:
        """True while the day is being read, or the DMP asked about its patients."""
        return self._homes.is_asking

    def show_home(self) -> None:
        """Go home, and read the day again."""
        self._go(self.home)
        self.home.agenda.setFocus()
        self._homes.load()

    def show_outbox(self) -> None:
        """Show what was sent and what waits."""
        if self._outbox is None:
            page = import_module("demo_lgc.ui.outbox.page")
            self._outbox = page.OutboxPage(self.desk, self.runner)
            self._outbox.deliveries_changed.connect(self._count)
            self._pages.addWidget(self._outbox)
        self._go(self._outbox)
        self._outbox.setFocus()
        self._outbox.refresh()

    def open_record(self, patient_id: int) -> None:
        """Open a record, or come back to it; one too many asks which to close."""
        if patient_id in self._records:
            self._go(self._records[patient_id])
            self._shown.setFocus()
        elif len(self._records) < MOST_RECORDS:
            self.runner.start(self._open(patient_id), self)
        else:
            self.runner.start(self._make_room(patient_id), self)

    def close_record(self, patient_id: int) -> None:
        """Close a record and go back home."""
        page = self._records.pop(patient_id, None)
        if page is None:
            return
        self._titles.pop(patient_id, None)
        self.top.drop_record(patient_id)
        was_shown = self._shown is page
        self._pages.removeWidget(page)
        page.deleteLater()
        if was_shown:
            self.show_home()

    # --- building -------------------------------------------------------------------------------------

    def _build(self, sandbox: bool, version: str) -> None:
        self.login = LoginView(sandbox=sandbox, version=version, today=self._today)
        self.home = HomeView()
        self._shown: Any = self.home  # a page; those of a record and of the outbox can go back
        self.top = TopBar()
        self.notice = Strip()
        self.notice.setObjectName("window.notice")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.home)
        self._noticed = plain(col(self.notice, margins=(12, 8, 12, 0)))
        self._noticed.setVisible(False)
        self.desktop = plain(col(self.top, self._noticed, (self._pages, 1), gap=0))
        self._safe = Safe(self.login, self.desktop, self._make_administration)
        self.setCentralWidget(self._safe)
        self._idle = IdleWatch(self.desk.administration.preferences.inactivity_minutes, self)
        self.toast = Toast(self.desktop)

    def _connect(self) -> None:
        self.desk.session.when_locked(self._locked.emit)
        self._locked.connect(
            lambda: self._cover(self.desk.session.locked_because), Qt.ConnectionType.QueuedConnection
        )
        self._idle.idle.connect(lambda: self.lock(LockCause.IDLE))
        self._logins.opened.connect(self._uncover)
        self._homes.waiting.connect(self.top.show_waiting)
        self.runner.failed.connect(self._failed)
        self.runner.heard.connect(self._heard)
        self.runner.asked.connect(self._safe.cover_late)
        self._due.timeout.connect(lambda: self.runner.start(self._deliver_due(), self))
        top, home = self.top, self.home
        top.home_asked.connect(self.show_home)
        top.outbox_asked.connect(self.show_outbox)
        top.record_asked.connect(self.open_record)
        top.lock_asked.connect(self.lock)
        top.about_asked.connect(lambda: About(*self._about, self).open())
        top.search.asked.connect(lambda typed: self.runner.start(self._search(typed), self))
        top.search.found.connect(lambda patient: self.open_record(patient.id))
        top.search.left.connect(self._focus_page)
        home.open_patient.connect(self.open_record)
        home.open_outbox.connect(self.show_outbox)
        home.search_asked.connect(top.search.setFocus)
        keys: dict[str, Callable[[], object]] = {
            "search": top.search.setFocus,
            "home": self.show_home,
            "outbox": self.show_outbox,
            "next-record": self._next_record,
            "close-record": self._close_shown,
        }
        for name, act in keys.items():
            shortcuts.bind(name, self.desktop, act)

    def _make_administration(self) -> QWidget:
        page = import_module("demo_lgc.ui.settings.page").AdministrationPage(
            self.desk.administration, self.runner
        )
        page.theme_chosen.connect(theme.apply)
        return page  # type: ignore[no-any-return]  # loaded at the first need

    def _open(self, patient_id: int) -> Flow:
        """Build the page in one turn of the loop, show it in the next: together they hold the window."""
        page = import_module("demo_lgc.ui.patient.page").RecordPage(
            self.desk, self.runner, patient_id, self._today()
        )
        self._records[patient_id] = page
        self._pages.addWidget(page)
        self.top.add_record(patient_id, self.tr("Dossier…"))
        page.close_requested.connect(lambda: self.close_record(patient_id))
        page.title_changed.connect(lambda title: self._retitle(patient_id, title))
        page.deliveries_changed.connect(self._count)
        page.record_wanted.connect(self.open_record)
        page.told.connect(self.toast.say)
        yield next_turn()
        if self.is_locked:  # the card left in between: nothing was begun there
            self.close_record(patient_id)
        elif patient_id in self._records:
            self._go(page)
            page.load()

    def _retitle(self, patient_id: int, title: str) -> None:
        if patient_id in self._records:
            self._titles[patient_id] = title
            self.top.add_record(patient_id, title.partition(",")[0])
            self._show_title()

    def _go(self, page: QWidget) -> None:
        self._shown = page
        self._pages.setCurrentWidget(page)
        self._silence()
        shown = self._shown_record()
        self.top.show_place(shown or ("outbox" if page is self._outbox else "home"))
        self._show_title()

    def _focus_page(self) -> None:
        self._shown.setFocus()

    def _shown_record(self) -> int:
        return next((patient for patient, page in self._records.items() if page is self._shown), 0)

    def _show_title(self) -> None:
        places = {id(self.home): self.tr("Accueil"), id(self._outbox): self.tr("Envois")}
        place = self._titles.get(self._shown_record()) or places.get(id(self._shown), "")
        name = self._about[0]
        self.setWindowTitle(name if self.is_locked or not place else f"{place} – {name}")

    def _next_record(self) -> None:
        ids = list(self._records)
        if ids:
            shown = self._shown_record()
            self.open_record(ids[(ids.index(shown) + 1) % len(ids)] if shown else ids[0])

    def _close_shown(self) -> None:
        shown = self._shown_record()
        if shown:
            self._records[shown].ask_to_close()

    # --- the session ----------------------------------------------------------------------------------

    def lock(self, cause: LockCause = LockCause.ASKED) -> None:
        """Cover the page now; keys and connections are forgotten behind it."""
        self._cover(cause)
        self.runner.start(self._lock(cause), self)

    def _lock(self, cause: LockCause) -> Flow:
        yield background(self.desk.session.lock, cause, lane="lock")

    def _cover(self, cause: LockCause) -> None:
        if self.is_locked:
            return
        self._due.stop()
        self._idle.stop()
        self.top.search.forget()
        self.toast.hide()
        self._safe.cover(cause, self._session)
        self._show_title()

    def _uncover(self, session: PractitionerSession) -> None:
        who = session.practitioner
        if self._session is None or not who.is_same(self._session.practitioner):
            for patient_id in tuple(self._records):
                self.close_record(patient_id)
            self._safe.forget()
            self._shown = self.home
        self._session = session
        self.top.show_holder(who.display_name, who.short_name, by_card=session.door is Door.CARD)
        focus = self._safe.uncover()
        self._go(self._shown)
        (focus or self.home.agenda).setFocus()
        self._idle.set_minutes(self.desk.administration.preferences.inactivity_minutes)
        self._idle.start()
        self._homes.load()
        self.runner.start(self._warm_up(), self)
        self._due.start()
        self.runner.start(self._deliver_due(), self)

    def _warm_up(self) -> Flow:
        """Load, while the doctor reads the day, the code of the pages that will be opened."""
        yield background(import_module, "demo_lgc.ui.outbox.page")
        yield background(import_module, "demo_lgc.ui.patient.page")
        yield background(import_module, "demo_lgc.ui.viewer.page")
        yield background(import_module, "demo_lgc.ui.viewer.pdf_pane")

    # --- gestures -------------------------------------------------------------------------------------

    def _make_room(self, patient_id: int) -> Flow:
        names = {known: title.partition(",")[0] for known, title in self._titles.items()}
        sheet = WhichToClose(names, self)
        chosen = sheet.chosen if (yield ask(sheet)) else 0
        sheet.deleteLater()
        if chosen and self._records[chosen].has_unsent_sharing:
            self._go(self._records[chosen])
            self._records[chosen].ask_to_close()  # nothing written is lost by making room
        elif chosen:
            self.close_record(chosen)
            yield from self._open(patient_id)

    def _search(self, typed: str) -> Flow:
        try:
            found: tuple[Patient, ...] = yield background(self.desk.files.search, typed, lane="store")
        except NotAllowed:
            return  # the session closed meanwhile
        self.top.search.show_found(typed, found)

    def _deliver_due(self) -> Flow:
        try:
            worked: tuple[Delivery, ...] = yield background(self.desk.deliveries.deliver_due, lane="outbox")
        except LgcError:
            logger.info("the deliveries whose time has come could not be worked on")
            worked = ()
        if worked:
            self._unreachable = False
        self._count()

    def _count(self) -> None:
        """The deliveries changed: count them again, and refresh the page that shows them."""
        self.runner.start(self._counted(), self)

    def _counted(self) -> Flow:
        waiting: tuple[Delivery, ...] = yield background(self.desk.deliveries.open_ones, lane="store")
        pause: float | None = yield background(self.desk.deliveries.seconds_to_next, lane="store")
        if self._due.isActive():
            self._due.start(EVERY if pause is None else min(EVERY, round(pause * 1000) + MARGIN))
        stuck = any(d.state is DeliveryState.READY and d.reason.kind == "network" for d in waiting)
        self.top.show_waiting(len(waiting))
        self.top.show_online(not stuck and not self._unreachable)
        if self._shown is self.home:
            self._homes.load()
        if self._shown is not self.home and not self._shown_record():
            self._outbox.refresh()

    # --- what went wrong ------------------------------------------------------------------------------

    def _heard(self, lane: str, error: Exception | None) -> None:
        if isinstance(error, NetworkError) or (lane == "network" and error is None):
            self._unreachable = error is not None
            self.top.show_online(error is None)

    def _failed(self, error: BaseException) -> None:
        words = explain(error)
        if not isinstance(error, LgcError):
            logger.error("a gesture failed: %s", _where(error))
        if self.is_locked:
            if isinstance(error, InvalidDocument | RemoteRefusal):  # their words may name a patient
                words = explain(LgcError())
            self.login.tell("danger", words.title, words.detail)
            return
        self.notice.say("danger", words.title, words.detail)
        self.notice.add_action(self.tr("Fermer"), self._silence, "quiet")
        self._noticed.setVisible(True)

    def _silence(self) -> None:
        self._leaving = False
        self.notice.silence()
        self._noticed.setVisible(False)

    # --- keys -----------------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Échap, when nothing nearer took it, goes back one step; what was begun stays as it is."""
        if event.key() != Qt.Key.Key_Escape or self.is_locked:
            super().keyPressEvent(event)
        elif self._shown is not self.home and not self._shown.go_back():
            self.show_home()

    # --- the end --------------------------------------------------------------------------------------

    def _ask_to_leave(self, unsent: Any) -> None:
        """Show the sharing that was not sent; leaving a second time, or by the button, leaves it."""
        if self.is_locked:
            self._leaving = True
            self._safe.show_login()
            self.login.tell(
                "warn",
                self.tr("Un partage n’a pas été envoyé."),
                self.tr("Ouvrez la session pour le retrouver\u00a0: fermer de nouveau le perdra."),
            )
            return
        self._go(unsent)
        unsent.share()
        self._leaving = True
        self.notice.say(
            "warn",
            self.tr("Ce partage n’a pas été envoyé."),
            self.tr("Envoyez-le, ou quittez sans envoyer\u00a0: ce qui est écrit ici sera perdu."),
        )
        self.notice.add_action(self.tr("Rester"), self._silence, "quiet", name="window.stay")
        self.notice.add_action(self.tr("Quitter sans envoyer"), self.close, name="window.leave")
        self._noticed.setVisible(True)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        unsent = next((page for page in self._records.values() if page.has_unsent_sharing), None)
        if unsent is not None and not self._leaving:
            event.ignore()
            self._ask_to_leave(unsent)
            return
        self.runner.refuse_new()
        self._due.stop()
        if not self.runner.is_working:
            super().closeEvent(event)
            return
        event.ignore()
        self.notice.say("accent", self.tr("Fermeture…"), self.tr("Le travail en cours se termine."))
        self._noticed.setVisible(True)
        self.desktop.setEnabled(False)
        self.runner.rested.connect(self.close, Qt.ConnectionType.QueuedConnection)
        self._patience.start()

    def _cut_short(self) -> None:
        """A service still holds us: close its connections. What was leaving is in doubt, and written so."""
        threading.Thread(target=self.desk.session.lock, name="closing").start()


def _where(error: BaseException) -> str:
    """Return the class of a bug and where it was, without its words: they may name a patient."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = ", ".join(f"{frame.name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} ({places})"
