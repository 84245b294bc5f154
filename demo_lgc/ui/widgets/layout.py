"""Arranging: rows, columns and frames said in one line, so that a view reads like its page."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

Thing = QWidget | QLayout | int | None
"""A widget, a layout, a space in pixels, or None for what stretches."""
Part = Thing | tuple[Thing, int]
"""A thing, or a thing and its stretch."""
Margins = int | tuple[int, int, int, int]
B = TypeVar("B", bound=QBoxLayout)


def row(*parts: Part, gap: int = 8, margins: Margins = 0) -> QHBoxLayout:
    """Return a layout of parts side by side, centred in height."""
    return fill(QHBoxLayout(), parts, gap, margins)


def col(*parts: Part, gap: int = 8, margins: Margins = 0) -> QVBoxLayout:
    """Return a layout of parts one under the other."""
    return fill(QVBoxLayout(), parts, gap, margins)


def fill(box: B, parts: tuple[Part, ...], gap: int, margins: Margins) -> B:
    """Put parts into a box layout and return it."""
    box.setSpacing(gap)
    box.setContentsMargins(*(margins if isinstance(margins, tuple) else (margins,) * 4))
    for part in parts:
        thing, stretch = part if isinstance(part, tuple) else (part, 0)
        if thing is None:
            box.addStretch(stretch or 1)
        elif isinstance(thing, int):
            box.addSpacing(thing)
        elif isinstance(thing, QLayout):
            box.addLayout(thing, stretch)
        else:
            box.addWidget(thing, stretch)
    return box


def frame(role: str, layout: QLayout | None = None, *, width: int = 0, height: int = 0) -> QFrame:
    """Return a frame dressed by its role: card, pane, bar, sunken, overlay, choice…"""
    result = QFrame()
    result.setProperty("role", role)
    if layout is not None:
        result.setLayout(layout)
    if width:
        result.setFixedWidth(width)
    if height:
        result.setFixedHeight(height)
    return result


def plain(layout: QLayout, *, width: int = 0) -> QWidget:
    """Return a widget without ground around a layout."""
    result = QWidget()
    result.setLayout(layout)
    if width:
        result.setFixedWidth(width)
    return result


def rule() -> QFrame:
    """Return a thin horizontal line."""
    return frame("rule")


def vrule() -> QFrame:
    """Return a thin vertical line."""
    return frame("vrule")


def scroll(widget: QWidget) -> QScrollArea:
    """Return an area that scrolls `widget` in height only, without ground of its own."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    widget.setProperty("role", "scrolled")
    area.setWidget(widget)
    area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
    return area


def clear(layout: QLayout) -> None:
    """Take every part out of a layout; the widgets are deleted, with their nested layouts."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
