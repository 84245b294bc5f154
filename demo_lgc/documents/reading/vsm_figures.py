"""The entries of a synthesis that hold figures: treatments, and habits.

A dose, a rhythm or a quantity is kept when it is regular; the sentence always is.

Reference: [VSM] §3.2: E.42, E.43, E.52.
"""

from __future__ import annotations

import re

from demo_lgc.documents import narrative as ours
from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.narrative import NBSP, part_id
from demo_lgc.documents.reading import vsm_vocabulary as vocabulary
from demo_lgc.documents.reading.dosage import posology
from demo_lgc.documents.reading.measures import unit_of
from demo_lgc.documents.reading.values import H, code_of, day_of, denial, interval, type_of
from demo_lgc.documents.reading.vsm_statements import (
    CODE,
    EFFECTIVE,
    TEXT,
    UNNAMED,
    VALUE,
    Around,
    absence_of,
    called,
    coded_as,
    denied,
    label_of,
    none_of,
    nothing,
    period,
    pointed,
    reason_of,
    told,
)
from demo_lgc.documents.reading.wording import Narrative, line_of, name_of, words
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import Absence, Lifestyle, LifestyleKind, Treatment

_TREATMENTS = none_of("traitement médicament médicamenteux au long cours en")
_MATERIAL = f"{H}consumable/{H}manufacturedProduct/{H}manufacturedMaterial"
_FIGURE = re.compile(r"\d{1,20}(?:[.,]\d{1,20})?", re.ASCII)
_BOOLEANS = {"true": "Oui", "1": "Oui", "false": "Non", "0": "Non"}


def treatment(statement: Element, _: Around | None, narrative: Narrative) -> Treatment | Absence:
    """Return a treatment; figures are kept when they are regular, the sentence always."""
    material = statement.find(_MATERIAL)
    product = None if material is None else material.find(CODE)
    absence = absence_of(code_of(statement.find(CODE))) or nothing(statement, product, narrative, _TREATMENTS)
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
    label, code = told(statement, label, coded_as(product))
    return Treatment(
        label,
        _posology(statement, narrative),
        code,
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


def habit(statement: Element, _: Around | None, narrative: Narrative) -> Lifestyle | Absence:
    """Return a habit or an exposure; one of a kind that we do not have says what it is in its value."""
    value = statement.find(VALUE)
    absence = absence_of(code_of(value))
    if absence is not None:
        return absence
    quantity = "" if value is None or type_of(value) != "PQ" else _figure(value.get("value"))
    unit = unit_of(value) if value is not None and quantity else ""
    about = name_of(statement.find(CODE), narrative)
    kind = vocabulary.lifestyle_kind(code_of(statement.find(CODE)))
    said = _habit(statement, value, quantity, unit, narrative) or about or UNNAMED
    if kind is None and about and about != said:
        said = f"{about}{NBSP}: {said}"
    since, until = period(statement, None)
    if denied(statement):
        said, quantity, unit = denial(said), "", ""
    return Lifestyle(kind or LifestyleKind.OTHER, said, quantity, unit, since, until)


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
    units = {unit_of(end) for end in ends} - {""}
    if len(units) > 1 or not (low or high):  # « 500 mg à 1 g » is no range of figures in one unit
        return "", "", ""
    return low or high, high or low, units.pop() if units else ""


def _figure(value: str | None) -> str:
    """Return a number as it is written in France; empty when it is none."""
    return value.strip().replace(".", ",") if value and _FIGURE.fullmatch(value.strip()) else ""


def _hours(statement: Element) -> int | None:
    times = statement.iterchildren(EFFECTIVE)
    rhythms = [each for time in times for each in time.iter(f"{H}period", f"{H}event")]
    if len(rhythms) != 1:  # each morning and each evening is not once a day
        return None
    value, factor = _figure(rhythms[0].get("value")), vocabulary.HOURS.get(rhythms[0].get("unit", ""))
    hours = int(value) * factor if value.isdecimal() and factor else 0
    return hours if 0 < hours < 100_000 else None


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
