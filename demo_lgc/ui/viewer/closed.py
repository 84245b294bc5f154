"""The browser under every text that comes from outside: it opens nothing and goes nowhere.

Reference: issue 3, « a QTextBrowser that can reach neither network nor disk; nothing found in a document is
ever executed ».
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QTextDocument,
)
from PySide6.QtWidgets import QMenu, QTextBrowser, QWidget
from typing_extensions import override

from demo_lgc.ui import theme
from demo_lgc.ui.viewer.paper import Paper

BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_ANY = QTextDocument.ResourceType.UnknownResource


def paint_ring(viewport: QWidget) -> None:
    """Paint the focus around what is read, when the keyboard came to it by Tab."""
    painter = QPainter(viewport)
    painter.setPen(QPen(theme.ink("focus"), 2))
    painter.drawRect(viewport.rect().adjusted(1, 1, -1, -1))
    painter.end()


class ClosedBrowser(QTextBrowser):
    """A text to read and copy, on a `Paper`; its links go to its own anchors only. `say` names it."""

    def __init__(self, say: str) -> None:
        super().__init__()
        self._ringed = False
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setAcceptDrops(False)
        self.setAccessibleName(say)
        self.paper = Paper(self)
        self.setDocument(self.paper)
        self.anchorClicked.connect(self._follow)

    def go_to(self, anchor: str) -> None:
        """Bring an anchor of the text to the top."""
        self.scrollToAnchor(anchor)

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        return self.paper.loadResource(kind, name)

    @override
    def doSetSource(self, name: QUrl | str, type: QTextDocument.ResourceType = _ANY) -> None:
        """Stay: there is no other page than the one that is shown."""

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        copying = QAction(self.tr("Copier"), menu)
        copying.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copying.setEnabled(self.textCursor().hasSelection())
        copying.triggered.connect(self.copy)
        everything = QAction(self.tr("Tout sélectionner"), menu)
        everything.setShortcut(QKeySequence(QKeySequence.StandardKey.SelectAll))
        everything.triggered.connect(self.selectAll)
        menu.addActions([copying, everything])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos() if event.reason() is QContextMenuEvent.Reason.Mouse else self._middle())

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ringed = event.reason() in BY_KEYBOARD
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ringed = False
        self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._ringed:
            paint_ring(self.viewport())

    def _middle(self) -> QPoint:
        return self.viewport().mapToGlobal(self.cursorRect().center())

    def _follow(self, link: QUrl) -> None:
        """Go to an anchor of the text; any other address stays words."""
        if link.toString().startswith("#"):
            self.go_to(link.fragment(QUrl.ComponentFormattingOption.FullyDecoded))
