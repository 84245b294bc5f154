"""The life of a patient: geometry, keyboard, wheel, words."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from demo_lgc.domain.timeline import Lane, TimelineEvent
from demo_lgc.ui.patient.lanes import DEEPEST, GATHER, Axis, Period, items_of, quarters, window
from demo_lgc.ui.patient.timeline import Timeline
from demo_lgc.ui.patient.timeline_words import headline, lines
from tests.ui.sharing.fake_desk import TODAY, events

DAYS = st.dates(date(1950, 1, 1), date(2040, 12, 31))


@pytest.fixture
def life(qtbot, look):
    widget = Timeline(TODAY)
    qtbot.addWidget(widget)
    widget.show_events(events())
    widget.resize(1170, widget.sizeHint().height())
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    widget.setFocus()
    return widget


@given(st.lists(DAYS, max_size=40), DAYS, st.integers(30, 4000))
def test_gathered_marks_keep_every_event_and_never_overlap(days, first, length):
    axis = Axis(first, first + timedelta(days=length), 178.0, 1150.0)
    known = [TimelineEvent(day, Lane.DOCUMENT, str(day)) for day in days]
    items = items_of(Lane.DOCUMENT, known, axis, TODAY)
    assert sum(len(item.events) for item in items) == sum(axis.holds(day) for day in days)
    places = [axis.x(item.day) for item in items]
    assert all(b - a >= GATHER for a, b in itertools.pairwise(places))


@given(DAYS, st.integers(1, 20000))
def test_quarters_cover_the_window_without_a_gap(first, length):
    axis = Axis(first, first + timedelta(days=length), 0.0, 1000.0)
    found = list(quarters(axis))
    assert found[0][0] <= axis.first
    assert found[-1][1] > axis.last
    assert all(a[1] == b[0] for a, b in itertools.pairwise(found))
    assert all(1 <= number <= 4 for *_, number in found)


def test_every_period_holds_today_and_all_holds_everything():
    for period in Period:
        first, last = window(events(), TODAY, period)
        assert first < TODAY < last
    first, last = window(events(), TODAY, Period.ALL)
    assert all(first <= e.day <= last for e in events())
    assert window((), TODAY, Period.ALL)[0] < TODAY


def test_a_treatment_without_an_end_reaches_today():
    axis = Axis(date(2014, 1, 1), date(2015, 1, 1), 0.0, 1000.0)
    (item,) = items_of(Lane.TREATMENT, [TimelineEvent(date(2013, 5, 1), Lane.TREATMENT, "X")], axis, TODAY)
    assert item.until == TODAY
    assert headline(item, TODAY) == "Depuis le 01/05/2013"


def test_the_arrows_move_along_and_between_lanes_and_say_where_they_are(life, qtbot):
    start = life.focused_item
    assert start is not None
    qtbot.keyClick(life, Qt.Key.Key_Left)
    assert life.focused_item.day < start.day
    assert life.accessibleDescription()
    lane = life.focused_item.lane
    qtbot.keyClick(life, Qt.Key.Key_Down)
    assert life.focused_item.lane is not lane


def test_a_click_chooses_the_document_of_a_mark_enter_and_a_double_click_open_it(life, qtbot):
    item = next(i for i in life.items() if any(e.document_id == "2.25.10" for e in i.events))
    with qtbot.waitSignal(life.document_chosen) as told:
        qtbot.mouseClick(life, Qt.MouseButton.LeftButton, pos=life.place(item).toPoint())
    assert told.args == ["2.25.10"]
    with qtbot.waitSignal(life.document_opened) as told:
        qtbot.mouseDClick(life, Qt.MouseButton.LeftButton, pos=life.place(item).toPoint())
    assert told.args == ["2.25.10"]
    with qtbot.waitSignal(life.document_opened):
        qtbot.keyClick(life, Qt.Key.Key_Return)


def test_the_wheel_pans_and_with_ctrl_zooms_around_the_pointer(life):
    def wheel(modifier, x=600.0):
        at = QPointF(x, 100.0)
        event = QWheelEvent(
            at,
            at,
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            modifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(life, event)

    first, last = life.shown
    wheel(Qt.KeyboardModifier.NoModifier)
    assert life.shown[0] < first
    assert life.shown[1] - life.shown[0] == last - first
    length = life.shown[1] - life.shown[0]
    wheel(Qt.KeyboardModifier.ControlModifier)
    assert life.shown[1] - life.shown[0] < length
    for _ in range(60):
        wheel(Qt.KeyboardModifier.ControlModifier)
    assert life.shown[1] - life.shown[0] >= timedelta(days=20)


def test_what_was_planned_says_whether_it_was_done_or_is_late(life):
    words = [headline(i, TODAY) for i in life.items() if i.planned]
    assert "Prévu le 15/03/2014, réalisé le 21/03/2014" in words
    assert "Dimanche 5 octobre 2014, en retard" in words
    assert "Mardi 20 janvier 2015, prévu" in words
    both = next(i for i in life.items() if i.planned and len(i.events) == 2)
    assert lines(both) == ["Glycémie", "Bilan lipidique"]


def test_the_follow_up_lane_is_there_only_when_something_is_planned(qtbot, look):
    widget = Timeline(TODAY)
    qtbot.addWidget(widget)
    tall = widget.sizeHint().height()
    widget.show_events(events())
    assert widget.sizeHint().height() == tall + 76


def test_years_of_life_are_drawn_within_a_frame_of_film(life):
    import time

    many = [
        TimelineEvent(date(2004, 1, 1) + timedelta(days=9 * n), Lane.DOCUMENT, f"Document {n}")
        for n in range(400)
    ]
    life.show_events(many)
    life.show_period(Period.ALL)
    start = time.process_time()  # of this program: what else the machine does is not counted
    life.grab()
    assert time.process_time() - start < 0.25


@given(st.lists(st.tuples(DAYS, st.integers(0, 900)), min_size=1, max_size=DEEPEST), DAYS)
def test_treatments_and_stays_never_hide_each_other(spans, first):
    axis = Axis(first, first + timedelta(days=700), 178.0, 1150.0)
    known = [
        TimelineEvent(day, Lane.TREATMENT, "x", until=day + timedelta(days=length)) for day, length in spans
    ]
    rooms: dict[int, float] = {}
    for item in items_of(Lane.TREATMENT, known, axis, TODAY):
        left = max(axis.x(item.day), axis.left)
        assert left >= rooms.get(item.level, 0.0)
        rooms[item.level] = max(left + 24, min(axis.x(item.until), axis.right))


def test_a_stay_during_a_treatment_stands_under_it_and_the_lane_makes_room(life):
    before = life.sizeHint().height()
    stay = TimelineEvent(date(2014, 8, 3), Lane.TREATMENT, "Hospitalisation", until=date(2014, 8, 5))
    life.show_events((*events(), stay))
    bar, mark = (i for i in life.items() if i.lane is Lane.TREATMENT)
    assert (bar.level, mark.level) == (0, 1)
    assert life.sizeHint().height() == before + 34
    assert not life._box(bar).intersects(life._box(mark))
