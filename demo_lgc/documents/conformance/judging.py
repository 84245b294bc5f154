"""Run the schematrons of the pack on a document; what fails comes out as the pack says it, with its place.

saxonche is heavy: this module is imported by the worker that checks, never by the process of the window.

Reference: [ANS-KIT]; [SCHEMATRON] ISO/IEC 19757-3:2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import saxonche
from lxml import etree

from demo_lgc.documents.conformance.pack import TERMINOLOGY, Pack
from demo_lgc.documents.conformance.schema import SchematronError, read_schema
from demo_lgc.documents.conformance.schematron import MISSING, compiled
from demo_lgc.documents.hl7 import Element
from demo_lgc.domain.errors import ConformanceError, ConformanceProblem


@dataclass(frozen=True)
class Failure:
    """An assert that fails: where (an XPath of `fn:path`), in the words of the pack.

    `error` is the code of the XPath error of a rule that could not be evaluated on the document.
    """

    path: str
    words: str
    error: str = ""


class Schematrons:
    """The schematrons of a pack, each compiled when first asked for, then kept."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._saxon: Any = saxonche.PySaxonProcessor(license=False)
        self._saxon.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
        self._compiler: Any = self._saxon.new_xslt30_processor()
        self._sheets: dict[tuple[str, bool], Any] = {}

    def compile(self, path: str) -> None:
        """Compile the schematron at a path of the pack, once.

        Raises ConformanceError (INCOMPLETE, with the name of the file that is missing or wrong).
        """
        self._sheet(path, guarded=False)

    def failures(self, document: Element, paths: tuple[str, ...]) -> dict[str, tuple[Failure, ...]]:
        """Return what fails in a document, by schematron.

        Raises ConformanceError: INCOMPLETE (the pack), FAILED (the document cannot be judged).
        """
        for path in paths:
            self.compile(path)
        try:
            text = etree.tostring(document, encoding="unicode", with_tail=False)
            node = self._saxon.parse_xml(xml_text=text)
        except saxonche.PySaxonApiError as error:
            raise _failed(error) from None
        return {path: self._run(path, node) for path in paths}

    def _run(self, path: str, node: Any) -> tuple[Failure, ...]:
        try:
            return _said(self._sheet(path, guarded=False), node)
        except saxonche.PySaxonApiError:
            sheet = self._sheet(path, guarded=True)  # an expression fails on this document: which one?
        try:
            found = _said(sheet, node)
        except saxonche.PySaxonApiError as error:
            raise _failed(error) from None
        if any(failure.error == MISSING for failure in found):
            raise ConformanceError(ConformanceProblem.INCOMPLETE, path.rpartition("/")[2])
        return found

    def _sheet(self, path: str, *, guarded: bool) -> Any:
        if (path, guarded) not in self._sheets:
            addresses = {
                name: file.absolute().as_uri()
                for name, file in self._pack.files.items()
                if file.suffix.lower() in (".xml", ".rdf")
            }
            # Megabytes each, which a sheet would read anew for every document.
            kept = [name for name in addresses if name.endswith(".rdf")] if path == TERMINOLOGY else []
            try:
                schema = read_schema(path, self._pack.load)
                sheet = compiled(schema, path, addresses, kept=kept, guarded=guarded)
                made = self._compiler.compile_stylesheet(stylesheet_text=sheet)
            except (SchematronError, saxonche.PySaxonApiError) as error:
                raise ConformanceError(ConformanceProblem.INCOMPLETE, path.rpartition("/")[2]) from error
            self._sheets[path, guarded] = made
        return self._sheets[path, guarded]


def _said(sheet: Any, node: Any) -> tuple[Failure, ...]:
    sheet.set_global_context_item(xdm_item=node)
    return tuple(
        Failure(
            f.get("path", ""),
            " ".join("".join(str(text) for text in f.itertext()).split()),
            f.get("error", ""),
        )
        for f in etree.fromstring(sheet.transform_to_string(xdm_node=node).encode())
    )


def _failed(error: Exception) -> ConformanceError:
    return ConformanceError(ConformanceProblem.FAILED, type(error).__name__)
