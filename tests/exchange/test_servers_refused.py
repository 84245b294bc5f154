"""One table for the three clients (DMP, submission, mailbox): to whom the card of the doctor is never shown.

The identities are those the program uses: their context says what is trusted, and nothing else may. Each
server is refused by both engines of the card, and by a session that has none.
"""

from __future__ import annotations

import re
import socket
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from demo_lgc.card.software_card import SoftwareCard
from demo_lgc.card.tls.identity import CardTls
from demo_lgc.card.tls.selftest import Engine
from demo_lgc.card.tls.server_trust import ServerOnlyTls
from demo_lgc.domain.errors import LgcError, NetworkError
from demo_lgc.domain.message import OutgoingMessage
from demo_lgc.domain.trust import TlsClient
from demo_lgc.exchange.mssante.mailbox import Mailbox
from demo_lgc.exchange.mssante.sending import Sender
from demo_lgc.exchange.soap.transport import Transport
from demo_lgc.sandbox.igc_sante import Authority, new_key, revocation_list
from demo_lgc.sandbox.key_files import load_authority
from demo_lgc.sandbox.pki import Fault, Holder, Issued, Pki, issue_bad, make_pki
from demo_lgc.settings import MailSettings
from tests.one_by_one import OneByOne
from tests.trusting import trusting

NUMBER = "899900000018"
DMP, SUBMISSION, MAILBOX = "dmp", "submission", "mailbox"
ROOT, SERVERS = "root-organisations", "organisations"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), [Holder(NUMBER, "MEDECIN5729", "PAUL")])


@pytest.fixture(scope="module")
def card(pki: Pki) -> SoftwareCard:
    return SoftwareCard(pki.card(NUMBER))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Another trust: the same names, other keys."""
    return make_pki(tmp_path_factory.mktemp("stranger"), [])


@dataclass
class Door:
    """A client side of TLS, and the signatures it cost the card."""

    tls: TlsClient
    certificate: bytes = b""
    signed: list[str] = field(default_factory=list)


@pytest.fixture(params=[*Engine, None], ids=["OpenSSL", "tlslite", "no card"])
def door(request: pytest.FixtureRequest, card: SoftwareCard) -> Door:
    engine = request.param
    if engine is None:
        return Door(ServerOnlyTls())
    signed: list[str] = []

    def pkcs1(info: bytes) -> bytes:
        signed.append("pkcs1")
        return card.sign_info(info)

    def pss(digest: bytes, salt: int) -> bytes:
        signed.append("pss")
        return card.sign_pss(digest, salt)

    own = card.pair.authentication
    return Door(CardTls(own, card.authorities[:1], pkcs1, pss, engine), own, signed)


@dataclass
class Listener(OneByOne):
    """Leads the courtesies of a protocol up to TLS, then keeps what it learns of the client."""

    patience = 5.0
    client: str
    context: ssl.SSLContext
    certificates: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    resumed: list[bool | None] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        return super().__enter__()

    def hear(self, connection: socket.socket) -> None:
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


def server_context(pki: Pki, issued: Issued, *, alone: bool = False) -> ssl.SSLContext:
    """What a server shows: its chain, or its own certificate `alone`. It asks for ours, and lives without."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # it would not even load a weak key
    context.load_cert_chain(issued.certificate if alone else issued.chain, issued.key)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(pki.people_ca)
    return context


def call(
    client: str, port: int, identity: TlsClient, pki: Pki, lists: Path | None = None, host: str = "localhost"
) -> LgcError:
    """Ask something; nothing good may come of it. Returns what the services would see."""
    settings = MailSettings(
        imap_host=host,
        imap_port=port,
        smtp_host=host,
        smtp_port=port,
        mailbox="paul@mss.test",
        trust_anchors="",
        trust_domains="",
        deadline=10.0,
    )
    message = OutgoingMessage("<a@b>", "paul@mss.test", "anne@mss.test", b"Subject: x\r\n\r\nSECRET\r\n")
    trust = trusting(pki.anchors, lists or pki.revocations)
    transport = Transport(identity, trust, f"https://{host}:{port}/dmp", 10.0, service="DMP")
    asks: dict[str, Callable[[], object]] = {
        DMP: lambda: transport.post("/patients", "application/soap+xml", b"SECRET"),
        SUBMISSION: lambda: Sender(settings, identity, trust).send(message, lambda: None),
        MAILBOX: lambda: Mailbox(settings, identity, trust).find("<a@b>"),
    }
    with pytest.raises(LgcError) as raised:
        asks[client]()
    transport.close()
    return raised.value


def authority(pki: Pki, name: str) -> Authority:
    found = load_authority(pki.folder / "authorities" / name, "NONE")
    assert found is not None
    return found


def lists_of(pki: Pki, folder: Path, *lists: x509.CertificateRevocationList) -> Path:
    """A file of these lists, and of the good ones of the authorities that none of them names."""
    named = {one.issuer for one in lists}
    blocks = re.findall(rb"-----BEGIN.*?-----END X509 CRL-----", pki.revocations.read_bytes(), re.DOTALL)
    good = [one for one in map(x509.load_pem_x509_crl, blocks) if one.issuer not in named]
    path = folder / "lists.pem"
    path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in [*good, *lists]))
    return path


def without_list(pki: Pki, folder: Path) -> Path:
    path = lists_of(pki, folder, revocation_list(authority(pki, ROOT), ()))
    last = path.read_bytes().rindex(b"-----BEGIN")
    path.write_bytes(path.read_bytes()[:last])
    return path


def forged_list(pki: Pki, folder: Path) -> Path:
    """Somebody else's list, in the name of the authority of the servers."""
    forger = replace(authority(pki, SERVERS), key=new_key())
    return lists_of(pki, folder, revocation_list(forger, ()))


def old_list(pki: Pki, folder: Path) -> Path:
    return lists_of(pki, folder, revocation_list(authority(pki, SERVERS), (), (-3, -1)))


def early_list(pki: Pki, folder: Path) -> Path:
    return lists_of(pki, folder, revocation_list(authority(pki, SERVERS), (), (1, 3)))


def revoked_authority(pki: Pki, folder: Path) -> Path:
    certificate = authority(pki, SERVERS).certificate
    assert certificate is not None
    return lists_of(pki, folder, revocation_list(authority(pki, ROOT), [certificate]))


def old_list_of_the_root(pki: Pki, folder: Path) -> Path:
    return lists_of(pki, folder, revocation_list(authority(pki, ROOT), (), (-3, -1)))


LISTS: dict[str, Callable[[Pki, Path], Path]] = {
    "the list of the authority is forged": forged_list,
    "the list of the authority is outdated": old_list,
    "the list of the authority is of tomorrow": early_list,
    "the authority is revoked": revoked_authority,
    "the list of the root is missing": without_list,
    "the list of the root is outdated": old_list_of_the_root,
}


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
def test_a_server_that_proves_itself_is_spoken_to(pki: Pki, door: Door, client: str) -> None:
    """Without this one, everybody might be refused below."""
    with Listener(client, server_context(pki, pki.server)) as server:
        call(client, server.port, door.tls, pki)
    assert len(server.heard) == 1
    assert server.certificates == [door.certificate]
    assert len(door.signed) == (1 if door.certificate else 0)


def refuses(server: Listener, door: Door, error: LgcError) -> None:
    assert isinstance(error, NetworkError)
    assert not error.doubtful
    assert server.heard == server.certificates == door.signed == []


@every_client
@pytest.mark.parametrize("fault", get_args(Fault))
def test_a_server_that_cannot_prove_itself_learns_nothing(
    pki: Pki, door: Door, client: str, fault: Any
) -> None:
    with Listener(client, server_context(pki, issue_bad(pki, fault))) as server:
        error = call(client, server.port, door.tls, pki)
    refuses(server, door, error)
    if client == DMP and door.certificate:
        assert isinstance(error, NetworkError)
        assert error.detail == "CERTIFICATE_VERIFY_FAILED"


@every_client
def test_a_server_that_shows_no_authority_above_it_learns_nothing(pki: Pki, door: Door, client: str) -> None:
    with Listener(client, server_context(pki, pki.server, alone=True)) as server:
        refuses(server, door, call(client, server.port, door.tls, pki))


@every_client
@pytest.mark.parametrize("lists", LISTS)
def test_a_good_server_learns_nothing_when(
    pki: Pki, door: Door, client: str, lists: str, tmp_path: Path
) -> None:
    with Listener(client, server_context(pki, pki.server)) as server:
        refuses(server, door, call(client, server.port, door.tls, pki, LISTS[lists](pki, tmp_path)))


@every_client
@pytest.mark.parametrize("content", ["", "an anchor"])
def test_a_file_that_is_not_one_of_lists_lets_nobody_in(
    pki: Pki, door: Door, client: str, content: str, stranger: Pki, tmp_path: Path
) -> None:
    """Above all, a certificate that slipped into it does not become an anchor."""
    lists = tmp_path / "lists.pem"
    lists.write_bytes(stranger.revocations.read_bytes() + stranger.anchors.read_bytes() if content else b"")
    with Listener(client, server_context(pki, stranger.server)) as server:
        refuses(server, door, call(client, server.port, door.tls, pki, lists))


@every_client
@pytest.mark.parametrize("weakness", WEAK)
def test_a_server_that_speaks_too_weakly_learns_nothing(
    pki: Pki, door: Door, client: str, weakness: str
) -> None:
    context = server_context(pki, pki.server)
    WEAK[weakness](context)
    with Listener(client, context) as server:
        refuses(server, door, call(client, server.port, door.tls, pki))


@every_client
def test_the_authorities_of_the_machine_are_not_ours(
    pki: Pki, door: Door, client: str, stranger: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that the whole machine trusts, a proxy for instance, is still a stranger."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(stranger.anchors))
    with Listener(client, server_context(pki, stranger.server)) as server:
        refuses(server, door, call(client, server.port, door.tls, pki))


@every_client
def test_the_environment_of_the_machine_does_not_take_the_conversation_elsewhere(
    pki: Pki, door: Door, client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy, no written session keys; the name is sent, and no session outlives its context."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with Listener(client, server_context(pki, pki.server)) as server:
        for _ in range(2):
            call(client, server.port, door.tls, pki)
    assert len(server.heard) == 2
    assert server.certificates == [door.certificate] * 2
    assert set(server.names) == {"localhost"}
    assert server.resumed == [False, False]
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("client", [SUBMISSION, MAILBOX])
def test_a_server_that_says_more_before_tls_is_not_believed(pki: Pki, door: Door, client: str) -> None:
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
        call(client, server.port, door.tls, pki)
    assert all(b"SECRET" not in heard and b"MAIL" not in heard for heard in server.heard)
