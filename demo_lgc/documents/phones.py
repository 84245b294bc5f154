"""Phone numbers as people read them, on a page that we print and in a document of anybody."""

from __future__ import annotations

import re

from demo_lgc.documents.narrative import NBSP

_FRENCH = re.compile(r"(?:(?:\+33|0033)(?:\(0\)|0)?|0)([1-9])(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII)


def in_pairs(number: str) -> str:
    """Return a French number in pairs, « 01 47 15 00 00 »; any other as it was written."""
    found = _FRENCH.fullmatch(re.sub(r"[ \u00a0.-]", "", number))
    return NBSP.join((f"0{found[1]}", *found.groups()[1:])) if found else number
