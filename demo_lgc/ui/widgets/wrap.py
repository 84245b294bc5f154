"""A row that goes on the next line when it is too wide: legends, recipients, chips."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget
from typing_extensions import override


class WrapLayout(QLayout):
    """Lays its parts out like words: from the left, on as many lines as needed.

    `gap` is between lines, `run` between parts, in pixels. With `last_fills` the last part of all takes what
    is left of its line, and goes to the next one only when its minimum width does not fit.
    """

    def __init__(
        self,
        gap: int = 6,
        run: int = 8,
        margins: tuple[int, int, int, int] = (0, 0, 0, 0),
        *,
        last_fills: bool = False,
    ) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap, self._run, self._last_fills = gap, run, last_fills
        self.setContentsMargins(*margins)

    def insert(self, place: int, widget: QWidget) -> None:
        """Add a widget before the part at `place`."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())
        self.invalidate()

    @override
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    @override
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    @override
    def sizeHint(self) -> QSize:
        if self._last_fills:
            return self.minimumSize()
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + self._run * max(0, len(sizes) - 1)
        return self._with_margins(QSize(width, max((size.height() for size in sizes), default=0)))

    @override
    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return self._with_margins(size)

    def _with_margins(self, size: QSize) -> QSize:
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Place the parts when `move`; return the height they take."""
        room = rect.marginsRemoved(self.contentsMargins())
        x, y, line = room.x(), room.y(), 0
        shown = [item for item in self._items if not item.isEmpty()]
        for item in shown:
            fills = self._last_fills and item is shown[-1]
            size = item.sizeHint().boundedTo(QSize(max(room.width(), 1), 10_000))
            if fills:
                size.setWidth(item.minimumSize().width())
            if line and x + size.width() > room.right() + 1:
                x, y, line = room.x(), y + line + self._gap, 0
            if fills:
                size.setWidth(max(size.width(), room.right() + 1 - x))
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._run
            line = max(line, size.height())
        return y + line - rect.y() + self.contentsMargins().bottom()


class Wrap(QWidget):
    """A widget around a `WrapLayout`: `gap` between lines, `run` between parts, in pixels."""

    def __init__(self, gap: int = 6, run: int = 8) -> None:
        super().__init__()
        self._wrap = WrapLayout(gap, run)
        self.setLayout(self._wrap)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Add a part at the end."""
        self._wrap.addWidget(widget)
