"""Who holds the card, and from where they work.

Reference: [CPS] certificates and CPS_ACTIVITY objects; [DMP] §2.2 (Identifiant_Structure must be the card's).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.identity import Address


class CardKind(Enum):
    """The family of a card, extension 1.2.250.1.71.1.2.2 of its certificates. Reference: [CPS] §1.5."""

    CPS = 0  # a professional
    CPF = 1  # a professional in training: no activity on the card
    CPE = 2  # staff, or director, of an establishment: may name nobody
    CPA = 3  # an authorised person


class Door(Enum):
    """What a session was opened with."""

    CARD = "card"
    PRO_SANTE_CONNECT = "psc"  # an identity without any key: nothing can be signed, no DMP


class LockCause(Enum):
    """Why a session closed."""

    ASKED = "asked"
    REMOVED = "removed"  # the card left the reader
    IDLE = "idle"  # nobody touched the keyboard or the mouse for too long
    ENDED = "ended"  # Pro Santé Connect no longer vouches for its holder


_DOCTORS = frozenset({"10", "21", "40"})  # TRE_G15: médecin, pharmacien, chirurgien-dentiste


@dataclass(frozen=True)
class Practitioner:
    """A professional, as the certificate of the card names them.

    `national_id` is PS_IdNat: « 8 » and the 11 digits of the RPPS. `profession` is a code of TRE_G15
    (10 = médecin), `speciality` of TRE_R38 (SM26 = médecine générale); both are « » when the card tells
    none, as that of the staff of an establishment, whose `given` may be « » too: `family` is then the
    name of the establishment.
    """

    national_id: str
    family: str
    given: str
    profession: str = "10"
    speciality: str = "SM26"

    @property
    def display_name(self) -> str:
        """« Dr Paul MEDECIN5729 »."""
        name = " ".join(filter(None, (self.given.title(), self.family.upper())))
        return f"Dr\u00a0{name}" if self.profession in _DOCTORS else name

    def is_same(self, other: Practitioner) -> bool:
        """True for the same person.

        An RPPS is one person's, however their name is written; a card of staff may have one number for all
        those who hold it.
        """
        if self.national_id != other.national_id:
            return False
        return self.national_id.startswith("8") or (self.family, self.given) == (other.family, other.given)

    @property
    def short_name(self) -> str:
        """« Dr MEDECIN5729 »."""
        family = self.family.upper()
        return f"Dr\u00a0{family}" if self.profession in _DOCTORS else family


@dataclass(frozen=True)
class PracticeSituation:
    """One activity of the card: structure and sector always come from the same object.

    `structure_id` is Struct_IdNat (« 4 » + RPPS + rank, « 1 » + FINESS…), `sector` a code of TRE_R02.
    `declared` when the holder typed it, their card having none.
    """

    structure_id: str
    name: str
    sector: str
    declared: bool = False

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
    kind: CardKind = CardKind.CPS


@dataclass(frozen=True)
class Unlocked:
    """A door that is open, before it is known from where its holder works.

    `proposed` is the situation to take without asking: the only one, or the one of the session that the
    same holder had just locked. With no `situations` the holder must declare one, and with `unnamed`
    (staff of an establishment) who they are.
    """

    practitioner: Practitioner
    situations: tuple[PracticeSituation, ...]
    proposed: PracticeSituation | None = None
    kind: CardKind | None = CardKind.CPS  # None without a card

    @property
    def unnamed(self) -> bool:
        """True when the card names an establishment and nobody in it."""
        return not self.practitioner.given

    @property
    def must_declare(self) -> bool:
        """True when the card tells no situation: its holder says from where they work."""
        return not self.situations


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
    door: Door = Door.CARD
    kind: CardKind | None = CardKind.CPS  # None without a card

    @property
    def may_author(self) -> bool:
        """False for the staff of an establishment, who write no medical document in their own name."""
        return self.kind not in (CardKind.CPE, CardKind.CPA)

    @property
    def may_feed_dmp(self) -> bool:
        """True when what the session was opened with signs for the DMP. Reference: [DMP] §2.4, §8.1."""
        return self.door is Door.CARD and self.may_author

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
