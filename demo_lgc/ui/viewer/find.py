"""Looking for words in what is read: without accents, whatever the capitals, and the bar that asks."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget
from typing_extensions import override

from demo_lgc.ui import shortcuts, theme
from demo_lgc.ui.widgets.buttons import IconButton
from demo_lgc.ui.widgets.layout import row
from demo_lgc.ui.widgets.text import Text

_JOINED = {"’": "'", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
MOST = 1000  # places remembered: beyond, nobody goes through them


class Folded:
    """A text as it is compared: made once, then searched at each letter that is typed.

    Capitals and accents are ignored, « œ » is « oe », a curved apostrophe a straight one.
    """

    def __init__(self, text: str) -> None:
        pieces: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        at = 0
        for char in text:
            after = at + (2 if ord(char) > 0xFFFF else 1)
            bare = char.lower() if char.isascii() else _bare(char)
            pieces.append(bare)
            self.starts += [at] * len(bare)
            self.ends += [after] * len(bare)
            at = after
        self.text = "".join(pieces)

    def places(self, words: str) -> list[tuple[int, int]]:
        """Return where `words` stand in the text as it is read, as Qt counts places (UTF-16)."""
        sought = Folded(words).text
        found: list[tuple[int, int]] = []
        at = self.text.find(sought) if sought.strip() else -1
        while at >= 0 and len(found) < MOST:
            found.append((self.starts[at], self.ends[at + len(sought) - 1]))
            at = self.text.find(sought, at + len(sought))
        return found


def _bare(char: str) -> str:
    pieces = unicodedata.normalize("NFKD", _JOINED.get(char, char))
    return "".join(piece for piece in pieces if not unicodedata.combining(piece)).lower()


class FindBar(QFrame):
    """The words looked for, how many times they are there, and the way to the next.

    `typed` carries the words, `stepped` 1 or -1, `left` closes.
    """

    typed = Signal(str)
    stepped = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.field = QLineEdit()
        self.field.setObjectName("viewer.find")
        self.field.setPlaceholderText(self.tr("Rechercher dans le document…"))
        self.field.setAccessibleName(self.tr("Rechercher dans le document"))
        self.field.setMinimumWidth(240)
        self.field.setMaximumWidth(360)
        self.field.textChanged.connect(self.typed)
        self.said = Text("", "small", "text2", tabular=True)
        self.said.setObjectName("viewer.found")
        before = IconButton("chevron-up", self.tr("Précédent"), tip=shortcuts.tip("find-previous"))
        after = IconButton("chevron-down", self.tr("Suivant"), tip=shortcuts.tip("find-next"))
        close = IconButton("x", self.tr("Fermer la recherche"), tip=shortcuts.tip("find-close"))
        before.clicked.connect(lambda _on=False: self.stepped.emit(-1))
        after.clicked.connect(lambda _on=False: self.stepped.emit(1))
        close.clicked.connect(lambda _on=False: self.left.emit())
        self._steps: tuple[QWidget, ...] = (before, after)
        self.setLayout(
            row(
                (self.field, 1),
                before,
                after,
                self.said,
                None,
                close,
                gap=6,
                margins=(theme.XL, 6, theme.L, 6),
            )
        )
        self.show_found(0, 0)

    def show_found(self, rank: int, count: int, *, silent: bool = False) -> None:
        """Say « 3 sur 12 », or that nothing is there; `silent` when what is read is pictures of words."""
        words = self.field.text()
        if count:
            said = self.tr("%1 sur %2").replace("%1", str(rank)).replace("%2", str(count))
        elif silent and words.strip():
            said = self.tr("Ces pages sont des images\u202f: leurs mots ne peuvent pas être recherchés.")
        elif words.strip():
            said = self.tr("Rien ne correspond à «\u00a0%1\u00a0».").replace("%1", words)
        else:
            said = ""
        self.said.setText(said)
        self.said.setAccessibleName(said)
        for step in self._steps:
            step.setEnabled(count > 0)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Entrée goes on, Maj+Entrée goes back, Échap closes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.stepped.emit(-1 if back else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
