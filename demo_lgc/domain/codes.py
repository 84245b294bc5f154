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

SECTOR_LABELS = {  # TRE_R02, the sectors a doctor works in
    "SA01": "Etablissement public de santé",
    "SA02": "Hôpital militaire du Service de santé des armées",
    "SA03": "Etablissement privé PSPH",
    "SA04": "Etablissement privé non PSPH",
    "SA05": "Centre de santé",
    "SA07": "Cabinet individuel",
    "SA08": "Cabinet de groupe",
    "SA09": "Exercice en société",
    "SA15": "PMI et Planification familiale",
    "SA16": "Etablissement pour personnes handicapées",
    "SA17": "Etablissement pour personnes âgées",
    "SA30": "Autre établissement sanitaire",
    "SA40": "Secteur privé, praticien hospitalier temps plein",
    "SA50": "Permanence des soins ambulatoires hors cabinet",
    "SA52": "Maison de santé ou Pôle de santé",
    "SA54": "Centre de dépistage et de prévention",
    "SA63": "Communauté professionnelle territoriale de santé et équipe de soins spécialisés",
    "SA64": "Société de téléconsultation",
    "SA67": "Maisons médicales de garde (MMG)",
}
