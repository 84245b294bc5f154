"""The alphabet of CDA: how an element is spelled in the HL7 namespace.

HL7 is always the default namespace and `xsi:type` values have no prefix: rules of the CI-SIS kit compare
them with bare names (`CD`, `PQ`), so a prefixed document is refused although it says the same.

Reference: [CDA] data types; [CISIS-MIN] §2.8.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias
from uuid import NAMESPACE_OID, uuid5

from lxml import etree

from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate

HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

Element: TypeAlias = etree._Element
Content: TypeAlias = Element | str | None

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
        self._unique_id = unique_id

    def at(self, place: str) -> Element:
        """Return the `id` element of a place of the document: a UUID version 5 (RFC 4122)."""
        return element("id", root=self.text(place))

    def text(self, place: str) -> str:
        """Return the UUID of a place of the document."""
        return str(uuid5(NAMESPACE_OID, f"{self._unique_id}#{place}"))


def element(tag: str, *content: Content, type: str = "", **attributes: str | None) -> Element:
    """Return an HL7 element. `type` is its `xsi:type`; attributes and content that are None are left out.

    Raises ValueError when a text holds a character that XML cannot.
    """
    made = etree.Element(f"{{{HL7}}}{tag}", nsmap=_NAMESPACES)
    if type:
        made.set(f"{{{XSI}}}type", type)
    for name, value in attributes.items():
        if value is not None:
            made.set(name, value)
    append(made, *content)
    return made


def append(parent: Element, *content: Content) -> None:
    """Add elements and texts at the end of `parent`."""
    for item in content:
        if item is None:
            continue
        if not isinstance(item, str):
            parent.append(item)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + item
        else:
            parent.text = (parent.text or "") + item


def coded(tag: str, code: Code, *content: Content, type: str = "") -> Element:
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


def templates(*roots: str) -> tuple[Element, ...]:
    """Return the `templateId` elements of a section or an entry."""
    return tuple(element("templateId", root=root) for root in roots)


def refers(text_id: str) -> Element:
    """Return a `text` that points at a piece of narrative."""
    return element("text", reference(text_id))


def original(text_id: str) -> Element:
    """Return an `originalText` that points at a piece of narrative."""
    return element("originalText", reference(text_id))


def reference(text_id: str) -> Element:
    """Return a reference to a piece of narrative."""
    return element("reference", value=f"#{text_id}")


def concept(tag: str, code: Code | None, text_id: str, *, type: str = "", no_code: str = "UNK") -> Element:
    """Return a coded element tied to its words; without `code`, its words alone and nullFlavor `no_code`."""
    if code is None:
        return element(tag, original(text_id), type=type, nullFlavor=no_code)
    return coded(tag, code, original(text_id), type=type)


def day(tag: str, date: PartialDate | None, unknown: str = "UNK") -> Element:
    """Return a date with the precision it is known to, or why it is not."""
    return element(tag, value=date.hl7) if date else element(tag, nullFlavor=unknown)


def moment(tag: str, time: datetime) -> Element:
    """Return a time to the second with its offset: AAAAMMJJhhmmss+ZZzz. `time` carries an offset."""
    return element(tag, value=f"{time:%Y%m%d%H%M%S%z}")


def completed() -> Element:
    """Return the status of what is over and done."""
    return element("statusCode", code="completed")
