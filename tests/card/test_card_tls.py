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

from demo_lgc.card.software import SoftwareCard, SoftwareReader
from demo_lgc.card.tls import identity as tls
from demo_lgc.card.tls import provider
from demo_lgc.card.tls.identity import CardTls
from demo_lgc.card.tls.selftest import Engine
from demo_lgc.card.tls.server_trust import ServerOnlyTls
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import ServerTrust, TlsIdentity
from demo_lgc.sandbox.pki import CardCertificates, Pki, issue_bad
from tests.card.conftest import NUMBER

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def trust(pki: Pki, revocations: str = "") -> ServerTrust:
    return ServerTrust(pki.anchors.read_text(), revocations)


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


@pytest.fixture(params=list(Engine), ids=["OpenSSL", "tlslite"])
def engine(request, monkeypatch) -> Engine:
    """Both, whatever the self-test finds on this machine."""
    monkeypatch.setattr(tls, "self_test", lambda: request.param)
    return request.param


@pytest.fixture
def identity(gestures, engine) -> TlsIdentity:
    return gestures.reader.open("1234").tls


@pytest.mark.parametrize("maximum", [TLS_1_2, TLS_1_3])
def test_a_server_knows_the_holder_over_http(identity, serve, pki, maximum):
    context = identity.context(trust(pki))
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
    context = identity.context(trust(pki))
    capped = context.maximum_version == TLS_1_2
    with serve(maximum=maximum) as port:
        answer = _ask(context, port)
    assert NUMBER in answer
    assert ("TLSv1.2" if capped or maximum is TLS_1_2 else "TLSv1.3") in answer
    assert identity.cause() is None


def test_a_cps3_never_goes_beyond_tls_1_2(pki, engine):
    for pss, maximum in ((False, TLS_1_2), (True, ssl.TLSVersion.MAXIMUM_SUPPORTED)):
        context = SoftwareReader(pki.card(NUMBER), pss=pss).open("1234").tls.context(trust(pki))
        assert context.maximum_version == maximum
        assert context.minimum_version == TLS_1_2
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("with_card", [True, False])
def test_only_the_suites_of_the_dmp_and_of_the_operators_are_offered(pki, with_card):
    """One context serves both: the DMP takes the first four of TLS 1.2, the operators all but ChaCha20."""
    identity = SoftwareReader(pki.card(NUMBER)).open("1234").tls if with_card else ServerOnlyTls()
    context = identity.context(trust(pki))
    assert context.minimum_version == TLS_1_2
    assert context.security_level == 2
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    assert {c["name"] for c in context.get_ciphers() if c["protocol"] != "TLSv1.3"} == {
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-RSA-AES256-SHA384",
        "ECDHE-RSA-AES128-SHA256",
    }


@pytest.mark.parametrize("fault", ["expired", "self-signed", "wrong-ca"])
def test_a_card_of_nobody_is_refused_by_the_server(pki: Pki, serve, fault, engine):
    good = pki.card(NUMBER)
    bad = issue_bad(pki, fault, kind="card")
    files = CardCertificates(good.holder, bad, good.signature)
    card = SoftwareCard(files)
    identity = CardTls(card.pair.authentication, card.authorities[:1], card.sign_info, card.sign_pss)
    context = identity.context(trust(pki))
    with serve() as port, pytest.raises((ssl.SSLError, ConnectionError)):
        _ask(context, port)


def test_a_card_pulled_out_is_the_cause_of_the_failed_handshake(gestures, serve, pki, engine):
    if gestures.pull_out is None:
        pytest.skip("SoftHSM2 cannot be pulled out")
    card = gestures.reader.open("1234")
    context = card.tls.context(trust(pki))
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
        again = gestures.reader.open("1234").tls.context(trust(pki))
        assert NUMBER in _ask(again, port)
        with pytest.raises(ssl.SSLError):
            _ask(context, port)


def test_a_closed_card_is_the_cause_of_the_failed_handshake(gestures, serve, pki, engine):
    card = gestures.reader.open("1234")
    context = card.tls.context(trust(pki))
    card.close()
    with serve() as port, pytest.raises(ssl.SSLError):
        _ask(context, port)
    cause = card.tls.cause()
    assert isinstance(cause, CardError)
    assert cause.problem is CardProblem.REMOVED


def test_a_hundred_handshakes_in_eight_threads_leave_nothing_behind(gestures, serve, pki, engine):
    believed = trust(pki)
    identity = gestures.reader.open("1234").tls
    shared = identity.context(believed)

    def one(number: int) -> bool:
        return NUMBER in _ask(shared if number % 2 else identity.context(believed), port)

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
    context = SoftwareReader(pki.card(NUMBER)).open("1234").tls.context(trust(pki))
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
from demo_lgc.card.tls.selftest import Engine
from demo_lgc.card.software_card import SoftwareCard
from demo_lgc.card.tls.identity import CardTls
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.sandbox.pki import Holder, make_pki
holder = json.loads((Path(sys.argv[1]) / "cards" / sys.argv[2] / "holder.json").read_text())
holder["activities"] = tuple(map(tuple, holder["activities"]))
pki = make_pki(Path(sys.argv[1]), [Holder(**holder)])
card = SoftwareCard(pki.cards[0])
identity = CardTls(card.pair.authentication, (), card.sign_info, card.sign_pss, Engine(sys.argv[3]))
trust = ServerTrust(pki.anchors.read_text())
def memory():
    gc.collect()
    return int(open("/proc/self/statm").read().split()[1]) * 4
def make(count):
    for _ in range(count):
        identity.context(trust)
    return memory()
before = make(300)
print(make(1000) - before)
alive = [identity.context(trust) for _ in range(50)]
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no /proc here")
@pytest.mark.parametrize("kind", list(Engine), ids=["OpenSSL", "tlslite"])
def test_contexts_give_their_memory_back_and_may_be_alive_at_the_end(pki, kind):
    child = subprocess.run(
        [sys.executable, "-c", _MANY, str(pki.folder), NUMBER, kind.value],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (child.returncode, child.stderr) == (0, "")
    assert int(child.stdout) < 4000  # KiB for a thousand contexts; one of them takes about 40


def test_anchors_without_any_certificate_are_refused(identity):
    with pytest.raises(ssl.SSLError):
        identity.context(ServerTrust("no certificate here"))
