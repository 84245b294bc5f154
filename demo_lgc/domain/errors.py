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

    NO_LIBRARY = "no-library"  # no PKCS#11 library where it should be
    LIBRARY_ARCHITECTURE = "library-architecture"  # built for another processor, or 32 bits for 64
    LIBRARY_FAILS = "library-fails"  # it is there, and does not load, or ends the process that loads it
    NO_READER = "no-reader"
    NO_CARD = "no-card"
    UNREADABLE = "unreadable"  # a card we do not know, or without certificates
    FOREIGN = "foreign"  # a sound card, that IGC-Santé did not issue
    TEST_CARD = "test-card"  # a card of the TEST authorities, in production
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    REVOKED = "revoked"  # its authority says so
    IN_USE = "in-use"  # another program holds it
    NO_SITUATION = "no-situation"  # no practice activity on the card (CPF, some locums), and none declared
    CODE_LENGTH = "code-length"  # not four digits: refused before the card, no try spent
    WRONG_CODE = "wrong-code"
    BLOCKED = "blocked"
    UNBLOCKING_LENGTH = "unblocking-length"  # not eight digits: refused before the card
    WRONG_UNBLOCKING_CODE = "wrong-unblocking-code"
    UNBLOCKING_BLOCKED = "unblocking-blocked"  # no more unblocking: the card must be replaced
    NEW_CODE_REFUSED = "new-code-refused"  # the card does not take this new code
    REMOVED = "removed"  # pulled out while a session was open
    REFUSED = "refused"  # the token refused to sign for another reason
    NOT_ACCEPTED = "not-accepted"  # a service closed the line over its certificate


class CardError(LgcError):
    """The card or its reader. `tries_left` is given with WRONG_CODE (3, 2, 1 or 0)."""

    def __init__(self, problem: CardProblem, tries_left: int | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.tries_left = tries_left


class SignInProblem(Enum):
    """Why Pro Santé Connect opened nothing, or opens nothing any more."""

    NOT_CONFIGURED = "not-configured"  # the environment names no registration of this software
    REFUSED = "refused"  # declined on the phone or in the browser
    TOO_LATE = "too-late"  # nobody answered in time
    UNTRUSTED = "untrusted"  # an answer that cannot be checked: state, nonce, signature, issuer, audience
    NO_IDENTITY = "no-identity"  # no national identifier of a professional
    OTHER_PERSON = "other-person"  # not the one who was asked for
    ENDED = "ended"  # neither the access token nor the refresh token is valid any more


class SignInError(LgcError):
    """Pro Santé Connect did not vouch for anybody. Reference: [PSC]."""

    def __init__(self, problem: SignInProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


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
    OTHER_RECORD = "other-record"  # another version of the document is in the record of somebody else


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
    NEEDS_CARD = "needs-card"  # the session was opened without one: nothing can be signed
    STAFF_CARD = "staff-card"  # a CPE does not feed the DMP in its own name
    ALREADY_KEPT = "already-kept"  # a document of this id was received before
    VERSION_KEPT = "version-kept"  # another document is this version of its set


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


class DocumentProblem(Enum):
    """Why the content of a file cannot be shown. Its bytes are kept all the same."""

    EMPTY = "empty"
    NOT_XML = "not-xml"
    TRUNCATED = "truncated"  # begins well, and stops before its end
    DOCTYPE = "doctype"  # a DTD: it may hide entities, and no health document has one
    TOO_LARGE = "too-large"  # more bytes, or more elements, than any real document
    TOO_DEEP = "too-deep"
    NOT_CDA = "not-cda"
    TWO_PATIENTS = "two-patients"


class UnreadableDocument(LgcError):
    """A file that cannot be read as a document; showing it would be unsafe or meaningless."""

    def __init__(self, problem: DocumentProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class ArchiveProblem(Enum):
    """Why an IHE_XDM archive is not opened. The message that carried it is kept all the same."""

    EMPTY = "empty"
    NOT_ZIP = "not-zip"  # or cut
    TOO_LARGE = "too-large"  # as it is, or once inflated
    TOO_MANY_ENTRIES = "too-many-entries"
    ENCRYPTED = "encrypted"
    OVERLAPPING = "overlapping"  # entries share their bytes
    DUPLICATE = "duplicate"  # two entries of one name
    UNSAFE_NAME = "unsafe-name"  # an entry or a URI that leads out of the archive
    DAMAGED = "damaged"
    NO_METADATA = "no-metadata"
    BAD_METADATA = "bad-metadata"  # METADATA.XML says nothing we understand
    MISSING_DOCUMENT = "missing-document"
    WRONG_SIZE = "wrong-size"
    WRONG_HASH = "wrong-hash"
    TWO_PATIENTS = "two-patients"
    OTHER_PATIENT = "other-patient"  # of the document, not of its metadata


class UnreadableArchive(LgcError):
    """An archive whose documents must not be integrated. Reference: [MSS] §2.5."""

    def __init__(self, problem: ArchiveProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class MessageProblem(Enum):
    """Why a message is not shown as one. Its bytes are kept all the same."""

    NOT_MAIL = "not-mail"  # no header at all
    TOO_LARGE = "too-large"
    TOO_MANY_PARTS = "too-many-parts"
    TOO_DEEP = "too-deep"  # parts within parts


class UnreadableMessage(LgcError):
    """Bytes that cannot be read as a message in reasonable time."""

    def __init__(self, problem: MessageProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class ConformanceProblem(Enum):
    """Why a document could not be checked against the conformance pack, or the pack not be installed."""

    NOT_A_PACK = "not-a-pack"  # the folder given is not that of a conformance pack
    INCOMPLETE = "incomplete"  # a file of the pack is missing, or cannot be used
    TOO_LARGE = "too-large"  # far more files, or bytes, than any pack
    UNWRITABLE = "unwritable"  # the folder of the program could not be written
    UNAVAILABLE = "unavailable"  # the worker does not start: its libraries are missing
    CRASHED = "crashed"
    TOO_SLOW = "too-slow"
    FAILED = "failed"  # the worker could not judge this document


class ConformanceError(LgcError):
    """Nothing is known of the conformance of a document. `detail` names a file of the pack, or a class."""

    def __init__(self, problem: ConformanceProblem, detail: str = "") -> None:
        super().__init__(f"{problem.value} {detail}".strip())
        self.problem = problem
        self.detail = detail
