"""Write a document whose body is its printed page: CDA level 1, for everything that has no structured volet.

Reference: [CISIS-MIN] §3.7.2, IHE XDS-SD; [CDA] R2 nonXMLBody.
"""

from __future__ import annotations

from base64 import b64encode

from demo_lgc.documents.cda.header import Model, header_of
from demo_lgc.documents.cda.ns import document, element
from demo_lgc.documents.rules.fields import check_pdf
from demo_lgc.documents.rules.header import check_header
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import InvalidDocument

UNSTRUCTURED = Model("1.3.6.1.4.1.19376.1.2.20")


def write_enclosed(header: DocumentHeader, pdf: bytes) -> bytes:
    """Return the document around a PDF/A-1b: UTF-8 with its XML declaration, HL7 as default namespace.

    The same values always give the same bytes. Raises InvalidDocument, before anything is written, when
    something mandatory is missing or impossible. Reference: [CISIS-MIN] §2, §3.7.2.
    """
    if findings := (*check_header(header), *check_pdf(pdf)):
        raise InvalidDocument(findings)
    page = element("text", b64encode(pdf).decode("ascii"), mediaType="application/pdf", representation="B64")
    body = element("component", element("nonXMLBody", page))
    return document(element("ClinicalDocument", *header_of(header, UNSTRUCTURED), body))
