"""From bytes that anybody sent to a tree that is safe to walk.

A document arrives by mail or from the DMP: its bytes are hostile until shown otherwise. What no health
document needs (a DTD, 10,000 levels, a million elements) is refused before a tree of it is made, so that
reading never takes much time nor memory; nothing is fetched, and a style sheet found inside is never run.

Reference: [CDA] R2; docs/security.md.
"""

from __future__ import annotations

import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

from demo_lgc.documents.hl7 import MAX_BYTES, ROOT, Element
from demo_lgc.domain.errors import DocumentProblem, UnreadableDocument

MAX_MARKUP = 600_000  # `<` or `=`: each element or attribute costs a hundred bytes of memory or more
MAX_DEPTH = 200  # the deepest real document has 40 levels
LONG_TEXT = 9_000_000  # beyond this the parser must be told that a long text is expected

MISREAD = "Le fichier n’a pas l’encodage qu’il annonce\u00a0: des lettres accentuées peuvent être fausses."
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
SELF_SHOWING = "Ce document apporte sa propre mise en page\u00a0: elle n’a pas été exécutée."


@dataclass(frozen=True)
class Parsed:
    """The root `ClinicalDocument` of a document, and French sentences about how it was found."""

    root: Element
    warnings: tuple[str, ...] = ()


class _Stop(Exception):  # not a failure: the prolog was seen
    pass


def parse(content: bytes) -> Parsed:
    """Return the tree of a CDA document, or of the CDA inside an auto-presentable style sheet.

    Bytes that are not in the encoding they announce are read as Windows-1252, with a warning.

    Raises UnreadableDocument with the reason, in bounded time and memory whatever the bytes.
    """
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise UnreadableDocument(DocumentProblem.EMPTY)
    # `=` also ends base64: a document has few of those.
    if len(content) > MAX_BYTES or max(content.count(b"<"), content.count(b"=")) > MAX_MARKUP:
        raise UnreadableDocument(DocumentProblem.TOO_LARGE)
    _refuse_doctype(content)
    root, warnings = _tree(content)
    if root.tag == ROOT:
        return Parsed(root, warnings)
    inside = root.find(f".//{ROOT}")
    if inside is None:
        raise UnreadableDocument(DocumentProblem.NOT_CDA)
    # In a document of its own, so that nothing around it is ever read.
    return Parsed(deepcopy(inside), (*warnings, SELF_SHOWING))


def _refuse_doctype(content: bytes) -> None:
    """Look at the prolog with a parser that stops at the first element: entities are never expanded."""
    found = False

    def doctype(*_: object) -> None:
        nonlocal found
        found = True
        raise _Stop

    def element(*_: object) -> None:
        raise _Stop

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(content[:1_000_000], False)
    except _Stop:
        pass
    except (expat.ExpatError, ValueError, LookupError):
        # Not well-formed, or an encoding expat does not know: lxml will say; it must not meet a DTD either.
        found = re.search(rb"<\x00?!\x00?D\x00?O\x00?C\x00?T", content[:1_000_000]) is not None
    if found:
        raise UnreadableDocument(DocumentProblem.DOCTYPE)


def _tree(content: bytes) -> tuple[Element, tuple[str, ...]]:
    try:
        return _parsed(content), ()
    except etree.XMLSyntaxError as error:
        if "depth" in (error.msg or ""):
            raise UnreadableDocument(DocumentProblem.TOO_DEEP) from None
    if _misencoded(content):
        # The declaration is dropped: the text is re-encoded.
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", content.decode("cp1252", "replace"), count=1)
        with suppress(etree.XMLSyntaxError):  # cut as well, or no XML: said below
            return _parsed(text.encode("utf-8")), (MISREAD,)
    if _cut(content):
        raise UnreadableDocument(DocumentProblem.TRUNCATED) from None
    raise UnreadableDocument(DocumentProblem.NOT_XML) from None


def _parsed(content: bytes) -> Element:
    long = len(content) > LONG_TEXT
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=long,  # else a level of 256 and a text of 10 MB are refused by the parser itself
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(content, parser)
    docinfo: etree.DocInfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None:
        raise UnreadableDocument(DocumentProblem.DOCTYPE)
    if _TOO_DEEP(root.getroottree()):
        raise UnreadableDocument(DocumentProblem.TOO_DEEP)
    return root


def _misencoded(content: bytes) -> bool:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    declared = re.match(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding=[\"']([\w.-]+)", content)
    try:
        content.decode(declared.group(1).decode("ascii") if declared else "utf-8")
    except (UnicodeDecodeError, LookupError):  # other bytes, or an encoding that nobody knows
        return True
    return False


def _cut(content: bytes) -> bool:
    """Tell whether a document begins as one and lacks its end."""
    begins = re.match(rb"(?:\xef\xbb\xbf)?\s*<[?!A-Za-z_]", content) is not None
    return begins and b"ClinicalDocument" in content[:20_000] and b"ClinicalDocument" not in content[-200:]
