"""Object identifiers of the French health information system, one name each.

Reference: [CISIS-MIN] §3.5; [INS]; [CDA]; [DMP] annexes.
"""

from __future__ import annotations

from uuid import UUID

# Identity of patients: assigning authorities of the INS matricule. [INS]
INS_NIR = "1.2.250.1.213.1.4.8"
INS_NIA = "1.2.250.1.213.1.4.9"
INS_NIR_TEST = "1.2.250.1.213.1.4.10"
INS_NIR_DEMO = "1.2.250.1.213.1.4.11"

# Professionals and structures. [CISIS-MIN] §3.5
PROFESSIONALS = "1.2.250.1.71.4.2.1"
STRUCTURES = "1.2.250.1.71.4.2.2"
PROFESSIONS = "1.2.250.1.71.1.2.7"  # TRE_G15
SPECIALITIES = "1.2.250.1.71.4.2.5"  # TRE_R38
SECTORS = "1.2.250.1.71.4.2.4"  # TRE_R02, also healthcareFacilityTypeCode
AUTHOR_SPECIALITIES = "1.2.250.1.213.1.1.4.5"  # TRE_A02: G15_10/SM26…
PRACTICE_SETTINGS = "1.2.250.1.213.1.1.4.9"  # TRE_A01

# Terminologies.
LOINC = "2.16.840.1.113883.6.1"
SNOMED_CT = "2.16.840.1.113883.6.96"
CIM10 = "2.16.840.1.113883.6.3"
CIM11 = "2.16.840.1.113883.6.347"
CCAM = "1.2.250.1.215.300.1"
CIS = "1.2.250.1.213.2.3.1"
CIP = "1.2.250.1.213.2.3.2"
EDQM = "0.4.0.127.0.16.1.1.2.1"
ATC = "2.16.840.1.113883.6.73"
ABSENT_OR_UNKNOWN = "2.16.840.1.113883.5.1150.1"
DOCUMENT_TYPES = "1.2.250.1.213.1.1.4.12"  # TRE_A05
DOCUMENT_CLASSES = "1.2.250.1.213.1.1.4.1"  # TRE_A03
FORMATS_FR = "1.2.250.1.213.1.1.4.2.282"  # TRE_A06
FORMATS_IHE = "1.3.6.1.4.1.19376.1.2.3"  # TRE_A11
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
CONFIDENTIALITY_FR = "1.2.250.1.213.1.1.4.13"
RELATIONSHIPS = "2.16.840.1.113883.5.111"  # HL7 RoleCode
ACTS = "2.16.840.1.113883.5.4"  # HL7 ActCode
CONDITION_CLINICAL = "2.16.840.1.113883.4.642.1.1074"  # HL7 FHIR: active, resolved…
ALLERGY_CLINICAL = "2.16.840.1.113883.4.642.4.1373"
CRITICALITY = "2.16.840.1.113883.4.642.4.130"
CONDITION_VERIFICATION = "2.16.840.1.113883.4.642.1.1075"

# Numbers that a practice gives to its patients: this arc, then the Struct_IdNat of the practice.
PATIENTS_OF_PRACTICE = "1.2.250.1.999.1.1.7"

DMP_DEVICE = "1.2.250.1.213.4.1.1.1"


def oid_of(uuid: UUID) -> str:
    """Return the OID of a UUID: 2.25. and its decimal value, 44 characters at most.

    Reference: ITU-T X.667 §7; the DMP takes no `OID^extension` as document identifier.
    """
    return f"2.25.{uuid.int}"
