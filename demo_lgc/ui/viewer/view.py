"""A document to read: what it is, what it says, and what the doctor must not miss in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog
from typing_extensions import override

from demo_lgc.domain.received import ReceivedDocument
from demo_lgc.domain.results import LabResult, curves
from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.viewer import words
from demo_lgc.ui.viewer.alarm import alarm
from demo_lgc.ui.viewer.browser import COLUMN, LEAST, MOST, SCROLLBAR, STEP
from demo_lgc.ui.viewer.contents import Contents
from demo_lgc.ui.viewer.find import FindBar
from demo_lgc.ui.viewer.panes import Panes, Way
from demo_lgc.ui.viewer.summary import Summary
from demo_lgc.ui.viewer.toolbar import Toolbar
from demo_lgc.ui.widgets.busy import Busy
from demo_lgc.ui.widgets.buttons import segments
from demo_lgc.ui.widgets.layout import clear, col, plain, row
from demo_lgc.ui.widgets.page import Page
from demo_lgc.ui.widgets.strip import Strip
from demo_lgc.ui.widgets.text import Text

ROOM_FOR_CONTENTS = 860  # pixels: the contents stand beside a text that keeps its width


class DocumentView(Page):
    """One document. With `alone` it is in a window of its own: no neighbours.

    `shown` carries the document that is now shown; `moved` asks for the one before (-1) or after (1),
    `list_wanted` for their list, `apart_wanted` for a window of its own, `save_wanted` for an enclosed file
    to be kept (None: the document as it was received), `curves_wanted` for the curves of its analyses (pairs
    of a code system and a code).
    """

    shown = Signal(object)
    moved = Signal(int)
    list_wanted = Signal()
    apart_wanted = Signal()
    save_wanted = Signal(object)
    curves_wanted = Signal(object)

    def __init__(self, *, alone: bool = False) -> None:
        super().__init__()
        self._alone = alone
        self._analyses: frozenset[tuple[str, str]] = frozenset()
        self.document: ReceivedDocument | None = None
        self._zoom, self._narrow = 1.0, False
        self._ways: tuple[Way, ...] = ()
        self._way = 0
        self.toolbar = Toolbar(alone=alone)
        self.summary = Summary()
        self.finder = FindBar()
        self.alarm = Strip()
        self.alarm.setObjectName("viewer.alarm")
        self.warnings = Strip()
        self.warnings.setObjectName("viewer.warnings")
        self.said = Strip()
        self.said.setObjectName("viewer.said")
        self.panes = Panes()
        self.contents = Contents()
        self._slot = row(gap=0)
        self._page = Text("", "small", "text2", tabular=True)
        self._build()
        self._busy = Busy(self.panes)
        self._connect()
        self._show_nothing()

    # --- what is shown --------------------------------------------------------------------------------

    def show_document(self, document: ReceivedDocument) -> None:
        """Show a document, in the way that says most."""
        self.document = document
        self.setAccessibleName(words.document_title(document))
        self.toolbar.show_header(False)
        self.summary.show_document(document)
        self.summary.show()
        self._show_strips(document)
        self._offer_curves(document.results)
        self._ways = self.panes.ways_of(document)
        # Structured results, else the pages as their author laid them out, else the text.
        self._way = 0 if document.results else len(self._ways) - 1
        self._choose_ways()
        self._show_way()
        if self.hasFocus():
            self.panes.focus_pane()
        self.shown.emit(document)

    def show_place(self, rank: int, count: int) -> None:
        """Say which of the documents of the list this is."""
        self.toolbar.show_place(rank, count)

    def show_loading(self, loading: bool) -> None:
        """Wait, quietly; what was shown stays in its place."""
        if loading:
            self._busy.start(self.tr("Lecture du document…"))
        else:
            self._busy.stop()

    def show_problem(self, title: str, detail: str = "", *, saves: bool = False) -> None:
        """Say in place of a document why it is not shown; `saves` offers its file."""
        self._show_nothing()
        self.panes.show_problem(title, detail, saves=saves)
        if self.hasFocus():
            self.panes.focus_pane()

    def say(self, tone: str, text: str, detail: str = "") -> None:
        """Say something about what was just done, above the text; warnings stay."""
        self.said.say(tone, text, detail)
        self._notes.show()

    def set_narrow(self, narrow: bool) -> None:
        """Drop the contents, and offer the list: the window is narrow."""
        self._narrow = narrow
        self.toolbar.drawer.setVisible(narrow)
        self._arrange()

    def _show_nothing(self) -> None:
        self.document, self._ways = None, ()
        self.panes.show_problem("")
        self.toolbar.show_header(False)
        self._offer_curves(())
        for strip in (self.alarm, self.warnings, self.said):
            strip.silence()  # they spoke of another document
        for part in (self.summary, self._notes, self._segments):
            part.hide()
        self._offer()
        self._show_contents()

    def _show_strips(self, document: ReceivedDocument) -> None:
        told = alarm(document.results)
        self.alarm.silence()
        self.said.silence()
        if told is not None:
            icon = "result-critical" if told.tone == "danger" else ""
            self.alarm.say(told.tone, told.sentence, icon=icon)
            self.alarm.add_action(
                self.tr("Aller au résultat"),
                lambda: self._go_to_result(told.anchor),
                "quiet",
                name="viewer.alarm.go",
            )
        first, *others = document.warnings or ("",)
        self.warnings.say("warn", first, "\n".join(others))
        self._notes.setVisible(told is not None or bool(first))

    # --- ways to read ---------------------------------------------------------------------------------

    def _choose_ways(self) -> None:
        clear(self._slot)
        if len(self._ways) > 1:
            made = segments(tuple(way.title for way in self._ways), self._way, self._take_way)
            made.setAccessibleName(self.tr("Manières de lire"))
            self._slot.addWidget(made)
            made.show()  # a layout shows what it is given at the next turn of the loop only

    def _take_way(self, rank: int) -> None:
        self._way = rank
        self.toolbar.show_header(False)
        self._show_way()

    def _show_way(self) -> None:
        self._ways[self._way].show()
        self._offer()
        self._show_contents()
        self._search_again()

    def _show_header(self, shown: bool) -> None:
        if self.document is None:
            return
        self.toolbar.show_header(shown)
        if not shown:
            self._show_way()
            return
        self.panes.show_header(self.document)
        self._offer()
        self._show_contents()
        self._search_again()

    def _offer(self) -> None:
        """Offer what can be done with what is shown."""
        readable = self.panes.pane is not None
        self.toolbar.offer(header=self.document is not None, text=readable)
        if not readable:
            self._close_find()

    def _offer_curves(self, results: Sequence[LabResult]) -> None:
        """Offer the curves of what was measured; a window of its own has no record to show them in."""
        codes = (curve.code for curve in curves(results))
        self._analyses = frozenset((code.system, code.code) for code in codes if code is not None)
        self.toolbar.offer_curves(bool(self._analyses) and not self._alone)

    def _show_contents(self) -> None:
        """List the sections beside the text, when there is room and something to list."""
        self.contents.show_entries(self.panes.entries)
        self._arrange()

    # --- going about ----------------------------------------------------------------------------------

    def _go_to_result(self, anchor: str) -> None:
        if self._way or self.panes.is_header:
            self._take_way(0)
            self._choose_ways()
        self.panes.go_to(anchor)

    def _zoom_by(self, way: int) -> None:
        zoom = self._zoom * STEP**way if way else 1.0
        self._zoom = 1.0 if abs(zoom - 1) < 0.01 else min(MOST, max(LEAST, zoom))
        self.panes.set_zoom(self._zoom)
        self.toolbar.show_zoom(self._zoom)

    def _tell_page(self, page: int, count: int) -> None:
        self._page.setText(self.tr("Page %1/%2").replace("%1", str(page)).replace("%2", str(count)))

    # --- search ---------------------------------------------------------------------------------------

    def open_find(self) -> None:
        """Ask for the words to look for."""
        if self.panes.pane is not None:
            self.finder.show()
            self.finder.field.setFocus()
            self.finder.field.selectAll()
            self._search_again()

    def _close_find(self) -> None:
        if not self.finder.isHidden():
            self.finder.hide()
            if self.panes.pane is not None:
                self.panes.pane.search("")
            self.panes.focus_pane()

    def _search(self, sought: str) -> None:
        if self.panes.pane is not None:
            self.panes.pane.search(sought)
        self._tell_found()

    def _search_again(self) -> None:
        if not self.finder.isHidden():
            self._search(self.finder.field.text())

    def _step(self, step: int) -> None:
        if self.panes.pane is not None:
            self.panes.pane.step(step)
        self._tell_found()

    def _tell_found(self) -> None:
        pane = self.panes.pane
        if pane is not None:
            self.finder.show_found(*pane.found, silent=pane.has_no_words)

    # --- paper ----------------------------------------------------------------------------------------

    def ask_to_print(self) -> None:
        """Ask for a printer, then print what is shown, unless another document came meanwhile."""
        document = self.document
        if document is None or self.panes.pane is None:
            return

        def print_it() -> None:
            if self.document is document:
                self.print_on(printer)
            else:
                self.say("warn", self.tr("Un autre document est affiché\u00a0: rien n’a été imprimé."))

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(words.title_of(document))
        dialog = QPrintDialog(printer, self)
        dialog.setObjectName("viewer.print.dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(print_it)
        QDialog.open(dialog)  # QPrintDialog hides it behind another one

    def print_on(self, printer: QPrinter) -> None:
        """Print what is shown, in the light theme; say so when the printer does not take it."""
        if self.document is not None and not self.panes.print_on(printer, self.document):
            self.say(
                "danger",
                self.tr("Le document n’a pas pu être imprimé."),
                self.tr("Vérifiez l’imprimante, ou choisissez-en une autre, puis recommencez."),
            )

    # --- arranging ------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._notes = plain(col(self.alarm, self.warnings, self.said, gap=8))
        self._notes.setMaximumWidth(COLUMN - 2 * theme.M)
        notes = row((self._notes, 1), margins=(theme.XL, theme.M, theme.XL + SCROLLBAR, 0))
        notes.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._segments = plain(
            row(self._slot, None, self._page, gap=12, margins=(theme.XL, theme.S, theme.L, theme.S))
        )
        reading = col(notes, self._segments, (self.panes, 1), gap=0)
        body = row((plain(reading), 1), self.contents, gap=0)
        self.finder.hide()
        self.setProperty("role", "reader")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setLayout(col(self.toolbar, self.summary, self.finder, (body, 1), gap=0))

    def _connect(self) -> None:
        bar, panes = self.toolbar, self.panes
        bar.moved.connect(self.moved)
        bar.list_wanted.connect(self.list_wanted)
        bar.apart_wanted.connect(self.apart_wanted)
        bar.header_wanted.connect(self._show_header)
        bar.curves_wanted.connect(lambda: self.curves_wanted.emit(self._analyses))
        bar.print_wanted.connect(self.ask_to_print)
        bar.zoomed.connect(self._zoom_by)
        bar.find_wanted.connect(self.open_find)
        panes.zoom_wanted.connect(self._zoom_by)
        panes.found_changed.connect(self._tell_found)
        panes.page_changed.connect(self._tell_page)
        panes.save_wanted.connect(self.save_wanted)
        self.contents.chosen.connect(panes.go_to)
        self.finder.typed.connect(self._search)
        self.finder.stepped.connect(self._step)
        self.finder.left.connect(self._close_find)
        acts: dict[str, Callable[[], object]] = {
            "find": self.open_find,
            "document-print": self.ask_to_print,
            "zoom-in": lambda: self._zoom_by(1),
            "zoom-out": lambda: self._zoom_by(-1),
            "zoom-none": lambda: self._zoom_by(0),
        }
        for name, act in acts.items():
            shortcuts.bind(name, self, act)

    def _arrange(self) -> None:
        pages = self.panes.is_pdf and self.panes.pdf.is_readable
        self._page.setVisible(pages)
        self._segments.setVisible(len(self._ways) > 1 or pages)
        short = self.width() < ROOM_FOR_CONTENTS
        self.contents.setVisible(len(self.panes.entries) > 1 and not short and not self._narrow)
        self.toolbar.set_room(self.width())

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.panes.focus_pane()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Échap closes the search, then the header, before it leaves; Maj+Entrée asks for another window."""
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entered and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.document is not None:
            self.apart_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape and not self.finder.isHidden():
            self._close_find()
        elif event.key() == Qt.Key.Key_Escape and self.panes.is_header:
            self._show_header(False)
        else:
            super().keyPressEvent(event)
