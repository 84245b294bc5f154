"""Nothing found in a document is executed, opened, fetched or read from the disk.

The texts are given to the browser directly, as if everything before it had failed.
"""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QTextDocument
from PySide6.QtWidgets import QMenu

from demo_lgc.domain.received import Enclosed
from demo_lgc.ui.viewer.browser import DocumentBrowser
from demo_lgc.ui.viewer.paper import MOST_PIXELS, WIDEST, Paper
from tests.ui.viewer import papers

SPY = QColor("magenta").name()
IMAGE = QTextDocument.ResourceType.ImageResource.value
STYLE = QTextDocument.ResourceType.StyleSheetResource.value


@pytest.fixture
def browser(qtbot, look):
    made = DocumentBrowser("Texte")
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


@pytest.fixture
def picture(tmp_path):
    """A picture of the disk that nothing must show."""
    path = tmp_path / "spy.png"
    path.write_bytes(papers.a_picture())
    return path


def colours(browser):
    shown = browser.grab().toImage()
    across, down = range(0, shown.width(), 2), range(0, shown.height(), 2)
    return {shown.pixelColor(x, y).name() for x in across for y in down}


VECTORS = [
    '<img src="{file}">',
    '<img src="{path}">',
    '<img src="  {file}">',
    '<img src="FILE://{path}">',
    '<img src="file:{path}">',
    '<img src="media:../../{path}">',
    '<img src="media:{path}">',
    '<p style="background-image:url({file})">x</p>',
    '<table background="{file}"><tr><td background="{file}">x</td></tr></table>',
    '<body background="{file}">x</body>',
    "<style>p {{ background-image: url({file}) }}</style><p>x</p>",
    '<style>@import url("{file}");</style><p>x</p>',
    '<link rel="stylesheet" href="{file}"><p>x</p>',
    '<ul style="list-style-image:url({file})"><li>x</li></ul>',
    '<iframe src="{file}"></iframe>',
    '<object data="{file}"></object><embed src="{file}">',
    '<svg><image href="{file}"/></svg>',
    '<base href="{folder}/"><img src="spy.png">',
    '<meta http-equiv="refresh" content="0;url={file}">',
    '<img srcset="{file}" src="https://example.test/x.png">',
    '<img src="qrc:/qt-project.org/styles/commonstyle/images/file-16.png"><img src="{file}">',
]


@pytest.mark.parametrize("vector", VECTORS)
def test_no_file_of_the_disk_is_shown(browser, picture, vector):
    places = {"file": QUrl.fromLocalFile(str(picture)).toString(), "path": picture, "folder": picture.parent}
    browser.show_html(vector.format(**places))
    assert SPY not in colours(browser)


def test_the_spy_would_be_seen_if_the_document_carried_it(browser):
    browser.show_html('<img src="media:0">', (Enclosed("image/png", papers.a_picture()),))
    assert SPY in colours(browser)


def test_a_file_of_the_system_is_not_read(browser):
    browser.show_html('<img src="file:///etc/hostname"><p>fin</p>')
    assert browser.toPlainText().strip("\ufffc\n") == "fin"
    assert browser.loadResource(IMAGE, QUrl("file:///etc/hostname")).width() == 1


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "http://example.test/x.png",
        "https://example.test/x.png",
        "//example.test/x.png",
        "data:image/png;base64,AAAA",
        "qrc:/qt-project.org/styles/commonstyle/images/file-16.png",
        "x.png",
        "",
        "media:1",
        "media:-1",
        "media:٣",
        "media:999999999999",
        "media:0/../1",
    ],
)
def test_every_address_but_the_files_of_the_document_is_answered_by_a_blank(qapp, address):
    paper = Paper()
    paper.set_media((Enclosed("image/png", papers.a_picture()),))
    answer = paper.loadResource(IMAGE, QUrl(address))
    assert isinstance(answer, QImage)
    assert (answer.width(), answer.height()) == (1, 1)
    assert not answer.isNull(), "given an empty picture, Qt opens the file itself"
    assert paper.loadResource(STYLE, QUrl(address)) == b" "


LINKS = [
    "javascript:alert(1)",
    "JaVa\tScript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/hostname",
    "http://example.test/",
    "https://example.test/#fin",
    "//example.test/",
    "mailto:a@example.test",
    "other.xml",
    "\\\\example.test\\partage",
]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_to_anywhere_else_does_nothing(browser, qtbot, outside, link):
    asked = []
    browser.paper.loadResource = lambda *_: asked.append(1)
    browser.show_html(f'<p><a href="{link}">un lien bien assez long pour être cliqué</a></p>')
    before = browser.toPlainText()
    qtbot.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, pos=place_of(browser, "lien"))
    browser.setFocus()
    qtbot.keyClick(browser, Qt.Key.Key_Tab)
    qtbot.keyClick(browser, Qt.Key.Key_Return)
    assert outside.asked == []
    assert browser.toPlainText() == before
    assert browser.source().isEmpty()


def test_a_link_of_the_document_goes_to_its_anchor(browser, qtbot):
    between = "<p>x</p>" * 80
    browser.show_html(f'<p><a href="#fin">vers la fin</a></p>{between}<p><a name="fin"></a>fin</p>')
    qtbot.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, pos=place_of(browser, "vers"))
    assert browser.verticalScrollBar().value() > 0


def test_the_browser_stays_on_its_page_whatever_it_is_told(browser, picture):
    browser.show_html("<p>ici</p>")
    browser.setSource(QUrl.fromLocalFile(str(picture)))
    browser.home()
    browser.backward()
    browser.reload()
    assert browser.toPlainText() == "ici"


ACTIVE = [
    "<script>document.body.innerHTML = 'perdu'</script>",
    '<table onmouseover="alert(1)"><tr onclick="alert(1)"><td>x</td></tr></table>',
    '<p onload="alert(1)">x</p><svg onload="alert(1)"/>',
    '<form action="http://example.test"><input name="x"><button>Envoyer</button></form>',
    "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><p>&x;</p>",
    "<" * 5000,
    "<table>" * 400 + "x" + "</table>" * 400,
]


@pytest.mark.parametrize("html", ACTIVE, ids=range(len(ACTIVE)))
def test_what_is_active_elsewhere_is_dead_here(browser, outside, html):
    browser.show_html(html)
    browser.grab()
    assert "perdu" not in browser.toPlainText()
    assert outside.asked == []


GREEDY = [
    '<table><tr><td colspan="50000000">x</td></tr></table>',
    '<table><tr><td rowspan="50000000">x</td></tr></table>',
    '<p>x<img src="media:0" width="100000" height="100000"></p>',
    '<table width="100000000%"><tr><td width="99999999">x</td></tr></table>',
    '<table cellpadding="99999999" cellspacing="99999999" border="9999999"><tr><td>x</td></tr></table>',
    "<ul>" * 500 + "<li>x</li>" + "</ul>" * 500,
    f"<p>x{'a' * 200_000}</p>",
]


@pytest.mark.parametrize("html", GREEDY, ids=range(len(GREEDY)))
def test_sizes_that_no_document_has_do_not_hold_the_window(browser, html):
    began = time.perf_counter()
    browser.show_html(html, (Enclosed("image/png", papers.a_picture()),))
    browser.grab()
    assert time.perf_counter() - began < 2
    assert "x" in browser.toPlainText()


def test_a_picture_too_large_is_not_decoded(qapp):
    side = int(MOST_PIXELS**0.5) + 10
    header = papers.a_picture(8, 8)
    bomb = header.replace((8).to_bytes(4) + (8).to_bytes(4), side.to_bytes(4) + side.to_bytes(4), 1)
    paper = Paper()
    paper.set_media((Enclosed("image/png", bomb),))
    assert paper.loadResource(IMAGE, QUrl("media:0")).width() == 1


def test_all_the_pictures_of_a_document_share_one_allowance(qapp, monkeypatch):
    monkeypatch.setattr("demo_lgc.ui.viewer.paper.MOST_PIXELS", 60 * 40 * 2)
    paper = Paper()
    paper.set_media(tuple(Enclosed("image/png", papers.a_picture()) for _ in range(3)))
    widths = [paper.loadResource(IMAGE, QUrl(f"media:{rank}")).width() for rank in (0, 1, 2, 0)]
    assert widths == [60, 60, 1, 60]


def test_a_wide_picture_takes_the_width_of_a_paragraph(qapp):
    paper = Paper()
    paper.set_media((Enclosed("image/jpeg", papers.a_picture(3000, 100, "JPEG")),))
    assert paper.loadResource(IMAGE, QUrl("media:0")).width() == WIDEST


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
        ("application/pdf", b"%PDF-1.4"),
        ("image/jpeg", papers.a_picture),
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("image/png", b""),
    ],
)
def test_a_picture_is_decoded_only_as_the_kind_it_says_it_is(qapp, kind, content):
    paper = Paper()
    paper.set_media((Enclosed(kind, content() if callable(content) else content),))
    assert paper.loadResource(IMAGE, QUrl("media:0")).width() == 1


def test_the_menu_copies_and_does_nothing_else(browser, qtbot, qapp):
    browser.show_html('<p><a href="http://example.test/">lien</a></p>')
    browser.selectAll()
    at = QPoint(5, 5)
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, browser.mapToGlobal(at))
    qapp.sendEvent(browser.viewport(), asked)
    menu = browser.findChild(QMenu)
    assert [action.text() for action in menu.actions()] == ["Copier", "Tout sélectionner"]
    menu.close()


def place_of(browser, words):
    """The middle of words, on the viewport."""
    cursor = browser.document().find(words)
    assert not cursor.isNull()
    return browser.cursorRect(cursor).center() - QPoint(4, 0)
