"""A document and what is said about it: the header from which CDA, XDS and XDM are all made.

Reference: [CISIS-MIN] §2 header; [DMP] §8.3 DocumentEntry; [Y] the XDM archive repeats the XDS metadata.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from demo_lgc.domain.codes import Code
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent
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
    version before. `session` is the author, who is also the legal authenticator. `recipients` are the
    colleagues to whom the document is addressed: they are named in it, and on its page.
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
    recipients: tuple[Correspondent, ...] = ()


def next_version(header: DocumentHeader, unique_id: str, created_at: datetime) -> DocumentHeader:
    """Return the header of the version that replaces `header`: its own id and date, the same setId.

    The act stays the one that is documented; whoever corrected it replaces `service_start` and
    `service_stop` too. Reference: [CISIS-MIN] §3.5.5.10, relatedDocument RPLC.
    """
    return replace(
        header,
        unique_id=unique_id,
        version=header.version + 1,
        replaces=header.unique_id,
        created_at=created_at,
    )


@dataclass(frozen=True)
class Document:
    """A finished document: CDA R2 bytes and their PDF/A-1b for people. Frozen: never rebuilt."""

    header: DocumentHeader
    content: bytes = field(repr=False)
    pdf: bytes = field(repr=False)


# States of a document in a list, as the screen says them; those of its deliveries come before.
NOT_SENT = "Non envoyé"
UNREAD = "Non lu"
CRITICAL = "Résultat critique"
REPLACED = "Remplacé"


@dataclass(frozen=True)
class DocumentSummary:
    """A line of a list of documents. `superseded` is True when the record has a later version of it."""

    unique_id: str
    title: str
    type_label: str
    author: str
    organisation: str
    created_at: datetime
    origin: str = "practice"  # practice, dmp, mss, or file: brought by hand, on a disk or a key
    state: str = ""  # « Dans le DMP », « Non envoyé »…
    version: int = 1
    superseded: bool = False


@dataclass(frozen=True)
class Arrived:
    """A document that arrives: its line, the set of versions it belongs to, its bytes as they came.

    Ids are `root` or `root^extension`; `replaces` is the id of the version before.
    """

    line: DocumentSummary
    set_id: str
    replaces: str | None
    type_code: str
    mime_type: str
    content: bytes = field(repr=False)
