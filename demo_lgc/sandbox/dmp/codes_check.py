"""The coded metadata of a DocumentEntry: inside the affinity domain, and coherent with one another.

Reference: [DMP] §8.3, §8.4, EX_2.1-1010, EX_2.1-1050, EX_GEN-1377.
"""

from __future__ import annotations

from demo_lgc.sandbox.dmp import value_sets as sets
from demo_lgc.sandbox.dmp.ebrim import RegistryObject
from demo_lgc.sandbox.dmp.refusals import outside_affinity_domain, registry_metadata, repository_metadata

CLASS = "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a"
TYPE = "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
CONFIDENTIALITY = "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f"
FORMAT = "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
FACILITY = "urn:uuid:f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1"
PRACTICE = "urn:uuid:cccf5598-8b07-4b77-a05e-ae952c785ead"
EVENT = "urn:uuid:2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4"


def is_signature(entry: RegistryObject) -> bool:
    """True for the signature document of a lot, by its class."""
    return any(c.code == sets.SIGNATURE_CLASS[0] for c in entry.under(CLASS))


def confidentialities(entry: RegistryObject) -> list[str]:
    """The confidentiality codes, the CDA's first."""
    return [c.code for c in entry.under(CONFIDENTIALITY)]


def check_document_codes(entry: RegistryObject) -> None:
    """Check the codes of a document. Raises RegistryRefusal."""
    named = _all_named(entry)
    kind, group = named["typeCode"], named["classCode"]
    for code in (group, kind):
        if code[0] in (*sets.FORBIDDEN_CLASSES, *sets.FORBIDDEN_TYPES) or code[0].startswith("DOCPAT"):
            raise outside_affinity_domain(code[0])
    if group[0] not in sets.CLASS_TYPES or group[1] != sets.CLASSES:
        raise outside_affinity_domain(group[0])
    if not any(kind[0] in types for types in sets.CLASS_TYPES.values()) or kind[1] != sets.type_system(
        kind[0]
    ):
        raise outside_affinity_domain(kind[0])
    if kind[0] not in sets.CLASS_TYPES[group[0]]:
        raise registry_metadata(f"classCode {group[0]} n'est pas celui de typeCode {kind[0]}")
    if named["formatCode"][1] not in sets.FORMATS.get(named["formatCode"][0], ()):
        raise outside_affinity_domain(named["formatCode"][0])
    _place(named)
    masks = _confidentiality(entry)
    if {"MASQUE_PS", "INVISIBLE_PATIENT"} <= set(masks):
        raise registry_metadata("cumul de MASQUE_PS et INVISIBLE_PATIENT interdit")


def check_signature_codes(entry: RegistryObject) -> None:
    """Check the codes of the signature document of a lot. Raises RegistryRefusal."""
    named = _all_named(entry)
    events = [(c.code, c.coding_scheme) for c in entry.under(EVENT)]
    if (
        named["classCode"] != sets.SIGNATURE_CLASS
        or named["typeCode"] != sets.SIGNATURE_TYPE
        or named["formatCode"] != sets.SIGNATURE_FORMAT
        or events != [sets.SIGNATURE_EVENT]
    ):
        raise repository_metadata(f"{entry.id}: codes du document de signature")
    _place(named)
    if sorted(_confidentiality(entry)) != ["INVISIBLE_PATIENT", "MASQUE_PS", "N"]:
        raise repository_metadata(f"{entry.id}: confidentialityCode du document de signature")


def _all_named(entry: RegistryObject) -> dict[str, tuple[str, str]]:
    schemes = {
        "classCode": CLASS,
        "typeCode": TYPE,
        "formatCode": FORMAT,
        "healthcareFacilityTypeCode": FACILITY,
        "practiceSettingCode": PRACTICE,
    }
    named = {}
    for name, scheme in schemes.items():
        found = entry.code(scheme, name)
        if not found.code or not found.coding_scheme or not found.name:
            raise repository_metadata(f"{entry.id}: {name} incomplet")
        named[name] = (found.code, found.coding_scheme)
    return named


def _place(named: dict[str, tuple[str, str]]) -> None:
    facility, setting = named["healthcareFacilityTypeCode"], named["practiceSettingCode"]
    if sets.FACILITIES.get(facility[0]) != facility[1]:
        raise outside_affinity_domain(facility[0])
    if sets.PRACTICE_SETTINGS.get(setting[0]) != setting[1]:
        raise outside_affinity_domain(setting[0])
    if facility[0] in sets.CITY_FACILITIES and setting[0] == "ETABLISSEMENT":
        raise registry_metadata("healthcareFacilityTypeCode et practiceSettingCode incohérents")


def _confidentiality(entry: RegistryObject) -> list[str]:
    found = entry.under(CONFIDENTIALITY)
    for code in found:
        if sets.CONFIDENTIALITIES.get(code.code) != code.coding_scheme:
            raise outside_affinity_domain(code.code)
    codes = [code.code for code in found]
    if not codes or codes[0] not in ("N", "R", "V") or len(codes) != len(set(codes)):
        raise repository_metadata(f"{entry.id}: confidentialityCode")
    return codes
