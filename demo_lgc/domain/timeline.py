"""What happened to a patient, in order: a line of a life."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Lane(Enum):
    """Where an event stands on the timeline."""

    DOCUMENT = "document"
    ENCOUNTER = "encounter"
    TREATMENT = "treatment"
    PLANNED = "planned"


@dataclass(frozen=True)
class TimelineEvent:
    """An event of one day, or a span when `until` is given. `done` belongs to planned ones."""

    day: date
    lane: Lane
    title: str = field(repr=False)
    until: date | None = None
    origin: str = "practice"
    document_id: str = ""
    done: date | None = None
