"""Services on a real store, with peers that do exactly what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from demo_lgc.domain.delivery import Channel, Delivery, DeliveryDraft, Part, Receipt
from demo_lgc.domain.dmp import DmpAuthorisation, DmpExistence, DmpStatus
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.records import outbox, patients
from demo_lgc.records.store import Store
from demo_lgc.services.delivery import Deliveries
from demo_lgc.services.dmp_access import DmpAccess
from tests.records.records_values import NOW, a_document, a_patient, a_session, to_the_dmp

SETTLE = timedelta(seconds=30)


def by_mail() -> DeliveryDraft:
    """A message as `Sharing` writes it down."""
    parts = (
        Part("message.eml", "message/rfc822", b"From: ...\r\n"),
        Part("sender", "text/plain", b"paul.medecin5729@medecin.mss.demo.test"),
    )
    address = "robert.specialiste5737@medecin.mss.demo.test"
    return DeliveryDraft(Channel.MSSANTE, address, "Dr Robert SPECIALISTE5737", "<1@demo.test>", parts)


@dataclass
class Clock:
    """A time that moves when a test says so."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass
class Service:
    """A DMP and a mailbox in one. `plan` holds, for each coming call, what to raise, or None to accept.

    `keeps` tells whether a call that raises was nevertheless treated: an answer lost on the way back.
    """

    plan: list[Exception | None] = field(default_factory=list)
    keeps: bool = False
    status_: DmpStatus = field(default=DmpStatus(DmpExistence.ACTIVE, DmpAuthorisation.VALID))
    taken: list[str] = field(default_factory=list)
    filed: list[str] = field(default_factory=list)
    silence: Exception | None = None  # raised when asked whether it knows
    closed: int = 0

    def _treat(self, wire_id: str) -> Receipt:
        fault = self.plan.pop(0) if self.plan else None
        if fault is None or self.keeps:
            self.taken.append(wire_id)
        if fault is not None:
            raise fault
        return Receipt(wire_id)

    def status(self, ins: Ins) -> DmpStatus:
        return self.status_

    def authorise(self, ins: Ins) -> str:
        return "ok"

    def submit(self, ins: Ins, parts: tuple[Part, ...], wire_id: str) -> Receipt:
        return self._treat(wire_id)

    def knows(self, ins: Ins, document_id: str) -> bool:
        return self._known()

    def send(self, message: OutgoingMessage, on_content: Callable[[], None]) -> Receipt:
        on_content()
        return self._treat(message.message_id)

    def find(self, message_id: str) -> bool:
        return self._known()

    def file_sent(self, content: bytes, message_id: str) -> bool:
        self.filed.append(message_id)
        return True

    def close(self) -> None:
        self.closed += 1

    def _known(self) -> bool:
        if self.silence is not None:
            raise self.silence
        return bool(self.taken)


class FakePeers:
    """Both peers of an open session."""

    def __init__(self) -> None:
        self.dmp = Service()
        self.mail = Service()
        self.holder = a_session().practitioner.national_id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "profile.db") as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def peers() -> FakePeers:
    return FakePeers()


@pytest.fixture
def session() -> PractitionerSession:
    return a_session()


@pytest.fixture
def deliveries(store: Store, peers: FakePeers, clock: Clock) -> Deliveries:
    settle = {Channel.DMP: SETTLE, Channel.MSSANTE: SETTLE}
    return Deliveries(store, peers, clock, settle)  # type: ignore[arg-type]


@pytest.fixture
def written(store: Store) -> dict[Channel, Delivery]:
    """A document written down for the DMP and for a colleague."""
    patient = patients.add(store, a_patient())
    made = outbox.add(store, a_document(patient), (to_the_dmp(), by_mail()), NOW)
    return {delivery.channel: delivery for delivery in made}


class Open:
    """A session service whose session is open."""

    def __init__(self, session: PractitionerSession) -> None:
        self.current = session


@pytest.fixture
def access(store: Store, peers: FakePeers, session: PractitionerSession, clock: Clock) -> DmpAccess:
    return DmpAccess(store, Open(session), peers, clock)  # type: ignore[arg-type]
