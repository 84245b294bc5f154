"""A document and what is said about it: the header from which CDA, XDS and XDM are all made.

Reference: [CISIS-MIN] §2 header; [DMP] §8.3 DocumentEntry; [Y] the XDM archive repeats the XDS metadata.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from demo_lgc.domain.codes import Code
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.practitioner import PractitionerSession


class Visibility(Enum):
    """Who must not see the document in the DMP: the masking code, beside N. Reference: [DMP] §8.5."""

    VISIBLE = ""
    MASKED_TO_PROFESSIONALS = "MASQUE_PS"
    INVISIBLE_TO_PATIENT = "INVISIBLE_PATIENT"


@dataclass(frozen=True)
class DocumentHeader:
    """What identifies and describes a document. Times carry an offset.

    `unique_id` is a bare OID of 64 characters at most, the same in the DMP and by MSSanté.
    `service_start` and `service_stop` bound the act documented. `replaces` is the unique id of the
    version before. `session` is the author, who is also the legal authenticator.
    """

    unique_id: str
    set_id: str
    version: int
    type: Code
    document_class: Code
    format: Code
    title: str
    created_at: datetime
    service_start: datetime
    service_stop: datetime
    patient: Patient
    session: PractitionerSession
    practice_setting: Code
    facility: Code
    replaces: str | None = None
    language: str = "fr-FR"
    mime_type: str = "text/xml"


@dataclass(frozen=True)
class Document:
    """A finished document: CDA R2 bytes and their PDF/A-1b for people. Frozen: never rebuilt."""

    header: DocumentHeader
    content: bytes = field(repr=False)
    pdf: bytes = field(repr=False)


@dataclass(frozen=True)
class DocumentSummary:
    """A line of a list of documents."""

    unique_id: str
    title: str
    type_label: str
    author: str
    organisation: str
    created_at: datetime
    origin: str = "practice"  # practice, dmp or mss
    state: str = ""  # « Dans le DMP », « Non envoyé »…
