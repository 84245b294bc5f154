"""The words that the entries of a document point at, and how what is coded is called.

A reference that leads nowhere is what a document does not say. Nothing here raises.

Reference: [CDA] R2 data types CD, ED (reference, originalText); StrucDoc.Text.
"""

from __future__ import annotations

from itertools import islice
from typing import cast

from lxml import etree

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.narrative import one_line
from demo_lgc.documents.reading.values import H, codes_of

MAX_WORDS = 20_000_000  # characters quoted from the narrative of one document
MAX_COLUMNS = 50

_REFERENCE = f"{H}reference"
_ORIGINAL = f"{H}originalText"

_WITH_ID = etree.XPath("descendant-or-self::*/@ID/..")  # three times as fast as `*[@ID]`
# What ends a word although no blank is written: cells, lines and paragraphs.
_BREAKS = frozenset(
    f"{H}{tag}" for tag in ("br", "td", "th", "tr", "item", "paragraph", "list", "table", "caption")
)


class Narrative:
    """The words of a document, found by the references of its entries: one index of its IDs, made once.

    Elements are read where they stand: the tree must not change in between. Each is read once, and no more
    than `MAX_WORDS` characters are given in all: a hostile document points at the same words from all sides.
    """

    def __init__(self, root: Element) -> None:
        self._root = root
        self._index: dict[str, Element] | None = None
        self._texts: dict[str, str] = {}
        self._heads: dict[Element, tuple[str, ...]] = {}
        self._rows: dict[Element, tuple[str, ...]] = {}
        self._left = MAX_WORDS

    def text(self, reference: str | None) -> str:
        """Return the words that `#id` points at, on one line; empty when it leads nowhere in the document."""
        name = _name(reference)
        if name not in self._texts:
            self._texts[name] = line_of(self.element(name))
        return self._given(self._texts[name])

    def beside(self, reference: str | None, heading: str) -> str:
        """Return the cell of a column of the table row that `#id` stands in; empty when there is none.

        `heading` is in small letters. A table whose rows do not match its heads is not guessed at.
        """
        place = self.element(reference)
        row = None if place is None else _around(place, f"{H}tr")
        table = None if row is None else _around(row, f"{H}table")
        if row is None or table is None:
            return ""
        if table not in self._heads:
            first = next(table.iter(f"{H}tr"), None)
            self._heads[table] = tuple(head.casefold() for head in _cells(first))
        heads = self._heads[table]
        cells = self._row(row)
        if len(heads) != len(cells):
            return ""
        return self._given(next((c for h, c in zip(heads, cells, strict=True) if heading in h), ""))

    def after(self, reference: str | None) -> str:
        """Return the cells that follow, in its table row, the one that `#id` stands in; empty without any."""
        place = self.element(reference)
        row = None if place is None else _around(place, f"{H}tr")
        if place is None or row is None or place is row:
            return ""
        cell = next(one for one in (place, *place.iterancestors()) if one.getparent() is row)
        following = self._row(row)[sum(1 for _ in cell.itersiblings(preceding=True)) + 1 :]
        return self._given(", ".join(said for said in following if said))

    def _row(self, row: Element) -> tuple[str, ...]:
        if row not in self._rows:
            self._rows[row] = _cells(row)
        return self._rows[row]

    def element(self, reference: str | None) -> Element | None:
        """Return the element that `#id` names, None when there is none."""
        if self._index is None:
            found = cast("list[Element]", _WITH_ID(self._root))
            # Of two with one ID, the first.
            self._index = {element.get("ID", ""): element for element in reversed(found)}
        return self._index.get(_name(reference))

    def _given(self, text: str) -> str:
        self._left -= len(text)
        return text if self._left >= 0 else ""


def _name(reference: str | None) -> str:
    return reference.strip().removeprefix("#") if reference else ""


def words(element: Element | None, narrative: Narrative) -> str:
    """Return the words of an element: those it refers to (itself or by its `originalText`), else those in it.

    For a coded element these are the words of whoever wrote it; the label of its code is not looked at.
    """
    if element is None:
        return ""
    holder, reference = element, None
    for child in element:
        if child.tag == _ORIGINAL:
            holder = child
            reference = next((inside for inside in child if inside.tag == _REFERENCE), reference)
            break
        if child.tag == _REFERENCE:
            reference = child
    pointed = "" if reference is None else narrative.text(reference.get("value"))
    return pointed or line_of(holder)


def name_of(element: Element | None, narrative: Narrative) -> str:
    """Return how a coded element is called: in its own words, else by the label of a code, else by a code."""
    name = words(element, narrative)
    if name:
        return name
    codes = tuple(codes_of(element))
    return next((code.label for code in codes if code.label), codes[0].code if codes else "")


def line_of(element: Element | None) -> str:
    """Return all the text inside an element on one line; cells and lines are apart by a space."""
    if element is None:
        return ""
    if not len(element):
        return one_line(element.text or "")
    pieces: list[str] = []
    _gather(element, pieces)
    return one_line("".join(pieces))


def _cells(row: Element | None) -> tuple[str, ...]:
    return () if row is None else tuple(line_of(cell) for cell in islice(row, MAX_COLUMNS))


def _around(place: Element, tag: str) -> Element | None:
    return place if place.tag == tag else next(place.iterancestors(tag), None)


def _gather(element: Element, pieces: list[str]) -> None:
    around = " " if element.tag in _BREAKS else ""
    pieces += (around, element.text or "")
    for child in element:  # no deeper than `parsing.MAX_DEPTH`
        _gather(child, pieces)
        pieces.append(child.tail or "")
    pieces.append(around)
