"""A clock for pauses that are ours: it stands still while this thread waits for a processor to be free."""

from __future__ import annotations

import time
from pathlib import Path

_QUEUED = Path("/proc/thread-self/schedstat")  # of Linux; nanoseconds: run, waited for a processor


def own_time() -> float:
    """Seconds, to be compared within one thread; the time of day elsewhere than on Linux.

    Other programs keep a thread from running on a busy machine; waiting for a lock, a file or another thread
    of ours still counts.
    """
    try:
        queued = int(_QUEUED.read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        queued = 0
    return time.perf_counter() - queued / 1e9
