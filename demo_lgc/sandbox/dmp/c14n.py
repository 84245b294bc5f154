"""Canonical XML of a part of a document, done with care: signatures stand or fall on it.

lxml canonicalises a sub-element by writing `xmlns=""` on children that inherit a default namespace; an
element is therefore first copied, with every namespace in scope, into a document of its own.

Reference: Canonical XML 1.0; Exclusive XML Canonicalization 1.0; [DMP] §8.4 trap.
"""

from __future__ import annotations

from lxml import etree

_XML = "{http://www.w3.org/XML/1998/namespace}"

INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_WITH_COMMENTS = f"{INCLUSIVE}#WithComments"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def inclusive(element: etree._Element, *, comments: bool = False) -> bytes:
    """Return the inclusive canonical form of an element, as if still inside its document."""
    alone = _alone(element)
    for ancestor in element.iterancestors():
        for name, value in ancestor.attrib.items():
            if str(name).startswith(_XML) and alone.get(name) is None:
                alone.set(name, value)
    return etree.tostring(alone.getroottree(), method="c14n", with_comments=comments)


def exclusive(element: etree._Element, prefixes: list[str] | None = None) -> bytes:
    """Return the exclusive canonical form without comments; `prefixes` is the InclusiveNamespaces list."""
    return etree.tostring(
        _alone(element).getroottree(),
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=prefixes or None,
    )


def whole_document(root: etree._Element) -> bytes:
    """Return the canonical form, with comments, of the document of which `root` is the root."""
    return etree.tostring(root.getroottree(), method="c14n", with_comments=True)


def _alone(element: etree._Element) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(etree.tostring(element, with_tail=False, encoding="UTF-8"), parser)
