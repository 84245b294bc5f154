"""A lot made ready for the DMP: signed, and frozen before anything leaves.

What is built here is written down and sent as it is, at the first try or at the tenth: the registry
recognises a second try by its identifiers and its hashes.

Reference: [DMP] §8.1, §8.4; docs/decisions/002-deliveries-written-down-before-they-leave.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha1

from demo_lgc.domain.delivery import Part
from demo_lgc.domain.dmp import check_asking
from demo_lgc.domain.document import Document, Visibility
from demo_lgc.domain.trust import Signer
from demo_lgc.exchange.soap.xml import serialise
from demo_lgc.exchange.xds.codes import (
    INVISIBLE_TO_PATIENT,
    MASKED_TO_PROFESSIONALS,
    NORMAL,
    SIGNATURE_CLASS,
    SIGNATURE_FORMAT,
    SIGNATURE_PURPOSE,
    SIGNATURE_TYPE,
)
from demo_lgc.exchange.xds.ebrim import provide_and_register_request
from demo_lgc.exchange.xds.metadata import SIGNATURE, DocumentEntry, SubmissionSet, describe
from demo_lgc.exchange.xds.signature import sign_submission

REQUEST = "request.xml"  # the part that becomes the body of the envelope; the others are its attachments
_ATTACHMENT = "application/octet-stream"  # what a homologated client declares for XML as well. [DMP] §1.4


@dataclass(frozen=True)
class Submission:
    """A frozen lot: `parts` are the request, the document and its signature, ready for TD2.1."""

    submission_id: str
    document_id: str
    signature: bytes = field(repr=False)
    metadata: SubmissionSet
    parts: tuple[Part, ...]


def freeze(
    document: Document,
    visibility: Visibility,
    signer: Signer,
    *,
    submission_id: str,
    source_id: str,
    now: datetime,
    replaces_entry: str = "",
) -> Submission:
    """Describe, sign and freeze the submission of one document.

    `submission_id` and `source_id` are OIDs, `now` carries an offset; `replaces_entry` is the entryUUID
    of the version to replace, when the DMP has one. Raises IdentityError (no INS,
    NIA, not qualified: a DMP is found by the INS only), CardError, UnreadableXmlError when the document is
    not XML. Reference: [DMP] §8.1.
    """
    check_asking(document.header.patient)
    described = describe(
        document,
        visibility,
        submission_id=submission_id,
        source_id=source_id,
        submitted_at=now,
        replaces_entry=replaces_entry,
    )
    entry = described.documents[0]
    signature = sign_submission(submission_id, [(entry.unique_id, document.content)], signer, now)
    metadata = replace(
        described,
        documents=(
            weighed(entry, document.content),
            weighed(_signature_entry(described, entry), signature),
        ),
    )
    content_ids = {e.id: f"{e.unique_id}@urn:ihe:iti:xds-b:2007" for e in metadata.documents}
    request = serialise(provide_and_register_request(metadata, content_ids))
    parts = (
        Part(REQUEST, "application/xml", request),
        Part(content_ids[entry.id], _ATTACHMENT, document.content),
        Part(content_ids[SIGNATURE], _ATTACHMENT, signature),
    )
    return Submission(submission_id, entry.unique_id, signature, metadata, parts)


def weighed(entry: DocumentEntry, content: bytes) -> DocumentEntry:
    """Return the entry with the SHA-1 (lower hex) and the size of the bytes it describes.

    The standard fixed SHA-1 for this; it detects accidents, the signature detects changes.
    """
    return replace(entry, size=len(content), sha1=sha1(content, usedforsecurity=False).hexdigest())


def _signature_entry(submission: SubmissionSet, entry: DocumentEntry) -> DocumentEntry:
    """The DocumentEntry of Signature01: its times are the submission's. Reference: [DMP] §8.4."""
    return replace(
        entry,
        id=SIGNATURE,
        unique_id=f"{submission.unique_id}.1",
        mime_type="text/xml",
        title="Source",
        creation_time=submission.submission_time,
        language_code="art",
        service_start_time=submission.submission_time,
        service_stop_time=submission.submission_time,
        author=submission.author,
        legal_authenticator=submission.author.person,
        source_patient_id=submission.patient_id,
        source_patient_info=(),
        class_code=SIGNATURE_CLASS,
        type_code=SIGNATURE_TYPE,
        format_code=SIGNATURE_FORMAT,
        confidentiality_codes=(NORMAL, MASKED_TO_PROFESSIONALS, INVISIBLE_TO_PATIENT),
        event_codes=(SIGNATURE_PURPOSE,),
        replaces_entry="",
    )
