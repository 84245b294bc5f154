"""Many handshakes in many threads through the client of the DMP; nothing may be left over.

`python -m tests.campaigns.handshakes [--handshakes 1000] [--threads 8] [--on software|softhsm] [--engine
openssl|tlslite]`

Each one is a transport of its own: a context, a connection, one signature of the card, a question that the
simulated DMP (a process of its own, which looks every certificate up) refuses for want of a VIHF. The first
ones warm up whatever is made once; after the last there must be as many threads and file descriptors as
after those, and hardly more memory.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.software_card import SoftwareCard
from demo_lgc.card.tls.identity import CardTls
from demo_lgc.card.tls.selftest import Engine, self_test
from demo_lgc.domain.trust import TlsIdentity
from demo_lgc.exchange.soap.transport import Transport
from demo_lgc.sandbox.dmp.server import DmpServer
from demo_lgc.sandbox.pki import Holder, Pki, make_pki
from demo_lgc.sandbox.softcard import make_card
from demo_lgc.settings import CardSettings
from tests.trusting import trusting

KINDS = ("software", "softhsm")
NUMBER, CODE = "899900000018", "1234"
GROWTH = 8.0  # MB that may be kept in all: allocators keep some of what they were given
_SETTLE = 5.0  # seconds
_QUESTION = b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>"


@dataclass(frozen=True)
class Left:
    """What a campaign leaves: more threads, more descriptors, more memory (MB); and how long it lasted."""

    threads: int
    descriptors: int
    megabytes: float
    seconds: float


def campaign(handshakes: int, threads: int, on: str, engine: Engine) -> Left:
    """Run it. Raises the first failure of a handshake."""
    with tempfile.TemporaryDirectory(prefix="handshakes-") as folder:
        pki = _pki(Path(folder))
        with _identity(on, engine, pki, Path(folder)) as identity, _dmp(Path(folder)) as url:
            _run(max(4 * threads, handshakes // 5), threads, identity, pki, url)
            before, begun = _belongings(), time.monotonic()
            _run(handshakes, threads, identity, pki, url)
            seconds = time.monotonic() - begun
            after = _belongings()
            while (
                after[0] > before[0] or after[1] > before[1]
            ) and time.monotonic() < begun + seconds + _SETTLE:
                time.sleep(0.05)
                after = _belongings()
    return Left(after[0] - before[0], after[1] - before[1], after[2] - before[2], seconds)


def _run(handshakes: int, threads: int, identity: TlsIdentity, pki: Pki, url: str) -> None:
    trust = trusting(pki.anchors, pki.revocations)

    def one(_: int) -> None:
        transport = Transport(identity, trust, url, 30.0, service="DMP")
        try:
            answer = transport.post("/patients", "application/soap+xml", _QUESTION)
        finally:
            transport.close()
        assert b"Fault" in answer.body, answer.body[:200]

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(one, range(handshakes)):
            pass


def _belongings() -> tuple[int, int, float]:
    """Threads, file descriptors and resident memory (MB) of this process. Linux only."""
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return threading.active_count(), len(os.listdir("/proc/self/fd")), resident


def _pki(folder: Path) -> Pki:
    return make_pki(folder / "pki", [Holder(NUMBER, "MEDECIN5729", "PAUL")])


@contextlib.contextmanager
def _identity(on: str, engine: Engine, pki: Pki, folder: Path) -> Iterator[TlsIdentity]:
    if on == "software":
        card = SoftwareCard(pki.card(NUMBER))
        own = card.pair.authentication
        yield CardTls(own, card.authorities[:1], card.sign_info, card.sign_pss, engine)
        return
    made = make_card(folder / "card", pki.card(NUMBER), pki.intermediates)
    settings = CardSettings(str(made.library), made.environment, tls_engine=engine.value)
    reader = PkcsReader(settings)
    try:
        yield reader.open(CODE).tls
    finally:
        reader.close()


@contextlib.contextmanager
def _dmp(folder: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.campaigns.handshakes", "--serve", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield child.stdout.readline().strip()
        finally:
            child.stdin.close()
            child.wait(30)


def _serve(folder: Path) -> int:
    """Be the DMP until standard input ends."""
    server = DmpServer(_pki(folder), {})
    server.start()
    sys.stdout.write(f"{server.base_url}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--handshakes", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--on", choices=KINDS, default=KINDS[0])
    parser.add_argument("--engine", choices=[engine.value for engine in Engine])
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.serve:
        return _serve(asked.serve)
    engine = Engine(asked.engine) if asked.engine else self_test()
    left = campaign(asked.handshakes, asked.threads, asked.on, engine)
    sys.stdout.write(
        f"{asked.handshakes} handshakes in {asked.threads} threads, {asked.on}, {engine.value}: "
        f"{left.seconds:.1f} s; left {left.threads} threads, {left.descriptors} descriptors, "
        f"{left.megabytes:+.1f} MB\n"
    )
    return int(left.threads > 0 or left.descriptors > 0 or left.megabytes > GROWTH)


if __name__ == "__main__":
    raise SystemExit(main())
