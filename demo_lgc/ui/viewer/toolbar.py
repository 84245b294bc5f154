"""What can be done with a document: go to its neighbours, see its header, print, enlarge, search."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.widgets.buttons import Button, IconButton, button
from demo_lgc.ui.widgets.layout import row
from demo_lgc.ui.widgets.text import Text

ROOM_BESIDE_LIST, ROOM, ROOM_FOR_CURVES, ROOM_WITH_CURVES = 780, 860, 900, 1000  # pixels: words fold under
LEAST = 640  # pixels: the page is never made wider for words that are about to fold


class Toolbar(QFrame):
    """The bar of a document. With `alone` (a window of its own) it has no neighbours.

    `moved` carries -1 or 1, `header_wanted` whether the header is to be shown, `zoomed` 1 (larger), -1 or 0.
    """

    moved = Signal(int)
    list_wanted = Signal()
    header_wanted = Signal(bool)
    curves_wanted = Signal()
    print_wanted = Signal()
    apart_wanted = Signal()
    zoomed = Signal(int)
    find_wanted = Signal()

    def __init__(self, *, alone: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.setFixedHeight(theme.TOOLBAR)
        self.drawer = _icon("panel-left", "document-list", "viewer.list")
        self.before = _icon("chevron-up", "document-previous", "viewer.previous")
        self.after = _icon("chevron-down", "document-next", "viewer.next")
        self.place = Text("", "small", "text2", tabular=True)
        self.header = button(
            self.tr("Afficher l’entête"), "info", "quiet", checked=False, name="viewer.header"
        )
        words = self.tr("Voir les courbes")
        self.curves = button(words, "chart-line", "quiet", name="viewer.curves", tip=words)
        self.curves.hide()
        tip = shortcuts.tip("document-print")
        self.printing = button(self.tr("Imprimer"), "printer", "quiet", name="viewer.print", tip=tip)
        tip = shortcuts.tip("document-apart")
        self.apart = button(self.tr("Autre fenêtre"), "external-link", "quiet", name="viewer.apart", tip=tip)
        self.smaller = _icon("minus", "zoom-out", "viewer.smaller")
        self.scale = Button(kind="quiet")
        self.scale.setObjectName("viewer.zoom")
        self.scale.setToolTip(shortcuts.tip("zoom-none"))
        self.scale.setMinimumWidth(58)
        self.larger = _icon("plus", "zoom-in", "viewer.larger")
        tip = shortcuts.tip("find")
        self.search = button(self.tr("Rechercher"), "search", "quiet", name="viewer.search", tip=tip)
        neighbours = (self.drawer, self.before, self.after, self.place)
        acts = (
            self.curves,
            self.header,
            self.printing,
            self.apart,
            self.smaller,
            self.scale,
            self.larger,
            self.search,
        )
        self.setLayout(row(*neighbours, None, *acts, gap=2, margins=(theme.M, 0, theme.S, 0)))
        self._words = {act: act.text() for act in (self.curves, self.printing, self.apart, self.search)}
        for act, said in self._words.items():
            act.setAccessibleName(said)
        self.setMinimumWidth(LEAST)
        self._text_acts = (self.printing, self.smaller, self.scale, self.larger, self.search)
        for part in (self.drawer, *((*neighbours, self.apart) if alone else ())):
            part.hide()
        self._connect()
        self.show_zoom(1.0)
        self.show_place(0, 0)

    def show_place(self, rank: int, count: int) -> None:
        """« 1 sur 24 »; nothing for a document that has no neighbours."""
        said = self.tr("%1 sur %2").replace("%1", str(rank)).replace("%2", str(count))
        self.place.setText(said if count else "")
        self.before.setEnabled(rank > 1)
        self.after.setEnabled(0 < rank < count)

    def show_zoom(self, zoom: float) -> None:
        """« 120 % »."""
        said = f"{round(zoom * 100)}\u00a0%"
        self.scale.setText(said)
        self.scale.setAccessibleName(self.tr("Taille, %1").replace("%1", said))

    def show_header(self, shown: bool) -> None:
        """Say what the button would do next."""
        self.header.setChecked(shown)
        self.header.setText(self.tr("Masquer l’entête") if shown else self.tr("Afficher l’entête"))

    def offer(self, *, header: bool, text: bool) -> None:
        """Offer, or not, what needs a document that could be read, and what needs its words or its pages."""
        for act in (self.header, self.apart):
            act.setEnabled(header)
        for act in self._text_acts:
            act.setEnabled(text)

    def offer_curves(self, offered: bool) -> None:
        """Offer, or not, the curves of what the document measured."""
        self.curves.setVisible(offered)

    def set_room(self, width: int) -> None:
        """Fold the words that do not fit in so many pixels; the others stay."""
        needed = {  # pixels each button wants before it has its words
            self.search: ROOM if self.curves.isHidden() else ROOM_WITH_CURVES,
            self.curves: ROOM_FOR_CURVES,
            self.printing: ROOM_BESIDE_LIST,
            self.apart: ROOM_BESIDE_LIST,
        }
        for act, room in needed.items():
            act.setText("" if width < room else self._words[act])

    def _connect(self) -> None:
        self.drawer.clicked.connect(lambda _on=False: self.list_wanted.emit())
        self.before.clicked.connect(lambda _on=False: self.moved.emit(-1))
        self.after.clicked.connect(lambda _on=False: self.moved.emit(1))
        self.curves.clicked.connect(lambda _on=False: self.curves_wanted.emit())
        self.header.clicked.connect(self.header_wanted)
        self.printing.clicked.connect(lambda _on=False: self.print_wanted.emit())
        self.apart.clicked.connect(lambda _on=False: self.apart_wanted.emit())
        self.smaller.clicked.connect(lambda _on=False: self.zoomed.emit(-1))
        self.scale.clicked.connect(lambda _on=False: self.zoomed.emit(0))
        self.larger.clicked.connect(lambda _on=False: self.zoomed.emit(1))
        self.search.clicked.connect(lambda _on=False: self.find_wanted.emit())


def _icon(picture: str, key: str, name: str) -> IconButton:
    made = IconButton(picture, shortcuts.verb(key), tip=shortcuts.tip(key))
    made.setObjectName(name)
    return made
