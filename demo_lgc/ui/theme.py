"""The look in one place: what theme is on, the type scale, one palette and one style sheet.

Widgets that paint or hold an icon read `tokens()` when they draw and draw again on a palette change;
the others are dressed by the sheet, chosen by their dynamic properties `kind`, `role`, `tone`, `state`.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from demo_lgc.ui import icons
from demo_lgc.ui.sheet import SHEET
from demo_lgc.ui.tokens import LIGHT, THEMES, Tokens

XS, S, M, L, XL, XXL = 4, 8, 12, 16, 24, 32  # spacing, logical pixels
BAR, BANNER, TOOLBAR, HEADER, CONTROL, ROW, CHIP = 52, 84, 48, 32, 34, 36, 22
NARROW = 1200  # under this width pages fold; interface §2
TYPE = {  # step: pixels, weight
    "caption": (12, 400),
    "small": (13, 400),
    "body": (14, 400),
    "strong": (14, 600),
    "section": (15, 600),
    "title": (20, 600),
    "hello": (30, 600),
}
FACES = (
    "Segoe UI Variable Text",
    "Segoe UI",
    "SF Pro Text",
    "Inter",
    "Cantarell",
    "Noto Sans",
    "DejaVu Sans",
)

_current: Tokens = LIGHT


def tokens() -> Tokens:
    """Return the colours of the theme that is on."""
    return _current


def tone(name: str) -> tuple[str, str]:
    """Return the ink and the ground of a tone in the theme that is on."""
    return _current.tone(name)


def ink(name: str) -> QColor:
    """Return a token or a tone as a colour to paint with."""
    return QColor(_current.ink(name))


def apply(name: str = "auto") -> Tokens:
    """Dress the application: light, dark, contrast, or auto (the system's choice). Raises KeyError."""
    global _current  # noqa: PLW0603 - one application wears one theme
    _current = THEMES[_system() if name == "auto" else name]
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return _current
    _follow(app, following=name == "auto")
    values = asdict(_current) | {
        "strip_edge": _current.edge if _current.name == "contrast" else "transparent",
        "tonal_edge": _current.accent if _current.name == "contrast" else _current.accent_soft,
        "chevron": icons.file("chevron-down", _current.text2),
        "tick": icons.file("check", _current.on_accent, 3.0),
    }
    if not app.styleSheet():  # once dressed, the style hides behind the sheet and cannot be asked its name
        app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(font("small"))
    app.setPalette(_palette(_current))
    app.setStyleSheet(SHEET.substitute(values))
    return _current


def font(kind: str = "body", *, tabular: bool = False, weight: int = 0) -> QFont:
    """Return a step of the type scale; `tabular` aligns figures, `weight` (400–700) replaces its own."""
    family = _family()
    pixels, usual = TYPE[kind]
    face = QFont(family)
    # DejaVu is 7–8 % wider than Inter at the same size.
    face.setPixelSize(round(pixels * 0.93) if family == "DejaVu Sans" else pixels)
    face.setWeight(QFont.Weight(weight or usual))
    if tabular:
        face.setFeature(QFont.Tag("tnum"), 1)
    return face


def restyle(widget: QWidget, **properties: str) -> None:
    """Set dynamic properties and have the sheet read them again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def is_new_look(event: QEvent) -> bool:
    """Return True for the events after which what was painted from tokens must be painted again."""
    return event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)


@lru_cache(maxsize=1)
def _family() -> str:
    known = set(QFontDatabase.families())
    return next((face for face in FACES if face in known), QApplication.font().family())


def _follow(app: QApplication, *, following: bool) -> None:
    was = bool(app.property("follows_system"))
    if following != was:
        app.setProperty("follows_system", following)
        changed = app.styleHints().colorSchemeChanged
        if following:
            changed.connect(_system_changed)
        else:
            changed.disconnect(_system_changed)


def _system_changed() -> None:
    apply("auto")


def _system() -> str:
    hints = QGuiApplication.styleHints()
    return "dark" if hints.colorScheme() is Qt.ColorScheme.Dark else "light"


def _palette(t: Tokens) -> QPalette:
    palette, role = QPalette(), QPalette.ColorRole
    for which, colour in {
        role.Window: t.window,
        role.Base: t.surface,
        role.AlternateBase: t.sunken,
        role.Button: t.surface,
        role.WindowText: t.text,
        role.Text: t.text,
        role.ButtonText: t.text,
        role.PlaceholderText: t.text3,
        role.Highlight: t.selected,
        role.HighlightedText: t.text,
        role.Link: t.accent,
        role.LinkVisited: t.accent,
        role.ToolTipBase: t.tip,
        role.ToolTipText: t.on_tip,
        role.Mid: t.line,
        role.Accent: t.accent,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(t.text3))
    return palette
