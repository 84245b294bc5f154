"""Send what was written down, each branch on its own, exactly once.

Everything that leaves was frozen and committed by `sharing.prepare`. What is decided here is only *when*:
a row is committed as SENDING before the first byte, and what became of it is committed after the answer.
Whatever happens in between (the program is killed, the line is lost) leaves a row that says so, and the
service itself is asked before anything is sent again.

Reference: docs/decisions/002-deliveries-written-down-before-they-leave.md; [DMP] TD2.1, TD3.1b.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from demo_lgc.domain.delivery import OPEN, Channel, Delivery, DeliveryState, Part, Reason
from demo_lgc.domain.dmp import check_asking, check_feeding
from demo_lgc.domain.errors import (
    CardError,
    IdentityError,
    InvalidDocument,
    LgcError,
    NetworkError,
    NotAllowed,
    Refusal,
    RemoteRefusal,
    StorageError,
)
from demo_lgc.domain.identity import Ins, Patient
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.records import dmp_states, outbox, patients
from demo_lgc.records.store import Store
from demo_lgc.services.peers import Peers

logger = logging.getLogger(__name__)

RETRY_AFTER = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15, 60))
DUPLICATE = "XDSDuplicateUniqueIdInRegistry"


class Deliveries:
    """The outbox at work. Every method may be called from any thread; one delivery is worked on once.

    `settle` tells, for each channel, how long after an attempt « I do not have it » is not believed:
    the service may still be treating what it received.
    """

    def __init__(
        self,
        store: Store,
        peers: Peers,
        clock: Callable[[], datetime],
        settle: Mapping[Channel, timedelta],
    ) -> None:
        self._store = store
        self._peers = peers
        self._clock = clock
        self._settle = settle
        self._claimed: set[int] = set()
        self._guard = Lock()

    def deliver(self, delivery_id: int) -> Delivery:
        """Send one branch, or find out that it was sent; return it as committed.

        A deposit is preceded by TD0.2: what was true when the document was prepared may not be any more.
        Foreseen failures of the services and of the card do not raise: they are in `reason`, and the
        state says whether it will be tried again, must be asked about, or is for the doctor to mend.
        Raises StorageError when the store cannot keep the outcome; what it keeps then stays true.
        """
        with self._claim(delivery_id) as mine:
            delivery = outbox.get(self._store, delivery_id)
            if not mine:
                return delivery
            delivery = self._after_a_crash(delivery)
            if delivery.state is DeliveryState.IN_DOUBT:
                delivery = self._ask(delivery)
            if delivery.state is DeliveryState.READY:
                delivery = self._send(delivery)
            if delivery.state is DeliveryState.SENT and not delivery.filed:
                delivery = self._file(delivery)
            return delivery

    def deliver_due(self) -> tuple[Delivery, ...]:
        """Work on every delivery whose time has come, oldest first; return those that were worked on."""
        now = self._clock()
        due = [d for d in self.unfinished() if d.next_try is None or d.next_try <= now]
        return tuple(self.deliver(d.id) for d in due)

    def seconds_to_next(self) -> float | None:
        """How long until the next delivery is due by itself, in seconds; None when none waits for time."""
        times = [d.next_try for d in self.unfinished() if d.next_try is not None]
        return max(0.0, (min(times) - self._clock()).total_seconds()) if times else None

    def resume(self) -> tuple[Delivery, ...]:
        """After a start: settle what a crash left in the middle; return every delivery still open.

        Nothing is sent and no service is asked: this needs no card.
        """
        for delivery in outbox.in_states(self._store, frozenset({DeliveryState.SENDING})):
            with self._claim(delivery.id) as mine:
                if mine:
                    self._after_a_crash(delivery)
        return self.open_ones()

    def open_ones(self) -> tuple[Delivery, ...]:
        """Return the deliveries that wait for something: time, the card, or the doctor; oldest first."""
        return outbox.in_states(self._store, OPEN | {DeliveryState.REFUSED})

    def retry(self, delivery_id: int) -> Delivery:
        """Deliver again, on the doctor's decision: a refused one is put back to READY first."""
        with self._claim(delivery_id) as mine:
            delivery = outbox.get(self._store, delivery_id)
            if mine and delivery.state is DeliveryState.REFUSED:
                self._save(delivery.moved(DeliveryState.READY, self._clock()))
        return self.deliver(delivery_id)

    def give_up(self, delivery_id: int) -> Delivery:
        """Give a delivery up, on the doctor's decision.

        Raises ValueError when it was sent already or is being sent at this moment.
        """
        with self._claim(delivery_id) as mine:
            if not mine:
                raise ValueError("being sent")
            delivery = self._after_a_crash(outbox.get(self._store, delivery_id))
            return self._save(delivery.moved(DeliveryState.GIVEN_UP, self._clock(), delivery.reason))

    # --- steps ----------------------------------------------------------------------------------------

    def _after_a_crash(self, delivery: Delivery) -> Delivery:
        """A row found SENDING, while nobody is sending it, was left so by a crash."""
        if delivery.state is not DeliveryState.SENDING:
            return delivery
        state = DeliveryState.IN_DOUBT if delivery.content_left else DeliveryState.READY
        return self._save(delivery.moved(state, self._clock(), Reason("interrupted")))

    def _ask(self, delivery: Delivery) -> Delivery:
        """Ask the service whether it has it: SENT, or READY again once absence can be believed."""
        now = self._clock()
        try:
            known = self._knows(delivery)
        except LgcError as error:
            return self._save(
                replace(delivery, reason=reason_of(error), next_try=self._later(delivery, error))
            )
        if known:
            return self._save(replace(delivery.moved(DeliveryState.SENT, now), next_try=None))
        believable = (delivery.attempted_at or delivery.changed_at) + self._settle[delivery.channel]
        if now < believable:
            return self._save(replace(delivery, next_try=believable))
        return self._save(replace(delivery.moved(DeliveryState.READY, now), next_try=None))

    def _send(self, delivery: Delivery) -> Delivery:
        now = self._clock()
        parts = outbox.parts(self._store, delivery.id)
        delivery = self._save(
            replace(
                delivery.moved(DeliveryState.SENDING, now),
                attempts=delivery.attempts + 1,
                attempted_at=now,
                next_try=None,
                content_left=False,
            )
        )

        def content_leaves() -> None:
            nonlocal delivery
            delivery = self._save(replace(delivery, content_left=True))

        try:
            self._put_on_the_wire(delivery, parts, content_leaves)
        except LgcError as error:
            logger.info("delivery %d: %s", delivery.id, error)
            return self._failed(delivery, error)
        except BaseException:
            # Ours to mend; the row must not stay SENDING until the next start.
            self._after_a_crash(delivery)
            raise
        logger.info("delivery %d sent by %s", delivery.id, delivery.channel.value)
        return self._save(delivery.moved(DeliveryState.SENT, self._clock()))

    def _put_on_the_wire(
        self, delivery: Delivery, parts: tuple[Part, ...], content_leaves: Callable[[], None]
    ) -> None:
        if delivery.channel is Channel.DMP:
            ins = self._feedable(delivery)
            content_leaves()
            self._peers.dmp.submit(ins, parts, delivery.wire_id)
        else:
            self._peers.mail.send(self._message(delivery, parts), content_leaves)

    def _failed(self, delivery: Delivery, error: LgcError) -> Delivery:
        now, reason = self._clock(), reason_of(error)
        if isinstance(error, RemoteRefusal) and error.code == DUPLICATE:
            # It says it has it: our bytes of an earlier try, or another document under our identifier.
            return self._ask(self._save(delivery.moved(DeliveryState.IN_DOUBT, now, reason)))
        if isinstance(error, NetworkError) and error.doubtful:
            moved = delivery.moved(DeliveryState.IN_DOUBT, now, reason)
            return self._save(replace(moved, next_try=now))
        if needs_the_doctor(error):
            return self._save(delivery.moved(DeliveryState.REFUSED, now, reason))
        moved = delivery.moved(DeliveryState.READY, now, reason)
        return self._save(replace(moved, next_try=self._later(delivery, error)))

    def _file(self, delivery: Delivery) -> Delivery:
        """Put the copy in « Éléments envoyés ». A failure keeps the delivery SENT and is tried again."""
        if delivery.channel is Channel.DMP:
            return self._save(replace(delivery, filed=True))
        message = self._message(delivery, outbox.parts(self._store, delivery.id))
        try:
            self._peers.mail.file_sent(message.content, message.message_id)
        except LgcError as error:
            logger.info("delivery %d not filed: %s", delivery.id, error)
            return self._save(replace(delivery, next_try=self._later(delivery, error)))
        return self._save(replace(delivery, filed=True, next_try=None))

    # --- small answers --------------------------------------------------------------------------------

    def _knows(self, delivery: Delivery) -> bool:
        if delivery.channel is Channel.DMP:
            return self._peers.dmp.knows(self._asked_about(delivery)[1], delivery.document_id)
        return self._peers.mail.find(delivery.wire_id)

    def _asked_about(self, delivery: Delivery) -> tuple[Patient, Ins]:
        """The patient and the matricule, at this moment. Raises IdentityError."""
        patient = patients.get(self._store, delivery.patient_id)
        check_asking(patient)
        assert patient.ins is not None  # noqa: S101 - check_asking raised otherwise
        return patient, patient.ins

    def _feedable(self, delivery: Delivery) -> Ins:
        """The matricule, once the DMP said at this moment that it can be fed (TD0.2, before any deposit).

        Raises IdentityError, NotAllowed (NO_DMP, DMP_CLOSED, OPPOSITION) and what TD0.2 raises.
        """
        patient, ins = self._asked_about(delivery)
        if patient.opposed_to_dmp:
            raise NotAllowed(Refusal.OPPOSITION)
        status = self._peers.dmp.status(ins)
        dmp_states.save(self._store, patient.id, status)
        check_feeding(patient, status)
        return ins

    @staticmethod
    def _message(delivery: Delivery, parts: tuple[Part, ...]) -> OutgoingMessage:
        sender = next(p for p in parts if p.name == "sender").content.decode()
        content = next(p for p in parts if p.name == "message.eml").content
        return OutgoingMessage(delivery.wire_id, sender, delivery.destination, content)

    def _later(self, delivery: Delivery, error: LgcError) -> datetime | None:
        """When to try again by ourselves; None when it waits for the card and not for time."""
        if isinstance(error, CardError | NotAllowed | StorageError):
            return None
        step = min(max(delivery.attempts, 1), len(RETRY_AFTER)) - 1
        return self._clock() + RETRY_AFTER[step]

    def unfinished(self) -> tuple[Delivery, ...]:
        """Return the deliveries the program still has to work on: to send, to ask about, to file."""
        return outbox.open_ones(self._store) + outbox.unfiled(self._store)

    def _save(self, delivery: Delivery) -> Delivery:
        return outbox.save(self._store, delivery)

    @contextmanager
    def _claim(self, delivery_id: int) -> Iterator[bool]:
        """True when nobody else works on it; the profile belongs to one process, so a set is enough."""
        with self._guard:
            mine = delivery_id not in self._claimed
            self._claimed.add(delivery_id)
        try:
            yield mine
        finally:
            if mine:
                with self._guard:
                    self._claimed.discard(delivery_id)


def needs_the_doctor(error: LgcError) -> bool:
    """True for a refusal that trying again will not change."""
    if isinstance(error, RemoteRefusal):
        return not error.transient
    if isinstance(error, NotAllowed):
        return error.refusal is not Refusal.NO_SESSION
    return isinstance(error, IdentityError | InvalidDocument)


def reason_of(error: LgcError) -> Reason:
    """Return what is written down of a failure: its class, and what the service said."""
    match error:
        case RemoteRefusal():
            return Reason("refusal", error.code, f"{error.service}\u00a0: {error.message}")
        case NetworkError():
            return Reason("doubtful" if error.doubtful else "network", "", error.service)
        case CardError():
            return Reason("card", error.problem.value)
        case NotAllowed():
            return Reason("not-allowed", error.refusal.value, error.detail)
        case IdentityError():
            return Reason("identity", error.problem.value)
        case StorageError():
            return Reason("storage", error.problem.value)
        case _:
            return Reason("other", type(error).__name__)
