"""Where documents are read: text dressed by the theme, enlarged, searched; results on cards, with chips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QTextTable,
    QWheelEvent,
)
from PySide6.QtWidgets import QTextEdit
from typing_extensions import override

from demo_lgc.domain.received import Enclosed
from demo_lgc.ui import theme
from demo_lgc.ui.viewer.closed import ClosedBrowser
from demo_lgc.ui.viewer.find import Folded
from demo_lgc.ui.viewer.style import face, ready, style_sheet

SCROLLBAR = 12  # pixels, as the style sheet has it
COLUMN = 736  # pixels at 100 %: a paragraph and the margins of the document
LEAST, MOST, STEP = 0.5, 3.0, 1.2
_BESIDE = 12  # pixels between a card and the words in it, above and below


@dataclass(frozen=True)
class _Chip:
    """Words on a ground of their own, painted as a chip: their place, and the ground they had."""

    start: int
    end: int
    ink: QColor
    ground: QColor


class DocumentBrowser(ClosedBrowser):
    """A text to read: scrolled by keys, searched, copied, enlarged. `found_changed` follows the search.

    `zoom_wanted` carries 1 (larger) or -1.
    """

    found_changed = Signal()
    zoom_wanted = Signal(int)

    def __init__(self, say: str) -> None:
        super().__init__(say)
        self._html, self._cards, self._zoom = "", False, 1.0
        self._chips: list[_Chip] = []
        self._tables: list[QTextTable] = []
        self._sought, self._current = "", 0
        self._folded: Folded | None = None  # the text as it is searched
        self._found: list[tuple[int, int]] = []
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        # Twice 12 at the sides, once above: a margin of the document's own would be laid out once more.
        self.paper.setDocumentMargin(theme.M)
        self.setViewportMargins(theme.M, 0, 0, 0)
        self.setWordWrapMode(QTextOption.WrapMode.WordWrap)  # a wide table scrolls: no word is cut

    @property
    def zoom(self) -> float:
        """1.0 at 100 %."""
        return self._zoom

    @property
    def html(self) -> str:
        """The text shown, as it was given."""
        return self._html

    def show_html(self, html: str, media: Sequence[Enclosed] = (), *, cards: bool = False) -> None:
        """Show a text. With `cards`, its tables stand on cards with the heading above them."""
        self._html, self._cards = html, cards
        self.paper.set_media(media)
        self._lay_out()

    def set_zoom(self, zoom: float) -> None:
        """Enlarge; the words that were at the top stay there."""
        zoom = min(MOST, max(LEAST, zoom))
        if zoom != self._zoom:
            self._zoom = zoom
            self._again()

    # --- search ---------------------------------------------------------------------------------------

    def search(self, words: str) -> None:
        """Look for words, accents and capitals ignored; the first place from the top of the page is shown."""
        self._sought = words
        self._found = self._places(words)
        top = self.cursorForPosition(QPoint(0, 0)).position()
        self._current = next((rank for rank, (start, _) in enumerate(self._found) if start >= top), 0)
        self._show_found()

    @property
    def found(self) -> tuple[int, int]:
        """The rank of the place shown, from 1 (0 when there is none), and how many there are."""
        return (self._current + 1 if self._found else 0), len(self._found)

    @property
    def has_no_words(self) -> bool:
        """False: a text can always be searched."""
        return False

    def step(self, step: int) -> None:
        """Go to the next place found, or with -1 to the previous one; after the last comes the first."""
        if self._found:
            self._current = (self._current + step) % len(self._found)
            self._show_found()

    def _places(self, words: str) -> list[tuple[int, int]]:
        if not words:
            return []
        if self._folded is None:
            self._folded = Folded(self.paper.toPlainText())
        return self._folded.places(words)

    def _show_found(self) -> None:
        marks = []
        for rank, (start, end) in enumerate(self._found):
            mark = QTextEdit.ExtraSelection()
            mark.cursor = self._cursor(start, end)
            current = rank == self._current
            ink, ground = ("on_accent", "accent") if current else ("text", "warn_soft")
            mark.format.setForeground(theme.ink(ink))
            mark.format.setBackground(theme.ink(ground))
            marks.append(mark)
        self.setExtraSelections(marks)
        if self._found:
            self._reveal(self._found[self._current][0])
        self.found_changed.emit()

    def _reveal(self, place: int) -> None:
        """Scroll so that a place is in sight, away from the edges."""
        box, bar = self.cursorRect(self._cursor(place, place)), self.verticalScrollBar()
        if box.top() < 0 or box.bottom() > self.viewport().height():
            bar.setValue(bar.value() + box.top() - self.viewport().height() // 3)

    # --- laying out -----------------------------------------------------------------------------------

    def _again(self) -> None:
        bar = self.verticalScrollBar()
        share = bar.value() / bar.maximum() if bar.maximum() else 0.0
        self._lay_out()
        bar.setValue(round(share * bar.maximum()))

    def _lay_out(self) -> None:
        self._chips, self._tables = [], []
        self.paper.clear()  # or the text before would be laid out again at each change
        self.paper.zoom = self._zoom
        self._fit()
        self.paper.setDefaultFont(face(self._zoom))
        sheet = style_sheet(theme.tokens(), self._zoom)
        if sheet != self.paper.defaultStyleSheet():  # Qt would read it again
            self.paper.setDefaultStyleSheet(sheet)
        self.setHtml(ready(self._html))
        self._folded = None
        if self._sought:
            self._found = self._places(self._sought)
        if self._cards:
            self._find_cards()

    def _find_cards(self) -> None:
        frames = self.paper.rootFrame().childFrames()
        self._tables = [frame for frame in frames if isinstance(frame, QTextTable)]
        block = self.paper.begin()
        while block.isValid():
            pieces = block.begin()
            while not pieces.atEnd():
                piece = pieces.fragment()
                worn = piece.charFormat()
                if worn.background().style() is not Qt.BrushStyle.NoBrush:
                    end = piece.position() + piece.length()
                    inks = worn.foreground().color(), worn.background().color()
                    self._chips.append(_Chip(piece.position(), end, *inks))
                pieces += 1
            block = block.next()
        bare = QTextCharFormat()
        bare.setBackground(Qt.BrushStyle.NoBrush)
        editing = QTextCursor(self.paper)
        editing.beginEditBlock()  # all of them, then one laying out
        for chip in self._chips:
            self._cursor(chip.start, chip.end).mergeCharFormat(bare)
        editing.endEditBlock()

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.paper)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _fit(self) -> None:
        """Lines as wide as a paragraph, or as the room beside the scroll bar, be it there or not."""
        room = self.width() - 2 * theme.M - SCROLLBAR - 2  # Qt rounds the columns of a table up
        width = min(room, round(COLUMN * max(1.0, self._zoom)))
        if width != self.lineWrapColumnOrWidth():  # Qt lays out again even for the same width
            self.setLineWrapColumnOrWidth(width)

    # --- painting -------------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._cards:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_cards(painter)
            painter.end()
        super().paintEvent(event)

    def _paint_cards(self, painter: QPainter) -> None:
        layout = self.paper.documentLayout()
        left, top = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        painter.setPen(QPen(theme.ink("line"), 1))
        for table in self._tables:
            body = layout.frameBoundingRect(table)
            heading = self.paper.findBlock(table.firstPosition() - 2)
            high = layout.blockBoundingRect(heading).top() - _BESIDE * self._zoom
            # Qt counts the left of a table from the words of its first cell.
            card = QRectF(self.paper.documentMargin(), high, body.width(), body.bottom() - high + _BESIDE / 2)
            card.translate(-left + 0.5, -top + 0.5)
            if card.bottom() >= 0 and card.top() <= self.viewport().height():
                painter.drawRoundedRect(card, 10, 10)
        for chip in self._chips:
            self._paint_chip(painter, chip)

    def _paint_chip(self, painter: QPainter, chip: _Chip) -> None:
        first, last = (self.cursorRect(self._cursor(at, at)) for at in (chip.start, chip.end))
        if last.bottom() < 0 or first.top() > self.viewport().height() or first.top() != last.top():
            return
        body = QRectF(first.left() - 3, first.top() - 2, last.left() - first.left() + 6, first.height() + 4)
        painter.save()
        painter.setPen(QPen(chip.ink, 1) if theme.tokens().name == "contrast" else Qt.PenStyle.NoPen)
        painter.setBrush(chip.ground)
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
        painter.restore()

    # --- events ---------------------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self._html:
            self._again()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl the wheel enlarges: the page does it, and says it."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_wanted.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)
