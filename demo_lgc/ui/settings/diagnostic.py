"""The diagnosis a doctor hands over to the support: what a technician asks first, and nothing to hide.

No code, no name, no number of a card or of a professional, no address of a mailbox; the folder of the user,
which often bears their name, is written « ~ ».
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from demo_lgc.domain.administration import LibraryState, Machine, Place, RevocationList, TlsEngine
from demo_lgc.domain.trust import CardInReader
from demo_lgc.preferences import Preferences


def diagnostic(
    versions: Sequence[tuple[str, str]],
    kind: str,
    places: Sequence[Place],
    kept: Preferences,
    machine: Machine,
    lists: Sequence[RevocationList],
) -> str:
    """Return the diagnosis, one fact a line."""
    lines = [f"{name} {value}" for name, value in versions]
    lines += [f"environment: {kind}"]
    lines += [f"{place.service}: {place.address}" for place in places]
    lines += [
        f"inactivity: {kept.inactivity_minutes} min, removal grace: {kept.removal_grace:g} s",
        f"library set: {kept.library or 'none'}",
    ]
    lines += [_library(found) for found in machine.libraries] or ["library: none found"]
    lines += [_card(seen) for seen in machine.cards]
    if machine.problem is not None:
        lines.append(f"cards: {machine.problem.value}")
    lines.append(_engine(machine.engine))
    lines += [_revocation(found) for found in lists]
    home = os.path.expanduser("~")
    text = "\n".join(lines)
    return (text.replace(home, "~") if len(home) > 1 else text) + "\n"


def _library(found: LibraryState) -> str:
    state = found.trouble.value if found.trouble else "loads"
    return f"library: {found.path}: {state}{f' ({found.reason})' if found.reason else ''}"


def _card(seen: CardInReader) -> str:
    holder = seen.holder
    what = f"{holder.kind.name} until {holder.valid_until.isoformat()}" if holder else "unreadable"
    return f"card: {seen.reader}: {what}, {seen.problem.value if seen.problem else 'usable'}"


def _engine(found: TlsEngine) -> str:
    state = "fallback" if found.is_fallback else "first choice"
    return f"connections: {found.name}: {state}{f' ({found.reason})' if found.reason else ''}"


def _revocation(found: RevocationList) -> str:
    if found.until is None:
        return f"revocation list: {found.address}: never fetched"
    until = f"{found.until.isoformat()}{'' if found.current else ', not current'}"
    return f"revocation list: {found.address}: until {until}"
