"""Icons: Lucide outlines and two drawings of our own, in one colour, at the size asked.

An icon is named after what it means in the program, never after its picture, so that a state keeps its
shape everywhere. Lucide's own names work too, for plain actions (« search », « x »).
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from lucide import lucide_icon
from PySide6.QtCore import QByteArray, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from demo_lgc.resources import resource

MEANING = {  # meaning: picture
    "dmp-authorised": "folder-check",
    "dmp-not-authorised": "folder-lock",
    "dmp-none": "circle-dashed",
    "dmp-closed": "archive",
    "dmp-opposed": "ban",
    "dmp-unknown": "circle-question-mark",
    "origin-practice": "stethoscope",
    "origin-dmp": "folder-heart",
    "origin-mss": "mail",
    "origin-file": "file-input",
    "identity-qualified": "shield-check",
    "identity-validated": "user-check",
    "identity-retrieved": "download",
    "identity-provisional": "circle-dashed",
    "result-low": "arrow-down",
    "result-high": "arrow-up",
    "result-critical": "octagon-alert",
    "result-normal": "check",
    "sent": "check",
    "sending": "loader",
    "waiting": "clock",
    "failed": "circle-alert",
    "doubt": "circle-question-mark",
    "given-up": "circle-slash",
    "male": "mars",
    "female": "venus",
    "allergy": "triangle-alert",
    "late": "clock-alert",
    "seen": "check",
    "arrived": "armchair",
    "card": "id-card",
    "connected": "check",
    "offline": "wifi-off",
    "message-ok": "circle-check",
    "message-accent": "info",
    "message-neutral": "info",
    "message-warn": "triangle-alert",
    "message-danger": "circle-alert",
}
STROKE = 1.9  # at 16 px, on the 24 grid


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int = 16, ratio: float = 1.0, stroke: float = STROKE) -> QPixmap:
    """Return the picture, `size` logical pixels wide, for a screen of `ratio` pixels per logical pixel.

    Raises ValueError for a name nobody drew.
    """
    outline = QSvgRenderer(QByteArray(_coloured(name, colour, stroke)))
    side = round(size * ratio)
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    outline.render(painter, QRectF(0, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def paint(
    painter: QPainter, name: str, colour: str, left: float, top: float, size: int = 16, stroke: float = STROKE
) -> None:
    """Paint the picture as sharp as the device allows."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(QRectF(left, top, size, size), pixmap(name, colour, size, ratio, stroke), QRectF())


@lru_cache(maxsize=256)
def icon(name: str, colour: str, disabled: str = "", size: int = 16, gap: int = 0) -> QIcon:
    """Return an icon for a button; `gap` is room kept at its right (Qt leaves 4 pixels, too tight).

    `disabled` is the colour when the button is disabled, the same by default.
    """
    result = QIcon()
    app = QGuiApplication.instance()
    ratios = {1.0, 2.0} | ({app.devicePixelRatio()} if isinstance(app, QGuiApplication) else set())
    for ratio in sorted(ratios):
        for mode, shade in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled or colour)):
            side, drawn = round(size * ratio), pixmap(name, shade, size, ratio)
            picture = QPixmap(round((size + gap) * ratio), side)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.drawPixmap(QRect(0, 0, side, side), drawn)
            painter.end()
            picture.setDevicePixelRatio(ratio)
            result.addPixmap(picture, mode)
    return result


def file(name: str, colour: str, stroke: float = 2.2) -> str:
    """Return the path of a recoloured copy, for the rules of the style sheet that want a file."""
    path = _folder() / f"{name}-{colour[1:]}.svg"
    if not path.exists():
        path.write_bytes(_coloured(name, colour, stroke))
    return path.as_posix()


@lru_cache(maxsize=1)
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="demo_lgc-icons-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


@lru_cache(maxsize=256)
def _outline(name: str) -> str:
    picture = MEANING.get(name, name)
    ours = resource("icons", f"{picture}.svg")
    if ours.is_file():
        return ours.read_text(encoding="utf-8")
    outline = lucide_icon(picture)
    if not outline or "lucide-placeholder" in outline or "currentColor" not in outline:
        raise ValueError(f"no icon is called {picture}")
    return str(outline)


def _coloured(name: str, colour: str, stroke: float) -> bytes:
    text = _outline(name).replace("currentColor", colour)
    return text.replace('stroke-width="2"', f'stroke-width="{stroke}"').encode()
