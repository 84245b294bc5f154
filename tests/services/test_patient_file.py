"""What lists and pages may read, and what of it is traced."""

from __future__ import annotations

import pytest

from demo_lgc.domain.errors import NotAllowed, Refusal
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.records import patients, trace
from demo_lgc.records.store import Store
from demo_lgc.services.patient_file import PatientFiles
from tests.records.records_values import a_patient
from tests.services.conftest import Clock


class Session:
    """A session service, open or closed."""

    def __init__(self, session: PractitionerSession | None) -> None:
        self._session = session

    @property
    def current(self) -> PractitionerSession:
        if self._session is None:
            raise NotAllowed(Refusal.NO_SESSION)
        return self._session


def test_a_record_opened_is_traced_and_a_name_in_a_list_is_not(
    store: Store, session: PractitionerSession, clock: Clock
) -> None:
    files = PatientFiles(store, Session(session), clock)  # type: ignore[arg-type]
    patient = patients.add(store, a_patient())
    assert files.names((patient.id, patient.id)) == {patient.id: "CHEMIN Henri"}
    assert not trace.acts(store)
    assert files.open(patient.id).patient == patient
    assert [act.act for act in trace.acts(store, patient.id)] == ["open-record"]


def test_without_a_session_nothing_of_a_patient_is_read(store: Store, clock: Clock) -> None:
    files = PatientFiles(store, Session(None), clock)  # type: ignore[arg-type]
    number = patients.add(store, a_patient()).id
    for read in (lambda: files.names((number,)), lambda: files.open(number), lambda: files.search("CHE")):
        with pytest.raises(NotAllowed):
            read()
