"""What every document we write must satisfy, whatever its kind: checked on the bytes, before they leave.

These are our own rules, without schema nor schematron: they catch a mistake of the program on the machine
of the doctor, where no conformance data exist.

Reference: [CDA] narrative references; [CISIS-MIN] §2.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from demo_lgc.documents.hl7 import HL7, MAX_BYTES, ROOT, Element
from demo_lgc.domain.errors import Finding

_STRUCTURE = "Structure du document"
_NS = {"h": HL7}


def findings_of(document: bytes) -> tuple[Finding, ...]:
    """Return what is wrong with a document we wrote, nothing when it may leave. Never raises for its content.

    Checks: well-formed and without DOCTYPE, root and namespace, identifiers used once, references that
    lead somewhere, a title and a text (or sub-sections) in every section.
    """
    if len(document) > MAX_BYTES:
        return (Finding(_STRUCTURE, "le document est trop volumineux"),)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        return (Finding(_STRUCTURE, "le document n’est pas un XML bien formé"),)
    docinfo: etree.DocInfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None:
        return (Finding(_STRUCTURE, "le document porte une déclaration DOCTYPE"),)
    if root.tag != ROOT:
        return (Finding(_STRUCTURE, "la racine n’est pas ClinicalDocument"),)
    return (*_identifiers(root), *_references(root), *_sections(root))


def _identifiers(root: Element) -> Iterator[Finding]:
    counted = Counter(e.get("ID") for e in root.iter(etree.Element) if e.get("ID"))
    yield from (Finding(_STRUCTURE, f"l’ancre {name} est double") for name, n in counted.items() if n > 1)
    entries = Counter(
        (i.get("root"), i.get("extension"))
        for i in root.iterfind(".//h:entry//h:id", _NS)
        if not _is_internal_reference(i)
    )
    yield from (
        Finding(_STRUCTURE, "un identifiant d’entrée est double") for _, n in entries.items() if n > 1
    )


def _references(root: Element) -> Iterator[Finding]:
    anchors = {e.get("ID") for e in root.iter(etree.Element) if e.get("ID")}
    aims = [
        (e.get("value") or "").removeprefix("#")
        for e in root.iterfind(".//h:reference", _NS)
        if (e.get("value") or "").startswith("#")
    ]
    for e in root.iterfind(".//h:renderMultiMedia", _NS):
        aims += (e.get("referencedObject") or "").split()
    yield from (
        Finding(_STRUCTURE, f"la référence {aim} ne mène à rien") for aim in aims if aim not in anchors
    )
    known = {
        (i.get("root"), i.get("extension"))
        for i in root.iterfind(".//h:id", _NS)
        if not _is_internal_reference(i)
    }
    for i in root.iterfind(".//h:id", _NS):
        if _is_internal_reference(i) and (i.get("root"), i.get("extension")) not in known:
            yield Finding(_STRUCTURE, "un motif ne mène à aucune entrée")


def _is_internal_reference(identifier: Element) -> bool:
    parent = identifier.getparent()
    if parent is None or parent.tag != f"{{{HL7}}}act":  # an observation is itself the reason
        return False
    above = parent.getparent()
    return above is not None and above.get("typeCode") == "RSON"


def _sections(root: Element) -> Iterator[Finding]:
    for section in root.iterfind(".//h:section", _NS):
        title, text = section.find("h:title", _NS), section.find("h:text", _NS)
        name = _words(title)
        if not name:
            yield Finding(_STRUCTURE, "une rubrique est sans titre")
        if not _words(text) and section.find("h:component/h:section", _NS) is None:
            yield Finding(name or _STRUCTURE, "la rubrique est sans texte")


def _words(block: Element | None) -> str:
    return "" if block is None else "".join(str(piece) for piece in block.itertext()).strip()
