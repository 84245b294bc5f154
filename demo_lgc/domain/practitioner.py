"""Who holds the card, and from where they work.

Reference: [CPS] certificates and CPS_ACTIVITY objects; [DMP] §2.2 (Identifiant_Structure must be the card's).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.identity import Address


@dataclass(frozen=True)
class Practitioner:
    """A professional, as the certificate of the card names them.

    `national_id` is PS_IdNat: « 8 » and the 11 digits of the RPPS. `profession` is a code of TRE_G15
    (10 = médecin), `speciality` of TRE_R38 (SM26 = médecine générale).
    """

    national_id: str
    family: str
    given: str
    profession: str = "10"
    speciality: str = "SM26"

    @property
    def display_name(self) -> str:
        """« Dr Paul MEDECIN5729 »."""
        return f"Dr\u00a0{self.given.title()} {self.family.upper()}"


@dataclass(frozen=True)
class PracticeSituation:
    """One activity of the card: structure and sector always come from the same object.

    `structure_id` is Struct_IdNat (« 4 » + RPPS + rank, « 1 » + FINESS…), `sector` a code of TRE_R02.
    """

    structure_id: str
    name: str
    sector: str

    @property
    def ipp_root(self) -> str:
        """The OID under which the practice numbers its patients, in the CDA and in XDS alike."""
        return f"{oids.PATIENTS_OF_PRACTICE}.{self.structure_id}"


@dataclass(frozen=True)
class CardHolder:
    """What a card tells before any code: its holder and until when it is valid."""

    practitioner: Practitioner
    valid_until: date
    card_number: str = ""


@dataclass(frozen=True)
class PracticeContact:
    """Where the practice can be reached: printed on documents, sent in their headers."""

    address: Address = field(default=Address())
    phone: str = ""
    mailbox: str = ""  # the MSSanté address of the doctor


@dataclass(frozen=True)
class PractitionerSession:
    """An open session: who, from where, since when. Holds no key and no code."""

    practitioner: Practitioner
    situation: PracticeSituation
    opened_at: datetime
    contact: PracticeContact = field(default=PracticeContact())

    @property
    def specialty_code(self) -> Code:
        """authorSpecialty: profession and speciality, JDV_J01."""
        p = self.practitioner
        return Code(
            f"G15_{p.profession}/{p.speciality}",
            oids.AUTHOR_SPECIALITIES,
            SPECIALTY_LABELS.get(p.speciality, "Médecin"),
        )


SPECIALTY_LABELS = {  # JDV_J01-XdsAuthorSpecialty, the ones met in the demonstration
    "SM26": "Médecin - Qualifié en Médecine Générale (SM)",
    "SM53": "Médecin - Spécialiste en Médecine Générale (SM)",
    "SM54": "Médecin - Médecine Générale (SM)",
    "SM04": "Médecin - Cardiologie et maladies vasculaires (SM)",
    "SM40": "Médecin - Pneumologie (SM)",
}
