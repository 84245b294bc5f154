"""Validate a document against the XML schema of CDA, and say in French what it refuses.

libxml2 speaks English and thinks of grammars: the kinds of its messages are a table of sentences.

Reference: [CDA] R2, CDA_extended.xsd; [ANS-KIT].
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

from demo_lgc.documents.conformance.pack import XSD, Pack
from demo_lgc.documents.conformance.places import place_of
from demo_lgc.documents.conformance.words import NBSP, attribute_named, named
from demo_lgc.documents.hl7 import Element
from demo_lgc.domain.errors import ConformanceError, ConformanceProblem, Finding

MAX_EXPECTED = 4
_PLUMBING = frozenset({"realmCode", "typeId", "templateId"})  # permitted everywhere, and never what lacks
_SENTENCES = {
    "SCHEMAV_CVC_ENUMERATION_VALID": f"La valeur n’est pas de celles qui sont permises{NBSP}: {{attribute}}.",
    "SCHEMAV_CVC_PATTERN_VALID": f"La valeur n’a pas la forme attendue{NBSP}: {{attribute}}.",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": f"La valeur n’a pas la forme attendue{NBSP}: {{attribute}}.",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_2": f"La valeur n’a pas la forme attendue{NBSP}: {{attribute}}.",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_3": f"La valeur n’a pas la forme attendue{NBSP}: {{attribute}}.",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": f"Cette précision n’est pas permise ici{NBSP}: {{attribute}}.",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": f"Cette précision n’est pas permise ici{NBSP}: {{attribute}}.",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": f"Il manque{NBSP}: {{attribute}}.",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "Aucun texte n’est permis à cet endroit.",
    "SCHEMAV_CVC_ELT_1": "Ce document n’est pas un document de santé CDA.",
    "SCHEMAV_CVC_ELT_4_2": "Le type de cette valeur n’est pas connu.",
    "SCHEMAV_CVC_TYPE_2": "Le type de cette valeur n’est pas donné.",
}
_OTHER = "Cette information n’a pas la forme attendue."


class XmlSchema:
    """The XML schema of a pack. Raises ConformanceError (INCOMPLETE) when it cannot be used."""

    def __init__(self, pack: Pack) -> None:
        path = pack.files.get(XSD.lower())
        if path is None:
            raise ConformanceError(ConformanceProblem.INCOMPLETE, XSD.rpartition("/")[2])
        try:
            self._schema = etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))
        except (OSError, etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
            raise ConformanceError(ConformanceProblem.INCOMPLETE, path.name) from error

    def findings(self, document: Element) -> tuple[Finding, ...]:
        """Return what the schema refuses in a document, in its order; nothing when it is valid."""
        if self._schema.validate(document):
            return ()
        return tuple(dict.fromkeys(_findings(document, self._schema.error_log)))


def _findings(document: Element, log: etree._ListErrorLog) -> Iterator[Finding]:
    told: set[str] = set()
    for entry in log:
        path = str(entry.path or "")
        if entry.type_name == "SCHEMAV_CVC_TYPE_2" and path in told:
            continue  # the consequence of an unknown type, told already
        told.add(path)
        found = cast("list[Element]", document.xpath(path)) if path else []
        yield Finding(place_of(found[0] if found else document), _sentence(entry.type_name, entry.message))


def _sentence(kind: str, message: str) -> str:
    if kind == "SCHEMAV_ELEMENT_CONTENT":
        wanted = re.search(r"Expected is (?:one of )?\( (.*?) \)", message)
        names = re.findall(r"(?:\{[^}]*\})?([\w\-]+)", wanted.group(1)) if wanted else []
        names = [named(name) for name in names if name not in _PLUMBING] or [named(name) for name in names]
        expected = ", ".join(dict.fromkeys(names[:MAX_EXPECTED])) + ("…" if len(names) > MAX_EXPECTED else "")
        if message.partition(":")[2].strip().startswith("Missing") or "Missing child" in message:
            return f"Il manque{NBSP}: {expected}." if expected else "Il manque une information."
        said = "Cette information n’est pas à sa place, ou il en manque une avant elle"
        return f"{said}{NBSP}: {expected}." if expected else f"{said}."
    attribute = re.search(r"[Aa]ttribute '(?:\{[^}]*\})?([^']+)'", message)
    name = attribute_named(attribute.group(1)) if attribute else ""
    sentence = _SENTENCES.get(kind, _OTHER).format(attribute=name)
    return sentence if name else sentence.replace(f"{NBSP}: .", ".")
