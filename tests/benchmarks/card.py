"""The card: to sign, to open a line and to send over it, against the token alone and keys in files.

SoftHSM2 signs in less than a millisecond, where a real card takes half a second: what is measured is what we
add around it.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import rsa

from demo_lgc.card.opened import OpenedCard
from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.tls.identity import CardTls
from demo_lgc.card.tls.selftest import Engine, what_is_wrong
from demo_lgc.card.tls.server_trust import believe_only
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.sandbox.pki import Holder, Issued, Pki, make_pki
from demo_lgc.sandbox.softcard import SoftCard, find_softhsm, make_card
from demo_lgc.settings import CardSettings
from tests.benchmarks import line, pauses
from tests.benchmarks.ruler import Figure, compare

HOLDER = Holder("899900000018", "MEDECIN5729", "PAUL")
TEN_MEGABYTES = bytes(10_000_000)
VERSIONS = {False: ssl.TLSVersion.TLSv1_2, True: ssl.TLSVersion.TLSv1_3}  # by whether the card has PSS
PAUSE = 0.050  # seconds


def figures(rounds: int = 30) -> Iterator[Figure]:
    """Yield the figures of this room, none where SoftHSM2 is not installed."""
    if find_softhsm() is None:
        return
    with TemporaryDirectory() as folder:
        pki = make_pki(Path(folder) / "pki", [HOLDER])
        card = make_card(Path(folder) / "card", pki.cards[0], pki.intermediates)
        yield signing(card, rounds)
        with line.server(pki) as port:
            for pss in VERSIONS:
                yield from on_the_line(card, pki, port, rounds, pss=pss)
        yield starting(rounds)
        yield from drawing(card)


@contextmanager
def opened(card: SoftCard, *, pss: bool | None = None) -> Iterator[tuple[PkcsReader, OpenedCard]]:
    """Open the card; `pss` False makes it a CPS3."""
    reader = PkcsReader(CardSettings(str(card.library), card.environment), pss=pss)
    try:
        made = reader.open("1234")
        yield reader, made
        made.close()
    finally:
        reader.close()


def signing(card: SoftCard, rounds: int) -> Figure:
    """One signature asked for from another thread, against the same one inside the thread of the card."""
    with opened(card) as (reader, made):
        assert reader._session is not None
        assert reader._thread is not None
        sign, run = reader._session.keys.sign, reader._thread.run
        inside: list[float] = []

        def floor() -> None:
            run(lambda _: inside.append(_seconds(lambda: sign(b"a manifest"))))

        def ours() -> None:
            made.signer.sign(b"a manifest")

        floor()
        taken = []
        for _ in range(rounds * 10):
            floor()
            taken.append((_seconds(ours), inside[-1]))
    return Figure(
        "a signature through the thread of the card",
        "the token's own",
        median(mine / its for mine, its in taken),
        min(mine for mine, _ in taken),
        min(its for _, its in taken),
        median(mine - its for mine, its in taken),
        adding=0.005,
    )


def on_the_line(card: SoftCard, pki: Pki, port: int, rounds: int, *, pss: bool) -> Iterator[Figure]:
    """A handshake, and ten megabytes: by the card, by its fallback, and with the key in a file."""
    trust = ServerTrust(pki.anchors.read_text(encoding="ascii"))
    version = VERSIONS[pss].name
    floor = with_key_file(pki.cards[0].authentication, trust, VERSIONS[pss])
    with opened(card, pss=pss) as (_, made):
        for engine, farthest, slowest in ((Engine.OPENSSL, 3.0, 1 / 0.8), (Engine.TLSLITE, None, None)):
            context = through(made.tls, engine).context(trust)
            yield compare(
                f"a handshake, {engine.value}, {version}",
                lambda context=context: line.connect(context, port).close(),
                "key in a file",
                lambda: line.connect(floor, port).close(),
                rounds=rounds,
                **({"goal": farthest} if farthest else {}),
            )
            with ExitStack() as lines:
                ours, its = (lines.enter_context(line.connect(c, port)) for c in (context, floor))
                yield compare(
                    f"10 MB sent, {engine.value}, {version}",
                    lambda ours=ours: line.post(ours, TEN_MEGABYTES),
                    "key in a file",
                    lambda its=its: line.post(its, TEN_MEGABYTES),
                    rounds=rounds,
                    **({"goal": slowest} if slowest else {}),
                )


def through(tls: CardTls, engine: Engine) -> CardTls:
    """The same key, its handshakes led by `engine`."""
    return CardTls(
        tls.certificate, tls._chain, tls._sign_pkcs1, tls._sign_pss if tls._has_pss else None, engine
    )


def with_key_file(identity: Issued, trust: ServerTrust, version: ssl.TLSVersion) -> ssl.SSLContext:
    """What `ssl` does by itself, as strictly."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    believe_only(context, trust)
    context.maximum_version = version
    context.load_cert_chain(identity.chain, identity.key)
    return context


def starting(rounds: int) -> Figure:
    """The trial of the provider when the program starts."""
    return compare(
        "the self-test of a start",
        what_is_wrong,
        "an RSA key of 2048 bits",
        lambda: rsa.generate_private_key(65537, 2048),
        within=0.5,
        rounds=rounds,
    )


def drawing(card: SoftCard) -> Iterator[Figure]:
    """The longest pause of the window while the card works."""
    longest = pauses.measured(card)
    for part, name in (("login", "a login"), ("signatures", f"{pauses.SIGNATURES} signatures")):
        ours, floor = longest[part], longest["rest"]
        ratio, added = ours / floor, ours - floor
        yield Figure(f"longest pause, {name}", "the same at rest", ratio, ours, floor, added, within=PAUSE)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
