"""A page as plain text: for the terminal, and wherever nothing may be laid out.

Reference: `reading/body.py`, whose few tags are the only ones expected here.
"""

from __future__ import annotations

from html.parser import HTMLParser

_HEADINGS = {"h2": "", "h3": "  ", "h4": "    "}
_BLOCKS = frozenset(("p", "tr", "li", "table", "ul", "ol", "div", *_HEADINGS))
_CELLS = frozenset(("td", "th"))


def plain_text(page: str) -> str:
    """Return the words of a page, a line for each block; cells are parted by « | », titles stand apart."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end_line()
        if tag in _HEADINGS:
            self._lines.append("")
            self._words = _HEADINGS[tag]
        elif tag == "li":
            self._words = "- "
        elif tag == "br":
            self._words += " "
        elif tag in _CELLS and self._words.strip():
            self._words += " | "

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()

    def handle_data(self, data: str) -> None:
        self._words += data

    def finished(self) -> str:
        """Return all the lines."""
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def _end_line(self) -> None:
        margin = self._words[: len(self._words) - len(self._words.lstrip())] if self._words.strip() else ""
        words = " ".join(self._words.split())
        if words:
            self._lines.append(margin + words)
        self._words = ""
