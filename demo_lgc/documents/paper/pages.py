"""The page of a document, whatever its content: what the press prints.

Reference: [MSS] ECO.2.1.5.
"""

from __future__ import annotations

from demo_lgc.documents.paper.letter_html import letter_html
from demo_lgc.documents.paper.vsm_html import vsm_html
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.letter import Letter
from demo_lgc.domain.vsm import Vsm


def page_of(content: Vsm | Letter, header: DocumentHeader) -> str:
    """Return the HTML of a printed document, for `printing.pdf_of`."""
    if isinstance(content, Letter):
        return letter_html(content, header, for_print=True)
    return vsm_html(
        content,
        header.patient,
        header.session,
        header.created_at.date(),
        for_print=True,
        recipients=header.recipients,
    )
