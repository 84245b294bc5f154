"""ebRIM back to values: what `ebrim` wrote, or what another software wrote of its documents.

A reader is more patient than a writer: order, ids and unknown slots do not matter. What a value cannot do
without is demanded, so that nothing half known is filed.

Reference: [ITI-41] ITI TF-3 §4.2; [XDM] ITI-32; [MSS] §2.4 (what real archives look like).
"""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from demo_lgc.domain.codes import Code
from demo_lgc.exchange.soap.xml import local_name
from demo_lgc.exchange.xds import hl7
from demo_lgc.exchange.xds.ebrim import ENTRY_SCHEMES, REPLACES, RIM, SET_SCHEMES, SUBMISSION_SET_NODE
from demo_lgc.exchange.xds.metadata import Author, DocumentEntry, SubmissionSet

_NO_CODE = Code("", "", "")
_LONGEST_NUMBER = 15  # digits: beyond it is not a size


class UnreadableMetadataError(ValueError):
    """Metadata without what identifies a submission or a document."""


def read_registry_object_list(listing: etree._Element, undated: datetime | None = None) -> SubmissionSet:
    """Return the submission that a RegistryObjectList describes.

    `undated` is what a time that is missing or unreadable is read as, when that may be.

    Raises UnreadableMetadataError when there is not exactly one submission set, no document, or one of
    them lacks its uniqueId or, without `undated`, a readable time.
    """
    packages = _submission_sets(listing)
    items = listing.findall(f"{{{RIM}}}ExtrinsicObject")
    if len(packages) != 1 or not items:
        raise UnreadableMetadataError(f"{len(packages)} submission sets, {len(items)} documents")
    package = packages[0]
    replaced = {
        link.get("sourceObject", ""): link.get("targetObject", "")
        for link in listing.findall(f"{{{RIM}}}Association")
        if link.get("associationType") == REPLACES
    }
    identifiers = _identifiers(package)
    return SubmissionSet(
        unique_id=_demanded(identifiers, SET_SCHEMES["uniqueId"]),
        source_id=identifiers.get(SET_SCHEMES["sourceId"], ""),
        patient_id=identifiers.get(SET_SCHEMES["patientId"], ""),
        submission_time=_time(_slots(package), "submissionTime", undated),
        author=_author(package, SET_SCHEMES["author"]),
        content_type_code=_code(package, SET_SCHEMES["contentTypeCode"]),
        documents=tuple(
            _document_entry(item, replaced.get(item.get("id", ""), ""), undated) for item in items
        ),
        title=_name(package),
    )


def _submission_sets(listing: etree._Element) -> list[etree._Element]:
    """A package may also be a folder: a submission set says that it is one, or is alone."""
    packages = listing.findall(f"{{{RIM}}}RegistryPackage")
    declared = [
        package
        for package in packages
        if any(
            child.get("classificationNode") == SUBMISSION_SET_NODE
            for child in _children(package, "Classification")
        )
    ]
    return declared or packages


def _document_entry(item: etree._Element, replaces_entry: str, undated: datetime | None) -> DocumentEntry:
    slots, identifiers = _slots(item), _identifiers(item)
    created = _time(slots, "creationTime", undated)
    start = _time(slots, "serviceStartTime", undated) if _first(slots, "serviceStartTime") else created
    size = _first(slots, "size")
    return DocumentEntry(
        id=item.get("id", ""),
        unique_id=_demanded(identifiers, ENTRY_SCHEMES["uniqueId"]),
        mime_type=item.get("mimeType", ""),
        patient_id=identifiers.get(ENTRY_SCHEMES["patientId"], ""),
        title=_name(item),
        creation_time=created,
        language_code=_first(slots, "languageCode"),
        service_start_time=start,
        service_stop_time=(
            _time(slots, "serviceStopTime", undated) if _first(slots, "serviceStopTime") else None
        ),
        author=_author(item, ENTRY_SCHEMES["author"]),
        legal_authenticator=_first(slots, "legalAuthenticator"),
        source_patient_id=_first(slots, "sourcePatientId"),
        source_patient_info=tuple(slots.get("sourcePatientInfo", ())),
        class_code=_code(item, ENTRY_SCHEMES["classCode"]),
        type_code=_code(item, ENTRY_SCHEMES["typeCode"]),
        format_code=_code(item, ENTRY_SCHEMES["formatCode"]),
        confidentiality_codes=_codes(item, ENTRY_SCHEMES["confidentialityCode"]),
        healthcare_facility_type_code=_code(item, ENTRY_SCHEMES["healthcareFacilityTypeCode"]),
        practice_setting_code=_code(item, ENTRY_SCHEMES["practiceSettingCode"]),
        event_codes=_codes(item, ENTRY_SCHEMES["eventCodeList"]),
        size=int(size) if size.isdecimal() and len(size) <= _LONGEST_NUMBER else None,
        sha1=_first(slots, "hash").lower(),
        uri=_uri(slots.get("URI", [])),
        replaces_entry=replaces_entry,
        status=item.get("status", ""),
    )


def _uri(values: list[str]) -> str:
    """A long URI comes in pieces, « 1|… », « 2|… ». Reference: ITI TF-3 §4.2.3.2.28."""
    numbered = [value.partition("|") for value in values]
    if numbered and all(mark and number.isdecimal() and len(number) < 5 for number, mark, _ in numbered):
        return "".join(text for _, _, text in sorted(numbered, key=lambda piece: int(piece[0])))
    return values[0] if values else ""


def _children(owner: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in owner if local_name(child) == name]


def _slots(owner: etree._Element) -> dict[str, list[str]]:
    return {
        slot.get("name", ""): [(value.text or "").strip() for value in slot.iter(f"{{{RIM}}}Value")]
        for slot in _children(owner, "Slot")
    }


def _first(slots: dict[str, list[str]], name: str) -> str:
    return next(iter(slots.get(name, [])), "")


def _time(slots: dict[str, list[str]], name: str, undated: datetime | None) -> datetime:
    try:
        return hl7.read_dtm(_first(slots, name))
    except ValueError:
        if undated is not None:
            return undated
        raise UnreadableMetadataError(f"{name} is not an XDS time") from None


def _name(owner: etree._Element) -> str:
    strings = (s for name in _children(owner, "Name") for s in _children(name, "LocalizedString"))
    return next((s.get("value", "") for s in strings), "")


def _identifiers(owner: etree._Element) -> dict[str, str]:
    return {
        item.get("identificationScheme", ""): item.get("value", "")
        for item in _children(owner, "ExternalIdentifier")
    }


def _demanded(identifiers: dict[str, str], scheme: str) -> str:
    value = identifiers.get(scheme, "")
    if not value:
        raise UnreadableMetadataError("no uniqueId")
    return value


def _codes(owner: etree._Element, scheme: str) -> tuple[Code, ...]:
    return tuple(
        Code(item.get("nodeRepresentation", ""), _first(_slots(item), "codingScheme"), _name(item))
        for item in _children(owner, "Classification")
        if item.get("classificationScheme") == scheme
    )


def _code(owner: etree._Element, scheme: str) -> Code:
    return next(iter(_codes(owner, scheme)), _NO_CODE)


def _author(owner: etree._Element, scheme: str) -> Author:
    for item in _children(owner, "Classification"):
        if item.get("classificationScheme") == scheme:
            slots = _slots(item)
            return Author(
                person=_first(slots, "authorPerson"),
                institution=_first(slots, "authorInstitution"),
                specialty=hl7.read_coded(_first(slots, "authorSpecialty")),
                role=_first(slots, "authorRole"),
            )
    return Author("", "", _NO_CODE)
