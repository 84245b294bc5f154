"""The volet de synthèse médicale: what every colleague should know of a patient, on one page.

A rubric either lists entries or says why it lists none: « aucun connu » is information, « non renseigné »
is not. Reference: [VSM] CI-SIS Volet de Synthèse Médicale 2023.01.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias, TypeVar

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate


class Absence(Enum):
    """Why a rubric has no entry."""

    NONE_KNOWN = "none-known"  # asked, and there is none
    NOT_ASKED = "not-asked"


T = TypeVar("T")
Rubric: TypeAlias = tuple[T, ...] | Absence


class ProblemKind(Enum):
    """What kind of statement a problem is: SNOMED CT, JDV_ProblemCodes. Reference: [VSM] E.37."""

    DIAGNOSIS = ("282291009", "Diagnostic")
    PROBLEM = ("55607006", "Problème")
    DISEASE = ("64572001", "Pathologie")
    FINDING = ("404684003", "Constatation clinique")

    @property
    def word(self) -> str:
        """The word of the interface and of the narrative."""
        return self.value[1]


@dataclass(frozen=True)
class Problem:
    """A pathology or a medical history; `code` is CIM-10 when coded. `until` closes it."""

    label: str
    code: Code | None = None
    since: PartialDate | None = None
    until: PartialDate | None = None
    kind: ProblemKind = ProblemKind.DIAGNOSIS


@dataclass(frozen=True)
class Procedure:
    """A surgical or other act; `code` is CCAM when coded."""

    label: str
    code: Code | None = None
    on: PartialDate | None = None


class AllergyKind(Enum):
    """SNOMED CT, JDV_TypeEvenementIndesirablePrevisible (HL7 codes are refused). Reference: [VSM] E.41."""

    MEDICATION = ("416098002", "allergie médicamenteuse")
    FOOD = ("414285001", "allergie alimentaire")
    SUBSTANCE = ("419199007", "allergie à une substance")
    UNSPECIFIED = ("609328004", "allergie")


@dataclass(frozen=True)
class Allergy:
    """An allergy or intolerance; `agent` is what causes it, `reaction` what was seen."""

    agent: str
    kind: AllergyKind = AllergyKind.UNSPECIFIED
    agent_code: Code | None = None  # CIS or CIM-11
    reaction: str = ""
    reaction_code: Code | None = None  # CIM-10
    since: PartialDate | None = None


@dataclass(frozen=True)
class Treatment:
    """A long-term treatment. `code` is CIS when coded; `until` None means ongoing.

    `posology` is the sentence the doctor wrote. When it is regular it is also given in figures:
    `dose_low`..`dose_high` of `dose_unit` (UCUM, `{tablet}`) every `every_hours` hours.
    """

    label: str
    posology: str
    code: Code | None = None
    since: PartialDate | None = None
    until: PartialDate | None = None
    route: Code | None = None  # EDQM
    dose_low: str = ""
    dose_high: str = ""
    dose_unit: str = ""
    every_hours: int | None = None
    reason: str = ""
    reason_code: Code | None = None  # CIM-10


class LifestyleKind(Enum):
    """LOINC, JDV_SocialHistoryCodes. Reference: [VSM] E.52."""

    TOBACCO = ("74011-8", "Consommation tabagique")
    ALCOHOL = ("74013-4", "Consommation d’alcool")
    DRUGS = ("11343-1", "Consommation de drogue")
    EXERCISE = ("73985-4", "Exercice physique")
    DIET = ("81663-7", "Régime alimentaire")
    OTHER = ("11345-6", "Autre")


@dataclass(frozen=True)
class Lifestyle:
    """A habit. `value` is what the doctor wrote (« 10 paquets-années », « Non »).

    `quantity` and `unit` (UCUM) are given when the value is a measure.
    """

    kind: LifestyleKind
    value: str
    quantity: str = ""
    unit: str = ""


class Relative(Enum):
    """HL7 RoleCode, JDV_HL7_PersonalRelationshipRoleType: code, word, administrative sex."""

    MOTHER = ("MTH", "Mère", "F")
    FATHER = ("FTH", "Père", "M")
    SISTER = ("SIS", "Sœur", "F")
    BROTHER = ("BRO", "Frère", "M")
    DAUGHTER = ("DAU", "Fille", "F")
    SON = ("SON", "Fils", "M")


@dataclass(frozen=True)
class FamilyHistory:
    """What a relative had; `code` is CIM-10 when coded."""

    relative: Relative
    label: str
    code: Code | None = None


@dataclass(frozen=True)
class Vsm:
    """The whole volet, as the record knows it at one moment."""

    problems: Rubric[Problem] = Absence.NOT_ASKED
    medical_history: Rubric[Problem] = Absence.NOT_ASKED
    procedures: Rubric[Procedure] = Absence.NOT_ASKED
    allergies: Rubric[Allergy] = Absence.NOT_ASKED
    treatments: Rubric[Treatment] = Absence.NOT_ASKED
    lifestyle: Rubric[Lifestyle] = Absence.NOT_ASKED
    family_history: Rubric[FamilyHistory] = Absence.NOT_ASKED
    occupational_risks: str = ""
    vigilance: tuple[str, ...] = ()


def entries(rubric: Rubric[T]) -> tuple[T, ...]:
    """Return the entries of a rubric, none when it says an absence."""
    return () if isinstance(rubric, Absence) else rubric
