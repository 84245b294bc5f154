"""Fill the empty store of a demonstration with its fictitious patients, so that the first screen is alive.

The files of `sample_data` say what happened in days before today: the practice is the same whatever the day
it is opened. See `sample_data/README.md` for where they come from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from demo_lgc.domain import oids
from demo_lgc.domain.agenda import Progress
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.document import DocumentSummary
from demo_lgc.domain.identity import Address, IdentityStatus, Ins, Patient, Sex
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.timeline import Lane, TimelineEvent
from demo_lgc.domain.vsm import (
    Absence,
    Allergy,
    AllergyKind,
    FamilyHistory,
    Lifestyle,
    LifestyleKind,
    Problem,
    ProblemKind,
    Procedure,
    Relative,
    Treatment,
    Vsm,
)
from demo_lgc.records import agenda, correspondents, documents, patients, vsm
from demo_lgc.records.store import Store
from demo_lgc.resources import sample
from demo_lgc.services.sample_documents import receive_samples

Table = dict[str, Any]

RUBRICS: dict[str, Callable[..., object]] = {
    "problems": Problem,
    "medical_history": Problem,
    "procedures": Procedure,
    "allergies": Allergy,
    "treatments": Treatment,
    "lifestyle": Lifestyle,
    "family_history": FamilyHistory,
}
KINDS: dict[Callable[..., object], type[ProblemKind | AllergyKind | LifestyleKind]] = {
    Problem: ProblemKind,
    Allergy: AllergyKind,
    Lifestyle: LifestyleKind,
}
DAYTIME = time(12, 0)  # of documents whose hour is not told


def fill_empty_profile(store: Store, today: date, now: datetime) -> None:
    """Import the demonstration practice into a store without patients; do nothing when there is one.

    `now` carries the offset in which the agenda of `today` is written. All or nothing: raises StorageError,
    and then nothing was kept.
    """
    with store.together():
        if not patients.is_empty(store):
            return
        practice = _read(sample("practice.toml"))
        author = practice["doctor"][0]["national_id"]
        for table in practice["correspondent"]:
            correspondents.add(store, Correspondent(**table))
        known, bearers = {}, {}
        for table in _read(sample("patients.toml"))["patient"]:
            patient = patients.add(store, patient_from(table))
            known[patient.ipp] = patient.id
            if patient.ins:
                bearers[patient.ins] = patient.id
            slot = table["appointment"]
            starts_at = datetime.combine(today, time.fromisoformat(slot["time"]), now.tzinfo)
            agenda.add(store, patient.id, starts_at, slot["reason"], Progress(slot["progress"]))
        for path in sorted(sample("records").glob("*.toml")):
            record = _read(path)
            _Record(store, known[record["ipp"]], record, today, now).keep(author)
        receive_samples(store, sample("documents"), bearers, today, now)


def patient_from(table: Table) -> Patient:
    """Return a patient of `patients.toml`; its id is 0 until the store gives one.

    Raises KeyError and ValueError for a table that is not one.
    """
    return Patient(
        id=0,
        ipp=table["ipp"],
        birth_name=table["birth_name"],
        given_names=tuple(table["given_names"]),
        birth_date=table["birth_date"],
        sex=Sex(table["sex"]),
        birth_place=table["birth_place"],
        status=IdentityStatus(table["status"]),
        ins=Ins(table["matricule"], table["oid"]),
        used_name=table["used_name"],
        address=Address(table["street"], table["postal_code"], table["city"]),
        phones=tuple(table["phones"]),
        important=tuple(table["important"]),
    )


def vsm_from(table: Table) -> Vsm:
    """Return the VSM of a file of `records`: a rubric is a list of entries, or the word of an absence.

    Raises TypeError, KeyError and ValueError for a table that is not one.
    """
    rubrics: Table = {}
    for name, kind in RUBRICS.items():
        given = table.get(name, Absence.NOT_ASKED.value)
        rubrics[name] = (
            Absence(given) if isinstance(given, str) else tuple(_entry(kind, one) for one in given)
        )
    return Vsm(
        **rubrics,
        occupational_risks=table.get("occupational_risks", ""),
        vigilance=tuple(table.get("vigilance", ())),
    )


def _entry(kind: Callable[..., object], table: Table) -> object:
    return kind(**{name: _value(kind, name, value) for name, value in table.items()})


def _value(kind: Callable[..., object], name: str, value: Any) -> object:
    if name in {"since", "until", "on"}:
        return PartialDate.parse(value)
    if name == "kind":
        return KINDS[kind][value]
    if name == "relative":
        return Relative[value]
    if isinstance(value, dict):
        return Code(value["code"], getattr(oids, value["system"]), value["label"])
    return value


@dataclass(frozen=True)
class _Record:
    """One file of `records` on its way to the store."""

    store: Store
    patient_id: int
    table: Table
    today: date
    now: datetime

    def keep(self, author: str) -> None:
        """Keep the VSM, in the name of `author`, the documents and the events."""
        vsm.save(self.store, self.patient_id, vsm_from(self.table["vsm"]), author, self.now)
        for number, table in enumerate(self.table.get("document", ())):
            documents.add_summary(self.store, self.patient_id, self._summary(number, table))
        for event in self._events():
            documents.add_event(self.store, self.patient_id, event)

    def _summary(self, number: int, table: Table) -> DocumentSummary:
        name = f"https://demo.test/{self.table['ipp']}/{number}"
        noon = datetime.combine(self._day(table["days_ago"]), DAYTIME, self.now.tzinfo)
        return DocumentSummary(
            unique_id=oids.oid_of(uuid5(NAMESPACE_URL, name)),
            title=table["title"],
            type_label=table["type"],
            author=table["author"],
            organisation=table["organisation"],
            created_at=noon,
            origin=table["origin"],
            state=table["state"],
        )

    def _events(self) -> Iterator[TimelineEvent]:
        for table in self.table.get("event", ()):
            yield TimelineEvent(
                day=self._day(table["days_ago"]),
                lane=Lane(table["lane"]),
                title=table["title"],
                until=self._day(table["until_days_ago"]) if "until_days_ago" in table else None,
            )
        for table in self.table.get("planned", ()):
            yield TimelineEvent(
                day=self._day(table["days_ago"]),
                lane=Lane.PLANNED,
                title=table["title"],
                done=self._day(table["done_days_ago"]) if "done_days_ago" in table else None,
            )

    def _day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)


def _read(path: Path) -> Table:
    return tomllib.loads(path.read_text(encoding="utf-8"))
