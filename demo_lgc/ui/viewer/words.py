"""How a document, a date, a value and its bounds are said to the doctor."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.received import ReceivedDocument, When
from demo_lgc.domain.results import Measure, Reference

NBSP = "\u00a0"
PRECISE = 3  # decimals that a bound may have: « 63,000000 » is « 63 »
_POWER = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNITS = (
    ("[iU]", "UI"),
    ("[IU]", "UI"),
    ("[pH]", ""),
    ("Cel", "°C"),
    ("umol", "µmol"),
    ("ug", "µg"),
    ("uL", "µL"),
)


def tr(text: str) -> str:
    """Translate a word of the viewer."""
    return QCoreApplication.translate("Viewer", text)


def document_title(document: ReceivedDocument) -> str:
    """« CHEMIN H. - CR d’hospitalisation - Centre Hospitalier Marie Curie »."""
    parts = (document.patient.initialled_name, title_of(document), document.organisation)
    return " - ".join(part for part in parts if part)


def title_of(document: ReceivedDocument) -> str:
    """Return the title of a document, or what kind of document it is."""
    return document.title or document.type.label or tr("Document")


def type_of(document: ReceivedDocument) -> str:
    """« CR d’examens biologiques (11502-2) »."""
    label, code = document.type.label, document.type.code
    return f"{label} ({code})" if label and code else label or code


def when(at: When | None) -> str:
    """« 03/11/2014 à 07:40 », « 11/2014 »; empty when unknown. An instant is given as it was written."""
    if isinstance(at, datetime):
        hour = tr("%1 à %2").replace("%2", f"{at:%H:%M}")
        return hour.replace("%1", f"{at:%d/%m/%Y}")
    return at.french if at is not None else ""


def day(at: When | None) -> str:
    """« 03/11/2014 »: the day alone."""
    return f"{at:%d/%m/%Y}" if isinstance(at, datetime) else at.french if at is not None else ""


def number(value: Decimal) -> str:
    """Return a number with a French decimal sign, as many digits as were given, but for zeros of padding."""
    exponent = value.as_tuple().exponent
    padded = isinstance(exponent, int) and exponent < -PRECISE
    said = f"{value:f}".rstrip("0").rstrip(".") if padded else f"{value:f}"
    return said.replace(".", ",").replace("-", "\u2212")


def unit(ucum: str) -> str:
    """Return a unit as people write it: « µmol/L », « 10⁹/L », « UI/L ». An unknown one is left as it is."""
    said = re.sub(r"\{[^}]*\}", "", ucum)
    said = re.sub(r"10[*^](-?\d+)", lambda found: "10" + found[1].translate(_POWER), said)
    for written, meant in _UNITS:
        said = said.replace(written, meant)
    return said or ucum.strip("{}")


def measure(value: Measure) -> str:
    """« 6,8 mmol/L »: a value with its unit."""
    return f"{value.text}{NBSP}{unit(value.unit)}" if value.unit else value.text


def reference(bounds: Reference, beside: str = "") -> str:
    """« [3,5 – 5,1] », « ≤ 5,1 »; its unit too when it is not the one written beside it."""
    if bounds.low is not None and bounds.high is not None:
        said = f"[{number(bounds.low)}{NBSP}–{NBSP}{number(bounds.high)}]"
    elif bounds.low is not None:
        said = f"≥{NBSP}{number(bounds.low)}"
    elif bounds.high is not None:
        said = f"≤{NBSP}{number(bounds.high)}"
    else:
        return bounds.text
    return f"{said}{NBSP}{unit(bounds.unit)}" if bounds.unit not in ("", beside) else said


def lowered(name: str) -> str:
    """« potassium » inside a sentence; a symbol or an acronym keeps its capitals."""
    first = name.partition(" ")[0]
    return name[:1].lower() + name[1:] if len(first) > 2 and first[1:].islower() and first.isalpha() else name
