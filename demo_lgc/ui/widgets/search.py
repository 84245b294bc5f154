"""The search field of the top bar and the list under it; the focus stays in the field.

The list is a part of the window, not a window of its own: it goes with the page when the session closes.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy
from typing_extensions import override

from demo_lgc.domain.identity import Patient
from demo_lgc.ui import icons, theme
from demo_lgc.ui.widgets import states
from demo_lgc.ui.widgets.layout import col, plain, row, rule
from demo_lgc.ui.widgets.table import Cell, Column, RowsModel, TableView
from demo_lgc.ui.widgets.text import Text, kbd

DEBOUNCE, SHOWN, LEAST, HINTED = 120, 8, 2, 250  # ms, rows, letters, pixels from which the key shows


class SearchBox(QLineEdit):
    """Finds patients. `asked` carries what was typed, once the typing rests; `found` the patient chosen.

    `left` follows Échap in the field: the focus goes back to the page.
    """

    asked = Signal(str)
    found = Signal(object)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("top.search")
        self.setProperty("role", "search")
        self.setAccessibleName(self.tr("Rechercher un patient"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(180)
        self.setMaximumWidth(360)
        self._loupe = self.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        self._hint = kbd("Ctrl+K")
        self._hint.setParent(self)
        self._rest = QTimer(self, singleShot=True, interval=DEBOUNCE)
        self._rest.timeout.connect(self._ask)
        self._model = RowsModel(
            (
                Column[Patient](self.tr("Patient"), _name, stretch=True),
                Column[Patient](self.tr("Naissance"), _birth, right=True),
                Column[Patient](self.tr("Identité"), _identity),
            ),
            key=lambda patient: patient.id,
        )
        self._list: QFrame | None = None
        self._listed = ""  # what the list answers
        self._hurried = False  # Entrée was pressed before the answer came
        self.textEdited.connect(self._typed)
        self._dress()

    def show_found(self, typed: str, patients: Sequence[Patient]) -> None:
        """Show what was found, unless something else has been typed since."""
        if typed != self.text().strip() or not self.hasFocus():
            return
        self._listed = typed
        if self._hurried and len(patients) == 1:
            self._choose(patients[0])
            return
        self._hurried = False
        panel = self._panel()
        self._model.set_rows(patients[:SHOWN])
        nothing = self.tr("Aucun patient ne correspond à «\u00a0{typed}\u00a0».").format(typed=typed)
        self._nothing.setText(nothing)
        self._nothing.setVisible(not patients)
        self._rows.setVisible(bool(patients))
        self._rows.fit_height()
        if patients:
            self._rows.selectRow(0)
        self._place()
        panel.show()
        panel.raise_()

    def close_list(self) -> None:
        """Hide the list and forget what it held."""
        self._rest.stop()
        self._listed, self._hurried = "", False
        self._model.set_rows(())
        if self._list is not None:
            self._list.hide()

    def forget(self) -> None:
        """Empty the field and close the list."""
        self.clear()
        self.close_list()

    @property
    def is_listing(self) -> bool:
        """True while the list shows."""
        return self._list is not None and self._list.isVisible()

    @override
    def sizeHint(self) -> QSize:
        return QSize(360, super().sizeHint().height())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if self.is_listing:
                self.close_list()
            else:
                self.forget()
                self.clearFocus()
                self.left.emit()
            return
        if self.is_listing and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move(1 if key == Qt.Key.Key_Down else -1)
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
            return
        super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()
        self._show_hint()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.close_list()
        self._show_hint()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint.adjustSize()
        self._hint.move(self.width() - self._hint.width() - 8, (self.height() - self._hint.height()) // 2)
        self._show_hint()
        self._place()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if theme.is_new_look(event) and hasattr(self, "_loupe"):
            self._dress()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _show_hint(self) -> None:
        roomy = self.width() >= HINTED
        self._hint.setVisible(roomy and not self.hasFocus() and not self.text())
        self.setPlaceholderText(self.tr("Rechercher un patient") if roomy else self.tr("Rechercher"))

    def _enter(self) -> None:
        """Open the patient under the choice; never one of a list that answers older letters.

        Entrée pressed before the answer opens the record when only one patient matches, else shows the list.
        """
        typed = self.text().strip()
        if self.is_listing and self._listed == typed:
            self._choose(self._rows.current)
        elif len(typed) >= LEAST:
            self._rest.stop()
            self._hurried = True
            self._ask()

    def _typed(self) -> None:
        self._hurried = False
        if len(self.text().strip()) < LEAST:
            self.close_list()
        else:
            self._rest.start()

    def _ask(self) -> None:
        self.asked.emit(self.text().strip())

    def _move(self, by: int) -> None:
        count = self._model.rowCount()
        if count:
            self._rows.selectRow((self._rows.currentIndex().row() + by) % count)
            patient = self._rows.current
            self.setAccessibleDescription(f"{patient.display_name}, {patient.birth_date:%d/%m/%Y}")

    def _choose(self, patient: Patient | None) -> None:
        if patient is not None:
            self.forget()
            self.clearFocus()
            self.found.emit(patient)

    def _panel(self) -> QFrame:
        if self._list is None:
            over = self.window()
            self._rows = TableView(self._model, self.tr("Patients trouvés"), header=False)
            self._rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._rows.clicked.connect(lambda index: self._choose(self._model.at(index.row())))
            self._nothing = Text("", tone="text2", wrap=True)
            self._nothing.setContentsMargins(16, 12, 16, 12)
            keys = (kbd("↑ ↓"), Text(self.tr("choisir"), "caption", "text3"))
            enter = (kbd("Entrée"), Text(self.tr("ouvrir"), "caption", "text3"))
            leave = (kbd("Échap"), Text(self.tr("fermer"), "caption", "text3"))
            foot = plain(row(*keys, 8, *enter, 8, *leave, None, gap=6, margins=(14, 7, 14, 7)))
            self._list = QFrame(over)
            self._list.setProperty("role", "overlay")
            self._list.setLayout(col(self._rows, self._nothing, rule(), foot, gap=0, margins=(1, 6, 1, 1)))
            self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            over.installEventFilter(self)
        return self._list

    def _place(self) -> None:
        if self._list is None:
            return
        under = self.mapTo(self.window(), QPoint(0, self.height() + 4))
        width = max(self.width(), 420)
        left = min(under.x(), self.window().width() - width - 8)
        self._list.setFixedWidth(width)
        self._list.adjustSize()
        self._list.move(max(8, left), under.y())

    def _dress(self) -> None:
        self._loupe.setIcon(icons.icon("search", theme.tokens().text3))


def _name(patient: Patient) -> Cell:
    return Cell(patient.display_name, weight=500)


def _birth(patient: Patient) -> Cell:
    return Cell(f"{patient.birth_date:%d/%m/%Y}", tone="text2", right=True)


def _identity(patient: Patient) -> Cell:
    return states.IDENTITY[patient.status].icon_cell()
