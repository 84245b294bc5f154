"""The PDF that a document carries: its pages at the width of the pane, searched and enlarged.

It is read from memory: nothing is written on the disk. Links are dead, and what a PDF would run is not run
(the engine of QtPdf is built without JavaScript). Imported when a first PDF is shown: QtPdf is heavy.
"""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QMargins, QModelIndex, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPalette, QWheelEvent
from PySide6.QtPdf import QPdfDocument, QPdfSearchModel
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QFrame, QStackedLayout, QWidget
from typing_extensions import override

from demo_lgc.ui import theme
from demo_lgc.ui.viewer.find import Folded
from demo_lgc.ui.viewer.ring import Ringed
from demo_lgc.ui.viewer.unread import Unread


class PdfPane(QWidget):
    """The pages of a PDF, or why there are none.

    `page_changed` carries the page shown, from 1, and how many there are; `found_changed` follows the search;
    `zoom_wanted` carries 1 (larger) or -1; `save_wanted` asks for the bytes to be kept as a file.
    """

    page_changed = Signal(int, int)
    found_changed = Signal()
    zoom_wanted = Signal(int)
    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._buffer = QBuffer(self)
        self.pdf = QPdfDocument(self)
        self.pages = _Pages(self)
        self.pages.setDocument(self.pdf)
        self._search = QPdfSearchModel(self)
        self._search.setDocument(self.pdf)
        self.pages.setSearchModel(self._search)
        self._zoom, self._current = 1.0, -1
        self._text = ""  # of all the pages, read when words are sought
        self._folded: Folded | None = None
        self.unread = Unread("viewer.pdf.save")
        self.unread.save_wanted.connect(self.save_wanted)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.pages)
        self._stack.addWidget(self.unread)
        self.pages.pageNavigator().currentPageChanged.connect(self._tell_page)
        for moved in (self._search.rowsInserted, self._search.modelReset, self._search.rowsRemoved):
            moved.connect(self._counted)

    @property
    def is_readable(self) -> bool:
        """True while pages are shown."""
        return self._stack.currentWidget() is self.pages

    def show_pdf(self, content: bytes, problem: str = "") -> None:
        """Show the pages of a PDF; `problem` is what is already known to be wrong with it."""
        self._search.setSearchString("")
        self._text, self._folded, self._current = "", None, -1
        self.pdf.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(content))
        self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        self.pdf.load(self._buffer)
        error = self.pdf.error()
        if error is QPdfDocument.Error.None_ and self.pdf.pageCount() > 0:
            self._stack.setCurrentWidget(self.pages)
            self.fit()
            self.pages.pageNavigator().jump(0, QPointF(), 0)
            self._tell_page()
            return
        locked = error in (
            QPdfDocument.Error.IncorrectPassword,
            QPdfDocument.Error.UnsupportedSecurityScheme,
        )
        reason = self.tr("Ce PDF est protégé par un mot de passe.") if locked else problem
        self.unread.say(
            reason or self.tr("Ce PDF ne peut pas être affiché."),
            self.tr("Le fichier est conservé tel qu’il a été reçu. Enregistrez-le pour l’ouvrir autrement."),
            saves=True,
        )
        self._stack.setCurrentWidget(self.unread)

    @property
    def first(self) -> QWidget:
        """What is for the keyboard: the pages, or the way to the file."""
        return self.pages if self.is_readable else self.unread.save

    # --- zoom -----------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """1.0 at the width of the pane."""
        return self._zoom

    def set_zoom(self, zoom: float) -> None:
        """Enlarge: 1.0 is the width of the pane, whatever it is."""
        self._zoom = zoom
        self.fit()

    def fit(self) -> None:
        """Give the pages the width of the pane, times the zoom."""
        width = self.pdf.pagePointSize(0).width() if self.pdf.pageCount() else 0.0
        if self._zoom == 1.0 or not width:
            self.pages.setZoomMode(QPdfView.ZoomMode.FitToWidth)
            return
        margins = self.pages.documentMargins()
        room = self.pages.viewport().width() - margins.left() - margins.right()
        points = self.logicalDpiX() / 72
        self.pages.setZoomMode(QPdfView.ZoomMode.Custom)
        self.pages.setZoomFactor(max(0.05, self._zoom * room / (width * points)))

    # --- search ---------------------------------------------------------------------------------------

    def search(self, words: str) -> None:
        """Look for words in all the pages, capitals ignored; they are found a page at a time.

        The engine tells accents apart: the words are sought as the pages most often write them.
        """
        self._current = -1
        if self._folded is None and words:
            self._text = "\n".join(self.pdf.getAllText(page).text() for page in range(self.pdf.pageCount()))
            self._folded = Folded(self._text)
        found = self._folded.places(words) if self._folded is not None else []
        written = Counter(self._text[start:end].lower() for start, end in found)
        self._search.setSearchString(written.most_common(1)[0][0] if written else words)

    @property
    def has_no_words(self) -> bool:
        """True for pages that are pictures only; known once words were sought."""
        return self._folded is not None and not self._text.strip()

    @property
    def found(self) -> tuple[int, int]:
        """The rank of the place shown, from 1 (0 when none is), and how many were found so far."""
        return self._current + 1, self._count()

    def step(self, step: int) -> None:
        """Go to the next place found, or with -1 to the previous one; after the last comes the first."""
        count = self._count()
        if not count:
            return
        self._current = (self._current + step) % count if self._current >= 0 or step > 0 else count - 1
        self.pages.setCurrentSearchResultIndex(self._current)
        link = self._search.resultAtIndex(self._current)
        if link.isValid():
            above = max(0.0, link.location().y() - 80)
            self.pages.pageNavigator().jump(link.page(), QPointF(0, above), 0)
        self.found_changed.emit()

    def _count(self) -> int:
        return self._search.rowCount(QModelIndex())

    def _counted(self) -> None:
        if self._current < 0 and self._count():
            self.step(1)
        else:
            self.found_changed.emit()

    def _tell_page(self) -> None:
        self.page_changed.emit(self.pages.pageNavigator().currentPage() + 1, self.pdf.pageCount())


class _Pages(Ringed, QPdfView):
    """The pages. The mouse only takes the focus: no link of a PDF is followed, whatever the version of Qt."""

    def __init__(self, pane: PdfPane) -> None:
        super().__init__(pane)
        self.setPageMode(QPdfView.PageMode.MultiPage)
        self.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.setDocumentMargins(QMargins(theme.L, theme.L, theme.L, theme.L))
        self.setPageSpacing(theme.M)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Pages du PDF"))
        self._pane = pane
        self._dress()

    def _dress(self) -> None:
        """Lay the pages on the ground of the window: QPdfView takes the dark role."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Dark, theme.ink("window"))
        self.setPalette(palette)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._dress()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the focus, follow nothing."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show no hand over a link."""

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Follow no link."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        ends = {Qt.Key.Key_Home: bar.minimum(), Qt.Key.Key_End: bar.maximum()}
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        elif (end := ends.get(Qt.Key(event.key()))) is not None:
            bar.setValue(end)
        else:
            super().keyPressEvent(event)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl the wheel enlarges: the page does it, and says it."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._pane.zoom_wanted.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        result = super().viewportEvent(event)
        if event.type() is QEvent.Type.Resize:
            self._pane.fit()
        return bool(result)
