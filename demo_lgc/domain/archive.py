"""An IHE_XDM archive as it was received: documents, and what their sender says of them.

What METADATA.XML says is the word of the sender, not that of the document: both are kept apart, so that a
difference can be seen. Nothing here was checked against the record.

Reference: [XDM] ITI-32; [MSS] §2.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from demo_lgc.domain.codes import Code
from demo_lgc.domain.received import DocumentPatient, Party

CDA_MEDIA_TYPE = "text/xml"

_ASKS_REMOVAL = "urn:asip:ci-sis:2010:StatusType:Deleted"


@dataclass(frozen=True)
class Submission:
    """A lot of documents: who sent it, and when (UTC, None when not said). `unique_id` is an OID."""

    unique_id: str
    source_id: str
    title: str = field(default="", repr=False)
    author: Party = field(default=Party(), repr=False)
    submitted_at: datetime | None = None


@dataclass(frozen=True)
class ArchivedDocument:
    """A file of the archive and its metadata; `content` is what was in the archive, byte for byte.

    `unique_id` is an OID, `created_at` is in UTC (None when not said), `sha1` is the fingerprint of `content`
    in lower hex, `uri` its place beside METADATA.XML. `replaces` is the entry of the registry that this one
    replaces, empty for none; the document itself names the version before.
    """

    unique_id: str
    media_type: str
    title: str = field(repr=False)
    type: Code
    format: Code
    author: Party = field(repr=False)
    patient: DocumentPatient = field(repr=False)
    created_at: datetime | None
    uri: str
    sha1: str
    content: bytes = field(repr=False)
    confidentiality: tuple[Code, ...] = ()
    status: str = ""
    replaces: str = ""

    @property
    def size(self) -> int:
        """Bytes of the content."""
        return len(self.content)

    @property
    def asks_removal(self) -> bool:
        """True when the sender asks that the document be removed: the doctor decides. [MSS] §2.2."""
        return self.status == _ASKS_REMOVAL

    @property
    def must_be_cda(self) -> bool:
        """True when the sender says that this is a CDA document."""
        return self.media_type == CDA_MEDIA_TYPE


@dataclass(frozen=True)
class Archive:
    """What an archive holds: documents of one patient, at least one.

    `signatures` are the signed lots that may travel with them. `warnings` are French sentences about what is
    not written as it should be, and does not forbid to read.
    """

    submissions: tuple[Submission, ...]
    documents: tuple[ArchivedDocument, ...]
    signatures: tuple[ArchivedDocument, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def patient(self) -> DocumentPatient:
        """The patient, as the metadata of the first document describe them."""
        return self.documents[0].patient
