"""`demo-lgc cda show --window`: the viewer alone, for a file that is in no record."""

from __future__ import annotations

import sys

from demo_lgc.domain.received import Enclosed, ReceivedDocument


def open_window(document: ReceivedDocument, content: bytes, theme_name: str) -> int:
    """Show a document until its window is closed; return the exit status. `content` is what can be saved."""
    from PySide6.QtWidgets import QApplication

    from demo_lgc.ui import theme
    from demo_lgc.ui.flow import FlowRunner
    from demo_lgc.ui.viewer.flows import keep_file
    from demo_lgc.ui.viewer.view import DocumentView
    from demo_lgc.ui.viewer.words import document_title

    application = QApplication.instance() or QApplication(sys.argv[:1])
    theme.apply(theme_name)
    runner = FlowRunner()
    view = DocumentView(alone=True)

    def save(file: Enclosed | None) -> None:
        kept = (file.content, file.media_type) if file is not None else (content, "")
        runner.start(keep_file(view, *kept), view)

    view.save_wanted.connect(save)
    view.setWindowTitle(document_title(document))
    view.resize(980, 840)
    view.show_document(document)
    view.show()
    return int(application.exec())
