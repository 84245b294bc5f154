"""The patients the simulated DMP knows, and the documents it holds for them.

Reference: [DMP] §3 TD0.2 answers, §8.5 replacement.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from lxml import etree

from demo_lgc.sandbox.dmp.caller import Caller, PatientId
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal
from demo_lgc.sandbox.dmp.script import Script


@dataclass(frozen=True)
class DmpRecord:
    """A patient as the DMP knows them.

    `state` is active, closed or none; `authorisation` VALIDE, EXPIRE, INTERDIT or NON_EXISTE for every
    professional but those of `authorisations` (by PS_IdNat); `treating_doctor` the PS_IdNat of the
    médecin traitant. `family`, `given`, `birth_date` and `sex` (M, F, UN) are what TD0.2 returns and what
    the CDA must say, when they are known.
    """

    matricule: str = field(repr=False)
    oid: str
    state: str = "active"
    authorisation: str = "NON_EXISTE"
    authorisations: Mapping[str, str] = field(default_factory=dict)
    treating_doctor: str = ""
    closed_on: date | None = None
    closing_reason: str = ""
    mes: bool = True
    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    sex: str = ""

    def authorisation_of(self, national_id: str) -> str:
        """AUTORISATION of TD0.2 for this professional."""
        return self.authorisations.get(national_id, self.authorisation)


@dataclass(frozen=True)
class StoredDocument:
    """A document of the registry: `entry` is its rim:ExtrinsicObject as submitted."""

    unique_id: str
    entry_id: str  # entryUUID, urn:uuid:…
    matricule: str = field(repr=False)
    content: bytes = field(repr=False)
    entry: etree._Element = field(repr=False)
    authors: frozenset[str] = frozenset()
    masked: bool = False
    status: str = "Approved"

    @property
    def sha1(self) -> str:
        """The XDS hash."""
        return hashlib.sha1(self.content, usedforsecurity=False).hexdigest()

    @property
    def sha256(self) -> str:
        """The digest the journal shows."""
        return hashlib.sha256(self.content).hexdigest()


class State:
    """Thread-safe. The script's closings and oppositions show through."""

    def __init__(self, population: Mapping[str, DmpRecord], script: Script) -> None:
        self._records = dict(population)
        self._script = script
        self._lock = threading.Lock()
        self._documents: dict[str, StoredDocument] = {}
        self._submissions: set[str] = set()

    def record(self, patient: PatientId) -> DmpRecord | None:
        """The patient's record as of now; None when they have no DMP (or another authority)."""
        with self._lock:
            record = self._records.get(patient.matricule)
        if record is None or record.oid != patient.oid or record.state == "none":
            return None
        closing = self._script.closing_of(patient.matricule)
        if closing:
            record = replace(record, state="closed", closed_on=closing[0], closing_reason=closing[1])
        if self._script.is_opposed(patient.matricule):
            record = replace(record, authorisation="INTERDIT", authorisations={})
        return record

    def authorise(
        self, matricule: str, national_id: str, value: str, treating_doctor: str | None = None
    ) -> None:
        """Set a professional's authorisation, and the médecin traitant when given (empty: none any more)."""
        with self._lock:
            record = self._records[matricule]
            given = {**record.authorisations, national_id: value}
            record = replace(record, authorisations=given)
            if treating_doctor is not None:
                record = replace(record, treating_doctor=treating_doctor)
            self._records[matricule] = record

    def open_record(self, caller: Caller) -> DmpRecord:
        """The caller's patient, when their DMP is open. Raises RegistryRefusal XDSUnknownPatientId."""
        record = self.record(caller.patient)
        if record is None:
            raise RegistryRefusal("XDSUnknownPatientId", "Ce patient n'a pas de DMP")
        if record.state == "closed":
            raise RegistryRefusal("XDSUnknownPatientId", "Le DMP de ce patient est fermé")
        return record

    def document(self, unique_id: str) -> StoredDocument | None:
        """A document by uniqueId."""
        with self._lock:
            return self._documents.get(unique_id)

    def by_entry(self, entry_id: str) -> StoredDocument | None:
        """A document by entryUUID."""
        with self._lock:
            return next((d for d in self._documents.values() if d.entry_id == entry_id), None)

    def commit(self, submission_id: str, documents: list[StoredDocument], replaced: list[str]) -> None:
        """Register a submission, whole or not at all; `replaced` are the uniqueIds it makes obsolete.

        Raises RegistryRefusal XDSDuplicateUniqueIdInRegistry, or XDSNonIdenticalHash when the same
        uniqueId was registered with other bytes. Reference: [ITI-41].
        """
        accept = self._script.duplicates_accepted
        with self._lock:
            for document in documents:
                known = self._documents.get(document.unique_id)
                if known and known.sha256 != document.sha256:
                    raise RegistryRefusal("XDSNonIdenticalHash", document.unique_id)
                if known and not accept:
                    raise RegistryRefusal("XDSDuplicateUniqueIdInRegistry", document.unique_id)
            if submission_id in self._submissions and not accept:
                raise RegistryRefusal("XDSDuplicateUniqueIdInRegistry", submission_id)
            self._submissions.add(submission_id)
            for document in documents:
                self._documents.setdefault(document.unique_id, document)
            for unique_id in replaced:
                self._documents[unique_id] = replace(self._documents[unique_id], status="Deprecated")


def new_entry_id() -> str:
    """Return an entryUUID."""
    return f"urn:uuid:{uuid.uuid4()}"
