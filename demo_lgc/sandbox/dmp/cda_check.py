"""The CDA header against the XDS metadata, the patient of the VIHF and what the DMP knows of them.

Reference: [CISIS-MIN] §2 header; [DMP] §8.3 where each metadata comes from.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from lxml import etree

from demo_lgc.sandbox.dmp.caller import PatientId
from demo_lgc.sandbox.dmp.codes_check import FACILITY, PRACTICE, TYPE, confidentialities
from demo_lgc.sandbox.dmp.ebrim import RegistryObject
from demo_lgc.sandbox.dmp.metadata_check import AUTHOR, unique_id
from demo_lgc.sandbox.dmp.names import HL7, PROFESSIONALS, Doctype, parse
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal, repository_metadata
from demo_lgc.sandbox.dmp.state import DmpRecord

_NS = {"h": HL7}
_SERVICE = "h:documentationOf[1]/h:serviceEvent"


def check_cda(content: bytes, entry: RegistryObject, patient: PatientId, record: DmpRecord) -> etree._Element:
    """Check a document of the lot and return its root. Raises RegistryRefusal."""
    try:
        root = parse(content)
    except (etree.XMLSyntaxError, Doctype):
        raise repository_metadata(f"{entry.id}: le document n'est pas un XML bien formé") from None
    if root.tag != f"{{{HL7}}}ClinicalDocument":
        raise repository_metadata(f"{entry.id}: le document n'est pas un CDA")
    identifier = _one(root, "h:id", entry)
    if identifier.get("root") != unique_id(entry) or identifier.get("extension") is not None:
        raise _differ(entry, "uniqueId", "id")
    _codes(root, entry)
    _times(root, entry)
    _people(root, entry)
    _patient(root, entry, patient)
    _traits(root, entry, record)
    return root


def replaced_id(root: etree._Element) -> str:
    """The id of the version this CDA replaces; empty when it replaces none."""
    found = root.find("h:relatedDocument[@typeCode='RPLC']/h:parentDocument/h:id", _NS)
    return found.get("root", "") if found is not None else ""


def _differ(entry: RegistryObject, metadata: str, place: str) -> RegistryRefusal:
    return repository_metadata(f"{entry.id}: {metadata} et {place} du CDA diffèrent")


def _one(root: etree._Element, path: str, entry: RegistryObject) -> etree._Element:
    found = root.findall(path, _NS)
    if len(found) != 1:
        raise repository_metadata(f"{entry.id}: {path.replace('h:', '')} du CDA")
    return found[0]


def _codes(root: etree._Element, entry: RegistryObject) -> None:
    facility = "h:componentOf/h:encompassingEncounter/h:location/h:healthCareFacility/h:code"
    practice = (
        f"{_SERVICE}/h:performer/h:assignedEntity/h:representedOrganization/h:standardIndustryClassCode"
    )
    for name, scheme, path in (
        ("typeCode", TYPE, "h:code"),
        ("healthcareFacilityTypeCode", FACILITY, facility),
        ("practiceSettingCode", PRACTICE, practice),
    ):
        code, written = entry.code(scheme, name), _one(root, path, entry)
        if (written.get("code"), written.get("codeSystem")) != (code.code, code.coding_scheme):
            raise _differ(entry, name, "code")
    if _one(root, "h:confidentialityCode", entry).get("code") != confidentialities(entry)[0]:
        raise _differ(entry, "confidentialityCode", "confidentialityCode")
    if _one(root, "h:languageCode", entry).get("code") != entry.slot("languageCode"):
        raise _differ(entry, "languageCode", "languageCode")


def _times(root: etree._Element, entry: RegistryObject) -> None:
    pairs = [
        ("creationTime", "h:effectiveTime"),
        ("serviceStartTime", f"{_SERVICE}/h:effectiveTime/h:low"),
    ]
    if "serviceStopTime" in entry.slots:
        pairs.append(("serviceStopTime", f"{_SERVICE}/h:effectiveTime/h:high"))
    for name, path in pairs:
        written, value = _utc(_one(root, path, entry).get("value", "")), entry.slot(name)
        if not written or not (written.startswith(value) or value.startswith(written)):
            raise _differ(entry, name, path.rpartition("h:")[2])


def _utc(text: str) -> str:
    """The digits of a CDA timestamp once in UTC; a date alone stays as it is."""
    found = re.fullmatch(r"(\d{4,14})(?:\.\d+)?([+-]\d{4})?", text)
    if not found:
        return ""
    digits, offset = found.groups()
    if not offset:
        return digits if len(digits) <= 8 else ""  # a time of day without offset is not allowed
    forms = {10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
    if len(digits) not in forms:
        return ""
    try:
        moment = datetime.strptime(digits + offset, forms[len(digits)] + "%z")
    except ValueError:
        return ""
    return moment.astimezone(UTC).strftime(forms[len(digits)])


def _people(root: etree._Element, entry: RegistryObject) -> None:
    authors = {_professional(a) for a in root.findall("h:author/h:assignedAuthor", _NS)}
    said = {p.split("^")[0] for a in entry.under(AUTHOR) for p in a.slots["authorPerson"]}
    if not authors or authors != said:
        raise _differ(entry, "author", "author")
    responsible = _one(root, "h:legalAuthenticator/h:assignedEntity", entry)
    if _professional(responsible) != entry.slot("legalAuthenticator").split("^")[0]:
        raise _differ(entry, "legalAuthenticator", "legalAuthenticator")


def _professional(entity: etree._Element) -> str:
    ids = entity.findall("h:id", _NS)
    chosen = next((i for i in ids if i.get("root") == PROFESSIONALS), ids[0] if ids else None)
    return chosen.get("extension", "") if chosen is not None else ""


def _patient(root: etree._Element, entry: RegistryObject, patient: PatientId) -> None:
    ids = _one(root, "h:recordTarget/h:patientRole", entry).findall("h:id", _NS)
    if not ids or (ids[0].get("extension"), ids[0].get("root")) != (patient.matricule, patient.oid):
        raise RegistryRefusal("XDSPatientIdDoesNotMatch", "Le patient du CDA n'est pas celui du VIHF")


def _traits(root: etree._Element, entry: RegistryObject, record: DmpRecord) -> None:
    person = _one(root, "h:recordTarget/h:patientRole/h:patient", entry)
    family = (_one(person, "h:name/h:family[@qualifier='BR']", entry).text or "").strip()
    given = [
        (g.text or "").strip() for g in person.findall("h:name/h:given", _NS) if g.get("qualifier") is None
    ]
    sex = _one(person, "h:administrativeGenderCode", entry).get("code", "")
    birth = _one(person, "h:birthTime", entry).get("value", "")[:8]
    place = (_one(person, "h:birthplace/h:place/h:addr/h:county", entry).text or "").strip()
    if not (family and given and given[0] and sex and birth and place):
        raise repository_metadata(f"{entry.id}: traits de l'INS absents du CDA")
    info = [v.split("|", 1) for v in entry.slots.get("sourcePatientInfo", ()) if "|" in v]
    legal = [v.split("^") for k, v in info if k == "PID-5" and v.split("^")[-1] == "L"]
    if not legal or len(legal[0]) != 7 or legal[0][0] != family:
        raise _differ(entry, "sourcePatientInfo PID-5", "name")
    if [v[:8] for k, v in info if k == "PID-7"] != [birth]:
        raise _differ(entry, "sourcePatientInfo PID-7", "birthTime")
    if [v for k, v in info if k == "PID-8"] not in ([sex], [sex[:1]]):
        raise _differ(entry, "sourcePatientInfo PID-8", "administrativeGenderCode")
    if (
        (record.family and _bare(record.family) != _bare(family))
        or (record.birth_date and f"{record.birth_date:%Y%m%d}" != birth)
        or (record.sex and record.sex != sex)
    ):
        raise RegistryRefusal("XDSPatientIdDoesNotMatch", "Les traits du CDA ne sont pas ceux du DMP")


def _bare(name: str) -> str:
    """A name without accents, case nor punctuation, to compare two spellings of it."""
    letters = unicodedata.normalize("NFKD", name)
    return re.sub(
        r"[^A-Z]+", " ", "".join(c for c in letters if not unicodedata.combining(c)).upper()
    ).strip()
