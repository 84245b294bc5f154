"""« Table des matières »: the sections of a document, gone through with ↑ ↓ or the mouse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)
from typing_extensions import override

from demo_lgc.domain.received import Section
from demo_lgc.ui import theme
from demo_lgc.ui.widgets.layout import col
from demo_lgc.ui.widgets.text import Text

WIDTH = 172
INDENT, SIDE, HIGH = 12, 6, 5  # pixels: of a level, at the sides, above and below
DEEPEST = 2


@dataclass(frozen=True)
class Entry:
    """A line: the title of a section, its anchor in the text, how deep it is (0 is the top)."""

    title: str
    anchor: str
    depth: int = 0


def entries_of(sections: Iterable[Section], depth: int = 0) -> tuple[Entry, ...]:
    """Return the sections of a document in the order of reading, three levels at most."""
    found: list[Entry] = []
    for section in sections:
        if section.title:
            found.append(Entry(section.title, section.anchor, depth))
        if depth < DEEPEST:
            found += entries_of(section.subsections, depth + 1)
    return tuple(found)


class Contents(QFrame):
    """The contents. `chosen` carries the anchor to go to."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH + theme.L)
        self._list = _List()
        self._list.setObjectName("viewer.contents")
        self._list.setAccessibleName(self.tr("Table des matières"))
        self._list.itemClicked.connect(self._open)
        self._list.entered_by_key.connect(self._open)
        title = Text(self.tr("Table des matières"), "caption", "text2", weight=600)
        title.setContentsMargins(6, 0, 0, 0)
        self.setLayout(col(title, (self._list, 1), gap=6, margins=(0, 22, theme.L, theme.L)))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is listed."""
        return tuple(self._list.item(n).data(Qt.ItemDataRole.UserRole) for n in range(self._list.count()))

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """List these sections."""
        self._list.clear()
        for entry in entries:
            item = QListWidgetItem(entry.title)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            self._list.addItem(item)

    def _open(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole).anchor)


class _List(QListWidget):
    """A list whose line is opened by Entrée as by a click."""

    entered_by_key = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "contents")
        self.setFont(theme.font("small", weight=500))
        self.setItemDelegate(_Line(self))
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item and not event.modifiers():
            self.entered_by_key.emit(item)
            return
        super().keyPressEvent(event)


class _Line(QStyledItemDelegate):
    """A title on as many lines as it needs, further in when it is deeper."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        view = option.widget
        width = view.viewport().width() if isinstance(view, QListWidget) else WIDTH
        room = _room(QRect(0, 0, width, 10_000), index)
        words = option.fontMetrics.boundingRect(room, Qt.TextFlag.TextWordWrap, index.data())
        return QSize(width, words.height() + 2 * HIGH)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(option.rect).adjusted(1, 1, -1, -1)
        pointed = bool(option.state & QStyle.StateFlag.State_MouseOver)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(QPen(theme.ink("focus"), 2) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(theme.ink("hover") if pointed else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(body, 6, 6)
        painter.setPen(theme.ink("accent"))
        painter.setFont(option.font)
        painter.drawText(_room(option.rect, index), Qt.TextFlag.TextWordWrap, index.data())
        painter.restore()


def _room(rect: QRect, index: QModelIndex | QPersistentModelIndex) -> QRect:
    """Where the words of a line stand."""
    entry = index.data(Qt.ItemDataRole.UserRole)
    return rect.adjusted(SIDE + INDENT * entry.depth, HIGH, -SIDE, -HIGH)
