"""A place of a page where files of this machine may be dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.ui import theme
from demo_lgc.ui.widgets.layout import frame, row
from demo_lgc.ui.widgets.text import Icon, Text


class FileDrop(QWidget):
    """Takes files dropped anywhere on it; `dropped` carries their paths. They are copied, never moved.

    `say` is shown over what it holds while files are above it.
    """

    dropped = Signal(object)

    def __init__(self, say: str) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        words = row(None, Icon("file-plus", "accent", 20), Text(say, "strong", "accent"), None, gap=8)
        self._veil = frame("choice", words)
        self._veil.setParent(self)
        self._veil.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.restyle(self._veil, state="on")
        self._veil.hide()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not _files(event.mimeData()) or not event.possibleActions() & Qt.DropAction.CopyAction:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)  # a file manager that moves would delete its own
        event.accept()
        self._veil.setGeometry(self.rect())
        self._veil.raise_()
        self._veil.show()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._veil.hide()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self._veil.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(_files(event.mimeData()))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._veil.setGeometry(self.rect())


def _files(data: QMimeData) -> tuple[Path, ...]:
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())
