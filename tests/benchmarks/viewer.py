"""The viewer: from the bytes of a document to the screen, against the transformation and Qt alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from demo_lgc.documents.reading.document import read_document
from demo_lgc.resources import resource
from tests.benchmarks.ruler import Figure, compare
from tests.judging import conformance_data

WITHIN = 0.150  # seconds


def figures(rounds: int = 30) -> Iterator[Figure]:
    """Yield the figures of the official examples that have a text. The window is built once, and shown."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from demo_lgc.ui import theme

    application = QApplication.instance() or QApplication([])
    theme.apply("light")
    yield preview(rounds)
    for path in sorted((conformance_data() / "cda" / "ExemplesCDA").iterdir()):
        content = path.read_bytes()
        document = read_document(content)
        if document.html and (document.results or not document.enclosed):  # else it opens as a PDF
            yield showing(path, content, rounds)
    application.processEvents()


def showing(path: Path, content: bytes, rounds: int) -> Figure:
    """Parse, check, render and show one document as it opens (its results, else its text), and lay it out.

    The floor is our own style sheet run on the same bytes, and `setHtml` of the same page in a bare browser
    with the same fonts, style and width.
    """
    from PySide6.QtWidgets import QTextBrowser

    from demo_lgc.ui import theme
    from demo_lgc.ui.viewer.style import face, ready, style_sheet
    from demo_lgc.ui.viewer.view import DocumentView

    view = DocumentView()
    view.resize(1000, 800)
    view.show()
    text = view.panes.text
    bare = QTextBrowser()
    bare.resize(text.size())
    bare.document().setDefaultStyleSheet(style_sheet(theme.tokens(), 1.0))
    bare.document().setDefaultFont(face(1.0))
    bare.show()
    sheet: Any = etree.XSLT(etree.parse(str(resource("xsl", "narrative.xsl"))))

    view.show_document(read_document(content))
    page = ready(text.html)

    def ours() -> None:
        view.show_document(read_document(content))
        text.document().size()

    def floor() -> None:
        str(sheet(etree.fromstring(content)))
        bare.setHtml(page)
        bare.document().size()

    figure = compare(
        f"show {path.name}", ours, "transform and setHtml", floor, goal=1.5, within=WITHIN, rounds=rounds
    )
    view.deleteLater()
    bare.deleteLater()
    return figure


def preview(rounds: int) -> Figure:
    """What the doctor sees of a VSM before sending it: its words as a page, laid out."""
    from PySide6.QtWidgets import QTextBrowser

    from demo_lgc.documents.paper.vsm_html import vsm_html
    from tests.factory import CREATED_AT, a_full_vsm, a_patient, a_session

    vsm, patient, session = a_full_vsm(), a_patient(), a_session()
    browser = QTextBrowser()
    browser.resize(700, 800)
    browser.show()
    page = vsm_html(vsm, patient, session, CREATED_AT.date(), for_print=False)

    def laid_out(html: str) -> None:
        browser.setHtml(html)
        browser.document().size()

    def ours() -> None:
        laid_out(vsm_html(vsm, patient, session, CREATED_AT.date(), for_print=False))

    return compare(
        "preview of a full VSM",
        ours,
        "setHtml",
        lambda: laid_out(page),
        goal=1.5,
        within=0.050,
        rounds=rounds,
    )
