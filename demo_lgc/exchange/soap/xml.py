"""Reading XML that came from elsewhere, and writing ours: one door, so that none is left open.

What a service answers is hostile until parsed: no DTD, hence no entity and no external resource, and the
limits of libxml2 on depth and size stay on.

Reference: [CISIS-MIN] UTF-8; XML 1.0; Canonical XML 1.0.
"""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

# Of « < »: an element takes in memory twenty times what `<a/>` takes on the wire.
_MAX_MARKUP = 1_000_000
_UNBOUND = "NS_ERR_UNDEFINED_NAMESPACE"


class UnreadableXmlError(ValueError):
    """Bytes that are not the XML we take: not well-formed, carrying a DTD, or of too many elements."""


def parse(data: bytes, *, unbound: bool = False) -> etree._Element:
    """Return the root element of `data`.

    With `unbound`, a prefix that no namespace is bound to stays in the tag (`ns3:Slot`) instead of making the
    whole unreadable; nothing else is forgiven.

    Raises UnreadableXmlError; its message quotes nothing of the content.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise UnreadableXmlError("a DTD is refused")
    if data.count(b"<") > _MAX_MARKUP:
        raise UnreadableXmlError("too many elements")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=unbound
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableXmlError(f"not well-formed XML, at {getattr(error, 'position', '?')}") from None
    if unbound and (root is None or any(entry.type_name != _UNBOUND for entry in parser.error_log)):
        raise UnreadableXmlError("not well-formed XML")
    if getattr(
        etree.ElementTree(root).docinfo, "doctype", ""
    ):  # a DTD hidden from the search above by UTF-16
        raise UnreadableXmlError("a DTD is refused")
    return root


def serialise(element: etree._Element) -> bytes:
    """Return an element as UTF-8 bytes, without an XML declaration: ready to stand inside another."""
    return etree.tostring(element, encoding="utf-8", xml_declaration=False)


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace, empty for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def text_of(element: etree._Element | None) -> str:
    """Return the whole text of an element in one line, empty when there is none."""
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def instant(moment: datetime) -> str:
    """Return an xs:dateTime in UTC to the millisecond: 2014-11-06T09:30:00.000Z. `moment` has an offset."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
