"""Patients, their agenda and their DMP state."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from demo_lgc.domain import oids
from demo_lgc.domain.agenda import Progress
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.identity import IdentityStatus, Ins, Patient, Sex
from demo_lgc.domain.naming import LAST, key_of
from demo_lgc.records import agenda, dmp_states, patients
from demo_lgc.records.models import PatientNameRow
from demo_lgc.records.store import Store
from tests.records.records_values import DOCTOR, NOW, WINTER, a_patient


def test_a_patient_comes_back_whole_with_the_id_of_the_store(store: Store) -> None:
    given_ = a_patient(
        used_name="D’ARTAGNAN",
        used_given_name="Riton",
        status=IdentityStatus.VALIDATED,
        sex=Sex.UNKNOWN,
        opposed_to_dmp=True,
    )
    added = patients.add(store, given_)
    assert added.id > 0
    assert patients.get(store, added.id) == added
    assert added == a_patient(
        id=added.id,
        used_name="D’ARTAGNAN",
        used_given_name="Riton",
        status=IdentityStatus.VALIDATED,
        sex=Sex.UNKNOWN,
        opposed_to_dmp=True,
    )


def test_a_patient_without_ins_comes_back_without(store: Store) -> None:
    assert patients.get(store, patients.add(store, a_patient(ins=None)).id).ins is None


def test_a_corsican_matricule_comes_back(store: Store) -> None:
    ins = Ins("297022A02077878", oids.INS_NIR_TEST)
    assert patients.get(store, patients.add(store, a_patient(ins=ins)).id).ins == ins


def test_two_patients_do_not_share_an_ipp(store: Store, patient: Patient) -> None:
    with pytest.raises(ValueError, match="ipp"):
        patients.add(store, a_patient(birth_name="AUTRE"))


def test_an_unknown_patient_is_a_key_error(store: Store) -> None:
    with pytest.raises(KeyError):
        patients.get(store, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "d’art",
        "D'ART",
        "dart",
        "marie j",
        "MARIE-JOSÉ",
        "mariejose",
        "jose",
        "noel",
        "NOËL",
        "noël mar",
        "d artagnan",
        "Jo",
        "marie-josé d'art",
        "zo",
        "  Noël  ",
    ],
)
def test_a_patient_is_found_by_any_name_however_it_is_spelled(store: Store, typed: str) -> None:
    found = patients.add(
        store,
        a_patient(
            ipp="1",
            birth_name="D’ARTAGNAN",
            used_name="NOËL",
            given_names=("Marie-José", "José"),
            used_given_name="Zoé",
        ),
    )
    patients.add(store, a_patient(ipp="2", birth_name="LEGRAND", given_names=("Chantal",)))
    assert [p.id for p in patients.search(store, typed)] == [found.id]


@pytest.mark.parametrize("typed", ["", "  ", "-", "’", "artagnan", "xyz", "%", "_", "chemin'; --"])
def test_what_is_no_beginning_of_a_name_finds_nobody(store: Store, typed: str) -> None:
    patients.add(store, a_patient(birth_name="D’ARTAGNAN", given_names=("Marie",)))
    assert patients.search(store, typed) == ()


def test_a_search_returns_forty_patients_at_most_in_order(store: Store) -> None:
    with store.together():
        for number in range(60):
            patients.add(store, a_patient(ipp=str(number), birth_name=f"MARTIN{number:02}"))
    found = patients.search(store, "martin")
    assert [p.birth_name for p in found] == [f"MARTIN{n:02}" for n in range(40)]


def test_a_search_reads_an_index_and_not_the_table(store: Store, patient: Patient) -> None:
    query = (
        select(PatientNameRow.patient_id)
        .where(PatientNameRow.key >= "CHE", PatientNameRow.key < "CHE" + LAST)
        .order_by(PatientNameRow.key, PatientNameRow.patient_id)
    )
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with store.reading() as session:
        plan = " ".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}")))
    assert "SEARCH patient_name USING PRIMARY KEY" in plan
    assert "TEMP B-TREE" not in plan


@given(st.text())
def test_a_key_is_its_own_key(typed: str) -> None:
    assert key_of(key_of(typed)) == key_of(typed)


@pytest.mark.parametrize(
    ("name", "key"),
    [("d’Artagnan", "DARTAGNAN"), ("Marie-José", "MARIEJOSE"), ("Cœur", "COEUR"), ("DA SILVA", "DASILVA")],
)
def test_names_are_compared_without_accents_hyphens_and_apostrophes(name: str, key: str) -> None:
    assert key_of(name) == key


def test_an_opposition_is_recorded_with_who_and_when(store: Store, patient: Patient) -> None:
    changed = patients.set_opposition(store, patient.id, True, DOCTOR, NOW)
    assert changed.opposed_to_dmp
    assert patients.get(store, patient.id) == changed
    with store.reading() as session:
        kept = session.execute(text("SELECT opposition_by, opposition_at FROM patient")).one()
    assert kept == (DOCTOR, "2026-11-20T09:02:03.456789Z+3600")
    assert not patients.set_opposition(store, patient.id, False, DOCTOR, NOW).opposed_to_dmp
    with pytest.raises(KeyError):
        patients.set_opposition(store, 99, True, DOCTOR, NOW)


def test_a_day_is_listed_in_order_with_its_patients(store: Store, patient: Patient) -> None:
    late = agenda.add(store, patient.id, NOW.replace(hour=23, minute=45), "Suivi", Progress.ARRIVED)
    early = agenda.add(store, patient.id, NOW.replace(hour=0, minute=15))
    agenda.add(store, patient.id, NOW.replace(day=21, hour=0))
    assert agenda.day(store, date(2026, 11, 20)) == (early, late)
    assert late.patient == patient
    assert late.starts_at.utcoffset() == WINTER.utcoffset(None)
    assert agenda.day(store, date(2026, 11, 19)) == ()


def test_a_consultation_goes_on(store: Store, patient: Patient) -> None:
    slot = agenda.add(store, patient.id, NOW)
    seen = agenda.set_progress(store, slot.id, Progress.SEEN)
    assert agenda.day(store, NOW.date()) == (seen,)
    with pytest.raises(KeyError):
        agenda.set_progress(store, 99, Progress.SEEN)


def test_an_appointment_needs_a_patient_and_an_offset(store: Store, patient: Patient) -> None:
    with pytest.raises(KeyError):
        agenda.add(store, 99, NOW)
    with pytest.raises(ValueError, match="offset"):
        agenda.add(store, patient.id, datetime(2026, 11, 20, 9))


def test_the_last_answer_of_the_dmp_is_remembered(store: Store, patient: Patient) -> None:
    first = DmpStatus(DmpExistence.ACTIVE, DmpAuthorisation.VALID, True, True, asked_at=NOW)
    last = DmpStatus(
        DmpExistence.CLOSED,
        closed_on=date(2026, 9, 14),
        closing_reason="Fermeture à la demande du patient",
        asked_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )
    other = patients.add(store, a_patient(ipp="2"))
    assert dmp_states.get_many(store, (patient.id, other.id)) == {}
    dmp_states.save(store, patient.id, first)
    assert dmp_states.get_many(store, (patient.id, other.id)) == {patient.id: first}
    dmp_states.save(store, patient.id, last)
    assert dmp_states.get_many(store, [patient.id]) == {patient.id: last}
    with pytest.raises(KeyError):
        dmp_states.save(store, 99, first)


def test_who_is_found_by_family_name_comes_before_who_is_found_by_a_given_name(store: Store) -> None:
    patients.add(store, a_patient(ipp="A", birth_name="DA SILVA", given_names=("José", "Manuel")))
    patients.add(store, a_patient(ipp="B", birth_name="MARTIN", given_names=("Sylvie",)))
    patients.add(store, a_patient(ipp="C", birth_name="CARTON", given_names=("Marc",)))
    assert [p.birth_name for p in patients.search(store, "ma")] == ["MARTIN", "DA SILVA", "CARTON"]
