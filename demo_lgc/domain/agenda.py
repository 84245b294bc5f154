"""The day's consultations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from demo_lgc.domain.identity import Patient


class Progress(Enum):
    """How far a consultation is."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    SEEN = "seen"


@dataclass(frozen=True)
class Appointment:
    """A slot of the agenda and the patient it is for."""

    id: int
    starts_at: datetime
    patient: Patient
    reason: str = field(default="", repr=False)
    progress: Progress = Progress.PLANNED
