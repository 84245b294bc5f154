"""A document on its way to one destination: written down before it leaves, sent exactly once.

```
READY ──► SENDING ──► SENT
  ▲          │ ├────► REFUSED     the service said no: the doctor acts
  │          │ ├────► READY       nothing can have been received: will be tried again
  │          │ └────► IN_DOUBT    the answer was lost, or the program was killed
  └── absent ────────────┘ │
                           ├────► SENT, when the service says it has it
                           └────► REFUSED, when it refused it as known and has it not
READY, IN_DOUBT, REFUSED ──► GIVEN_UP   by the doctor
REFUSED ──► READY                       by the doctor, after mending
```

Reference: docs/decisions/002-deliveries-written-down-before-they-leave.md
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum


class Channel(Enum):
    """By which way it goes."""

    DMP = "dmp"
    MSSANTE = "mssante"


class DeliveryState(Enum):
    """Where a delivery stands."""

    READY = "ready"
    SENDING = "sending"
    IN_DOUBT = "in-doubt"
    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given-up"


S = DeliveryState
MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    S.READY: frozenset({S.SENDING, S.GIVEN_UP}),
    S.SENDING: frozenset({S.SENT, S.REFUSED, S.READY, S.IN_DOUBT}),
    S.IN_DOUBT: frozenset({S.SENT, S.READY, S.REFUSED, S.GIVEN_UP}),
    S.REFUSED: frozenset({S.READY, S.GIVEN_UP}),
    S.SENT: frozenset(),
    S.GIVEN_UP: frozenset(),
}
OPEN = frozenset({S.READY, S.SENDING, S.IN_DOUBT})


@dataclass(frozen=True)
class Part:
    """A frozen piece of what leaves. `name` is unique within its delivery (`request.xml`, a Content-ID…)."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Reason:
    """Why a delivery is not SENT: `kind` names the error class, `code` and `text` what the service said."""

    kind: str = ""
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class DeliveryDraft:
    """A delivery about to be written down: everything that will leave, already frozen."""

    channel: Channel
    destination: str  # an MSSanté address, or "dmp"
    label: str = field(repr=False)  # who it is for, as the screen says it
    wire_id: str = ""  # submission set uniqueId, or Message-ID
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """One branch of a sharing, as last committed.

    `attempts` counts the sendings begun; `attempted_at` is when the last one began. `content_left` is
    True from the moment the content of the document may have left: before that, a crash leaves no doubt.
    `filed` is True once the copy stands in « Éléments envoyés » (MSSANTE only).
    """

    id: int
    share_id: int
    channel: Channel
    destination: str
    label: str = field(repr=False)
    patient_id: int
    document_id: str  # uniqueId of the document
    wire_id: str
    state: DeliveryState
    created_at: datetime
    changed_at: datetime
    attempts: int = 0
    attempted_at: datetime | None = None
    next_try: datetime | None = None
    content_left: bool = False
    filed: bool = False
    reason: Reason = Reason()
    version: int = field(default=0, compare=False)  # how often it was committed; a stale one is refused

    def moved(self, state: DeliveryState, now: datetime, reason: Reason = Reason()) -> Delivery:
        """Return this delivery in `state`. Raises ValueError when the move is not of the drawing above."""
        if state not in MOVES[self.state]:
            raise ValueError(f"{self.state.value} does not lead to {state.value}")
        return replace(self, state=state, changed_at=now, reason=reason)


@dataclass(frozen=True)
class SharedVersion:
    """A version of a document that was shared, and where each of its deliveries stands."""

    unique_id: str
    set_id: str
    version: int
    deliveries: tuple[tuple[Channel, DeliveryState], ...]


@dataclass(frozen=True)
class Receipt:
    """What a service said when it took a document."""

    wire_id: str
    said: str = ""
