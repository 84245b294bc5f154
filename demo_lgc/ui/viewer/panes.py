"""The ways to read a document: its results, text, PDF and header; or why none of them can be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QStackedWidget

from demo_lgc.domain.received import Enclosed, ReceivedDocument
from demo_lgc.ui.viewer import words
from demo_lgc.ui.viewer.browser import DocumentBrowser
from demo_lgc.ui.viewer.contents import Entry, entries_of
from demo_lgc.ui.viewer.header_html import header_html, summary_html
from demo_lgc.ui.viewer.paper import FORMATS
from demo_lgc.ui.viewer.results_html import results_html
from demo_lgc.ui.viewer.unread import Unread

PDF = "application/pdf"


@dataclass(frozen=True)
class Way:
    """A way to read a document: its name on the segment, and what shows it."""

    title: str
    show: Callable[[], object]


class Panes(QStackedWidget):
    """What a document says, one way at a time.

    `found_changed` follows the search, `zoom_wanted` carries 1 (larger) or -1, `page_changed` the page of a
    PDF and how many there are, `save_wanted` an enclosed file that the doctor wants to keep (None: the
    document as it was received).
    """

    found_changed = Signal()
    zoom_wanted = Signal(int)
    page_changed = Signal(int, int)
    save_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[Entry, ...] = ()  # the contents of what is shown
        self.text = DocumentBrowser(self.tr("Texte du document"))
        self.text.setObjectName("viewer.text")
        self.header = DocumentBrowser(self.tr("Entête du document"))
        self.header.setObjectName("viewer.header.text")
        self.unread = Unread("viewer.save")
        self.pdf: Any = None  # built when a first PDF is shown
        self._file: Enclosed | None = None
        self._zoom = 1.0
        for pane in (self.unread, self.text, self.header):
            self.addWidget(pane)
        for browser in (self.text, self.header):
            browser.found_changed.connect(self.found_changed)
            browser.zoom_wanted.connect(self.zoom_wanted)
        self.unread.save_wanted.connect(self._ask_to_save)

    @property
    def pane(self) -> Any:
        """What is read now: a browser or the pages of a PDF; None when nothing can be."""
        shown = self.currentWidget()
        return None if shown is self.unread or (self.is_pdf and not self.pdf.is_readable) else shown

    @property
    def is_pdf(self) -> bool:
        """True while a PDF is shown, or why it cannot be."""
        return self.pdf is not None and self.currentWidget() is self.pdf

    @property
    def is_header(self) -> bool:
        """True while the header is shown."""
        return self.currentWidget() is self.header

    def ways_of(self, document: ReceivedDocument) -> tuple[Way, ...]:
        """Return the ways to read a document: one at least."""
        ways = []
        if document.results:
            ways.append(Way(self.tr("Résultats"), lambda: self.show_results(document)))
        if document.html.strip():
            ways.append(Way(self.tr("Texte"), lambda: self.show_text(document)))
        pdf = next((file for file in document.enclosed if file.media_type.startswith(PDF)), None)
        if pdf is not None:
            ways.append(Way("PDF", lambda: self.show_pdf(pdf)))
        return tuple(ways) or (Way(self.tr("Fichier"), lambda: self.show_file(document)),)

    # --- showing --------------------------------------------------------------------------------------

    def show_results(self, document: ReceivedDocument) -> None:
        """Show the structured results, on cards."""
        html, self.entries = results_html(document)
        self._show_html(html, document, cards=True)

    def show_text(self, document: ReceivedDocument) -> None:
        """Show the text of the sections."""
        self.entries = entries_of(document.sections)
        self._show_html(f"<h1>{escape(words.title_of(document))}</h1>{document.html}", document)

    def show_pdf(self, file: Enclosed) -> None:
        """Show the pages of a PDF."""
        if self.pdf is None:
            self.pdf = import_module("demo_lgc.ui.viewer.pdf_pane").PdfPane()
            self.pdf.found_changed.connect(self.found_changed)
            self.pdf.zoom_wanted.connect(self.zoom_wanted)
            self.pdf.page_changed.connect(self.page_changed)
            self.pdf.save_wanted.connect(self._ask_to_save)
            self.addWidget(self.pdf)
        self.entries, self._file = (), file
        self.pdf.show_pdf(file.content, file.problem)
        self.pdf.set_zoom(self._zoom)
        self.setCurrentWidget(self.pdf)

    def show_file(self, document: ReceivedDocument) -> None:
        """Show a body that is a picture; offer to keep any other file that no part of the program shows."""
        file = next(iter(document.enclosed), None)
        if file is not None and file.media_type in FORMATS:
            self.entries = ()
            self._show_html('<p><img src="media:0"></p>', document)
        elif file is None:
            self.show_problem(self.tr("Ce document ne contient aucun texte."))
        else:
            said = self.tr("Ce document contient un fichier que le logiciel n’affiche pas (%1).")
            said = said.replace("%1", file.media_type or self.tr("type non précisé"))
            self.show_problem(said, self.tr("Enregistrez-le pour l’ouvrir autrement."), saves=True)
            self._file = file

    def show_header(self, document: ReceivedDocument) -> None:
        """Show everything the header says."""
        html, self.entries = header_html(document)
        self.header.show_html(html)
        self.setCurrentWidget(self.header)

    def show_problem(self, title: str, detail: str = "", *, saves: bool = False) -> None:
        """Say why nothing is shown; `saves` offers the document as it was received."""
        self.entries, self._file = (), None
        self.unread.say(title, detail, saves=saves)
        self.setCurrentWidget(self.unread)

    def _show_html(self, html: str, document: ReceivedDocument, *, cards: bool = False) -> None:
        self.text.show_html(html, document.enclosed, cards=cards)
        self.text.verticalScrollBar().setValue(0)
        self.setCurrentWidget(self.text)

    # --- going about ----------------------------------------------------------------------------------

    def set_zoom(self, zoom: float) -> None:
        """Enlarge all of them; 1.0 at 100 %."""
        self._zoom = zoom
        for pane in (self.text, self.header, self.pdf):
            if pane is not None:
                pane.set_zoom(zoom)

    def go_to(self, anchor: str) -> None:
        """Bring an anchor of the text to the top, and give it the keyboard."""
        if isinstance(self.pane, DocumentBrowser):
            self.pane.go_to(anchor)
            self.pane.setFocus()

    def focus_pane(self) -> None:
        """Give the focus to what is read, or to the way forward."""
        if self.is_pdf:
            self.pdf.first.setFocus()
        elif self.pane is not None:
            self.pane.setFocus()
        elif not self.unread.save.isHidden():
            self.unread.save.setFocus()

    def print_on(self, printer: QPrinter, document: ReceivedDocument) -> bool:
        """Print what is shown, in the light theme; a PDF prints its own pages. False when it could not be."""
        printing = import_module("demo_lgc.ui.viewer.printing")
        pane = self.pane
        if pane is None:
            return False
        if pane is self.pdf:
            return bool(printing.print_pdf(printer, pane.pdf))
        html = summary_html(document) + pane.html
        who = printing.who_line(document.patient)
        return bool(printing.print_text(printer, html, document.enclosed, who))

    def _ask_to_save(self) -> None:
        self.save_wanted.emit(self._file)
