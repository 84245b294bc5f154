"""Put a card in, work with it and pull it out at a random moment, again and again; nothing may be left over.

`python -m tests.campaigns.cards [--cycles N] [--seed N] [--on software|software-cps3|fragile|…|virtual]`

Each cycle inserts the card, logs in (sometimes with a wrong code), signs, shakes hands with a server or not,
and looks, while a hand pulls the card out before, during or after, and a login page looks all the time. On
SoftHSM2 behind fragile.c the hand may also strike inside a call of PKCS#11. Every answer must be a named one
that fits, the removal told in less than two seconds, and no session left in the module. At the end there are
as many threads and file descriptors as at the beginning, and the card still opens and signs. On the virtual
card, which is in a real PC/SC reader, a cycle takes a second and a half; it is run only when it is asked for.
"""

from __future__ import annotations

import argparse
import contextlib
import operator
import os
import random
import socket
import ssl
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from demo_lgc.card.software import SoftwareCard, SoftwareReader
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardReader, OpenCard, ServerTrust
from demo_lgc.sandbox.pki import Holder, Pki, make_pki
from demo_lgc.sandbox.softcard import make_card
from tests.card.fragile import Call, FragileReader, compile_fragile
from tests.card.saying import verify
from tests.card.server import serving
from tests.card.virtual.desk import a_desk

KINDS = ("software", "software-cps3", "fragile", "fragile-cps3")
SLOW_KINDS = ("virtual",)  # PC/SC looks at its readers every 0.4 s
NUMBER, CODE = "899900000018", "1234"
NOTICED = 2.0  # seconds a removal may take to be told, and the rest to be let go
OUT = {CardProblem.NO_CARD, CardProblem.REMOVED}


@dataclass
class Bench:
    """A reader, the hand at it, and the server that asks for the card's certificate."""

    reader: CardReader
    insert: Callable[[], object]
    pull_out: Callable[[], object]
    pki: Pki
    port: int
    fragile: FragileReader | None = None
    span: float = 0.0  # seconds that a cycle takes from its insertion, when it is left alone
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def sessions(self) -> int:
        """How many the module holds."""
        return self.fragile.sessions if self.fragile else 0


def campaign(cycles: int, seed: int, on: str, say: Callable[[str], object]) -> Counter[str]:
    """Run the cycles on one kind of card; return the counts, « failed » among them."""
    lot = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="cards-") as folder, _bench(on, Path(folder)) as bench:
        for _ in range(3):  # what is loaded once is loaded now
            _use(bench)
        bench.counts = Counter(failed=0)
        with contextlib.ExitStack() as stack:
            time.sleep(NOTICED / 4)  # the server ends its last connection
            before = _resources(bench)
            stack.enter_context(_login_page(bench, say))
            for rank in range(cycles):
                try:
                    _cycle(bench, lot)
                except Exception:
                    bench.counts["failed"] += 1
                    say(f"{on}, cycle {rank}: {traceback.format_exc(limit=-4)}")
                    break
        if not _settled(lambda: all(map(operator.le, _resources(bench), before))):
            bench.counts["failed"] += 1
            say(f"{on}: {before} sessions, threads and descriptors before, {_resources(bench)} after")
        _use(bench)
        return bench.counts


@contextlib.contextmanager
def _bench(on: str, folder: Path) -> Iterator[Bench]:
    kind, _, generation = on.partition("-")
    activities = (("499900000018001", "CABINET", "SA07"),)
    pki = make_pki(folder / "pki", [Holder(NUMBER, "MEDECIN5729", "PAUL", activities=activities)])
    with serving(pki) as port:
        if kind == "software":
            software = SoftwareReader()
            card = SoftwareCard(pki.card(NUMBER), CODE, pss=not generation)

            def put_in() -> None:
                card.tries = 3  # a wrong code of the last cycle is not this one's
                software.insert(card)

            yield Bench(software, put_in, software.pull_out, pki, port)
            software.close()
            return
        if kind == "virtual":
            with a_desk(pki.card(NUMBER), pki.intermediates) as desk:

                def lay_in() -> None:
                    desk.card.renew()
                    desk.insert()

                yield Bench(desk.reader, lay_in, desk.pull_out_and_wait, pki, port)
            return
        soft = make_card(folder / "softhsm", pki.card(NUMBER), pki.intermediates)
        fragile = FragileReader.on(compile_fragile(folder), soft, folder, (NUMBER,))
        if generation:
            fragile.tell(generation)

        def insert() -> None:
            fragile.tell("tries", 3, NUMBER)
            fragile.insert()

        yield Bench(fragile.reader, insert, fragile.pull_out, pki, port, fragile)
        fragile.reader.close()


def _use(bench: Bench) -> None:
    """Do all that a cycle does, with nobody to disturb it, and note how long it takes."""
    bench.insert()
    began = time.monotonic()
    bench.reader.look()
    card = bench.reader.open(CODE)
    verify(card.signer.certificate, card.signer.sign(b"x"), b"x")
    _shake_hands(bench, card)
    card.close()
    bench.span = time.monotonic() - began
    bench.pull_out()


def _cycle(bench: Bench, lot: random.Random) -> None:
    bench.insert()
    hand = threading.Timer(lot.uniform(0, 2 * bench.span), bench.pull_out)
    if bench.fragile and lot.random() < 0.3:
        bench.fragile.pull_out_at(lot.choice(list(Call)))
    hand.start()
    told, opened = threading.Event(), list[OpenCard]()
    ended, problem = _work(bench, lot, opened, told)
    bench.counts[f"out {ended}" if problem else "done before"] += 1
    assert problem in (None, *OUT), f"{problem} {ended}"
    left_open = bool(opened) and lot.random() < 0.5
    for card in opened:
        if not left_open:
            card.close()
    hand.join()
    if left_open:
        assert told.wait(NOTICED), "the removal was not told"
        bench.counts["told"] += 1
    if bench.fragile:
        bench.fragile.forget("pull")
    assert _problem_of(bench.reader.look) is CardProblem.NO_CARD
    assert _settled(lambda: bench.sessions == 0), f"{bench.sessions} sessions left {ended}"
    bench.counts["cycles"] += 1


def _work(
    bench: Bench, lot: random.Random, opened: list[OpenCard], told: threading.Event
) -> tuple[str, CardProblem | None]:
    """Do what a practitioner does until the card leaves; return where that was, and how it was told."""
    stage = "before the login"
    try:
        if lot.random() < 0.3:
            bench.reader.look()
        stage = "in a login"
        if lot.random() < 0.2:
            _give_a_wrong_code(bench.reader)
        card = bench.reader.open(CODE)
        opened.append(card)
        bench.reader.watch(told.set)
        for _ in range(lot.randrange(4)):
            stage = "in a signature"
            verify(card.signer.certificate, card.signer.sign(b"x"), b"x")
        if lot.random() < 0.6:
            stage = "in a handshake"
            _shake_hands(bench, card)
    except CardError as error:
        return stage, error.problem
    return "after", None


def _give_a_wrong_code(reader: CardReader) -> None:
    try:
        reader.open("0000")
    except CardError as error:
        if error.problem is not CardProblem.WRONG_CODE or error.tries_left != 2:
            raise


def _shake_hands(bench: Bench, card: OpenCard) -> None:
    context = card.tls.context(ServerTrust(bench.pki.anchors.read_text()))
    with socket.create_connection(("127.0.0.1", bench.port), timeout=20) as raw:
        try:
            with context.wrap_socket(raw, server_hostname="localhost") as secured:
                secured.sendall(b"GET / HTTP/1.0\r\n\r\n")
                answer = b"".join(iter(lambda: secured.recv(4096), b""))
        except ssl.SSLError:
            cause = card.tls.cause()
            if cause is None:
                raise
            raise cause from None
    assert NUMBER.encode() in answer
    bench.counts["handshakes"] += 1


@contextlib.contextmanager
def _login_page(bench: Bench, say: Callable[[str], object]) -> Iterator[None]:
    """Look all the time, as the page does that waits for a card."""
    leave = threading.Event()

    def look() -> None:
        while not leave.wait(0.02):
            try:
                bench.reader.look()
            except CardError as error:
                if error.problem is not CardProblem.NO_CARD:
                    bench.counts["failed"] += 1
                    say(f"the login page is told {error.problem}")

    page = threading.Thread(target=look, name="login page")
    page.start()
    try:
        yield
    finally:
        leave.set()
        page.join()


def _problem_of(act: Callable[[], object]) -> CardProblem | None:
    try:
        act()
    except CardError as error:
        return error.problem
    return None


def _resources(bench: Bench) -> tuple[int, int, int]:
    """Sessions, threads, file descriptors."""
    descriptors = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    return bench.sessions, threading.active_count(), descriptors


def _settled(reached: Callable[[], bool]) -> bool:
    """Wait until it is so, and say whether it came."""
    deadline = time.monotonic() + NOTICED
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def main() -> int:
    """Read the size, run, say the counts; return 1 when something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cycles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on", choices=KINDS + SLOW_KINDS, action="append")
    options = parser.parse_args()
    failed = 0
    for kind in options.on or KINDS:
        began = time.monotonic()
        counts = campaign(options.cycles, options.seed, kind, lambda said: sys.stderr.write(f"{said}\n"))
        failed += counts["failed"]
        told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        sys.stdout.write(f"{kind}: {told} ({time.monotonic() - began:.0f} s)\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
