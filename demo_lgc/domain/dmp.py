"""What the DMP says of a patient, and what follows from it.

Reference: [DMP] TD0.2, decision table of §3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from demo_lgc.domain.errors import IdentityError, IdentityProblem, NotAllowed, Refusal
from demo_lgc.domain.identity import Ins, Patient


class DmpExistence(Enum):
    """Whether the patient has a DMP."""

    ACTIVE = "active"
    CLOSED = "closed"
    NONE = "none"


class DmpAuthorisation(Enum):
    """AUTORISATION of TD0.2 (1.2.250.1.213.4.1.2.6.2), for consultation only."""

    VALID = "VALIDE"
    EXPIRED = "EXPIRE"
    FORBIDDEN = "INTERDIT"  # the patient blocked this professional
    MISSING = "NON_EXISTE"


@dataclass(frozen=True)
class DmpStatus:
    """The answer of TD0.2. The identity traits it returns are deliberately not kept (EX_0.2-1020)."""

    existence: DmpExistence
    authorisation: DmpAuthorisation = DmpAuthorisation.MISSING
    treating_doctor: bool = False
    attached_to_mes: bool = False  # RATTACHEMENT_ENS
    closed_on: date | None = None
    closing_reason: str = ""
    asked_at: datetime | None = None

    @property
    def word(self) -> str:
        """The state as the interface names it: authorised, not-authorised, none, closed, opposed."""
        if self.existence is not DmpExistence.ACTIVE:
            return str(self.existence.value)
        words = {DmpAuthorisation.VALID: "authorised", DmpAuthorisation.FORBIDDEN: "opposed"}
        return words.get(self.authorisation, "not-authorised")


def check_asking(patient: Patient) -> Ins:
    """Return the INS to ask with; raise IdentityError unless the DMP may be asked about this patient.

    Reference: [DMP] EX_GEN-1530, test 0.2-080: no call for a NIA, nor for an identity not qualified.
    """
    if patient.ins is None:
        raise IdentityError(IdentityProblem.NO_INS)
    if patient.ins.is_nia:
        raise IdentityError(IdentityProblem.NIA)
    if not patient.is_qualified:
        raise IdentityError(IdentityProblem.NOT_QUALIFIED)
    return patient.ins


def check_feeding(patient: Patient, status: DmpStatus) -> None:
    """Raise unless a document may be deposited: active DMP, qualified INS, no opposition.

    The consultation authorisation is not needed. Raises IdentityError or NotAllowed (NO_DMP,
    DMP_CLOSED with the date, OPPOSITION). Reference: [DMP] §3 decision table, EX_0.2.
    """
    check_asking(patient)
    if status.existence is DmpExistence.NONE:
        raise NotAllowed(Refusal.NO_DMP)
    if status.existence is DmpExistence.CLOSED:
        raise NotAllowed(Refusal.DMP_CLOSED, f"{status.closed_on:%d/%m/%Y}" if status.closed_on else "")
    if patient.opposed_to_dmp or status.authorisation is DmpAuthorisation.FORBIDDEN:
        raise NotAllowed(Refusal.OPPOSITION)
