"""What the day list and the page of a patient show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo_lgc.domain.agenda import Appointment
from demo_lgc.domain.delivery import Delivery
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.document import DocumentSummary
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.timeline import TimelineEvent
from demo_lgc.domain.vsm import Vsm


@dataclass(frozen=True)
class PatientFile:
    """Everything the page of a patient shows, read at once."""

    patient: Patient
    vsm: Vsm
    documents: tuple[DocumentSummary, ...]
    events: tuple[TimelineEvent, ...]
    deliveries: tuple[Delivery, ...]
    dmp: DmpStatus | None  # last known, None when never asked


class PatientFiles:
    """Reads records for the screen."""

    def day(self, day: date) -> tuple[Appointment, ...]:
        """Return the appointments of a day, in order."""
        raise NotImplementedError

    def dmp_states(self, patient_ids: tuple[int, ...]) -> dict[int, DmpStatus]:
        """Return the last known DMP state of each patient; those never asked are absent."""
        raise NotImplementedError

    def search(self, typed: str) -> tuple[Patient, ...]:
        """Return at most 40 patients whose birth or used name, or given name, begins so, ignoring accents."""
        raise NotImplementedError

    def open(self, patient_id: int) -> PatientFile:
        """Return the whole file of a patient."""
        raise NotImplementedError
