"""« Destination »: the three choices of étape 2, and why one of them cannot be made.

Reference: [Y] étape 2.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QWidget
from typing_extensions import override

from demo_lgc.ui import theme
from demo_lgc.ui.sharing.model import Destination
from demo_lgc.ui.widgets.layout import col, plain, row
from demo_lgc.ui.widgets.text import Icon, Text


class Choice(QFrame):
    """One choice: the whole surface can be clicked."""

    def __init__(self, name: str, title: str, detail: str, icons: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.setProperty("role", "choice")
        self.radio = QRadioButton(title)
        self.radio.setObjectName(f"share.choice.{name}")
        self.radio.setFont(theme.font("small"))
        self.radio.setAccessibleDescription(detail)
        self.radio.toggled.connect(self._dress)
        words = (Text(detail, "caption", "text2", elide=True),) if detail else ()
        pictures = [Icon(icon, tone, 18) for icon, tone in icons]
        self.setLayout(row(self.radio, *words, None, *pictures, gap=10, margins=(12, 4, 12, 4)))
        self._dress(False)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.isEnabled():
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
            self.radio.click()
        super().mousePressEvent(event)

    def _dress(self, on: bool) -> None:
        theme.restyle(self, state="on" if on else "")


class DestinationChoice(QWidget):
    """The three choices. `wanted` tells what the doctor chose; what the program chooses tells nothing."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        dmp, mss = ("origin-dmp", "dmp"), ("origin-mss", "mss")
        self._choices = {
            Destination.BOTH: Choice(
                "both", self.tr("DMP et MSSanté"), self.tr("Dépôt au DMP et envoi aux confrères"), (dmp, mss)
            ),
            Destination.DMP: Choice("dmp", self.tr("DMP seul"), "", (dmp,)),
            Destination.MAIL: Choice("mail", self.tr("MSSanté seule"), "", (mss,)),
        }
        self._group = QButtonGroup(self)
        for choice, box in self._choices.items():
            self._group.addButton(box.radio)
            box.radio.clicked.connect(lambda _on=False, choice=choice: self.wanted.emit(choice))
        self._why = Text("", "caption", "text2", wrap=True)
        self._reason = plain(row(Icon("message-neutral", "text2", 14), (self._why, 1), gap=6))
        both, alone, mail = self._choices.values()
        self.setLayout(col(both, row((alone, 1), (mail, 1), gap=8), self._reason, gap=6))
        self.setAccessibleName(self.tr("Destination"))

    @property
    def chosen(self) -> Destination:
        """The choice that is on."""
        return next(choice for choice, box in self._choices.items() if box.radio.isChecked())

    @property
    def reason(self) -> str:
        """Why some choices are not offered, as shown."""
        return self._why.text()

    def show_choice(self, chosen: Destination, refused: dict[Destination, str]) -> None:
        """Show which choice is on, and which ones cannot be made."""
        self._choices[chosen].radio.setChecked(True)
        for choice, box in self._choices.items():
            box.setEnabled(choice not in refused)
            box.setToolTip(refused.get(choice, ""))
            box.radio.setToolTip(refused.get(choice, ""))
        self._why.setText(next(iter(refused.values()), ""))
        self._reason.setVisible(bool(refused))
