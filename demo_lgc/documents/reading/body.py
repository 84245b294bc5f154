"""The readable body: the outline of the sections, and their words as a page.

The page is made by our own style sheet (`resources/xsl/narrative.xsl`), which lists what may pass; a style
sheet that comes with a document is never run. It has classes and no colours, so that one page serves every
theme and the printer.

Reference: [CDA] StrucDoc.Text; [CISIS-MIN] display of the narrative.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from lxml import etree
from striprtf.striprtf import rtf_to_text

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.plain import plain_text
from demo_lgc.documents.reading.enclosed import PICTURES
from demo_lgc.documents.reading.values import H, code_of
from demo_lgc.documents.reading.wording import line_of
from demo_lgc.domain.received import NOWHERE, Enclosed, Section
from demo_lgc.resources import resource

MOST_CELLS = 5_000  # the largest example of the CI-SIS has 2,000
MOST_ITEMS = 2_000
LONGEST_PAGE = 1_000_000  # characters; that of the largest example has 300,000
CUT = (
    "Ce document est trop long pour être affiché en entier\u00a0: seul son début l’est. "
    "Enregistrez le fichier pour le lire autrement."
)
RICH_TEXT = ("text/rtf", "application/rtf")
LONGEST_RTF = 2_000_000  # bytes
UNTITLED = "Rubrique sans titre"
_Access: Any = etree.XSLTAccessControl  # the stubs know half of it
_words_in: Any = rtf_to_text


def outline(root: Element) -> tuple[tuple[Section, ...], dict[Element, str]]:
    """Return the sections as a tree, and the anchor of each section element.

    Titles and anchors are written on the elements for the style sheet. A section without title is called by
    the label of its code.
    """
    anchors: dict[Element, str] = {}
    body = root.find(f"{H}component/{H}structuredBody")
    return (() if body is None else _sections(body, "s", anchors)), anchors


def page(root: Element, files: tuple[Enclosed, ...]) -> tuple[str, str]:
    """Return the body as HTML, after `outline` and `enclosed` have prepared the tree, and a warning or "".

    The page is empty without text. What a window would not lay out in a second is plain lines (Qt takes two
    minutes for a list of 60,000), and a page longer than any real document is cut: the warning says so.
    """
    if root.find(f"{H}component/{H}structuredBody") is not None:
        cells, items = root.iter(f"{H}td", f"{H}th"), root.iter(f"{H}item")
        many = sum(1 for _ in cells) > MOST_CELLS or sum(1 for _ in items) > MOST_ITEMS
        html = str(_style_sheet()(root, deepest="0" if many else "3"))
    else:
        html = "".join(_unstructured(rank, file) for rank, file in enumerate(files) if not file.problem)
    if len(html) <= LONGEST_PAGE:
        return html, ""
    words = plain_text(html[:LONGEST_PAGE])
    return "".join(f"<p>{escape(line)}</p>" for line in words.splitlines()), CUT


def _sections(parent: Element, prefix: str, anchors: dict[Element, str]) -> tuple[Section, ...]:
    found = []
    for rank, section in enumerate(parent.iterfind(f"{H}component/{H}section"), 1):
        anchor = f"{prefix}{rank}"
        code = code_of(section.find(f"{H}code"))
        title = line_of(section.find(f"{H}title")) or (code.label if code else "") or UNTITLED
        section.set("anchor", anchor)
        section.set("heading", title)
        anchors[section] = anchor
        found.append(Section(title, anchor, code or NOWHERE, _sections(section, f"{anchor}-", anchors)))
    return tuple(found)


def _unstructured(rank: int, file: Enclosed) -> str:
    if file.media_type in PICTURES:
        return f'<p><img src="media:{rank}"></p>'
    if file.media_type == "text/plain":
        text = _decoded(file.content)
    elif file.media_type in RICH_TEXT:
        text = _words_of_rtf(file.content)
    else:
        return ""
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def _decoded(content: bytes) -> str:
    """Return a text, which is UTF-8 or else what French software wrote before it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _words_of_rtf(content: bytes) -> str:
    """Return the words of a rich text without its looks, none when they cannot be told."""
    try:
        return str(_words_in(content[:LONGEST_RTF].decode("ascii", "replace"), errors="replace"))
    except (ValueError, OverflowError, LookupError, IndexError):  # what the library meets in a broken file
        return ""


@cache
def _style_sheet() -> etree.XSLT:
    """Compile the style sheet once; it can reach neither disk nor network."""
    sheet = etree.parse(str(resource("xsl", "narrative.xsl")))
    return etree.XSLT(sheet, access_control=_Access.DENY_ALL)
