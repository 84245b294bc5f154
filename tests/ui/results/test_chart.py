"""A curve on the screen: what is painted, how little of it, and what the mouse and the keyboard say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.results import Interpretation
from demo_lgc.ui.results import ink
from demo_lgc.ui.results.model import Shape
from tests.ui.results.papers import POTASSIUM, UREA, at, curve, point, usual

DRAWINGS = ("drawLine", "drawLines", "drawPath", "drawEllipse", "drawText", "drawPolygon", "fillRect")


class Counting:
    """A painter that counts what it is asked to draw, and how many corners its paths have."""

    def __init__(self, painter):
        self._painter = painter
        self.calls = Counter()

    def __getattr__(self, name):
        known = getattr(self._painter, name)

        def call(*args):
            self.calls[name] += 1
            return known(*args)

        return call if name in DRAWINGS else known


def drawn(chart):
    """Paint the plot on a picture; return the picture and what was asked of the painter."""
    picture = QImage(chart.size(), QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    counting = Counting(painter)
    chart.paint_on(counting)
    painter.end()
    return picture, counting.calls


def test_points_are_triangles_by_what_the_laboratory_says_else_by_the_reference(open_chart):
    shapes = [spot.level.shape for spot in open_chart().spots]
    assert shapes == [Shape.DISC, Shape.DISC, Shape.DOWN, Shape.UP, Shape.UP]
    word = [spot.level.word for spot in open_chart().spots]
    assert word == ["", "normal", "hors référence", "haut", "haut"], "« bas » is for the laboratory to say"


def test_what_the_laboratory_calls_normal_stays_a_disc_out_of_its_reference(open_chart):
    told = point(at(2014, 11, 3), "9.9", Interpretation.NORMAL, usual("1", "2", "g/L"))
    (spot,) = open_chart(curve("Fer", "1", "g/L", told)).spots
    assert spot.level.shape is Shape.DISC


def test_a_point_stands_where_its_value_and_its_day_are(open_chart):
    chart = open_chart()
    places = [chart.place(spot) for spot in chart.spots]
    assert [p.x() for p in places] == sorted(p.x() for p in places)
    highest = min(zip(places, chart.spots, strict=True), key=lambda pair: pair[0].y())[1]
    assert highest.value == 10.4
    assert all(QRectF(chart.rect()).contains(place) for place in places)


def test_a_month_stands_at_its_middle_and_keeps_its_words(open_chart, qtbot):
    months = curve("A", "1", "g/L", point(PartialDate(2014, 3), "1"), point(PartialDate(2014, 3, 16), "2"))
    chart = open_chart(months)
    whole, day = chart.spots
    assert abs(whole.day - day.day) < 1
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert chart.accessibleDescription() == "03/2014, 1\u00a0g/L"


def test_the_band_is_painted_and_an_unknown_bound_is_beyond_the_axis(open_chart, look):
    band = look.tokens().band
    values = (point(at(2014, 9, 3), "1"), point(at(2014, 10, 3), "9"))
    above = curve("A", "1", "g/L", *values, point(at(2014, 11, 3), "9", None, usual("5", "", "g/L")))
    below = curve("A", "1", "g/L", *values, point(at(2014, 11, 3), "9", None, usual("", "5", "g/L")))
    for told, has_top in ((above, True), (below, False)):
        chart = open_chart(told)
        room = chart._layout().room
        picture, _ = drawn(chart)
        tops = picture.pixelColor(round(room.left()) + 9, round(room.top()) + 6).name()
        feet = picture.pixelColor(round(room.left()) + 9, round(room.bottom()) - 6).name()
        assert (tops == band.lower()) is has_top
        assert (feet == band.lower()) is not has_top


def test_one_value_is_a_point_without_a_line(open_chart):
    chart = open_chart(UREA)
    assert len(chart.spots) == 1
    _, calls = drawn(chart)
    assert calls["drawLines"] == 0
    assert calls["drawPath"] == 1


@pytest.mark.parametrize("count", [50, 5000])
def test_however_many_points_there_are_few_drawings_are_asked(open_chart, count):
    said = (Interpretation.NORMAL, Interpretation.HIGH, Interpretation.LOW, Interpretation.CRITICAL)
    points = (
        point(at(2001, 1, 1) + timedelta(days=n * 4600 / count), str(4 + n % 7), said[n % 4])
        for n in range(count)
    )
    chart = open_chart(curve("Glycémie", "1", "mmol/L", *points))
    assert len(chart.spots) == count
    _, calls = drawn(chart)
    assert calls["drawLines"] == 1
    assert calls["drawPath"] == 4
    assert sum(calls.values()) < 60


def test_of_many_points_on_a_pixel_the_extremes_are_kept(open_chart):
    day = at(2014, 11, 3)
    many = [point(day + timedelta(seconds=n), "900" if n == 777 else "5") for n in range(2000)]
    far = point(at(2004, 11, 3), "5")
    chart = open_chart(curve("Troponine", "1", "ng/L", far, *many))
    peak = next(spot for spot in chart.spots if spot.value == 900)
    before, _ = drawn(chart)
    above = chart.place(peak) + QPointF(0, 12)
    assert before.pixelColor(above.toPoint()).name() != "#ffffff", "the line goes up to it"


@pytest.mark.parametrize(
    "numbers", [("0", "0"), ("1E+90", "2E+90"), ("1E-90", "3E-90"), ("-4", "4"), ("99999999", "100000000")]
)
def test_numbers_of_any_size_are_drawn(open_chart, numbers):
    chart = open_chart(curve("A", "1", "", *(point(at(2014, n, 1), v) for n, v in enumerate(numbers, 1))))
    axes = chart._layout()
    assert axes.low < axes.high
    assert 2 <= len(axes.values()) <= 12
    assert not chart.grab().isNull()


@pytest.mark.parametrize("years", [(1, 9999), (2014, 2014), (1900, 2014)])
def test_any_years_have_a_few_marks_that_do_not_touch(open_chart, years):
    points = (point(PartialDate(year), "1") for year in years)
    axes = open_chart(curve("A", "1", "", *points))._layout()
    marks = [axes.x(mark.at) for mark in axes.months()]
    assert 1 <= len(marks) <= 14
    assert all(b - a > 30 for a, b in pairwise(marks))


def test_the_arrows_go_from_value_to_value_and_it_is_told(open_chart, qtbot):
    chart = open_chart()
    assert "5 valeurs" in chart.accessibleDescription()
    assert chart.accessibleName() == "Courbe\u00a0: Glycémie à jeun (mmol/L)"
    chart.clearFocus()
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    assert chart.accessibleDescription() == "03/11/2014 à 07:40, 9,2\u00a0mmol/L, haut"
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.accessibleDescription() == "02/09/2014 à 07:40, 7,9\u00a0mmol/L, haut"
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert chart.focused_spot is chart.spots[0]
    qtbot.keyClick(chart, Qt.Key.Key_End)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.focused_spot is chart.spots[-1]


def test_the_pointer_shows_the_nearest_value_and_a_click_takes_the_keyboard_there(open_chart, qtbot):
    chart = open_chart()
    spot = chart.spots[1]
    before = chart.grab().toImage()
    qtbot.mouseMove(chart, (chart.place(spot) + QPointF(4, 4)).toPoint())
    qtbot.waitUntil(lambda: chart.pointed_spot is spot)
    assert chart.grab().toImage() != before
    qtbot.mouseMove(chart, chart.rect().topLeft())
    qtbot.waitUntil(lambda: chart.pointed_spot is None)
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.place(spot).toPoint())
    assert chart.focused_spot is spot
    assert chart.hasFocus()


def test_a_card_never_hides_its_own_point_nor_leaves_the_plot(open_chart):
    chart = open_chart()
    room = QRectF(chart.rect())
    places = [chart.place(spot) for spot in chart.spots]
    for rank, place in enumerate(places):
        box = ink.card_box("10,4 mmol/L", "02/09/2014 à 07:40, haut", room, rank, places)
        assert room.contains(box)
        assert not box.contains(place)


def test_a_card_takes_the_side_where_nothing_is(look):
    peaks = [QPointF(x, 100 if n % 2 else 40) for n, x in enumerate(range(200, 500, 20))]
    rank = 7
    box = ink.card_box("6,8", "hier", QRectF(0, 0, 700, 220), rank, peaks)
    assert box.top() > peaks[rank].y()
    troughs = [QPointF(place.x(), 200 - place.y()) for place in peaks]
    box = ink.card_box("6,8", "hier", QRectF(0, 0, 700, 220), rank, troughs)
    assert box.bottom() < troughs[rank].y()


def test_a_period_without_value_says_so(open_chart):
    chart = open_chart(replace(POTASSIUM, points=()))
    assert chart.accessibleDescription() == "Aucune valeur sur cette période."
    _, calls = drawn(chart)
    assert calls["drawPath"] == calls["drawLines"] == 0


def test_a_new_theme_is_painted_at_once(open_chart, look):
    chart = open_chart()
    light = chart.grab().toImage()
    try:
        look.apply("dark")
        dark = chart.grab().toImage()
    finally:
        look.apply("light")
    assert light.pixelColor(3, 3) != dark.pixelColor(3, 3)
    assert chart.grab().toImage() == light
