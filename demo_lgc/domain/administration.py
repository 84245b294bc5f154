"""What « Administration » tells of this machine: no card is needed to read it, so no patient is in it.

Reference: specifications of the demonstration, S3-072.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.trust import CardInReader


class LibraryTrouble(Enum):
    """Why a PKCS#11 library is not used."""

    NOT_THERE = "not-there"  # no file of that name, or one that cannot be read
    ARCHITECTURE = "architecture"  # built for another processor, or 32 bits for 64
    FAILS = "fails"  # it does not load, or ends the process that loads it
    EXPOSED = "exposed"  # others than its owner may replace it: it would hear the code porteur


@dataclass(frozen=True)
class LibraryState:
    """A PKCS#11 library and whether it loads. `reason` holds the words of the system, for the support."""

    path: str
    trouble: LibraryTrouble | None = None
    reason: str = ""


@dataclass(frozen=True)
class TlsEngine:
    """How the key of the card reaches the connections, as the self-test at start found it.

    `name` and `reason` are technical; `is_fallback` when the first engine was set aside, for `reason`.
    """

    name: str
    is_fallback: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Machine:
    """The card and its reader, at one moment. `problem` says why no card was seen, when none was."""

    libraries: tuple[LibraryState, ...]
    cards: tuple[CardInReader, ...]
    problem: CardProblem | None
    engine: TlsEngine


@dataclass(frozen=True)
class RevocationList:
    """A revocation list as this machine has it. `until` is None when it was never fetched."""

    address: str
    issued: datetime | None = None
    until: datetime | None = None
    current: bool = False  # nothing was wrong with it at the last attempt


@dataclass(frozen=True)
class Place:
    """Where a service is: the host and the port, never a user or a secret."""

    service: str
    address: str


@dataclass(frozen=True)
class SessionAct:
    """Something that happened to the session or to the card: words of the program, of no patient.

    `who` is the national identifier of a professional, « » when nobody was recognised.
    """

    at: datetime
    who: str
    act: str
    outcome: str
