"""The XDS metadata of a lot: order, identifiers, codes, times, authors, all against one another.

Reference: [ITI-41]; [DMP] §8.1–8.5.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from demo_lgc.sandbox.dmp import value_sets
from demo_lgc.sandbox.dmp.caller import Caller, PatientId, read_cx
from demo_lgc.sandbox.dmp.codes_check import (
    FACILITY,
    PRACTICE,
    check_document_codes,
    check_signature_codes,
    is_signature,
)
from demo_lgc.sandbox.dmp.ebrim import RegistryObject, Submission
from demo_lgc.sandbox.dmp.names import (
    HAS_MEMBER,
    PROFESSIONALS,
    RPLC,
    SIGNS,
    STABLE_DOCUMENT,
    STRUCTURES,
    SUBMISSION_SET_NODE,
)
from demo_lgc.sandbox.dmp.refusals import (
    RegistryRefusal,
    outside_affinity_domain,
    registry_metadata,
    repository_metadata,
)

AUTHOR = "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d"
UNIQUE_ID = "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab"
_PATIENT_ID = "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"
_SET_AUTHOR = "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d"
_SET_CONTENT = "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500"
_SET_PATIENT_ID = "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446"
_SET_SOURCE = "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832"
_SET_UNIQUE_ID = "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8"
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_DTM = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


@dataclass(frozen=True)
class CheckedSubmission:
    """A lot whose metadata hold together. `replaces`: (entry id of the new, entryUUID of the old)."""

    submission: Submission
    submission_id: str
    documents: tuple[RegistryObject, ...]
    signature: RegistryObject
    replaces: tuple[tuple[str, str], ...]


def unique_id(entry: RegistryObject) -> str:
    """The uniqueId of a DocumentEntry. Raises RegistryRefusal."""
    return entry.identifier(UNIQUE_ID, "XDSDocumentEntry.uniqueId")


def author_ids(entry: RegistryObject) -> frozenset[str]:
    """XCN.1 of the authors of an entry and of its legal authenticator."""
    people = [p for author in entry.under(AUTHOR) for p in author.slots.get("authorPerson", ())]
    return frozenset(person.split("^")[0] for person in [*people, entry.slot("legalAuthenticator")])


def check_metadata(submission: Submission, caller: Caller) -> CheckedSubmission:
    """Check the metadata of a lot. Raises RegistryRefusal."""
    submission_id = _submission_set(submission, caller)
    signatures = [entry for entry in submission.entries if is_signature(entry)]
    documents = tuple(entry for entry in submission.entries if not is_signature(entry))
    if len(signatures) != 1:
        raise repository_metadata("un document de signature, et un seul, est attendu dans le lot")
    if not documents:
        raise RegistryRefusal("XDSMissingDocument", "le lot n'a pas de document")
    seen = {submission_id}
    for entry in submission.entries:
        _entry(entry, caller, submission.contents[entry.id])
        if unique_id(entry) in seen:
            raise RegistryRefusal("XDSRegistryDuplicateUniqueIdInMessage", unique_id(entry))
        seen.add(unique_id(entry))
    for entry in documents:
        _document(entry, caller)
    _signature(submission, signatures[0], documents)
    replaces = _associations(submission, signatures[0])
    return CheckedSubmission(submission, submission_id, documents, signatures[0], replaces)


# --- the lot ------------------------------------------------------------------------------------------


def _submission_set(submission: Submission, caller: Caller) -> str:
    package = submission.package
    if [n for n in submission.nodes if n[1] == SUBMISSION_SET_NODE] != [(package.id, SUBMISSION_SET_NODE)]:
        raise repository_metadata("classification du SubmissionSet")
    _time(package.slot("submissionTime"), "submissionTime", digits=14)
    authors = package.under(_SET_AUTHOR)
    if not authors:
        raise repository_metadata("SubmissionSet: author")
    for author in authors:
        _check_author(author.slots, package.id)
    content = package.code(_SET_CONTENT, "contentTypeCode")
    if value_sets.CONTENT_TYPES.get(content.code) != content.coding_scheme:
        raise outside_affinity_domain(content.code)
    _same_patient(package.identifier(_SET_PATIENT_ID, "patientId"), caller.patient)
    _check_oid(package.identifier(_SET_SOURCE, "sourceId"), 64, "sourceId")
    identifier = package.identifier(_SET_UNIQUE_ID, "uniqueId")
    _check_oid(identifier, 128, "uniqueId")
    return identifier


def _associations(submission: Submission, signature: RegistryObject) -> tuple[tuple[str, str], ...]:
    package, ids = submission.package.id, [entry.id for entry in submission.entries]
    members = [a.target for a in submission.associations if a.kind == HAS_MEMBER]
    if sorted(members) != sorted(ids):
        raise repository_metadata("HasMember : un par document du lot")
    signs = [(a.source, a.target) for a in submission.associations if a.kind == SIGNS]
    if signs != [(signature.id, package)]:
        raise repository_metadata("association signs du document de signature au lot")
    replaces = []
    for association in submission.associations:
        if association.kind == HAS_MEMBER:
            if association.source != package:
                raise repository_metadata("HasMember : source")
            if association.slots.get("SubmissionSetStatus", ("Original",)) != ("Original",):
                raise repository_metadata("SubmissionSetStatus")
        elif association.kind == RPLC:
            if association.source not in ids or association.source == signature.id:
                raise repository_metadata("RPLC : source")
            replaces.append((association.source, association.target))
        elif association.kind != SIGNS:
            raise repository_metadata("type d'association inattendu")
    return tuple(replaces)


# --- one entry ----------------------------------------------------------------------------------------


def _entry(entry: RegistryObject, caller: Caller, content: bytes) -> None:
    if entry.element.get("objectType") != STABLE_DOCUMENT:
        raise repository_metadata(f"{entry.id}: objectType")
    if entry.element.get("mimeType") not in ("text/xml", "application/xslt+xml"):
        raise repository_metadata(f"{entry.id}: mimeType")
    _same_patient(entry.identifier(_PATIENT_ID, "patientId"), caller.patient)
    _check_oid(unique_id(entry), 64, "uniqueId")
    if not entry.title or len(entry.title) > 128:
        raise repository_metadata(f"{entry.id}: title")
    start = _time(entry.slot("serviceStartTime"), "serviceStartTime")
    if "serviceStopTime" in entry.slots and _time(entry.slot("serviceStopTime"), "serviceStopTime") < start:
        raise repository_metadata(f"{entry.id}: serviceStopTime avant serviceStartTime")
    _time(entry.slot("creationTime"), "creationTime")
    if not re.fullmatch(r"[^^]+\^\^\^&[0-9.]+&ISO\^[A-Z]+.*", entry.slot("sourcePatientId")):
        raise repository_metadata(f"{entry.id}: sourcePatientId")
    _hash(entry, content)
    authors = entry.under(AUTHOR)
    if not authors:
        raise repository_metadata(f"{entry.id}: author")
    for author in authors:
        _check_author(author.slots, entry.id)
    _check_xcn(entry.slot("legalAuthenticator"), f"{entry.id}: legalAuthenticator")


def _document(entry: RegistryObject, caller: Caller) -> None:
    check_document_codes(entry)
    if entry.slot("languageCode") != "fr-FR":
        raise repository_metadata(f"{entry.id}: languageCode")
    if caller.national_id not in author_ids(entry):
        raise registry_metadata("L'utilisateur du VIHF n'est ni auteur ni responsable légal du document")
    institutions = [i for a in entry.under(AUTHOR) for i in a.slots.get("authorInstitution", ())]
    if caller.structure_id not in [institution.split("^")[-1] for institution in institutions]:
        raise registry_metadata("Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF")


def _signature(submission: Submission, entry: RegistryObject, documents: tuple[RegistryObject, ...]) -> None:
    moment = submission.package.slot("submissionTime")
    for name in ("creationTime", "serviceStartTime", "serviceStopTime"):
        if entry.slot(name) != moment:
            raise repository_metadata(f"{entry.id}: {name} n'est pas submissionTime")
    if entry.element.get("mimeType") != "text/xml" or entry.slot("languageCode") != "art":
        raise repository_metadata(f"{entry.id}: mimeType ou languageCode")
    if entry.title != "Source" or "sourcePatientInfo" in entry.slots:
        raise repository_metadata(f"{entry.id}: title ou sourcePatientInfo")
    check_signature_codes(entry)
    for scheme in (FACILITY, PRACTICE):
        if entry.code(scheme, "code").code not in [d.code(scheme, "code").code for d in documents]:
            raise repository_metadata(f"{entry.id}: lieu ou cadre d'exercice autres que ceux du document")
    lot = {p.split("^")[0] for a in submission.package.under(_SET_AUTHOR) for p in a.slots["authorPerson"]}
    if lot != {p.split("^")[0] for a in entry.under(AUTHOR) for p in a.slots["authorPerson"]}:
        raise repository_metadata(f"{entry.id}: auteurs autres que ceux du lot")


def _hash(entry: RegistryObject, content: bytes) -> None:
    if "hash" in entry.slots:
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        if entry.slot("hash").lower() != digest:
            raise repository_metadata(f"{entry.id}: hash")
    if "size" in entry.slots and entry.slot("size") != str(len(content)):
        raise repository_metadata(f"{entry.id}: size")


# --- values -------------------------------------------------------------------------------------------


def _same_patient(text: str, patient: PatientId) -> None:
    try:  # official samples add ^^<date>
        found = read_cx(re.sub(r"\^\^\d{8,14}$", "", text))
    except ValueError:
        raise repository_metadata("patientId") from None
    if found != patient:
        raise RegistryRefusal("XDSPatientIdDoesNotMatch", "Le patient n'est pas celui du VIHF")


def _check_oid(text: str, longest: int, name: str) -> None:
    if len(text) > longest or not _OID.fullmatch(text):
        raise repository_metadata(f"{name} n'est pas un OID de {longest} caractères au plus")


def _time(text: str, name: str, digits: int = 0) -> datetime:
    form = _DTM.get(len(text))
    if not text.isdigit() or form is None or (digits and len(text) != digits):
        raise repository_metadata(f"{name} : date-heure UTC en chiffres attendue")
    try:
        return datetime.strptime(text, form)
    except ValueError:
        raise repository_metadata(f"{name} : date-heure impossible") from None


def _check_author(slots: Mapping[str, tuple[str, ...]], owner: str) -> None:
    people = slots.get("authorPerson", ())
    if len(people) != 1:
        raise repository_metadata(f"{owner}: authorPerson")
    _check_xcn(people[0], f"{owner}: authorPerson")
    for institution in slots.get("authorInstitution", ()):
        parts = institution.split("^")
        if len(parts) != 10 or not parts[0] or not parts[9] or parts[6] != "IDNST":
            raise repository_metadata(f"{owner}: authorInstitution")
        if parts[5] != f"&{STRUCTURES}&ISO":
            raise repository_metadata(f"{owner}: authorInstitution")
    for specialty in slots.get("authorSpecialty", ()):
        parts = specialty.split("^")
        if len(parts) != 3 or not all(parts) or parts[2] not in value_sets.SPECIALTIES:
            raise repository_metadata(f"{owner}: authorSpecialty")


def _check_xcn(text: str, name: str) -> None:
    parts = text.split("^")
    if len(parts) != 13 or not parts[0] or not parts[1] or parts[9] not in ("D", "U"):
        raise repository_metadata(name)
    if parts[12] not in ("IDNPS", "EI", "RI") or (
        parts[12] == "IDNPS" and parts[8] != f"&{PROFESSIONALS}&ISO"
    ):
        raise repository_metadata(name)
