"""The cell of a table, and the one delegate that paints it: icon, word, chip, bold, second line."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
)
from typing_extensions import override

from demo_lgc.ui import icons, theme
from demo_lgc.ui.widgets.chip import chip_font, chip_size, paint_chip
from demo_lgc.ui.widgets.text import elided, plain_tip

CELL = int(Qt.ItemDataRole.UserRole)
PAD, EDGE, PICTURE = 10, 16, 24  # between columns, at both ends, taken by an icon and its gap


@dataclass(frozen=True)
class Cell:
    """What a row says in a column.

    `tone` is a token or a tone; `say` what is said when the icon stands alone; `second` a smaller second
    line; `tip` a tooltip of its own (a cut text always has one); `tint` a tone for the icon alone.
    """

    text: str = ""
    icon: str = ""
    tone: str = "text"
    weight: int = 400
    chip: bool = False
    right: bool = False
    say: str = ""
    second: str = ""
    tip: str = ""
    tint: str = ""

    @property
    def spoken(self) -> str:
        """The cell in words, for screen readers."""
        return " ".join(part for part in (self.say or self.text, self.second) if part)

    @property
    def face(self) -> QFont:
        """The face of its first line."""
        return chip_font() if self.chip else theme.font("small", tabular=True, weight=self.weight)


class CellDelegate(QStyledItemDelegate):
    """Paints a `Cell`: selection and hover as one soft row, a thin rule between rows, focus as a ring."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        cell = _cell(index)
        sides = _sides(index)
        metrics = QFontMetrics(cell.face)
        if cell.chip and (cell.text or cell.icon):
            return QSize(chip_size(metrics, cell.text, cell.icon).width() + sum(sides), theme.ROW)
        words = metrics.horizontalAdvance(cell.text)
        if cell.second:
            words = max(words, QFontMetrics(theme.font("caption")).horizontalAdvance(cell.second))
        picture = 0 if not cell.icon else PICTURE if words else 16
        return QSize(words + picture + sum(sides) + 2, theme.ROW)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell, rect = _cell(index), QRect(option.rect)
        painter.save()
        self._ground(painter, option, index, rect)
        left, right = _sides(index)
        body = rect.adjusted(left, 0, -right, -1)
        if cell.chip:
            if cell.text or cell.icon:
                size = chip_size(QFontMetrics(cell.face), cell.text, cell.icon)
                top = body.center().y() - size.height() // 2 + 1
                chip = QRect(body.left(), top, min(size.width(), body.width()), size.height())
                paint_chip(painter, chip, cell.text, cell.icon, cell.tone)
        else:
            self._words(painter, cell, body)
        painter.restore()

    @override
    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        cell = _cell(index)
        room = view.horizontalHeader().sectionSize(index.column()) if isinstance(view, QTableView) else 0
        cut = self.sizeHint(option, index).width() > room
        words = cell.tip or (cell.say if not cell.text else "") or (cell.spoken if cut else "")
        if words:
            QToolTip.showText(event.globalPos(), plain_tip(words), view)
        else:
            QToolTip.hideText()
        return True

    def _ground(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        rect: QRect,
    ) -> None:
        view = option.widget
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = getattr(view, "hovered", -1) == index.row()
        if chosen or hovered:
            painter.fillRect(rect, theme.ink("selected" if chosen else "hover"))
        if index.row() < index.model().rowCount() - 1:
            painter.setPen(theme.ink("line"))
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if isinstance(view, QTableView) and view.hasFocus() and view.currentIndex().row() == index.row():
            _ring(painter, view, index, rect)

    def _words(self, painter: QPainter, cell: Cell, body: QRect) -> None:
        colour = theme.ink(cell.tone)
        if cell.icon:
            top = body.center().y() - 7
            shade = theme.tokens().ink(cell.tint or cell.tone)
            icons.paint(painter, cell.icon, shade, body.left(), top, 16)
            body = body.adjusted(PICTURE, 0, 0, 0)
        side = Qt.AlignmentFlag.AlignRight if cell.right else Qt.AlignmentFlag.AlignLeft
        align = int(Qt.AlignmentFlag.AlignVCenter | side)
        painter.setFont(cell.face)
        painter.setPen(colour)
        if not cell.second:
            painter.drawText(body, align, elided(painter.fontMetrics(), cell.text, body.width()))
            return
        small = theme.font("caption", tabular=True)
        high, low = painter.fontMetrics().height(), QFontMetrics(small).height()
        top = body.top() + (body.height() - high - low - 1) // 2
        line = QRect(body.left(), top, body.width(), high)
        painter.drawText(line, align, elided(painter.fontMetrics(), cell.text, body.width()))
        painter.setFont(small)
        painter.setPen(theme.ink("text3"))
        line = QRect(body.left(), top + high + 1, body.width(), low)
        painter.drawText(line, align, elided(painter.fontMetrics(), cell.second, body.width()))


def _cell(index: QModelIndex | QPersistentModelIndex) -> Cell:
    cell = index.data(CELL)
    return cell if isinstance(cell, Cell) else Cell()


def _ends(index: QModelIndex | QPersistentModelIndex) -> tuple[bool, bool]:
    return index.column() == 0, index.column() == index.model().columnCount() - 1


def _sides(index: QModelIndex | QPersistentModelIndex) -> tuple[int, int]:
    first, last = _ends(index)
    return EDGE if first else PAD, EDGE if last else PAD


def _ring(
    painter: QPainter, view: QTableView, index: QModelIndex | QPersistentModelIndex, rect: QRect
) -> None:
    across = view.horizontalHeader()
    shown = [c for c in range(across.count()) if not across.isSectionHidden(c)]
    painter.setPen(QPen(theme.ink("focus"), 2))
    inner = rect.adjusted(0, 1, 0, -1)
    painter.drawLine(inner.topLeft(), inner.topRight())
    painter.drawLine(inner.bottomLeft(), inner.bottomRight())
    if index.column() == shown[0]:
        painter.drawLine(inner.left() + 1, inner.top(), inner.left() + 1, inner.bottom())
    if index.column() == shown[-1]:
        painter.drawLine(inner.right() - 1, inner.top(), inner.right() - 1, inner.bottom())
