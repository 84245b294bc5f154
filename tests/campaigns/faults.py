"""Fail the N-th step of a sharing, in every way there is, then let it heal: each branch ends exactly once.

`python -m tests.campaigns.faults [--size N] [--seed N] [--only WORD] [--accept-duplicates]`

Each round is one sharing to the DMP and to two colleagues, on a new profile, with the real services and the
simulated peers. One thing goes wrong: the N-th commit of the store (disk full, locked, or failed once it was
done), or one exchange with the DMP or the operator (refused, cut, too slow, nobody there). The states must
then be legal and true. The program starts again, everything works again, time passes: every branch ends
SENT and was accepted exactly once, or REFUSED with its reason and never accepted; a refused one that the
doctor sends again ends SENT, once. `--size` adds rounds in which two faults drawn by lot fall together.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from demo_lgc.card.software import SoftwareReader
from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState, Reason
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import LgcError
from demo_lgc.domain.message import MessageText
from demo_lgc.exchange.mssante.folders import SENT
from demo_lgc.house import House, build_house, now
from demo_lgc.sandbox.world import World
from demo_lgc.services.delivery import Deliveries
from demo_lgc.services.sharing import ShareRequest
from demo_lgc.settings import Environment, load_environment

DEADLINE = 1.2  # seconds, of both services
SLOW = 2.0  # seconds: past the deadline; what was asked is nevertheless treated
SETTLE = {channel: timedelta(seconds=5) for channel in Channel}
COMMITS = 14  # of a whole sharing: one to write down, five for the DMP, four for each mail
PATIENT = "chemin"
S = DeliveryState


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. `arm` is called with the bench of the round, before « Envoyer »."""

    name: str
    arm: Callable[[Bench], None]
    slow: bool = False  # the peers may still be at work on it after the attempt


class BranchError(AssertionError):
    """A branch was lost, doubled, or lied about."""


class Bench:
    """One profile between two starts, and what the peers accepted of it."""

    def __init__(self, world: World, press: Press, template: Path, profile: Path) -> None:
        shutil.copytree(template, profile)
        self.world, self._press, self._profile = world, press, profile
        self.environment = _quick(load_environment(world.environment))
        self.offset = timedelta()
        self._failing = ""
        self._countdown = 0
        self._open()

    def _open(self) -> None:
        card = SoftwareReader(self.world.pki.card(self.world.owner["national_id"]), self.world.code)
        self.house: House = build_house(self.environment, self._profile, reader=card, press=self._press)
        dialect: Any = self.house.store._engine.dialect  # type: ignore[union-attr]
        dialect.do_commit = self._commit
        self.house.desk.session.open(self.world.code)
        self.house.desk.dmp.status(self.house.desk.files.search(PATIENT)[0])  # as the form does
        # The time that passes is ours; the peers keep the true one, which the DMP checks.
        peers = self.house.desk.deliveries._peers
        self.deliveries = Deliveries(self.house.store, peers, self.clock, SETTLE)

    def close(self) -> None:
        """Leave the profile."""
        self.house.close()

    def restart(self) -> None:
        """Close, heal everything, start again."""
        self.close()
        self._failing = ""
        self.world.dmp.script.reset()
        self.world.mail.script.reset()
        self.world.dmp.script.accept_duplicates(self.duplicates)
        self.environment = _quick(load_environment(self.world.environment))
        self._open()
        self.deliveries.resume()

    duplicates = False

    def clock(self) -> datetime:
        """The time of the deliveries."""
        return now() + self.offset

    def fail_commit(self, kind: str, number: int) -> None:
        """Let the `number`-th commit from now fail."""
        self._failing, self._countdown = kind, number

    def _commit(self, connection: sqlite3.Connection) -> None:
        self._countdown -= 1
        fails = self._failing if self._countdown == 0 else ""
        if fails == "done":
            connection.commit()
        if fails:
            error = sqlite3.OperationalError("played by the campaign")
            error.sqlite_errorcode = {
                "full": sqlite3.SQLITE_FULL,
                "locked": sqlite3.SQLITE_BUSY,
                "done": sqlite3.SQLITE_IOERR,
            }[fails]
            raise error
        connection.commit()

    def share(self) -> None:
        """« Envoyer », as the window does it; what fails is what the doctor would read."""
        desk = self.house.desk
        patient = desk.files.search(PATIENT)[0]
        people = tuple(desk.sharing.correspondent(address) for address in self.colleagues())
        request = ShareRequest(True, Visibility.VISIBLE, people, MessageText("Synthèse", "Bonjour"))
        for _ in range(3):
            try:
                made = desk.sharing.prepare(patient, request)
            except LgcError:
                if self.written():
                    raise BranchError("the doctor is told that nothing was written down; it was") from None
                continue  # the doctor presses again
            for delivery in made:
                with contextlib.suppress(LgcError):
                    self.deliveries.deliver(delivery.id)
            return
        raise BranchError("the sharing cannot be prepared")

    def colleagues(self) -> tuple[str, ...]:
        """Two colleagues."""
        return tuple(c["address"] for c in self.world._colleagues()[:2])

    def written(self) -> tuple[Delivery, ...]:
        """Every delivery written down in this profile, as committed."""
        from demo_lgc.records import outbox

        return outbox.in_states(self.house.store, tuple(DeliveryState))

    def accepted(self, delivery: Delivery) -> int:
        """How many times a peer accepted this branch."""
        if delivery.channel is Channel.DMP:
            return self.world.dmp.journal.count(delivery.document_id)
        return self.world.mail.journal.count(delivery.wire_id)


def _quick(environment: Environment) -> Environment:
    return replace(
        environment,
        dmp=replace(environment.dmp, deadline=DEADLINE),
        mail=replace(environment.mail, deadline=DEADLINE),
    )


# --- what goes wrong ----------------------------------------------------------------------------------


def store_faults(commits: int = COMMITS) -> Iterator[Fault]:
    """The N-th commit fails."""
    for number in range(1, commits + 1):
        # A commit that is done and says it failed: SQLite does not do that, a bug of ours might.
        for kind in ("full", "locked") if number == 1 else ("full", "locked", "done"):
            yield Fault(f"store {kind} {number}", _failing(kind, number))


def _failing(kind: str, number: int) -> Callable[[Bench], None]:
    return lambda bench: bench.fail_commit(kind, number)


def dmp_faults() -> Iterator[Fault]:
    """Each exchange with the DMP fails in each way; TD3.1 is asked after an answer to TD2.1 was lost."""
    for transaction in ("TD0.2", "TD2.1", "TD3.1"):
        for code in (
            "XDSRegistryBusy",
            "XDSRepositoryError",
            "XDSNonIdenticalHash",
            "DMPInvalidCertificate",
            "Receiver",
            "503",
            "404",
        ):
            yield Fault(f"DMP {transaction} refuses {code}", _on_dmp(transaction, "refuse", code))
        for moment in ("before-answer", "after-commit", "mid-answer"):
            yield Fault(f"DMP {transaction} cut {moment}", _on_dmp(transaction, "cut", moment))
        yield Fault(f"DMP {transaction} slow", _on_dmp(transaction, "slow", ""), slow=True)
    yield Fault("DMP down", lambda b: b.world.dmp.script.down())


def _on_dmp(transaction: str, what: str, detail: Any) -> Callable[[Bench], None]:
    def arm(bench: Bench) -> None:
        script = bench.world.dmp.script
        if transaction == "TD3.1":
            script.cut("after-commit", 1, "TD2.1")
        if what == "refuse":
            script.refuse(transaction, detail, times=1)
        elif what == "cut":
            script.cut(detail, 1, transaction)
        else:
            script.delay(SLOW, transaction)

    return arm


def mail_faults() -> Iterator[Fault]:
    """The operator refuses, cuts, dawdles, is not there; or only the mailbox is not."""
    for code in (451, 550, 552):
        yield Fault(f"mail {code}", _refusing(0, code))
        yield Fault(f"mail own {code}", _refusing(None, code))
    for times in (1, 2):
        yield Fault(f"mail cut after data {times}", _cutting(times))
    yield Fault("mail slow answer", lambda b: b.world.mail.script.delay(SLOW), slow=True)
    yield Fault("mail slow greeting", lambda b: b.world.mail.script.delay(SLOW, "greeting"), slow=True)
    yield Fault("mail down", lambda b: b.world.mail.script.down(True))
    yield Fault("mailbox down", _mailbox_down)
    yield Fault("mailbox down, answer lost", _mailbox_down_and_cut)


def _refusing(colleague: int | None, code: int) -> Callable[[Bench], None]:
    def arm(bench: Bench) -> None:
        address = bench.world.owner["mailbox"] if colleague is None else bench.colleagues()[colleague]
        bench.world.mail.script.refuse(address, code, "refus joue")

    return arm


def _cutting(times: int) -> Callable[[Bench], None]:
    return lambda bench: bench.world.mail.script.cut_after_data(times)


def _mailbox_down_and_cut(bench: Bench) -> None:
    _mailbox_down(bench)
    _cutting(1)(bench)


def _mailbox_down(bench: Bench) -> None:
    nobody = replace(bench.environment, mail=replace(bench.environment.mail, imap_port=9))
    bench.close()
    bench.environment = nobody
    bench._open()


def every_fault() -> tuple[Fault, ...]:
    """All of them, one at a time."""
    return (*store_faults(), *dmp_faults(), *mail_faults())


# --- one round ----------------------------------------------------------------------------------------


def play(bench: Bench, faults: Sequence[Fault]) -> str:
    """Share under `faults`, heal, finish; return how it stood and how it ended. Raises BranchError."""
    for fault in faults:
        fault.arm(bench)
    bench.share()
    if any(f.name.startswith("DMP TD3.1") for f in faults):
        for delivery in bench.written():  # the question that fails, asked at once as the timer does
            with contextlib.suppress(LgcError):
                bench.deliveries.deliver(delivery.id)
    stood = bench.written()
    if any(f.slow for f in faults):
        time.sleep(SLOW)
    else:
        by_store = any(f.name.startswith("store") for f in faults)
        for delivery in stood:
            _check_true(delivery, bench.accepted(delivery), by_store)
    bench.restart()
    _finish(bench)
    ended = bench.written()
    for delivery in ended:
        _check_ended(delivery, bench.accepted(delivery))
        if delivery.state is S.REFUSED:
            bench.deliveries.retry(delivery.id)
    _finish(bench)
    for delivery in bench.written():
        if delivery.state is not S.SENT or bench.accepted(delivery) != 1:
            raise BranchError(f"{_word(delivery)} after the doctor’s retry")
    _check_filed(bench)
    return f"{_words(stood)} → {_words(ended)}"


def _finish(bench: Bench) -> None:
    for _ in range(8):
        if not bench.deliveries.unfinished():
            return
        bench.offset += timedelta(minutes=61)
        bench.deliveries.deliver_due()
    raise BranchError(f"still at work: {_words(bench.deliveries.unfinished())}")


def _check_true(delivery: Delivery, accepted: int, by_store: bool) -> None:
    possible = {
        S.SENT: {1},
        S.READY: {0},
        S.REFUSED: {0},
        S.IN_DOUBT: {0, 1},
        S.SENDING: {0, 1} if by_store else set(),
    }
    if accepted not in possible.get(delivery.state, set()):
        raise BranchError(f"{_word(delivery)} while it was accepted {accepted} times")
    if delivery.state in (S.READY, S.REFUSED) and delivery.attempts and delivery.reason == Reason():
        raise BranchError(f"{_word(delivery)} without a reason")
    if delivery.state is S.IN_DOUBT and not delivery.content_left:
        raise BranchError(f"{_word(delivery)} although nothing had left")


def _check_ended(delivery: Delivery, accepted: int) -> None:
    if delivery.state not in (S.SENT, S.REFUSED):
        raise BranchError(f"ended {_word(delivery)}")
    if accepted != (delivery.state is S.SENT):
        raise BranchError(f"ended {_word(delivery)}, accepted {accepted} times")
    if delivery.state is S.REFUSED and delivery.reason == Reason():
        raise BranchError("refused without a reason")


def _check_filed(bench: Bench) -> None:
    """Our copy stands once in « Éléments envoyés », and no more in INBOX."""
    read = bench.world.mail.read_mailbox
    sent = b"".join(read(bench.world.owner["mailbox"], SENT))
    inbox = b"".join(read(bench.world.owner["mailbox"]))
    for delivery in bench.written():
        if delivery.channel is Channel.MSSANTE:
            mark = b"Message-ID: " + delivery.wire_id.encode()
            if (sent.count(mark), inbox.count(mark)) != (1, 0):
                raise BranchError(f"filed {sent.count(mark)} times, {inbox.count(mark)} left in INBOX")


def _word(delivery: Delivery) -> str:
    reason = "/".join(filter(None, (delivery.reason.kind, delivery.reason.code)))
    return f"{delivery.state.value}({reason})" if reason else delivery.state.value


def _words(deliveries: Iterable[Delivery]) -> str:
    return " ".join(_word(d) for d in deliveries)


# --- the campaign -------------------------------------------------------------------------------------


def campaign(
    rounds: Iterable[Sequence[Fault]],
    *,
    accept_duplicates: bool = False,
    say: Callable[[str], object] = lambda line: None,
) -> Counter[str]:
    """Play the rounds; return how many there were and how many failed, each said to `say`."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        world, press = World(folder / "world", card=False), Press()
        world.start()
        try:
            template = folder / "template"
            build_house(
                load_environment(world.environment), template, reader=SoftwareReader(), press=press
            ).close()
            for faults in rounds:
                counts["rounds"] += 1
                world.dmp.script.accept_duplicates(accept_duplicates)
                title = " + ".join(fault.name for fault in faults)
                bench = Bench(world, press, template, folder / f"profile-{counts['rounds']}")
                bench.duplicates = accept_duplicates
                try:
                    say(f"{title}: {play(bench, faults)}")
                except Exception as error:  # the campaign goes on, and is lost
                    counts["failed"] += 1
                    say(f"{title}: FAILED {type(error).__name__} {error}")
                finally:
                    bench.close()
                    world.dmp.script.reset()
                    world.mail.script.reset()
        finally:
            press.close()
            world.stop()
    return counts


def by_lot(size: int, dice: random.Random) -> Iterator[tuple[Fault, ...]]:
    """`size` pairs of faults of different kinds."""
    store, peers = tuple(store_faults()), (*dmp_faults(), *mail_faults())
    for _ in range(size):
        first = dice.choice(peers)
        yield (first, dice.choice(store)) if dice.random() < 0.6 else (first, dice.choice(peers))


def main() -> int:
    """Read the size, run, say the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=0, help="rounds of two faults, besides every single one")
    parser.add_argument("--seed", type=int, default=time.time_ns())
    parser.add_argument("--only", default="", help="play the faults whose name holds this")
    parser.add_argument("--accept-duplicates", action="store_true")
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}\n")
    rounds: list[Sequence[Fault]] = [(f,) for f in every_fault() if options.only in f.name]
    rounds += by_lot(options.size, random.Random(options.seed))

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    counts = campaign(rounds, accept_duplicates=options.accept_duplicates, say=say)
    say(f"{counts['rounds']} rounds, {counts['failed']} failed")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
