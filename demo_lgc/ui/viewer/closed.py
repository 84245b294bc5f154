"""The browser under every text that comes from outside: it opens nothing and goes nowhere.

Reference: issue 3, « a QTextBrowser that can reach neither network nor disk; nothing found in a document is
ever executed ».
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence, QTextDocument
from PySide6.QtWidgets import QMenu, QTextBrowser
from typing_extensions import override

from demo_lgc.ui.viewer.paper import Paper
from demo_lgc.ui.viewer.ring import Ringed

_ANY = QTextDocument.ResourceType.UnknownResource


class ClosedBrowser(Ringed, QTextBrowser):
    """A text to read and copy, on a `Paper`; its links go to its own anchors only. `say` names it."""

    def __init__(self, say: str) -> None:
        super().__init__()
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

    def _middle(self) -> QPoint:
        return self.viewport().mapToGlobal(self.cursorRect().center())

    def _follow(self, link: QUrl) -> None:
        """Go to an anchor of the text; any other address stays words."""
        if link.toString().startswith("#"):
            self.go_to(link.fragment(QUrl.ComponentFormattingOption.FullyDecoded))
