"""What the day list and the page of a patient show."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from demo_lgc.domain.agenda import Appointment
from demo_lgc.domain.delivery import Delivery
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.document import DocumentSummary
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.timeline import TimelineEvent
from demo_lgc.domain.vsm import Vsm
from demo_lgc.records import agenda, dmp_states, documents, outbox, patients, trace, vsm
from demo_lgc.records.store import Store
from demo_lgc.services.session import SessionService


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
    """Reads records for the screen. Every opening is traced; nothing opens without a session."""

    def __init__(self, store: Store, session: SessionService, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._session = session
        self._clock = clock

    def day(self, day: date) -> tuple[Appointment, ...]:
        """Return the appointments of a day, in order. Raises NotAllowed (NO_SESSION)."""
        _ = self._session.current
        return agenda.day(self._store, day)

    def dmp_states(self, patient_ids: tuple[int, ...]) -> dict[int, DmpStatus]:
        """Return the last known DMP state of each patient; those never asked are absent."""
        return dmp_states.get_many(self._store, patient_ids)

    def search(self, typed: str) -> tuple[Patient, ...]:
        """Return at most 40 patients whose names begin as typed, accents and hyphens ignored."""
        _ = self._session.current
        return patients.search(self._store, typed)

    def names(self, patient_ids: Iterable[int]) -> dict[int, str]:
        """Return « CHEMIN Henri » for each patient, as lists name them: no record is opened, nor traced.

        Raises NotAllowed (NO_SESSION), KeyError when unknown.
        """
        _ = self._session.current
        return {number: patients.get(self._store, number).display_name for number in set(patient_ids)}

    def open(self, patient_id: int) -> PatientFile:
        """Return the whole file of a patient. Raises NotAllowed (NO_SESSION), KeyError when unknown."""
        session = self._session.current
        patient = patients.get(self._store, patient_id)
        trace.add(self._store, session, self._clock(), "open-record", patient_id, "ok")
        return PatientFile(
            patient=patient,
            vsm=vsm.get(self._store, patient_id),
            documents=documents.summaries(self._store, patient_id),
            events=documents.events(self._store, patient_id),
            deliveries=outbox.of_patient(self._store, patient_id),
            dmp=dmp_states.get_many(self._store, (patient_id,)).get(patient_id),
        )
