"""What the practice has set on this machine, readable before any card: one small file beside the store.

It is not in the store because the login needs it before a session exists, and because the store will be
encrypted with the card. Whoever passes by can therefore change it without a card (« Administration »), which
is why every value has bounds: a locked program stays a lock. Inactivity always locks, a removed card always
does, and within minutes; nothing here can name a server, an authority or a patient.

Reference: specifications of the demonstration, S3-072 (« Administration » on the login).
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import re
import stat
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from demo_lgc.domain.errors import StorageError, StorageProblem

logger = logging.getLogger(__name__)

FILE, ASIDE = "preferences.json", "preferences.bad.json"
MINUTES = (1, 120)  # of inactivity before the session locks; there is no « never »
GRACE = (0.0, 30.0)  # seconds a card may be out of the reader before the session locks
THEMES = ("auto", "light", "dark", "contrast")
LONGEST_PATH = 1024
_LARGEST = 16_384  # bytes: ours takes two hundred
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Preferences:
    """The settings of this machine; values out of bounds raise ValueError.

    `inactivity_minutes` (1–120) without a key or a move of the mouse lock the session; `removal_grace` is
    how many seconds (0–30) a card may be out before it does. `library` is the absolute path of the PKCS#11
    library, « » to search the usual places; `theme` is one of `THEMES`.
    """

    inactivity_minutes: int = 15
    removal_grace: float = 0.0
    library: str = ""
    theme: str = "light"

    def __post_init__(self) -> None:
        if type(self.inactivity_minutes) is not int or not _within(self.inactivity_minutes, MINUTES):
            raise ValueError("inactivity_minutes")
        if type(self.removal_grace) not in (int, float) or not _within(self.removal_grace, GRACE):
            raise ValueError("removal_grace")
        if type(self.library) is not str or not _is_path(self.library):
            raise ValueError("library")
        if type(self.theme) is not str or self.theme not in THEMES:
            raise ValueError("theme")


def load(folder: Path) -> Preferences:
    """Return the preferences kept in the profile `folder`, those by default when there are none.

    A file that cannot be read, or holds a value that is not allowed, is never an obstacle to opening the
    program: the warning is logged, the file kept aside as `ASIDE`, and nothing of it is believed.
    """
    path = folder / FILE
    try:
        return _read(path)
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError, RecursionError) as error:
        logger.warning("%s cannot be used (%s): the preferences by default are", FILE, type(error).__name__)
    try:
        os.replace(path, folder / ASIDE)
    except OSError as error:
        logger.warning("%s could not be kept aside: %s", FILE, type(error).__name__)
    return Preferences()


def save(folder: Path, preferences: Preferences) -> None:
    """Keep the preferences in the profile `folder`, whole or not at all, readable by their owner only.

    Raises StorageError (DISK_FULL, UNREADABLE); the file is then the one before.
    """
    try:
        _write(folder, json.dumps(asdict(preferences), indent=1).encode())
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        problem = StorageProblem.DISK_FULL if full else StorageProblem.UNREADABLE
        raise StorageError(problem, type(error).__name__) from error


def _read(path: Path) -> Preferences:
    # Not blocking: a pipe put there would hold the program at its start.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError("not a file")
    with open(handle, "rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError("too large")
    table: Any = json.loads(content)
    if not isinstance(table, dict):
        raise ValueError("not a table")
    known = {field.name for field in fields(Preferences)}  # a later version may have kept more
    return Preferences(**{name: value for name, value in table.items() if name in known})


def _write(folder: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{FILE}.")  # 0600
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, folder / FILE)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _within(value: float, bounds: tuple[float, float]) -> bool:
    low, high = bounds
    return low <= value <= high  # NaN is within nothing


def _is_path(text: str) -> bool:
    if not text:
        return True
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return len(text) <= LONGEST_PATH and not _CONTROLS.search(text) and Path(text).is_absolute()
