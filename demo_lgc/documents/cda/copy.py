"""The PDF copy inside the document: what a reader shows first.

Reference: [VSM] 2023.01 S.243 with organizer E.18; [PDFA].
"""

from __future__ import annotations

from base64 import b64encode

from demo_lgc.documents.cda.ns import Ids, Node, coded, completed, element, refers, templates
from demo_lgc.documents.cda.text import content_of, paragraph
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code

DOCUMENT = Code("55107-7", oids.LOINC, "Document attaché")
DOCUMENT_KIND = Code("69764-9", oids.LOINC, "Type de document")
COPY = Code("55108-5", oids.LOINC, "Copie du document")


def pdf_copy(pdf: bytes, ids: Ids) -> tuple[Node, Node]:
    """Return the text and the entry of the copy section."""
    shown = element("renderMultiMedia", referencedObject="copie-1")
    text = element("text", paragraph(content_of("Copie du document (PDF)", "copie-0"), shown))
    kind = element(
        "observation",
        *templates("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48", "1.2.250.1.213.1.1.3.48.18"),
        ids.at("copie-0/kind"),
        coded("code", DOCUMENT_KIND),
        refers("copie-0"),
        completed(),
        element("effectiveTime", nullFlavor="NA"),
        coded("value", COPY, type="CD"),
        classCode="OBS",
        moodCode="EVN",
    )
    content = element(
        "value", b64encode(pdf).decode("ascii"), mediaType="application/pdf", representation="B64"
    )
    organizer = element(
        "organizer",
        *templates("1.2.250.1.213.1.1.3.18"),
        ids.at("copie-0"),
        coded("code", DOCUMENT),
        completed(),
        element("component", kind),
        element(
            "component", element("observationMedia", content, classCode="OBS", moodCode="EVN", ID="copie-1")
        ),
        classCode="CLUSTER",
        moodCode="EVN",
    )
    return text, element("entry", organizer)
