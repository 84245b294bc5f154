"""The gestures of the viewer: open a document of a patient, keep its file somewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from demo_lgc.domain.errors import LgcError, NotAllowed, UnreadableDocument
from demo_lgc.domain.received import Enclosed
from demo_lgc.services.desk import Desk
from demo_lgc.ui.errors import explain
from demo_lgc.ui.flow import Flow, FlowRunner, Story, ask, background
from demo_lgc.ui.viewer.view import DocumentView
from demo_lgc.ui.viewer.words import document_title, tr

SUFFIXES = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/tiff": ".tif",
    "text/rtf": ".rtf",
    "text/plain": ".txt",
}
LONGEST = 120  # characters of a suggested name


class ViewerFlows:
    """The gestures on the documents of one patient, told to a view.

    `seen` is called with the id of each document once it was shown, and is no longer « Non lu ».
    """

    def __init__(
        self,
        desk: Desk,
        runner: FlowRunner,
        patient_id: int,
        view: DocumentView,
        seen: Callable[[str], object],
    ) -> None:
        self._desk, self._runner, self._patient_id = desk, runner, patient_id
        self._view, self._seen = view, seen
        self._document_id = ""  # of what the view shows, be it why it cannot
        self._opening: Story | None = None
        view.save_wanted.connect(self.save)

    def open(self, document_id: str) -> None:
        """Show a document; one that was still being read is no longer awaited."""
        if self._opening is not None:
            self._opening.close()
        self._opening = self._runner.start(self._open(document_id), self._view)

    @property
    def is_opening(self) -> bool:
        """True while a document is being read."""
        return self._opening is not None and not self._opening.is_over

    def save(self, file: Enclosed | None) -> None:
        """Keep a file that a document carries, or the document itself as it was received."""
        self._runner.start(self._save(file), self._view)

    def _open(self, document_id: str) -> Flow:
        view, reading = self._view, self._desk.reading
        view.show_loading(True)
        try:
            document = yield background(reading.open, self._patient_id, document_id, lane="store")
        except KeyError:
            view.show_problem(
                tr("Ce document n’est connu que par son titre\u00a0: son contenu n’est pas dans ce dossier.")
            )
            return
        except LgcError as error:
            said = explain(error)
            self._document_id = document_id
            view.show_problem(said.title, said.detail, saves=isinstance(error, UnreadableDocument))
            return
        finally:
            view.show_loading(False)
        self._document_id = document_id
        view.show_document(document)
        try:
            yield background(reading.seen, document_id, lane="store")
        except NotAllowed:
            return  # the card left meanwhile: nobody saw it, and it stays « Non lu »
        self._seen(document_id)

    def _save(self, file: Enclosed | None) -> Flow:
        view = self._view
        try:
            if file is None:
                original = self._desk.reading.original
                content = yield background(original, self._patient_id, self._document_id, lane="store")
                kind = "application/pdf" if content.startswith(b"%PDF") else ""
            else:
                content, kind = file.content, file.media_type
        except (LgcError, KeyError) as error:
            said = explain(error if isinstance(error, LgcError) else LgcError())
            view.say("danger", said.title, said.detail)
            return
        yield from keep_file(view, content, kind)


def keep_file(view: DocumentView, content: bytes, kind: str) -> Flow:
    """Ask where to keep a file, and keep it; `kind` is its media type, "" for the document itself."""
    title = document_title(view.document) if view.document is not None else tr("Document")
    dialog = save_dialog(file_name(title, kind), view)
    chosen = yield ask(dialog)
    path = Path(next(iter(dialog.selectedFiles()), ""))
    dialog.deleteLater()
    if not chosen:
        return
    try:
        yield background(path.write_bytes, content, lane="store")
    except OSError:
        view.say(
            "danger",
            tr("Le fichier n’a pas pu être enregistré."),
            tr("Choisissez un autre dossier, ou libérez de la place, puis réessayez."),
        )
    else:
        view.say("ok", tr("Fichier enregistré."), str(path))


def save_dialog(name: str, parent: QWidget) -> QFileDialog:
    """Return the dialog that asks where to keep a file called `name`."""
    dialog = QFileDialog(parent, tr("Enregistrer le fichier"))
    dialog.setObjectName("viewer.save.dialog")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.selectFile(name)
    return dialog


def file_name(title: str, media_type: str) -> str:
    """Return a name any system takes: the title, without what a path is made of, and a suffix."""
    bare = re.sub(r"[^\w\-. ’']+", " ", title).strip(" .")[:LONGEST].strip(" .")
    kind = media_type.partition(";")[0].strip().lower()
    return (bare or "document") + (SUFFIXES.get(kind, ".bin") if kind else ".xml")
