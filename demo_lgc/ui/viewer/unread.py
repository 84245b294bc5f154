"""In place of a document that cannot be shown: why, in one sentence, and the way to its file."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from demo_lgc.ui import theme
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.layout import col, plain, row
from demo_lgc.ui.widgets.text import Icon, Text

WIDEST = 560  # pixels of a line


class Unread(QWidget):
    """A sentence, a second line, and « Enregistrer le fichier… », which emits `save_wanted`."""

    save_wanted = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._title = Text("", "section", wrap=True)
        self._detail = Text("", "small", "text2", wrap=True)
        self.save = button(
            self.tr("Enregistrer le fichier…"), "download", name=name, on=self.save_wanted.emit
        )
        for said in (self._title, self._detail):
            said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words = plain(col(self._title, self._detail, gap=8), width=WIDEST)
        self.setLayout(
            col(
                None,
                row(None, Icon("file-x", "text3", 28), None),
                row(None, words, None),
                4,
                row(None, self.save, None),
                (None, 2),
                gap=10,
                margins=theme.M,
            )
        )

    @property
    def text(self) -> str:
        """The sentence and the second line."""
        return f"{self._title.text()} {self._detail.text()}".strip()

    def say(self, title: str, detail: str = "", *, saves: bool) -> None:
        """Say why; `saves` offers the file."""
        self._title.setText(title)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.save.setVisible(saves)
        self.setAccessibleName(self.text)
