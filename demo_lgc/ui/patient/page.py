"""The record of a patient: the banner that never leaves, the pages, and sharing in their place."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any, TypeVar

from PySide6.QtCore import Qt, QTime, Signal
from PySide6.QtGui import QFocusEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override

from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.errors import LgcError, NotAllowed, Refusal
from demo_lgc.domain.identity import Patient
from demo_lgc.services.desk import Desk
from demo_lgc.services.patient_file import PatientFile
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, background, next_turn
from demo_lgc.ui.patient.administrative import AdministrativeData
from demo_lgc.ui.patient.banner import Banner
from demo_lgc.ui.patient.medical import MedicalData
from demo_lgc.ui.patient.overview import Overview
from demo_lgc.ui.patient.side_menu import RAIL, WIDTH, Entry, SideMenu
from demo_lgc.ui.reception.flows import ReceptionFlows
from demo_lgc.ui.reception.view import Notice
from demo_lgc.ui.results.flows import ResultsFlows
from demo_lgc.ui.results.model import Analysis
from demo_lgc.ui.results.view import ResultsPage
from demo_lgc.ui.sharing.flows import ShareFlows
from demo_lgc.ui.sharing.form import ShareForm
from demo_lgc.ui.sharing.model import caution, checking
from demo_lgc.ui.sharing.view import SharePage, letter
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.layout import col, plain, row, vrule
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.strip import Strip

PAGES = ("overview", "medical", "results", "administrative")
SHARE = "share"
P = TypeVar("P", bound=QWidget)


class RecordPage(Page):
    """The record of one patient.

    `title_changed` carries « CHEMIN Henri, 18/08/1948 », `deliveries_changed` follows every change in what is
    being sent, `close_requested` asks for the record to be closed, `record_wanted` for that of another
    patient to be opened, `told` says a passing word of what went well.
    """

    close_requested = Signal()
    title_changed = Signal(str)
    deliveries_changed = Signal()
    record_wanted = Signal(int)
    told = Signal(str)

    def __init__(self, desk: Desk, runner: FlowRunner, patient_id: int, today: date) -> None:
        super().__init__()
        self.patient_id = patient_id
        self._desk, self._runner, self._today = desk, runner, today
        self._file: PatientFile | None = None
        self._share: SharePage | None = None
        self._flows: ShareFlows | None = None
        self._reception: ReceptionFlows | None = None
        self._viewer: Any = None  # the page of the documents, built when a first one is read
        self._results: ResultsFlows | None = None  # what reads for the page of the curves
        self._reading = False
        self._share_wanted = self._building = self._stale = self._narrow = False
        self._warned = False  # the doctor was told that a sharing was not sent
        self._current = "overview"
        self.banner = Banner(today)
        self._pages: dict[str, QWidget] = {}
        self.menu = SideMenu(
            (
                Entry("overview", self.tr("Vue d’ensemble"), "layout-list", "Ctrl+1"),
                Entry("medical", self.tr("Données médicales"), "heart-pulse", "Ctrl+2"),
                Entry("results", self.tr("Résultats et courbes"), "chart-line", "Ctrl+3"),
                Entry("administrative", self.tr("Données administratives"), "id-card", "Ctrl+4"),
            )
        )
        self.problem = Strip()
        self.problem.setObjectName("record.problem")
        self._stack = QStackedWidget()
        self._notice = plain(col(self.problem, margins=(16, 12, 16, 0)))
        self._notice.hide()
        self.arrivals = Notice()
        content = col(self._notice, self.arrivals, (self._stack, 1), gap=0)
        self.setLayout(col(self.banner, (row(self.menu, vrule(), (plain(content), 1), gap=0), 1), gap=0))
        self._busy = Busy(self._stack)
        self._connect()
        self.menu.show_opened(QTime.currentTime().toString("HH:mm"))
        self.menu.show_page("overview")

    # --- pages, built when they are first needed: together they would hold the window too long --------

    @property
    def overview(self) -> Overview:
        """« Vue d’ensemble »."""
        page = self._pages.get("overview")
        if not isinstance(page, Overview):
            page = self._add("overview", Overview(self._today))
            if self._narrow:
                page.set_narrow(True)
            page.document_opened.connect(self.read)
            page.document_apart.connect(self.read_apart)
        return page

    @property
    def medical(self) -> MedicalData:
        """« Données médicales »."""
        page = self._pages.get("medical")
        if not isinstance(page, MedicalData):
            page = self._add("medical", MedicalData())
            if self._file is not None:
                page.show_vsm(self._file.vsm)
        return page

    @property
    def administrative(self) -> AdministrativeData:
        """« Données administratives »."""
        page = self._pages.get("administrative")
        if not isinstance(page, AdministrativeData):
            page = self._add("administrative", AdministrativeData())
            page.opposed.connect(lambda opposed: self._runner.start(self._record_opposition(opposed), self))
            if self._file is not None:
                page.show_patient(self._file.patient)
        return page

    @property
    def results(self) -> ResultsPage:
        """« Résultats et courbes »."""
        page = self._pages.get("results")
        if not isinstance(page, ResultsPage):
            page = self._add("results", ResultsPage(self._today))
            self._results = ResultsFlows(self._desk, self._runner, self.patient_id, page)
        return page

    def _add(self, name: str, page: P) -> P:
        self._pages[name] = page
        self._stack.addWidget(page)
        return page

    # --- gestures -------------------------------------------------------------------------------------

    def load(self) -> None:
        """Read the record, or read it again; what is being done stays where it is."""
        self._runner.start(self._load(), self)

    def share(self) -> None:
        """Share the VSM: the page of sharing takes the place of the pages of the record.

        A sharing left without being sent is found again as it was.
        """
        if self._file is None:
            self._share_wanted = True
            return
        if self._share is None:
            if not self._building:
                self._runner.start(self._begin_sharing(self._file), self)
            return
        if not self._share.is_outcome:
            self._share.access_wanted.emit()
        self._show_share()

    def go_back(self) -> bool:
        """Leave the sharing, or the document, for the page it came from; False when there is none."""
        sharing = self._share is not None and self._stack.currentWidget() is self._share
        if self.arrivals.dismiss():
            self.setFocus()
        elif sharing:
            self._leave_share()
        elif self._reading:
            self._leave_document()
        else:
            return False
        return True

    def read(self, document_id: str) -> None:
        """Read a document, in place of the page it was opened from."""
        viewer = self.viewer
        self._show_viewer()
        viewer.read(document_id)
        if self.isVisible():  # a document that arrives behind another page, or the lock, takes no key from it
            viewer.setFocus()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._share is not None and self._stack.currentWidget() is self._share:
            self._share.focus_first()
        elif self._reading:
            self._viewer.setFocus()
        else:
            getattr(self, self._current).setFocus()

    def show_page(self, name: str) -> None:
        """Show a page of the record: overview, medical, results or administrative. Raises KeyError."""
        if name not in PAGES:
            raise KeyError(name)
        self._stack.setCurrentWidget(getattr(self, name))
        if name == "results" and self._results is not None:
            self._results.refresh()
        left = self._viewer if self._reading else None
        self._current, self._reading = name, False
        self.menu.show_page(name)
        self.banner.show_sharing(False)
        if left is not None and left.has_read_new:
            self.load()

    @property
    def has_unsent_sharing(self) -> bool:
        """True while something was chosen or written in a sharing that was not sent."""
        page = self._share
        return page is not None and not page.is_outcome and page.form.is_touched

    def ask_to_close(self) -> None:
        """Close, unless a sharing was begun and not sent: then say so first, and let the doctor decide."""
        if not self.has_unsent_sharing or self._warned:
            self.close_requested.emit()
            return
        self._show_share()
        self._warned = True
        self._tell(
            "warn",
            self.tr("Ce partage n’a pas été envoyé."),
            self.tr("Envoyez-le, ou fermez le dossier sans envoyer."),
        )
        self.problem.add_action(
            self.tr("Fermer sans envoyer"), self.close_requested.emit, name="record.close_anyway"
        )

    # --- stories --------------------------------------------------------------------------------------

    def _load(self) -> Flow:
        self._busy.start(self.tr("Lecture du dossier…"))
        try:
            if not self._pages:
                yield next_turn()  # the frame of the page first
                _ = self.overview
            file = yield background(self._desk.files.open, self.patient_id, lane="store")
        except LgcError as error:
            said = explain(error)
            self._tell("danger", said.title, said.detail)
            self.problem.add_action(self.tr("Réessayer"), self.load)
            return
        finally:
            self._busy.stop()
        self._notice.hide()
        self._warned = False
        first = self._file is None
        yield from self._show(file)
        if self._share_wanted:
            self._share_wanted = False
            self.share()
        elif first and self.isVisible():
            self._pages[self._current].setFocus()

    def _record_opposition(self, opposed: bool) -> Flow:
        file = self._file
        if file is None:
            return
        self.administrative.show_recording(True)
        try:
            yield background(self._desk.dmp.record_opposition, file.patient, opposed, lane="store")
        except LgcError as error:
            said = explain(error)
            self.administrative.show_problem(file.patient, said.title, said.detail)
            return
        finally:
            self.administrative.show_recording(False)
        yield from self._load()

    # --- showing --------------------------------------------------------------------------------------

    def _show(self, file: PatientFile) -> Flow:
        """Fill the record, a piece a turn: who it is first."""
        before = self._file
        self._file, self._stale = file, False
        patient = file.patient
        self._receive_for(patient)
        self.banner.show_patient(patient, file.vsm, file.dmp, file.events)
        self.title_changed.emit(f"{patient.display_name}, {patient.birth_date:%d/%m/%Y}")
        yield next_turn()
        self.overview.show_events(file.events)
        self.overview.show_documents(file.documents)
        if self._viewer is not None:
            self._viewer.show_documents(file.documents)
        for name in ("medical", "administrative"):
            if name in self._pages:
                yield next_turn()
                page = self._pages[name]
                if isinstance(page, MedicalData):
                    page.show_vsm(file.vsm)
                elif isinstance(page, AdministrativeData):
                    page.show_patient(patient)
        if self._results is not None:
            self._results.forget()
        if self._flows is not None and before is not None and before.patient != patient:
            self._flows.set_patient(patient)

    def _begin_sharing(self, file: PatientFile) -> Flow:
        """Build the page of sharing, a piece a turn, then tell its story."""
        try:
            session = self._desk.session.current
            if not session.may_author:
                raise NotAllowed(Refusal.STAFF_CARD)
            doctor = session.practitioner.display_name
        except LgcError as error:
            said = explain(error)
            self._tell("danger", said.title, said.detail)
            return
        self._building = True
        known = checking(file.dmp, file.patient)
        form = ShareForm(*letter(file.patient, doctor), known)
        yield next_turn()
        page = SharePage(file.patient, doctor, self._today, known, form)
        page.form.show_caution(*caution(file.vsm))
        yield next_turn()
        flows = ShareFlows(self._desk, self._runner, page, file.patient, file.dmp)
        page.back_requested.connect(self._leave_share)
        flows.deliveries_changed.connect(self._deliveries_moved)
        flows.status_known.connect(self._status_known)
        self._stack.addWidget(page)
        yield next_turn()
        self._share, self._flows, self._building = page, flows, False
        if self._file is not None and self._file.patient != file.patient:  # read again meanwhile
            flows.set_patient(self._file.patient)
        self._arrange()
        self._show_share()
        self._runner.start(flows.share())  # it waits for the page, and ends with it

    def _show_share(self) -> None:
        if self._share is None:
            return
        self._stack.setCurrentWidget(self._share)
        self.menu.show_page(SHARE)
        self.banner.show_sharing(True)
        self._share.focus_first()

    def _leave_share(self) -> None:
        """Go back to the record; a sharing that is settled is over, any other is kept as it is."""
        page = self._share
        self._notice.hide()
        self._warned = False
        if self._reading:
            self._show_viewer()
        else:
            self.show_page(self._current)
        self.setFocus()
        if page is not None and page.is_outcome and not page.outcome.is_running:
            self._share = self._flows = None
            self._stack.removeWidget(page)
            page.deleteLater()
        if self._stale:
            self.load()

    # --- documents ------------------------------------------------------------------------------------

    def read_apart(self, document_id: str) -> None:
        """Read a document in a window of its own."""
        self.viewer.read_apart(document_id)

    @property
    def viewer(self) -> Any:
        """The page where documents are read."""
        if self._viewer is None:
            page = import_module("demo_lgc.ui.viewer.page")
            self._viewer = page.ViewerPage(self._desk, self._runner, self.patient_id)
            self._viewer.set_narrow(self._narrow)
            self._viewer.read_new.connect(self._read_new)
            self._viewer.curves_wanted.connect(self.show_curves)
            if self._file is not None:
                self._viewer.show_documents(self._file.documents)
            self._stack.addWidget(self._viewer)
        return self._viewer

    def show_curves(self, analyses: frozenset[Analysis]) -> None:
        """Show the curves of these analyses, and no other."""
        self.results.show_analyses(analyses)
        self.show_page("results")
        self.results.setFocus()

    def _show_viewer(self) -> None:
        self._reading = True
        self._stack.setCurrentWidget(self._viewer)
        self.menu.show_page(self._current)
        self.banner.show_sharing(False)

    def _read_new(self) -> None:
        """The record is read again when its pages are next under the eyes: now, for a window beside it."""
        if not self._reading:
            self.load()

    def _leave_document(self) -> None:
        """Go back to the page; the document that was read is under the eyes in its list."""
        self.show_page(self._current)
        self.overview.choose_document(self._viewer.shown)
        self._pages[self._current].setFocus()

    # --- documents brought from a disk ----------------------------------------------------------------

    def _receive_for(self, patient: Patient) -> None:
        """From now on files can be added, to this patient."""
        if self._reception is not None:
            self._reception.set_patient(patient)
            return
        flows = ReceptionFlows(self._desk, self._runner, self, self.arrivals, self._busy, patient)
        self._reception = flows
        flows.added.connect(lambda document_id: self._runner.start(self._show_added(document_id), self))
        flows.read_wanted.connect(self.read)
        flows.record_wanted.connect(self.record_wanted)
        flows.told.connect(self.told)
        self.overview.file_wanted.connect(flows.choose)
        self.overview.files_dropped.connect(flows.add)
        self.arrivals.closed.connect(self.setFocus)
        shortcuts.bind("add-file", self, flows.choose)

    def _show_added(self, document_id: str) -> Flow:
        """Read the record again, then the document that came, when it is the only one."""
        yield from self._load()
        if document_id:
            self.read(document_id)

    # --- what was sent --------------------------------------------------------------------------------

    def _deliveries_moved(self) -> None:
        self._stale = True
        self.deliveries_changed.emit()
        if self._share is None or self._stack.currentWidget() is not self._share:
            self.load()

    def _status_known(self, status: DmpStatus) -> None:
        if self._file is not None:
            file = self._file
            self.banner.show_patient(file.patient, file.vsm, status, file.events)

    def _open(self, name: str) -> None:
        if name == SHARE:
            self.share()
        else:
            self.show_page(name)

    def _tell(self, tone: str, title: str, detail: str) -> None:
        self.problem.say(tone, title, detail)
        self._notice.show()

    # --- arranging ------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.menu.chosen.connect(self.show_page)
        self.banner.opened.connect(self._open)
        self.banner.share_wanted.connect(self.share)
        self.banner.close_wanted.connect(self.ask_to_close)
        shortcuts.bind("share", self, self.share)
        for rank, name in enumerate(PAGES, 1):
            for sign in (str(rank), shortcuts.AZERTY[str(rank)]):
                shortcut = QShortcut(QKeySequence(f"Ctrl+{sign}"), self)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.activated.connect(lambda name=name: self.show_page(name))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < theme.NARROW
        if narrow is not self._narrow:
            self._narrow = narrow
            self.menu.set_narrow(narrow)
            self.banner.set_narrow(narrow)
            if "overview" in self._pages:
                self.overview.set_narrow(narrow)
            if self._viewer is not None:
                self._viewer.set_narrow(narrow)
        if self._share is not None:
            self._share.set_narrow(narrow, self.width() - (RAIL if narrow else WIDTH))
