"""The names that senders give to files: kept for people to read, and harmless wherever they are written.

Reference: [MSS] §5.4; RFC 2183 §2.3 (what a receiver may take of a file name).
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_NAME = 120  # characters

_UNNAMED = "piece_jointe"
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/plain": ".txt",
    "text/html": ".html",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
}
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# Controls, and the marks that turn the direction of reading: « rcs.exe » shown as « exe.scr ».
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_name(given: str, media_type: str = "") -> str:
    """Return a file name without folder, control character or device name; made up when nothing is left."""
    last = re.split(r"[/\\]", given)[-1]
    kept = "".join("_" if c in '<>:"|?*' else c for c in last if unicodedata.category(c) not in _UNFIT)
    name = " ".join(kept.split()).strip(". ")
    if not name:
        name = _UNNAMED + _EXTENSIONS.get(media_type, "")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name) > LONGEST_NAME:
        suffix = PurePosixPath(name).suffix[:12]
        name = name[: LONGEST_NAME - len(suffix)].rstrip(". ") + suffix
    return name


def apart(name: str, taken: set[str]) -> str:
    """Return `name`, or « name (2) » when it is taken whatever the case; and take it."""
    path, number, free = PurePosixPath(name), 2, name
    while free.casefold() in taken:
        free = f"{path.stem} ({number}){path.suffix}"
        number += 1
    taken.add(free.casefold())
    return free
