"""« Parcours de soins »: a life across, quarter by quarter; what was planned above what was done.

The wheel pans, Ctrl and the wheel zoom around the pointer; arrows move the focused mark, Entrée opens its
document. What is painted is also told: each move of the focus changes the accessible description, and the
documents are in the table under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy
from typing_extensions import override

from demo_lgc.domain.timeline import Lane, TimelineEvent
from demo_lgc.ui.patient import timeline_ink as pen
from demo_lgc.ui.patient.lanes import Axis, Item, Period, items_of, lane_title, window
from demo_lgc.ui.patient.timeline_words import description, headline, lines
from demo_lgc.ui.widgets.picture import PaintedOnce

NAMES, HEAD, LANE, FOLLOW_UP, RIGHT = 178, 42, 34, 76, 16
HOVER_MS = 150
SHORTEST, LONGEST = timedelta(days=21), timedelta(days=365 * 60)


class Timeline(PaintedOnce):
    """The painted life of a patient.

    `document_chosen` carries the unique id of the document of the mark that was pressed, `document_opened`
    that of the mark that Entrée or a double click opens.
    """

    document_chosen = Signal(str)
    document_opened = Signal(str)

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today
        self._events: tuple[TimelineEvent, ...] = ()
        self._first, self._last = window((), today, Period.YEAR)
        self._rows: list[tuple[Lane, tuple[Item, ...]]] = []
        self._focused: Item | None = None
        self._pointed: Item | None = None
        self._card: Item | None = None
        self._levels = 1  # of the lane of treatments; they never go while the record is in sight
        self._hover = QTimer(self, singleShot=True, interval=HOVER_MS)
        self._hover.timeout.connect(self._show_pointed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Parcours de soins"))

    # --- what is shown --------------------------------------------------------------------------------

    def show_events(self, events: Sequence[TimelineEvent]) -> None:
        """Show these events; the window stays where it is."""
        self._events = tuple(events)
        self._focused = self._pointed = self._card = None
        self._levels = 1
        self.setAccessibleDescription(description(self._events))
        self.forget()
        self.updateGeometry()

    def show_period(self, period: Period) -> None:
        """Show a period around today."""
        self._first, self._last = window(self._events, self._today, period)
        self.forget()

    @property
    def shown(self) -> tuple[date, date]:
        """The first and the last day in sight."""
        return self._first, self._last

    @property
    def focused_item(self) -> Item | None:
        """The mark the keyboard is on."""
        return self._focused

    def items(self) -> tuple[Item, ...]:
        """Everything in sight, lane by lane, in order of time."""
        return tuple(item for _, items in self._layout_rows() for item in items)

    def place(self, item: Item) -> QPointF:
        """The middle of a mark, in this widget."""
        axis, top = self._axis(), float(HEAD)
        for lane, _ in self._layout_rows():
            if lane is item.lane:
                day = max(item.day, axis.first)
                middle = top + (20 if lane is Lane.PLANNED else item.level * LANE + LANE / 2)
                return QPointF(min(axis.x(day) + (10 if item.until else 0), axis.right), middle)
            top += self._height(lane)
        return QPointF()

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, HEAD + sum(self._height(lane) for lane in self._lanes()) + 4)

    # --- painting -------------------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self.picture())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._focused and self.hasFocus():
            pen.ring(painter, self._box(self._focused))
        card = self._card
        if card:
            pen.card(painter, self._box(card), QRectF(self.rect()), headline(card, self._today), lines(card))

    @override
    def paint_on(self, painter: QPainter) -> None:
        axis, height, top = self._axis(), self.height(), float(HEAD)
        pen.calendar(painter, axis, HEAD, height)
        if axis.holds(self._today):  # under the marks and the words: it must not strike them through
            pen.today(painter, axis.x(self._today), height, self.tr("Aujourd’hui"))
        for lane, items in self._layout_rows():
            pen.lane_name(painter, lane, lane_title(lane), top, self.width(), NAMES)
            if lane is Lane.PLANNED:
                pen.follow_up(painter, axis, items, top, self._today)
            else:
                pen.lane(painter, axis, items, top, LANE)
            top += self._height(lane)

    def _box(self, item: Item) -> QRectF:
        """The room of a mark: what is pointed at and ringed."""
        place, axis = self.place(item), self._axis()
        if item.until:
            left = max(axis.x(item.day), axis.left)
            return QRectF(left, place.y() - 12, max(24.0, min(axis.x(item.until), axis.right) - left), 24)
        return QRectF(place.x() - 13, place.y() - 13, 26, 26)

    # --- events ---------------------------------------------------------------------------------------

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        item = self._at(event.position())
        if item is not self._pointed:
            self._pointed = item
            self.setCursor(Qt.CursorShape.PointingHandCursor if item else Qt.CursorShape.ArrowCursor)
            self._hover.start() if item else self._hide_card()
        super().mouseMoveEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = None
        self._hide_card()
        super().leaveEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        item = self._at(event.position())
        if item and event.button() is Qt.MouseButton.LeftButton:
            self._focus(item)
            self._tell(item, self.document_chosen)
        super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        item = self._at(event.position())
        if item and event.button() is Qt.MouseButton.LeftButton:
            self._tell(item, self.document_opened)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = (event.angleDelta().y() or event.angleDelta().x()) / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(0.8**steps, event.position().x())
        else:
            self._pan(-steps / 10)
        event.accept()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._focused is None and (items := self.items()):
            self._focus(min(items, key=lambda item: abs((item.day - self._today).days)), card=False)
        self.update()
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._hide_card()
        super().focusOutEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if ctrl and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._zoom(1.25 if key is Qt.Key.Key_Minus else 0.8, self._axis().x(self._today))
        elif ctrl and key is Qt.Key.Key_0:
            self.show_period(Period.YEAR)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step_in_lane(1 if key is Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step_lane(1 if key is Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._focused:
            self._tell(self._focused, self.document_opened)
        elif key is Qt.Key.Key_Escape and self._card:
            self._hide_card()
        else:
            super().keyPressEvent(event)

    # --- moves ----------------------------------------------------------------------------------------

    def _step_in_lane(self, step: int) -> None:
        lane = next((items for _, items in self._layout_rows() if self._focused in items), self.items())
        if not lane:
            return
        place = lane.index(self._focused) + step if self._focused in lane else 0
        self._focus(lane[max(0, min(place, len(lane) - 1))])

    def _step_lane(self, step: int) -> None:
        rows = [items for _, items in self._layout_rows() if items]
        here = next((n for n, items in enumerate(rows) if self._focused in items), None)
        if here is None or not 0 <= here + step < len(rows) or self._focused is None:
            return
        day = self._focused.day
        self._focus(min(rows[here + step], key=lambda item: abs((item.day - day).days)))

    def _focus(self, item: Item, *, card: bool = True) -> None:
        self._focused = item
        self._card = item if card else None
        words = [headline(item, self._today), *lines(item)]
        self.setAccessibleDescription(", ".join(words))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.update()

    def _tell(self, item: Item, signal: SignalInstance) -> None:
        """Name the first document of a mark."""
        for event in item.events:
            if event.document_id:
                signal.emit(event.document_id)
                return

    def _pan(self, share: float) -> None:
        moved = timedelta(days=round((self._last - self._first).days * share) or (1 if share > 0 else -1))
        self._first, self._last = self._first + moved, self._last + moved
        self.forget()

    def _zoom(self, factor: float, x: float) -> None:
        axis = self._axis()
        length = min(max(timedelta(days=round(axis.days * factor)), SHORTEST), LONGEST)
        pivot = axis.day(min(max(x, axis.left), axis.right))
        before = timedelta(days=round((pivot - axis.first).days * length.days / axis.days))
        self._first, self._last = pivot - before, pivot - before + length
        self.forget()

    # --- layout ---------------------------------------------------------------------------------------

    def _lanes(self) -> list[Lane]:
        """The follow-up lane is there only when something is planned."""
        planned = any(e.lane is Lane.PLANNED for e in self._events)
        return [lane for lane in Lane if planned or lane is not Lane.PLANNED]

    def _height(self, lane: Lane) -> int:
        if lane is Lane.PLANNED:
            return FOLLOW_UP
        return LANE * self._levels if lane is Lane.TREATMENT else LANE

    def _axis(self) -> Axis:
        return Axis(self._first, self._last, float(NAMES), float(max(NAMES + 1, self.width() - RIGHT)))

    def _layout_rows(self) -> list[tuple[Lane, tuple[Item, ...]]]:
        if not self._rows:
            axis = self._axis()
            self._rows = [(ln, items_of(ln, self._events, axis, self._today)) for ln in self._lanes()]
            levels = 1 + max((item.level for _, items in self._rows for item in items), default=0)
            if levels > self._levels:
                self._levels = levels
                self.updateGeometry()
        return self._rows

    @override
    def forget(self) -> None:
        """Forget what was laid out and painted; keep the focus on the same day when it is still there."""
        kept, carded = self._focused, self._card is not None and self._card is self._focused
        self._rows, self._card, self._pointed = [], None, None
        if kept:
            self._focused = next(
                (i for i in self.items() if i.lane is kept.lane and kept.events[0] in i.events), None
            )
            self._card = self._focused if carded else None
        self._layout_rows()  # now: the height is known before anything is painted
        super().forget()

    def _at(self, point: QPointF) -> Item | None:
        return next((item for item in reversed(self.items()) if self._box(item).contains(point)), None)

    def _show_pointed(self) -> None:
        self._card = self._pointed
        self.update()

    def _hide_card(self) -> None:
        self._hover.stop()
        if self._card is not None:
            self._card = None
        self.update()
