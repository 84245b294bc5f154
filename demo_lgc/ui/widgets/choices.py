"""A few things to choose from, each in a big row: a name, what is known of it, and a chip.

↑ ↓ go from one to the next, Entrée or a double click takes the one that is marked.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from demo_lgc.ui import icons, theme
from demo_lgc.ui.widgets.chip import chip_font, chip_size, paint_chip
from demo_lgc.ui.widgets.text import elided, plain_tip

CHOICE = int(Qt.ItemDataRole.UserRole)
GAP, EDGE, PICTURE, MOST = (
    8,
    14,
    20,
    4,
)  # pixels between rows, inside them, of the icon; rows before scrolling
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_MIDDLE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class Choice:
    """One row. `key` tells it apart when the rows are given again; `chip` is a word, an icon and a tone."""

    key: Hashable
    name: str
    lines: tuple[str, ...] = ()
    icon: str = ""
    chip: tuple[str, str, str] = ("", "", "")

    @property
    def spoken(self) -> str:
        """What screen readers say after the name."""
        return ", ".join(part for part in (self.chip[0], *self.lines) if part)


class _Model(QAbstractListModel):
    """The rows, read-only."""

    def __init__(self) -> None:
        super().__init__()
        self.choices: tuple[Choice, ...] = ()

    def set_choices(self, choices: Sequence[Choice]) -> None:
        self.beginResetModel()
        self.choices = tuple(choices)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.choices)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        choice = self.choices[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{choice.name}, {choice.spoken}" if choice.spoken else choice.name
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip("\n".join((choice.name, *choice.lines)))
            case _:
                return choice if role == CHOICE else None


class _Delegate(QStyledItemDelegate):
    """Paints a row as a card with an edge, blue when it is the one."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(240, height_of(index.data(CHOICE)) + GAP)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice, view = index.data(CHOICE), option.widget
        rect = QRect(option.rect).adjusted(0, 0, 0, -GAP)
        chosen = isinstance(view, QListView) and view.currentIndex() == index
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = "accent_soft" if chosen else "hover" if hovered else "surface"
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.ink("accent" if chosen else "edge"), 2 if chosen else 1))
        painter.setBrush(theme.ink(ground))
        inset = 1.0 if chosen else 0.5
        painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), 8, 8)
        if chosen and isinstance(view, QListView) and view.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.ink("focus"), 1))
            painter.drawRoundedRect(QRectF(rect).adjusted(3.5, 3.5, -3.5, -3.5), 5, 5)
        self._words(painter, choice, rect, "accent" if chosen else "text2")
        painter.restore()

    def _words(self, painter: QPainter, choice: Choice, rect: QRect, ink: str) -> None:
        left, right = rect.left() + EDGE, rect.right() - EDGE
        top, end = rect.top() + 10, right
        if choice.icon:
            middle = rect.center().y() - PICTURE // 2
            icons.paint(painter, choice.icon, theme.tokens().ink(ink), left, middle, PICTURE)
            left += PICTURE + 12
        word, icon, tone = choice.chip
        if word:
            size = chip_size(QFontMetrics(chip_font()), word, icon)
            first = QFontMetrics(theme.font("strong")).height()
            place = QRect(right - size.width(), top + (first - size.height()) // 2, *size.toTuple())
            paint_chip(painter, place, word, icon, tone)
            end = place.left() - 8
        for rank, line in enumerate((choice.name, *choice.lines)):
            face = theme.font("caption" if rank else "strong", tabular=bool(rank))
            metrics = QFontMetrics(face)
            room = QRect(left, top, (right if rank else end) - left, metrics.height())
            painter.setFont(face)
            painter.setPen(theme.ink("text2" if rank else "text"))
            painter.drawText(room, _MIDDLE, elided(metrics, line, room.width()))
            top += metrics.height() + 2


class ChoiceList(QListView):
    """The rows. `moved` follows the mark, whoever moves it; `taken` is Entrée or a double click on it."""

    moved = Signal()
    taken = Signal()

    def __init__(self, says: str, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(says)
        self._rows = _Model()
        self.setModel(self._rows)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(lambda *_: self.moved.emit())
        self.doubleClicked.connect(lambda _index: self.taken.emit())

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What is listed, in order."""
        return self._rows.choices

    @property
    def marked(self) -> Hashable | None:
        """The key of the row that is marked."""
        row = self.currentIndex().row()
        return self.choices[row].key if 0 <= row < len(self.choices) else None

    def offer(self, choices: Sequence[Choice]) -> None:
        """List these; the mark stays on the same thing, else goes to the first."""
        if tuple(choices) == self.choices:
            return
        marked = self.marked
        self._rows.set_choices(choices)
        heights = [height_of(choice) + GAP for choice in choices[:MOST]]
        self.setFixedHeight(sum(heights))
        keys = [choice.key for choice in choices]
        if keys:
            self.setCurrentIndex(self._rows.index(keys.index(marked) if marked in keys else 0, 0))

    def mark_first(self) -> None:
        """Put the mark on the first row."""
        self.setCurrentIndex(self._rows.index(0, 0))

    def step(self, rows: int) -> None:
        """Move the mark, for a key pressed elsewhere."""
        row = self.currentIndex().row() + rows
        if 0 <= row < len(self.choices):
            self.setCurrentIndex(self._rows.index(row, 0))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.marked is not None:
            self.taken.emit()
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


def height_of(choice: Choice) -> int:
    """Return how high a row is, in pixels."""
    lines = QFontMetrics(theme.font("caption")).height() + 2
    return 20 + QFontMetrics(theme.font("strong")).height() + lines * len(choice.lines)
