"""What the directory tells of a professional: the claims of userinfo, of the tokens and of introspection.

Reference: [PSC] userinfo.
"""

from __future__ import annotations

import uuid
from typing import Any

from demo_lgc.sandbox.igc_sante import Holder

_SOURCE = uuid.uuid5(uuid.NAMESPACE_URL, "https://demo.invalid/psc")
_PROFESSIONS, _SECTORS, _LEVEL = "1.2.250.1.213.1.1.5.5", "1.2.250.1.71.4.2.4", "1.2.250.1.213.1.5.1.1.1"


def subject(holder: Holder) -> str:
    """The `sub` of a professional: « f:uuid:PS_IdNat »."""
    return f"f:{_SOURCE}:{holder.national_id}"


def userinfo(holder: Holder) -> dict[str, Any]:
    """Return every claim of the scope `scope_all`."""
    claims: dict[str, Any] = {
        "sub": subject(holder),
        "SubjectNameID": holder.national_id,
        "preferred_username": holder.national_id,
        "given_name": holder.given,
        "family_name": holder.family,
        "SubjectRole": [f"{holder.profession}^{_PROFESSIONS}"],
        "Palier_Authentification": f"APPPRIP3^{_LEVEL}",
        "UITVersion": "1.0",
        "PSI_Locale": "1^1.2.250.1.213.1.3.1.1",
        "otherIds": [],
        "SubjectRefPro": {
            "codeCivilite": "DR",
            "exercices": [
                {
                    "codeProfession": str(holder.profession),
                    "codeCategorieProfessionnelle": "C",
                    "codeCiviliteDexercice": "DR",
                    "nomDexercice": holder.family,
                    "prenomDexercice": holder.given,
                    "codeTypeSavoirFaire": "S",
                    "codeSavoirFaire": holder.speciality,
                    "activities": [_activity(*activity) for activity in holder.activities],
                }
            ],
        },
    }
    if holder.activities:
        structure_id, name, sector = holder.activities[0]
        claims |= {
            "Secteur_Activite": f"{sector}^{_SECTORS}",
            "SubjectOrganization": name,
            "SubjectOrganizationID": structure_id,
        }
    return claims


def _activity(structure_id: str, name: str, sector: str) -> dict[str, str]:
    return {
        "codeModeExercice": "L",
        "codeSecteurDactivite": sector,
        "codeRole": "",
        "numeroFinessSite": "",
        "identifiantTechniqueDeLaStructure": f"C{structure_id[1:]}",
        "raisonSocialeSite": name,
        "ancienIdentifiantDeLaStructure": structure_id,
    }
