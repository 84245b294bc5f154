"""The simulated DMP: mutual TLS, the four services a practice that feeds needs, a journal and a script.

```
server = DmpServer(pki, {record.matricule: record, …}); server.start()
server.base_url                      https://localhost:PORT/si-dmp-server/v2/services
server.script.refuse("TD2.1", "XDSRepositoryBusy"); server.journal.entries
server.stop()
```

It refuses what the specification says the DMP refuses and takes the rest.

Reference: [DMP] §1–4, §8, §9.1, §10.
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Mapping
from typing import Any

from cryptography import x509

from demo_lgc.sandbox.dmp import answers, habilitations, patients, registry, repository
from demo_lgc.sandbox.dmp.caller import Caller, Directory
from demo_lgc.sandbox.dmp.journal import Journal
from demo_lgc.sandbox.dmp.names import BASE_PATH, RESPONSE_ACTIONS, WSA
from demo_lgc.sandbox.dmp.refusals import (
    HttpRefusal,
    RegistryRefusal,
    SoapFault,
    addressing_fault,
)
from demo_lgc.sandbox.dmp.script import Script
from demo_lgc.sandbox.dmp.state import DmpRecord, State, StoredDocument
from demo_lgc.sandbox.dmp.vihf_check import check_vihf
from demo_lgc.sandbox.dmp.wsa import Message, read_message, service_of
from demo_lgc.sandbox.http_messages import Cut, Request, Response
from demo_lgc.sandbox.https import HttpsServer
from demo_lgc.sandbox.pki import Pki

logger = logging.getLogger(__name__)

# The four suites of PDT-INF-579. Reference: [DMP] §1.3.
_CIPHERS = ":".join(
    f"ECDHE-RSA-{suite}"
    for suite in ("AES256-GCM-SHA384", "AES128-GCM-SHA256", "CHACHA20-POLY1305", "AES256-SHA384")
)


class DmpServer:
    """A DMP on loopback for the patients of `population`, keyed by matricule (15 characters)."""

    def __init__(
        self, pki: Pki, population: Mapping[str, DmpRecord], *, threads: int = 32, idle: float = 30.0
    ) -> None:
        """Prepare the server. `idle` is the number of seconds a silent connection is kept."""
        self.journal = Journal()
        self.script = Script(self._set_down)
        self._state = State(population, self.script)
        self._directory = Directory(
            {card.holder.national_id: card.holder for card in pki.cards},
            x509.load_pem_x509_certificates(pki.people_ca.read_bytes()),
        )
        self._seen: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._https = HttpsServer(
            _context(pki), self._handle, threads=threads, idle=idle, refused=self.journal.record_handshake
        )

    def start(self) -> None:
        """Begin to answer. Raises OSError when no port is free."""
        self._stopping.clear()
        self._https.start()

    def stop(self) -> None:
        """Close every connection and wait for every thread."""
        self._stopping.set()
        self._https.stop()

    @property
    def base_url(self) -> str:
        """Where it listens, without the service's own path."""
        return f"https://localhost:{self._https.port}{BASE_PATH}"

    def apply(self, command: dict[str, Any]) -> dict[str, Any]:
        """Run a command of the script given as JSON values; see `Script.apply`."""
        return self.script.apply(command)

    def document(self, unique_id: str) -> StoredDocument | None:
        """What the DMP holds under this uniqueId; None when nothing."""
        return self._state.document(unique_id)

    def _set_down(self, down: bool) -> None:
        if self._https.port:
            self._https.refuse_connections(down)

    # --- one request ----------------------------------------------------------------------------------

    def _handle(self, request: Request) -> Response:
        message = Message(request.target.removeprefix(BASE_PATH))
        cut = ""
        try:
            message.service = service_of(request)
            read_message(request, message, self.base_url)
            self._refuse_replay(message)
            caller = check_vihf(message.assertion, request.peer, self._directory)
            if self._stopping.wait(self.script.delay_of(message.transaction)):
                return Response(200, "", b"", cut="no-answer")
            cut = self.script.next_cut(message.transaction)
            if cut == "before-answer":
                self.journal.record(
                    message.transaction, message.message_id, "cut before-answer", request.received
                )
                return Response(200, "", b"", cut="no-answer")
            body, outcome = self._treat(message, caller)
            answer = self._answer(message, answers.envelope(self._action(message), body, message.message_id))
        except HttpRefusal as error:
            outcome = error.code
            answer = Response(int(error.code), "text/plain; charset=UTF-8", error.message.encode())
        except SoapFault as error:
            outcome = error.code or error.message
            answer = self._answer(message, answers.fault(error, message.message_id), fault=True)
        except Exception:  # a bug of ours must be seen by the test, not hang its client
            logger.exception("the simulated DMP failed")
            outcome = "bug"
            error_here = SoapFault("Erreur interne", receiver=True)
            answer = self._answer(message, answers.fault(error_here, message.message_id), fault=True)
        self.journal.record(
            message.transaction,
            message.message_id,
            f"{outcome}, cut {cut}" if cut else outcome,
            request.received,
        )
        if not cut:
            return answer
        kind: Cut = "mid-answer" if cut == "mid-answer" else "no-answer"
        return Response(answer.status, answer.content_type, answer.body, cut=kind)

    def _refuse_replay(self, message: Message) -> None:
        with self._lock:
            if message.message_id in self._seen:
                raise addressing_fault(
                    "wsa:MessageID was already used", "InvalidAddressingHeader", "DuplicateMessageID"
                )
            self._seen.add(message.message_id)

    def _treat(self, message: Message, caller: Caller) -> tuple[str, str]:
        """The body of the answer and its outcome; a refusal in the transaction's own shape is a body."""
        try:
            scripted = self.script.next_refusal(message.transaction)
            if scripted is not None:
                raise scripted
            return self._body(message, caller), "ok"
        except RegistryRefusal as error:
            return _refusal_body(message, error), error.code

    def _body(self, message: Message, caller: Caller) -> str:
        if message.transaction == "TD0.2":
            return patients.existence(message.payload, caller, self._state)
        if message.transaction == "TD0.3":
            return habilitations.set_authorization(message.payload, caller, self._state)
        if message.transaction == "TD3.1":
            return registry.stored_query(message.payload, caller, self._state)
        repository.provide_and_register(
            message.payload, message.attachments, caller, self._directory, self._state, self.journal
        )
        return answers.registry_response()

    def _action(self, message: Message) -> str:
        return RESPONSE_ACTIONS[message.transaction]

    def _answer(self, message: Message, content: bytes, *, fault: bool = False) -> Response:
        shape = answers.multipart if message.service == "/repository" else answers.plain
        action = f"{WSA}/soap/fault" if fault else self._action(message)
        return shape(content, action, 500 if fault else 200)


def _refusal_body(message: Message, error: RegistryRefusal) -> str:
    if message.transaction == "TD0.2":
        return patients.refusal(message.payload, error)
    if message.transaction == "TD0.3":
        return habilitations.answer(error.code, error.message)
    if message.transaction == "TD3.1":
        return answers.query_response(error=error)
    return answers.registry_response(error)


def _context(pki: Pki) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.load_cert_chain(pki.server.chain, pki.server.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(pki.people_ca)
    context.load_verify_locations(pki.revocations)
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_CRL_CHECK_CHAIN
    context.sni_callback = _require_server_name
    return context


def _require_server_name(connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> int | None:
    """Refuse a client that does not say whom it calls: SNI is mandatory (EX_0.X-1031)."""
    return None if name else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
