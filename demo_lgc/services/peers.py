"""The DMP and the mailbox, reached with what the session was opened with; forgotten when that is gone.

A live TLS connection outlives the card it was opened with: both peers are closed as soon as the card or
the session is, and made anew at the next need. Reference: [CPS] §4.1 (10); [MSS] ECO.1.2.6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from demo_lgc.domain.delivery import Part, Receipt
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.errors import NotAllowed, Refusal
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.domain.trust import OpenCard, ProSanteAccount
from demo_lgc.services.session import SessionService


class Dmp(Protocol):
    """The transactions of the DMP that the services use. See `demo_lgc.exchange.dmp.client`."""

    def status(self, ins: Ins) -> DmpStatus:
        """TD0.2."""
        ...

    def authorise(self, ins: Ins) -> str:
        """TD0.3 AJOUT."""
        ...

    def submit(self, ins: Ins, parts: tuple[Part, ...], wire_id: str) -> Receipt:
        """TD2.1."""
        ...

    def knows(self, ins: Ins, document_id: str) -> bool:
        """TD3.1b by uniqueId."""
        ...

    def entry_uuids(self, ins: Ins, document_id: str) -> tuple[str, ...]:
        """TD3.1b by uniqueId: the entries to replace."""
        ...

    def close(self) -> None:
        """Drop the connections."""
        ...


class Mail(Protocol):
    """The doctor's MSSanté mailbox and its submission server."""

    def send(self, message: OutgoingMessage, on_content: Callable[[], None]) -> Receipt:
        """Submit one message; `on_content` is called just before its content leaves."""
        ...

    def find(self, message_id: str) -> bool:
        """Tell whether our own mailbox holds a message, a proof that the operator took it."""
        ...

    def file_sent(self, content: bytes, message_id: str) -> bool:
        """File the copy in « Éléments envoyés », once."""
        ...

    def close(self) -> None:
        """Drop the connections."""
        ...


@dataclass(frozen=True)
class Pair:
    """The peers of one session. `dmp` is None without a card: the DMP knows nobody else."""

    dmp: Dmp | None
    mail: Mail


class Peers:
    """Makes the peers of the open session at the first need, and closes them with it."""

    def __init__(
        self,
        session: SessionService,
        make: Callable[[PractitionerSession, OpenCard | ProSanteAccount], Pair],
    ) -> None:
        self._session = session
        self._make = make
        self._pair: Pair | None = None
        self._lock = Lock()
        session.when_key_lost(self.drop)

    @property
    def dmp(self) -> Dmp:
        """The DMP. Raises NotAllowed: NO_SESSION, NEEDS_CARD (opened by Pro Santé Connect)."""
        dmp = self._both().dmp
        if dmp is None:
            raise NotAllowed(Refusal.NEEDS_CARD)
        return dmp

    @property
    def mail(self) -> Mail:
        """The mailbox. Raises NotAllowed (NO_SESSION)."""
        return self._both().mail

    @property
    def holder(self) -> str:
        """The national identifier of who reaches them. Raises NotAllowed (NO_SESSION)."""
        return self._session.current.practitioner.national_id

    def drop(self) -> None:
        """Close what is open."""
        with self._lock:
            pair, self._pair = self._pair, None
        if pair is not None:
            if pair.dmp is not None:
                pair.dmp.close()
            pair.mail.close()

    def _both(self) -> Pair:
        with self._lock:
            if self._pair is None:
                self._pair = self._make(self._session.current, self._session.key)
            return self._pair
