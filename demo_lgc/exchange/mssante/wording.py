"""The words of a message written in HTML: its text alone, in lines, for nothing in it is ever rendered.

One walk over the page, in a time that depends on its length and nothing else: parsers of HTML have pages made
for them that take a minute.

Reference: [MSS] ECO.2.2.4, §5.4 (no remote content, no script).
"""

from __future__ import annotations

import html
import re

_BLANKS = re.compile(r"\s+")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,20})")
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg"})
_LINES = frozenset(
    {"p", "div", "br", "tr", "table", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"blockquote", "pre", "section", "article", "header", "footer", "dt", "dd", "form", "address"}
)
_CELLS = frozenset({"td", "th"})
_ENDS = {name: re.compile(rf"</{name}\b[^>]*>?", re.IGNORECASE) for name in _UNSEEN}
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")  # no character has it


def text_of_html(page: str) -> str:
    """Return the text of a page, one line for each of its blocks. Never fails."""
    words = html.unescape(_LONG_NUMBER.sub("\ufffd", "".join(_walked(page))))
    lines = (" ".join(line.split()) for line in words.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _walked(page: str) -> list[str]:
    pieces: list[str] = []
    endless: set[str] = set()  # unseen elements that nothing closes any more
    place = 0
    while (start := page.find("<", place)) >= 0:
        pieces.append(_BLANKS.sub(" ", page[place:start]))
        tag = _TAG.match(page, start)
        if tag is None and page[start + 1 : start + 2] not in ("!", "?", "/"):
            pieces.append("<")  # « < 1 g/l »
            place = start + 1
            continue
        comment = page.startswith("<!--", start)
        mark = "-->" if comment else ">"
        end = page.find(mark, start)
        if end < 0:
            return pieces
        place = end + len(mark)
        if tag is None:
            continue
        name = tag[1].lower()
        pieces.append("\n" if name in _LINES else "\t" if name in _CELLS else "")
        if name in _UNSEEN and page[start + 1] != "/" and name not in endless:
            closing = _ENDS[name].search(page, place)
            if closing is None:
                endless.add(name)
            else:
                place = closing.end()
    pieces.append(_BLANKS.sub(" ", page[place:]))
    return pieces
