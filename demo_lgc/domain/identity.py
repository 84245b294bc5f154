"""Who the patient is: INS, strict traits, status of the identity.

Reference: [INS] (référentiel INS, RNIV 1); [CISIS-MIN] §2.2 recordTarget.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from demo_lgc.domain import oids
from demo_lgc.domain.dates import age_in_words


class IdentityStatus(Enum):
    """How far an identity can be trusted. Only QUALIFIED lets the matricule out of the practice."""

    PROVISIONAL = "provisional"
    RETRIEVED = "retrieved"
    VALIDATED = "validated"
    QUALIFIED = "qualified"


class Sex(Enum):
    """Administrative sex, spelled as HL7 AdministrativeGender does."""

    MALE = "M"
    FEMALE = "F"
    UNKNOWN = "UN"


def is_place_code(place: str) -> bool:
    """Tell an INSEE code of a place of birth: five characters, « 2A004 » and « 99352 » included."""
    return re.fullmatch(r"\d[\dAB]\d{3}", place, re.ASCII) is not None


def ins_key(nir13: str) -> str:
    """Return the two-digit key of 13 characters: 97 - n mod 97, with 2A read 19 and 2B read 18.

    Raises ValueError when the 13 characters are not a matricule.
    """
    if not re.fullmatch(r"\d{5}(\d\d|2[AB])\d{6}", nir13, re.ASCII):
        raise ValueError("not the 13 characters of a matricule")
    number = int(nir13.replace("2A", "19").replace("2B", "18"))
    return f"{97 - number % 97:02}"


@dataclass(frozen=True)
class Ins:
    """A matricule of 15 characters and the OID of its assigning authority.

    Raises ValueError when the form or the key is wrong. The representation hides the number.
    """

    matricule: str = field(repr=False)
    oid: str

    def __post_init__(self) -> None:
        if len(self.matricule) != 15 or ins_key(self.matricule[:13]) != self.matricule[13:]:
            raise ValueError("the key of the matricule is wrong")

    @property
    def is_nia(self) -> bool:
        """True for a waiting identifier: it opens no DMP."""
        return self.oid == oids.INS_NIA

    @property
    def is_fictitious(self) -> bool:
        """True for the test and demonstration authorities."""
        return self.oid in (oids.INS_NIR_TEST, oids.INS_NIR_DEMO)

    @property
    def cx(self) -> str:
        """HL7 CX form, as XDS and the VIHF want it. Reference: [DMP] §8.3."""
        return f"{self.matricule}^^^&{self.oid}&ISO^NH"

    @property
    def spaced(self) -> str:
        """« 1 48 08 63 220 902 66 », for the screen and for paper."""
        m = self.matricule
        return "\u00a0".join((m[0], m[1:3], m[3:5], m[5:7], m[7:10], m[10:13], m[13:]))


@dataclass(frozen=True)
class Address:
    """A postal address, as lines are written on an envelope."""

    street: str = ""
    postal_code: str = ""
    city: str = ""


@dataclass(frozen=True)
class Patient:
    """A patient of the practice, with the strict traits of the INS reference.

    `birth_place` is the INSEE code of the place (five characters, 99xxx abroad). `given_names` is the
    whole list of the birth record, `first_given_name` its first. `ipp` is the practice's own number.
    """

    id: int
    ipp: str
    birth_name: str = field(repr=False)
    given_names: tuple[str, ...] = field(repr=False)
    birth_date: date = field(repr=False)
    sex: Sex
    birth_place: str = field(repr=False)
    status: IdentityStatus
    ins: Ins | None = None
    used_name: str = field(default="", repr=False)
    used_given_name: str = field(default="", repr=False)
    address: Address = field(default=Address(), repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    important: tuple[str, ...] = field(default=(), repr=False)  # « Diabétique »…
    opposed_to_dmp: bool = False  # recorded by the practice: no new sending. [DMP] §3, §8.5

    @property
    def first_given_name(self) -> str:
        """First given name of the birth record."""
        return self.given_names[0]

    @property
    def called(self) -> str:
        """« Henri »: used given name, or the first one; in capitals only its first letter stays so."""
        given = self.used_given_name or self.first_given_name
        return given.title() if given.isupper() else given

    @property
    def display_name(self) -> str:
        """« CHEMIN Henri »: used name (or birth name) in capitals, then given name."""
        return f"{(self.used_name or self.birth_name).upper()} {self.called}"

    @property
    def courtesy_name(self) -> str:
        """« M. CHEMIN » or « Mme LEGRAND », as the interface names a patient in a sentence."""
        title = {Sex.MALE: "M.\u00a0", Sex.FEMALE: "Mme\u00a0"}.get(self.sex, "")
        return f"{title}{(self.used_name or self.birth_name).upper()}"

    def age(self, today: date) -> str:
        """« 66 ans et 2 mois »."""
        return age_in_words(self.birth_date, today)

    @property
    def is_qualified(self) -> bool:
        """True when the matricule may leave the practice."""
        return self.status is IdentityStatus.QUALIFIED and self.ins is not None
