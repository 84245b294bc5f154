"""One thread owns the PKCS#11 module; everybody else sends it jobs.

python-pkcs11 calls C_Initialize without locks and releases the GIL in every call: a module may take no
lock at all, so that two threads in it corrupt it (one session per thread: 2393 errors of 2400). The module
is one per process, hence one `CardThread` per library, shared by those who ask for it.

Reference: [PKCS11] C_Initialize; [CPS] §2.
"""

from __future__ import annotations

import ctypes
import logging
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, TypeVar

import pkcs11
from pkcs11 import exceptions as p11

from demo_lgc.domain.errors import CardError, CardProblem

T = TypeVar("T")

logger = logging.getLogger(__name__)

DEADLINE = 60.0  # seconds; a card takes one at most, a reader that hangs must not hold the program

_ALREADY = 0x191  # CKR_CRYPTOKI_ALREADY_INITIALIZED: it would not be finalized

GONE = (
    p11.SessionHandleInvalid,
    p11.SessionClosed,
    p11.DeviceRemoved,
    p11.TokenNotPresent,
    p11.DeviceError,
    p11.ObjectHandleInvalid,
    p11.KeyHandleInvalid,
    p11.SlotIDInvalid,
    p11.UserNotLoggedIn,  # the card was reset by another program: the code must be given again
)

# What a module answers when another program holds the card, or when it was just pulled out: only the list
# of the readers tells which. The Cryptolib, as OpenSC, has but GeneralError for a sharing violation.
HELD = (p11.DeviceError, p11.FunctionFailed, p11.GeneralError)


@contextmanager
def translated(otherwise: CardProblem) -> Iterator[None]:
    """Turn exceptions of PKCS#11 into CardError: REMOVED, UNREADABLE, or `otherwise`."""
    try:
        yield
    except GONE as error:
        raise CardError(CardProblem.REMOVED) from error
    except p11.TokenNotRecognised as error:
        raise CardError(CardProblem.UNREADABLE) from error
    except p11.PKCS11Error as error:
        logger.warning("PKCS#11: %s", type(error).__name__)
        raise CardError(otherwise) from error


class _FunctionList(ctypes.Structure):
    """The beginning of CK_FUNCTION_LIST. Reference: [PKCS11]; packed on Windows only."""

    if sys.platform == "win32":
        _pack_ = 1
    _fields_ = (
        ("version", ctypes.c_ubyte * 2),
        ("initialize", ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)),
        ("finalize", ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)),
    )


def _functions(module: Any) -> _FunctionList:
    """Return the functions of the library, to be called without the GIL.

    python-pkcs11 holds it during C_Finalize, which speaks to the card: windows would stand still meanwhile.
    """
    table = ctypes.POINTER(_FunctionList)()
    ctypes.CDLL(module.so).C_GetFunctionList(ctypes.byref(table))
    return table.contents


def restart(module: Any) -> None:
    """End every session of this process: C_Finalize, C_Initialize. Raises CardError (LIBRARY_FAILS).

    The only way to close the session that a failed login leaks, or one that outlived its card.
    """
    functions = _functions(module)
    if answer := functions.finalize(None):
        logger.warning("PKCS#11: %#x at a restart", answer)
    if (answer := functions.initialize(None)) not in (0, _ALREADY):
        logger.warning("PKCS#11: %#x at a restart", answer)
        _note_the_end(module)
        raise CardError(CardProblem.LIBRARY_FAILS)


def finish(module: Any) -> None:
    """End every session of this process, and the use of the library. Never raises."""
    if answer := _functions(module).finalize(None):
        logger.warning("PKCS#11: %#x at the end", answer)
    _note_the_end(module)


def _note_the_end(module: Any) -> None:
    """Let python-pkcs11 know that the library is finalized, so that it initializes it again when asked to."""
    with suppress(p11.PKCS11Error):  # « not initialized », indeed
        module.finalize()


def _carry_out(owner: CardThread, job: Callable[[Any], T], future: Future[T]) -> None:
    """Run `job` in the thread of `owner`.

    The exception it raises holds every frame it crossed, and the code porteur in one of them: a frame that
    held the exception in turn, through `future`, would keep the code until a collection of garbage.
    """
    try:
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(job(owner._module))
            except BaseException as error:
                future.set_exception(error)
    finally:
        del future, job


@dataclass
class _Look:
    """Something done again and again; `due` is a time of the monotonic clock."""

    interval: float
    act: Callable[[Any], None]
    due: float = 0.0


class CardThread:
    """The thread that owns one library, from `acquire` to the last `release`."""

    _threads: ClassVar[dict[str, CardThread]] = {}
    _registry: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, library: str) -> None:
        self._library = library
        self._users = 0
        self._module: Any = None
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._looks: dict[object, _Look] = {}  # of the thread
        self._thread = threading.Thread(target=self._loop, name="card", daemon=True)

    @classmethod
    def acquire(cls, library: str) -> CardThread:
        """Return the owner of `library`, started and loaded. Raises CardError (LIBRARY_FAILS)."""
        with cls._registry:
            owner = cls._threads.get(library)
            if owner is None:
                owner = cls(library)
                owner._thread.start()
                try:
                    with translated(CardProblem.LIBRARY_FAILS):
                        owner.run(lambda _: owner._load())
                except CardError as error:
                    owner._jobs.put(None)
                    raise CardError(CardProblem.LIBRARY_FAILS) from error
                cls._threads[library] = owner
            owner._users += 1
            return owner

    def release(self) -> None:
        """Give it back; the last one finalizes the module and ends the thread. From another thread."""
        with self._registry:
            self._users -= 1
            if not self._users:
                del self._threads[self._library]
                self._jobs.put(None)
                self._thread.join(DEADLINE)  # nobody may load the library again before it is finalized

    def run(self, job: Callable[[Any], T]) -> T:
        """Run `job(module)` in the thread and return its result. Raises what it raises.

        Raises CardError: REFUSED when the module has not answered within a minute, REMOVED when the
        thread has ended.
        """
        if threading.current_thread() is self._thread:
            return job(self._module)
        if not self._thread.is_alive():
            raise CardError(CardProblem.REMOVED)
        future: Future[T] = Future()
        self._jobs.put(partial(_carry_out, self, job, future))
        try:
            return future.result(DEADLINE)
        except FutureTimeoutError as error:
            future.cancel()
            raise CardError(CardProblem.REFUSED) from error
        finally:
            del future, job  # see _carry_out

    def post(self, job: Callable[[Any], object]) -> None:
        """Run `job(module)` in the thread, after what it is busy with; nobody waits for it."""
        self._jobs.put(partial(_carry_out, self, job, Future()))

    def look_every(self, interval: float, owner: object, look: Callable[[Any], None]) -> None:
        """Call `look(module)` in the thread every `interval` seconds, until `look_no_more(owner)`."""
        self.run(lambda _: self._looks.update({owner: _Look(interval, look)}))

    def look_no_more(self, owner: object) -> None:
        """Stop calling for `owner`. Harmless when nothing was asked."""
        self.run(lambda _: self._looks.pop(owner, None))

    # --- in the thread --------------------------------------------------------------------------------

    def _load(self) -> None:
        self._module = pkcs11.lib(self._library)

    def _loop(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._patience())
            except queue.Empty:
                job = self._look
            if job is None:
                break
            job()
            del job  # it may hold the code porteur: not until the next one comes
            if self._patience() == 0:
                self._look()
        if self._module is not None:
            finish(self._module)

    def _patience(self) -> float | None:
        """Seconds until the next look, None when nobody looks."""
        if not self._looks:
            return None
        return max(0.0, min(look.due for look in self._looks.values()) - time.monotonic())

    def _look(self) -> None:
        for look in list(self._looks.values()):
            if look.due <= time.monotonic():
                look.due = time.monotonic() + look.interval
                try:
                    look.act(self._module)
                except Exception:
                    logger.exception("watching the reader")
