"""Buttons: one filled per page, the others tonal, outlined or quiet; their icons follow the theme."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from demo_lgc.ui import icons, theme
from demo_lgc.ui.widgets.layout import plain, row

_INK = {"primary": "on_accent", "tonal": "accent", "link": "accent", "toast": "on_tip", "plain": "text2"}
_GAP = 5  # Qt puts 4 pixels between icon and words: too tight


class Button(QPushButton):
    """A push button of a kind: plain, primary, tonal, quiet, link, tab, menu, segment or toast."""

    def __init__(self, text: str = "", icon: str = "", kind: str = "plain", *, size: int = 16) -> None:
        super().__init__(text)
        self._icon, self._kind, self._size = icon, kind, size
        self.setProperty("kind", kind)
        self.setFont(theme.font("small", weight=600 if kind in ("primary", "tonal") else 500))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self._draw()

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self._draw()

    def set_icon(self, name: str) -> None:
        """Show another icon, or none."""
        self._icon = name
        self._draw()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_new_look(event):
            self._draw()

    def _draw(self) -> None:
        if not self._icon:
            return
        gap = _GAP if self.text() else 0
        t = theme.tokens()
        self.setIcon(icons.icon(self._icon, t.ink(_INK.get(self._kind, "text2")), t.text3, self._size, gap))
        self.setIconSize(QSize(self._size + gap, self._size))


class IconButton(Button):
    """A square button with an icon only; `say` is its verb, for the tooltip and for screen readers."""

    def __init__(self, icon: str, say: str, kind: str = "quiet", *, tip: str = "", size: int = 16) -> None:
        super().__init__("", icon, kind, size=size)
        self.setAccessibleName(say)
        self.setToolTip(tip or say)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.CONTROL, theme.CONTROL)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def button(
    text: str,
    icon: str = "",
    kind: str = "plain",
    *,
    name: str = "",
    tip: str = "",
    checked: bool | None = None,
    enabled: bool = True,
    big: bool = False,
    flush: bool = False,
    on: Callable[[], object] | None = None,
) -> Button:
    """Return a button. `name` is its objectName, `checked` makes it checkable, `on` is called by a click.

    With `flush` the words of one without an edge stand in line with what is above and under it.
    """
    result = Button(text, icon, kind)
    result.setObjectName(name)
    result.setToolTip(tip)
    result.setEnabled(enabled)
    if big or flush:
        result.setProperty("role", "big" if big else "flush")
    if checked is not None:
        result.setCheckable(True)
        result.setChecked(checked)
    if on is not None:
        result.clicked.connect(lambda _checked=False: on())
    return result


def segments(names: tuple[str, ...], chosen: int, on: Callable[[int], object]) -> QWidget:
    """Return 2 to 5 exclusive buttons side by side; `on` receives the rank of the one chosen."""
    group = QButtonGroup()
    group.setExclusive(True)
    made = [button(text, kind="segment", checked=rank == chosen) for rank, text in enumerate(names)]
    for rank, one in enumerate(made):
        one.setProperty("place", {0: "first", len(names) - 1: "last"}.get(rank, ""))
        group.addButton(one, rank)
    result = plain(row(*made, gap=0))
    group.setParent(result)
    group.idClicked.connect(on)
    return result
