"""A real operator, the doctor's card as PEM files, and messages ready to leave."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from demo_lgc.domain.document import Document
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent, MessageText, OutgoingMessage
from demo_lgc.domain.practitioner import PracticeContact, PractitionerSession
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.exchange.mssante.composing import compose, new_message_id
from demo_lgc.sandbox.mail.operator import Features, MailboxOwner, MailOperator
from demo_lgc.sandbox.pki import Holder, Issued, Pki, make_pki
from demo_lgc.settings import MailSettings
from tests import factory

WINTER = timezone(timedelta(hours=1))
DOMAINS = ("medecin.mss.demo.test", "patient.mss.demo.test")
PAUL = "paul.medecin5729@medecin.mss.demo.test"
ROBERT = "robert.specialiste5737@medecin.mss.demo.test"
OWNERS = (
    MailboxOwner(PAUL, "899700057291", "demo"),
    MailboxOwner(ROBERT, "899700057372", "demo"),
    MailboxOwner("paul.medecin5978@medecin.mss.demo.test", "", "demo"),
)

PATIENT = factory.a_patient()
SESSION = factory.a_session(
    opened_at=datetime(2026, 3, 2, 8, 30, tzinfo=WINTER), contact=PracticeContact(mailbox=PAUL)
)
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"


def a_document(patient: Patient = PATIENT, session: PractitionerSession = SESSION) -> Document:
    created = datetime(2026, 3, 2, 9, 0, tzinfo=WINTER)
    times = {"created_at": created, "service_start": created, "service_stop": created}
    people = {"patient": patient, "session": session}
    return factory.a_document(
        b"<ClinicalDocument/>", PDF, unique_id="2.25.1", set_id="2.25.1", **times, **people
    )


Composer = Callable[..., OutgoingMessage]


@pytest.fixture(scope="session")
def composed() -> Composer:
    """Compose a message; only what a test is about is named."""

    def make(
        patient: Patient = PATIENT, session: PractitionerSession = SESSION, **changes: Any
    ) -> OutgoingMessage:
        values: dict[str, Any] = {
            "archive": b"PK" + bytes(range(256)) * 20,
            "pdf_name": "20260302_Synthese_CHEMIN_Henri.pdf",
            "sender": session,
            "recipient": Correspondent("Dr Robert SPECIALISTE5737", ROBERT),
            "text": MessageText(
                "Synthèse de M. CHEMIN", "Cher confrère,\n\nVoici sa synthèse.\n.\nBien à vous"
            ),
            "message_id": new_message_id(DOMAINS[0], uuid4()),
            "sent_at": datetime(2026, 3, 2, 9, 1, 2, tzinfo=WINTER),
            "product_reference": "DEMO-LGC-0001",
        }
        return compose(a_document(patient, session), **(values | changes))

    return make


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    holders = [
        Holder("899700057291", "MEDECIN5729", "PAUL"),
        Holder("899700057372", "SPECIALISTE5737", "ROBERT"),
    ]
    return make_pki(tmp_path_factory.mktemp("pki"), holders)


@dataclass
class PemIdentity:
    """A `TlsIdentity` whose key is a file. `failure` is what the card is to say of the next handshake."""

    issued: Issued | None
    failure: Exception | None = None
    contexts: list[ssl.SSLContext] = field(default_factory=list)

    @property
    def certificate(self) -> bytes:
        assert self.issued is not None
        return ssl.PEM_cert_to_DER_cert(self.issued.certificate.read_text())

    @property
    def subject(self) -> str:
        return ""

    def context(self, trust: ServerTrust) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=trust.anchors)
        if self.issued is not None:
            context.load_cert_chain(self.issued.chain, self.issued.key)
        self.contexts.append(context)
        return context

    def cause(self) -> Exception | None:
        failure, self.failure = self.failure, None
        return failure


@pytest.fixture
def identity(pki: Pki) -> PemIdentity:
    return PemIdentity(pki.card("899700057291").authentication)


@pytest.fixture
def stranger() -> PemIdentity:
    """Who has no card."""
    return PemIdentity(None)


@pytest.fixture(scope="session")
def start_operator(
    pki: Pki, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., MailOperator]]:
    """Start an operator that is stopped with the session."""
    started: list[MailOperator] = []

    def start(**options: Any) -> MailOperator:
        certificates = options.pop("pki", pki)
        operator = MailOperator(tmp_path_factory.mktemp("mail"), certificates, OWNERS, DOMAINS, **options)
        try:
            operator.start()
        except RuntimeError as error:
            pytest.skip(str(error))
        started.append(operator)
        return operator

    yield start
    for operator in started:
        operator.stop()


@pytest.fixture(scope="session")
def good_operator(start_operator: Callable[..., MailOperator]) -> MailOperator:
    return start_operator()


@pytest.fixture(scope="session")
def poor_operator(start_operator: Callable[..., MailOperator]) -> MailOperator:
    """Neither MOVE nor UIDPLUS nor SPECIAL-USE, and no folder for what is sent."""
    return start_operator(features=Features(capability="IMAP4rev1 SASL-IR", sent=""))


@pytest.fixture
def operator(good_operator: MailOperator) -> Iterator[MailOperator]:
    """The operator, well-behaved again after each test."""
    yield good_operator
    good_operator.script.reset()


def settings_for(operator: MailOperator, pki: Pki) -> MailSettings:
    return MailSettings(
        imap_host="localhost",
        imap_port=operator.imap_port,
        smtp_host="localhost",
        smtp_port=operator.smtp_port,
        mailbox=PAUL,
        trust_anchors=str(pki.anchors),
        trust_domains=str(operator.white_list),
        deadline=15.0,
    )


@pytest.fixture
def settings(operator: MailOperator, pki: Pki) -> MailSettings:
    return settings_for(operator, pki)


@pytest.fixture
def poor_settings(poor_operator: MailOperator, pki: Pki) -> MailSettings:
    return settings_for(poor_operator, pki)


@dataclass
class Eavesdropper:
    """A server that says what it is told to, in clear, and keeps every byte it hears."""

    port: int
    heard: bytearray


@pytest.fixture
def eavesdropper() -> Iterator[Callable[[bytes, dict[bytes, bytes]], Eavesdropper]]:
    """Start one: its greeting, then for each line heard the answer of the first key it holds."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(
        listener: socket.socket, greeting: bytes, answers: dict[bytes, bytes], heard: bytearray
    ) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                connection.sendall(greeting)
                try:
                    for line in lines:
                        heard += line
                        answer = next((a for key, a in answers.items() if key in line.upper()), b"500 ?\r\n")
                        connection.sendall(answer.replace(b"$TAG", line.split()[0]))
                except OSError:
                    continue

    def start(greeting: bytes, answers: dict[bytes, bytes]) -> Eavesdropper:
        listener = socket.create_server(("127.0.0.1", 0))
        spy = Eavesdropper(listener.getsockname()[1], bytearray())
        thread = threading.Thread(target=serve, args=(listener, greeting, answers, spy.heard), daemon=True)
        thread.start()
        listeners.append(listener)
        threads.append(thread)
        return spy

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(5)


@pytest.fixture
def untrusting(settings: MailSettings, tmp_path: Path) -> MailSettings:
    """Settings whose only anchor signed nothing of the operator's."""
    other = make_pki(tmp_path / "other", [])
    return replace(settings, trust_anchors=str(other.anchors))


@pytest.fixture(scope="session")
def a_patient() -> Patient:
    """M. CHEMIN Henri, born 18/08/1948, qualified."""
    return PATIENT


@pytest.fixture(scope="session")
def a_session() -> PractitionerSession:
    """Dr Paul MEDECIN5729 in his practice."""
    return SESSION
