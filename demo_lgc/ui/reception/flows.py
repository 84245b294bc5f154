"""« Ajouter un fichier… », told as one story: choose, read, see whose it is, compare when in doubt, keep.

A document whose patient is beyond doubt the one of the open record is received at once; any other waits for
the doctor's word, and none is filed in another record from here. Files follow one another: dropping some
while others are being received adds them to the queue.

Reference: [INS] RNIV 1; interface §5 ASSIGNMENT.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from demo_lgc.domain.document import DocumentSummary
from demo_lgc.domain.errors import (
    DocumentProblem,
    IdentityError,
    IdentityProblem,
    LgcError,
    UnreadableDocument,
)
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.identity_match import IdentityMatch
from demo_lgc.services.desk import Desk
from demo_lgc.services.reception import Arrival, unique_id_of
from demo_lgc.services.unpacking import Brought, Unpacked, read_file, unpack
from demo_lgc.ui.errors import Explanation, explain
from demo_lgc.ui.flow import Flow, FlowRunner, Step, ask, background, wait_for
from demo_lgc.ui.reception import words
from demo_lgc.ui.reception.comparison import WhoseDocument
from demo_lgc.ui.reception.view import Notice, file_dialog
from demo_lgc.ui.reception.words import Fate, Outcome
from demo_lgc.ui.viewer.words import day, title_of
from demo_lgc.ui.widgets.busy import Busy


class ReceptionFlows(QObject):
    """The stories of the files brought into the record of a patient; `page`, their owner, shows the sheets.

    `added` follows what was kept: the unique id of the document to read, empty when several files or
    documents came. `read_wanted` carries the id of a document already in this record, `record_wanted` the id
    of another patient, once no file is left to receive in this one, `told` a passing word for what went well.
    """

    added = Signal(str)
    read_wanted = Signal(str)
    record_wanted = Signal(int)
    told = Signal(str)

    def __init__(
        self, desk: Desk, runner: FlowRunner, page: QWidget, notice: Notice, busy: Busy, patient: Patient
    ) -> None:
        super().__init__(page)
        self._desk, self._runner, self._page = desk, runner, page
        self._notice, self._busy = notice, busy
        self._patient = patient
        self._queue: deque[Path] = deque()
        self._receiving = False
        self._wanted = 0  # the patient whose record the doctor asked for instead

    def set_patient(self, patient: Patient) -> None:
        """The record was changed: documents are compared with this patient from now on."""
        self._patient = patient

    def choose(self) -> None:
        """Ask which files to add, then add them."""
        self._runner.start(self.receive_file(), self._page)

    def add(self, paths: tuple[Path, ...]) -> None:
        """Add files, after those that are being received."""
        self._runner.start(self.receive(paths), self._page)

    # --- the story ------------------------------------------------------------------------------------

    def receive_file(self) -> Flow:
        """From the choice of files to what became of each."""
        dialog = file_dialog(self._page)
        chosen = yield ask(dialog)
        paths = tuple(Path(name) for name in dialog.selectedFiles())
        dialog.deleteLater()
        if chosen:
            yield from self.receive(paths)

    def receive(self, paths: tuple[Path, ...]) -> Flow:
        """Receive files one after the other, then say in one strip, or one word, what became of them."""
        self._queue.extend(paths)
        if self._receiving:
            self._notice.focus_question()
            return
        self._receiving, self._wanted = True, 0
        self._notice.silence()
        outcomes: list[Outcome] = []
        warnings: list[str] = []
        try:
            while self._queue:
                yield from self._take(self._queue.popleft(), outcomes, warnings)
        finally:
            self._receiving = False
            self._queue.clear()
        yield from self._conclude(outcomes, tuple(dict.fromkeys(warnings)))

    def _take(self, path: Path, outcomes: list[Outcome], warnings: list[str]) -> Flow:
        """Receive what a file holds."""
        try:
            found: Unpacked = yield from self._work(_opened, path)
        except LgcError as error:
            is_large = isinstance(error, UnreadableDocument) and error.problem is DocumentProblem.TOO_LARGE
            why = words.too_large() if is_large else words.before_keeping(error)
            outcomes.append(Outcome(Fate.REFUSED, path.name, why=why))
            return
        except OSError:
            outcomes.append(Outcome(Fate.REFUSED, path.name, why=words.not_opened()))
            return
        if not found.documents:
            why = words.without_document(found.warnings)
            outcomes.append(Outcome(Fate.REFUSED, path.name, why=why))
            return
        warnings += found.warnings
        for brought in found.documents:
            outcome = yield from self._receive(brought, found.origin)
            outcomes.append(outcome)

    def _receive(self, brought: Brought, origin: str) -> Generator[Step, Any, Outcome]:
        """Receive one document; what forbids it is an outcome like another."""
        title = brought.name
        try:
            arrival: Arrival = yield from self._work(self._desk.reception.look, brought.content, brought.name)
            if arrival.document is not None:
                title = title_of(arrival.document)
            if arrival.kept_in == self._patient.id:
                return Outcome(Fate.HERE, title, unique_id_of(arrival.document, brought.content))
            if arrival.kept_in is not None:
                return Outcome(Fate.ELSEWHERE, title, holder=arrival.kept_in)
            line = yield from self._settle(arrival, brought, origin)
        except LgcError as error:
            why = words.before_keeping(error, self._patient.courtesy_name)
            return Outcome(Fate.REFUSED, title, why=why)
        return Outcome(Fate.ADDED, line.title, line.unique_id) if line else Outcome(Fate.LEFT, title)

    def _settle(
        self, arrival: Arrival, brought: Brought, origin: str
    ) -> Generator[Step, Any, DocumentSummary | None]:
        """Keep a document, at once when its patient is beyond doubt; None when the doctor leaves it."""
        match = arrival.compared_with(self._patient)
        if arrival.problem is not None:
            why = words.before_keeping(UnreadableDocument(arrival.problem))
            if not (yield from self._ask(why, brought.name, words.tr("Garder le fichier tel quel"))):
                return None
        elif match.is_same and not brought.doubt:
            try:
                return (yield from self._keep(brought, origin, accepted=False))
            except IdentityError as error:
                if error.problem is not IdentityProblem.OTHER_RECORD:
                    raise
                why = explain(error)
            if not (yield from self._ask(why, brought.name, why.action)):
                return None
            return (yield from self._compare(arrival, brought, origin, match, why.title))
        notes = [brought.doubt] if brought.doubt else []
        if arrival.versions_in - {
            self._patient.id
        }:  # the tick accepts this too: it is not to be learnt later
            notes.append(explain(IdentityError(IdentityProblem.OTHER_RECORD)).title)
        return (yield from self._compare(arrival, brought, origin, match, " ".join(notes)))

    def _compare(
        self, arrival: Arrival, brought: Brought, origin: str, match: IdentityMatch, note: str
    ) -> Generator[Step, Any, DocumentSummary | None]:
        """Keep a document once the doctor has compared; None when it is left, or its own record asked for."""
        document, patient = arrival.document, self._patient
        said = (document.organisation, day(document.created_at)) if document is not None else ()
        sheet = WhoseDocument(
            patient,
            title_of(document) if document is not None else brought.name,
            ", ".join(part for part in said if part),
            match if document is not None else None,
            self._page,
            others=tuple(other for other in arrival.candidates if other.id != patient.id),
            note=note,
        )
        accepted, wanted = (yield ask(sheet)), sheet.wanted
        sheet.deleteLater()
        self._wanted = wanted or self._wanted
        return (yield from self._keep(brought, origin, accepted=True)) if accepted else None

    # --- its steps ------------------------------------------------------------------------------------

    def _keep(
        self, brought: Brought, origin: str, *, accepted: bool
    ) -> Generator[Step, Any, DocumentSummary]:
        receive = partial(self._desk.reception.receive, accepted_differences=accepted)
        line: DocumentSummary = yield from self._work(
            receive, self._patient.id, brought.content, origin, brought.name
        )
        return line

    def _ask(self, why: Explanation, name: str, yes: str) -> Generator[Step, Any, bool]:
        self._notice.ask(*words.in_two((why.title, why.detail, words.file_called(name))), yes)
        return bool((yield wait_for(self._notice)))

    def _work(self, work: Callable[..., Any], *args: Any) -> Generator[Step, Any, Any]:
        self._busy.start(words.tr("Lecture du fichier…"))
        try:
            return (yield background(work, *args, lane="store"))
        finally:
            self._busy.stop()

    def _conclude(self, outcomes: list[Outcome], warnings: tuple[str, ...]) -> Flow:
        added = [outcome.document_id for outcome in outcomes if outcome.fate is Fate.ADDED]
        if len(outcomes) == 1:
            yield from self._tell(outcomes[0])
        else:
            title, detail = words.summary(outcomes)
            is_well = all(outcome.fate in (Fate.ADDED, Fate.HERE) for outcome in outcomes)
            self._notice.say("ok" if is_well else "warn", title, detail)
        if warnings:
            said = (self._notice.strip.text, self._notice.strip.detail, *warnings)
            self._notice.say("warn", *words.in_two(part for part in said if part))
        if added:
            self.added.emit(added[0] if len(outcomes) == 1 else "")
        if self._wanted:
            self.record_wanted.emit(self._wanted)

    def _tell(self, outcome: Outcome) -> Flow:
        """Say what became of the only document."""
        if outcome.fate is Fate.ADDED:
            self.told.emit(words.added(outcome.title, self._patient))
        elif outcome.fate is Fate.HERE:
            said = words.already_in(self._patient.courtesy_name)
            self._notice.offer(
                "accent", said, words.tr("Ouvrir"), lambda: self.read_wanted.emit(outcome.document_id)
            )
        elif outcome.fate is Fate.ELSEWHERE:
            names = yield from self._work(self._desk.files.names, (outcome.holder,))
            self._notice.offer(
                "warn",
                words.already_in(names[outcome.holder]),
                words.tr("Ouvrir son dossier"),
                lambda: self.record_wanted.emit(outcome.holder),
            )
        elif outcome.why is not None:
            self._notice.say("warn", outcome.why.title, outcome.why.detail)


def _opened(path: Path) -> Unpacked:
    return unpack(read_file(path), path.name)
