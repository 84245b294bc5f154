"""What a record holds: VSM and its versions, documents, events, correspondents, trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.delivery import DeliveryState
from demo_lgc.domain.document import DocumentSummary
from demo_lgc.domain.errors import StorageError, StorageProblem
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.timeline import Lane, TimelineEvent
from demo_lgc.domain.vsm import (
    Absence,
    Allergy,
    AllergyKind,
    AllergyStatus,
    Certainty,
    Criticality,
    FamilyHistory,
    Lifestyle,
    LifestyleKind,
    Problem,
    ProblemKind,
    ProblemStatus,
    Procedure,
    Relative,
    Severity,
    Treatment,
    Vsm,
)
from demo_lgc.records import codec, correspondents, documents, outbox, trace, vsm
from demo_lgc.records.columns import Moment
from demo_lgc.records.store import Store
from tests.records.records_values import DOCTOR, NOW, a_document, a_patient, a_session, by_mail, to_the_dmp

LATER = NOW + timedelta(minutes=1)

codes = st.none() | st.builds(Code, st.text(), st.text(), st.text())
days = st.dates().map(PartialDate.of)
months = st.dates().map(lambda d: PartialDate(d.year, d.month))
years = st.dates().map(lambda d: PartialDate(d.year))
partial_dates = st.none() | days | months | years
hours = st.none() | st.integers(1, 999)


def rubrics(entry: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.sampled_from(Absence) | st.lists(entry, max_size=3).map(tuple)


problems = st.builds(
    Problem,
    st.text(),
    code=codes,
    since=partial_dates,
    until=partial_dates,
    severity=st.none() | st.sampled_from(Severity),
    status=st.none() | st.sampled_from(ProblemStatus),
    certainty=st.none() | st.sampled_from(Certainty),
    comment=st.text(),
)
allergies = st.builds(
    Allergy,
    st.text(),
    kind=st.sampled_from(AllergyKind),
    agent_code=codes,
    reaction_code=codes,
    since=partial_dates,
    until=partial_dates,
    severity=st.none() | st.sampled_from(Severity),
    status=st.none() | st.sampled_from(AllergyStatus),
    criticality=st.none() | st.sampled_from(Criticality),
    certainty=st.none() | st.sampled_from(Certainty),
    comment=st.text(),
)
treatments = st.builds(
    Treatment,
    st.text(),
    st.text(),
    code=codes,
    since=partial_dates,
    until=partial_dates,
    route=codes,
    dose_low=st.text(),
    dose_high=st.text(),
    dose_unit=st.text(),
    every_hours=hours,
    reason=st.text(),
    reason_code=codes,
)
vsms = st.builds(
    Vsm,
    problems=rubrics(problems),
    medical_history=rubrics(problems),
    procedures=rubrics(st.builds(Procedure, st.text(), codes, partial_dates, st.text(), codes)),
    allergies=rubrics(allergies),
    treatments=rubrics(treatments),
    lifestyle=rubrics(st.builds(Lifestyle, st.sampled_from(LifestyleKind), *(st.text(),) * 3, partial_dates)),
    family_history=rubrics(
        st.builds(FamilyHistory, st.sampled_from(Relative), st.text(), codes, partial_dates)
    ),
    occupational_risks=st.text(),
    vigilance=st.lists(st.text(), max_size=3).map(tuple),
)


@given(vsms)
@settings(max_examples=150, deadline=None)
def test_every_vsm_is_read_back_exactly(written: Vsm) -> None:
    assert codec.loads(Vsm, codec.dumps(written)) == written


def test_a_vsm_kept_before_severities_were_asked_is_read() -> None:
    kept = (
        '{"problems":[{"label":"Asthme","code":null,"since":{"year":2009,"month":null,"day":null},"until":null,'
        '"kind":"DISEASE"}],"allergies":[{"agent":"Noix","kind":"FOOD","agent_code":null,"reaction":"",'
        '"reaction_code":null,"since":null}],"procedures":[{"label":"Plâtre","code":null,"on":null}],'
        '"lifestyle":[{"kind":"DRUGS","value":"Non","quantity":"","unit":""}],'
        '"family_history":[{"relative":"SON","label":"Zona","code":null}]}'
    )
    assert codec.loads(Vsm, kept) == Vsm(
        problems=(Problem("Asthme", since=PartialDate(2009), kind=ProblemKind.DISEASE),),
        procedures=(Procedure("Plâtre"),),
        allergies=(Allergy("Noix", AllergyKind.FOOD),),
        lifestyle=(Lifestyle(LifestyleKind.DRUGS, "Non"),),
        family_history=(FamilyHistory(Relative.SON, "Zona"),),
    )


def test_an_empty_rubric_and_its_two_absences_stay_three_things(store: Store, patient: Patient) -> None:
    written = Vsm(problems=(), allergies=Absence.NONE_KNOWN, treatments=Absence.NOT_ASKED)
    vsm.save(store, patient.id, written, DOCTOR, NOW)
    read = vsm.get(store, patient.id)
    assert (read.problems, read.allergies, read.treatments) == ((), Absence.NONE_KNOWN, Absence.NOT_ASKED)


@pytest.mark.parametrize(
    "broken", ["", "[]", "null", '{"problems": 3}', '{"problems": "never"}', '{"x": ""}']
)
def test_a_vsm_that_cannot_be_read_says_so(broken: str) -> None:
    with pytest.raises(StorageError) as refused:
        codec.loads(Vsm, broken)
    assert refused.value.problem is StorageProblem.UNREADABLE


def test_a_value_that_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(TypeError):
        codec.dumps(1.5)


def test_nothing_was_asked_of_a_patient_without_vsm(store: Store, patient: Patient) -> None:
    assert vsm.get(store, patient.id) == Vsm()


def test_each_version_of_a_vsm_stays_with_who_and_when(store: Store, patient: Patient) -> None:
    first, second = Vsm(vigilance=("un",)), Vsm(vigilance=("deux",))
    vsm.save(store, patient.id, first, DOCTOR, NOW)
    vsm.save(store, patient.id, second, "899700059786", LATER)
    assert vsm.get(store, patient.id) == second
    assert vsm.history(store, patient.id) == (
        vsm.VsmVersion(1, DOCTOR, NOW, first),
        vsm.VsmVersion(2, "899700059786", LATER, second),
    )
    with pytest.raises(KeyError):
        vsm.save(store, 99, first, DOCTOR, NOW)


@pytest.mark.parametrize("table", ["vsm", "trace"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET patient_id = 1", "DELETE FROM {}"])
def test_versions_and_trace_are_only_added_to(store: Store, patient: Patient, table: str, verb: str) -> None:
    vsm.save(store, patient.id, Vsm(), DOCTOR, NOW)
    trace.add(store, a_session(), NOW, "open-record", patient.id, "ok")
    with pytest.raises(IntegrityError, match="frozen"), store.session() as session:
        session.execute(text(verb.format(table)))


def test_an_act_is_traced_with_who_when_and_how_it_ended(store: Store, patient: Patient) -> None:
    trace.add(store, a_session(), NOW, "open-record", patient.id, "ok")
    trace.add(store, a_session(), LATER, "lock")
    first, second = trace.acts(store)
    assert first == trace.Act(first.id, NOW, DOCTOR, "499700057291001", "open-record", patient.id, "ok")
    assert (second.act, second.patient_id, second.outcome) == ("lock", None, "")
    assert trace.acts(store, patient.id) == (first,)
    with pytest.raises(ValueError, match="offset"):
        trace.add(store, a_session(), NOW.replace(tzinfo=None), "lock")


def test_a_document_is_kept_once_with_its_bytes_and_its_line(store: Store, patient: Patient) -> None:
    document = a_document(patient)
    documents.save(store, document)
    documents.save(store, document)
    assert documents.content(store, "2.25.1") == b"<CDA/>"
    assert documents.pdf(store, "2.25.1") == document.pdf
    assert documents.summaries(store, patient.id) == (
        DocumentSummary(
            "2.25.1",
            "Synthèse médicale",
            "Synthèse",
            "Dr\u00a0Paul MEDECIN5729",
            "Cabinet du Dr MEDECIN5729",
            NOW,
            "practice",
            "Non envoyé",
        ),
    )
    with pytest.raises(ValueError, match="another document"):
        documents.save(store, a_document(patient, content=b"<other/>"))
    with pytest.raises(KeyError):
        documents.save(store, a_document(a_patient(id=99), "2.25.7"))


def a_summary(unique_id: str, at: datetime, **changes: object) -> DocumentSummary:
    summary = DocumentSummary(unique_id, "CR", "CR d’imagerie", "LENOIR", "Imagerie", at, "dmp", "Non lu")
    return replace(summary, **changes)  # type: ignore[arg-type]


def test_a_document_known_by_its_line_has_no_bytes(store: Store, patient: Patient) -> None:
    old, new = a_summary("2.25.5", NOW - timedelta(days=3)), a_summary("2.25.6", NOW)
    documents.add_summary(store, patient.id, old)
    documents.add_summary(store, patient.id, new)
    assert documents.summaries(store, patient.id) == (new, old)
    for read in (documents.content, documents.pdf):
        with pytest.raises(KeyError):
            read(store, "2.25.5")
    with pytest.raises(ValueError, match="taken"):
        documents.add_summary(store, patient.id, old)
    with pytest.raises(KeyError):
        documents.add_summary(store, 99, a_summary("2.25.8", NOW))


def test_documents_and_events_make_one_line_in_order(store: Store, patient: Patient) -> None:
    documents.add_summary(store, patient.id, a_summary("2.25.5", NOW))
    stay = TimelineEvent(date(2026, 11, 1), Lane.TREATMENT, "Séjour", until=date(2026, 11, 4))
    exam = TimelineEvent(date(2026, 12, 1), Lane.PLANNED, "HbA1c", done=date(2026, 12, 3), origin="dmp")
    documents.add_event(store, patient.id, exam)
    documents.add_event(store, patient.id, stay)
    document = TimelineEvent(NOW.date(), Lane.DOCUMENT, "CR", origin="dmp", document_id="2.25.5")
    assert documents.events(store, patient.id) == (stay, document, exam)
    with pytest.raises(KeyError):
        documents.add_event(store, 99, stay)


S = DeliveryState


@pytest.mark.parametrize(
    ("dmp", "mail", "words"),
    [
        ((), (), "Envoi en cours"),
        ((S.SENDING, S.SENT), (), "Dans le DMP"),
        ((S.SENDING, S.SENT), (S.SENDING, S.REFUSED), "Dans le DMP"),
        ((S.SENDING, S.IN_DOUBT), (S.SENDING, S.SENT), "À vérifier"),
        ((S.SENDING,), (S.SENDING, S.SENT), "Envoi en cours"),
        ((S.SENDING, S.REFUSED), (S.SENDING, S.SENT), "Refusé"),
        ((S.GIVEN_UP,), (S.SENDING, S.SENT), "Envoyé"),
        ((S.GIVEN_UP,), (S.GIVEN_UP,), "Non envoyé"),
    ],
)
def test_the_line_of_a_document_says_what_became_of_it(
    store: Store,
    patient: Patient,
    dmp: tuple[DeliveryState, ...],
    mail: tuple[DeliveryState, ...],
    words: str,
) -> None:
    made = outbox.add(store, a_document(patient), (to_the_dmp(), by_mail()), NOW)
    for one, moves in zip(made, (dmp, mail), strict=True):
        for state in moves:
            one = outbox.save(store, one.moved(state, LATER))  # noqa: PLW2901 - followed along its moves
    assert [line.state for line in documents.summaries(store, patient.id)] == [words]


BOOK = (
    Correspondent(
        "Dr Élise OPHTALMOLOGUE5802", "Elise.Ophtalmologue5802@medecin.mss.demo.test", "Œil", "Ici"
    ),
    Correspondent("Dr Jacques MULLER", "jacques.muller@medecin.mss.demo.test"),
    Correspondent("Dr Robert SPECIALISTE5737", "robert.specialiste5737@medecin.mss.demo.test"),
)


@pytest.fixture
def book(store: Store) -> Store:
    for one in BOOK:
        correspondents.add(store, one)
    return store


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("elise", 1),
        ("ÉLI", 1),
        ("special", 1),
        ("5737@med", 1),
        ("demo.test", 3),
        ("Dr Rob", 1),
        ("", 3),
        ("zzz", 0),
        ("%", 3),
        ("jacques.mul", 1),
    ],
)
def test_a_correspondent_is_found_by_a_piece_of_name_or_address(book: Store, typed: str, found: int) -> None:
    assert len(correspondents.search(book, typed)) == found


def test_a_search_of_correspondents_is_bounded_and_in_order(book: Store) -> None:
    assert [c.name for c in correspondents.search(book, "demo.test", 2)] == [BOOK[0].name, BOOK[1].name]


def test_a_correspondent_is_known_by_the_address_whatever_its_case(book: Store) -> None:
    known = correspondents.by_address(book, "ELISE.ophtalmologue5802@MEDECIN.mss.demo.test")
    assert known == replace(BOOK[0], address=BOOK[0].address.lower())
    assert correspondents.by_address(book, "nobody@medecin.mss.demo.test") is None
    correspondents.add(book, replace(BOOK[1], speciality="Médecine interne"))
    assert len(correspondents.search(book, "")) == 3
    with pytest.raises(ValueError, match="address"):
        correspondents.add(book, Correspondent("Dr Sans ADRESSE", " "))


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    st.lists(
        st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS),
        min_size=2,
    )
)
def test_moments_are_read_back_with_their_offset_and_sort_as_text(moments: list[datetime]) -> None:
    column, dialect = Moment(), sqlite.dialect()
    written = [column.process_bind_param(moment, dialect) for moment in moments]
    read = [column.process_result_value(one, dialect) for one in written]
    assert read == moments
    assert [m.utcoffset() for m in read if m] == [m.utcoffset() for m in moments]
    instants = [str(one).partition("Z")[0] for one in sorted(str(w) for w in written)]
    assert instants == [m.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") for m in sorted(moments)]
