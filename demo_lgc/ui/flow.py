"""Gestures that go back and forth between the doctor and slow work, each told as one story.

A flow is a generator that runs on the GUI thread and yields what it waits for: `background(...)` for slow
work, `ask(...)` for the answer to a dialog, `wait_for(...)` for the decision taken on a page, `next_turn()`
for the window to breathe. The result comes back as the value of the `yield`; a failure is raised there, so
that `try` reads as usual.

```
def open_session(self, code):
    try:
        session = yield background(self.sessions.open, code, lane="card")
    except CardError as error:
        self.view.refuse(error)
```

Nothing but drawing happens between two yields: the window stays alive during every call.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QDialog

BREATH = 2  # ms a story leaves to the window between two pieces; zero would let timers follow in one go
LANES = {"card": 1, "lock": 1, "network": 4, "store": 1, "outbox": 1, "sign-in": 2}
"""How many works run at once in each lane: a card serves one caller, and `lock` waits for none of its works;
`outbox` sends what waits, `sign-in` waits for people, for minutes: the one given up does not hold the
next."""


@dataclass(frozen=True)
class Background:
    """Slow work, and the lane it runs in. No Qt object goes in or comes out."""

    work: Callable[..., Any]
    args: tuple[Any, ...] = field(repr=False)  # a code, sometimes
    lane: str


@dataclass(frozen=True)
class Question:
    """A dialog to show."""

    dialog: QDialog


@dataclass(frozen=True)
class Decision:
    """A page, or another object, whose signal is waited for."""

    page: QObject
    signal: SignalInstance


@dataclass(frozen=True)
class Turn:
    """The next turn of the event loop."""


Step = Background | Question | Decision | Turn
Flow = Generator[Step, Any, Any]


def background(work: Callable[..., Any], *args: Any, lane: str = "network") -> Background:
    """Run `work(*args)` off the GUI thread; the yield gives its result. Raises ValueError (unknown lane)."""
    if lane not in LANES:
        raise ValueError(f"no lane is called {lane}")
    return Background(work, args, lane)


def ask(dialog: QDialog) -> Question:
    """Open `dialog` and wait until it is closed; the yield gives True when it was accepted."""
    return Question(dialog)


def wait_for(page: QObject, signal: SignalInstance | None = None) -> Decision:
    """Wait for `page.decided` (a `Signal(object)`) or `signal` of that page; the yield gives what it says."""
    return Decision(page, signal if signal is not None else page.decided)  # type: ignore[attr-defined]


def next_turn() -> Turn:
    """Let the window draw and hear before going on: between two pieces of a page that takes long to build."""
    return Turn()


class Story:
    """A flow under way. `close()` ends it: what it was waiting for is no longer awaited."""

    def __init__(self, runner: FlowRunner, flow: Flow, owner: QObject | None) -> None:
        self._runner, self._flow = runner, flow
        self._owner = owner
        self._links: list[tuple[SignalInstance, Callable[..., None]]] = []
        self.is_over = False
        if owner is not None:
            owner.destroyed.connect(self._owner_gone)

    def close(self) -> None:
        """End the flow here: its `finally` clauses run, a work under way ends unheard."""
        if not self.is_over:
            self._end()
            self._flow.close()

    def go_on(self, value: Any = None, error: BaseException | None = None) -> None:
        """Give the flow what it waited for, and go to its next wait."""
        while not self.is_over:
            try:
                step = self._flow.send(value) if error is None else self._flow.throw(error)
            except StopIteration:
                self._end()
            except Exception as failure:
                self._end()
                self._runner.failed.emit(failure)
            else:
                if not self._runner.accepts:
                    self.close()
                elif isinstance(step, Turn) and self._runner.serial:
                    value, error = None, None
                    continue
                elif isinstance(step, Background) and self._runner.serial:
                    value, error = _outcome(step)
                    self._runner.heard.emit(step.lane, error)
                    continue
                else:
                    self._await(step)
            return

    def _await(self, step: Step) -> None:
        if isinstance(step, Background):
            self._runner.run(self, step)
        elif isinstance(step, Turn):
            self._runner.breathe(self)
        elif isinstance(step, Question):
            self._link(step.dialog, step.dialog.finished, lambda code: code == QDialog.DialogCode.Accepted)
            step.dialog.open()
            self._runner.asked.emit(step.dialog)
        else:
            self._link(step.page, step.signal, lambda *said: said[0] if said else None)

    def _link(self, source: QObject, signal: SignalInstance, read: Callable[..., Any]) -> None:
        def heard(*said: Any) -> None:
            self._unlink()
            self.go_on(read(*said))

        def gone(*_: Any) -> None:
            self._links.clear()
            self.close()

        for sign, act in ((signal, heard), (source.destroyed, gone)):
            sign.connect(act)
            self._links.append((sign, act))

    def _unlink(self) -> None:
        links, self._links = self._links, []
        for signal, act in links:
            signal.disconnect(act)

    def _owner_gone(self) -> None:
        self._owner = None
        self.close()

    def _end(self) -> None:
        self.is_over = True
        self._unlink()
        if self._owner is not None:
            self._owner.destroyed.disconnect(self._owner_gone)
            self._owner = None
        self._runner.forget(self)


class FlowRunner(QObject):
    """Runs the flows of a window.

    `idle` is emitted when no flow is left, `rested` when no work is running, `heard` with the lane and the
    failure (or None) of each work that ended, `failed` with an exception no flow caught. With `serial`,
    works run at once on the calling thread: for tests. `asked` carries each dialog that has just opened,
    `closing` tells those who wait for somebody to stop waiting.
    """

    asked = Signal(object)
    closing = Signal()
    idle = Signal()
    rested = Signal()
    failed = Signal(object)
    heard = Signal(str, object)
    _arrived = Signal(int)  # the number of a work; its outcome waits in `_found`

    def __init__(self, parent: QObject | None = None, *, serial: bool = False) -> None:
        super().__init__(parent)
        self.serial = serial
        self.accepts = True
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._works: dict[int, Future[None]] = {}
        self._stories: set[Story] = set()
        self._waiting: dict[int, tuple[Story, Background]] = {}
        self._found: dict[int, tuple[Any, Exception | None]] = {}
        self._numbers = itertools.count()
        self._breathing: deque[Story] = deque()
        self._breath = QTimer(self, singleShot=True, interval=BREATH)
        self._breath.timeout.connect(self._go_on)
        self._arrived.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @property
    def is_working(self) -> bool:
        """True while a work runs or its result has not been heard."""
        return bool(self._waiting)

    def start(self, flow: Flow, owner: QObject | None = None) -> Story:
        """Begin `flow` now, up to its first wait; it ends with `owner`. Refused after `refuse_new`."""
        story = Story(self, flow, owner)
        self._stories.add(story)
        if self.accepts:
            story.go_on()
        else:
            story.close()
        return story

    def refuse_new(self) -> None:
        """Begin no flow any more; those under way end at their next wait, works already running run on."""
        self.accepts = False
        self.closing.emit()
        works = {story for story, _ in self._waiting.values()}
        for story in tuple(self._stories - works):
            story.close()

    def wait(self, msecs: int = 5000) -> bool:
        """Wait until the running works have ended, at most `msecs` in all; False when one still runs."""
        return not wait(self._works.values(), msecs / 1000).not_done

    def run(self, story: Story, step: Background) -> None:
        """Run a work of a story in its lane."""
        number = next(self._numbers)
        self._waiting[number] = (story, step)
        self._works[number] = self._pool(step.lane).submit(self._work, number, step)

    def breathe(self, story: Story) -> None:
        """Go on with a story in a later turn of the event loop."""
        self._breathing.append(story)
        if not self._breath.isActive():
            self._breath.start()

    def _go_on(self) -> None:
        """One story a turn: two pieces in one go would hold the window twice as long."""
        story = self._breathing.popleft()
        if self._breathing:
            self._breath.start()
        story.go_on()

    def forget(self, story: Story) -> None:
        """Drop a story that is over."""
        self._stories.discard(story)
        if not self._stories:
            self.idle.emit()

    @Slot(int)
    def _hear(self, number: int) -> None:
        del self._works[number]
        story, step = self._waiting.pop(number)
        result, error = self._found.pop(number)
        self.heard.emit(step.lane, error)
        story.go_on(result, error)
        if not self._waiting:
            self.rested.emit()

    def _work(self, number: int, step: Background) -> None:
        """Do a work, on a thread of its lane."""
        self._found[number] = _outcome(step)
        with contextlib.suppress(RuntimeError):  # the window is gone: nobody is left to hear
            self._arrived.emit(number)

    def _pool(self, lane: str) -> ThreadPoolExecutor:
        if lane not in self._pools:
            self._pools[lane] = ThreadPoolExecutor(LANES[lane], thread_name_prefix=lane)
        return self._pools[lane]


def _outcome(step: Background) -> tuple[Any, Exception | None]:
    try:
        return step.work(*step.args), None
    except Exception as error:  # it is raised again at the yield
        return None, error
