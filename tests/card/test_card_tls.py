import contextlib
import gc
import os
import socket
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from requests.adapters import HTTPAdapter

from demo_lgc.card import provider
from demo_lgc.card.software import SoftwareCard, SoftwareReader
from demo_lgc.card.tls import CardTls
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import TlsIdentity
from demo_lgc.sandbox.pki import CardCertificates, Pki, issue_bad
from tests.card.conftest import NUMBER

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def _ask(context: ssl.SSLContext, port: int, host: str = "localhost") -> str:
    """What a mail client does: a socket, then TLS on it, then lines."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname=host) as secured,
    ):
        secured.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: secured.recv(4096), b"")).decode()


class _Adapter(HTTPAdapter):
    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__()

    def init_poolmanager(self, *arguments, **named) -> None:
        super().init_poolmanager(*arguments, ssl_context=self.context, **named)


@pytest.fixture
def identity(gestures) -> TlsIdentity:
    return gestures.reader.open("1234").tls


@pytest.mark.parametrize("maximum", [TLS_1_2, TLS_1_3])
def test_a_server_knows_the_holder_over_http(identity, serve, pki, maximum):
    context = identity.context(pki.anchors.read_text())
    with serve(maximum=maximum) as port, requests.Session() as session:
        session.trust_env = False
        session.verify = str(pki.anchors)
        session.mount("https://", _Adapter(context))
        answer = session.get(f"https://127.0.0.1:{port}/", timeout=20).json()
    assert answer["subject"]["commonName"] == NUMBER
    assert answer["version"] == (
        "TLSv1.3" if maximum is context.maximum_version is TLS_1_3 else answer["version"]
    )


@pytest.mark.parametrize("maximum", [TLS_1_2, TLS_1_3])
def test_a_server_knows_the_holder_over_a_bare_socket(identity, serve, pki, maximum):
    context = identity.context(pki.anchors.read_text())
    capped = context.maximum_version == TLS_1_2
    with serve(maximum=maximum) as port:
        answer = _ask(context, port)
    assert NUMBER in answer
    assert ("TLSv1.2" if capped or maximum is TLS_1_2 else "TLSv1.3") in answer
    assert identity.cause() is None


def test_a_cps3_never_goes_beyond_tls_1_2(pki):
    for pss, maximum in ((False, TLS_1_2), (True, ssl.TLSVersion.MAXIMUM_SUPPORTED)):
        context = SoftwareReader(pki.card(NUMBER), pss=pss).open("1234").tls.context(pki.anchors.read_text())
        assert context.maximum_version == maximum
        assert context.minimum_version == TLS_1_2
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED


def test_only_the_suites_of_the_dmp_are_offered(pki):
    context = SoftwareReader(pki.card(NUMBER)).open("1234").tls.context(pki.anchors.read_text())
    assert {c["name"] for c in context.get_ciphers() if c["protocol"] != "TLSv1.3"} == {
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-RSA-AES256-SHA384",
        "ECDHE-RSA-AES128-SHA256",
    }


@pytest.mark.parametrize("fault", ["expired", "wrong-name", "self-signed", "wrong-ca"])
def test_a_server_that_cannot_prove_itself_is_refused(pki, serve, fault):
    identity = SoftwareReader(pki.card(NUMBER)).open("1234").tls
    context = identity.context(pki.anchors.read_text())
    with serve(issue_bad(pki, fault)) as port, pytest.raises(ssl.SSLCertVerificationError):
        _ask(context, port)
    assert identity.cause() is None


def test_a_server_of_another_name_is_refused(pki, serve):
    context = SoftwareReader(pki.card(NUMBER)).open("1234").tls.context(pki.anchors.read_text())
    with serve() as port, pytest.raises(ssl.SSLCertVerificationError):
        _ask(context, port, "dmp.invalid")


def test_a_revoked_server_is_refused_by_who_reads_the_lists(pki, serve):
    context = SoftwareReader(pki.card(NUMBER)).open("1234").tls.context(pki.anchors.read_text())
    revoked = issue_bad(pki, "revoked")
    context.load_verify_locations(pki.revocations)
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    with serve(revoked) as port, pytest.raises(ssl.SSLCertVerificationError):
        _ask(context, port)


@pytest.mark.parametrize("fault", ["expired", "self-signed", "wrong-ca"])
def test_a_card_of_nobody_is_refused_by_the_server(pki: Pki, serve, fault):
    good = pki.card(NUMBER)
    bad = issue_bad(pki, fault, kind="card")
    files = CardCertificates(good.holder, bad, good.signature)
    card = SoftwareCard(files)
    identity = CardTls(card.pair.authentication, card.authorities[:1], card.sign_info, card.sign_pss)
    context = identity.context(pki.anchors.read_text())
    with serve() as port, pytest.raises((ssl.SSLError, ConnectionError)):
        _ask(context, port)


def test_a_card_pulled_out_is_the_cause_of_the_failed_handshake(gestures, serve, pki):
    if gestures.pull_out is None:
        pytest.skip("SoftHSM2 cannot be pulled out")
    card = gestures.reader.open("1234")
    context = card.tls.context(pki.anchors.read_text())
    with serve() as port:
        assert NUMBER in _ask(context, port)
        gestures.pull_out()
        with pytest.raises(ssl.SSLError):
            _ask(context, port)
        cause = card.tls.cause()
        assert isinstance(cause, CardError)
        assert cause.problem is CardProblem.REMOVED
        assert card.tls.cause() is None
        gestures.put_back()
        again = gestures.reader.open("1234").tls.context(pki.anchors.read_text())
        assert NUMBER in _ask(again, port)
        with pytest.raises(ssl.SSLError):
            _ask(context, port)


def test_a_closed_card_is_the_cause_of_the_failed_handshake(gestures, serve, pki):
    card = gestures.reader.open("1234")
    context = card.tls.context(pki.anchors.read_text())
    card.close()
    with serve() as port, pytest.raises(ssl.SSLError):
        _ask(context, port)
    cause = card.tls.cause()
    assert isinstance(cause, CardError)
    assert cause.problem is CardProblem.REMOVED


def test_a_hundred_handshakes_in_eight_threads_leave_nothing_behind(gestures, serve, pki):
    anchors = pki.anchors.read_text()
    identity = gestures.reader.open("1234").tls
    shared = identity.context(anchors)

    def one(number: int) -> bool:
        return NUMBER in _ask(shared if number % 2 else identity.context(anchors), port)

    def belongings() -> tuple[dict[str, str], list[str]]:
        gc.collect()
        files = {}
        for descriptor in os.listdir("/proc/self/fd"):
            with contextlib.suppress(FileNotFoundError):  # the one that lists
                files[descriptor] = os.readlink(f"/proc/self/fd/{descriptor}")
        return files, [thread.name for thread in threading.enumerate()]

    def more_than(before: tuple[dict[str, str], list[str]]) -> bool:
        return any(len(now) > len(then) for now, then in zip(belongings(), before, strict=True))

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no /proc here")
    before = belongings()
    with serve() as port, ThreadPoolExecutor(8) as threads:
        assert all(threads.map(one, range(100)))
    # The last threads of the server end on their own, and SoftHSM opens a file for a moment when it is
    # asked whether the card is there: what counts is that a moment comes when nothing is left.
    for _ in range(100):
        if not more_than(before):
            return
        threading.Event().wait(0.05)
    files, names = belongings()
    pytest.fail(f"left: {sorted(files.items() - before[0].items())}, threads {names}, had {before[1]}")


def test_a_context_keeps_its_key_and_gives_it_back(pki, serve):
    gc.collect()
    before = len(provider._KEYS)
    context = SoftwareReader(pki.card(NUMBER)).open("1234").tls.context(pki.anchors.read_text())
    gc.collect()
    with serve() as port, pytest.raises(ssl.SSLError):
        _ask(context, port, "elsewhere.invalid")
    assert len(provider._KEYS) == before + 1
    del context
    gc.collect()
    assert len(provider._KEYS) == before


_MANY = """
import gc, json, sys
from pathlib import Path
from demo_lgc.card.software import SoftwareReader
from demo_lgc.sandbox.pki import Holder, make_pki
holder = json.loads((Path(sys.argv[1]) / "cards" / sys.argv[2] / "holder.json").read_text())
holder["activities"] = tuple(map(tuple, holder["activities"]))
pki = make_pki(Path(sys.argv[1]), [Holder(**holder)])
identity = SoftwareReader(pki.cards[0]).open("1234").tls
anchors = pki.anchors.read_text()
def memory():
    gc.collect()
    return int(open("/proc/self/statm").read().split()[1]) * 4
def make(count):
    for _ in range(count):
        identity.context(anchors)
    return memory()
before = make(300)
print(make(1000) - before)
alive = [identity.context(anchors) for _ in range(50)]
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no /proc here")
def test_contexts_give_their_memory_back_and_may_be_alive_at_the_end(pki):
    child = subprocess.run(
        [sys.executable, "-c", _MANY, str(pki.folder), NUMBER], capture_output=True, text=True, check=False
    )
    assert (child.returncode, child.stderr) == (0, "")
    assert int(child.stdout) < 4000  # KiB for a thousand contexts; one of them takes about 40


def test_anchors_without_any_certificate_are_refused(identity):
    with pytest.raises(ssl.SSLError):
        identity.context("no certificate here")
