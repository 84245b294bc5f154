"""What the operator accepted: the proof, outside the program under test, that a mail left exactly once."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Accepted:
    """One message taken in charge. `size` is in bytes, `at` in seconds since 1970."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    size: int
    at: float


class Journal:
    """Every message accepted, oldest first, even when the answer was then withheld. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Accepted] = []

    def add(self, entry: Accepted) -> None:
        """Write one message down."""
        with self._lock:
            self._entries.append(entry)

    @property
    def entries(self) -> tuple[Accepted, ...]:
        """Every message accepted so far."""
        with self._lock:
            return tuple(self._entries)

    def count(self, message_id: str) -> int:
        """How many times a message was accepted."""
        return sum(entry.message_id == message_id for entry in self.entries)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def summary(self) -> dict[str, Any]:
        """Return the same as JSON values: `accepted`, a number, and `messages`, a list."""
        entries = self.entries
        return {"accepted": len(entries), "messages": [asdict(entry) for entry in entries]}
