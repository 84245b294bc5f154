"""Who calls, from where, about whom: what the card and the VIHF established together.

Reference: [DMP] §2; [INS] form of the matricule and its key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from demo_lgc.sandbox.pki import Holder

_CX = re.compile(r"([0-9AB]{15})\^\^\^&([0-9.]+)&ISO\^NH")


@dataclass(frozen=True)
class Directory:
    """The professionals the DMP knows, by PS_IdNat, and the authorities that vouch for their cards."""

    holders: Mapping[str, Holder]
    authorities: Sequence[x509.Certificate]

    def knows_structure(self, structure_id: str) -> bool:
        """True when some professional works there."""
        return any(structure_id == known for h in self.holders.values() for known, _, _ in h.activities)


@dataclass(frozen=True)
class PatientId:
    """An INS: matricule of 15 characters and authority."""

    matricule: str = field(repr=False)
    oid: str

    @property
    def cx(self) -> str:
        """HL7 CX form. Reference: [DMP] §8.3."""
        return f"{self.matricule}^^^&{self.oid}&ISO^NH"


@dataclass(frozen=True)
class Caller:
    """A request's author. `mode` is the purpose of use: normal, bris_de_glace or centre_15."""

    holder: Holder
    certificate: x509.Certificate = field(repr=False)
    structure_id: str
    patient: PatientId
    mode: str

    @property
    def national_id(self) -> str:
        """PS_IdNat."""
        return self.holder.national_id


def read_cx(text: str) -> PatientId:
    """Parse `<15 characters>^^^&<OID>&ISO^NH`. Raises ValueError; the key is checked."""
    found = _CX.fullmatch(text)
    if not found or not key_is_right(found.group(1)):
        raise ValueError("not an INS")
    return PatientId(found.group(1), found.group(2))


def key_is_right(matricule: str) -> bool:
    """True when the last two digits are the key of the thirteen characters before. Reference: [INS]."""
    if not re.fullmatch(r"\d{5}(\d\d|2[AB])\d{8}", matricule):
        return False
    number = int(matricule[:13].replace("2A", "19").replace("2B", "18"))
    return f"{97 - number % 97:02}" == matricule[13:]
