"""« Autre fenêtre »: a document beside the record, on another screen.

It is a child of the window of the program: the card that leaves covers it too, and it goes with its record.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from demo_lgc.domain.received import ReceivedDocument
from demo_lgc.ui.viewer.view import DocumentView
from demo_lgc.ui.viewer.words import document_title
from demo_lgc.ui.widgets.layout import col
from demo_lgc.ui.widgets.page import Page

SIZE = (980, 840)


class DocumentWindow(Page):
    """A window on one document, named after it. It is forgotten when it closes."""

    def __init__(self, parent: QWidget, document_id: str = "") -> None:
        super().__init__()
        self.document_id = document_id
        self.setParent(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setObjectName("viewer.window")
        self.setWindowTitle(self.tr("Document"))
        self.flows: object = None  # what acts on the view, kept as long as the window
        self.view = DocumentView(alone=True)
        self.view.shown.connect(self._name)
        self.first = self.view
        self.setLayout(col(self.view))
        self.resize(*SIZE)

    def _name(self, document: ReceivedDocument) -> None:
        """« CHEMIN H. - CR d’hospitalisation - Centre Hospitalier Marie Curie »."""
        self.setWindowTitle(document_title(document))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Échap closes the window."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)
