"""The sheet a document is laid out on. It reaches nothing: neither the network nor a file.

Qt asks a text document for whatever its text names, and opens a local file by itself when it is given nothing
or an empty picture. This one always answers: the pictures that the document itself carries, under `media:N`,
and a blank for everything else: remote pictures, `file:` pictures, style sheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QObject, QSize, Qt, QUrl
from PySide6.QtGui import QImage, QImageReader, QTextDocument
from typing_extensions import override

from demo_lgc.domain.received import Enclosed

FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif"}
SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8"}
MOST_PIXELS = 40_000_000  # decoded for one document, all its pictures together
WIDEST = 680  # pixels of a picture at 100 %: the width of a paragraph


class Paper(QTextDocument):
    """A text document closed on itself. `zoom` is 1.0 at 100 %."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._media: tuple[Enclosed, ...] = ()
        self._pictures: dict[str, QImage] = {}
        self._left = MOST_PIXELS
        self.zoom = 1.0
        self.setUndoRedoEnabled(False)

    def set_media(self, media: Sequence[Enclosed]) -> None:
        """Give the files that the document carries: `media:0` is the first."""
        self._media = tuple(media)
        self._pictures = {}
        self._left = MOST_PIXELS

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Return a picture of the document, or a blank. Never None nor an empty picture: Qt would look."""
        url = name if isinstance(name, QUrl) else QUrl(name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return QByteArray(b" ")
        key = url.toString()
        if key not in self._pictures:
            self._pictures[key] = self._picture(url)
        picture = self._pictures[key]
        width = min(picture.width(), WIDEST) * self.zoom
        if picture.width() <= 1 or width == picture.width():
            return picture
        return picture.scaledToWidth(round(width), Qt.TransformationMode.SmoothTransformation)

    def _picture(self, url: QUrl) -> QImage:
        rank = url.path()
        if url.scheme() != "media" or not (rank.isascii() and rank.isdigit() and len(rank) < 6):
            return blank()
        if int(rank) >= len(self._media):
            return blank()
        enclosed = self._media[int(rank)]
        kind = FORMATS.get(enclosed.media_type.partition(";")[0].strip().lower())
        if kind is None or not enclosed.content.startswith(SIGNATURES[kind]):
            return blank()
        return self._decoded(enclosed.content, kind)

    def _decoded(self, content: bytes, kind: str) -> QImage:
        """Decode a picture whose size is known and small enough; its format is the one announced."""
        buffer = QBuffer()
        buffer.setData(content)
        buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer, QByteArray(kind.encode()))
        reader.setAutoDetectImageFormat(False)
        size = reader.size()
        pixels = size.width() * size.height() if size.isValid() else 0
        if not 0 < pixels <= self._left:
            return blank()
        self._left -= pixels
        if size.width() > 2 * WIDEST:  # twice: it stays sharp when enlarged
            reader.setScaledSize(QSize(2 * WIDEST, max(1, size.height() * 2 * WIDEST // size.width())))
        picture = reader.read()
        return blank() if picture.isNull() else picture


def blank() -> QImage:
    """Return one transparent pixel."""
    result = QImage(1, 1, QImage.Format.Format_ARGB32)
    result.fill(Qt.GlobalColor.transparent)
    return result
