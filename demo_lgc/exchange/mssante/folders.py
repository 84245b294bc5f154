"""Finds the folder of sent messages, whatever the operator calls it. Reference: [MSS] §3.5; RFC 6154."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

SENT = "Éléments envoyés"

# In the order of preference, when no folder is marked \Sent.
_KNOWN = (SENT, "Envoyés", "Messages envoyés", "Sent", "Sent Items", "Sent Messages", "Sent Mail")

Listed = Sequence[tuple[tuple[bytes, ...], bytes | None, Any]]


def sent_folder(listed: Listed) -> str | None:
    """Return the folder marked \\Sent, else one with a known name, else None.

    `listed` is what LIST answers: flags, separator, name. Names are compared without case, under any parent.
    """
    usable = [
        (frozenset(flag.lower() for flag in flags), separator, str(name))
        for flags, separator, name in listed
        if not {b"\\noselect", b"\\nonexistent"} & {flag.lower() for flag in flags}
    ]
    for flags, _, name in usable:
        if b"\\sent" in flags:
            return name
    by_name = {_folded(name, separator): name for _, separator, name in reversed(usable)}
    return next((by_name[k] for k in map(_key, _KNOWN) if k in by_name), None)


def _folded(name: str, separator: bytes | None) -> str:
    return _key(name.rpartition(separator.decode())[2] if separator else name)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
