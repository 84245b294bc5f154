"""The small things that every entry of a document is made of: times, codes, and what says that it is not so.

Documents of anybody are read: a time that does not exist, or a `nullFlavor` in the place of a value, is what
a document does not say. Nothing here raises. The words of entries are in `wording`.

Reference: [CDA] R2 data types TS, IVL_TS, CD; negationInd, statusCode; [CISIS-MIN] §2.8.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from demo_lgc.documents.hl7 import HL7, XSI, Element
from demo_lgc.documents.narrative import one_line
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.received import When

H = f"{{{HL7}}}"  # before the name of an element: f"{H}section"

TYPE = f"{{{XSI}}}type"
_TEMPLATE = f"{H}templateId"
_TRANSLATION = f"{H}translation"
_LOW, _HIGH = f"{H}low", f"{H}high"
_STATUS = f"{H}statusCode"

# ActStatus 2.16.840.1.113883.5.14
_STOPPED = {
    "aborted": "interrompu",
    "cancelled": "annulé",
    "suspended": "suspendu",
    "nullified": "saisi par erreur",
}
# « Absence de règles » or « sans domicile » is something that is: it does not deny.
_DENIES = re.compile(r"aucune?\b|pas (?:de\b|d['’])", re.IGNORECASE)

_TIME = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,6})\d*)?)?)?)?)?)?"
    r"(?:([+-])(\d\d):?(\d\d)?|Z)?",
    re.ASCII,
)


@lru_cache(maxsize=256)  # the results of a report were all measured at the same hour
def time_of(text: str | None) -> When | None:
    """Read an HL7 time, AAAA to AAAAMMJJhhmmss.ffff, with or without offset ±ZZzz.

    A year, a month or a day is a PartialDate (a month or a day « 00 » is not known); from the hour on it is
    an instant, without offset when none is written. A time that does not exist is None.
    """
    match = _TIME.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    try:
        if hour is None:
            if not month or month == "00":
                return PartialDate(int(year))
            return PartialDate(int(year), int(month), int(day) if day and day != "00" else None)
        zone = None
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
            zone = timezone(-offset if sign == "-" else offset)
        elif match.group().endswith("Z"):
            zone = UTC
        return datetime(
            *(int(year), int(month), int(day), int(hour), int(minute or 0), int(second or 0)),
            int((fraction or "0").ljust(6, "0")),
            zone,
        )
    except (ValueError, OverflowError):  # the 31st of February, an offset of 99 hours
        return None


def when(element: Element | None) -> When | None:
    """Return the time of an element: its value, else the beginning of its interval."""
    if element is None:
        return None
    value = element.get("value")
    return time_of(value) if value else time_of(_value_of(element, _LOW))


def interval(element: Element | None) -> tuple[When | None, When | None]:
    """Return the beginning and the end of an interval; a single time is a beginning."""
    if element is None:
        return None, None
    return when(element), time_of(_value_of(element, _HIGH))


def day_of(time: When | None) -> PartialDate | None:
    """Return the day (or month, or year) of a time, where it was written."""
    return PartialDate.of(time.date()) if isinstance(time, datetime) else time


def type_of(element: Element) -> str:
    """Return the `xsi:type` of an element without its prefix (`PQ` for `c:PQ`), or an empty text."""
    return (element.get(TYPE) or "").strip().rpartition(":")[2]


def code_of(element: Element | None) -> Code | None:
    """Return the concept of a coded element; None when it has no code. Its label may be empty."""
    if element is None:
        return None
    code = element.get("code", "").strip()
    if not code:
        return None
    return Code(code, element.get("codeSystem", "").strip(), one_line(element.get("displayName", "")))


def codes_of(element: Element | None) -> Iterator[Code]:
    """Yield the concept of a coded element, then those of its translations."""
    if element is None:
        return
    for candidate in (element, *element.iterchildren(_TRANSLATION)) if len(element) else (element,):
        code = code_of(candidate)
        if code is not None:
            yield code


def is_negated(element: Element) -> bool:
    """Tell whether an element says of itself that it is not so."""
    said = element.get("negationInd")  # which most elements do not have
    return said is not None and said.strip().lower() in ("true", "1")


def stopped(element: Element) -> str | None:
    """Return the word for what was not done to its end, or must no longer be done; None for anything else."""
    status = element.find(_STATUS)
    return None if status is None else _STOPPED.get(status.get("code", "").strip())


def denial(label: str) -> str:
    """Return how something that is not is called; words that already deny (« Pas de diabète ») stay so."""
    return label if _DENIES.match(label) else f"Absence de\u00a0: {label}"


def templates_of(element: Element) -> set[str]:
    """Return the roots of the templates that an element claims."""
    return {template.get("root", "") for template in element.iterchildren(_TEMPLATE)}


def by_tag(element: Element) -> dict[str, list[Element]]:
    """Return the children of an element by name: one pass, where `find` makes one for each name."""
    children: defaultdict[str, list[Element]] = defaultdict(list)
    for child in element:
        children[child.tag].append(child)
    return children


def _value_of(element: Element, tag: str) -> str | None:
    child = element.find(tag)
    return None if child is None else child.get("value")
