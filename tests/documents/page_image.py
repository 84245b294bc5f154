"""Pages as pictures, and the symbols that a scanner finds in them."""

from __future__ import annotations

import zxingcpp
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPdf import QPdfDocument

DOTS = 150 / 72  # of a point: a modest scanner, 150 dots an inch


def images_of(pdf: bytes) -> list[QImage]:
    """Return the sheets of a PDF on white paper, in grey."""
    device = QBuffer()
    device.setData(QByteArray(pdf))
    device.open(QIODevice.OpenModeFlag.ReadOnly)
    document = QPdfDocument()
    document.load(device)
    sheets = []
    for number in range(document.pageCount()):
        size = document.pagePointSize(number) * DOTS
        drawn = document.render(number, QSize(round(size.width()), round(size.height())))
        sheet = QImage(drawn.size(), QImage.Format.Format_RGB32)
        sheet.fill(Qt.GlobalColor.white)
        painter = QPainter(sheet)
        painter.drawImage(0, 0, drawn)
        painter.end()
        sheets.append(sheet)
    document.close()
    return sheets


def symbols_of(image: QImage) -> list[bytes]:
    """Return what the datamatrices of a picture say."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = memoryview(grey.constBits()).cast("B", (grey.height(), grey.bytesPerLine()))
    found = zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormat.DataMatrix)
    return [symbol.bytes for symbol in found]
