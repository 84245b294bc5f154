"""Tables: a model of columns and rows, one painting delegate, one view that obeys the keyboard.

A page gives the columns once (what each row says in each) and the rows as often as it likes; the row that
was chosen stays chosen when the rows are read again, and nothing jumps.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedLayout, QTableView, QWidget
from typing_extensions import override

from demo_lgc.ui import theme
from demo_lgc.ui.widgets.cell import CELL, Cell, CellDelegate

__all__ = ["CELL", "Cell", "CellDelegate", "Column", "Listing", "RowsModel", "TableView"]

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
MEASURED, NARROWEST = 100, 40  # rows measured beyond those visible, pixels a column keeps


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column: its title and what a row says in it.

    `stretch` takes the room left (else it is as wide as its words); `folds` columns go when the page is
    narrow, and then the column that `fills` takes the room left.
    """

    title: str
    cell: Callable[[T], Cell]
    stretch: bool = False
    folds: bool = False
    fills: bool = False
    right: bool = False


class RowsModel(QAbstractTableModel, Generic[T]):
    """Rows of domain values, read-only. `key` tells a row apart from the others when they are read again."""

    def __init__(
        self, columns: Sequence[Column[T]], key: Callable[[T], Hashable], rows: Sequence[T] = ()
    ) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._key = key
        self._rows = tuple(rows)
        self.header_takes_room = True

    @property
    def rows(self) -> tuple[T, ...]:
        """What is shown, in order."""
        return self._rows

    def set_rows(self, rows: Sequence[T]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def set_columns(self, columns: Sequence[Column[T]], rows: Sequence[T]) -> None:
        """Show other columns, and the rows they are about."""
        self.beginResetModel()
        self.columns, self._rows = tuple(columns), tuple(rows)
        self.endResetModel()

    def at(self, rank: int) -> T:
        """Return a row. Raises IndexError."""
        return self._rows[rank]

    def key(self, rank: int) -> Hashable:
        """Return what tells a row apart. Raises IndexError."""
        return self._key(self._rows[rank])

    def rank(self, key: Hashable) -> int:
        """Return where the row of a key is, -1 when it is not there."""
        return next((rank for rank, row in enumerate(self._rows) if self._key(row) == key), -1)

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self.columns[index.column()].cell(self._rows[index.row()])
        if role == CELL:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return cell.spoken
        return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.SizeHintRole and not self.header_takes_room:
            return QSize(1, theme.HEADER)  # Qt makes columns as wide as titles nobody sees
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class TableView(QTableView):
    """Rows to go through with ↑ ↓ and open with Entrée or a double click. Tab leaves the table.

    With `scrolls`, columns keep the room of their words and those that pass the edge are scrolled to.
    `opened` gives the row opened, `opened_apart` the one that Maj+Entrée opens in a window of its own,
    `chosen` the row now selected (None when there is none).
    """

    opened = Signal(object)
    opened_apart = Signal(object)
    chosen = Signal(object)

    def __init__(
        self,
        model: RowsModel[Any],
        say: str,
        *,
        row_height: int = theme.ROW,
        header: bool = True,
        scrolls: bool = False,
    ) -> None:
        super().__init__()
        self.setAccessibleName(say)
        self.rows_model = model
        self._hovered, self._row_height, self._scrolls = -1, row_height, scrolls
        self._kept: tuple[Hashable] | None = None
        self._wanted: list[int] = []  # the room each column would like, measured once per reading
        self.setItemDelegate(CellDelegate(self))
        self.setModel(model)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        bar = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(bar.ScrollBarAsNeeded if scrolls else bar.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._dress_headers(header)
        model.dataChanged.connect(self._measure_again)
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(
            lambda now, _before: self.chosen.emit(self._value(now))
        )
        self.doubleClicked.connect(self._open)
        self.entered.connect(self._hover)

    @property
    def hovered(self) -> int:
        """The row under the pointer, -1 when there is none."""
        return self._hovered

    @property
    def current(self) -> Any:
        """The row chosen, None when there is none."""
        return self._value(self.currentIndex())

    def choose(self, key: Hashable) -> bool:
        """Choose the row of a key; False when it is not there."""
        rank = self.rows_model.rank(key)
        if rank >= 0:
            self.selectRow(rank)
        return rank >= 0

    def fold(self, narrow: bool) -> None:
        """Hide, or show again, the columns that go when the page is narrow.

        When the column that took the room left goes, the one that `fills` takes it.
        """
        for rank, column in enumerate(self.rows_model.columns):
            if column.folds:
                self.setColumnHidden(rank, narrow)
        self._share_out()

    def fit_height(self) -> None:
        """Become exactly as high as the header and the rows: for short lists inside a scrolled page."""
        head = 0 if self.horizontalHeader().isHidden() else theme.HEADER
        rows = sum(self.rowHeight(rank) for rank in range(self.rows_model.rowCount()))
        self.setFixedHeight(head + rows)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if entered and not held:
            self._open(self.currentIndex())
            return
        if entered and held == Qt.KeyboardModifier.ShiftModifier and self.current is not None:
            self.opened_apart.emit(self.current)
            return
        super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.selectionModel().hasSelection() and self.rows_model.rowCount():
            self.selectRow(max(0, self.currentIndex().row()))
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()))

    @override
    def leaveEvent(self, event: Any) -> None:
        super().leaveEvent(event)
        self._hover(QModelIndex())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()
        self.viewport().update()

    def _dress_headers(self, header: bool) -> None:
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        words = self.fontMetrics().height() + 18
        down.setDefaultSectionSize(max(self._row_height, words))
        across = self.horizontalHeader()
        across.setVisible(header)
        self.rows_model.header_takes_room = header
        across.setHighlightSections(False)
        across.setSectionsClickable(False)
        across.setFont(theme.font("caption", weight=500))
        across.setMinimumSectionSize(24)
        across.setFixedHeight(theme.HEADER)
        across.setResizeContentsPrecision(MEASURED)
        across.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _share_out(self) -> None:
        """Give each column the room of its words; when there is not enough, the widest are cut first."""
        shown = [rank for rank in range(self.rows_model.columnCount()) if not self.isColumnHidden(rank)]
        if not shown:
            return
        columns, room = self.rows_model.columns, self.viewport().width()
        wanted = [self._rooms()[rank] for rank in shown]
        cap = max(wanted) if self._scrolls else _cap(wanted, room)
        widths = {rank: min(self._wanted[rank], cap) for rank in shown}
        elastic = (
            [r for r in shown if columns[r].stretch] or [r for r in shown if columns[r].fills] or shown[-1:]
        )
        widths[elastic[0]] += max(0, room - sum(widths.values()))
        for rank, width in widths.items():
            self.setColumnWidth(rank, width)

    def wanted_width(self) -> int:
        """Return the pixels that would hold every column uncut."""
        return sum(self._rooms())

    def _rooms(self) -> list[int]:
        if len(self._wanted) != self.rows_model.columnCount():  # Qt lays out while columns are changing
            self._wanted = [self._room(rank) for rank in range(self.rows_model.columnCount())]
        return self._wanted

    def _room(self, rank: int) -> int:
        across = self.horizontalHeader()
        title = 0 if across.isHidden() else across.sectionSizeHint(rank)
        return max(self.sizeHintForColumn(rank), title)

    def _measure_again(self) -> None:
        self._wanted = []
        self._share_out()

    def _value(self, index: Index) -> Any:
        return self.rows_model.at(index.row()) if index.isValid() else None

    def _open(self, index: Index) -> None:
        if index.isValid():
            self.opened.emit(self._value(index))

    def _hover(self, index: Index) -> None:
        rank = index.row() if index.isValid() else -1
        if rank != self._hovered:
            self._hovered = rank
            self.viewport().update()

    def _remember(self) -> None:
        index = self.currentIndex()
        self._kept = (self.rows_model.key(index.row()),) if index.isValid() else None

    def _restore(self) -> None:
        self._hovered = -1
        self._wanted = []
        self._share_out()
        if self._kept is not None and not self.choose(self._kept[0]):
            self.chosen.emit(None)


def _cap(wanted: Sequence[int], room: int) -> int:
    """Return the width that no column may pass for all of them to stand in `room` pixels."""
    left, count = room, len(wanted)
    for width in sorted(wanted):
        if width * count > left:
            return max(NARROWEST, left // count)
        left -= width
        count -= 1
    return max(wanted)


class Listing(QWidget):
    """A table, and what stands in its place while it has no row."""

    def __init__(self, table: TableView, empty: QWidget) -> None:
        super().__init__()
        self.table, self.empty = table, empty
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(table)
        self._stack.addWidget(empty)
        table.rows_model.modelReset.connect(self._choose)
        self._choose()

    def _choose(self) -> None:
        self._stack.setCurrentWidget(self.table if self.table.rows_model.rowCount() else self.empty)
