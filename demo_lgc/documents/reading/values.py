"""The small things that every entry of a document is made of: times, codes, and the words they point at.

Documents of anybody are read: a time that does not exist, a reference that leads nowhere or a `nullFlavor` in
the place of a value is what a document does not say. Nothing here raises.

Reference: [CDA] R2 data types TS, IVL_TS, CD, ED; [CISIS-MIN] §2.8.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice
from typing import cast

from lxml import etree

from demo_lgc.documents.hl7 import HL7, XSI, Element
from demo_lgc.documents.narrative import one_line
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.received import When

MAX_WORDS = 20_000_000  # characters quoted from the narrative of one document
MAX_COLUMNS = 50

H = f"{{{HL7}}}"  # before the name of an element: f"{H}section"

_TYPE = f"{{{XSI}}}type"
_TEMPLATE = f"{H}templateId"
_TRANSLATION = f"{H}translation"
_REFERENCE = f"{H}reference"
_ORIGINAL = f"{H}originalText"
_LOW, _HIGH = f"{H}low", f"{H}high"

_WITH_ID = etree.XPath("descendant-or-self::*/@ID/..")  # three times as fast as `*[@ID]`
# What ends a word although no blank is written: cells, lines and paragraphs.
_BREAKS = frozenset(
    f"{H}{tag}" for tag in ("br", "td", "th", "tr", "item", "paragraph", "list", "table", "caption")
)
_TIME = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,6})\d*)?)?)?)?)?)?"
    r"(?:([+-])(\d\d):?(\d\d)?|Z)?",
    re.ASCII,
)


@lru_cache(maxsize=256)  # the results of a report were all measured at the same hour
def time_of(text: str | None) -> When | None:
    """Read an HL7 time, AAAA to AAAAMMJJhhmmss.ffff, with or without offset ±ZZzz.

    A year, a month or a day is a PartialDate (a month or a day « 00 » is not known); from the hour on it is
    an instant, without offset when none is written. A time that does not exist is None.
    """
    match = _TIME.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    try:
        if hour is None:
            if not month or month == "00":
                return PartialDate(int(year))
            return PartialDate(int(year), int(month), int(day) if day and day != "00" else None)
        zone = None
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
            zone = timezone(-offset if sign == "-" else offset)
        elif match.group().endswith("Z"):
            zone = UTC
        return datetime(
            *(int(year), int(month), int(day), int(hour), int(minute or 0), int(second or 0)),
            int((fraction or "0").ljust(6, "0")),
            zone,
        )
    except (ValueError, OverflowError):  # the 31st of February, an offset of 99 hours
        return None


def when(element: Element | None) -> When | None:
    """Return the time of an element: its value, else the beginning of its interval."""
    if element is None:
        return None
    value = element.get("value")
    return time_of(value) if value else time_of(_value_of(element, _LOW))


def interval(element: Element | None) -> tuple[When | None, When | None]:
    """Return the beginning and the end of an interval; a single time is a beginning."""
    if element is None:
        return None, None
    return when(element), time_of(_value_of(element, _HIGH))


def day_of(time: When | None) -> PartialDate | None:
    """Return the day (or month, or year) of a time, where it was written."""
    return PartialDate.of(time.date()) if isinstance(time, datetime) else time


def type_of(element: Element) -> str:
    """Return the `xsi:type` of an element without its prefix (`PQ` for `c:PQ`), or an empty text."""
    return (element.get(_TYPE) or "").strip().rpartition(":")[2]


def code_of(element: Element | None) -> Code | None:
    """Return the concept of a coded element; None when it has no code. Its label may be empty."""
    if element is None:
        return None
    code = element.get("code", "").strip()
    if not code:
        return None
    return Code(code, element.get("codeSystem", "").strip(), one_line(element.get("displayName", "")))


def codes_of(element: Element | None) -> Iterator[Code]:
    """Yield the concept of a coded element, then those of its translations."""
    if element is None:
        return
    for candidate in (element, *element.iterchildren(_TRANSLATION)) if len(element) else (element,):
        code = code_of(candidate)
        if code is not None:
            yield code


def templates_of(element: Element) -> set[str]:
    """Return the roots of the templates that an element claims."""
    return {template.get("root", "") for template in element.iterchildren(_TEMPLATE)}


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


def by_tag(element: Element) -> dict[str, list[Element]]:
    """Return the children of an element by name: one pass, where `find` makes one for each name."""
    children: defaultdict[str, list[Element]] = defaultdict(list)
    for child in element:
        children[child.tag].append(child)
    return children


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


def _value_of(element: Element, tag: str) -> str | None:
    child = element.find(tag)
    return None if child is None else child.get("value")
