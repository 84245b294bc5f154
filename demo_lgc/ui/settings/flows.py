"""What « Administration » does: keep each change at once, look at the machine, hand over a diagnosis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, qVersion
from PySide6.QtGui import QGuiApplication

from demo_lgc.domain.administration import LibraryState, Machine, RevocationList, SessionAct
from demo_lgc.domain.errors import LgcError, StorageError
from demo_lgc.preferences import Preferences
from demo_lgc.services.administration import Administration
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, ask, background
from demo_lgc.ui.settings import words
from demo_lgc.ui.settings.card import library_dialog
from demo_lgc.ui.settings.diagnostic import diagnostic
from demo_lgc.ui.settings.view import SettingsView


class SettingsFlows(QObject):
    """Drives the page. `theme_chosen` carries the theme that is now set."""

    theme_chosen = Signal(str)

    def __init__(self, administration: Administration, runner: FlowRunner, view: SettingsView) -> None:
        super().__init__(view)
        self._service, self._runner, self._view = administration, runner, view
        self._wanted = administration.preferences  # with the changes being written
        self._before: list[Preferences] = []
        # Their buttons stay enabled: one that is disabled under the finger sends the focus elsewhere.
        self._looking = self._fetching = self._copying = False
        view.show_preferences(self._wanted)
        view.changed.connect(self._change)
        view.undo_asked.connect(self._undo)
        view.shown.connect(self._shown)
        view.card.library_given.connect(lambda path: runner.start(self._try_library(path), view))
        view.card.browse_asked.connect(lambda: runner.start(self._browse(), view))
        view.card.look_again.connect(self.look)
        view.services.refresh_asked.connect(lambda: runner.start(self._fetch(), view))
        view.journal.read_again.connect(lambda: runner.start(self._read(), view))
        view.about.copy_asked.connect(lambda: runner.start(self._copy(), view))

    def look(self) -> None:
        """Look at the libraries, the readers and the connections, unless that is being done."""
        if not self._looking:
            self._runner.start(self._look(), self._view)

    def forget(self) -> None:
        """The page is left: what was set stays, Ctrl+Z begins anew."""
        self._before.clear()

    # --- settings -------------------------------------------------------------------------------------

    def _change(self, name: str, value: Any) -> None:
        if getattr(self._wanted, name) != value:
            before, self._wanted = self._wanted, replace(self._wanted, **{name: value})
            self._runner.start(self._keep(before, self._wanted), self._view)

    def _undo(self) -> None:
        if self._before:
            before, self._wanted = self._wanted, self._before.pop()
            self._runner.start(self._keep(before, self._wanted, undoing=True), self._view)

    def _keep(self, before: Preferences, wanted: Preferences, *, undoing: bool = False) -> Flow:
        try:
            yield background(self._service.save, wanted, lane="store")
        except StorageError as error:
            self._wanted = self._service.preferences
            self._view.show_preferences(self._wanted)
            self._view.say_problem(*words.not_kept(error.problem))
            return
        if not undoing:
            self._before.append(before)
        name = next(n for n in vars(wanted) if getattr(wanted, n) != getattr(before, n))
        self._view.show_preferences(self._wanted)
        self._view.say_kept(words.changed(name, getattr(wanted, name)), undone=undoing)
        if name == "theme":
            self.theme_chosen.emit(wanted.theme)

    def _browse(self) -> Flow:
        dialog = library_dialog(self._view)
        chosen = yield ask(dialog)
        paths = dialog.selectedFiles()
        dialog.deleteLater()
        if chosen and paths:
            yield from self._try_library(paths[0])

    def _try_library(self, path: str) -> Flow:
        """Keep a library once it was loaded in a process of its own; « » needs no trial."""
        card = self._view.card
        if path == self._wanted.library:
            card.show_library(path)
            return
        if path:
            card.show_checking(path)
            found: LibraryState = yield background(self._service.check_library, path, lane="store")
            if not card.is_about(path):
                return  # another path was given meanwhile
            if found.trouble is not None:
                card.refuse_library(found)
                return
        self._change("library", path)

    # --- how the machine stands -----------------------------------------------------------------------

    def _shown(self, name: str) -> None:
        story = {"services": self._list, "journal": self._read}.get(name)
        if story is not None:
            self._runner.start(story(), self._view)
        elif name == "card":
            self.look()

    def _look(self) -> Flow:
        self._looking = True
        self._view.busy.start(words.tr("Lecture de la carte…"))
        try:
            machine: Machine = yield background(self._service.machine, lane="card")
            self._view.card.show_machine(machine)
        finally:
            self._looking = False
            self._view.busy.stop()

    def _list(self) -> Flow:
        lists: tuple[RevocationList, ...] = yield background(self._service.revocations, lane="store")
        self._view.services.show_lists(lists)

    def _fetch(self) -> Flow:
        if self._fetching:
            return
        services = self._view.services
        services.problem.silence()
        self._fetching = True
        self._view.busy.start(words.tr("Lecture des listes de révocation…"))
        try:
            yield background(self._service.refresh_revocations)
        except LgcError as error:
            said = explain(error)
            services.problem.say("warn", words.tr("Les listes n’ont pas pu être lues."), said.title)
        finally:
            self._view.busy.stop()
            self._fetching = False
        yield from self._list()

    def _read(self) -> Flow:
        journal = self._view.journal
        try:
            acts: tuple[SessionAct, ...] = yield background(self._service.recent_acts, lane="store")
        except LgcError as error:
            said = explain(error)
            journal.problem.say("danger", said.title, said.detail)
        else:
            journal.show_acts(acts)

    def _copy(self) -> Flow:
        """Put the diagnosis in the clipboard; what cannot be read is said to be missing."""
        if self._copying:
            return
        service, self._copying = self._service, True
        try:
            machine: Machine = yield background(service.machine, lane="card")
            lists: tuple[RevocationList, ...] = yield background(service.revocations, lane="store")
        finally:
            self._copying = False
        facts = [*service.versions(), ("Qt", qVersion())]
        text = diagnostic(facts, service.kind, service.places(), self._wanted, machine, lists)
        QGuiApplication.clipboard().setText(text)
        self._view.toast.say(words.tr("Diagnostic copié."))
