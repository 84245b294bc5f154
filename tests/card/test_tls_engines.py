"""The engines that lead the handshakes of the card: how one is chosen, and what may go wrong in them."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import CertificateBuilder, Name, NameAttribute, load_pem_x509_certificate
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tlslite.constants import SignatureScheme
from tlslite.errors import TLSLocalAlert

from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.software import SoftwareReader
from demo_lgc.card.software_card import SoftwareCard
from demo_lgc.card.tls import openssl, selftest
from demo_lgc.card.tls.identity import CardTls
from demo_lgc.card.tls.selftest import Engine, engine_named, self_test, what_is_wrong
from demo_lgc.card.tls.tlslite_context import TlsliteContext
from demo_lgc.card.tls.tlslite_wire import CardKey, Connection, chain_of, offers
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.sandbox.pki import Pki
from demo_lgc.sandbox.softcard import SoftCard
from demo_lgc.settings import CardSettings
from tests.card.conftest import NUMBER, Serve

every_engine = pytest.mark.parametrize("engine", list(Engine), ids=["OpenSSL", "tlslite"])
both_generations = pytest.mark.parametrize("pss", [False, True], ids=["CPS3", "CPS4"])


# --- the choice ---------------------------------------------------------------------------------------


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "_found", None)


def test_this_python_can_sign_with_a_card_by_its_own_openssl(untried: None) -> None:
    """On one where it cannot, say so here: every test below still passes."""
    assert what_is_wrong() == ""
    assert self_test() is Engine.OPENSSL


def _without_symbols(patched: pytest.MonkeyPatch) -> None:
    library = ctypes.CDLL(None)
    patched.setattr(openssl, "_libraries", lambda: (library, library))


def _another_version(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(ssl, "OPENSSL_VERSION", "LibreSSL 3.8.2")


def _same_word(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(openssl, "_word_of", lambda context: id(type(context)))


def _odd_word(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(openssl, "_word_of", lambda context: id(context) + 1)


def _other_pointer(patched: pytest.MonkeyPatch) -> None:
    """Memory of ours, aligned, that is no SSL_CTX."""
    memory = {}

    def word_of(context: ssl.SSLContext) -> int:
        buffer = memory.setdefault(id(context), ctypes.create_string_buffer(b"\x55" * 4096))
        return (ctypes.addressof(buffer) + 7) // 8 * 8

    patched.setattr(openssl, "_word_of", word_of)


def _broken_provider(patched: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ssl.SSLError("key of the card: no detail")

    patched.setattr(openssl.OpenSsl, "make_key", fails)


@pytest.mark.parametrize(
    "obstacle", [_without_symbols, _another_version, _same_word, _odd_word, _other_pointer, _broken_provider]
)
def test_a_python_whose_openssl_cannot_be_used_is_recognised(
    untried: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    obstacle: Callable[[pytest.MonkeyPatch], None],
) -> None:
    openssl.openssl.cache_clear()
    try:
        with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
            obstacle(patched)
            assert self_test() is Engine.TLSLITE
            assert self_test() is Engine.TLSLITE
        assert caplog.text.count("cannot sign with a card: ") == 1
    finally:
        openssl.openssl.cache_clear()


@pytest.mark.parametrize("obstacle", [_same_word, _odd_word])
def test_what_cannot_be_a_pointer_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, obstacle: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """It might be the end of the process."""
    followed: list[object] = []
    monkeypatch.setattr(openssl.OpenSsl, "_pointer", lambda _, context: followed.append(context))
    obstacle(monkeypatch)
    with pytest.raises(RuntimeError, match="layout"):
        openssl.openssl().check_layout()
    assert followed == []


def test_the_engine_is_tried_once_whoever_asks(untried: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(selftest, "what_is_wrong", lambda: tried.append(1) or "")
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: self_test(), range(40))) == {Engine.OPENSSL}
    assert tried == [1]


@pytest.mark.card
@pytest.mark.parametrize(("asked", "made"), [("openssl", False), ("tlslite", True), ("auto", False)])
def test_support_may_ask_for_an_engine(soft_card: SoftCard, pki: Pki, asked: str, made: bool) -> None:
    wanted = CardSettings(str(soft_card.library), soft_card.environment, tls_engine=asked)  # type: ignore[arg-type]
    reader = PkcsReader(wanted)
    try:
        card = reader.open("1234")
        assert isinstance(card.tls.context(ServerTrust(pki.anchors.read_text())), TlsliteContext) is made
        card.close()
    finally:
        reader.close()


def test_an_engine_imposed_where_it_cannot_work_is_a_failure_of_tls(
    pki: Pki, card: SoftwareCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = CardTls(card.pair.authentication, (), card.sign_info, card.sign_pss, Engine.OPENSSL)
    openssl.openssl.cache_clear()
    _another_version(monkeypatch)
    try:
        with pytest.raises(ssl.SSLError, match="another OpenSSL"):
            identity.context(ServerTrust(pki.anchors.read_text()))
    finally:
        openssl.openssl.cache_clear()


def test_a_key_that_is_not_rsa_is_not_a_card_s() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = Name([NameAttribute(NameOID.COMMON_NAME, NUMBER)])
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    builder = CertificateBuilder(name, name, key.public_key(), 1, begun, begun + timedelta(days=9000))
    der = builder.sign(key, SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(CardError) as raised:
        CardTls(der, (), lambda info: info, None)
    assert raised.value.problem is CardProblem.UNREADABLE


def test_no_other_engine_exists() -> None:
    assert [engine_named(name) for name in ("auto", "openssl", "tlslite")] == [None, *Engine]
    with pytest.raises(ValueError, match="gnutls"):
        engine_named("gnutls")


# --- what goes wrong ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def card(pki: Pki) -> SoftwareCard:
    return SoftwareCard(pki.card(NUMBER))


def ask(context: ssl.SSLContext, port: int) -> str:
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname="localhost") as secured,
    ):
        secured.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: secured.recv(4096), b"")).decode()


@every_engine
@both_generations
@pytest.mark.parametrize(
    "problem", [CardError(CardProblem.REMOVED), ZeroDivisionError()], ids=["card", "bug"]
)
def test_what_a_signature_raises_ends_that_handshake_only(
    pki: Pki,
    card: SoftwareCard,
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
    engine: Engine,
    pss: bool,
    problem: Exception,
) -> None:
    ready = False

    def sign(data: bytes, salt: int = -1) -> bytes:
        if not ready:
            raise problem
        return card.sign_info(data) if salt < 0 else card.sign_pss(data, salt)

    identity = CardTls(card.pair.authentication, card.authorities[:1], sign, sign if pss else None, engine)
    context = identity.context(ServerTrust(pki.anchors.read_text()))
    with serve() as port:
        for _ in range(3):
            with pytest.raises(ssl.SSLError):
                ask(context, port)
            cause = identity.cause()
            assert cause is (problem if isinstance(problem, CardError) else None)
        ready = True
        assert NUMBER in ask(context, port)
    assert identity.cause() is None


@every_engine
@both_generations
def test_a_card_that_leaves_while_it_signs_is_the_cause(
    pki: Pki, serve: Serve, monkeypatch: pytest.MonkeyPatch, engine: Engine, pss: bool
) -> None:
    reader = SoftwareReader(pki.card(NUMBER), pss=pss)
    monkeypatch.setattr("demo_lgc.card.tls.identity.self_test", lambda: engine)
    opened = reader.open("1234")
    context = opened.tls.context(ServerTrust(pki.anchors.read_text()))
    signing, gone = threading.Event(), threading.Event()
    name = "_pss" if pss else "_pkcs1"
    sign = getattr(opened.tls, name)

    def slowly(*arguments: object) -> bytes:
        signing.set()
        assert gone.wait(10)
        return bytes(sign(*arguments))

    monkeypatch.setattr(opened.tls, name, slowly)
    causes: list[Exception | None] = []

    def handshake() -> None:
        with contextlib.suppress(ssl.SSLError):
            ask(context, port)
        causes.append(opened.tls.cause())  # kept for the thread whose handshake it was

    with serve() as port:
        thread = threading.Thread(target=handshake)
        thread.start()
        assert signing.wait(10)
        reader.pull_out()
        gone.set()
        thread.join(10)
    assert [cause.problem for cause in causes if isinstance(cause, CardError)] == [CardProblem.REMOVED]
    assert opened.tls.cause() is None


@every_engine
def test_a_signature_that_is_not_the_card_s_is_refused_by_the_server(
    pki: Pki, card: SoftwareCard, serve: Serve, engine: Engine
) -> None:
    identity = CardTls(
        card.pair.authentication, (), lambda _: bytes(256), lambda _digest, _salt: bytes(256), engine
    )
    context = identity.context(ServerTrust(pki.anchors.read_text()))
    with serve() as port, pytest.raises((ssl.SSLError, ConnectionError)):
        ask(context, port)


def test_a_tlslite_that_goes_round_the_check_of_the_server_is_not_believed(
    pki: Pki, card: SoftwareCard, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check hangs on a method that another version of tlslite may not call any more."""
    monkeypatch.delattr(Connection, "_clientGetKeyFromChain")
    identity = CardTls(
        card.pair.authentication, card.authorities[:1], card.sign_info, card.sign_pss, Engine.TLSLITE
    )
    context = identity.context(ServerTrust(pki.anchors.read_text()))
    with serve() as port, pytest.raises(ssl.SSLCertVerificationError, match="proved nothing"):
        ask(context, port)


@pytest.mark.parametrize("name", ["rsa_pkcs1_sha1", "rsa_pkcs1_sha256", "rsa_pss_rsae_sha256"])
def test_in_tls_1_3_a_server_signs_as_it_was_offered_to(pki: Pki, name: str) -> None:
    """No real server would do otherwise, hence one of paper."""
    chain = chain_of((ssl.PEM_cert_to_DER_cert(pki.server.certificate.read_text()),))
    key = load_pem_x509_certificate(pki.server.certificate.read_bytes()).public_key()
    here, there = socket.socketpair()
    with here, there:
        connection: Any = Connection(here, lambda _: key)  # type: ignore[arg-type, return-value]
        connection.version, connection.serverSigAlg = (3, 4), getattr(SignatureScheme, name)
        reading = connection._clientGetKeyFromChain(SimpleNamespace(cert_chain=chain), offers(pss=True))
        if name == "rsa_pss_rsae_sha256":
            assert list(reading)[-1][1] is chain
        else:
            with pytest.raises(TLSLocalAlert, match="bad_certificate"):
                list(reading)


@pytest.mark.parametrize(
    ("padding", "digest", "data"),
    [
        ("pkcs1", None, bytes(36)),  # MD5 and SHA-1 of TLS 1.1
        ("pkcs1", None, bytes(51)),
        ("pkcs1", "sha256", bytes(32)),
        ("pss", "sha512", bytes(64)),
        ("pss", "sha256", bytes(31)),
        ("none", "sha256", bytes(32)),
    ],
)
def test_nothing_but_a_sha_256_digest_is_ever_signed(
    card: SoftwareCard, padding: str, digest: str | None, data: bytes
) -> None:
    key = CardKey(card.pair.authentication, card.sign_info, card.sign_pss)
    with pytest.raises(ValueError, match="cannot sign"):
        key.sign(bytearray(data), padding, digest, 32)


# --- hostile servers ----------------------------------------------------------------------------------


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that hears a hello, says `answer`, and closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                connection.recv(4096)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(10)
    listener.close()


def _record(kind: int, content: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(content).to_bytes(2, "big") + content


_RECORDS = st.lists(
    st.builds(_record, st.sampled_from([20, 21, 22, 23, 24, 99]), st.binary(max_size=200))
    | st.builds(
        lambda kind, content: _record(22, bytes([kind]) + len(content).to_bytes(3, "big") + content),
        st.sampled_from([0, 1, 2, 4, 8, 11, 12, 13, 14, 15, 20, 24, 25, 254]),
        st.binary(max_size=200),
    ),
    max_size=6,
).map(b"".join)


@every_engine
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.binary(max_size=300) | _RECORDS)
def test_whatever_a_server_answers_is_told_in_the_words_of_ssl(
    pki: Pki, card: SoftwareCard, engine: Engine, answer: bytes
) -> None:
    signed: list[bytes] = []

    def sign(data: bytes, _salt: int = 0) -> bytes:
        signed.append(data)
        return bytes(256)

    identity = CardTls(card.pair.authentication, (), sign, sign, engine)
    context = identity.context(ServerTrust(pki.anchors.read_text()))
    with answering(answer) as port, pytest.raises(OSError):  # noqa: PT011 - ssl.SSLError is one
        ask(context, port)
    assert signed == []


@every_engine
def test_a_server_that_says_nothing_is_left_in_time(pki: Pki, card: SoftwareCard, engine: Engine) -> None:
    identity = CardTls(card.pair.authentication, (), card.sign_info, card.sign_pss, engine)
    context = identity.context(ServerTrust(pki.anchors.read_text()))
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), timeout=0.2) as raw,
        pytest.raises(TimeoutError),
    ):
        context.wrap_socket(raw, server_hostname="localhost")


@every_engine
@pytest.mark.parametrize("group", ["prime256v1", "secp384r1", "secp521r1", "X25519"])
def test_a_server_of_any_usual_curve_is_spoken_to(
    pki: Pki, card: SoftwareCard, engine: Engine, group: str
) -> None:
    """In TLS 1.3 the server may ask for another one than the client began with."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pki.server.chain, pki.server.key)
    if group != "X25519":  # the first of OpenSSL's own list, that Debian's does not take by name
        server.set_ecdh_curve(group)
    identity = CardTls(card.pair.authentication, (), card.sign_info, card.sign_pss, engine)
    context = identity.context(ServerTrust(pki.anchors.read_text()))
    with paired(server, context) as (ours, theirs):
        ours.sendall(b"bonjour")
        assert theirs.recv(100) == b"bonjour"


@every_engine
def test_nobody_can_ask_for_the_card_after_the_handshake(
    pki: Pki, card: SoftwareCard, engine: Engine
) -> None:
    """The doctor would sign again, in the middle of something else."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pki.server.chain, pki.server.key)
    server.load_verify_locations(pki.people_ca)
    server.post_handshake_auth = True
    server.verify_mode = ssl.CERT_REQUIRED
    identity = CardTls(card.pair.authentication, (), card.sign_info, card.sign_pss, engine)
    context = identity.context(ServerTrust(pki.anchors.read_text()))
    with paired(server, context) as (_ours, theirs), pytest.raises(ssl.SSLError, match="not received"):
        theirs.verify_client_post_handshake()


# --- the socket of tlslite ----------------------------------------------------------------------------


@contextlib.contextmanager
def paired(server: ssl.SSLContext, client: ssl.SSLContext) -> Iterator[tuple[ssl.SSLSocket, ssl.SSLSocket]]:
    """Both ends of one connection."""
    here, there = socket.socketpair()
    here.settimeout(10)
    there.settimeout(10)
    ends: list[ssl.SSLSocket] = []

    def accept() -> None:
        ends.append(server.wrap_socket(there, server_side=True))

    thread = threading.Thread(target=accept)
    thread.start()
    with client.wrap_socket(here, server_hostname="localhost") as ours:
        thread.join(10)
        with ends[0] as theirs:
            yield ours, theirs


@pytest.fixture
def connection(pki: Pki, card: SoftwareCard) -> Iterator[tuple[ssl.SSLSocket, ssl.SSLSocket]]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pki.server.chain, pki.server.key)
    identity = CardTls(card.pair.authentication, (), card.sign_info, card.sign_pss, Engine.TLSLITE)
    with paired(server, identity.context(ServerTrust(pki.anchors.read_text()))) as ends:
        yield ends


Ends = tuple[ssl.SSLSocket, ssl.SSLSocket]


def test_an_end_without_farewell_reads_as_an_end(connection: Ends) -> None:
    ours, theirs = connection
    theirs.sendall(b"abc")
    socket.socket.shutdown(theirs, socket.SHUT_RDWR)
    assert (ours.recv(10), ours.recv(10)) == (b"abc", b"")


def test_a_farewell_reads_as_an_end_and_is_answered(connection: Ends) -> None:
    ours, theirs = connection
    farewell = threading.Thread(target=theirs.unwrap)
    farewell.start()
    assert ours.recv(10) == b""
    ours.unwrap().close()
    farewell.join(10)


def test_a_stream_outlives_the_socket_it_was_made_of(connection: Ends) -> None:
    ours, theirs = connection
    stream = ours.makefile("rb")
    ours.close()
    theirs.sendall(b"one\ntwo\n")
    assert stream.readline() == b"one\n"
    assert ours.fileno() >= 0
    stream.close()
    assert ours.fileno() == -1
    with pytest.raises(ValueError, match="closed"):
        stream.readline()
    for act in (lambda: ours.recv(1), lambda: ours.sendall(b"x")):
        with pytest.raises(OSError, match="after close"):
            act()


def test_bytes_pass_whatever_holds_them(connection: Ends) -> None:
    ours, theirs = connection
    assert ours.send(memoryview(bytearray(b"abc"))) == 3
    assert theirs.recv(10) == b"abc"
    theirs.sendall(b"abcdef")
    room = bytearray(4)
    assert ours.recv_into(room) == 4
    assert room == b"abcd"
    assert ours.pending() == 2
    assert ours.recv_into(room, 1) == 1
    assert ours.recv_into(bytearray()) == 0
    assert ours.recv(10) == b"f"


def test_what_was_agreed_is_told(connection: Ends, pki: Pki) -> None:
    ours, theirs = connection
    assert ours.version() == theirs.version() == "TLSv1.3"
    assert ours.cipher() == ("aes256gcm", "TLSv1.3", 256)
    assert ours.getpeercert(binary_form=True) == ssl.PEM_cert_to_DER_cert(pki.server.certificate.read_text())
    assert ours.selected_alpn_protocol() is None
    with pytest.raises(ValueError, match="binary"):
        ours.getpeercert()
    with pytest.raises(ValueError, match="mode"):
        ours.makefile("w")


def test_a_read_waits_no_longer_than_it_was_told(connection: Ends) -> None:
    ours, _theirs = connection
    ours.settimeout(0.1)
    assert ours.gettimeout() == 0.1
    with pytest.raises(TimeoutError):
        ours.recv(1)


@every_engine
@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no /proc here")
def test_refused_handshakes_leave_no_descriptor(
    pki: Pki, card: SoftwareCard, serve: Serve, engine: Engine
) -> None:
    identity = CardTls(card.pair.authentication, (), card.sign_info, card.sign_pss, engine)
    context = identity.context(ServerTrust(pki.anchors.read_text()))
    with serve() as port:
        gc.collect()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            raw = socket.create_connection(("127.0.0.1", port), timeout=10)
            with pytest.raises(ssl.SSLCertVerificationError):
                context.wrap_socket(raw, server_hostname="elsewhere.invalid")
        for _ in range(100):  # the server closes its ends in its own time
            if len(os.listdir("/proc/self/fd")) <= before:
                return
            threading.Event().wait(0.05)
    pytest.fail("descriptors are left")
