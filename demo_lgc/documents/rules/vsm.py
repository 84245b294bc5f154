"""What must be mended before a VSM can be written, in words the doctor understands.

Reference: [VSM] and [CISIS-MIN] mandatory elements; [CDA] data types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from demo_lgc.documents.rules.fields import WORD, check_code, check_optional, check_text
from demo_lgc.documents.rules.header import check_header
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import Finding
from demo_lgc.domain.vsm import Allergy, Lifestyle, Problem, Procedure, Treatment, Vsm, entries

NUMBER = re.compile(r"\d+([.,]\d+)?")


def check_vsm(vsm: Vsm, header: DocumentHeader) -> tuple[Finding, ...]:
    """Return what forbids to write this VSM, nothing when it can be written."""
    return (*check_header(header), *_content(vsm, header))


def _content(vsm: Vsm, header: DocumentHeader) -> Iterator[Finding]:
    born, today = PartialDate.of(header.patient.birth_date), PartialDate.of(header.created_at.date())
    for title, problems in (
        ("Pathologies chroniques actives", entries(vsm.problems)),
        ("Antécédents médicaux", entries(vsm.medical_history)),
    ):
        for i, problem in enumerate(problems, 1):
            yield from _problem(f"{title}, ligne {i}", problem, born, today)
    for i, procedure in enumerate(entries(vsm.procedures), 1):
        yield from _procedure(f"Antécédents chirurgicaux, ligne {i}", procedure, born, today)
    for i, allergy in enumerate(entries(vsm.allergies), 1):
        yield from _allergy(f"Allergies, ligne {i}", allergy, born, today)
    for i, treatment in enumerate(entries(vsm.treatments), 1):
        yield from _treatment(f"Traitements, ligne {i}", treatment, born)
    for i, habit in enumerate(entries(vsm.lifestyle), 1):
        yield from _habit(f"Habitus, ligne {i}", habit, born)
    for i, history in enumerate(entries(vsm.family_history), 1):
        place = f"Antécédents familiaux, ligne {i}"
        yield from check_text(place, history.label)
        yield from check_code(place, history.code)
        yield from _dates(place, None, history.since, None, today)
    yield from check_optional("Facteurs de risque professionnels", vsm.occupational_risks)
    for i, point in enumerate(vsm.vigilance, 1):
        yield from check_text(f"Points de vigilance, ligne {i}", point)


def _problem(place: str, problem: Problem, born: PartialDate, today: PartialDate) -> Iterator[Finding]:
    yield from check_text(place, problem.label)
    yield from check_optional(place, problem.comment)
    yield from check_code(place, problem.code)
    yield from _dates(place, born, problem.since, problem.until, today)


def _procedure(place: str, procedure: Procedure, born: PartialDate, today: PartialDate) -> Iterator[Finding]:
    yield from check_text(place, procedure.label)
    yield from check_optional(place, procedure.reason)
    yield from check_code(place, procedure.code)
    yield from check_code(place, procedure.reason_code)
    yield from _dates(place, born, procedure.on, None, today)


def _allergy(place: str, allergy: Allergy, born: PartialDate, today: PartialDate) -> Iterator[Finding]:
    yield from check_text(place, allergy.agent)
    yield from check_optional(place, allergy.reaction)
    yield from check_optional(place, allergy.comment)
    yield from check_code(place, allergy.agent_code)
    yield from check_code(place, allergy.reaction_code)
    yield from _dates(place, born, allergy.since, allergy.until, today)


def _treatment(place: str, treatment: Treatment, born: PartialDate) -> Iterator[Finding]:
    yield from check_text(place, treatment.label)
    yield from check_text(f"{place}, posologie", treatment.posology)
    yield from check_optional(f"{place}, motif", treatment.reason)
    for code in (treatment.code, treatment.route, treatment.reason_code):
        yield from check_code(place, code)
    yield from _dates(place, born, treatment.since, treatment.until, None)
    doses = [_value(dose) for dose in (treatment.dose_low, treatment.dose_high) if dose]
    if None in doses or (treatment.dose_unit and not WORD.fullmatch(treatment.dose_unit)):
        yield Finding(f"{place}, dose", "n’est pas un nombre et son unité")
    elif len(doses) == 2 and (doses[0] or 0) > (doses[1] or 0):
        yield Finding(f"{place}, dose", "la plus faible dépasse la plus forte")
    if treatment.every_hours is not None and treatment.every_hours < 1:
        yield Finding(f"{place}, rythme", "doit être d’une heure au moins")


def _habit(place: str, habit: Lifestyle, born: PartialDate) -> Iterator[Finding]:
    yield from check_text(place, habit.value)
    yield from _dates(place, born, habit.since, habit.until, None)
    if not habit.quantity:
        return
    quantity = _value(habit.quantity)
    if quantity is None or (habit.unit and not WORD.fullmatch(habit.unit)):
        yield Finding(place, "la quantité n’est pas un nombre et son unité")
    elif quantity not in {_value(number.group()) for number in NUMBER.finditer(habit.value)}:
        yield Finding(place, "le texte ne dit pas la quantité codée")


def _dates(
    place: str,
    born: PartialDate | None,
    since: PartialDate | None,
    until: PartialDate | None,
    latest: PartialDate | None,
) -> Iterator[Finding]:
    """Findings about an interval; neither end may pass `latest` nor precede `born`, when they are given."""
    if since and until and before(until, since):
        yield Finding(place, "la date de fin précède la date de début")
    for date in (since, until):
        if date and born and before(date, born):
            yield Finding(place, "la date précède la naissance du patient")
        if date and latest and before(latest, date):
            yield Finding(place, "la date est postérieure au document")


def before(one: PartialDate, other: PartialDate) -> bool:
    """Return True when `one` is surely before `other`, at the precision that both have."""
    for mine, its in ((one.year, other.year), (one.month, other.month), (one.day, other.day)):
        if mine is None or its is None:
            return False
        if mine != its:
            return mine < its
    return False


def _value(number: str) -> float | None:
    text = number.strip()
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text) else None
