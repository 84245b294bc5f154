"""What was measured, as a laboratory writes it: numbers, intervals, codes, texts, and ranges of reference.

A `value` has a type (`PQ`, `IVL_PQ`, `CD`, `ST`, `RTO`…), and documents of anybody forget it, or put « <5 »
where a number belongs: what cannot be computed with is still read.

Numbers are written as in France: a comma, thousands apart from five digits on (« 100 000 »). A laboratory's
digits mean something (« 1,950 »), so they are kept; but four zeros or more at the end of the decimals are
the padding of a database (« 63.000000 ») and are left out.

Reference: [CDA] R2 data types; [CR-BIO] E.80 value, referenceRange.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.narrative import NBSP
from demo_lgc.documents.reading.values import TYPE, H, code_of, time_of, type_of
from demo_lgc.documents.reading.wording import Narrative, words
from demo_lgc.domain.dates import when_in_french
from demo_lgc.domain.results import Measure

_LOW, _HIGH = f"{H}low", f"{H}high"
_TRANSLATION = f"{H}translation"
_NUMERATOR, _DENOMINATOR = f"{H}numerator", f"{H}denominator"

_CODED = frozenset(("CD", "CE", "CV", "CS", "CO"))
_NUMBERS = frozenset(("PQ", "INT", "REAL"))
_TIMES = frozenset(("TS", "IVL_TS"))


# Bounded, so that nobody makes us write a number of a million digits.
_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:[.,]\d{0,40})?|[.,]\d{1,40})(?:[eE][+-]?\d{1,2})?", re.ASCII)

# Why a value is missing, when the document says it. HL7 NullFlavor, 2.16.840.1.113883.5.1008.
MISSING = {
    "UNK": "inconnu",
    "ASKU": "demandé, inconnu",
    "NASK": "non demandé",
    "NAV": "non disponible",
    "NI": "non renseigné",
    "NA": "sans objet",
    "MSK": "masqué",
    "OTH": "autre",
    "TRC": "traces",
    "QS": "quantité suffisante",
    "NINF": "−∞",
    "PINF": "+∞",
}


# A value in a form that we do not read: blank, it would be taken for no result.
UNREAD = "à lire dans le document"


class Bounds(NamedTuple):
    """An interval of numbers, one of which may be missing, in one unit."""

    low: Decimal | None
    high: Decimal | None
    unit: str


def number_of(text: str | None) -> Decimal | None:
    """Return the number that a text is, with the digits it has; None for anything else."""
    if not text or not _NUMBER.fullmatch(text := text.strip()):
        return None
    return Decimal(text.replace(",", "."))


def french(number: Decimal) -> str:
    """Return a number as people read it in France, with its meaningful digits."""
    whole, _, decimals = f"{number:f}".partition(".")
    if decimals.endswith("0000"):
        decimals = decimals.rstrip("0")
    if len(whole.lstrip("-")) > 4:
        whole = f"{int(whole):,}".replace(",", "\u202f")
    return f"{whole},{decimals}" if decimals else whole


def unit_of(quantity: Element) -> str:
    """Return the unit of a quantity, empty for « 1 », the unit of UCUM that a number without unit has."""
    unit = (quantity.get("unit") or "").strip()
    return "" if unit == "1" else unit


def measure_of(value: Element, narrative: Narrative) -> Measure:
    """Return what a `value` says. Its text is empty when it says nothing at all."""
    kind = type_of(value)
    number = number_of(value.get("value")) if kind in _NUMBERS and not len(value) else None
    if number is not None:  # by far the most frequent
        return Measure(french(number), unit_of(value), number)
    others = tuple(_translated(other) for other in value.iterchildren(_TRANSLATION))
    if kind in _CODED or (not kind and value.get("code")):
        return _coded(value, narrative, others)
    if kind.startswith("RTO"):
        return Measure(_ratio(value), others=others)
    ends = _interval(value, kind)
    if ends:
        bounds = (None if kind in _TIMES else bounds_of(value)) or Bounds(None, None, "")
        return Measure(ends, bounds.unit, None, bounds.low, bounds.high, others=others)
    if value.get("value") is not None:
        return _quantity(value, kind, others)
    text = words(value, narrative) if value.get("representation") != "B64" else "Fichier joint"
    if not text and others:
        # A unit that UCUM does not have: the value stands in its translation.
        return Measure(
            *(others[0].text, others[0].unit, others[0].number, others[0].low, others[0].high),
            others[0].code,
            others[1:],
        )
    said = text or _missing(value)
    if not said and (len(value) or value.keys() not in ([], [TYPE])):
        said = UNREAD
    return Measure(said, others=others)


def _translated(value: Element) -> Measure:
    """Return a quantity in another unit, or a code of another system; a translation has none of its own."""
    if value.get("value") is not None:
        return _quantity(value, type_of(value), ())
    code = code_of(value)
    return Measure((code.label or code.code) if code else _missing(value), code=code)


def bounds_of(interval: Element) -> Bounds | None:
    """Return an interval; None when neither end is a number, or when each end has a unit of its own."""
    low = high = None
    units = set()
    for end in interval:
        if end.tag == _LOW:
            low = number_of(end.get("value"))
        elif end.tag == _HIGH:
            high = number_of(end.get("value"))
        else:
            continue
        units.add(unit_of(end))
    units.discard("")
    if len(units) > 1 or (low is None and high is None):
        return None
    return Bounds(low, high, units.pop() if units else "")


def _interval(value: Element, kind: str) -> str:
    """« 3,5 – 8 », or « < 1 » and « > 3 »; an end that says it is inclusive makes « ≤ » or « ≥ »."""
    ends = [end for tag in (_LOW, _HIGH) if (end := value.find(tag)) is not None and end.get("value")]
    texts = [_shown(end.get("value"), kind) for end in ends]
    if len({unit_of(end) for end in ends} - {""}) > 1:  # « 500 mg – 1 g »: no unit is that of both
        texts = [f"{text}{NBSP}{unit_of(end)}" for text, end in zip(texts, ends, strict=True)]
    if len(ends) != 1:
        return f"{NBSP}–{NBSP}".join(texts)
    signs = ("≥", ">") if ends[0].tag == _LOW else ("≤", "<")
    return f"{signs[ends[0].get('inclusive') != 'true']}{NBSP}{texts[0]}"


def _coded(value: Element, narrative: Narrative, others: tuple[Measure, ...]) -> Measure:
    code = code_of(value)
    text = words(value, narrative) or (code.label or code.code if code else "")
    text = text or next((other.text for other in others if other.text), "") or _missing(value)
    return Measure(text, code=code, others=others)


def _quantity(value: Element, kind: str, others: tuple[Measure, ...]) -> Measure:
    unit = unit_of(value) or value.get("currency", "")
    if not unit:  # a translation of a quantity names its unit by a code
        unit = value.get("displayName") or value.get("code") or ""
    text = value.get("value", "").strip()
    if kind == "BL":
        return Measure({"true": "oui", "false": "non"}.get(text, text), others=others)
    if kind in _TIMES:
        return Measure(_shown(text, kind), others=others)
    number = number_of(text)
    shown = (text or _missing(value)) if number is None else french(number)
    return Measure(shown, unit.strip(), number, others=others)


def _ratio(value: Element) -> str:
    parts = []
    for tag in (_NUMERATOR, _DENOMINATOR):
        part = value.find(tag)
        text = "" if part is None else _shown(part.get("value"), "")
        unit = "" if part is None else unit_of(part)
        parts.append(f"{text}{NBSP}{unit}" if text and unit else text)
    return "/".join(parts) if any(parts) else _missing(value)


def _shown(text: str | None, kind: str) -> str:
    """Return a number or a date as people read them, else the text as it was written."""
    if kind in _TIMES:
        time = time_of(text)
        if time is not None:
            return when_in_french(time)
    number = number_of(text)
    return (text or "").strip() if number is None else french(number)


def _missing(value: Element) -> str:
    flavor = value.get("nullFlavor", "")
    return MISSING.get(flavor, flavor)
