"""What a registry knows of a submission: values, read from the header of the document and nowhere else.

The DMP and the colleagues who receive the archive by mail must be told the same thing of the same
document; this is the one place where it is decided.

Reference: [DMP] §8.2 SubmissionSet, §8.3 DocumentEntry and their CDA sources; [CISIS-MIN] §4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from demo_lgc.domain.codes import Code
from demo_lgc.domain.document import Document, Visibility
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.exchange.xds import hl7
from demo_lgc.exchange.xds.codes import AUTHOR_ROLE, CONFIDENTIALITY, EVENTS

DOCUMENT = "Document01"
SIGNATURE = "Signature01"


@dataclass(frozen=True)
class Author:
    """Who made it: `person` XCN, `institution` XON, `role` the words of the CDA functionCode."""

    person: str
    institution: str
    specialty: Code
    role: str = ""


@dataclass(frozen=True)
class DocumentEntry:
    """One document of a submission. `id` is symbolic (`Document01`), `unique_id` a bare OID.

    `patient_id` is a CX; times carry an offset and become UTC on paper. `size` (bytes), `sha1` (lower
    hex) and `uri` (relative to METADATA.XML) are given when known: the archive needs all three.
    `replaces_entry` is the entryUUID (`urn:uuid:…`) of the version before, fresh from TD3.1b. `status` is
    the availabilityStatus, which only a registry or the sender of an archive gives.
    """

    id: str
    unique_id: str
    mime_type: str
    patient_id: str
    title: str = field(repr=False)
    creation_time: datetime
    language_code: str
    service_start_time: datetime
    service_stop_time: datetime | None  # None when the act has no duration
    author: Author
    legal_authenticator: str
    source_patient_id: str = field(repr=False)
    source_patient_info: tuple[str, ...] = field(repr=False)
    class_code: Code
    type_code: Code
    format_code: Code
    confidentiality_codes: tuple[Code, ...]
    healthcare_facility_type_code: Code
    practice_setting_code: Code
    event_codes: tuple[Code, ...] = ()
    size: int | None = None
    sha1: str = ""
    uri: str = ""
    replaces_entry: str = ""
    status: str = ""


@dataclass(frozen=True)
class SubmissionSet:
    """A lot: its author is the user of the software, `source_id` the OID of the installation."""

    unique_id: str
    source_id: str
    patient_id: str
    submission_time: datetime
    author: Author
    content_type_code: Code
    documents: tuple[DocumentEntry, ...]
    title: str = field(default="", repr=False)


def describe(
    document: Document,
    visibility: Visibility,
    *,
    submission_id: str,
    source_id: str,
    submitted_at: datetime,
    replaces_entry: str = "",
) -> SubmissionSet:
    """Return the metadata of a submission of one document, from the header of its CDA.

    `submission_id` and `source_id` are OIDs, `submitted_at` carries an offset. The patient is identified
    by the INS when it is qualified, else by the number of the practice, which a colleague's mailbox may
    receive and the DMP may not. Reference: [DMP] §8.2, §8.3; [MSS] §2.2.
    """
    header = document.header
    internal = hl7.internal_cx(header.patient.ipp, header.session.situation.ipp_root)
    patient_id = header.patient.ins.cx if header.patient.is_qualified and header.patient.ins else internal
    author = author_of(header.session)
    entry = DocumentEntry(
        id=DOCUMENT,
        unique_id=header.unique_id,
        mime_type=header.mime_type,
        patient_id=patient_id,
        title=header.title,
        creation_time=header.created_at,
        language_code=header.language,
        service_start_time=header.service_start,
        # As in the CDA, where an interval may not be empty.
        service_stop_time=header.service_stop if header.service_stop > header.service_start else None,
        author=author,
        legal_authenticator=author.person,
        source_patient_id=internal,
        source_patient_info=hl7.patient_info(header.patient),
        class_code=header.document_class,
        type_code=header.type,
        format_code=header.format,
        confidentiality_codes=CONFIDENTIALITY[visibility],
        healthcare_facility_type_code=header.facility,
        practice_setting_code=header.practice_setting,
        event_codes=EVENTS.get(header.type.code, ()),
        replaces_entry=replaces_entry,
    )
    return SubmissionSet(
        unique_id=submission_id,
        source_id=source_id,
        patient_id=patient_id,
        submission_time=submitted_at,
        author=author,
        content_type_code=header.facility,  # JDV_J59 takes the sectors of TRE_R02. [DMP] §8.2
        documents=(entry,),
        title=header.title,
    )


def author_of(session: PractitionerSession) -> Author:
    """Return the holder of the open card as an author, in the role the CDA gives them."""
    person, institution = hl7.xcn(session.practitioner), hl7.xon(session.situation)
    return Author(person, institution, session.specialty_code, AUTHOR_ROLE)
