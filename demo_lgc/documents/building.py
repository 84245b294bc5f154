"""Build the document that is shared: the PDF for people, then the CDA that carries it.

Reference: [Y] étape 5; [MSS] ECO.2.1.5.
"""

from __future__ import annotations

from typing import Protocol

from demo_lgc.documents.cda.enclosed import write_enclosed
from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.documents.rules.letter import check_letter
from demo_lgc.documents.rules.vsm import check_vsm
from demo_lgc.documents.rules.written import findings_of
from demo_lgc.domain.document import Document, DocumentHeader
from demo_lgc.domain.errors import InvalidDocument
from demo_lgc.domain.letter import Letter
from demo_lgc.domain.vsm import Vsm


class Printer(Protocol):
    """Whoever turns content into PDF/A; `paper.press.Press` is one."""

    def pdf(self, content: Vsm | Letter, header: DocumentHeader) -> bytes:
        """Return the PDF/A-1b of a document. Raises PressError."""
        ...


def build_vsm(vsm: Vsm, header: DocumentHeader, press: Printer) -> Document:
    """Return the finished document: CDA with its PDF copy, and the same PDF.

    Raises InvalidDocument when something must be mended first (nothing is printed then), or when the
    document made does not satisfy our own rules; PressError when it cannot be printed.
    """
    if findings := check_vsm(vsm, header):
        raise InvalidDocument(findings)
    pdf = press.pdf(vsm, header)
    return _finished(header, write_vsm(vsm, header, pdf), pdf)


def build_enclosed(letter: Letter, header: DocumentHeader, press: Printer) -> Document:
    """Return the finished document: a CDA of level 1 around its PDF, and the same PDF.

    Raises as `build_vsm` does. Reference: [CISIS-MIN] §3.7.2.
    """
    if findings := check_letter(letter, header):
        raise InvalidDocument(findings)
    pdf = press.pdf(letter, header)
    return _finished(header, write_enclosed(header, pdf), pdf)


def _finished(header: DocumentHeader, content: bytes, pdf: bytes) -> Document:
    if findings := findings_of(content):
        raise InvalidDocument(findings)
    return Document(header, content, pdf)
