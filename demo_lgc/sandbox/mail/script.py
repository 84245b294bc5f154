"""How the operator is told to misbehave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

Moment = Literal["greeting", "answer"]


class Script:
    """Faults to play, until `reset`. Thread-safe; addresses are compared without case."""

    def __init__(self, on_down: Callable[[bool], None]) -> None:
        self._lock = threading.Lock()
        self._on_down = on_down
        self._forget()

    def refuse(self, address: str, code: int, text: str) -> None:
        """Answer `code` `text` to RCPT TO this address."""
        with self._lock:
            self._refused[address.lower()] = f"{code} {text}"

    def full(self, address: str) -> None:
        """Say that this mailbox is full (552 5.2.2)."""
        self.refuse(address, 552, "5.2.2 boite pleine")

    def delay(self, seconds: float, moment: Moment = "answer") -> None:
        """Wait before the greeting of each connection, or before the answer to each message."""
        with self._lock:
            self._delays[moment] = seconds

    def cut_after_data(self, times: int) -> None:
        """Deliver the next `times` messages, but cut the line instead of answering."""
        with self._lock:
            self._cuts = times

    def down(self, down: bool) -> None:
        """Close every door (mailboxes too), or open them again on the same ports."""
        self._on_down(down)

    def reset(self) -> None:
        """Behave well again."""
        with self._lock:
            self._forget()
        self._on_down(False)

    # --- asked by the operator ------------------------------------------------------------------------

    def refusal(self, address: str) -> str | None:
        """What to answer to RCPT TO this address, if not as usual."""
        with self._lock:
            return self._refused.get(address.lower())

    def delay_at(self, moment: Moment) -> float:
        """Seconds to wait at this moment."""
        with self._lock:
            return self._delays.get(moment, 0.0)

    def must_cut(self) -> bool:
        """Tell whether to cut the line now; each True is one of the `times`."""
        with self._lock:
            self._cuts, cut = max(self._cuts - 1, 0), self._cuts > 0
            return cut

    def _forget(self) -> None:
        self._refused: dict[str, str] = {}
        self._delays: dict[Moment, float] = {}
        self._cuts = 0
