"""A coded concept: what it is called, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from demo_lgc.domain import oids


@dataclass(frozen=True)
class Code:
    """A concept of a terminology: `code` in the code system of OID `system`, shown as `label`."""

    code: str
    system: str
    label: str


# typeCode of the documents we write. [CISIS-MIN] JDV_J07
SYNTH = Code("SYNTH", oids.DOCUMENT_TYPES, "Synthèse")

# classCode, deduced from the typeCode by ASS_X04.
CLASS_SUMMARY = Code("11", oids.DOCUMENT_CLASSES, "Synthèse")

# formatCode of structured volets. [CISIS-MIN] ASS_A11: still "2012" for VSM 2023.01
FORMAT_VSM = Code("urn:asip:ci-sis:vsm:2012", oids.FORMATS_FR, "Volet de synthèse médicale")

AMBULATORY = Code("AMBULATOIRE", oids.PRACTICE_SETTINGS, "Ambulatoire")

SECTOR_LABELS = {  # TRE_R02, the sectors a general practitioner works in
    "SA05": "Centre de santé",
    "SA07": "Cabinet individuel",
    "SA08": "Cabinet de groupe",
    "SA09": "Exercice en société",
    "SA52": "Maison de santé ou Pôle de santé",
}
