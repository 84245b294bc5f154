"""Write a VSM as CDA R2: the bytes that the DMP keeps and that colleagues receive.

The same values always give the same bytes, so a document rebuilt by mistake is still the same document.

Reference: [VSM] CI-SIS Volet de Synthèse Médicale 2023.01; [CISIS-MIN]; [CDA] R2.
"""

from __future__ import annotations

from demo_lgc.documents.cda.header import Model, header_of
from demo_lgc.documents.cda.ns import Ids, document, element
from demo_lgc.documents.cda.sections import body
from demo_lgc.documents.rules.fields import check_pdf
from demo_lgc.documents.rules.vsm import check_vsm
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import InvalidDocument
from demo_lgc.domain.vsm import Vsm

VSM_2023 = Model("1.2.250.1.213.1.1.1.13", "2023.01", Code("34117-2", oids.LOINC, "Historique et clinique"))


def write_vsm(vsm: Vsm, header: DocumentHeader, pdf: bytes) -> bytes:
    """Return the document: UTF-8 with its XML declaration, HL7 as default namespace.

    `pdf` is the copy for people. The matricule is written only for a qualified identity; otherwise the
    practice's own number and the traits stand alone, and the document may not be shared in the DMP.

    Raises InvalidDocument, before anything is written, when something mandatory is missing or impossible.
    Reference: [VSM] §3.1; [CISIS-MIN] §2.
    """
    if findings := (*check_vsm(vsm, header), *check_pdf(pdf)):
        raise InvalidDocument(findings)
    content = body(vsm, pdf, Ids(header.unique_id))
    return document(element("ClinicalDocument", *header_of(header, VSM_2023), content))
