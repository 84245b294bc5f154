import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer, Signal
from PySide6.QtWidgets import QDialog, QWidget

from demo_lgc.domain.errors import NetworkError
from demo_lgc.ui.flow import FlowRunner, ask, background, next_turn, wait_for


class Page(QWidget):
    decided = Signal(object)
    closed = Signal()


@pytest.fixture(params=["threads", "serial"])
def runner(request, qapp):
    runner = FlowRunner(serial=request.param == "serial")
    yield runner
    assert runner.wait()


@pytest.fixture
def threaded(qapp):
    runner = FlowRunner()
    yield runner
    assert runner.wait()


def delete(thing):
    thing.deleteLater()
    QCoreApplication.sendPostedEvents(thing, QEvent.Type.DeferredDelete)


def test_work_runs_elsewhere_and_its_result_comes_back_here(qtbot, runner):
    seen = []

    def flow():
        seen.append((yield background(threading.current_thread)))
        seen.append(threading.current_thread())

    with qtbot.waitSignal(runner.idle):
        runner.start(flow())
    assert seen[1] is threading.main_thread()
    assert (seen[0] is threading.main_thread()) is runner.serial


def test_a_failure_is_raised_at_the_yield_and_the_story_goes_on(qtbot, runner):
    told = []

    def refuse():
        raise NetworkError("DMP")

    def flow():
        try:
            yield background(refuse)
        except NetworkError as error:
            told.append(error.service)
        told.append((yield background(lambda: 2, lane="card")))

    with qtbot.waitSignal(runner.idle):
        runner.start(flow())
    assert told == ["DMP", 2]


def test_a_story_inside_a_story(qtbot, runner):
    told = []

    def inner():
        told.append((yield background(lambda: "inner", lane="store")))
        return 3

    def outer():
        told.append((yield from inner()))

    with qtbot.waitSignal(runner.idle):
        runner.start(outer())
    assert told == ["inner", 3]


def test_an_uncaught_failure_reaches_the_window(qtbot, runner):
    def flow():
        yield background(int, "x")

    with qtbot.waitSignal(runner.failed) as caught:
        runner.start(flow())
    assert isinstance(caught.args[0], ValueError)


def test_a_failure_before_the_first_wait_reaches_the_window_too(qtbot, runner):
    def flow():
        yield background(abs, 1, lane="nowhere")

    with qtbot.waitSignal(runner.failed) as caught:
        runner.start(flow())
    assert "nowhere" in str(caught.args[0])


@pytest.mark.parametrize("accepted", [True, False])
def test_a_dialog_answers_yes_or_no(qtbot, runner, accepted):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    said = []

    def flow():
        said.append((yield ask(dialog)))
        said.append((yield background(str, 1)))

    with qtbot.waitSignal(runner.idle):
        runner.start(flow())
        assert dialog.isVisible()
        dialog.done(QDialog.DialogCode.Accepted if accepted else QDialog.DialogCode.Rejected)
    assert said == [accepted, "1"]


def test_a_page_is_awaited_as_often_as_the_story_wants(qtbot, runner):
    page = Page()
    qtbot.addWidget(page)
    said = []

    def flow():
        said.append((yield wait_for(page)))
        said.append((yield wait_for(page)))
        said.append((yield wait_for(page, page.closed)))

    with qtbot.waitSignal(runner.idle):
        runner.start(flow())
        page.decided.emit("one")
        page.decided.emit("two")
        page.decided.emit("nobody hears this")
        page.closed.emit()
    assert said == ["one", "two", None]


def test_a_story_ends_with_its_page(qtbot, runner):
    page = Page()
    ended = []

    def flow():
        try:
            yield wait_for(page)
        finally:
            ended.append(True)

    with qtbot.waitSignal(runner.idle):
        story = runner.start(flow())
        delete(page)
    assert ended == [True]
    assert story.is_over


def test_a_result_is_not_heard_when_the_owner_is_gone(qtbot, threaded):
    owner, gate, told = QWidget(), threading.Event(), []

    def flow():
        told.append((yield background(gate.wait, 5)))

    threaded.start(flow(), owner)
    delete(owner)
    gate.set()
    with qtbot.waitSignal(threaded.rested):
        pass
    assert told == []


def test_a_closed_story_cleans_up_after_itself(qtbot, threaded):
    gate, ended = threading.Event(), []

    def flow():
        try:
            yield background(gate.wait, 5)
        finally:
            ended.append(True)

    story = threaded.start(flow())
    story.close()
    assert ended == [True]
    gate.set()


@pytest.mark.parametrize(("lane", "most"), [("card", 1), ("store", 1), ("network", 4)])
def test_a_lane_serves_so_many_at_once(qtbot, threaded, lane, most):
    lock, inside, peak = threading.Lock(), [], []

    def work():
        with lock:
            inside.append(1)
            peak.append(len(inside))
        threading.Event().wait(0.03)
        with lock:
            inside.pop()

    def flow():
        yield background(work, lane=lane)

    with qtbot.waitSignal(threaded.idle):
        for _ in range(8):
            threaded.start(flow())
    assert max(peak) == most


def test_lanes_do_not_wait_for_each_other(qtbot, threaded):
    gate, told = threading.Event(), []

    def slow():
        yield background(gate.wait, 5, lane="card")
        told.append("card")

    def quick():
        yield background(int, lane="store")
        told.append("store")
        gate.set()

    with qtbot.waitSignal(threaded.idle):
        threaded.start(slow())
        threaded.start(quick())
    assert told == ["store", "card"]


def test_once_new_stories_are_refused_none_begins_and_those_waiting_end(qtbot, runner):
    page = Page()
    qtbot.addWidget(page)
    told = []

    def waiting():
        try:
            yield wait_for(page)
        finally:
            told.append("waiting ended")

    def late():
        told.append("never")
        yield background(int)

    runner.start(waiting())
    runner.refuse_new()
    assert runner.start(late()).is_over
    assert told == ["waiting ended"]


def test_a_work_under_way_ends_and_its_story_goes_no_further_once_refused(qtbot, threaded):
    gate, told = threading.Event(), []

    def flow():
        told.append((yield background(gate.wait, 5)))
        told.append((yield background(str, "never")))

    threaded.start(flow())
    threaded.refuse_new()
    assert threaded.is_working
    with qtbot.waitSignal(threaded.rested):
        gate.set()
    assert told == [True]
    assert not threaded.is_working


def test_the_window_hears_of_every_failed_call(qtbot, runner):
    heard = []
    runner.heard.connect(lambda lane, error: heard.append((lane, type(error))))

    def refuse():
        raise NetworkError("DMP")

    def flow():
        yield background(int)
        try:
            yield background(refuse)
        except NetworkError:
            return

    with qtbot.waitSignal(runner.idle):
        runner.start(flow())
    assert heard == [("network", type(None)), ("network", NetworkError)]


def test_the_window_lives_between_two_pieces_of_a_page(qtbot, threaded):
    told = []

    def story(name):
        for piece in (1, 2):
            told.append((name, piece))
            yield next_turn()

    QTimer.singleShot(0, lambda: told.append("alive"))
    threaded.start(story("a"))
    threaded.start(story("b"))
    assert told == [("a", 1), ("b", 1)]
    qtbot.waitUntil(lambda: len(told) == 5)
    assert told.index("alive") < told.index(("a", 2)) < told.index(("b", 2))


def test_a_story_closed_while_the_window_breathes_goes_no_further(qtbot, threaded):
    told = []

    def story():
        yield next_turn()
        told.append("never")

    threaded.start(story()).close()
    qtbot.wait(50)
    assert told == []
