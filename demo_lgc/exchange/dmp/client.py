"""The DMP as the services see it: four questions, asked with the card of the open session.

Reference: [DMP] §1.2 service paths, TD0.2, TD0.3, TD2.1, TD3.1b.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from lxml import etree

from demo_lgc.domain.delivery import Part, Receipt
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.errors import NetworkError
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.domain.trust import ServerTrust, Signer, TlsIdentity
from demo_lgc.exchange.dmp import td0_2, td0_3, td2_1, td3_1
from demo_lgc.exchange.soap.envelope import open_envelope, write_envelope
from demo_lgc.exchange.soap.faults import check_fault
from demo_lgc.exchange.soap.mtom import BrokenEntityError, read_entity, write_entity
from demo_lgc.exchange.soap.transport import Transport
from demo_lgc.exchange.soap.xml import UnreadableXmlError
from demo_lgc.exchange.vihf import vihf
from demo_lgc.settings import DmpSettings

SERVICE = "DMP"

T = TypeVar("T")


class DmpClient:
    """The transactions of the DMP for one practitioner session.

    Every method but `close` raises: NetworkError (`doubtful` when the request may have been treated),
    RemoteRefusal (what the DMP said: a fault, an error code, a 4xx), CardError when the card failed
    during the handshake or the signature, NotAllowed (NO_SESSION) after `close`. Calls are served one at a
    time.

    `identity` proves who we are, `trust` says what the DMP has to prove (see Transport); `software` and
    `version` are those of « À propos »; `new_id` draws the identifiers that change at each try;
    with `signer` each VIHF is signed.
    """

    def __init__(
        self,
        settings: DmpSettings,
        session: PractitionerSession,
        identity: TlsIdentity,
        trust: Callable[[], ServerTrust],
        *,
        software: str,
        version: str,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID] = uuid4,
        signer: Signer | None = None,
    ) -> None:
        self._settings = settings
        self._session = session
        self._issuer = identity.subject
        self._software = software
        self._version = version
        self._clock = clock
        self._new_id = new_id
        self._signer = signer
        self._transport = Transport(identity, trust, settings.base_url, settings.deadline, service=SERVICE)

    def status(self, ins: Ins) -> DmpStatus:
        """Ask whether the patient has a DMP, in what state, and with what rights. Reference: [DMP] TD0.2."""
        now = self._clock()
        body = td0_2.request(
            ins,
            lps_oid=self._settings.lps_oid,
            software=self._software,
            processing_code=self._settings.processing_code,
            message_id=str(self._new_id()),
            query_id=str(self._new_id()),
            now=now,
        )
        return self._call(ins, td0_2.PATH, td0_2.ACTION, body, lambda answer: td0_2.read(answer, now))

    def authorise(self, ins: Ins) -> str:
        """Record the authorisation to consult that the patient gave; return what the DMP says of it.

        Reference: [DMP] TD0.3, action AJOUT.
        """
        return self._call(ins, td0_3.PATH, td0_3.ACTION, td0_3.request(td0_3.Change.ADD), td0_3.read)

    def submit(self, ins: Ins, parts: tuple[Part, ...], wire_id: str) -> Receipt:
        """Deposit a frozen submission, whose uniqueId is `wire_id`.

        The parts leave untouched; only the VIHF and the addressing headers are new at each try. After a
        doubtful NetworkError, ask `knows` before trying again. Reference: [DMP] TD2.1.
        """
        body, attachments = td2_1.request(parts)
        return self._call(
            ins,
            td2_1.PATH,
            td2_1.ACTION,
            body,
            lambda answer: td2_1.read(answer, wire_id),
            attachments,
        )

    def knows(self, ins: Ins, document_id: str) -> bool:
        """Tell whether the DMP has a document of this uniqueId. Reference: [DMP] TD3.1b."""
        return bool(self.entry_uuids(ins, document_id))

    def entry_uuids(self, ins: Ins, document_id: str) -> tuple[str, ...]:
        """Return the entryUUID (`urn:uuid:…`) of a document, needed to replace it; not to be kept (RG_2710).

        Reference: [DMP] TD3.1b.
        """
        return self._call(ins, td3_1.PATH, td3_1.ACTION, td3_1.request(document_id), td3_1.read)

    def close(self) -> None:
        """Drop the connections, cutting a call under way. Never raises; from any thread."""
        self._transport.close()

    def _call(
        self,
        ins: Ins,
        path: str,
        action: str,
        body: bytes,
        read: Callable[[etree._Element], T],
        attachments: tuple[Part, ...] = (),
    ) -> T:
        """Send one request and read its answer; an answer that cannot be read leaves a doubt."""
        exchange_id = self._new_id()
        message_id = f"urn:uuid:{exchange_id}"
        envelope = write_envelope(
            body,
            action=action,
            to=self._transport.url(path),
            message_id=message_id,
            security=self._vihf(ins),
        )
        content_type = f'application/soap+xml; charset=UTF-8; action="{action}"'
        if attachments:
            boundary = f"MIMEBoundary-{exchange_id.hex}"
            content_type, envelope = write_entity(envelope, attachments, action=action, boundary=boundary)
        answer = self._transport.post(path, content_type, envelope)
        try:
            root = read_entity(answer.content_type, answer.body).root
            content = open_envelope(root, answers=message_id)
            check_fault(SERVICE, content)
            return read(content)
        except (UnreadableXmlError, BrokenEntityError) as error:
            raise NetworkError(SERVICE, str(error), doubtful=True) from None

    def _vihf(self, ins: Ins) -> etree._Element:
        return vihf(
            self._session,
            ins,
            issuer_dn=self._issuer,
            software=self._software,
            version=self._version,
            homologation=self._settings.homologation,
            now=self._clock(),
            assertion_id=f"_{self._new_id()}",
            signer=self._signer,
        )
