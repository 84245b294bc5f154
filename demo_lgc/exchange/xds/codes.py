"""The codes that only XDS metadata use: masking, contents of an act, and those of a signature.

Reference: [DMP] §8.3, §8.4; JDV_J08 confidentialityCode; [CISIS-MIN] serviceEvent/code.
"""

from __future__ import annotations

from demo_lgc.domain import oids
from demo_lgc.domain.codes import SYNTH, Code
from demo_lgc.domain.document import Visibility

NORMAL = Code("N", oids.CONFIDENTIALITY, "Normal")
MASKED_TO_PROFESSIONALS = Code("MASQUE_PS", oids.CONFIDENTIALITY_FR, "Masqué aux professionnels de santé")
INVISIBLE_TO_PATIENT = Code("INVISIBLE_PATIENT", oids.CONFIDENTIALITY_FR, "Non visible par le patient")

# The CDA always says N; the masking code is beside it, never instead. Reference: [DMP] §8.3, §8.5
CONFIDENTIALITY = {
    Visibility.VISIBLE: (NORMAL,),
    Visibility.MASKED_TO_PROFESSIONALS: (NORMAL, MASKED_TO_PROFESSIONALS),
    Visibility.INVISIBLE_TO_PATIENT: (NORMAL, INVISIBLE_TO_PATIENT),
}

# authorRole repeats the displayName of author/functionCode (PCP). Reference: JDV_J47
AUTHOR_ROLE = "Médecin traitant"

# eventCodeList repeats serviceEvent/code of the CDA, by typeCode. Reference: [VSM] documentationOf
EVENTS = {SYNTH.code: (Code("34117-2", oids.LOINC, "Historique et clinique"),)}

# The document of signature. Reference: [DMP] §8.4; [XADES] IHE DSG
SIGNATURE_CLASS = Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN", "Digital Signature")
SIGNATURE_TYPE = Code("E1762", "ASTM", "Full Document")
SIGNATURE_FORMAT = Code("http://www.w3.org/2000/09/xmldsig#", "URN", "Default Signature Style")
SIGNATURE_PURPOSE = Code("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12", "Source")
