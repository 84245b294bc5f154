"""Failures, named by who can act.

Every foreseen failure is an `LgcError`; anything else is a bug of ours. Exceptions of libraries are
translated into these at the border of `card`, `exchange` and `records`. The French sentences shown
to the user are in `demo_lgc.ui.errors`: nothing here is meant to be read by a doctor.

No message of these errors may hold a name, an INS, a code porteur or document content.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class LgcError(Exception):
    """A foreseen failure."""


class CardProblem(Enum):
    """What the doctor must do something about, at the reader."""

    NO_LIBRARY = "no-library"  # the PKCS#11 library is absent or does not load
    NO_READER = "no-reader"
    NO_CARD = "no-card"
    UNREADABLE = "unreadable"  # a card we do not know, or without certificates
    EXPIRED = "expired"
    NO_SITUATION = "no-situation"  # no practice activity on the card (CPF, some locums)
    CODE_LENGTH = "code-length"  # not four digits: refused before the card, no try spent
    WRONG_CODE = "wrong-code"
    BLOCKED = "blocked"
    REMOVED = "removed"  # pulled out while a session was open
    REFUSED = "refused"  # the token refused to sign for another reason


class CardError(LgcError):
    """The card or its reader. `tries_left` is given with WRONG_CODE (3, 2, 1 or 0)."""

    def __init__(self, problem: CardProblem, tries_left: int | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.tries_left = tries_left


class NetworkError(LgcError):
    """A service gave no usable answer.

    `doubtful` is True when the service may nevertheless have received and treated the request: bytes
    of the body had left and no complete answer came back. The caller must then ask before sending again.
    """

    def __init__(self, service: str, detail: str = "", *, doubtful: bool = False) -> None:
        super().__init__(f"{service}: {detail}" if detail else service)
        self.service = service
        self.detail = detail
        self.doubtful = doubtful


class RemoteRefusal(LgcError):
    """What a service answered, verbatim: its code (`XDSDuplicateUniqueIdInRegistry`, `550`…) and its words.

    `transient` is True when the service itself says that a later try may pass (busy, 4xx of SMTP).
    """

    def __init__(self, service: str, code: str, message: str, *, transient: bool = False) -> None:
        super().__init__(f"{service}: {code}")
        self.service = service
        self.code = code
        self.message = message
        self.transient = transient


@dataclass(frozen=True)
class Finding:
    """One thing to mend in a document: where (section or field, in French) and what."""

    place: str
    what: str


class InvalidDocument(LgcError):
    """A document that must not leave as it is."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"{len(findings)} finding(s)")
        self.findings = findings


class IdentityProblem(Enum):
    """Why an identity forbids what was asked."""

    NOT_QUALIFIED = "not-qualified"
    NO_INS = "no-ins"
    NIA = "nia"  # a waiting identifier: no DMP exists for it
    TRAITS_DIFFER = "traits-differ"


class IdentityError(LgcError):
    """The patient's identity does not allow this."""

    def __init__(self, problem: IdentityProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Refusal(Enum):
    """Why a rule of the trade forbids what was asked."""

    NO_DMP = "no-dmp"
    DMP_CLOSED = "dmp-closed"
    OPPOSITION = "opposition"
    NOT_AUTHOR = "not-author"
    OUTSIDE_TRUST_DOMAIN = "outside-trust-domain"
    MASKED_BY_MAIL = "masked-by-mail"  # a document masked to professionals is never mailed to them
    NO_SESSION = "no-session"


class NotAllowed(LgcError):
    """A rule forbids it. `detail` names the thing concerned (a domain, a date), never a patient."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal.value} {detail}".strip())
        self.refusal = refusal
        self.detail = detail


class StorageProblem(Enum):
    """What happened to the practice's own store."""

    DISK_FULL = "disk-full"
    UNREADABLE = "unreadable"  # damaged, or not ours
    IN_USE = "in-use"  # another program holds this profile
    NEWER = "newer"  # written by a later version of the program


class StorageError(LgcError):
    """The store of the practice could not do it; nothing was half done."""

    def __init__(self, problem: StorageProblem, detail: str = "") -> None:
        super().__init__(f"{problem.value} {detail}".strip())
        self.problem = problem
        self.detail = detail


class PressProblem(Enum):
    """Why there is no PDF."""

    UNAVAILABLE = "unavailable"  # the worker does not start: its libraries are missing
    CRASHED = "crashed"  # it died at work
    TOO_SLOW = "too-slow"  # it did not answer before the deadline, and was stopped
    FAILED = "failed"  # it answered that this document cannot be printed


class PressError(LgcError):
    """The PDF could not be made; nothing was kept. `detail` is the name of an exception, or empty.

    Trying again is harmless: after UNAVAILABLE, CRASHED and TOO_SLOW the next call starts a new worker.
    """

    def __init__(self, problem: PressProblem, detail: str = "") -> None:
        super().__init__(f"{problem.value} {detail}".strip())
        self.problem = problem
        self.detail = detail
