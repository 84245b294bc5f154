"""The demonstration practice, imported from the files it is written in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain import oids
from demo_lgc.domain.agenda import Progress
from demo_lgc.domain.identity import IdentityStatus
from demo_lgc.domain.results import Interpretation
from demo_lgc.domain.timeline import Lane
from demo_lgc.domain.vsm import Absence, entries
from demo_lgc.records import (
    agenda,
    correspondents,
    dmp_states,
    documents,
    outbox,
    patients,
    reception,
    trace,
    vsm,
)
from demo_lgc.records.store import Store
from demo_lgc.resources import sample
from demo_lgc.services import sample_import
from demo_lgc.services.sample_import import fill_empty_profile, patient_from, vsm_from

PARIS = timezone(timedelta(hours=1))
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=PARIS)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "records.sqlite") as store:
        yield store


@pytest.fixture
def practice(empty: Store) -> Store:
    fill_empty_profile(empty, TODAY, NOW)
    return empty


def id_of(store: Store, typed: str) -> int:
    (patient,) = patients.search(store, typed)
    return patient.id


def test_the_day_is_that_of_the_demonstration(practice: Store) -> None:
    day = agenda.day(practice, TODAY)
    assert [(f"{a.starts_at:%H:%M}", a.patient.display_name) for a in day] == [
        ("09:00", "LEGRAND Chantal"),
        ("09:15", "SAUVEUR Sylvaine"),
        ("09:30", "BOUTON Jacques"),
        ("09:45", "CARTON Jules"),
        ("10:00", "CHEMIN Henri"),
        ("10:15", "MARTIN Sylvie"),
        ("10:30", "VALLEE Dominique"),
        ("10:45", "CARTIER Karine"),
        ("11:00", "DEVILLE Mathieu"),
        ("11:15", "ANNE Marie-José"),
        ("11:30", "VANDIER Arthur"),
        ("11:45", "ARIANE Julie"),
        ("12:30", "DESMAUX Nathalie"),
        ("12:45", "DA SILVA José"),
    ]
    assert {a.starts_at.utcoffset() for a in day} == {timedelta(hours=1)}
    assert [a.progress for a in day].count(Progress.SEEN) == 4
    assert all(a.reason for a in day)


def test_every_identity_is_fictitious_and_only_one_is_not_qualified(practice: Store) -> None:
    people = [a.patient for a in agenda.day(practice, TODAY)]
    assert all(p.ins and p.ins.oid == oids.INS_NIR_TEST for p in people)
    assert [p.birth_name for p in people if not p.is_qualified] == ["ANNE"]
    assert {p.status for p in people} == {IdentityStatus.QUALIFIED, IdentityStatus.PROVISIONAL}
    assert len({p.ins for p in people}) == len({p.ipp for p in people}) == 14


def test_nobody_was_asked_about_and_nothing_is_waiting(practice: Store) -> None:
    assert dmp_states.get_many(practice, range(100)) == {}
    assert outbox.open_ones(practice) == ()
    assert trace.acts(practice) == ()


def test_the_synthesis_of_the_leading_case_is_complete(practice: Store) -> None:
    chemin = vsm.get(practice, id_of(practice, "chemin"))
    assert chemin.allergies is Absence.NONE_KNOWN
    for rubric in (
        chemin.problems,
        chemin.medical_history,
        chemin.procedures,
        chemin.treatments,
        chemin.lifestyle,
        chemin.family_history,
    ):
        assert entries(rubric)
    assert "08/07/2014" in [p.since.french for p in entries(chemin.problems) if p.since]
    (version,) = vsm.history(practice, id_of(practice, "chemin"))
    assert (version.by, version.at) == ("899700057291", NOW)


def test_several_patients_have_content_of_their_own(practice: Store) -> None:
    told = [a.patient.id for a in agenda.day(practice, TODAY)]
    with_problems = [one for one in told if entries(vsm.get(practice, one).problems)]
    with_history = [one for one in told if documents.summaries(practice, one)]
    assert len(with_problems) >= 8
    assert len(with_history) >= 8


def test_the_history_follows_the_day_it_is_looked_at(practice: Store) -> None:
    chemin = id_of(practice, "chemin")
    lines = documents.summaries(practice, chemin)
    assert len(lines) == 25
    assert {line.origin for line in lines} == {"practice", "dmp", "mss"}
    synthesis = next(line for line in lines if line.title == "Volet de Synthèse Médicale")
    assert synthesis.created_at.date() == TODAY - timedelta(days=58)
    events = documents.events(practice, chemin)
    assert {event.lane for event in events} == set(Lane)
    planned = [event for event in events if event.lane is Lane.PLANNED]
    late = [event.title for event in planned if event.day < TODAY and event.done is None]
    assert late == ["Fond d’œil"]
    assert any(event.day > TODAY for event in planned)


def test_the_biology_of_the_leading_case_is_there_to_be_opened(practice: Store) -> None:
    chemin = id_of(practice, "chemin")
    kept = [
        (line, read_document(documents.content(practice, line.unique_id, of=chemin)))
        for line in documents.summaries(practice, chemin)
        if line.organisation == "Laboratoire Tarro"
    ]
    assert [((TODAY - line.created_at.date()).days, line.state) for line, _ in kept] == [
        (3, "Résultat critique"),
        (65, ""),
        (178, ""),
    ]
    for line, document in kept:
        assert line.origin == "dmp"
        assert line.created_at == document.created_at
        assert f"{line.created_at:%d/%m/%Y}" in document.html
        assert "/2014" not in document.html, "its text is of the same day as its header"
        assert {result.time.year for result in document.results if result.time} == {TODAY.year}
    newest = kept[0][1]
    assert [r.name for r in newest.results if r.interpretation is Interpretation.CRITICAL_HIGH] == [
        "Potassium"
    ]


@pytest.mark.parametrize("path", sorted(sample("documents").glob("*.xml")), ids=lambda path: path.stem)
def test_every_document_of_the_demonstration_is_received_by_somebody(practice: Store, path: Path) -> None:
    assert reception.kept_in(practice, read_document(path.read_bytes()).identifier.text) is not None


@pytest.mark.parametrize("path", sorted(sample("records").glob("*.toml")), ids=lambda path: path.stem)
def test_no_history_is_of_the_future_and_no_span_ends_before_it_begins(practice: Store, path: Path) -> None:
    record = tomllib.loads(path.read_text(encoding="utf-8"))
    (found,) = [a.patient for a in agenda.day(practice, TODAY) if a.patient.ipp == record["ipp"]]
    for event in documents.events(practice, found.id):
        assert event.until is None or event.until >= event.day
        assert event.done is None or event.done <= TODAY
        if event.lane in (Lane.DOCUMENT, Lane.ENCOUNTER):
            assert event.day <= TODAY
    assert vsm_from(record["vsm"]) == vsm.get(practice, found.id)


def test_the_address_book_is_inside_the_simulated_trust_space(practice: Store) -> None:
    known = correspondents.search(practice, "", limit=100)
    assert len(known) >= 8
    assert {c.domain for c in known} == {"medecin.mss.demo.test"}
    robert = correspondents.by_address(practice, "robert.specialiste5737@medecin.mss.demo.test")
    assert robert
    assert robert.speciality == "Pneumologie"


def test_a_practice_that_has_patients_is_left_alone(practice: Store) -> None:
    fill_empty_profile(practice, TODAY + timedelta(days=1), NOW)
    assert agenda.day(practice, TODAY + timedelta(days=1)) == ()
    assert len(patients.search(practice, "chemin")) == 1


def test_an_import_that_fails_leaves_the_store_empty(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(sample_import, "vsm_from", fail)
    with pytest.raises(RuntimeError):
        fill_empty_profile(empty, TODAY, NOW)
    assert patients.is_empty(empty)
    assert correspondents.search(empty, "") == ()
    monkeypatch.undo()
    fill_empty_profile(empty, TODAY, NOW)
    assert len(agenda.day(empty, TODAY)) == 14


def test_the_simulated_dmp_has_a_state_for_everyone() -> None:
    tables = tomllib.loads(sample("patients.toml").read_text(encoding="utf-8"))["patient"]
    states = {table["birth_name"]: (table["dmp"]["state"], table["dmp"]["authorisation"]) for table in tables}
    assert len(states) == 14
    assert states["CHEMIN"] == ("active", "NON_EXISTE")
    assert states["DEVILLE"] == ("active", "INTERDIT")
    assert [name for name, (state, _) in states.items() if state == "none"] == ["CARTON", "ANNE"]
    (closed,) = [table for table in tables if table["dmp"]["state"] == "closed"]
    assert (closed["birth_name"], closed["dmp"]["closed_on"]) == ("ARIANE", date(2026, 9, 14))
    assert all(patient_from(table).id == 0 for table in tables)
    assert all(time.fromisoformat(table["appointment"]["time"]) for table in tables)
