"""What to do about a failure: who can mend it, what is written down of it, when to try again.

Reference: docs/decisions/002-deliveries-written-down-before-they-leave.md, point 6.
"""

from __future__ import annotations

from datetime import timedelta

from demo_lgc.domain.delivery import Reason
from demo_lgc.domain.errors import (
    CardError,
    IdentityError,
    InvalidDocument,
    LgcError,
    NetworkError,
    NotAllowed,
    Refusal,
    RemoteRefusal,
    SignInError,
    StorageError,
)

RETRY_AFTER = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 60))


def pause_after_attempt(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th sending failed."""
    return RETRY_AFTER[min(max(attempts, 1), len(RETRY_AFTER)) - 1]


def pause_after_question(elapsed: timedelta) -> timedelta:
    """How long to wait before asking, or filing, again; `elapsed` is the time since the sending.

    Questions are not counted: one waits about as long as one has already waited.
    """
    return max((pause for pause in RETRY_AFTER if pause <= elapsed), default=RETRY_AFTER[0])


def waits_for_the_card(error: LgcError) -> bool:
    """True for a failure that no time mends: a card must come, or a session be opened, or room be made."""
    return isinstance(error, CardError | SignInError | NotAllowed | StorageError)


def needs_the_doctor(error: LgcError) -> bool:
    """True for a refusal that trying again will not change."""
    if isinstance(error, RemoteRefusal):
        return not error.transient
    if isinstance(error, NotAllowed):
        return error.refusal not in (Refusal.NO_SESSION, Refusal.NEEDS_CARD)
    return isinstance(error, IdentityError | InvalidDocument)


def reason_of(error: LgcError) -> Reason:
    """Return what is written down of a failure: its class, and what the service said."""
    match error:
        case RemoteRefusal():
            return Reason("refusal", error.code, f"{error.service}\u00a0: {error.message}")
        case NetworkError():
            return Reason("doubtful" if error.doubtful else "network", "", error.service)
        case CardError():
            return Reason("card", error.problem.value)
        case SignInError():
            return Reason("sign-in", error.problem.value)
        case NotAllowed():
            return Reason("not-allowed", error.refusal.value, error.detail)
        case IdentityError():
            return Reason("identity", error.problem.value)
        case StorageError():
            return Reason("storage", error.problem.value)
        case _:
            return Reason("other", type(error).__name__)
