"""The short list under « Destinataires »: known correspondents, name at the left, address at the right."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from demo_lgc.domain.message import Correspondent
from demo_lgc.ui import theme
from demo_lgc.ui.widgets.text import elided

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
WHO = int(Qt.ItemDataRole.UserRole)
ROW, LONGEST = 44, 8


class Suggestions(QListView):
    """A list that never takes the focus: the field keeps it, and moves the choice."""

    picked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setProperty("role", "popup")
        self.setObjectName("share.suggestions")
        self.setAccessibleName(self.tr("Correspondants connus"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._people = _People()
        self.setModel(self._people)
        self.setItemDelegate(_Person(self))
        self.entered.connect(self.setCurrentIndex)
        self.clicked.connect(lambda index: self.picked.emit(index.data(WHO)))
        self.hide()

    @property
    def current(self) -> Correspondent | None:
        """The correspondent under the choice, None while the list is closed."""
        who = self.currentIndex().data(WHO) if self.isVisible() else None
        return who if isinstance(who, Correspondent) else None

    def propose(self, people: tuple[Correspondent, ...], under: QWidget) -> None:
        """Open under a widget with these people, the first one ready under Entrée; close without any."""
        self._people.set_people(people[:LONGEST])
        self.setVisible(bool(people))
        if not people:
            return
        height = ROW * min(len(people), LONGEST) + 12
        place = under.mapTo(self._over, QPoint(0, under.height() + 4))
        if place.y() + height > self._over.height():
            place.setY(max(0, place.y() - height - under.height() - 8))
        self.setGeometry(QRect(place, QSize(under.width(), height)))
        self.setCurrentIndex(self._people.index(0))
        self.raise_()

    def step(self, step: int) -> None:
        """Move the choice by `step` rows, stopping at both ends."""
        row = self.currentIndex().row() + step
        self.setCurrentIndex(self._people.index(max(0, min(row, self._people.rowCount() - 1))))


class _People(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self._people: tuple[Correspondent, ...] = ()

    def set_people(self, people: tuple[Correspondent, ...]) -> None:
        self.beginResetModel()
        self._people = people
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._people)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        who = self._people[index.row()]
        if role == WHO:
            return who
        if role == Qt.ItemDataRole.DisplayRole:
            return who.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (who.name, who.speciality, who.place, who.address) if part)
        return None


class _Person(QStyledItemDelegate):
    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        who, rect = index.data(WHO), QRect(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.ink("selected"))
        body, middle = rect.adjusted(12, 4, -12, -4), Qt.AlignmentFlag.AlignVCenter
        top = QRect(body.left(), body.top(), body.width(), body.height() // 2)
        low = top.translated(0, body.height() // 2)
        role = ", ".join(part for part in (who.speciality, who.place) if part)
        self._line(painter, top, who.name, "small", "text", int(middle), 500)
        self._line(painter, top, role, "caption", "text2", int(middle | Qt.AlignmentFlag.AlignRight))
        self._line(painter, low, who.address, "caption", "text3", int(middle))

    @staticmethod
    def _line(
        painter: QPainter, box: QRect, text: str, kind: str, tone: str, align: int, weight: int = 0
    ) -> None:
        painter.setFont(theme.font(kind, weight=weight))
        painter.setPen(theme.ink(tone))
        painter.drawText(box, align, elided(painter.fontMetrics(), text, box.width()))
