"""The entries of a synthesis, one function a kind: a problem, an act, an allergy, a treatment, a habit…

Each takes a statement of anybody and returns the value of the domain, or the absence that it declares. Words
win over codes, for they are what the author wrote; what has no place of its own is kept in the comment.

Reference: [VSM] §3.2: E.37, E.62, E.41, E.52, E.59, E.42.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from demo_lgc.documents import narrative as ours
from demo_lgc.documents.cda.ns import Element
from demo_lgc.documents.narrative import NBSP, part_id
from demo_lgc.documents.reading import vsm_vocabulary as vocabulary
from demo_lgc.documents.reading.dosage import posology
from demo_lgc.documents.reading.values import (
    H,
    Narrative,
    code_of,
    day_of,
    interval,
    line_of,
    name_of,
    type_of,
    when,
    words,
)
from demo_lgc.documents.reading.vsm_statements import (
    CODE,
    EFFECTIVE,
    OBSERVATION,
    RELATION,
    TEXT,
    UNNAMED,
    VALUE,
    Around,
    absence_of,
    called,
    coded_as,
    denial,
    denied,
    label_of,
    period,
    planned,
    pointed,
    qualities,
    reason_of,
)
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import (
    Absence,
    Allergy,
    AllergyKind,
    Certainty,
    Criticality,
    FamilyHistory,
    Lifestyle,
    LifestyleKind,
    Problem,
    Procedure,
    Relative,
    Severity,
    Treatment,
)

SEVERITY, STATUS, CERTAINTY, CRITICALITY, COMMENT = "SEV", "33999-4", "66455-7", "82606-5", "48767-8"

_PLAYING = f"{H}participant/{H}participantRole/{H}playingEntity"
_MATERIAL = f"{H}consumable/{H}manufacturedProduct/{H}manufacturedMaterial"
_FIGURE = re.compile(r"\d{1,20}(?:[.,]\d{1,20})?", re.ASCII)
_NOTHING = re.compile(r"aucun|pas d|absence|néant|rien|sans", re.IGNORECASE)
_BOOLEANS = {"true": "Oui", "1": "Oui", "false": "Non", "0": "Non"}

S = TypeVar("S")
Found: TypeAlias = S | Absence


def problem(statement: Element, around: Around | None, narrative: Narrative) -> Found[Problem]:
    """Return a pathology or a medical history."""
    value = statement.find(VALUE)
    absence = _nothing(statement, value, narrative)
    if absence is not None:
        return absence
    label = label_of(statement, value, narrative)
    since, until = period(statement, around)
    said = _qualities(statement, narrative)
    return Problem(
        denial(label) if denied(statement) else label,
        coded_as(value),
        since,
        until,
        vocabulary.problem_kind(code_of(statement.find(CODE))),
        said.severity,
        said.take(vocabulary.problem_status(said.status)),
        said.certainty,
        said.comment,
    )


def allergy(statement: Element, around: Around | None, narrative: Narrative) -> Found[Allergy]:
    """Return an allergy or an intolerance, with what was seen."""
    value = statement.find(VALUE)
    absence = _nothing(statement, value, narrative)
    if absence is not None:
        return absence
    agents = statement.findall(_PLAYING)
    names = [name for name in (_agent(agent, narrative) for agent in agents) if name]
    label = ", ".join(names) or label_of(statement, value, narrative)
    codes = [coded_as(agent.find(CODE)) for agent in agents] or [None]
    if not any(codes):
        codes = [coded_as(value)]
    since, until = period(statement, around)
    said = _qualities(statement, narrative)
    coded = code_of(statement.find(CODE))
    kind = vocabulary.allergy_kind(coded)
    if kind is None and coded is not None and coded.label:
        said.more.append(f"Type{NBSP}: {coded.label}")
    return Allergy(
        denial(label) if denied(statement) else label,
        kind or AllergyKind.UNSPECIFIED,
        codes[0] if len(codes) == 1 else None,
        ", ".join(text for text, _ in said.reactions),
        said.reactions[0][1] if len(said.reactions) == 1 else None,
        since,
        until,
        said.severity,
        said.take(vocabulary.allergy_status(said.status)),
        said.criticality,
        said.certainty,
        said.comment,
    )


def procedure(statement: Element, _: Around | None, narrative: Narrative) -> Found[Procedure]:
    """Return an act; one to come says so in its label."""
    coded = statement.find(CODE)
    absence = _nothing(statement, coded, narrative)
    if absence is not None:
        return absence
    # The text of an act names it, where that of a problem may be its kind.
    label = words(coded, narrative) or words(statement.find(TEXT), narrative)
    label = label or label_of(statement, coded, narrative)
    if denied(statement):
        label = denial(label)
    elif planned(statement):
        label = f"{label} (prévu)"
    on = day_of(when(statement.find(EFFECTIVE)))
    return Procedure(label, coded_as(coded), on, *reason_of(statement, narrative))


def treatment(statement: Element, _: Around | None, narrative: Narrative) -> Found[Treatment]:
    """Return a treatment; figures are kept when they are regular, the sentence always."""
    material = statement.find(_MATERIAL)
    product = None if material is None else material.find(CODE)
    absence = absence_of(code_of(statement.find(CODE))) or _nothing(statement, product, narrative)
    if absence is not None:
        return absence
    brand = "" if material is None else line_of(material.find(f"{H}name"))
    label = words(product, narrative) or brand or label_of(statement, product, narrative)
    since, until = None, None
    for time in statement.iterchildren(EFFECTIVE):
        if type_of(time) in ("PIVL_TS", "EIVL_TS"):
            continue
        began, ended = (day_of(end) for end in interval(time))
        since, until = since or began, until or ended
    low, high, unit = _dose(statement)
    reason, reason_code = reason_of(statement, narrative)
    return Treatment(
        denial(label) if denied(statement) else label,
        _posology(statement, narrative),
        coded_as(product),
        since,
        until,
        _route(statement, narrative),
        low,
        high,
        unit,
        _hours(statement),
        reason or narrative.text(part_id(pointed(statement), ours.REASON)),
        reason_code,
    )


def habit(statement: Element, _: Around | None, narrative: Narrative) -> Found[Lifestyle]:
    """Return a habit or an exposure; one of a kind that we do not have says what it is in its value."""
    value = statement.find(VALUE)
    absence = absence_of(code_of(value))
    if absence is not None:
        return absence
    quantity = "" if value is None or type_of(value) != "PQ" else _figure(value.get("value"))
    unit = (value.get("unit") or "") if value is not None and quantity else ""
    about = name_of(statement.find(CODE), narrative)
    kind = vocabulary.lifestyle_kind(code_of(statement.find(CODE)))
    said = _habit(statement, value, quantity, unit, narrative) or about or UNNAMED
    if kind is None and about and about != said:
        said = f"{about}{NBSP}: {said}"
    since, until = period(statement, None)
    return Lifestyle(
        kind or LifestyleKind.OTHER,
        denial(said) if denied(statement) else said,
        quantity,
        "" if unit == "1" else unit,
        since,
        until,
    )


def family(statement: Element, around: Around | None, narrative: Narrative) -> Found[FamilyHistory]:
    """Return what a relative had; one of a kind that we do not have is named before it."""
    value = statement.find(VALUE)
    absence = _nothing(statement, value, narrative)
    if absence is not None:
        return absence
    coded = around.relative if around else None
    relative = vocabulary.relative(code_of(coded))
    label = label_of(statement, value, narrative)
    label = denial(label) if denied(statement) else label
    who = called(coded, narrative) if relative is None else ""
    return FamilyHistory(
        relative or Relative.OTHER,
        f"{who}{NBSP}: {label}" if who else label,
        coded_as(value),
        period(statement, None)[0],
    )


@dataclass
class _Qualities:
    """What is said of a problem or an allergy; `more` is what has no field."""

    severity: Severity | None = None
    status: Code | None = None
    status_words: str = ""
    certainty: Certainty | None = None
    criticality: Criticality | None = None
    reactions: list[tuple[str, Code | None]] = field(default_factory=list)
    more: list[str] = field(default_factory=list)

    def take(self, status: S | None) -> S | None:
        """Return the status, whose words go to the comment when it means nothing to us."""
        if status is None and self.status_words:
            self.more.append(self.status_words)
        return status

    @property
    def comment(self) -> str:
        return ", ".join(self.more)


def _qualities(statement: Element, narrative: Narrative) -> _Qualities:
    said = _Qualities()
    said.reactions, severities = _reactions(statement, narrative)
    for quality, value, text in qualities(statement, narrative):
        known: object = None
        if quality == STATUS:
            said.status, said.status_words, known = value, text, True
        elif quality == SEVERITY:
            known = said.severity = vocabulary.severity(value)
        elif quality == CERTAINTY:
            known = said.certainty = vocabulary.certainty(value)
        elif quality == CRITICALITY:
            known = said.criticality = vocabulary.criticality(value)
        if known is None and text:
            said.more.append(text)
    order = list(Severity)
    if said.severity is None and severities:
        said.severity = max(severities, key=order.index)
    return said


def _reactions(
    statement: Element, narrative: Narrative
) -> tuple[list[tuple[str, Code | None]], list[Severity]]:
    found: list[tuple[str, Code | None]] = []
    severities: list[Severity] = []
    for link in statement.iterchildren(RELATION):
        for seen in link.iterchildren(OBSERVATION) if link.get("typeCode") == "MFST" else ():
            value = seen.find(VALUE)
            found.append((label_of(seen, value, narrative), coded_as(value)))
            for quality, code, _ in qualities(seen, narrative):
                severity = vocabulary.severity(code) if quality == SEVERITY else None
                severities += [severity] if severity else []
    return found, severities


def _nothing(statement: Element, coded: Element | None, narrative: Narrative) -> Absence | None:
    """Return the absence that a statement declares: by its code, or denying nothing in particular."""
    absence = absence_of(code_of(coded))
    if absence is not None or not denied(statement):
        return absence
    agent = statement.find(_PLAYING)
    said = called(coded, narrative) or ("" if agent is None else _agent(agent, narrative))
    # Denied: something in particular, or that there is anything (« aucun antécédent »).
    particular = coded_as(coded) or (said and not _NOTHING.match(said))
    return None if particular else Absence.NONE_KNOWN


def _agent(agent: Element, narrative: Narrative) -> str:
    coded = agent.find(CODE)
    said = words(coded, narrative) or line_of(agent.find(f"{H}name"))
    return said or called(coded, narrative) or name_of(coded, narrative)


def _posology(statement: Element, narrative: Narrative) -> str:
    name = pointed(statement)
    mine = narrative.text(part_id(name, ours.POSOLOGY))
    return mine or narrative.beside(name, "posologie") or posology(statement, narrative)


def _dose(statement: Element) -> tuple[str, str, str]:
    dose = statement.find(f"{H}doseQuantity")
    if dose is None:
        return "", "", ""
    ends = [end for end in (dose.find(f"{H}low"), dose.find(f"{H}high")) if end is not None] or [dose]
    low, high = _figure(ends[0].get("value")), _figure(ends[-1].get("value"))
    unit = ends[0].get("unit") or ends[-1].get("unit") or ""
    return low or high, high or low, unit if (low or high) and unit != "1" else ""


def _figure(value: str | None) -> str:
    """Return a number as it is written in France; empty when it is none."""
    return value.strip().replace(".", ",") if value and _FIGURE.fullmatch(value.strip()) else ""


def _hours(statement: Element) -> int | None:
    for time in statement.iterchildren(EFFECTIVE):
        every = time.find(f"{H}period")
        value = "" if every is None else _figure(every.get("value"))
        factor = vocabulary.HOURS.get(every.get("unit", "")) if every is not None else None
        if value.isdecimal() and factor and 0 < int(value) * factor < 100_000:
            return int(value) * factor
    return None


def _route(statement: Element, narrative: Narrative) -> Code | None:
    element = statement.find(f"{H}routeCode")
    code = code_of(element)
    if code is None or code.label:
        return code
    said = words(element, narrative)
    return Code(code.code, code.system, "" if said == code.code else said)


def _habit(statement: Element, value: Element | None, quantity: str, unit: str, narrative: Narrative) -> str:
    """Return what is said of a habit: our words, those beside its name in the table, or its value."""
    name = pointed(statement)
    said = words(statement.find(TEXT), narrative)
    if narrative.text(part_id(name, ours.KIND)):
        return said
    beside_it = narrative.after(name) if name else ""
    if beside_it and "{" not in beside_it:
        return beside_it
    if quantity:
        return f"{quantity}{NBSP}{vocabulary.UNITS.get(unit, unit.strip('{}'))}".strip()
    if value is None:
        return said
    flag = _BOOLEANS.get(value.get("value", ""), "") if type_of(value) == "BL" else ""
    return beside_it or flag or called(value, narrative) or value.get("value") or said
