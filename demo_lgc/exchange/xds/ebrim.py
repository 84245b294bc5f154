"""XDS metadata as an ebRIM registry writes them, in the two envelopes they travel in.

ITI-41 carries a RegistryObjectList beside the documents; an XDM archive carries the same list in
METADATA.XML. rim.xsd is strict on order (Slot, Name, Description, VersionInfo, Classification,
ExternalIdentifier) and demands an id on everything, even where real registries do without.

Reference: [ITI-41] ITI TF-3 §4.2; [XDM] ITI-32; ebRS/ebRIM 3.0; [DMP] §8.1–8.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from lxml import etree

from demo_lgc.domain.codes import Code
from demo_lgc.exchange.soap.mtom import include
from demo_lgc.exchange.xds import hl7
from demo_lgc.exchange.xds.metadata import SIGNATURE, Author, DocumentEntry, SubmissionSet

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
LCM = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
XDSB = "urn:ihe:iti:xds-b:2007"

SUBMISSION_SET = "SubmissionSet01"
SUBMISSION_SET_NODE = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
STABLE_DOCUMENT = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
OBJECT_TYPE = "urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:"

HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
SIGNS = "urn:ihe:iti:2007:AssociationType:signs"
REPLACES = "urn:ihe:iti:2007:AssociationType:RPLC"

# Classification schemes and identification schemes. ITI TF-3 table 4.2.5-1 and following
SET_SCHEMES = {
    "author": "urn:uuid:a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d",
    "contentTypeCode": "urn:uuid:aa543740-bdda-424e-8c96-df4873be8500",
    "patientId": "urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446",
    "sourceId": "urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832",
    "uniqueId": "urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8",
}
ENTRY_SCHEMES = {
    "author": "urn:uuid:93606bcf-9494-43ec-9b4e-a7748d1a838d",
    "classCode": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
    "typeCode": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
    "confidentialityCode": "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
    "formatCode": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "healthcareFacilityTypeCode": "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1",
    "practiceSettingCode": "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead",
    "eventCodeList": "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4",
    "patientId": "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427",
    "uniqueId": "urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab",
}


def provide_and_register_request(submission: SubmissionSet, content_ids: Mapping[str, str]) -> etree._Element:
    """Return the body of TD2.1; `content_ids` names the MIME part of each document by its symbolic id.

    Reference: [ITI-41] ProvideAndRegisterDocumentSetRequest; [DMP] §8.1.
    """
    request = etree.Element(
        f"{{{XDSB}}}ProvideAndRegisterDocumentSetRequest", nsmap={"xdsb": XDSB, "lcm": LCM, "rim": RIM}
    )
    etree.SubElement(request, f"{{{LCM}}}SubmitObjectsRequest").append(registry_object_list(submission))
    for entry in submission.documents:
        document = etree.SubElement(request, f"{{{XDSB}}}Document", id=entry.id)
        document.append(include(content_ids[entry.id]))
    return request


def submit_objects_request(submission: SubmissionSet) -> etree._Element:
    """Return the root of METADATA.XML.

    Raises ValueError when a document has no URI, hash or size: a receiver of the archive needs them.
    Reference: [XDM] ITI-32; [MSS] §2.2.
    """
    for entry in submission.documents:
        if not (entry.uri and entry.sha1 and entry.size is not None):
            raise ValueError("a document of an archive without URI, hash or size")
    request = etree.Element(f"{{{LCM}}}SubmitObjectsRequest", nsmap={"lcm": LCM, "rim": RIM})
    request.append(registry_object_list(submission))
    return request


def registry_object_list(submission: SubmissionSet) -> etree._Element:
    """Return the submission set, its documents and what links them. Ids are the same for the same values."""
    listing = _Listing()
    listing.submission_set(submission)
    for entry in submission.documents:
        listing.document_entry(entry)
    for entry in submission.documents:
        listing.association(HAS_MEMBER, SUBMISSION_SET, entry.id, {"SubmissionSetStatus": ["Original"]})
    for entry in submission.documents:
        if entry.id == SIGNATURE:
            listing.association(SIGNS, entry.id, SUBMISSION_SET)
        if entry.replaces_entry:
            listing.association(REPLACES, entry.id, entry.replaces_entry)
    return listing.root


class _Listing:
    """A RegistryObjectList being written, with its counter of ids."""

    def __init__(self) -> None:
        self.root = etree.Element(f"{{{RIM}}}RegistryObjectList", nsmap={"rim": RIM})
        self._ids = count(1)

    def submission_set(self, submission: SubmissionSet) -> None:
        package = etree.SubElement(self.root, f"{{{RIM}}}RegistryPackage", id=SUBMISSION_SET)
        package.set("objectType", OBJECT_TYPE + "RegistryPackage")
        _slot(package, "submissionTime", [hl7.dtm(submission.submission_time)])
        _name(package, submission.title)
        self._author(package, SET_SCHEMES["author"], submission.author)
        self._code(package, SET_SCHEMES["contentTypeCode"], submission.content_type_code)
        node = etree.SubElement(package, f"{{{RIM}}}Classification", id=self._id("cl"))
        node.set("classifiedObject", SUBMISSION_SET)
        node.set("classificationNode", SUBMISSION_SET_NODE)
        for name, value in (
            ("patientId", submission.patient_id),
            ("sourceId", submission.source_id),
            ("uniqueId", submission.unique_id),
        ):
            self._identifier(package, SET_SCHEMES[name], "XDSSubmissionSet." + name, value)

    def document_entry(self, entry: DocumentEntry) -> None:
        item = etree.SubElement(self.root, f"{{{RIM}}}ExtrinsicObject", id=entry.id)
        item.set("mimeType", entry.mime_type)
        item.set("objectType", STABLE_DOCUMENT)
        if entry.status:
            item.set("status", entry.status)
        for name, values in _slots(entry).items():
            _slot(item, name, values)
        _name(item, entry.title)
        self._author(item, ENTRY_SCHEMES["author"], entry.author)
        for name, codes in _codes(entry).items():
            for code in codes:
                self._code(item, ENTRY_SCHEMES[name], code)
        for name, value in (("patientId", entry.patient_id), ("uniqueId", entry.unique_id)):
            self._identifier(item, ENTRY_SCHEMES[name], "XDSDocumentEntry." + name, value)

    def association(
        self, kind: str, source: str, target: str, slots: Mapping[str, list[str]] | None = None
    ) -> None:
        link = etree.SubElement(self.root, f"{{{RIM}}}Association", id=self._id("as"))
        link.set("associationType", kind)
        link.set("objectType", OBJECT_TYPE + "Association")
        link.set("sourceObject", source)
        link.set("targetObject", target)
        for name, values in (slots or {}).items():
            _slot(link, name, values)

    def _author(self, owner: etree._Element, scheme: str, author: Author) -> None:
        item = self._classification(owner, scheme, "")
        _slot(item, "authorPerson", [author.person])
        _slot(item, "authorInstitution", [author.institution])
        _slot(item, "authorRole", [author.role] if author.role else [])
        _slot(item, "authorSpecialty", [hl7.coded(author.specialty)])

    def _code(self, owner: etree._Element, scheme: str, code: Code) -> None:
        item = self._classification(owner, scheme, code.code)
        _slot(item, "codingScheme", [code.system])
        _name(item, code.label)

    def _classification(self, owner: etree._Element, scheme: str, node: str) -> etree._Element:
        item = etree.SubElement(owner, f"{{{RIM}}}Classification", id=self._id("cl"))
        item.set("classificationScheme", scheme)
        item.set("classifiedObject", owner.attrib["id"])
        item.set("nodeRepresentation", node)
        return item

    def _identifier(self, owner: etree._Element, scheme: str, name: str, value: str) -> None:
        item = etree.SubElement(owner, f"{{{RIM}}}ExternalIdentifier", id=self._id("ei"))
        item.set("identificationScheme", scheme)
        item.set("registryObject", owner.attrib["id"])
        item.set("value", value)
        _name(item, name)

    def _id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):02}"


def _slots(entry: DocumentEntry) -> dict[str, list[str]]:
    return {
        "creationTime": [hl7.dtm(entry.creation_time)],
        "languageCode": [entry.language_code],
        "legalAuthenticator": [entry.legal_authenticator],
        "serviceStartTime": [hl7.dtm(entry.service_start_time)],
        "serviceStopTime": [hl7.dtm(entry.service_stop_time)] if entry.service_stop_time else [],
        "sourcePatientId": [entry.source_patient_id],
        "sourcePatientInfo": list(entry.source_patient_info),
        "hash": [entry.sha1] if entry.sha1 else [],
        "size": [str(entry.size)] if entry.size is not None else [],
        "URI": [entry.uri] if entry.uri else [],
    }


def _codes(entry: DocumentEntry) -> dict[str, tuple[Code, ...]]:
    return {
        "classCode": (entry.class_code,),
        "typeCode": (entry.type_code,),
        "confidentialityCode": entry.confidentiality_codes,
        "formatCode": (entry.format_code,),
        "healthcareFacilityTypeCode": (entry.healthcare_facility_type_code,),
        "practiceSettingCode": (entry.practice_setting_code,),
        "eventCodeList": entry.event_codes,
    }


def _slot(owner: etree._Element, name: str, values: Iterable[str]) -> None:
    texts = list(values)
    if not texts:
        return
    slot = etree.SubElement(owner, f"{{{RIM}}}Slot", name=name)
    listing = etree.SubElement(slot, f"{{{RIM}}}ValueList")
    for text in texts:
        etree.SubElement(listing, f"{{{RIM}}}Value").text = text


def _name(owner: etree._Element, text: str) -> None:
    if not text:
        return
    name = etree.SubElement(owner, f"{{{RIM}}}Name")
    item = etree.SubElement(name, f"{{{RIM}}}LocalizedString", charset="UTF-8", value=text)
    item.set("{http://www.w3.org/XML/1998/namespace}lang", "FR")
