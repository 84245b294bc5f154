"""« Destinataires »: colleagues as chips, a few letters to find them, or an address typed in full."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLineEdit
from typing_extensions import override

from demo_lgc.domain.message import Correspondent
from demo_lgc.ui import theme
from demo_lgc.ui.sharing.suggestions import Suggestions
from demo_lgc.ui.widgets.chip import ChipButton
from demo_lgc.ui.widgets.wrap import WrapLayout

DEBOUNCE_MS, LETTERS = 120, 2
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Recipients(QFrame):
    """The recipients of the message.

    `completion_wanted` carries what was typed once the doctor pauses, `address_entered` a full address to
    be checked; both are answered by `propose` and by `add` or by an error of the field. `changed` follows
    every change of the recipients or of what is being typed.
    """

    completion_wanted = Signal(str)
    address_entered = Signal(str)
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "choice")
        self.setObjectName("share.recipients.frame")
        self._people: list[Correspondent] = []
        self._chips: list[ChipButton] = []
        self._line = QLineEdit()
        self._line.setObjectName("share.recipients")
        self._line.setProperty("role", "inline")
        self._line.setAccessibleName(self.tr("Destinataires"))
        self._line.setFont(theme.font("small"))
        self._line.installEventFilter(self)
        self._line.textEdited.connect(self._typed)
        self._wrapping = WrapLayout(6, 6, (6, 4, 6, 4), last_fills=True)
        self._wrapping.addWidget(self._line)
        self.setLayout(self._wrapping)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusProxy(self._line)
        self._pause = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._pause.timeout.connect(self._ask)
        self._list: Suggestions | None = None
        self._hurried = False  # Entrée was pressed before the colleagues were known
        self._relayout()

    @property
    def people(self) -> tuple[Correspondent, ...]:
        """Who will receive the message."""
        return tuple(self._people)

    @property
    def typed(self) -> str:
        """What is being typed, not yet a recipient."""
        return self._line.text().strip()

    @property
    def suggestions(self) -> Suggestions:
        """The list under the field."""
        if self._list is None or self._list.parentWidget() is not self.window():
            self._list = Suggestions(self.window())
            self._list.picked.connect(self.add)
        return self._list

    def add(self, who: Correspondent) -> None:
        """Add a recipient, unless they are there already, and forget what was typed."""
        self._line.clear()
        self._close_list()
        if who.address.lower() not in {one.address.lower() for one in self._people}:
            tip = self.tr("Retirer %1").replace("%1", f"{who.name} ({who.address})")
            chip = ChipButton(who.name, "x", "mss", tip)
            chip.clicked.connect(lambda _on=False, who=who: self.remove(who))
            chip.installEventFilter(self)
            self._wrapping.insert(len(self._chips), chip)
            chip.show()
            self._people.append(who)
            self._chips.append(chip)
            QFrame.setTabOrder(chip, self._line)
        self._relayout()

    def remove(self, who: Correspondent) -> None:
        """Take a recipient away; the focus goes back to the field."""
        place = self._people.index(who)
        self._people.pop(place)
        chip = self._chips.pop(place)
        self._wrapping.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        self._line.setFocus()
        self._relayout()

    def propose(self, typed: str, people: tuple[Correspondent, ...]) -> None:
        """Show who matches `typed`; an answer that comes too late is dropped."""
        if typed != self.typed or not self._line.hasFocus():
            return
        known = {one.address.lower() for one in self._people}
        new = tuple(p for p in people if p.address.lower() not in known)
        hurried, self._hurried = self._hurried, False
        if hurried and len(new) == 1:
            self.add(new[0])
        elif hurried and not new:
            self.address_entered.emit(typed)
        else:
            self.suggestions.propose(new, self)

    # --- events ---------------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._line.setFocus()
        super().mousePressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        wrong = self.property("state") == "error"
        if not wrong and not self._line.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.ink("danger" if wrong else "focus"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, 7)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return self._line_key(event) if watched is self._line else self._chip_key(watched, event)
        if watched is self._line and event.type() is QEvent.Type.FocusOut:
            self._left()
        if watched is self._line and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def _line_key(self, event: QKeyEvent) -> bool:
        key, opened = Qt.Key(event.key()), self._list is not None and self._list.isVisible()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        if opened and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.suggestions.step(1 if key is Qt.Key.Key_Down else -1)
        elif opened and key is Qt.Key.Key_Escape:
            self._close_list()
        elif key in ENTER and not self.typed and not opened:
            return True
        elif self._ends_a_name(event, opened):
            self._accept()
        elif key is Qt.Key.Key_Backspace and not self._line.text() and self._chips:
            self._chips[-1].setFocus(Qt.FocusReason.BacktabFocusReason)
        else:
            return False
        return True

    def _ends_a_name(self, event: QKeyEvent, opened: bool) -> bool:
        if event.key() == Qt.Key.Key_Tab:
            return opened or "@" in self.typed
        return event.key() in ENTER or (event.text() in (",", ";") and bool(self.typed))

    def _chip_key(self, watched: QObject, event: QKeyEvent) -> bool:
        place = next((n for n, chip in enumerate(self._chips) if chip is watched), None)
        if place is None:
            return False
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, *ENTER):
            self.remove(self._people[place])
            return True
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            around = [*self._chips, self._line]
            around[max(0, place + (1 if key is Qt.Key.Key_Right else -1))].setFocus()
            return True
        if event.text().isprintable() and event.text().strip():
            self._line.setFocus()  # a letter typed on a chip is the beginning of the next name
            self._line.insert(event.text())
            self._typed("")
            return True
        return False

    # --- steps ----------------------------------------------------------------------------------------

    def _typed(self, _text: str) -> None:
        self._close_list()
        self._hurried = False
        if len(self.typed) >= LETTERS:
            self._pause.start()
        else:
            self._pause.stop()
        self.changed.emit()

    def _ask(self) -> None:
        if len(self.typed) >= LETTERS:
            self.completion_wanted.emit(self.typed)

    def _accept(self) -> None:
        """Take the correspondent under the choice, else have the address checked.

        A name typed and validated faster than it is looked for is taken when one colleague only bears it.
        """
        self._pause.stop()
        if self._list is not None and (who := self._list.current):
            self.add(who)
        elif len(self.typed) >= LETTERS and "@" not in self.typed:
            self._hurried = True
            self._ask()
        elif self.typed:
            self.address_entered.emit(self.typed)

    def _left(self) -> None:
        self._pause.stop()
        self._close_list()
        if "@" in self.typed:
            self.address_entered.emit(self.typed)

    def _close_list(self) -> None:
        if self._list is not None:
            self._list.hide()

    def _relayout(self) -> None:
        self._line.setPlaceholderText("" if self._people else self.tr("Nom ou adresse MSSanté"))
        self._line.setMinimumWidth(self.fontMetrics().averageCharWidth() * (6 if self._people else 20))
        self._wrapping.invalidate()
        self.updateGeometry()
        self.changed.emit()
