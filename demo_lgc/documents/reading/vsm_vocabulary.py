"""From the codes of anybody's synthesis to our words: today's value sets, those of ten years ago, or labels.

Volets before 2022 have HL7 allergy types and SNOMED 3.5; some documents give a label alone. A code that means
nothing to us is the « unspecified » member, or None where a member says more than was said.

Reference: [VSM] 1.4 and 2023.01 JDV; [CDA] IHE PCC 1.3.6.1.4.1.19376.1.5.3.1.4.5, 4.6, 4.13.4, 4.15.
"""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import (
    AllergyKind,
    AllergyStatus,
    Certainty,
    Criticality,
    LifestyleKind,
    ProblemKind,
    ProblemStatus,
    Relative,
    Severity,
)

E = TypeVar("E", bound=Enum)

PROBLEM_KINDS = {
    "G-1009": ProblemKind.DIAGNOSIS,  # SNOMED 3.5
    "409586006": ProblemKind.COMPLAINT,
    "diagnosti": ProblemKind.DIAGNOSIS,
    "symptôme": ProblemKind.SYMPTOM,
    "plainte": ProblemKind.COMPLAINT,
    "fonction": ProblemKind.FUNCTION,
    "constatation": ProblemKind.FINDING,
    "maladie": ProblemKind.DISEASE,
    "pathologie": ProblemKind.DISEASE,
    "affection": ProblemKind.DISEASE,
}
ALLERGY_KINDS = {  # HL7 ObservationIntoleranceType
    "ALG": AllergyKind.UNSPECIFIED,
    "DALG": AllergyKind.MEDICATION,
    "FALG": AllergyKind.FOOD,
    "EALG": AllergyKind.SUBSTANCE,
    "DINT": AllergyKind.MEDICATION_INTOLERANCE,
    "FINT": AllergyKind.FOOD_INTOLERANCE,
    "EINT": AllergyKind.SUBSTANCE_INTOLERANCE,
    "1.2.250.1.213.1.1.5.794.1": AllergyKind.SUBSTANCE_INTOLERANCE,  # waits for its SNOMED CT code
    "NAINT": AllergyKind.HYPERSENSITIVITY,
    "DNAINT": AllergyKind.MEDICATION_HYPERSENSITIVITY,
    "FNAINT": AllergyKind.FOOD_HYPERSENSITIVITY,
    "ENAINT": AllergyKind.SUBSTANCE_HYPERSENSITIVITY,
}
LIFESTYLE_KINDS = {  # SNOMED CT of IHE PCC
    "229819007": LifestyleKind.TOBACCO,
    "160573003": LifestyleKind.ALCOHOL,
    "363908000": LifestyleKind.DRUGS,
    "256235009": LifestyleKind.EXERCISE,
    "364393001": LifestyleKind.DIET,
    "364703007": LifestyleKind.EMPLOYMENT,
    "102487004": LifestyleKind.EXPOSURE,
    "tabac": LifestyleKind.TOBACCO,
    "tabag": LifestyleKind.TOBACCO,
    "alcool": LifestyleKind.ALCOHOL,
    "drogue": LifestyleKind.DRUGS,
    "exercice": LifestyleKind.EXERCISE,
    "régime": LifestyleKind.DIET,
}
RELATIVES = {
    "NMTH": Relative.MOTHER,
    "NFTH": Relative.FATHER,
    "NSIS": Relative.SISTER,
    "NBRO": Relative.BROTHER,
    "NSIB": Relative.SIBLING,
    "DAUC": Relative.DAUGHTER,
    "SONC": Relative.SON,
    "NCHILD": Relative.CHILD,
    "NPRN": Relative.PARENT,
}
SEVERITIES = {  # HL7 SeverityObservation
    "L": Severity.MILD,
    "M": Severity.MODERATE,
    "H": Severity.SEVERE,
}
PROBLEM_STATUSES = {  # SNOMED CT of IHE PCC
    "55561003": ProblemStatus.ACTIVE,
    "73425007": ProblemStatus.INACTIVE,
    "413322009": ProblemStatus.RESOLVED,
    "255227004": ProblemStatus.RECURRENCE,
    "277022003": ProblemStatus.REMISSION,
}
ALLERGY_STATUSES = {
    "55561003": AllergyStatus.ACTIVE,
    "73425007": AllergyStatus.INACTIVE,
    "413322009": AllergyStatus.RESOLVED,
}
UNITS = {"{pack}/a": "paquets-années", "{pack}/d": "paquets par jour", "{glass}/d": "verres par jour"}
HOURS = {"h": 1, "d": 24, "wk": 168}


def problem_kind(code: Code | None) -> ProblemKind:
    """Return what kind of statement a problem is, PROBLEM when it cannot be told."""
    return _member(ProblemKind, code, PROBLEM_KINDS) or ProblemKind.PROBLEM


def allergy_kind(code: Code | None) -> AllergyKind | None:
    """Return the type of an allergy; None when it is told in a way that we do not know."""
    return _member(AllergyKind, code, ALLERGY_KINDS) if code else AllergyKind.UNSPECIFIED


def lifestyle_kind(code: Code | None) -> LifestyleKind | None:
    """Return what a habit is about, None when it is none that we know."""
    return _member(LifestyleKind, code, LIFESTYLE_KINDS)


def relative(code: Code | None) -> Relative | None:
    """Return who had it, None for a relative that has no member."""
    return _member(Relative, code, RELATIVES)


def severity(code: Code | None) -> Severity | None:
    """Return how grave it is, None when it cannot be told."""
    return _member(Severity, code, SEVERITIES)


def problem_status(code: Code | None) -> ProblemStatus | None:
    """Return whether a problem goes on, None when it cannot be told."""
    return _member(ProblemStatus, code, PROBLEM_STATUSES)


def allergy_status(code: Code | None) -> AllergyStatus | None:
    """Return whether an allergy goes on, None when it cannot be told."""
    return _member(AllergyStatus, code, ALLERGY_STATUSES)


def certainty(code: Code | None) -> Certainty | None:
    """Return whether it was verified, None when it cannot be told. Two OIDs are in use for its system."""
    return _member(Certainty, code, {})


def criticality(code: Code | None) -> Criticality | None:
    """Return the danger of a new exposure, None when it cannot be told."""
    return _member(Criticality, code, {})


def _member(kind: type[E], code: Code | None, others: dict[str, E]) -> E | None:
    """Return the member with this code in any system; else the one that `others` gives its code or label."""
    if code is None:
        return None
    found = next((member for member in kind if member.value[0] == code.code), None) or others.get(code.code)
    if found is not None:
        return found
    label = code.label.casefold()
    return next((member for key, member in others.items() if key.islower() and key in label), None)
