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
from typing import cast

from demo_lgc.domain.delivery import OPEN, Channel, Delivery, DeliveryState, Part, Reason
from demo_lgc.domain.dmp import check_asking, check_feeding
from demo_lgc.domain.errors import (
    LgcError,
    NetworkError,
    NotAllowed,
    Refusal,
    RemoteRefusal,
    StorageError,
    StorageProblem,
)
from demo_lgc.domain.identity import Ins, Patient
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.records import dmp_states, outbox, patients
from demo_lgc.records.store import Store
from demo_lgc.services.peers import Dmp, Mail, Peers
from demo_lgc.services.retrying import (
    RETRY_AFTER,
    needs_the_doctor,
    pause_after_attempt,
    pause_after_question,
    reason_of,
    waits_for_the_card,
)

logger = logging.getLogger(__name__)

AUTHOR = "author"
"""Name of the part that does not leave: the national identifier of the professional whose delivery it is."""

SOON = 1.0  # seconds: what is overdue is not looked at more often
DUPLICATE = "XDSDuplicateUniqueIdInRegistry"


class Deliveries:
    """The outbox at work. Every method may be called from any thread; one delivery is worked on once.

    `settle` tells, for each channel, how long after the line went silent « I do not have it » is not
    believed: the service may still be treating what it received.
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
            if self._is_of_another(delivery):
                # Neither sent, nor asked about: with another card one looks into another mailbox.
                another = NotAllowed(Refusal.NOT_AUTHOR)
                return self._wait(delivery, another, say=delivery.state is not DeliveryState.SENT)
            if delivery.state is DeliveryState.IN_DOUBT:
                delivery = self._ask(delivery)
            if delivery.state is DeliveryState.READY:
                delivery = self._send(delivery)
            if delivery.state is DeliveryState.SENT and not delivery.filed:
                delivery = self._file(delivery)
            return delivery

    def deliver_due(self) -> tuple[Delivery, ...]:
        """Work on every delivery whose time has come; return those that were worked on.

        Mails first, each channel oldest first; a service that gives no answer is left alone until the next
        time, so that what goes elsewhere never waits for more than one deadline of it. What raises hides
        nothing: the others are worked on, then it is raised.
        """
        now = self._clock()
        due = [d for d in self.unfinished() if not self._pause(d, now)]
        silent: set[Channel] = set()
        worked: list[Delivery] = []
        failure: Exception | None = None
        for delivery in sorted(due, key=lambda d: d.channel is Channel.DMP):
            if delivery.channel in silent:
                continue
            try:
                worked.append(self.deliver(delivery.id))
            except Exception as error:  # raised below
                failure = failure or error
                continue
            if worked[-1].state in OPEN and worked[-1].reason.kind in ("network", "doubtful"):
                silent.add(delivery.channel)
        if failure is not None:
            raise failure
        return tuple(worked)

    def seconds_to_next(self) -> float | None:
        """How long until the next delivery is due by itself, in seconds; None when none waits for time."""
        now = self._clock()
        pauses = [self._pause(d, now) for d in self.unfinished() if d.next_try is not None]
        return max(SOON, min(pauses).total_seconds()) if pauses else None

    def resume(self) -> tuple[Delivery, ...]:
        """After a start: settle what a crash left in the middle; return every delivery still open.

        Nothing is sent and no service is asked: this needs no card. Without room on the disk the rows stay
        as the crash left them, and are settled when they are worked on: the program starts all the same.
        """
        for delivery in outbox.in_states(self._store, frozenset({DeliveryState.SENDING})):
            with self._claim(delivery.id) as mine:
                if not mine:
                    continue
                try:
                    self._after_a_crash(outbox.get(self._store, delivery.id))
                except StorageError as error:
                    logger.warning("delivery %d not settled yet: %s", delivery.id, error)
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
        try:
            known = self._knows(delivery)
        except LgcError as error:
            return self._wait(delivery, error)
        now = self._clock()
        if known:
            return self._save(replace(delivery.moved(DeliveryState.SENT, now), next_try=None))
        if now < delivery.changed_at:  # the clock was set back: count from now
            delivery = replace(delivery, changed_at=now)
        believable = delivery.changed_at + self._settle[delivery.channel]
        if now < believable:
            return self._save(replace(delivery, next_try=believable))
        if delivery.reason.code == DUPLICATE:
            # Refused as known, and not known for this patient: our identifier names another document.
            return self._save(
                replace(delivery.moved(DeliveryState.REFUSED, now, delivery.reason), next_try=None)
            )
        return self._save(replace(delivery.moved(DeliveryState.READY, now), next_try=None))

    def _send(self, delivery: Delivery) -> Delivery:
        try:
            peer = self._peers.dmp if delivery.channel is Channel.DMP else self._peers.mail
        except NotAllowed as error:  # no session: nothing is begun, no attempt is counted
            return self._wait(delivery, error)
        now, left_before = self._clock(), delivery.content_left
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
            parts = outbox.parts(self._store, delivery.id)
        except StorageError as error:
            if error.problem is StorageProblem.UNREADABLE:  # what was frozen is damaged: never to leave
                return self._save(delivery.moved(DeliveryState.REFUSED, self._clock(), reason_of(error)))
            return self._failed(delivery, error)
        try:
            if delivery.channel is Channel.DMP:
                parts = tuple(part for part in parts if part.name != AUTHOR)
                self._deposit(cast(Dmp, peer), delivery, parts, content_leaves, left_before)
            else:
                cast(Mail, peer).send(self._message(delivery, parts), content_leaves)
        except LgcError as error:
            logger.info("delivery %d: %s", delivery.id, error)
            return self._failed(delivery, error)
        except BaseException:
            # Ours to mend; the row must not stay SENDING until the next start.
            after = self._after_a_crash(delivery)
            self._save(replace(after, next_try=self._clock() + pause_after_attempt(after.attempts)))
            raise
        logger.info("delivery %d sent by %s", delivery.id, delivery.channel.value)
        return self._save(delivery.moved(DeliveryState.SENT, self._clock()))

    def _deposit(
        self,
        dmp: Dmp,
        delivery: Delivery,
        parts: tuple[Part, ...],
        content_leaves: Callable[[], None],
        left_before: bool,
    ) -> None:
        """TD0.2, then TD2.1. What left once already is asked about first, whatever was answered then.

        An error may be answered after the document was kept (a fault of the receiver, a busy registry), and
        some registries take it twice without a word.
        """
        ins = self._feedable(delivery)
        if left_before:
            try:
                if dmp.knows(ins, delivery.document_id):
                    return
            except RemoteRefusal as error:  # it will not say; the deposit itself will be answered
                logger.info("delivery %d not asked about: %s", delivery.id, error)
        content_leaves()
        dmp.submit(ins, parts, delivery.wire_id)

    def _failed(self, delivery: Delivery, error: LgcError) -> Delivery:
        if isinstance(error, NetworkError) and error.doubtful and not delivery.content_left:
            # The doubt is about a question (TD0.2); of the document nothing has left.
            error = NetworkError(error.service, error.detail)
        now, reason = self._clock(), reason_of(error)
        if isinstance(error, RemoteRefusal) and error.code == DUPLICATE:
            # It says it has it: our bytes of an earlier try, or another document under our identifier.
            return self._ask(self._save(delivery.moved(DeliveryState.IN_DOUBT, now, reason)))
        if isinstance(error, NetworkError) and error.doubtful:
            moved = delivery.moved(DeliveryState.IN_DOUBT, now, reason)
            return self._save(replace(moved, next_try=now))
        if needs_the_doctor(error):
            return self._save(delivery.moved(DeliveryState.REFUSED, now, reason))
        at_login = waits_for_the_card(error) or self._is_locked  # the line we cut ourselves waits for no time
        later = None if at_login else now + pause_after_attempt(delivery.attempts)
        return self._save(replace(delivery.moved(DeliveryState.READY, now, reason), next_try=later))

    def _file(self, delivery: Delivery) -> Delivery:
        """Put the copy in « Éléments envoyés ». A failure keeps the delivery SENT and is tried again."""
        if delivery.channel is Channel.DMP:
            return self._save(replace(delivery, filed=True))
        try:
            message = self._message(delivery, outbox.parts(self._store, delivery.id))
            self._peers.mail.file_sent(message.content, message.message_id)
        except LgcError as error:
            logger.info("delivery %d not filed: %s", delivery.id, error)
            return self._wait(delivery, error, say=False)
        return self._save(replace(delivery, filed=True, next_try=None))

    # --- small answers --------------------------------------------------------------------------------

    def _knows(self, delivery: Delivery) -> bool:
        if delivery.channel is Channel.DMP:
            return self._peers.dmp.knows(self._asked_about(delivery)[1], delivery.document_id)
        return self._peers.mail.find(delivery.wire_id)

    @property
    def _is_locked(self) -> bool:
        try:
            return not self._peers.holder
        except NotAllowed:
            return True

    def _is_of_another(self, delivery: Delivery) -> bool:
        """True when the open session is not that of the professional who shared: it waits for that card."""
        finished = delivery.state not in OPEN and (delivery.filed or delivery.state is not DeliveryState.SENT)
        try:
            holder = self._peers.holder
            parts = () if finished else outbox.parts(self._store, delivery.id)
        except (NotAllowed, StorageError):  # no session, or damaged: said where it is sent
            return False
        authors = [part.content.decode() for part in parts if part.name == AUTHOR]
        return bool(authors) and authors != [holder]

    def _asked_about(self, delivery: Delivery) -> tuple[Patient, Ins]:
        """The patient and the matricule, at this moment. Raises IdentityError."""
        patient = patients.get(self._store, delivery.patient_id)
        return patient, check_asking(patient)

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

    def _wait(self, delivery: Delivery, error: LgcError, *, say: bool = True) -> Delivery:
        """Keep the state and say when to come back; what would change nothing is not written."""
        now = self._clock()
        elapsed = now - (delivery.attempted_at or now)
        at_login = waits_for_the_card(error) or self._is_locked
        later = None if at_login else now + pause_after_question(elapsed)
        waiting = replace(delivery, next_try=later, reason=reason_of(error) if say else delivery.reason)
        return delivery if waiting == delivery else self._save(waiting)

    def _pause(self, delivery: Delivery, now: datetime) -> timedelta:
        """How long a delivery still has to wait; no longer than one could have asked for.

        Else a clock that was wrong for a moment would hold it for years.
        """
        if delivery.next_try is None or delivery.next_try <= now:
            return timedelta()
        pause = delivery.next_try - now
        longest = max(RETRY_AFTER[-1], self._settle[delivery.channel])
        return pause if pause <= longest else timedelta()

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
