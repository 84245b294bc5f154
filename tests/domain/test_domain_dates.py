"""Partial dates and ages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.dates import PartialDate, age_in_words

partial_dates = st.dates().flatmap(
    lambda d: st.sampled_from([PartialDate.of(d), PartialDate(d.year, d.month), PartialDate(d.year)])
)


@given(partial_dates)
def test_a_partial_date_is_read_back_from_its_digits(partial: PartialDate) -> None:
    assert PartialDate.parse(partial.hl7) == partial


@given(partial_dates)
def test_the_digits_and_the_french_say_the_same(partial: PartialDate) -> None:
    assert "".join(reversed(partial.french.split("/"))) == partial.hl7


@pytest.mark.parametrize(
    ("text", "french"), [("2014", "2014"), ("201407", "07/2014"), ("20140708", "08/07/2014")]
)
def test_a_precision_is_kept(text: str, french: str) -> None:
    assert PartialDate.parse(text).french == french


@pytest.mark.parametrize(
    "text",
    [
        "",
        "14",
        "201",
        "20147",
        "2014070",
        "201413",
        "20140231",
        "20140001",
        "00000101",
        "2014-07-08",
        "٢٠١٤",
        "201400",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        PartialDate.parse(text)


def test_dates_of_any_precision_are_put_in_order() -> None:
    digits = ["1999", "2014", "201401", "20140131", "201402", "2015"]
    assert [d.hl7 for d in sorted(PartialDate.parse(text) for text in reversed(digits))] == digits


@given(partial_dates, partial_dates)
def test_two_dates_are_equal_or_in_one_order(one: PartialDate, other: PartialDate) -> None:
    assert [one < other, one == other, one > other].count(True) == 1


def test_a_day_needs_a_month() -> None:
    with pytest.raises(ValueError, match="month"):
        PartialDate(2014, None, 8)


@pytest.mark.parametrize(
    ("born", "today", "words"),
    [
        ("1948-08-18", "2014-11-06", "66 ans et 2 mois"),
        ("1948-08-18", "2014-08-17", "65 ans et 11 mois"),
        ("1948-08-18", "2014-08-18", "66 ans"),
        ("2013-11-06", "2014-11-06", "1 an"),
        ("2013-10-06", "2014-11-06", "1 an et 1 mois"),
        ("2014-10-06", "2014-11-06", "1 mois"),
        ("2014-10-07", "2014-11-06", "30 jours"),
        ("2014-11-05", "2014-11-06", "1 jour"),
        ("2014-11-06", "2014-11-06", "0 jour"),
        ("2012-02-29", "2013-02-28", "11 mois"),
        ("2012-02-29", "2013-03-01", "1 an"),
        ("2014-01-31", "2014-02-28", "28 jours"),
        ("2014-01-31", "2014-03-01", "1 mois"),
    ],
)
def test_an_age_is_said_in_completed_years_and_months(born: str, today: str, words: str) -> None:
    said = age_in_words(date.fromisoformat(born), date.fromisoformat(today))
    assert said.replace("\u00a0", " ") == words


@given(st.dates(date(1890, 1, 1), date(2060, 1, 1)), st.integers(0, 45_000))
def test_an_age_grows_and_keeps_numbers_and_words_together(born: date, days: int) -> None:
    first = _months(born, date.fromordinal(born.toordinal() + days))
    later = _months(born, date.fromordinal(born.toordinal() + days + 1))
    assert 0 <= later - first <= 1
    assert abs(first * 30.4369 - days) < 34  # a month, and leap years that come unevenly


def _months(born: date, today: date) -> int:
    """Completed months, read from the words."""
    said = age_in_words(born, today)
    assert not re.search(r"\d ", said), "a number is never parted from its word"
    numbers = dict(reversed(piece.split("\u00a0")) for piece in said.split(" et "))
    years = int(numbers.get("an", 0)) + int(numbers.get("ans", 0))
    months = int(numbers.get("mois", 0))
    assert months < 12
    if "jour" in numbers or "jours" in numbers:
        assert years == months == 0
    return 12 * years + months
