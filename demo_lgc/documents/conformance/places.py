"""Where something is wrong in a document, as the doctor would point at it on the page.

« Traitements, ligne 2, date de début »: the title of the nearest section, the rank of the entry, the field.

Reference: [CDA] R2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from demo_lgc.documents.conformance.words import FIELDS, HEADER
from demo_lgc.documents.hl7 import HL7, Element

WHOLE = "Structure du document"
_STEP = re.compile(r"/(?:Q\{([^}]*)\})?(?:element\()?([\w.\-]+)\)?\[(\d+)\]")
_NS = {"h": HL7}
MAX_TITLE = 80


def element_at(root: Element, path: str) -> Element:
    """Return the element that an XPath of `fn:path` names, or the nearest above it that exists."""
    here = root
    for namespace, name, rank in _STEP.findall(path)[1:]:  # the first step is the root itself
        same = here.findall(f"{{{namespace}}}{name}" if namespace else name)
        if len(same) < int(rank):
            break
        here = same[int(rank) - 1]
    return here


def place_of(element: Element) -> str:
    """Return the place of an element in French; commas go from the section, or the actor, to the field."""
    above = [*_upwards(element)]
    section = next((e for e in above if _local(e) == "section" and _title(e)), None)
    if section is not None:
        inside = above[: above.index(section)]
        entry = next((e for e in reversed(inside) if _local(e) == "entry"), None)
        line = f"ligne {_rank(entry)}" if entry is not None else ""
        field = _field(inside[: inside.index(entry)] if entry is not None else inside)
        return ", ".join(filter(None, (_title(section), line, field)))
    if len(above) < 2:
        return WHOLE
    part = above[-2]
    name = HEADER.get(_local(part), WHOLE)
    return ", ".join(filter(None, (name, _field(above[:-2]))))


def _upwards(element: Element) -> Iterator[Element]:
    yield element
    yield from element.iterancestors()


def _field(path: list[Element]) -> str:
    """The French word of the innermost element that has one; `path` goes upwards."""
    for element in path:
        parent = element.getparent()
        both = f"{_local(parent)}/{_local(element)}" if parent is not None else ""
        word = FIELDS.get(both) or FIELDS.get(_local(element))
        if word:
            return word
    return ""


def _local(element: Element) -> str:
    return etree.QName(element).localname


def _rank(element: Element) -> int:
    return sum(1 for _ in element.itersiblings(element.tag, preceding=True)) + 1


def _title(section: Element) -> str:
    title = section.find("h:title", _NS)
    words = "" if title is None else " ".join("".join(str(t) for t in title.itertext()).split())
    return words if len(words) <= MAX_TITLE else f"{words[:MAX_TITLE].rstrip()}…"
