"""The analyses of a patient, to be ticked: name, course, last value and what it is worth.

↑ ↓ go from one to the next, Espace or a click ticks it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from demo_lgc.domain.results import Curve
from demo_lgc.ui import icons, theme
from demo_lgc.ui.results import ink
from demo_lgc.ui.results.model import (
    Key,
    Level,
    Spot,
    analysis_of,
    key_of,
    level_of,
    level_word,
    spots_of,
    tr,
    value_words,
)
from demo_lgc.ui.viewer import words
from demo_lgc.ui.widgets.text import elided, plain_tip

LINE = int(Qt.ItemDataRole.UserRole)
HEIGHT, EDGE, BOX, SPARK, PICTURE, NUMBER = 41, 14, 18, 56, 16, 40  # pixels
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Line:
    """An analysis in the list. `value` is its last one, without its unit."""

    key: Key
    name: str
    value: str
    spoken: str
    level: Level
    spots: tuple[Spot, ...]


def lines_of(curves: Sequence[Curve]) -> tuple[Line, ...]:
    """Return a line per curve; one that is given in several units says which."""
    units: dict[tuple[str, str], int] = {}
    for curve in curves:
        units[analysis_of(curve)] = units.get(analysis_of(curve), 0) + 1
    made = []
    for curve in curves:
        last = curve.points[-1]
        level = level_of(last, curve.unit)
        unit = words.unit(curve.unit)
        name = f"{curve.name} ({unit})" if unit and units[analysis_of(curve)] > 1 else curve.name
        said = (value_words(last, curve.unit), words.day(last.time), level_word(level))
        spoken = ", ".join(part for part in said if part)
        made.append(Line(key_of(curve), name, words.number(last.number), spoken, level, spots_of(curve)))
    return tuple(made)


class AnalysesModel(QAbstractListModel):
    """The lines and their ticks. `ticks_changed` follows every tick the doctor puts or takes away."""

    ticks_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line, ...] = ()
        self._ticked: set[Key] = set()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is listed, in order."""
        return self._lines

    @property
    def ticked(self) -> frozenset[Key]:
        """The curves to show."""
        return frozenset(self._ticked)

    def set_lines(self, lines: Sequence[Line], ticked: Collection[Key]) -> None:
        """List other analyses."""
        self.beginResetModel()
        self._lines, self._ticked = tuple(lines), {line.key for line in lines} & set(ticked)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if line.key in self._ticked else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.name
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return line.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{line.name}, {line.spoken}")
        return None

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        key = self._lines[index.row()].key
        if Qt.CheckState(value) is Qt.CheckState.Checked:
            self._ticked.add(key)
        else:
            self._ticked.discard(key)
        self.dataChanged.emit(index, index, [role])
        self.ticks_changed.emit()
        return True


class _Delegate(QStyledItemDelegate):
    """Paints a line, and ticks it."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(220, max(HEIGHT, QFontMetrics(theme.font("small")).height() + 18))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line, rect = index.data(LINE), QRect(option.rect)
        view = option.widget
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.ink("hover"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.ink("line"))
        ticked = index.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
        _tick(painter, rect, ticked=ticked)
        self._values(painter, line, rect)
        if isinstance(view, QListView) and view.hasFocus() and view.currentIndex() == index:
            painter.setPen(QPen(theme.ink("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -3), 4, 4)
        painter.restore()

    def _values(self, painter: QPainter, line: Line, rect: QRect) -> None:
        right, middle = rect.right() - EDGE, rect.center().y()
        if line.level.icon:
            shade = theme.tokens().ink(line.level.tone)
            icons.paint(painter, line.level.icon, shade, right - PICTURE, middle - PICTURE // 2, PICTURE)
        bold = theme.font("small", tabular=True, weight=600)
        wide = QFontMetrics(bold).horizontalAdvance(line.value)
        number = QRect(right - PICTURE - 8 - wide, rect.top(), wide + 1, rect.height())
        painter.setFont(bold)
        painter.setPen(theme.ink("danger" if line.level.is_abnormal else "text"))
        painter.drawText(number, int(ink.RIGHT.value), line.value)
        free = min(number.left(), right - PICTURE - 8 - NUMBER) - 10
        left = rect.left() + EDGE + BOX + 8
        face = theme.font("small", weight=500)
        fits = QFontMetrics(face).horizontalAdvance(line.name) <= free - SPARK - 8 - left
        if len(line.spots) > 1 and fits:  # the name comes first
            course = QRectF(free - SPARK, middle - 7, SPARK - 4, 14)
            ink.spark(painter, course, line.spots, "danger" if line.level.is_abnormal else "accent")
            free -= SPARK + 8
        name = QRect(left, rect.top(), free - left, rect.height())
        painter.setFont(face)
        painter.setPen(theme.ink("text"))
        painter.drawText(name, int(ink.LEFT.value), elided(QFontMetrics(face), line.name, name.width()))

    @override
    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if isinstance(event, QMouseEvent):
            left = event.button() is Qt.MouseButton.LeftButton
            released = event.type() is QEvent.Type.MouseButtonRelease
            return (
                left and released and option.rect.contains(event.position().toPoint()) and _turn(model, index)
            )
        if isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Select):
            return _turn(model, index)
        return False


class AnalysesList(QListView):
    """The list."""

    def __init__(self, model: AnalysesModel) -> None:
        super().__init__()
        self.setObjectName("results.analyses")
        self.setAccessibleName(tr("Analyses"))
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.model().index(0, 0))
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


def _turn(model: QAbstractItemModel, index: Index) -> bool:
    ticked = index.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
    state = Qt.CheckState.Unchecked if ticked else Qt.CheckState.Checked
    return model.setData(index, state, Qt.ItemDataRole.CheckStateRole)


def _tick(painter: QPainter, rect: QRect, *, ticked: bool) -> None:
    box = QRectF(rect.left() + EDGE + 0.5, rect.center().y() - BOX / 2 + 0.5, BOX - 1, BOX - 1)
    painter.setPen(QPen(theme.ink("accent" if ticked else "edge"), 1))
    painter.setBrush(theme.ink("accent" if ticked else "surface"))
    painter.drawRoundedRect(box, 4, 4)
    if ticked:
        icons.paint(painter, "check", theme.tokens().on_accent, box.left() + 1.5, box.top() + 1.5, 14, 3.0)
