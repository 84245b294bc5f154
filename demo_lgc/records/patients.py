"""The patients of the practice: added, found by name, read.

Reference: [INS] RNIV 1 for how names are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo_lgc.domain.identity import Address, Ins, Patient
from demo_lgc.domain.naming import LAST, key_of
from demo_lgc.records.models import PatientNameRow, PatientRow
from demo_lgc.records.store import Store

MOST = 40  # patients returned by one search


def add(store: Store, patient: Patient) -> Patient:
    """Keep a new patient; return it with the `id` the store gave (the one given is ignored).

    Raises ValueError when another patient has this `ipp`, StorageError.
    """
    with store.session() as session:
        if session.scalar(select(PatientRow.id).where(PatientRow.ipp == patient.ipp)) is not None:
            raise ValueError("this ipp is taken")
        row = PatientRow(
            ipp=patient.ipp,
            birth_name=patient.birth_name,
            given_names=patient.given_names,
            birth_date=patient.birth_date,
            sex=patient.sex,
            birth_place=patient.birth_place,
            status=patient.status,
            matricule=patient.ins.matricule if patient.ins else None,
            ins_oid=patient.ins.oid if patient.ins else None,
            used_name=patient.used_name,
            used_given_name=patient.used_given_name,
            street=patient.address.street,
            postal_code=patient.address.postal_code,
            city=patient.address.city,
            phones=patient.phones,
            important=patient.important,
            opposed_to_dmp=patient.opposed_to_dmp,
        )
        session.add(row)
        session.flush()
        session.add_all(PatientNameRow(key=key, patient_id=row.id) for key in set(_keys(patient)))
        return replace(patient, id=row.id)


def get(store: Store, patient_id: int) -> Patient:
    """Return a patient. Raises KeyError when there is none, StorageError."""
    with store.reading() as session:
        return patient_of(row_of(session, patient_id))


def is_empty(store: Store) -> bool:
    """True when the store knows no patient. Raises StorageError."""
    with store.reading() as session:
        return session.scalar(select(PatientRow.id).limit(1)) is None


def search(store: Store, typed: str) -> tuple[Patient, ...]:
    """Return at most 40 patients one of whose names begins as typed: family names first, then alphabetically.

    Names are the birth name, the used name and every given name, alone or followed by the other
    (« chemin h », « henri che »); case, accents, spaces, hyphens and apostrophes do not count. Nothing
    typed finds nobody. Raises StorageError.
    """
    key = key_of(typed)
    if not key:
        return ()
    names = (
        select(PatientNameRow.patient_id)
        .where(PatientNameRow.key >= key, PatientNameRow.key < key + LAST)
        .order_by(PatientNameRow.key, PatientNameRow.patient_id)
        .execution_options(yield_per=MOST)
    )
    with store.reading() as session:
        found: dict[int, None] = {}
        for patient_id in session.scalars(names):
            found[patient_id] = None
            if len(found) == MOST:
                break
        rows = {
            row.id: row for row in session.scalars(select(PatientRow).where(PatientRow.id.in_(list(found))))
        }
        people = [patient_of(rows[patient_id]) for patient_id in found]
    # A list shows the family name: who is found by it comes before who is found by a given name.
    return tuple(sorted(people, key=lambda who: not _is_family(who, key)))


def with_ins(store: Store, ins: Ins) -> tuple[Patient, ...]:
    """Return the patients who bear a matricule under this authority: one, or several by a mistake of ours.

    Raises StorageError.
    """
    same = (PatientRow.matricule == ins.matricule) & (PatientRow.ins_oid == ins.oid)
    with store.reading() as session:
        return tuple(
            patient_of(row) for row in session.scalars(select(PatientRow).where(same).order_by(PatientRow.id))
        )


def set_opposition(store: Store, patient_id: int, opposed: bool, by: str, at: datetime) -> Patient:
    """Record that the patient opposes (or no longer) the feeding of the DMP; return the patient as kept.

    `by` is the national identifier of who recorded it. Raises KeyError, StorageError.
    """
    with store.session() as session:
        row = row_of(session, patient_id)
        row.opposed_to_dmp = opposed
        row.opposition_by = by
        row.opposition_at = at
        return patient_of(row)


def patient_of(row: PatientRow) -> Patient:
    """Return the value of a row. For this room."""
    return Patient(
        id=row.id,
        ipp=row.ipp,
        birth_name=row.birth_name,
        given_names=row.given_names,
        birth_date=row.birth_date,
        sex=row.sex,
        birth_place=row.birth_place,
        status=row.status,
        ins=Ins(row.matricule, row.ins_oid) if row.matricule and row.ins_oid else None,
        used_name=row.used_name,
        used_given_name=row.used_given_name,
        address=Address(row.street, row.postal_code, row.city),
        phones=row.phones,
        important=row.important,
        opposed_to_dmp=row.opposed_to_dmp,
    )


def row_of(session: Session, patient_id: int) -> PatientRow:
    """Return the row of a patient. Raises KeyError. For this room."""
    row = session.get(PatientRow, patient_id)
    if row is None:
        raise KeyError(patient_id)
    return row


def _is_family(patient: Patient, key: str) -> bool:
    """True when the birth name or the used name, perhaps followed by a given name, begins as typed."""
    families = (key_of(patient.birth_name), key_of(patient.used_name))
    return any(f and (f.startswith(key) or key.startswith(f)) for f in families)


def _keys(patient: Patient) -> Iterator[str]:
    families = {key_of(name) for name in (patient.birth_name, patient.used_name)} - {""}
    givens = {key_of(name) for name in (*patient.given_names, patient.used_given_name)} - {""}
    for family in families:
        yield family
        for given in givens:
            yield family + given
            yield given + family
    yield from givens
