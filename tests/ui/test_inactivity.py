"""Inactivity locks: what counts as a touch, what does not, and what sleep does to the clock."""

from __future__ import annotations

import statistics
import sys
import time
from typing import ClassVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QInputMethodEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from demo_lgc.ui.session import idle
from demo_lgc.ui.session.idle import IdleWatch

SHORT = 1.0 / 60  # minutes: one second
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def window(qtbot, look):
    made = QWidget()
    qtbot.addWidget(made)
    made.field = QLineEdit()
    box = QVBoxLayout(made)
    box.addWidget(made.field)
    made.resize(300, 200)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.field.setFocus()
    return made


@pytest.fixture
def watched(window):
    """A window, its watch of ten minutes on a clock of paper, and what the watch told."""
    clock, told = Clock(), []
    watch = IdleWatch(10, window, clock)
    watch.idle.connect(lambda: told.append(clock.now))
    watch.start()
    yield window, watch, clock, told
    watch.stop()


def test_keys_put_the_lock_off_and_silence_brings_it(qtbot, window):
    """On the real clock, with real keys."""
    watch = IdleWatch(SHORT, window)
    told = []
    watch.idle.connect(lambda: told.append(time.monotonic()))
    watch.start()
    for letter in "abcdefgh":
        QTest.qWait(150)
        qtbot.keyClick(window.field, letter)
    last = time.monotonic()
    assert window.field.text() == "abcdefgh"
    assert not told
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert 1.0 <= told[0] - last < 3.0
    assert not watch.is_watching


def touches(window):
    """Every kind of touch that keeps a session open."""
    handle, centre = window.windowHandle(), QPoint(20, 20)
    glass = QTest.createTouchDevice()
    return {
        "key": lambda: QTest.keyClick(handle, Qt.Key.Key_A),
        "press": lambda: QTest.mouseClick(handle, LEFT, pos=centre),
        "move": lambda: QTest.mouseMove(handle, QPoint(33, 44)),
        "wheel": lambda: QTest.wheelEvent(handle, QPointF(centre), QPoint(0, 120)),
        "finger": lambda: QTest.touchEvent(handle, glass).press(0, centre).commit(),
        "input-method": lambda: QCoreApplication.sendEvent(window.field, _composed("é")),
    }


def _composed(text: str) -> QInputMethodEvent:
    event = QInputMethodEvent()
    event.setCommitString(text)
    return event


@pytest.mark.parametrize("kind", ["key", "press", "move", "wheel", "finger", "input-method"])
def test_every_touch_counts(watched, kind):
    window, watch, clock, told = watched
    act = touches(window)[kind]
    clock.now += 599
    act()
    clock.now += 599
    watch._compare()
    assert not told
    clock.now += 1
    watch._compare()
    assert told == [clock.now]


def _repeat(window):
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Down, NONE, "", True, 3)
    QCoreApplication.sendEvent(window.field, event)


def _still_pointer(window):
    QTest.mouseMove(window.windowHandle(), QPoint(50, 60))


def _forged_click(window):
    place = QPointF(20, 20)
    event = QMouseEvent(QEvent.Type.MouseButtonPress, place, place, LEFT, LEFT, NONE)
    QCoreApplication.sendEvent(window, event)


def _window_under_pointer(window):
    place = QPointF(20, 20)
    QCoreApplication.sendEvent(window, QEnterEvent(place, place, place))


def _paint(window):
    window.repaint()
    window.resize(window.width() + 1, window.height())
    QCoreApplication.processEvents()


def _timer(window):
    heard = []
    timer = QTimer(window, interval=1)
    timer.timeout.connect(lambda: heard.append(1))
    timer.start()
    QTest.qWait(20)
    timer.stop()
    assert heard


@pytest.mark.parametrize(
    "act", [_repeat, _still_pointer, _forged_click, _window_under_pointer, _paint, _timer]
)
def test_what_no_hand_did_does_not_count(watched, act):
    window, watch, clock, told = watched
    _still_pointer(window)
    QCoreApplication.processEvents()
    clock.now += 599
    act(window)
    clock.now += 1
    watch._compare()
    assert told == [clock.now]


def test_a_key_held_down_by_a_book_does_not_keep_the_session_open(qtbot, watched, monkeypatch):
    window, watch, clock, told = watched
    monkeypatch.setattr(QKeyEvent, "isAutoRepeat", lambda _event: True)  # QTest forges no repetition
    clock.now += 599
    qtbot.keyClick(window.field, "a")
    clock.now += 1
    watch._compare()
    assert told


def test_the_first_touch_after_a_long_sleep_locks_and_goes_no_further(qtbot, watched):
    """The machine slept: no timer ran, and the hand that comes back is perhaps another one."""
    window, watch, clock, told = watched
    clock.now += 8 * 3600
    qtbot.keyClick(window.field, "a")
    assert told == [clock.now]
    assert window.field.text() == ""
    assert not watch.is_watching


def test_it_is_told_once_and_then_nothing_is_watched(qtbot, watched):
    window, watch, clock, told = watched
    clock.now += 600
    watch._compare()
    clock.now += 6000
    qtbot.keyClick(window.field, "a")
    assert len(told) == 1
    assert window.field.text() == "a"
    watch.start()
    clock.now += 599
    watch._compare()
    assert len(told) == 1


def test_a_shorter_delay_counts_what_was_already_waited(watched):
    _, watch, clock, told = watched
    clock.now += 300
    watch.set_minutes(5)
    watch._compare()
    assert told


def test_a_stopped_watch_tells_nothing(qtbot, watched):
    window, watch, clock, told = watched
    watch.stop()
    clock.now += 6000
    qtbot.keyClick(window.field, "a")
    assert not told
    assert window.field.text() == "a"


def test_a_dialog_that_holds_the_window_does_not_hold_the_lock(qtbot, window):
    watch = IdleWatch(SHORT, window)
    dialog = QDialog(window)
    watch.idle.connect(dialog.reject)
    watch.start()
    began = time.monotonic()
    dialog.exec()  # a loop of its own, as a native dialog has
    assert 1.0 <= time.monotonic() - began < 4.0


def test_keys_in_a_dialog_count_as_any(qtbot, watched):
    window, watch, clock, told = watched
    dialog = QDialog(window)
    dialog.open()
    qtbot.waitUntil(dialog.isActiveWindow)
    clock.now += 599
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_A)
    clock.now += 599
    watch._compare()
    dialog.close()
    assert not told


def test_a_field_that_is_gone_is_not_looked_for(qtbot, watched):
    window, watch, clock, told = watched
    other = QLineEdit(window)
    other.show()
    other.setFocus()
    other.deleteLater()
    QCoreApplication.sendPostedEvents(other, QEvent.Type.DeferredDelete)
    window.field.setFocus()
    watch.stop()
    watch.start()
    clock.now += 600
    watch._compare()
    assert told


@pytest.mark.skipif(sys.platform != "linux", reason="a clock of Linux")
def test_the_clock_is_the_one_that_counts_sleep():
    assert idle.uptime() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=0.1)


def test_an_event_costs_less_than_two_microseconds(qapp, watched):
    """Of all the events of a page that is drawn: the watch is called for few of them."""

    class Counter(QObject):
        seen = 0

        def eventFilter(self, _watched: QObject, _event: QEvent) -> bool:  # noqa: N802 - a name of Qt
            self.seen += 1
            return False

    class Timed(IdleWatch):
        spent: ClassVar[list[float]] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            began = time.perf_counter()
            try:
                return super().eventFilter(watched, event)
            finally:
                self.spent.append(time.perf_counter() - began)

    window, watch, _, _ = watched
    watch.stop()
    timed, counter = Timed(10, window), Counter()
    timed.start()
    qapp.installEventFilter(counter)
    for step in range(200):
        QTest.mouseMove(window.windowHandle(), QPoint(20 + step % 60, 20 + step % 40))
        window.resize(300 + step % 2, 200)
        QCoreApplication.processEvents()
    qapp.removeEventFilter(counter)
    timed.stop()
    assert counter.seen > 1000
    assert 200 <= len(timed.spent) < counter.seen
    assert statistics.median(timed.spent) * len(timed.spent) / counter.seen < 2e-6
