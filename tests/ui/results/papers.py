"""Curves of M. CHEMIN, made by hand."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.results import Curve, CurvePoint, Interpretation, Reference
from demo_lgc.ui.results.axes import span_of
from demo_lgc.ui.results.model import spots_of

WINTER = timezone(timedelta(hours=1))
LOINC = "2.16.840.1.113883.6.1"


def at(year, month, day, hour=7, minute=40):
    """A moment, as a laboratory writes it."""
    return datetime(year, month, day, hour, minute, tzinfo=WINTER)


def point(time, number, said=None, bounds=None):
    """A value at a time."""
    return CurvePoint(time, Decimal(number), said, bounds)


def usual(low, high, unit):
    """An interval of usual values; an empty bound is unknown."""
    return Reference(Decimal(low) if low else None, Decimal(high) if high else None, unit)


def curve(name, code, unit, *points):
    """A curve of an analysis known by its LOINC code."""
    return Curve(name, Code(code, LOINC, name), unit, points)


def normal(name, code, unit="g/dL"):
    """A curve of one value, of which all is well."""
    return curve(name, code, unit, point(at(2014, 11, 3), "5.0", Interpretation.NORMAL))


SUGAR = usual("3.9", "6.1", "mmol/L")
GLUCOSE = curve(
    "Glycémie à jeun",
    "14771-0",
    "mmol/L",
    point(PartialDate(2012, 7), "10.4"),
    point(PartialDate(2014, 2, 4), "5.8", Interpretation.NORMAL, SUGAR),
    point(at(2014, 5, 12), "3.1", None, SUGAR),
    point(at(2014, 9, 2), "7.9", Interpretation.HIGH, SUGAR),
    point(at(2014, 11, 3), "9.2", Interpretation.HIGH, SUGAR),
)
POTASSIUM = curve(
    "Potassium",
    "2823-3",
    "mmol/L",
    point(at(2014, 9, 2), "4.5", Interpretation.NORMAL, usual("3.5", "5.1", "mmol/L")),
    point(at(2014, 11, 3), "6.8", Interpretation.CRITICAL_HIGH, usual("3.5", "5.1", "mmol/L")),
)
UREA = normal("Urée", "22664-7", "mmol/L")
HAEMOGLOBIN = curve("Hémoglobine", "718-7", "g/dL", point(at(2014, 11, 3), "12.6", Interpretation.LOW))
PLATELETS = curve("Plaquettes", "777-3", "10*9/L", point(at(2014, 11, 3), "90", Interpretation.LOW))
CURVES = (UREA, GLUCOSE, HAEMOGLOBIN, PLATELETS, POTASSIUM)


def span(one):
    """The days that hold a curve."""
    return span_of(spots_of(one))
