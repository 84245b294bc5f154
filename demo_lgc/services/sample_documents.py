"""Receive the documents of `sample_data`, as if the DMP or a mailbox had just brought them.

They were written for one day, and say so: their dates, in the entries as in the text, are moved with the day
the practice is opened, so that yesterday's report stays yesterday's. Dates of birth and of old diseases stay.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.identity import Ins
from demo_lgc.records import documents, reception
from demo_lgc.records.store import Store
from demo_lgc.services.reception import arrived_from

RECENT = timedelta(days=3 * 365)  # before the day a document was written for: what is older is history

_HL7 = re.compile(rb'(?<= value=")(\d{4})(\d\d)(\d\d)(?=(?:\d\d){0,3}(?:[+-]\d{4})?")')
_FRENCH = re.compile(rb"(?<![\d/])(\d\d)/(\d\d)/(\d{4})(?![\d/])")


def receive_samples(store: Store, folder: Path, known: Mapping[Ins, int], today: date, now: datetime) -> None:
    """Keep every `*.xml` of a folder in the record its matricule names; `known` gives the ids of patients.

    `arrivals.toml` of the folder says for which day they were written, and how each arrived. A document of
    nobody known is left where it is. Raises what reading and receiving raise: a sample that does not come in
    is a mistake of ours.
    """
    arrivals = tomllib.loads((folder / "arrivals.toml").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("*.xml")):
        content = moved(path.read_bytes(), arrivals["written_for"], today)
        document = read_document(content)
        patient_id = known.get(document.patient.ins) if document.patient.ins else None
        if patient_id is None:
            continue
        how = arrivals.get(path.stem, {})
        arrived = arrived_from(document, content, how.get("origin", "dmp"), path.name, now)
        reception.receive(store, patient_id, arrived)
        if how.get("read"):
            documents.mark_read(store, arrived.line.unique_id)


def moved(content: bytes, written_for: date, today: date) -> bytes:
    """Return a document whose recent dates are as far from `today` as they were from `written_for`.

    Dates are HL7 values (AAAAMMJJ…) and days in the text (JJ/MM/AAAA).
    """
    shift = today - written_for

    def move(year: bytes, month: bytes, day: bytes) -> date | None:
        try:
            said = date(int(year), int(month), int(day))
        except ValueError:
            return None
        return said + shift if said > written_for - RECENT else None

    def hl7(match: re.Match[bytes]) -> bytes:
        day = move(*match.groups())
        return f"{day:%Y%m%d}".encode() if day else match.group()

    def french(match: re.Match[bytes]) -> bytes:
        day = move(*reversed(match.groups()))
        return f"{day:%d/%m/%Y}".encode() if day else match.group()

    return _FRENCH.sub(french, _HL7.sub(hl7, content))
