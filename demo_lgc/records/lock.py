"""One program at a time on a profile: two outboxes on one store would send everything twice.

The lock is the operating system's, on a file beside the store, and dies with the process that holds it;
the file also names its owner, for the person who must close the other window.
"""

from __future__ import annotations

import getpass
import os
import socket
import sys
from pathlib import Path

from demo_lgc.domain.errors import StorageError, StorageProblem

if sys.platform == "win32":
    import msvcrt

    def _seize(handle: int) -> None:
        os.lseek(handle, 1 << 30, os.SEEK_SET)  # past the text: a locked byte cannot be read by others
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _seize(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProfileLock:
    """The right to open a profile, held until `release` or until the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock. Raises StorageError (IN_USE, detail « user@machine, process 123 »), OSError."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _seize(handle)
        except OSError as error:
            os.close(handle)
            raise StorageError(StorageProblem.IN_USE, self._owner()) from error
        self._handle = handle
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, _ourselves().encode())

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.ftruncate(handle, 0)
            os.close(handle)

    def _owner(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8", errors="replace")[:200]
        except OSError:
            return ""


def _ourselves() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # an account without a name
        user = "?"
    return f"{user}@{socket.gethostname()}, process {os.getpid()}"
