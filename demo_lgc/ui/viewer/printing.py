"""Documents on paper: always in the light theme, the patient and the page on every sheet.

A PDF prints its own pages, which already say whose they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QPageLayout, QPainter, QPalette
from PySide6.QtPrintSupport import QPrinter

from demo_lgc.domain.received import DocumentPatient, Enclosed
from demo_lgc.ui import theme
from demo_lgc.ui.tokens import LIGHT
from demo_lgc.ui.viewer.paper import Paper
from demo_lgc.ui.viewer.style import face, ready, style_sheet

if TYPE_CHECKING:  # heavy, and needed by whoever prints a PDF only
    from PySide6.QtPdf import QPdfDocument

DPI = 96.0  # sizes of the text are pixels of a screen
SHARP = 200  # points per inch of a printed page of a PDF
MARGIN = 15.0  # millimetres
HEAD = 34.0  # pixels, the line of the patient and its rule


def who_line(patient: DocumentPatient) -> str:
    """« CHEMIN Henri, né le 18/08/1948 », as the document says it."""
    if patient.birth_date is None:
        return patient.display_name
    words = {"M": "%1, né le %2", "F": "%1, née le %2"}.get(patient.sex, "%1, né(e) le %2")
    said = QCoreApplication.translate("Viewer", words).replace("%2", patient.birth_date.french)
    return said.replace("%1", patient.display_name)


def print_text(printer: QPrinter, html: str, media: Sequence[Enclosed], who: str) -> bool:
    """Print a text; `who` names the patient on every sheet. False when the printer does not take it."""
    printer.setPageMargins(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN), QPageLayout.Unit.Millimeter)
    scale = printer.resolution() / DPI
    sheet = printer.pageLayout().paintRectPixels(printer.resolution())
    width, height = sheet.width() / scale, sheet.height() / scale - HEAD
    inks = replace(LIGHT, text="black")
    paper = Paper()
    paper.set_media(media)
    paper.setDefaultFont(face(tabular=False))  # aligned figures could not be searched in a printed PDF
    paper.setDefaultStyleSheet(style_sheet(inks))
    paper.setDocumentMargin(0)
    paper.setHtml(ready(html))
    paper.setPageSize(QSizeF(width, height))
    black = QAbstractTextDocumentLayout.PaintContext()
    black.palette.setColor(QPalette.ColorRole.Text, QColor(inks.text))
    painter = QPainter()
    if not painter.begin(printer):
        return False
    painter.scale(scale, scale)
    for page in range(paper.pageCount()):
        if page:
            printer.newPage()
        _head(painter, width, who, f"{page + 1}/{paper.pageCount()}")
        painter.save()
        painter.translate(0, HEAD - page * height)
        view = QRectF(0, page * height, width, height)
        painter.setClipRect(view)
        black.clip = view.adjusted(0, 1, 0, -1)  # a line that touches the edge belongs to the other sheet
        paper.documentLayout().draw(painter, black)
        painter.restore()
    return painter.end()


def print_pdf(printer: QPrinter, pdf: QPdfDocument) -> bool:
    """Print the pages of a PDF, each at the size of a sheet. False when the printer does not take them."""
    printer.setFullPage(True)
    painter = QPainter()
    if not painter.begin(printer):
        return False
    for page in range(pdf.pageCount()):
        if page:
            printer.newPage()
        points = pdf.pagePointSize(page)
        picture = pdf.render(page, (points * (SHARP / 72)).toSize())
        room = QSizeF(painter.viewport().size())
        size = points.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (room.width() - size.width()) / 2, (room.height() - size.height()) / 2
        painter.drawImage(QRectF(left, top, size.width(), size.height()), picture)
    return painter.end()


def _head(painter: QPainter, width: float, who: str, page: str) -> None:
    painter.setFont(theme.font("caption"))
    painter.setPen(QColor(LIGHT.text2))
    line = QRectF(0, 0, width, 16)
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, who)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, page)
    painter.setPen(QColor(LIGHT.line))
    painter.drawLine(0, 20, round(width), 20)
