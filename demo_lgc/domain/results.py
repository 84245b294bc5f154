"""Results of biology: what a laboratory measured, and the curves that several reports make together.

Reference: [CR-BIO] CI-SIS compte rendu d’examens biologiques; HL7 ObservationInterpretation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate

ResultTime: TypeAlias = PartialDate | datetime

_WINTER = timedelta(hours=1)


class Interpretation(Enum):
    """What the laboratory says of a result; the words of the screen are in `ui`."""

    NORMAL = "normal"
    LOW = "low"
    HIGH = "high"
    ABNORMAL = "abnormal"  # neither low nor high: a positive culture, a resistant germ
    CRITICAL_LOW = "critical-low"
    CRITICAL_HIGH = "critical-high"
    CRITICAL = "critical"

    @property
    def is_critical(self) -> bool:
        """True when the doctor must act today."""
        return self in (self.CRITICAL, self.CRITICAL_LOW, self.CRITICAL_HIGH)

    @property
    def is_abnormal(self) -> bool:
        """True for anything but normal."""
        return self is not Interpretation.NORMAL


@dataclass(frozen=True)
class Measure:
    """A value as the laboratory gives it.

    `text` is what people read (« 6,8 », « < 1,0 », « Staphylococcus aureus »), French decimals. `number` is
    given for one quantity, `low` and `high` for an interval (one of them alone for « > 3 » or « < 1 »),
    `code` for a coded value. `unit` is UCUM as written, empty for a ratio or a text, and for « 1 ». `others`
    is the same measure in other units. What was looked for and not found (`negationInd`) is a text alone.
    """

    text: str
    unit: str = ""
    number: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    code: Code | None = None
    others: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class Reference:
    """An interval of reference: either bound may be missing; `text` when it is only said in words.

    `interpretation` is what a value inside it means: `None` or `NORMAL` for the usual values, anything else
    for a zone to be feared (« critique au-dessus de 6,5 »).
    """

    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    text: str = ""
    interpretation: Interpretation | None = None

    @property
    def is_usual(self) -> bool:
        """True for an interval of usual values."""
        return self.interpretation in (None, Interpretation.NORMAL)


@dataclass(frozen=True)
class Point:
    """A value at a time, as earlier results are repeated in a report."""

    time: ResultTime | None
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class LabResult:
    """One analysis of a report.

    `name` is in the laboratory's words when it wrote some, `code` is LOINC when there is one, else the
    laboratory's own. `measures` are its values (several for a list of germs). `path` says where it stands:
    titles of the sections, then of the batteries, with the germ of an isolate. `anchor` is the section of the
    HTML it comes from. `status` is `completed`, `active` (partial) or `aborted` (there may be no value).
    """

    name: str
    code: Code | None
    measures: tuple[Measure, ...]
    time: ResultTime | None = None
    status: str = "completed"
    interpretation: Interpretation | None = None
    interpretation_codes: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    previous: tuple[Point, ...] = ()
    comments: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    anchor: str = ""

    @property
    def is_abnormal(self) -> bool:
        """True when the laboratory says so."""
        return self.interpretation is not None and self.interpretation.is_abnormal

    @property
    def is_outside(self) -> bool:
        """True for a value nobody judged, outside every usual interval given for it or in a feared one."""
        if self.interpretation is not None:
            return False
        usual = [bounds for bounds in self.references if bounds.is_usual]
        feared = [bounds for bounds in self.references if not bounds.is_usual]
        return any(
            (bool(usual) and all(outside(measure, bounds) for bounds in usual))
            or any(_is_inside(measure, bounds) for bounds in feared)
            for measure in self.measures
        )

    @property
    def is_critical(self) -> bool:
        """True when the laboratory says that the doctor must act today."""
        return self.interpretation is not None and self.interpretation.is_critical


@dataclass(frozen=True)
class Curve:
    """The values of one analysis in one unit, oldest first, each once."""

    name: str
    code: Code | None
    unit: str
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class CurvePoint:
    """A dated number; `interpretation` and `reference` are known when the report that gave it is."""

    time: ResultTime
    number: Decimal
    interpretation: Interpretation | None = None
    reference: Reference | None = field(default=None)


def outside(measure: Measure, reference: Reference) -> Interpretation | None:
    """Return LOW or HIGH when a measure is outside an interval of usual values; None when inside, or unknown.

    Compared in the unit of the reference only, exactly as written: `others` may hold it. This is arithmetic,
    not what the laboratory says: words such as « hors référence » suit it, « haut » does not.
    """
    if not reference.is_usual:
        return None
    for each in (measure, *measure.others):
        if each.unit != reference.unit:
            continue
        least = each.number if each.number is not None else each.low
        most = each.number if each.number is not None else each.high
        if most is not None and reference.low is not None and most < reference.low:
            return Interpretation.LOW
        if least is not None and reference.high is not None and least > reference.high:
            return Interpretation.HIGH
    return None


def curves(results: Iterable[LabResult]) -> tuple[Curve, ...]:
    """Return the curves of the results of several reports, in the order in which their analyses first come.

    A report repeats earlier results: a value is the same when analysis, unit, time and number are; one that
    is only dated (« 20140902 ») is the same as one of an hour of that day. Of two tellings of it, the one
    with an interpretation wins. Results without a date, a number or a code make no curve. A measure given in
    two units makes two curves. An instant without offset and a day count as written in French winter time.
    """
    names: dict[tuple[str, str], LabResult] = {}
    tellings: dict[tuple[str, str, str], list[CurvePoint]] = {}
    for result in results:
        if result.code is None:
            continue
        analysis = (result.code.system, result.code.code)
        names.setdefault(analysis, result)
        for unit, point in _points(result):
            tellings.setdefault((*analysis, unit), []).append(point)
    return tuple(
        Curve(names[system, code].name, names[system, code].code, unit, _once(points))
        for (system, code, unit), points in tellings.items()
    )


def _points(result: LabResult) -> Iterator[tuple[str, CurvePoint]]:
    for measure in _in_all_units(result.measures):
        if result.time is not None and measure.number is not None:
            usual = (one for one in result.references if one.is_usual and one.unit == measure.unit)
            yield (
                measure.unit,
                CurvePoint(result.time, measure.number, result.interpretation, next(usual, None)),
            )
    # The interpretation and the reference are those of the day: nothing is said of the earlier results.
    for earlier in result.previous:
        for measure in _in_all_units(earlier.measures):
            if earlier.time is not None and measure.number is not None:
                yield measure.unit, CurvePoint(earlier.time, measure.number)


def _in_all_units(measures: Iterable[Measure]) -> Iterator[Measure]:
    for measure in measures:
        yield measure
        yield from measure.others


def _once(tellings: Iterable[CurvePoint]) -> tuple[CurvePoint, ...]:
    # Sorted first, so that what is made of them does not depend on the order of the reports.
    ordered = sorted(tellings, key=_place)
    same: dict[tuple[ResultTime, Decimal], list[CurvePoint]] = {}
    hours: dict[tuple[PartialDate, Decimal], tuple[ResultTime, Decimal]] = {}
    for telling in ordered:
        if isinstance(telling.time, datetime):
            key: tuple[ResultTime, Decimal] = (telling.time, telling.number)
            same.setdefault(key, []).append(telling)
            hours.setdefault((PartialDate.of(telling.time.date()), telling.number), key)
    for telling in ordered:
        if isinstance(telling.time, PartialDate):
            day = (telling.time, telling.number)
            same.setdefault(hours.get(day, day), []).append(telling)
    points = (replace(max(group, key=_worth), time=group[0].time) for group in same.values())
    return tuple(sorted(points, key=_place))


def _worth(telling: CurvePoint) -> tuple[bool, bool, bool]:
    said = telling.interpretation
    return said is not None, said is not None and said.is_abnormal, telling.reference is not None


def _place(point: CurvePoint) -> tuple[timedelta, str, Decimal, str]:
    # Of those that begin together, a year is before its months and a month before its days.
    known = point.time.hl7 if isinstance(point.time, PartialDate) else ""
    return _since(point.time), known, point.number, repr(point)


def _since(time: ResultTime) -> timedelta:
    # Not datetime arithmetic with offsets: it overflows around the year 1, and mixes badly with none.
    if isinstance(time, PartialDate):
        time = datetime(time.year, time.month or 1, time.day or 1)
    offset = time.utcoffset()
    return time.replace(tzinfo=None) - datetime.min - (_WINTER if offset is None else offset)


def _is_inside(measure: Measure, bounds: Reference) -> bool:
    """True for a number between both bounds, or beyond the only one; compared in their unit."""
    if bounds.low is None and bounds.high is None:
        return False
    return any(
        each.number is not None
        and each.unit == bounds.unit
        and (bounds.low is None or each.number >= bounds.low)
        and (bounds.high is None or each.number <= bounds.high)
        for each in (measure, *measure.others)
    )
