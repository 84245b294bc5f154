"""The curves that several reports make together, and what is outside an interval of usual values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.results import (
    CurvePoint,
    Interpretation,
    LabResult,
    Measure,
    Point,
    Reference,
    ResultTime,
    curves,
    outside,
)

POTASSIUM = Code("2823-3", oids.LOINC, "Potassium [Moles/Volume] Sérum/Plasma ; Numérique")
UREA = Code("22664-7", oids.LOINC, "Urée [Moles/Volume] Sérum/Plasma ; Numérique")
WINTER = timezone(timedelta(hours=1))
NOVEMBER = datetime(2014, 11, 3, 7, 40, tzinfo=WINTER)
SEPTEMBER = datetime(2014, 9, 2, 7, 35, tzinfo=timezone(timedelta(hours=2)))
NORMAL, HIGH, LOW = Interpretation.NORMAL, Interpretation.HIGH, Interpretation.LOW


def measure(number: str, unit: str = "mmol/L", **more: object) -> Measure:
    return Measure(number.replace(".", ","), unit, Decimal(number), **more)  # type: ignore[arg-type]


def result(number: str = "6.8", time: ResultTime | None = NOVEMBER, **more: object) -> LabResult:
    return LabResult("Potassium", POTASSIUM, (measure(number),), time, **more)  # type: ignore[arg-type]


def drawn(*results: LabResult) -> list[list[tuple[ResultTime, str]]]:
    return [[(point.time, str(point.number)) for point in curve.points] for curve in curves(results)]


def test_several_reports_make_one_curve_oldest_first():
    assert drawn(result("6.8"), result("4.5", SEPTEMBER)) == [[(SEPTEMBER, "4.5"), (NOVEMBER, "6.8")]]


def test_a_report_repeats_what_an_earlier_one_said_and_it_is_drawn_once_with_what_was_said_of_it():
    usual = Reference(Decimal("3.5"), Decimal("5.1"), "mmol/L")
    september = result("4.5", SEPTEMBER, interpretation=NORMAL, references=(usual,))
    november = result("6.8", previous=(Point(SEPTEMBER, (measure("4.50"),)),))

    for reports in ((september, november), (november, september)):
        (curve,) = curves(reports)
        assert curve.points == (
            CurvePoint(SEPTEMBER, Decimal("4.5"), NORMAL, usual),
            CurvePoint(NOVEMBER, Decimal("6.8")),
        )


def test_a_value_repeated_by_its_day_alone_is_the_one_of_an_hour_of_that_day():
    repeated = result("6.8", previous=(Point(PartialDate(2014, 9, 2), (measure("4.5"),)),))

    assert drawn(result("4.5", SEPTEMBER), repeated) == [[(SEPTEMBER, "4.5"), (NOVEMBER, "6.8")]]
    assert drawn(repeated) == [[(PartialDate(2014, 9, 2), "4.5"), (NOVEMBER, "6.8")]]


def test_two_values_of_one_day_are_two_points():
    noon = NOVEMBER.replace(hour=12)

    assert drawn(result("6.8"), result("6.8", noon), result("5.0")) == [
        [(NOVEMBER, "5.0"), (NOVEMBER, "6.8"), (noon, "6.8")]
    ]


def test_one_instant_written_with_two_offsets_is_one_point():
    assert len(curves([result(), result(time=NOVEMBER.astimezone(UTC))])[0].points) == 1


def test_two_units_make_two_curves_and_another_analysis_a_third():
    glucose = LabResult(
        "Glycémie à jeun",
        Code("40193-5", oids.LOINC, ""),
        (measure("9.2", others=(measure("1.66", "g/L"),)),),
        NOVEMBER,
    )
    urea = LabResult("Urée", UREA, (measure("6.2"),), NOVEMBER)

    assert [(curve.name, curve.unit) for curve in curves([glucose, urea])] == [
        ("Glycémie à jeun", "mmol/L"),
        ("Glycémie à jeun", "g/L"),
        ("Urée", "mmol/L"),
    ]


@pytest.mark.parametrize(
    "without",
    [
        result(time=None),
        LabResult("Potassium", None, (measure("6.8"),), NOVEMBER),
        LabResult("Potassium", POTASSIUM, (Measure("< 1,0", "mmol/L", high=Decimal(1)),), NOVEMBER),
        LabResult("Potassium", POTASSIUM, (), NOVEMBER),
        LabResult("Potassium", POTASSIUM, (), NOVEMBER, previous=(Point(None, (measure("6.8"),)),)),
    ],
    ids=["a date", "a code", "a number", "a value", "a date of the earlier result"],
)
def test_no_curve_without(without: LabResult):
    assert curves([without]) == ()


def test_only_an_interval_of_usual_values_goes_with_a_point():
    feared = Reference(Decimal("6.5"), None, "mmol/L", interpretation=Interpretation.CRITICAL_HIGH)
    grams = Reference(Decimal("0.1"), Decimal("0.2"), "g/L")
    usual = Reference(Decimal("3.5"), Decimal("5.1"), "mmol/L", interpretation=NORMAL)

    (curve,) = curves([result(references=(feared, grams, usual))])
    assert curve.points[0].reference == usual
    assert curves([result(references=(feared, grams))])[0].points[0].reference is None


def test_of_two_tellings_that_disagree_the_abnormal_one_is_kept():
    for order in ((NORMAL, HIGH), (HIGH, NORMAL)):
        assert curves(result(interpretation=said) for said in order)[0].points[0].interpretation is HIGH


offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
partial_dates = st.one_of(
    st.dates().map(PartialDate.of),
    st.dates().map(lambda day: PartialDate(day.year, day.month)),
    st.dates().map(lambda day: PartialDate(day.year)),
)
instants = st.datetimes(timezones=st.one_of(st.none(), offsets))
few_hours = st.sampled_from(
    [NOVEMBER, NOVEMBER.astimezone(UTC), NOVEMBER.replace(tzinfo=None), PartialDate(2014, 11, 3), SEPTEMBER]
)
times = st.one_of(few_hours, partial_dates, instants)
measures = st.builds(
    measure, st.sampled_from(["4.5", "4.50", "6.8", "-1"]), st.sampled_from(["mmol/L", "g/L"])
)
points = st.builds(Point, st.none() | times, st.tuples(measures))
results = st.lists(
    st.builds(
        LabResult,
        st.just("Potassium"),
        st.sampled_from([POTASSIUM, UREA]),
        st.lists(measures, max_size=2).map(tuple),
        st.none() | times,
        interpretation=st.none() | st.sampled_from(Interpretation),
        previous=st.lists(points, max_size=3).map(tuple),
    ),
    max_size=6,
)


@given(results)
def test_reading_the_same_reports_twice_changes_nothing(reports: list[LabResult]):
    assert curves(reports + reports) == curves(reports)


@given(results, st.randoms(use_true_random=False))
def test_the_points_do_not_depend_on_the_order_of_the_reports(reports: list[LabResult], random):
    shuffled = list(reports)
    random.shuffle(shuffled)

    def known(found):
        return {(curve.code, curve.unit): curve.points for curve in found}

    assert known(curves(shuffled)) == known(curves(reports))


@given(results)
@example([result(time=datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))), result(time=None)])
@example([result(time=datetime.max.replace(tzinfo=timezone(-timedelta(hours=14)))), result()])
@example([result(time=PartialDate(2000, 3, 1)), result(time=PartialDate(2000, 3))])
def test_points_follow_one_another_in_time(reports: list[LabResult]):
    for curve in curves(reports):
        assert curve.points
        for before, after in pairwise(curve.points):
            kinds = {type(before.time), type(after.time)}
            zoned = [isinstance(p.time, datetime) and p.time.tzinfo is not None for p in (before, after)]
            if kinds == {PartialDate} or all(zoned):
                assert before.time <= after.time  # type: ignore[operator]


@given(results)
def test_every_number_with_a_date_is_on_a_curve(reports: list[LabResult]):
    told = {
        (report.code, each.unit, each.number)
        for report in reports
        for time, found in ((report.time, report.measures), *((p.time, p.measures) for p in report.previous))
        for each in found
        if time is not None
    }

    drawn = {(curve.code, curve.unit, point.number) for curve in curves(reports) for point in curve.points}
    assert drawn == told


USUAL = Reference(Decimal("3.5"), Decimal("5.1"), "mmol/L")


@pytest.mark.parametrize(
    ("found", "reference", "said"),
    [
        (measure("6.8"), USUAL, HIGH),
        (measure("3.4"), USUAL, LOW),
        (measure("3.5"), USUAL, None),
        (measure("5.10"), USUAL, None),
        (measure("6.8"), Reference(None, Decimal("5.1"), "mmol/L"), HIGH),
        (measure("6.8"), Reference(Decimal("5.1"), None, "mmol/L"), None),
        (measure("6.8", "g/L"), USUAL, None),
        (measure("680", "mg/L", others=(measure("6.8"),)), USUAL, HIGH),
        (Measure("< 1", "mmol/L", high=Decimal(1)), USUAL, LOW),
        (Measure("< 4", "mmol/L", high=Decimal(4)), USUAL, None),
        (Measure("> 9", "mmol/L", low=Decimal(9)), USUAL, HIGH),
        (Measure("traces", "mmol/L"), USUAL, None),
        (measure("6.8"), Reference(text="selon l’âge", unit="mmol/L"), None),
        (measure("6.8"), Reference(None, Decimal("5"), "mmol/L", interpretation=HIGH), None),
    ],
)
def test_outside_is_said_only_of_a_number_in_the_unit_of_usual_values(
    found: Measure, reference: Reference, said: Interpretation | None
):
    assert outside(found, reference) is said
