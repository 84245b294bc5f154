"""The documents of a record and the one that is read: from one to the next without leaving the page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal

from demo_lgc.domain.document import UNREAD, DocumentSummary
from demo_lgc.services.desk import Desk
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.flow import FlowRunner
from demo_lgc.ui.viewer.flows import ViewerFlows
from demo_lgc.ui.viewer.view import DocumentView
from demo_lgc.ui.viewer.window import DocumentWindow
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.cell import Cell
from demo_lgc.ui.widgets.layout import col, frame, plain, row, rule, vrule
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.table import Column, RowsModel, TableView
from demo_lgc.ui.widgets.text import Text

LIST, LINE = 300, 50  # pixels
PAUSE = 120  # ms on a line before its document is read: ↓ held down goes through the list


class ViewerPage(Page):
    """The list and the document.

    `read_new` says that a document that was « Non lu » no longer is, `curves_wanted` asks for the curves of
    the analyses of the document being read: pairs of a code system and a code.
    """

    read_new = Signal()
    curves_wanted = Signal(object)

    def __init__(self, desk: Desk, runner: FlowRunner, patient_id: int) -> None:
        super().__init__()
        self._desk, self._runner, self._patient_id = desk, runner, patient_id
        self._shown = ""
        self._has_read_new = False
        self._narrow = False
        self.view = DocumentView()
        self.flows = ViewerFlows(desk, runner, patient_id, self.view, self._seen)
        self._model: RowsModel[DocumentSummary] = RowsModel(
            (Column(self.tr("Document"), _line, stretch=True),), key=lambda document: document.unique_id
        )
        self.list = TableView(self._model, self.tr("Documents du patient"), row_height=LINE, header=False)
        self.list.setObjectName("viewer.documents")
        self._count = Text("", "small", "text3", tabular=True)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        head = plain(
            row(Text(self.tr("Documents"), "section"), self._count, None, gap=8, margins=(16, 0, 10, 0))
        )
        head.setFixedHeight(theme.TOOLBAR - 1)
        self._list_pane = frame("pane", col(head, rule(), (self.list, 1), gap=0), width=LIST)
        self._line = vrule()
        self.setLayout(row(self._list_pane, self._line, (self.view, 1), gap=0))
        self.first = self.view
        self._connect()

    # --- what is read ---------------------------------------------------------------------------------

    @property
    def shown(self) -> str:
        """The unique id of the document being read."""
        return self._shown

    def show_documents(self, documents: Sequence[DocumentSummary]) -> None:
        """List these documents; the one being read stays."""
        self._has_read_new = False
        self._model.set_rows(documents)
        self._count.setText(str(len(documents)))
        self._place()

    @property
    def has_read_new(self) -> bool:
        """True once a document that was « Non lu » has been read: the record says otherwise now."""
        return self._has_read_new

    def read(self, document_id: str) -> None:
        """Read a document."""
        self._shown = document_id
        self.list.choose(document_id)
        self._pause.stop()
        self._place()
        self.flows.open(document_id)

    def read_apart(self, document_id: str) -> None:
        """Read a document in a window of its own; the one it has already comes to the front."""
        for window in self.findChildren(DocumentWindow):
            if window.document_id == document_id and window.isVisible():
                window.raise_()
                window.activateWindow()
                return
        window = DocumentWindow(self, document_id)
        window.flows = ViewerFlows(self._desk, self._runner, self._patient_id, window.view, self._seen)
        window.show()
        window.setFocus()
        window.flows.open(document_id)

    def _seen(self, document_id: str) -> None:
        rank = self._model.rank(document_id)
        if rank >= 0 and self._model.at(rank).state == UNREAD:
            self._has_read_new = True
            self.read_new.emit()

    def _move(self, step: int) -> None:
        """Read a neighbour; asked again while it is being read, go along the list and read where it ends."""
        going = self.list.current if self._pause.isActive() else None
        rank = self._model.rank(going.unique_id if going is not None else self._shown) + step
        if not 0 <= rank < self._model.rowCount():
            return
        document_id = self._model.at(rank).unique_id
        if going is None and not self.flows.is_opening:
            self.read(document_id)
            return
        self.list.choose(document_id)
        self._pause.start()

    def _chosen(self, document: DocumentSummary | None) -> None:
        if document is not None and document.unique_id != self._shown:
            self._pause.start()

    def _settle(self) -> None:
        document = self.list.current
        if document is not None and document.unique_id != self._shown:
            self.read(document.unique_id)

    def _place(self) -> None:
        self.view.show_place(self._model.rank(self._shown) + 1, self._model.rowCount())

    # --- arranging ------------------------------------------------------------------------------------

    def set_narrow(self, narrow: bool) -> None:
        """Under 1200 pixels the list becomes a drawer: Ctrl+L."""
        self._narrow = narrow
        self.view.set_narrow(narrow)
        self._show_list(not narrow)

    def _toggle_list(self) -> None:
        """Go to the list, drawing it out when the page is narrow; from the list, back to the document."""
        if self._narrow and not self._list_pane.isHidden():
            self._show_list(False)
            self.view.setFocus()
            return
        self._show_list(True)
        self.list.setFocus()

    def _show_list(self, shown: bool) -> None:
        self._list_pane.setVisible(shown)
        self._line.setVisible(shown)

    def _connect(self) -> None:
        self.list.chosen.connect(self._chosen)
        self.list.opened.connect(self._open)
        self.list.opened_apart.connect(lambda document: self.read_apart(document.unique_id))
        self._pause.timeout.connect(self._settle)
        self.view.moved.connect(self._move)
        self.view.list_wanted.connect(self._toggle_list)
        self.view.curves_wanted.connect(self.curves_wanted)
        self.view.apart_wanted.connect(lambda: self.read_apart(self._shown))
        shortcuts.bind("document-previous", self, lambda: self._move(-1))
        shortcuts.bind("document-next", self, lambda: self._move(1))
        shortcuts.bind("document-list", self, self._toggle_list)

    def _open(self, document: DocumentSummary) -> None:
        """Entrée on a line: read it, and go to its text."""
        if document.unique_id != self._shown or self.view.document is None:  # what failed is tried again
            self.read(document.unique_id)
        if self._narrow:
            self._show_list(False)
        self.view.setFocus()


def _line(document: DocumentSummary) -> Cell:
    origin = states.ORIGIN.get(document.origin, states.ORIGIN["practice"])
    second = ", ".join(part for part in (f"{document.created_at:%d/%m/%Y}", document.organisation) if part)
    return Cell(
        document.title,
        icon=origin.icon,
        tint=origin.tone,
        weight=500,
        second=second,
        say=f"{document.title}, {origin.word}",
    )
