"""A document arrives, is compared with the record, kept, then opened; every one of these is traced."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from demo_lgc.domain.errors import (
    DocumentProblem,
    IdentityError,
    IdentityProblem,
    NotAllowed,
    Refusal,
    UnreadableDocument,
)
from demo_lgc.domain.identity import Patient, Sex
from demo_lgc.domain.identity_match import Trait
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.records import documents, patients, trace
from demo_lgc.records.store import Store
from demo_lgc.services.reading import Reading
from demo_lgc.services.reception import LONGEST, MAX_FILE, Reception
from tests.records.records_values import NOW, WINTER, a_patient
from tests.services.conftest import Clock
from tests.services.received_files import CHANTAL, CRITICAL, HALF, NOT_A_DOCUMENT, a_cda


class Session:
    """A session service, open until a test closes it."""

    def __init__(self, session: PractitionerSession) -> None:
        self.session: PractitionerSession | None = session

    @property
    def current(self) -> PractitionerSession:
        if self.session is None:
            raise NotAllowed(Refusal.NO_SESSION)
        return self.session


@pytest.fixture
def doctor(session: PractitionerSession) -> Session:
    return Session(session)


@pytest.fixture
def reception(store: Store, doctor: Session, clock: Clock) -> Reception:
    return Reception(store, doctor, clock)  # type: ignore[arg-type]


@pytest.fixture
def reading(store: Store, doctor: Session, clock: Clock) -> Reading:
    return Reading(store, doctor, clock)  # type: ignore[arg-type]


@pytest.fixture
def henri(store: Store) -> Patient:
    return patients.add(store, a_patient())


@pytest.fixture
def chantal(store: Store) -> Patient:
    who = {"birth_name": "LEGRAND", "given_names": ("Chantal",), "sex": Sex.FEMALE, "ins": None}
    born = a_patient().birth_date.replace(1956, 3, 2)
    return patients.add(store, a_patient(ipp="DEMO-0001", birth_date=born, **who))


def acts(store: Store, patient: Patient) -> list[tuple[str, str]]:
    return [(act.act, act.outcome) for act in trace.acts(store, patient.id)]


def problem(act: Callable[[], object]) -> IdentityProblem:
    with pytest.raises(IdentityError) as refused:
        act()
    return refused.value.problem


def test_a_report_is_kept_with_what_its_header_says_and_opened(
    store: Store, reception: Reception, reading: Reading, henri: Patient
) -> None:
    content = a_cda(root="1.2.3", extension="CR-7")
    line = reception.receive(henri.id, content, "mss", "IHE_XDM/DOC0001.XML")
    assert line.unique_id == "1.2.3^CR-7"
    assert (line.title, line.type_label) == ("Bilan biologique", "CR d’examens biologiques")
    assert "CLAN" in line.author
    assert (line.organisation, line.origin, line.state) == ("Labo Auteuil", "mss", "Non lu")
    assert line.created_at == NOW.replace(day=18, hour=10, minute=15, second=0, microsecond=0)
    assert documents.summaries(store, henri.id) == (line,)

    document = reading.open(henri.id, line.unique_id)
    assert document.identifier.text == "1.2.3^CR-7"
    assert reading.original(henri.id, line.unique_id) == content
    assert documents.summaries(store, henri.id) == (line,), "nobody saw it yet"
    reading.seen(line.unique_id)
    (read,) = documents.summaries(store, henri.id)
    assert read == dataclasses.replace(line, state="")
    assert acts(store, henri) == [
        ("receive-document", "ok"),
        ("open-document", "ok"),
        ("open-original", "ok"),
    ]


def test_a_report_with_a_critical_result_says_so_in_the_list_and_goes_on_saying_it(
    store: Store, reception: Reception, reading: Reading, henri: Patient
) -> None:
    line = reception.receive(henri.id, a_cda(section=CRITICAL), "dmp", "bio.xml")
    assert line.state == "Résultat critique"
    reading.open(henri.id, line.unique_id)
    reading.seen(line.unique_id)
    assert documents.summaries(store, henri.id)[0].state == "Résultat critique"


def test_a_new_version_replaces_the_old_one_in_the_list_and_both_open(
    store: Store, reception: Reception, reading: Reading, henri: Patient
) -> None:
    for number in (2, 1):
        reception.receive(
            henri.id, a_cda(f"2.25.7{number}", version=f'<versionNumber value="{number}"/>'), "dmp", "x"
        )
    lines = {line.version: line for line in documents.summaries(store, henri.id)}
    assert {number: (line.superseded, line.state) for number, line in lines.items()} == {
        1: (True, "Remplacé"),
        2: (False, "Non lu"),
    }
    assert reading.open(henri.id, "2.25.71").version == 1
    with pytest.raises(NotAllowed) as refused:
        reception.receive(henri.id, a_cda("2.25.79"), "dmp", "x")
    assert refused.value.refusal is Refusal.VERSION_KEPT
    with pytest.raises(NotAllowed) as refused:
        reception.receive(henri.id, a_cda("2.25.71"), "dmp", "x")
    assert refused.value.refusal is Refusal.ALREADY_KEPT


@pytest.mark.parametrize("version", ["", '<versionNumber value="0"/>', '<versionNumber value="9999999999"/>'])
def test_a_document_without_set_nor_number_is_the_first_of_its_own(
    store: Store, reception: Reception, henri: Patient, version: str
) -> None:
    reception.receive(henri.id, a_cda(set_id="", version=version), "dmp", "x")
    reception.receive(henri.id, a_cda("2.25.72", set_id="", version=version), "dmp", "x")
    lines = documents.summaries(store, henri.id)
    assert [(line.version, line.superseded) for line in lines] == [(1, False), (1, False)]


def test_a_document_of_somebody_else_is_kept_only_when_the_doctor_decides_so(
    store: Store, reception: Reception, henri: Patient
) -> None:
    content = a_cda(patient=CHANTAL)
    arrival = reception.look(content, "x.xml")
    assert set(arrival.compared_with(henri).differing) == {
        Trait.BIRTH_NAME,
        Trait.FIRST_GIVEN_NAME,
        Trait.BIRTH_DATE,
        Trait.SEX,
    }
    assert problem(lambda: reception.receive(henri.id, content, "mss", "x.xml")) is (
        IdentityProblem.TRAITS_DIFFER
    )
    assert (documents.summaries(store, henri.id), acts(store, henri)) == ((), [])
    reception.receive(henri.id, content, "mss", "x.xml", accepted_differences=True)
    assert acts(store, henri) == [("receive-document", "differences-accepted")]


def test_a_document_of_somebody_else_warns_each_time_it_is_opened(
    reception: Reception, reading: Reading, henri: Patient
) -> None:
    line = reception.receive(henri.id, a_cda(patient=CHANTAL), "mss", "x.xml", accepted_differences=True)
    for _ in range(2):
        first, *_others = reading.open(henri.id, line.unique_id).warnings
        assert "diffèrent de ceux du dossier\u00a0: il nomme LEGRAND Chantal, né(e) le 02/03/1956." in first


def test_a_version_of_what_another_record_holds_asks_for_a_decision(
    store: Store, reception: Reception, henri: Patient, chantal: Patient
) -> None:
    reception.receive(henri.id, a_cda(), "mss", "x")
    corrected = a_cda("2.25.72", version='<versionNumber value="2"/>', patient=CHANTAL)
    assert reception.look(corrected, "x").versions_in == {henri.id}
    assert problem(lambda: reception.receive(chantal.id, corrected, "mss", "x")) is (
        IdentityProblem.OTHER_RECORD
    )
    assert not reception.receive(chantal.id, corrected, "mss", "x", accepted_differences=True).superseded


def test_who_a_document_is_about_is_found_by_matricule_or_by_name_date_and_sex(
    store: Store, reception: Reception, henri: Patient, chantal: Patient
) -> None:
    assert reception.look(a_cda(), "x").candidates == (henri,)
    assert reception.look(a_cda(patient=CHANTAL), "x").candidates == (chantal,)
    other_day = CHANTAL.replace("19560302", "19560303")
    assert reception.look(a_cda(patient=other_day), "x").candidates == ()
    assert reception.look(a_cda(patient="<patient/>"), "x").candidates == ()
    assert trace.acts(store) == ()


def test_looking_tells_that_a_document_is_already_kept(reception: Reception, henri: Patient) -> None:
    assert reception.look(a_cda(), "x").kept_in is None
    reception.receive(henri.id, a_cda(), "mss", "x")
    assert reception.look(a_cda(), "x").kept_in == henri.id
    assert reception.look(NOT_A_DOCUMENT, "x").kept_in is None
    assert reception.look(NOT_A_DOCUMENT, "x").versions_in == frozenset()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (NOT_A_DOCUMENT, DocumentProblem.NOT_XML),
        (HALF, DocumentProblem.TRUNCATED),
        (b"", DocumentProblem.EMPTY),
    ],
    ids=["not-xml", "truncated", "empty"],
)
def test_the_bytes_of_what_cannot_be_read_are_kept_on_the_word_of_the_doctor(
    store: Store, reception: Reception, reading: Reading, henri: Patient, content: bytes, why: DocumentProblem
) -> None:
    arrival = reception.look(content, "scan 12.xml")
    assert (arrival.document, arrival.problem, arrival.candidates) == (None, why, ())
    assert problem(lambda: reception.receive(henri.id, content, "mss", "scan 12.xml")) is (
        IdentityProblem.TRAITS_DIFFER
    )
    line = reception.receive(henri.id, content, "mss", "scan 12.xml", accepted_differences=True)
    assert (line.title, line.type_label, line.created_at, line.version) == ("scan 12.xml", "", NOW, 1)
    assert line.unique_id.startswith("2.25.")
    assert reading.original(henri.id, line.unique_id) == content
    with pytest.raises(UnreadableDocument) as unreadable:
        reading.open(henri.id, line.unique_id)
    assert unreadable.value.problem is why
    assert documents.summaries(store, henri.id) == (line,), "it was not read"
    assert acts(store, henri)[-1] == ("open-document", "unreadable")
    with pytest.raises(NotAllowed) as refused:
        reception.receive(henri.id, content, "mss", "again.xml", accepted_differences=True)
    assert refused.value.refusal is Refusal.ALREADY_KEPT


@pytest.mark.parametrize(
    ("time", "created"),
    [
        ("", NOW),
        ('<effectiveTime value="00010101000000+1400"/>', NOW),
        ('<effectiveTime value="2026"/>', NOW.replace(2026, 1, 1, 12, 0, 0, 0)),
        ('<effectiveTime value="20261102"/>', NOW.replace(2026, 11, 2, 12, 0, 0, 0)),
        ('<effectiveTime value="202611020930"/>', NOW.replace(2026, 11, 2, 9, 30, 0, 0)),
    ],
)
def test_what_a_document_does_not_date_wholly_is_dated_as_well_as_can_be(
    reception: Reception, henri: Patient, time: str, created: Any
) -> None:
    line = reception.receive(henri.id, a_cda(time=time), "mss", "x")
    assert line.created_at == created
    assert line.created_at.utcoffset() == WINTER.utcoffset(None)


def test_a_document_without_id_is_known_by_its_bytes_and_a_title_stays_a_line(
    reception: Reception, henri: Patient
) -> None:
    content = a_cda(root="", set_id="").replace(b"Bilan   biologique", b"long \n" * 500)
    line = reception.receive(henri.id, content, "mss", "x")
    assert line.unique_id.startswith("2.25.")
    assert "\n" not in line.title
    assert len(line.title) == LONGEST
    assert reception.look(content, "x").kept_in == henri.id


def test_a_document_opens_only_in_the_record_it_is_in(
    store: Store, reception: Reception, reading: Reading, henri: Patient, chantal: Patient
) -> None:
    line = reception.receive(henri.id, a_cda(), "mss", "x")
    for read in (reading.open, reading.original):
        for patient_id, document_id in ((chantal.id, line.unique_id), (henri.id, "2.25.404")):
            with pytest.raises(KeyError):
                read(patient_id, document_id)
    assert acts(store, chantal) == []


def test_without_a_session_nothing_is_opened_nor_received(
    store: Store, reception: Reception, reading: Reading, henri: Patient, doctor: Session
) -> None:
    line = reception.receive(henri.id, a_cda(), "mss", "x")
    doctor.session = None
    for act in (
        lambda: reading.open(henri.id, line.unique_id),
        lambda: reading.open(henri.id, "2.25.404"),
        lambda: reading.original(henri.id, line.unique_id),
        lambda: reading.seen(line.unique_id),
        lambda: reception.look(a_cda("2.25.72"), "x"),
        lambda: reception.receive(henri.id, a_cda("2.25.72"), "mss", "x"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert acts(store, henri) == [("receive-document", "ok")]
    assert documents.summaries(store, henri.id) == (line,)


def test_nothing_is_kept_when_it_cannot_be_traced(
    store: Store, reception: Reception, henri: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr("demo_lgc.services.reception.trace", SimpleNamespace(add=full))
    with pytest.raises(OSError, match="no room"):
        reception.receive(henri.id, a_cda(), "mss", "x")
    assert documents.summaries(store, henri.id) == ()


def test_a_file_too_large_is_never_kept_even_on_the_word_of_the_doctor(
    store: Store, reception: Reception, henri: Patient
) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        reception.receive(henri.id, bytes(MAX_FILE + 1), "file", "x.xml", accepted_differences=True)
    assert refused.value.problem is DocumentProblem.TOO_LARGE
    assert (documents.summaries(store, henri.id), acts(store, henri)) == ((), [])
