"""The alphabet of CDA: how an element is spelled in the HL7 namespace.

HL7 is always the default namespace and `xsi:type` values have no prefix: rules of the CI-SIS kit compare
them with bare names (`CD`, `PQ`), so a prefixed document is refused although it says the same.

Reference: [CDA] data types; [CISIS-MIN] §2.8.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha1
from typing import Any, TypeAlias
from uuid import NAMESPACE_OID

from lxml import etree

from demo_lgc.documents.hl7 import HL7, XSI, Element
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate

_TYPE = f"{{{XSI}}}type"
_NAMESPACES: Any = {None: HL7, "xsi": XSI}  # the stubs know no default namespace

SYSTEM_NAMES = {
    oids.LOINC: "LOINC",
    oids.SNOMED_CT: "SNOMED CT",
    oids.CIM10: "CIM-10",
    oids.CIM11: "CIM-11",
    oids.CCAM: "CCAM",
    oids.CIS: "CIS",
    oids.CIP: "CIP",
    oids.EDQM: "EDQM",
    oids.ATC: "ATC",
    oids.ABSENT_OR_UNKNOWN: "IPS-AbsentUnknown",
}
GENDERS = {
    "M": Code("M", "2.16.840.1.113883.5.1", "Masculin"),
    "F": Code("F", "2.16.840.1.113883.5.1", "Féminin"),
    "UN": Code("UN", "2.16.840.1.113883.5.1", "Inconnu"),
}


class Ids:
    """Identifiers of sections and entries, derived from the document's: same input, same bytes."""

    def __init__(self, unique_id: str) -> None:
        self._root = NAMESPACE_OID.bytes + f"{unique_id}#".encode()

    def at(self, place: str) -> Node:
        """Return the `id` element of a place of the document: a UUID version 5 (RFC 4122)."""
        return element("id", root=self.text(place))

    def text(self, place: str) -> str:
        """Return the UUID of a place of the document.

        As `uuid.uuid5` makes it: a VSM has a hundred, and that function takes a tenth of its writing.
        """
        digest = sha1(self._root + place.encode(), usedforsecurity=False).hexdigest()
        variant = f"{int(digest[16], 16) & 3 | 8:x}"
        return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


Content: TypeAlias = "Node | str | None"


class Node:
    """An element being written, in the HL7 namespace.

    lxml gives each element a document of its own, then moves it into its parent's: built from the leaves, a
    document takes three times what its tree takes. So nodes are plain, and `document` makes the tree at once.
    """

    __slots__ = ("attributes", "content", "tag")

    def __init__(self, tag: str, attributes: dict[str, str], content: tuple[Content, ...]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.content = content


def element(tag: str, *content: Content, type: str = "", **attributes: str | None) -> Node:
    """Return an HL7 element. `type` is its `xsi:type`; attributes and content that are None are left out."""
    said: Any = attributes
    if None in attributes.values():
        said = {name: value for name, value in attributes.items() if value is not None}
    return Node(tag, {_TYPE: type, **said} if type else said, content)


def append(parent: Node, *content: Content) -> None:
    """Add elements and texts at the end of `parent`."""
    parent.content += content


def document(root: Node) -> bytes:
    """Return a whole document: UTF-8 with its XML declaration.

    Raises ValueError when a text holds a character that XML cannot.
    """
    tree = etree.Element(_qualified(root.tag), root.attributes, _NAMESPACES)
    _fill(tree, root.content)
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True)


def _fill(made: Element, content: tuple[Content, ...]) -> None:
    last: Element | None = None
    for item in content:
        if isinstance(item, Node):
            last = etree.SubElement(made, _qualified(item.tag), item.attributes)
            inside = item.content
            if len(inside) == 1 and isinstance(inside[0], str):
                last.text = inside[0]  # half of the elements: a call less for each
            elif inside:
                _fill(last, inside)
        elif item is None:
            continue
        elif last is None:
            made.text = (made.text or "") + item
        else:
            last.tail = (last.tail or "") + item


@cache
def _qualified(tag: str) -> str:
    return f"{{{HL7}}}{tag}"


def coded(tag: str, code: Code, *content: Content, type: str = "") -> Node:
    """Return a coded element, with the name of its system when it is a terminology."""
    return element(
        tag,
        *content,
        type=type,
        code=code.code,
        displayName=code.label or None,
        codeSystem=code.system,
        codeSystemName=SYSTEM_NAMES.get(code.system),
    )


@cache
def templates(*roots: str) -> tuple[Node, ...]:
    """Return the `templateId` elements of a section or an entry."""
    return tuple(element("templateId", root=root) for root in roots)


def refers(text_id: str) -> Node:
    """Return a `text` that points at a piece of narrative."""
    return element("text", reference(text_id))


def original(text_id: str) -> Node:
    """Return an `originalText` that points at a piece of narrative."""
    return element("originalText", reference(text_id))


def reference(text_id: str) -> Node:
    """Return a reference to a piece of narrative."""
    return element("reference", value=f"#{text_id}")


def concept(tag: str, code: Code | None, text_id: str, *, type: str = "", no_code: str = "UNK") -> Node:
    """Return a coded element tied to its words; without `code`, its words alone and nullFlavor `no_code`."""
    if code is None:
        return element(tag, original(text_id), type=type, nullFlavor=no_code)
    return coded(tag, code, original(text_id), type=type)


def day(tag: str, date: PartialDate | None, unknown: str = "UNK") -> Node:
    """Return a date with the precision it is known to, or why it is not."""
    return element(tag, value=date.hl7) if date else element(tag, nullFlavor=unknown)


def moment(tag: str, time: datetime) -> Node:
    """Return a time to the second with its offset: AAAAMMJJhhmmss+ZZzz. `time` carries an offset."""
    return element(tag, value=f"{time:%Y%m%d%H%M%S%z}")


@cache
def completed() -> Node:
    """Return the status of what is over and done."""
    return element("statusCode", code="completed")
