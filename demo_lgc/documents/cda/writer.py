"""Write a VSM as CDA R2: the bytes that the DMP keeps and that colleagues receive.

The same values always give the same bytes, so a document rebuilt by mistake is still the same document.

Reference: [VSM] CI-SIS Volet de Synthèse Médicale 2023.01; [CISIS-MIN]; [CDA] R2.
"""

from __future__ import annotations

from lxml import etree

from demo_lgc.documents.cda.header import vsm_header
from demo_lgc.documents.cda.ns import Ids, element
from demo_lgc.documents.cda.sections import body
from demo_lgc.documents.checking import check_vsm
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import Finding, InvalidDocument
from demo_lgc.domain.vsm import Vsm

# Above this, base64 makes a text node of more than the 10 MB that XML parsers take by default.
MAX_PDF = 7_000_000


def write_vsm(vsm: Vsm, header: DocumentHeader, pdf: bytes) -> bytes:
    """Return the document: UTF-8 with its XML declaration, HL7 as default namespace.

    `pdf` is the copy for people. The matricule is written only for a qualified identity; otherwise the
    practice's own number and the traits stand alone, and the document may not be shared in the DMP.

    Raises InvalidDocument, before anything is written, when something mandatory is missing or impossible.
    Reference: [VSM] §3.1; [CISIS-MIN] §2.
    """
    findings = list(check_vsm(vsm, header))
    if not pdf.startswith(b"%PDF-"):
        findings.append(Finding("Copie du document", "la copie PDF est absente ou illisible"))
    elif len(pdf) > MAX_PDF:
        findings.append(Finding("Copie du document", "la copie PDF est trop volumineuse"))
    if findings:
        raise InvalidDocument(tuple(findings))
    root = element("ClinicalDocument", *vsm_header(header), body(vsm, pdf, Ids(header.unique_id)))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
