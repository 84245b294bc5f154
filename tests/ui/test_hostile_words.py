"""What a patient is called and what a service says are words: no page to lay out, no file to open."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel

from demo_lgc.ui import theme
from demo_lgc.ui.sharing.view import Preview
from demo_lgc.ui.widgets.text import Text


@pytest.fixture
def picture(tmp_path: Path, qapp: QApplication) -> str:
    theme.apply("light")
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff00ff"))
    image.save(str(tmp_path / "spy.png"))
    return QUrl.fromLocalFile(str(tmp_path / "spy.png")).toString()


def test_the_preview_opens_no_file(picture: str) -> None:
    preview = Preview()
    preview.resize(300, 300)
    preview.setHtml(f'<img src="{picture}"><p style="background-image:url({picture})">x</p>')
    shown = preview.grab().toImage()
    pixels = {shown.pixelColor(x, y).name() for x in range(shown.width()) for y in range(shown.height())}
    assert "#ff00ff" not in pixels
    preview.deleteLater()


def test_a_text_too_long_shows_its_markup_as_words_in_its_tooltip(picture: str) -> None:
    words = f'<b>CHEMIN</b> & fils <img src="{picture}">'
    text = Text(words, elide=True)
    text.resize(20, 20)
    text.setText(words)
    assert text.textFormat() is Qt.TextFormat.PlainText
    tip = QLabel(text.toolTip())
    document = QTextDocument()
    document.setHtml(tip.text())
    assert document.toPlainText() == words
    text.deleteLater()
