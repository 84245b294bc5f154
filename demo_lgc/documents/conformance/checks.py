"""Check one document with the pack: XSD, then schematrons, told as findings.

The worker's own half of `checker`. Bytes come from anybody: they become a tree as everywhere else, so that
neither a DTD nor ten thousand levels reach the schema or Saxon.

Reference: [ANS-KIT] LISEZ-MOI (order of the checks).
"""

from __future__ import annotations

from demo_lgc.documents.conformance.french import NOT_EVALUATED, missing_element, sentence_of
from demo_lgc.documents.conformance.judging import Failure, Schematrons
from demo_lgc.documents.conformance.pack import GENERIC, Pack
from demo_lgc.documents.conformance.places import WHOLE, element_at, place_of
from demo_lgc.documents.conformance.schema_check import XmlSchema
from demo_lgc.documents.conformance.words import HEADER
from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.parsing import parse
from demo_lgc.domain.errors import Finding


class Checks:
    """The schema and the schematrons of a pack, kept compiled."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._schema = XmlSchema(pack)
        self._schematrons = Schematrons(pack)

    def warm(self) -> None:
        """Compile what every document asks for; seconds. Raises ConformanceError (INCOMPLETE)."""
        for path in GENERIC:
            self._schematrons.compile(path)

    def findings(self, content: bytes) -> tuple[Finding, ...]:
        """Return what is wrong with a document, each thing once; nothing when it conforms.

        A document that the schema refuses is not given to the schematrons: they would repeat it otherwise.
        Raises UnreadableDocument, ConformanceError.
        """
        root = parse(content).root
        if refused := self._schema.findings(root):
            return refused
        paths = self._pack.schematrons_for(root)
        failures = self._schematrons.failures(root, paths)
        found = (_finding(root, failure) for path in paths for failure in failures[path])
        return tuple(dict.fromkeys(found))


def _finding(root: Element, failure: Failure) -> Finding:
    what = NOT_EVALUATED if failure.error else sentence_of(failure.words)
    element = element_at(root, failure.path)
    if element is root:  # what the header lacks has a name, if not a place
        return Finding(HEADER.get(missing_element(failure.words), WHOLE), what)
    return Finding(place_of(element), what)
