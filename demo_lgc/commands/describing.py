"""What a document says, as JSON says it: the same words for every command that tells of a document.

Values are those of the document, untouched: numbers stay text (a decimal is no float), times are ISO 8601 of
the precision that was written, and what the document does not say is null or empty.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.errors import LgcError
from demo_lgc.domain.received import DocumentPatient, Party, ReceivedDocument, Section
from demo_lgc.domain.results import LabResult, Measure, Point, Reference

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def described(document: ReceivedDocument) -> dict[str, Any]:
    """Return a document as JSON values: patient, title, type, author, sections, results, warnings…"""
    return {
        "id": document.identifier.text,
        "set_id": document.set_id.text,
        "version": document.version or None,
        "replaces": document.replaces.text if document.replaces else None,
        "title": document.title,
        "type": described_code(document.type),
        "created_at": described_time(document.created_at),
        "patient": described_patient(document.patient),
        "author": next((author.name for author in document.authors if author.name), ""),
        "authors": [described_party(author) for author in document.authors],
        "organisation": document.organisation,
        "sections": [_section(section) for section in document.sections],
        "results": [_result(result) for result in document.results],
        "files": [
            {"media_type": each.media_type, "size": len(each.content), "problem": each.problem}
            for each in document.enclosed
        ],
        "warnings": list(document.warnings),
    }


def described_patient(patient: DocumentPatient) -> dict[str, Any]:
    """Return the traits of a patient; `ins` is given only when its authority and its key are right."""
    return {
        "name": patient.display_name,
        "birth_name": patient.birth_name,
        "used_name": patient.used_name,
        "given_names": list(patient.given_names),
        "birth_date": described_time(patient.birth_date),
        "sex": patient.sex,
        "ins": patient.ins.matricule if patient.ins else None,
        "ins_oid": patient.ins.oid if patient.ins else None,
        "identifiers": [identifier.text for identifier in patient.identifiers],
    }


def described_party(party: Party) -> dict[str, Any]:
    """Return who wrote: name, speciality, organisation, identifiers."""
    return {
        "name": party.name,
        "speciality": party.speciality,
        "organisation": party.organisation,
        "identifiers": [identifier.text for identifier in party.identifiers],
    }


def described_code(code: Code | None) -> dict[str, str] | None:
    """Return a code, null for none."""
    if code is None or not (code.code or code.label):
        return None
    return {"code": code.code, "system": code.system, "label": code.label}


def described_time(time: PartialDate | datetime | None) -> str | None:
    """Return a time in ISO 8601: `2014`, `2014-11`, `2014-11-06` or an instant; null for none."""
    if time is None or isinstance(time, datetime):
        return time.isoformat() if time else None
    return "-".join(f"{part:0{width}}" for part, width in _parts(time))


def sentence(error: LgcError) -> str:
    """Return a foreseen failure as the screen says it, on one line; nothing is kept by a command."""
    from demo_lgc.ui.reception.words import before_keeping  # Qt, only when something is to be refused

    words = before_keeping(error)
    return f"{words.title} {words.detail}".replace("  ", " ").strip()


def printable(line: str) -> str:
    """Return a line without what a terminal would obey: controls, and marks that turn the reading round."""
    return "".join(c for c in line if unicodedata.category(c) not in _OBEYED)


def _parts(time: PartialDate) -> list[tuple[int, int]]:
    parts = ((time.year, 4), (time.month, 2), (time.day, 2))
    return [(part, width) for part, width in parts if part is not None]


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "code": described_code(section.code),
        "sections": [_section(each) for each in section.subsections],
    }


def _result(result: LabResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "code": result.code.code if result.code else None,
        "system": result.code.system if result.code else None,
        "path": list(result.path),
        "status": result.status,
        "time": described_time(result.time),
        "values": [_measure(measure) for measure in result.measures],
        "unit": next((measure.unit for measure in result.measures if measure.unit), ""),
        "interpretation": list(result.interpretation_codes),
        "abnormal": result.is_abnormal if result.interpretation is not None else None,
        "outside": result.is_outside,
        "reference": [_reference(reference) for reference in result.references],
        "previous": [_point(point) for point in result.previous],
        "comments": list(result.comments),
    }


def _measure(measure: Measure) -> dict[str, Any]:
    told: dict[str, Any] = {"text": measure.text, "unit": measure.unit}
    numbers = {"value": measure.number, "low": measure.low, "high": measure.high}
    told |= {name: str(number) for name, number in numbers.items() if number is not None}
    if measure.code is not None:
        told["code"] = described_code(measure.code)
    if measure.others:
        told["others"] = [_measure(other) for other in measure.others]
    return told


def _reference(reference: Reference) -> dict[str, Any]:
    bounds = {"low": reference.low, "high": reference.high}
    told: dict[str, Any] = {name: str(bound) for name, bound in bounds.items() if bound is not None}
    return told | {"unit": reference.unit, "text": reference.text}


def _point(point: Point) -> dict[str, Any]:
    return {"time": described_time(point.time), "values": [_measure(each) for each in point.measures]}
