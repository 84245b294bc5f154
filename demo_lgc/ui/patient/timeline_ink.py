"""How the parts of the timeline are painted. Shapes carry the meaning, colours repeat it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from demo_lgc.domain.timeline import Lane
from demo_lgc.ui import icons, theme
from demo_lgc.ui.patient.lanes import Axis, Item, quarters

CENTRE = Qt.AlignmentFlag.AlignCenter
LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
LANE_ICONS = {
    Lane.DOCUMENT: "file-text",
    Lane.ENCOUNTER: "stethoscope",
    Lane.TREATMENT: "pill",
    Lane.PLANNED: "list-checks",
}
TONES = {"practice": "neutral", "dmp": "dmp", "mss": "mss"}
CARD_WIDTH, CARD_LINE = 240.0, 20.0


def _tr(text: str) -> str:
    return QCoreApplication.translate("Timeline", text)


def words(
    painter: QPainter,
    box: QRectF,
    text: str,
    tone: str,
    kind: str = "caption",
    align: Qt.AlignmentFlag = LEFT,
    weight: int = 0,
) -> None:
    """Write a line in a box, cut with an ellipsis when it does not fit."""
    face = theme.font(kind, tabular=True, weight=weight)
    painter.setFont(face)
    painter.setPen(theme.ink(tone))
    cut = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
    painter.drawText(box, int(align.value), cut)


def calendar(painter: QPainter, axis: Axis, head: int, height: int) -> None:
    """Years and quarters, every other one on a soft ground."""
    striped = theme.tokens().name != "contrast"
    for begin, end, number in quarters(axis):
        left, right = max(axis.x(begin), axis.left), min(axis.x(end), axis.right)
        if right <= left:
            continue
        if striped and number % 2:
            painter.fillRect(QRectF(left, head, right - left, height - head), theme.ink("sunken"))
        if right - left > 22:
            words(painter, QRectF(left, 20, right - left, 20), f"T{number}", "text3", align=CENTRE)
        starts_year = number == 1 and begin >= axis.first
        if starts_year:
            painter.setPen(QPen(theme.ink("edge")))
            painter.drawLine(QPointF(left, 4), QPointF(left, height))
        if starts_year or begin <= axis.first:
            year_ends = axis.x(date(begin.year + 1, 1, 1))
            if year_ends - left > 48:
                words(painter, QRectF(left + 6, 0, 80, 20), str(begin.year), "text", "small", weight=600)


def today(painter: QPainter, x: float, height: int, said: str) -> None:
    """The line of today and its flag."""
    painter.setPen(QPen(theme.ink("accent"), 1.5))
    painter.drawLine(QPointF(x, 18), QPointF(x, height))
    face = theme.font("caption", weight=600)
    width = QFontMetricsF(face).horizontalAdvance(said) + 20
    flag = QRectF(x - width / 2, 1, width, 18)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.ink("accent"))
    painter.drawRoundedRect(flag, 9, 9)
    words(painter, flag, said, "on_accent", align=CENTRE, weight=600)


def lane_name(painter: QPainter, lane_: Lane, title: str, top: float, width: int, names: int) -> None:
    """The rule above a lane, its picture and its name."""
    planned = lane_ is Lane.PLANNED
    painter.setPen(QPen(theme.ink("line")))
    painter.drawLine(QPointF(0, top), QPointF(width, top))
    icons.paint(painter, LANE_ICONS[lane_], theme.tokens().text2, 16, top + 9)
    box = QRectF(40, top + (6 if planned else 0), names - 46, 20 if planned else 34)
    words(painter, box, title, "text" if planned else "text2", weight=600 if planned else 0)


def lane(painter: QPainter, axis: Axis, items: Sequence[Item], top: float, height: int) -> None:
    """Marks and spans of a lane."""
    for item in items:
        if item.until:
            _span(painter, axis, item, top + item.level * height, height)
        else:
            _mark(painter, axis.x(item.day), top + height / 2, item)


def _mark(painter: QPainter, x: float, y: float, item: Item) -> None:
    ink, ground = theme.tone(TONES.get(item.origin, "neutral"))
    painter.setPen(QPen(QColor(ink), 1.2))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(QRectF(x - 12, y - 12, 24, 24), 6, 6)
    picture = LANE_ICONS[item.lane] if len(item.events) == 1 else "layers"
    if item.lane is Lane.DOCUMENT and item.origin != "practice":
        picture = f"origin-{item.origin}"
    icons.paint(painter, picture, ink, x - 7, y - 7, 14, 2.1)
    if len(item.events) > 1:
        _badge(painter, QRectF(x + 4, y - 16, 16, 16), len(item.events), ink)


def _badge(painter: QPainter, box: QRectF, number: int, ink: str) -> None:
    painter.setPen(QPen(theme.ink("surface"), 1.5))
    painter.setBrush(QColor(ink))
    painter.drawEllipse(box)
    face = theme.font("caption", weight=700)
    face.setPixelSize(10 if number < 10 else 8)
    painter.setFont(face)
    painter.setPen(theme.ink("surface"))
    painter.drawText(box, int(CENTRE.value), str(number) if number < 100 else "+")


def _span(painter: QPainter, axis: Axis, item: Item, top: float, height: int) -> None:
    left = max(axis.x(item.day), axis.left + 1)
    right = min(axis.x(item.until or item.day), axis.right)
    if right - left < 24:
        _mark(painter, min(left + 12, axis.right), top + height / 2, item)
        return
    tone = "accent" if item.origin == "practice" else TONES.get(item.origin, "neutral")
    ink, ground = theme.tone(tone)
    box = QRectF(left, top + 7, right - left, height - 14)
    painter.setPen(QPen(QColor(ink)))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(box, 5, 5)
    words(painter, box.adjusted(8, 0, -6, 0), item.events[0].title, tone, weight=500)


def follow_up(painter: QPainter, axis: Axis, items: Sequence[Item], top: float, now: date) -> None:
    """Planned above, done below, and the slant of the line between them is the gap."""
    planned, done = top + 20, top + 56
    for y, said in ((planned + 15, _tr("Prévu")), (done, _tr("Réalisé"))):
        words(painter, QRectF(40, y - 10, axis.left - 58, 20), said, "text3")
    painter.setPen(QPen(theme.ink("line"), 1, Qt.PenStyle.DotLine))
    for y in (planned, done):
        painter.drawLine(QPointF(axis.left, y), QPointF(axis.right, y))
    free = axis.left
    for item in items:
        free = _step(painter, axis, item, planned, done, now, free)


def _step(
    painter: QPainter, axis: Axis, item: Item, planned: float, done: float, now: date, free: float
) -> float:
    """Paint one step; `free` is the first pixel where words may be written. Return the next one."""
    x, event = axis.x(item.day), item.events[0]
    late = event.done is None and item.day < now
    tone = "ok" if event.done else "warn" if late else "text2"
    painter.setPen(QPen(theme.ink(tone), 1.8))
    painter.setBrush(theme.ink("warn_soft" if late else "surface"))
    painter.drawPolygon(
        QPolygonF(
            [
                QPointF(x, planned - 7),
                QPointF(x + 7, planned),
                QPointF(x, planned + 7),
                QPointF(x - 7, planned),
            ]
        )
    )
    if event.done:
        _done(painter, x, axis.x(event.done), planned, done)
        return max(free, axis.x(event.done) + 12)
    face = theme.font("caption", weight=500 if late else 400)
    width = QFontMetricsF(face).horizontalAdvance(event.title) + (36 if late else 2)
    width = min(width, 160.0)
    left = max(axis.left, free if late else axis.left, min(x - width / 2, axis.right - width))
    if left < free or left + width > axis.right:
        return free
    if late:
        _late(painter, x, planned, QRectF(left, done - 11, width, 22), event.title)
    else:
        words(painter, QRectF(left, planned + 9, width, 18), event.title, "text3", align=CENTRE)
    return left + width + 8


def _done(painter: QPainter, x: float, end: float, planned: float, done: float) -> None:
    path = QPainterPath(QPointF(x, planned + 8))
    path.cubicTo(QPointF(x, done - 12), QPointF(end, planned + 14), QPointF(end, done - 9))
    painter.setPen(QPen(theme.ink("ok"), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.ink("ok"))
    painter.drawEllipse(QPointF(end, done), 8, 8)
    icons.paint(painter, "check", theme.tokens().surface, end - 6, done - 6, 12, 3.0)


def _late(painter: QPainter, x: float, planned: float, box: QRectF, title: str) -> None:
    ink, ground = theme.tone("warn")
    painter.setPen(QPen(QColor(ink), 1.2, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, planned + 9), QPointF(x, box.top()))
    painter.setPen(QPen(QColor(ink)) if theme.tokens().name == "contrast" else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(box, 11, 11)
    icons.paint(painter, "late", ink, box.left() + 8, box.top() + 4, 14, 2.2)
    words(painter, box.adjusted(26, 0, -8, 0), title, "warn", weight=500)


def ring(painter: QPainter, box: QRectF) -> None:
    """The focus around a mark."""
    painter.setPen(QPen(theme.ink("focus"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 8, 8)


def card(painter: QPainter, mark: QRectF, room: QRectF, title: str, lines: Sequence[str]) -> None:
    """The card of a mark, at the side that has room, never over the mark itself."""
    height = 34 + CARD_LINE * len(lines) + 6
    box = QRectF(mark.right() + 10, mark.top() - 6, CARD_WIDTH, height)
    if box.right() > room.right() - 8:
        box.moveRight(mark.left() - 10)
    if box.left() < room.left() + 8:
        box.moveLeft(room.left() + 8)
    box.moveBottom(min(box.bottom(), room.bottom() - 4))
    box.moveTop(max(box.top(), room.top() + 2))
    painter.setPen(Qt.PenStyle.NoPen)
    for grow, alpha in ((6, 10), (3, 18), (1, 28)):
        painter.setBrush(QColor(0, 0, 0, alpha))
        painter.drawRoundedRect(box.adjusted(-grow, -grow + 2, grow, grow + 2), 10, 10)
    painter.setPen(QPen(theme.ink("edge")))
    painter.setBrush(theme.ink("surface"))
    painter.drawRoundedRect(box, 8, 8)
    words(
        painter,
        QRectF(box.left() + 12, box.top() + 8, box.width() - 24, 20),
        title,
        "text",
        "small",
        weight=600,
    )
    for place, line in enumerate(lines):
        y = box.top() + 32 + CARD_LINE * place
        icons.paint(painter, "dot", theme.tokens().text2, box.left() + 12, y + 3, 14)
        words(painter, QRectF(box.left() + 30, y, box.width() - 42, CARD_LINE), line, "text2")
