"""How a medicine is to be taken, in a sentence made of what its entry says.

A posology is coded (a dose, a period, a maximum), split in phases (two tablets, then one), or, as most
prescriptions have it, only written in the table of the narrative, in the column « Posologie » of the row that
the entry points at.

Reference: [CDA] substanceAdministration; [CISIS-MIN] E.42 FR-Traitement, E.83 FR-Traitement-prescrit.
"""

from __future__ import annotations

from collections.abc import Iterator

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.narrative import NBSP
from demo_lgc.documents.reading.measures import french, number_of
from demo_lgc.documents.reading.values import H, day_of, interval, templates_of
from demo_lgc.documents.reading.wording import Narrative, name_of, words

INSTRUCTION = "1.3.6.1.4.1.19376.1.5.3.1.4.3"  # to the patient

_UNITS = {  # UCUM: what is counted, then what is measured
    "{tablet}": ("comprimé", "comprimés"),
    "{capsule}": ("gélule", "gélules"),
    "{puff}": ("bouffée", "bouffées"),
    "[drp]": ("goutte", "gouttes"),
    "{count}": ("unité", "unités"),
    "1": ("", ""),
    "d": ("jour", "jours"),
    "wk": ("semaine", "semaines"),
    "mo": ("mois", "mois"),
    "a": ("an", "ans"),
    "h": ("heure", "heures"),
    "min": ("minute", "minutes"),
}
_FEMININE = ("h", "min", "wk")
_EVENTS = {  # HL7 TimingEvent
    "ACM": "avant le petit déjeuner",
    "ACD": "avant le déjeuner",
    "ACV": "avant le dîner",
    "AC": "avant les repas",
    "CM": "au petit déjeuner",
    "CD": "au déjeuner",
    "CV": "au dîner",
    "C": "aux repas",
    "PCM": "après le petit déjeuner",
    "PCD": "après le déjeuner",
    "PCV": "après le dîner",
    "PC": "après les repas",
    "IC": "entre les repas",
    "ICM": "entre le petit déjeuner et le déjeuner",
    "ICD": "entre le déjeuner et le dîner",
    "ICV": "entre le dîner et le coucher",
    "HS": "au coucher",
    "WAKE": "au lever",
}
_REFERENCE = f"{H}text/{H}reference"
_TIME, _DOSE, _ROUTE = f"{H}effectiveTime", f"{H}doseQuantity", f"{H}routeCode"
_RATE, _MOST = f"{H}rateQuantity", f"{H}maxDoseQuantity"
_CRITERION = f"{H}precondition/{H}criterion"
_PHASE = f"{H}entryRelationship/{H}substanceAdministration"
_ACTS = f"{H}entryRelationship/{H}act"


def posology(treatment: Element, narrative: Narrative) -> str:
    """Return how to take a `substanceAdministration`, empty when it says nothing of it."""
    phases = [_phase(phase, narrative) for phase in treatment.iterfind(_PHASE)]
    following = ", puis ".join(phase for phase in phases if phase)
    regular = _regular(treatment, narrative)
    if not (regular or following):
        regular = (beside(narrative, treatment.find(_REFERENCE), "posologie").rstrip("."),)
    said = [_sentence(*regular, *_limits(treatment, narrative)), following, _condition(treatment, narrative)]
    for act in treatment.iterfind(_ACTS):
        if INSTRUCTION in templates_of(act):
            instruction = words(act.find(f"{H}text"), narrative)
            said.append(instruction if instruction != "-" else "")
    return ". ".join(part.rstrip(".") for part in said if part)


def beside(narrative: Narrative, reference: Element | None, heading: str) -> str:
    """Return what the table row that a `reference` points into says under a heading (in small letters)."""
    return "" if reference is None else narrative.beside(reference.get("value"), heading)


def amount(quantity: Element | None, narrative: Narrative) -> str:
    """Return « 1 à 2 comprimés », « 60 jours », or the words of a quantity; empty when it has none."""
    if quantity is None:
        return ""
    ends = (quantity.find(f"{H}low"), quantity.find(f"{H}high"))
    low, high = (end if end is not None and end.get("value") else None for end in ends)
    if low is None or high is None or low.get("value") == high.get("value"):
        least = low if low is not None else high
        return _one(least if least is not None else quantity, narrative)
    alike = low.get("unit", "") in ("", high.get("unit", ""))
    return f"{_figure(low.get('value', '')) if alike else _one(low, narrative)} à {_one(high, narrative)}"


def _regular(treatment: Element, narrative: Narrative) -> tuple[str, ...]:
    """Return the dose, the rhythms, and the route when there is one of them; nothing for words elsewhere."""
    said = [amount(treatment.find(_DOSE), narrative)]
    for time in treatment.iterfind(_TIME):
        said += _rhythm(time, narrative)
    if any(said):
        said.append(name_of(treatment.find(_ROUTE), narrative))
    return tuple(part for part in said if part)


def _limits(treatment: Element, narrative: Narrative) -> Iterator[str]:
    rate = amount(treatment.find(_RATE), narrative)
    if rate:
        yield f"à raison de {rate}"
    most = treatment.find(_MOST)
    if most is not None:
        dose = amount(most.find(f"{H}numerator"), narrative)
        if dose:
            yield f"au plus {dose}{_per(most.find(f'{H}denominator'))}"


def _condition(treatment: Element, narrative: Narrative) -> str:
    """« Si douleur »: what is taken on a condition would be read as taken always."""
    criteria = treatment.iterfind(_CRITERION)
    return _sentence(
        *(
            words(each.find(f"{H}text"), narrative) or name_of(each.find(f"{H}value"), narrative)
            for each in criteria
        )
    )


def _phase(phase: Element, narrative: Narrative) -> str:
    since, until = (day_of(end) for end in interval(phase.find(_TIME)))
    dates = f"du {since.french} au {until.french}" if since and until else ""
    taken = _sentence(*_regular(phase, narrative), *_limits(phase, narrative), _condition(phase, narrative))
    return " ".join(part for part in (taken, dates) if part)


def _sentence(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _rhythm(time: Element, narrative: Narrative) -> Iterator[str]:
    width = time.find(f"{H}width")
    if width is not None:
        lasting = amount(width, narrative)
        yield f"pendant {lasting}" if lasting else ""
    for part in time.iter(f"{H}period", f"{H}event"):
        if part.tag == f"{H}event":
            yield _EVENTS.get(part.get("code", "")) or name_of(part, narrative)
        else:
            yield words(part.find(f"{H}translation"), narrative) or _every(part)


def _every(period: Element) -> str:
    number, unit = number_of(period.get("value")), period.get("unit", "")
    if number is None or unit not in _UNITS:
        return ""
    one, many = _UNITS[unit]
    if number == 1:
        return f"1 fois par {one}"
    return f"{'toutes' if unit in _FEMININE else 'tous'} les {french(number)}{NBSP}{many}"


def _per(span: Element | None) -> str:
    if span is None or not span.get("unit"):
        return ""
    number, unit = number_of(span.get("value") or "1"), span.get("unit", "")
    one, many = _UNITS.get(unit, (unit, unit))
    return f" par {one}" if number in (None, 1) else f" en {_figure(span.get('value', ''))}{NBSP}{many}"


def _one(quantity: Element, narrative: Narrative) -> str:
    said = words(quantity.find(f"{H}translation"), narrative)
    value = quantity.get("value", "")
    if said or not value:
        return said
    number, (unit, *spans) = number_of(value), (quantity.get("unit") or "").split("/")
    one, many = _UNITS.get(unit, (unit.strip("{}"),) * 2)
    word = many if number is not None and abs(number) >= 2 else one
    said = f"{_figure(value)}{NBSP}{word}" if word and not word.isdigit() else _figure(value)
    return said + "".join(f" par {_UNITS.get(span, (span,))[0]}" for span in spans)


def _figure(value: str) -> str:
    number = number_of(value)
    return value if number is None else french(number)
