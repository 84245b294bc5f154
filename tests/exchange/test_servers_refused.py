"""One table for the three clients (DMP, submission, mailbox): to whom the card of the doctor is never shown.

The identity is the one the program uses: its context says what is trusted, and nothing else may.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from demo_lgc.card.software import SoftwareReader
from demo_lgc.card.tls import CardTls
from demo_lgc.domain.errors import LgcError, NetworkError
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.exchange.mssante.mailbox import Mailbox
from demo_lgc.exchange.mssante.sending import Sender
from demo_lgc.exchange.soap.transport import Transport
from demo_lgc.sandbox.pki import Holder, Issued, Pki, issue_bad, make_pki
from demo_lgc.settings import MailSettings

NUMBER = "899900000018"
DMP, SUBMISSION, MAILBOX = "dmp", "submission", "mailbox"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), [Holder(NUMBER, "MEDECIN5729", "PAUL")])


@pytest.fixture
def identity(pki: Pki) -> CardTls:
    return SoftwareReader(pki.card(NUMBER)).open("1234").tls


@dataclass
class Listener:
    """Leads the courtesies of a protocol up to TLS, then keeps what it learns of the client."""

    client: str
    context: ssl.SSLContext
    certificates: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    resumed: list[bool | None] = field(default_factory=list)

    def __enter__(self) -> Listener:
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(5)
            with contextlib.suppress(OSError), connection:
                self._courtesies(connection)
                with self.context.wrap_socket(connection, server_side=True) as secured:
                    self.certificates.append(secured.getpeercert(binary_form=True) or b"")
                    self.resumed.append(secured.session_reused)
                    self.heard.append(secured.recv(4096))

    def _courtesies(self, connection: socket.socket) -> None:
        if self.client == DMP:
            return
        imap = self.client == MAILBOX
        connection.sendall(b"* OK hello\r\n" if imap else b"220 hello\r\n")
        while line := connection.recv(4096):
            tag = line.split()[0]
            if b"STARTTLS" in line:
                connection.sendall(tag + b" OK go\r\n" if imap else b"220 go\r\n")
                return
            answer = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK done\r\n"
            connection.sendall(answer if imap else b"250-hello\r\n250 STARTTLS\r\n")


def server_context(pki: Pki, issued: Issued) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.chain, issued.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pki.people_ca)
    return context


def call(client: str, port: int, identity: CardTls, pki: Pki, host: str = "localhost") -> LgcError:
    """Ask something; nothing good may come of it. Returns what the services would see."""
    settings = MailSettings(
        imap_host=host,
        imap_port=port,
        smtp_host=host,
        smtp_port=port,
        mailbox="paul@mss.test",
        trust_anchors=str(pki.anchors),
        trust_domains="",
        deadline=10.0,
    )
    message = OutgoingMessage("<a@b>", "paul@mss.test", "anne@mss.test", b"Subject: x\r\n\r\nSECRET\r\n")
    transport = Transport(
        identity, pki.anchors.read_text(), f"https://{host}:{port}/dmp", 10.0, service="DMP"
    )
    asks: dict[str, Callable[[], object]] = {
        DMP: lambda: transport.post("/patients", "application/soap+xml", b"SECRET"),
        SUBMISSION: lambda: Sender(settings, identity).send(message, lambda: None),
        MAILBOX: lambda: Mailbox(settings, identity).find("<a@b>"),
    }
    with pytest.raises(LgcError) as raised:
        asks[client]()
    transport.close()
    return raised.value


def old_protocol(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1


def suite(name: str) -> Callable[[ssl.SSLContext], None]:
    def only(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{name}:@SECLEVEL=0")

    return only


WEAK: dict[str, Callable[[ssl.SSLContext], None]] = {
    "TLS 1.1": old_protocol,
    "no forward secrecy": suite("AES256-GCM-SHA384"),
    "SHA-1": suite("ECDHE-RSA-AES256-SHA"),
    "finite field": suite("DHE-RSA-AES256-GCM-SHA384"),
}

every_client = pytest.mark.parametrize("client", [DMP, SUBMISSION, MAILBOX])


@every_client
@pytest.mark.parametrize("fault", ["expired", "wrong-name", "self-signed", "wrong-ca"])
def test_a_server_that_cannot_prove_itself_learns_nothing(
    pki: Pki, identity: CardTls, client: str, fault: Any
) -> None:
    with Listener(client, server_context(pki, issue_bad(pki, fault))) as server:
        error = call(client, server.port, identity, pki)
    assert isinstance(error, NetworkError)
    assert not error.doubtful
    assert server.heard == []


@every_client
@pytest.mark.parametrize("weakness", WEAK)
def test_a_server_that_speaks_too_weakly_learns_nothing(
    pki: Pki, identity: CardTls, client: str, weakness: str
) -> None:
    context = server_context(pki, pki.server)
    WEAK[weakness](context)
    with Listener(client, context) as server:
        error = call(client, server.port, identity, pki)
    assert isinstance(error, NetworkError)
    assert not error.doubtful
    assert server.heard == server.certificates == []


@every_client
def test_the_authorities_of_the_machine_are_not_ours(
    pki: Pki, identity: CardTls, client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that the whole machine trusts, a proxy for instance, is still a stranger."""
    stranger = make_pki(tmp_path, [])
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(stranger.anchors))
    with Listener(client, server_context(pki, stranger.server)) as server:
        assert isinstance(call(client, server.port, identity, pki), NetworkError)
    assert server.heard == []


@every_client
def test_the_environment_of_the_machine_does_not_take_the_conversation_elsewhere(
    pki: Pki, identity: CardTls, client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy, no written session keys; the name is sent, and no session outlives its context."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with Listener(client, server_context(pki, pki.server)) as server:
        for _ in range(2):
            call(client, server.port, identity, pki)
    assert len(server.heard) == 2
    assert server.certificates == [identity.certificate] * 2
    assert set(server.names) == {"localhost"}
    assert server.resumed == [False, False]
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("client", [SUBMISSION, MAILBOX])
def test_a_server_that_says_more_before_tls_is_not_believed(pki: Pki, identity: CardTls, client: str) -> None:
    """What was injected in clear behind the answer to STARTTLS is not taken for an answer inside TLS."""

    class Injecting(Listener):
        def _courtesies(self, connection: socket.socket) -> None:
            imap = self.client == MAILBOX
            connection.sendall(b"* OK hello\r\n" if imap else b"220 hello\r\n")
            while line := connection.recv(4096):
                tag = line.split()[0]
                if b"STARTTLS" in line:
                    go = tag + b" OK go\r\n* CAPABILITY EVIL\r\n" if imap else b"220 go\r\n235 come in\r\n"
                    connection.sendall(go)
                    return
                answer = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n" + tag + b" OK done\r\n"
                connection.sendall(answer if imap else b"250-hello\r\n250 STARTTLS\r\n")

    with Injecting(client, server_context(pki, pki.server)) as server:
        call(client, server.port, identity, pki)
    assert all(b"SECRET" not in heard and b"MAIL" not in heard for heard in server.heard)
