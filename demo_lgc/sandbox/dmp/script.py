"""The faults the simulated DMP plays when asked: refusals, slowness, cuts, changes on the patient's side.

Reference: [DMP] §10 errors; §14 what a peer must be able to answer.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

from demo_lgc.sandbox.dmp.refusals import HttpRefusal, Refused, RegistryRefusal, SoapFault

CutMoment = Literal["before-answer", "after-commit", "mid-answer"]

TRANSACTIONS = ("TD0.2", "TD0.3", "TD2.1", "TD3.1")
_MOMENTS = ("before-answer", "after-commit", "mid-answer")
_CLOSING = "FERMETURE_DEMANDE_PATIENT"
_FAULT_CODES = ("DMPInvalidCertificate", "Sender", "Receiver", "")


@dataclass
class _Planned:
    """Something to play for a transaction (None: any), `times` more times (None: until reset)."""

    transaction: str | None
    what: Any
    times: int | None

    def matches(self, transaction: str) -> bool:
        return self.transaction in (None, transaction) and self.times != 0

    def spend(self) -> None:
        if self.times is not None:
            self.times -= 1


class Script:
    """Thread-safe; what is asked holds from the next request on. `apply` takes the same as JSON."""

    def __init__(self, on_down: Callable[[bool], None] | None = None) -> None:
        self._on_down = on_down or (lambda down: None)
        self._lock = threading.Lock()
        self._clear()

    def _clear(self) -> None:
        self._refusals: list[_Planned] = []
        self._delays: list[_Planned] = []
        self._cuts: list[_Planned] = []
        self._closings: dict[str, tuple[datetime.date, str]] = {}
        self._oppositions: set[str] = set()
        self._duplicates = False
        self._down = False

    # --- what may be asked ----------------------------------------------------------------------------

    def refuse(self, transaction: str, code: str, message: str = "", times: int | None = 1) -> None:
        """Refuse the next `times` requests of a transaction (None: until reset).

        The shape follows the code: digits are an HTTP status (« 503 »); DMPInvalidCertificate, Sender and
        Receiver are a Fault; any other is the transaction's own (RegistryError for TD2.1 and TD3.1,
        status for TD0.3, AE for TD0.2). Raises ValueError for an unknown transaction.
        """
        _check_transaction(transaction)
        with self._lock:
            self._refusals.append(_Planned(transaction, _refusal(code, message), times))

    def delay(self, seconds: float, transaction: str | None = None) -> None:
        """Wait before treating each request, until reset; zero ends it."""
        if transaction is not None:
            _check_transaction(transaction)
        with self._lock:
            self._delays = [d for d in self._delays if d.transaction != transaction]
            if seconds > 0:
                self._delays.append(_Planned(transaction, float(seconds), None))

    def close_dmp(self, matricule: str, date: datetime.date, reason: str = _CLOSING) -> None:
        """Close a patient's DMP, on that date and for that motive."""
        with self._lock:
            self._closings[matricule] = (date, reason)

    def oppose(self, matricule: str) -> None:
        """Let the patient block everybody: INTERDIT in TD0.2, nothing more accepted."""
        with self._lock:
            self._oppositions.add(matricule)

    def cut(self, when: CutMoment, times: int | None = 1, transaction: str | None = "TD2.1") -> None:
        """Cut the connection of the next `times` requests (of any transaction when None).

        « before-answer »: received whole, not treated. « after-commit »: treated, no answer.
        « mid-answer »: treated, half of the answer. Raises ValueError for another word.
        """
        if when not in _MOMENTS:
            raise ValueError(f"cut: {when}")
        if transaction is not None:
            _check_transaction(transaction)
        with self._lock:
            self._cuts.append(_Planned(transaction, when, times))

    def accept_duplicates(self, accept: bool = True) -> None:
        """Accept the same document again (a registry may), or refuse it as by default."""
        with self._lock:
            self._duplicates = accept

    def down(self, down: bool = True) -> None:
        """Refuse connections, or accept them again on the same port."""
        with self._lock:
            self._down = down
        self._on_down(down)

    def reset(self) -> None:
        """Forget everything asked above, closings and oppositions too."""
        with self._lock:
            self._clear()
        self._on_down(False)

    def apply(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Run a command given as JSON values: `{"do": "refuse", "transaction": "TD2.1", "code": …}`.

        The other keys are the arguments of the method of that name; dates are ISO. Raises ValueError or
        TypeError when the command is not one of ours.
        """
        arguments = {str(key): value for key, value in command.items() if key != "do"}
        known: dict[str, Callable[..., None]] = {
            "refuse": self.refuse,
            "delay": self.delay,
            "close_dmp": self._close_from_json,
            "oppose": self.oppose,
            "cut": self.cut,
            "accept_duplicates": self.accept_duplicates,
            "down": self.down,
            "reset": self.reset,
        }
        name = str(command.get("do", ""))
        if name not in known:
            raise ValueError(f"unknown command {name}")
        known[name](**arguments)
        return {"done": name}

    def _close_from_json(self, matricule: str, date: str, reason: str = _CLOSING) -> None:
        self.close_dmp(matricule, datetime.date.fromisoformat(date), reason)

    # --- asked by the server --------------------------------------------------------------------------

    def next_refusal(self, transaction: str) -> Refused | None:
        """The refusal to play now, spent."""
        found = self._next(self._refusals, transaction)
        return found if isinstance(found, Refused) else None

    def next_cut(self, transaction: str) -> str:
        """The cut to play now, spent; empty for none."""
        return str(self._next(self._cuts, transaction) or "")

    def delay_of(self, transaction: str) -> float:
        """Seconds to wait before treating a request."""
        with self._lock:
            return float(sum(d.what for d in self._delays if d.matches(transaction)))

    def closing_of(self, matricule: str) -> tuple[datetime.date, str] | None:
        """Date and motive of a closing played by this script."""
        with self._lock:
            return self._closings.get(matricule)

    def is_opposed(self, matricule: str) -> bool:
        """True when `oppose` was asked for this patient."""
        with self._lock:
            return matricule in self._oppositions

    @property
    def duplicates_accepted(self) -> bool:
        """Whether the same document may be registered again."""
        with self._lock:
            return self._duplicates

    def _next(self, planned: list[_Planned], transaction: str) -> Any:
        with self._lock:
            for one in planned:
                if one.matches(transaction):
                    one.spend()
                    return one.what
        return None


def _refusal(code: str, message: str) -> Refused:
    if code.isdigit():
        HTTPStatus(int(code))  # ValueError for a number that is none
        return HttpRefusal(code, message or "HTTP " + code)
    bare = code.removeprefix("soap:")
    if bare in _FAULT_CODES or code != bare:
        subcode = "" if bare in ("Sender", "Receiver") else bare
        return SoapFault(message or code, subcode, receiver=bare == "Receiver")
    return RegistryRefusal(code, message or code)


def _check_transaction(transaction: str) -> None:
    if transaction not in TRANSACTIONS:
        raise ValueError(f"unknown transaction {transaction}")
