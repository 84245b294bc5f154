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
    SYMPTOM = ("418799008", "Symptôme rapporté")
    COMPLAINT = ("1269496002", "Plainte")
    FUNCTION = ("248536006", "Constatation fonctionnelle")

    @property
    def word(self) -> str:
        """The word of the interface and of the narrative."""
        return self.value[1]


class Severity(Enum):
    """SNOMED CT, JDV_SeveriteObservation, from the lightest. Reference: [VSM] E.29."""

    MILD = ("255604002", "Légère")
    MILD_TO_MODERATE = ("371923003", "Légère à modérée")
    MODERATE = ("6736007", "Modérée")
    MODERATE_TO_SEVERE = ("371924009", "Modérée à grave")
    SEVERE = ("24484000", "Grave")
    FATAL = ("442452003", "Mortelle")


class Certainty(Enum):
    """HL7 condition-ver-status: whether a statement was verified. Reference: [VSM] 2023.01 E.171."""

    UNCONFIRMED = ("unconfirmed", "Non confirmée")
    CONFIRMED = ("confirmed", "Confirmée")
    REFUTED = ("refuted", "Réfutée")  # it was thought of, and is not so


class ProblemStatus(Enum):
    """HL7 condition-clinical. Reference: [VSM] E.30."""

    ACTIVE = ("active", "Active")
    RECURRENCE = ("recurrence", "Récurrente")
    RELAPSE = ("relapse", "Rechute")
    INACTIVE = ("inactive", "Inactive")
    REMISSION = ("remission", "En rémission")
    RESOLVED = ("resolved", "Résolue")


@dataclass(frozen=True)
class Problem:
    """A pathology or a medical history; `code` is CIM-10 when coded. `until` closes it.

    `severity`, `status` and `certainty` are None when nobody said.
    """

    label: str
    code: Code | None = None
    since: PartialDate | None = None
    until: PartialDate | None = None
    kind: ProblemKind = ProblemKind.DIAGNOSIS
    severity: Severity | None = None
    status: ProblemStatus | None = None
    certainty: Certainty | None = None
    comment: str = ""


@dataclass(frozen=True)
class Procedure:
    """A surgical or other act; `code` is CCAM when coded. `reason` is what it was done for."""

    label: str
    code: Code | None = None
    on: PartialDate | None = None
    reason: str = ""
    reason_code: Code | None = None  # CIM-10


class AllergyKind(Enum):
    """SNOMED CT, JDV_TypeEvenementIndesirablePrevisible (HL7 codes are refused). Reference: [VSM] E.41."""

    MEDICATION = ("416098002", "allergie médicamenteuse")
    FOOD = ("414285001", "allergie alimentaire")
    SUBSTANCE = ("419199007", "allergie à une substance")
    UNSPECIFIED = ("609328004", "allergie")
    MEDICATION_INTOLERANCE = ("59037007", "intolérance médicamenteuse")
    FOOD_INTOLERANCE = ("235719002", "intolérance alimentaire")
    SUBSTANCE_INTOLERANCE = ("782197009", "intolérance à une substance")
    MEDICATION_HYPERSENSITIVITY = ("609398007", "hypersensibilité médicamenteuse non allergique")
    FOOD_HYPERSENSITIVITY = ("735449006", "hypersensibilité alimentaire non allergique")
    SUBSTANCE_HYPERSENSITIVITY = ("609397002", "hypersensibilité non allergique à une substance")
    HYPERSENSITIVITY = ("609396006", "hypersensibilité non allergique")
    ADVERSE_REACTION = ("420134006", "propension aux effets indésirables")
    IDIOSYNCRASY = ("56840009", "idiosyncrasie")


class AllergyStatus(Enum):
    """HL7 allergyintolerance-clinical. Reference: [VSM] E.30."""

    ACTIVE = ("active", "Active")
    INACTIVE = ("inactive", "Inactive")
    RESOLVED = ("resolved", "Résolue")


class Criticality(Enum):
    """HL7 allergy-intolerance-criticality: the danger of a new exposure. Reference: [VSM] 2023.01 E.172."""

    LOW = ("low", "Basse")
    HIGH = ("high", "Élevée")
    UNKNOWN = ("unable-to-assess", "Impossible à évaluer")


@dataclass(frozen=True)
class Allergy:
    """An allergy or intolerance; `agent` is what causes it, `reaction` what was seen. `until` closes it.

    `severity`, `status`, `criticality` and `certainty` are None when nobody said.
    """

    agent: str
    kind: AllergyKind = AllergyKind.UNSPECIFIED
    agent_code: Code | None = None  # CIS or CIM-11
    reaction: str = ""
    reaction_code: Code | None = None  # CIM-10
    since: PartialDate | None = None
    until: PartialDate | None = None
    severity: Severity | None = None
    status: AllergyStatus | None = None
    criticality: Criticality | None = None
    certainty: Certainty | None = None
    comment: str = ""


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
    TOBACCO_STATUS = ("72166-2", "Statut tabagique")
    EXPOSURE = ("92944-8", "Exposition à risque")
    OCCUPATIONAL_EXPOSURE = ("8683-5", "Exposition professionnelle")
    EMPLOYMENT = ("67875-5", "Statut d’emploi")
    BEHAVIOUR = ("29556-8", "Trouble du comportement")
    OTHER = ("11345-6", "Autre")


@dataclass(frozen=True)
class Lifestyle:
    """A habit or an exposure. `value` is what the doctor wrote (« 10 paquets-années », « Non »).

    `quantity` and `unit` (UCUM) are given when the value is a measure. `since` and `until` bound it.
    """

    kind: LifestyleKind
    value: str
    quantity: str = ""
    unit: str = ""
    since: PartialDate | None = None
    until: PartialDate | None = None


class Relative(Enum):
    """HL7 RoleCode, JDV_HL7_PersonalRelationshipRoleType: code, word, administrative sex."""

    MOTHER = ("MTH", "Mère", "F")
    FATHER = ("FTH", "Père", "M")
    SISTER = ("SIS", "Sœur", "F")
    BROTHER = ("BRO", "Frère", "M")
    DAUGHTER = ("DAU", "Fille", "F")
    SON = ("SON", "Fils", "M")
    CHILD = ("CHILD", "Enfant", "UN")
    PARENT = ("PRN", "Parent (père ou mère)", "UN")
    SIBLING = ("SIB", "Frère ou sœur", "UN")
    TWIN = ("TWIN", "Jumeau ou jumelle", "UN")
    HALF_SISTER = ("HSIS", "Demi-sœur", "F")
    HALF_BROTHER = ("HBRO", "Demi-frère", "M")
    GRANDMOTHER = ("GRMTH", "Grand-mère", "F")
    GRANDFATHER = ("GRFTH", "Grand-père", "M")
    GRANDPARENT = ("GRPRN", "Grand-parent", "UN")
    MATERNAL_GRANDMOTHER = ("MGRMTH", "Grand-mère maternelle", "F")
    MATERNAL_GRANDFATHER = ("MGRFTH", "Grand-père maternel", "M")
    PATERNAL_GRANDMOTHER = ("PGRMTH", "Grand-mère paternelle", "F")
    PATERNAL_GRANDFATHER = ("PGRFTH", "Grand-père paternel", "M")
    AUNT = ("AUNT", "Tante", "F")
    UNCLE = ("UNCLE", "Oncle", "M")
    MATERNAL_AUNT = ("MAUNT", "Tante maternelle", "F")
    MATERNAL_UNCLE = ("MUNCLE", "Oncle maternel", "M")
    PATERNAL_AUNT = ("PAUNT", "Tante paternelle", "F")
    PATERNAL_UNCLE = ("PUNCLE", "Oncle paternel", "M")
    COUSIN = ("COUSN", "Cousin ou cousine", "UN")
    NEPHEW = ("NEPHEW", "Neveu", "M")
    NIECE = ("NIECE", "Nièce", "F")
    OTHER = ("FAMMEMB", "Autre membre de la famille", "UN")


@dataclass(frozen=True)
class FamilyHistory:
    """What a relative had; `code` is CIM-10 when coded, `since` when it began."""

    relative: Relative
    label: str
    code: Code | None = None
    since: PartialDate | None = None


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
