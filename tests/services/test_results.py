"""The curves of a record: every report, each value once, a bad document hiding no other."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from demo_lgc.domain.document import Arrived, DocumentSummary
from demo_lgc.domain.errors import NotAllowed, Refusal, StorageError, StorageProblem
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.domain.results import Curve, Interpretation
from demo_lgc.records import documents, patients, reception, trace
from demo_lgc.records.store import Store
from demo_lgc.resources import sample
from demo_lgc.services import results as room
from demo_lgc.services.results import Results
from tests.records.records_values import NOW, a_patient
from tests.services.conftest import Clock
from tests.services.received_files import CRITICAL, NOT_A_DOCUMENT, a_cda

REPORTS = ("2014-05-12", "2014-09-02", "2014-11-03")


class Session:
    """A session service that a test locks."""

    def __init__(self, session: PractitionerSession) -> None:
        self.session: PractitionerSession | None = session
        self._acts: list[Callable[[], None]] = []

    @property
    def current(self) -> PractitionerSession:
        if self.session is None:
            raise NotAllowed(Refusal.NO_SESSION)
        return self.session

    def when_locked(self, act: Callable[[], None]) -> None:
        self._acts.append(act)

    def lock(self) -> None:
        self.session = None
        for act in self._acts:
            act()


@pytest.fixture
def doctor(session: PractitionerSession) -> Session:
    return Session(session)


@pytest.fixture
def results(store: Store, doctor: Session, clock: Clock) -> Results:
    return Results(store, doctor, clock)  # type: ignore[arg-type]


@pytest.fixture
def henri(store: Store) -> Patient:
    return patients.add(store, a_patient())


def keep(
    store: Store,
    patient: Patient,
    content: bytes,
    unique_id: str = "2.25.71",
    *,
    set_id: str = "",
    version: int = 1,
    at: datetime = NOW,
) -> None:
    """Keep a document as if it had just been received."""
    line = DocumentSummary(
        unique_id, "Bilan", "CR", "CLAN", "Labo", at, origin="dmp", state="Non lu", version=version
    )
    reception.receive(
        store, patient.id, Arrived(line, set_id or unique_id, None, "11502-2", "text/xml", content)
    )


def potassium(value: str, day: str) -> bytes:
    """A report of one potassium, measured a day of 2026 at eight."""
    section = CRITICAL.replace("7.1", value).replace("20261118080000+0100", f"2026{day}080000+0100")
    return a_cda(section=section)


def numbers(curve: Curve) -> list[Decimal]:
    return [point.number for point in curve.points]


def test_three_reports_make_curves_of_three_values_each_value_once(
    store: Store, results: Results, henri: Patient
) -> None:
    for rank, day in enumerate(REPORTS):
        content = sample("documents", f"biologie_chemin_{day}.xml").read_bytes()
        keep(store, henri, content, f"2.25.{rank}", at=NOW.replace(day=1 + rank))
    found = {curve.name: curve for curve in results.of(henri.id)}
    assert len(found) == 8
    assert all(len(curve.points) == 3 for curve in found.values()), "earlier results are repeated in reports"
    critical = found["Potassium"]
    assert numbers(critical) == [Decimal("4.3"), Decimal("4.5"), Decimal("6.8")]
    assert critical.unit == "mmol/L"
    assert critical.points[-1].interpretation is Interpretation.CRITICAL_HIGH
    assert critical.points[-1].reference is not None
    assert next(iter(found)) == "Urée sanguine", "in the order of the reports"


def test_the_last_version_of_a_report_speaks_alone(store: Store, results: Results, henri: Patient) -> None:
    keep(store, henri, potassium("7.1", "1118"), "2.25.1", set_id="2.25.70")
    keep(store, henri, potassium("4.1", "1118"), "2.25.2", set_id="2.25.70", version=2)
    (curve,) = results.of(henri.id)
    assert numbers(curve) == [Decimal("4.1")]


def test_a_document_that_cannot_be_read_hides_no_other_and_is_named_by_its_id_alone(
    store: Store, results: Results, henri: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    keep(store, henri, NOT_A_DOCUMENT, "2.25.1")
    keep(store, henri, potassium("7.1", "1118"), "2.25.2")
    with caplog.at_level(logging.WARNING):
        (curve,) = results.of(henri.id)
    assert numbers(curve) == [Decimal("7.1")]
    (line,) = caplog.messages
    assert "2.25.1" in line
    assert "CHEMIN" not in line
    assert "PDF" not in line


def test_bytes_that_are_damaged_hide_no_other_but_a_store_that_fails_is_said(
    store: Store,
    results: Results,
    henri: Patient,
    doctor: Session,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep(store, henri, potassium("4.2", "1117"), "2.25.1")
    keep(store, henri, potassium("7.1", "1118"), "2.25.2")
    kept = documents.content

    def damaged(where: Store, unique_id: str, *, of: int | None = None) -> bytes:
        if unique_id == "2.25.1":
            raise StorageError(problem[0], "document")
        return kept(where, unique_id, of=of)

    problem = [StorageProblem.UNREADABLE]
    monkeypatch.setattr(documents, "content", damaged)
    (curve,) = results.of(henri.id)
    assert numbers(curve) == [Decimal("7.1")]
    problem[0] = StorageProblem.DISK_FULL
    with pytest.raises(StorageError):
        Results(store, doctor, clock).of(henri.id)  # type: ignore[arg-type]


def test_a_report_about_two_patients_makes_no_curve(
    store: Store, results: Results, henri: Patient, caplog: pytest.LogCaptureFixture
) -> None:
    twice = potassium("7.1", "1118").replace(
        b"<author>", b"<recordTarget><patientRole/></recordTarget><author>", 1
    )
    keep(store, henri, twice)
    assert results.of(henri.id) == ()
    assert "two-patients" in caplog.text


def test_a_summary_without_bytes_and_another_patient_give_nothing(
    store: Store, results: Results, henri: Patient
) -> None:
    other = patients.add(store, a_patient(ipp="DEMO-2", ins=None))
    keep(store, other, potassium("7.1", "1118"))
    documents.add_summary(store, henri.id, DocumentSummary("2.25.9", "Bilan", "CR", "", "", NOW))
    assert results.of(henri.id) == ()


def test_a_reading_is_traced_once_and_nothing_is_read_without_a_session(
    store: Store, results: Results, henri: Patient, doctor: Session
) -> None:
    keep(store, henri, potassium("7.1", "1118"))
    results.of(henri.id)
    doctor.lock()
    with pytest.raises(NotAllowed):
        results.of(henri.id)
    assert [(act.act, act.outcome) for act in trace.acts(store, henri.id)] == [("open-results", "ok")]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The length of each document that is really read."""
    noted: list[int] = []
    read = room.read_results

    def noting(content: bytes) -> Any:
        noted.append(len(content))
        return read(content)

    monkeypatch.setattr(room, "read_results", noting)
    return noted


def test_a_document_is_read_once_in_a_session_and_forgotten_with_it(
    store: Store, results: Results, henri: Patient, doctor: Session, reads: list[int]
) -> None:
    keep(store, henri, potassium("7.1", "1118"))
    first = results.of(henri.id)
    assert results.of(henri.id) == first
    keep(store, henri, potassium("4.2", "1119"), "2.25.72")
    assert len(results.of(henri.id)[0].points) == 2
    assert len(reads) == 2
    session = doctor.session
    doctor.lock()
    doctor.session = session
    results.of(henri.id)
    assert len(reads) == 4


def test_a_card_that_leaves_while_reports_are_read_leaves_nothing_behind(
    store: Store, results: Results, henri: Patient, doctor: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, henri, potassium("7.1", "1118"))
    read = room.read_results

    def leaving(content: bytes) -> Any:
        puller = threading.Thread(target=doctor.lock)
        puller.start()
        puller.join()
        return read(content)

    monkeypatch.setattr(room, "read_results", leaving)
    with pytest.raises(NotAllowed):
        results.of(henri.id)
    assert results._known == {}
    assert trace.acts(store, henri.id) == ()
