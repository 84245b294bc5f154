"""The alimentation en Y: one document, to the DMP and to colleagues. Reference: [Y] étapes 1 à 5.

`prepare` does everything that can fail before anything leaves: it builds the CDA once, signs the
submission set, makes the archive and the mails, and commits them all in one transaction, one delivery per
destination. From then on `demo_lgc.services.delivery` moves bytes that never change.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from demo_lgc.documents.building import build_vsm
from demo_lgc.documents.naming import pdf_name
from demo_lgc.documents.paper.press import Press
from demo_lgc.documents.paper.vsm_html import vsm_html
from demo_lgc.domain.codes import AMBULATORY, CLASS_SUMMARY, FORMAT_VSM, SECTOR_LABELS, SYNTH, Code
from demo_lgc.domain.delivery import Channel, Delivery, DeliveryDraft, Part
from demo_lgc.domain.dmp import check_asking, check_feeding
from demo_lgc.domain.document import Document, DocumentHeader, Visibility
from demo_lgc.domain.errors import ConformanceError, Finding, InvalidDocument, NotAllowed, Refusal
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent, MessageText
from demo_lgc.domain.oids import SECTORS, oid_of
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.exchange.mssante.addresses import wire_address
from demo_lgc.exchange.mssante.composing import compose, new_message_id
from demo_lgc.exchange.xdm.package import archive
from demo_lgc.exchange.xds.metadata import SubmissionSet, describe
from demo_lgc.exchange.xds.submission import freeze
from demo_lgc.records import correspondents, documents, outbox, patients, trace, vsm
from demo_lgc.records.store import Store
from demo_lgc.services.delivery import AUTHOR
from demo_lgc.services.dmp_access import DmpAccess
from demo_lgc.services.session import SessionService
from demo_lgc.services.versions import following, replaceable

logger = logging.getLogger(__name__)

VSM_TITLE = "Synthèse médicale"


@dataclass(frozen=True)
class ShareRequest:
    """What the doctor chose on the sharing page."""

    to_dmp: bool
    visibility: Visibility
    recipients: tuple[Correspondent, ...]
    text: MessageText


@dataclass(frozen=True)
class Product:
    """How the software names itself, in the VIHF, the archive and « À propos » alike (EX_GEN-1180)."""

    name: str
    version: str
    publisher: str
    reference: str  # X-MSS-NIL
    source_id: str  # OID of this installation


class TrustDomain(Protocol):
    """The white list of MSSanté. See `demo_lgc.exchange.mssante.trust_domain`."""

    def check(self, address: str) -> None:
        """Raise NotAllowed (OUTSIDE_TRUST_DOMAIN) unless the address may receive health data."""
        ...


class Checker(Protocol):
    """Whoever judges documents with the conformance pack. See `demo_lgc.documents.conformance.checker`."""

    def start(self) -> None:
        """Get ready and return at once."""
        ...

    def check(self, content: bytes) -> tuple[Finding, ...]:
        """Return what is wrong with a document, nothing when it conforms. Raises ConformanceError."""
        ...


class Sharing:
    """Builds the document once and writes its deliveries down; `checker` is None without a pack."""

    def __init__(
        self,
        store: Store,
        session: SessionService,
        dmp: DmpAccess,
        press: Press,
        trust: TrustDomain,
        product: Product,
        clock: Callable[[], datetime],
        new_uuid: Callable[[], UUID],
        checker: Checker | None = None,
    ) -> None:
        self._store = store
        self._session = session
        self._dmp = dmp
        self._press = press
        self._trust = trust
        self._product = product
        self._clock = clock
        self._new_uuid = new_uuid
        self._checker = checker

    def preview(self, patient: Patient, inks: Mapping[str, str] | None = None) -> str:
        """Return the VSM as it will be read, as HTML for the screen (no remote content).

        `inks` names the colours of the theme. Raises NotAllowed (NO_SESSION), InvalidDocument.
        """
        self._get_judge_ready()
        known, today = vsm.get(self._store, patient.id), self._clock().date()
        return vsm_html(known, patient, self._session.current, today, for_print=False, inks=inks)

    def complete(self, typed: str) -> tuple[Correspondent, ...]:
        """Return at most 8 known correspondents whose name or address holds what was typed."""
        return correspondents.search(self._store, typed)

    def correspondent(self, address: str) -> Correspondent:
        """Return the correspondent of an address typed in full.

        Raises NotAllowed (OUTSIDE_TRUST_DOMAIN): the address is not one, or its domain is not trusted.
        """
        self._trust.check(address)
        known = correspondents.by_address(self._store, address)
        return known or Correspondent(name=address, address=address)

    def prepare(self, patient: Patient, request: ShareRequest) -> tuple[Delivery, ...]:
        """Build, sign and write down. Nothing has left when this returns, and nothing can be lost any more.

        Raises InvalidDocument, IdentityError, NotAllowed, CardError, NetworkError or RemoteRefusal (the
        DMP had never been asked about this patient), PressError, ConformanceError, StorageError; then
        nothing is kept.
        """
        patient = patients.get(self._store, patient.id)
        self._check(patient, request)
        session, now = self._session.current, self._clock()
        signer = self._session.card.signer if request.to_dmp else None  # of this session, whatever comes next
        header, entry = self._next_version(self._header(patient, session, now), request)
        document = build_vsm(vsm.get(self._store, patient.id), header, self._press)
        self._judge(document)
        drafts: list[DeliveryDraft] = []
        submission_id = oid_of(self._new_uuid())
        source_id = self._product.source_id
        if signer is not None:
            submission = freeze(
                document,
                request.visibility,
                signer,
                submission_id=submission_id,
                source_id=source_id,
                now=now,
                replaces_entry=entry,
            )
            label = f"DMP de {patient.courtesy_name}"
            parts = (*submission.parts, _author(session))
            drafts.append(DeliveryDraft(Channel.DMP, "dmp", label, submission_id, parts))
            metadata = submission.metadata
        else:
            metadata = describe(
                document,
                request.visibility,
                submission_id=submission_id,
                source_id=source_id,
                submitted_at=now,
            )
        drafts += self._mails(document, metadata, request, now)
        with self._store.together():  # else a failing trace would say « nothing is kept » of what will leave
            deliveries = outbox.add(self._store, document, tuple(drafts), now)
            if request.to_dmp:
                trace.add(self._store, session, now, "sign", patient.id, submission_id)
            trace.add(self._store, session, now, "share-vsm", patient.id, f"{len(deliveries)} destinations")
        return deliveries

    def sent_copy(self, document_id: str) -> tuple[bytes, bytes]:
        """Return the CDA and the PDF of a document that was prepared, byte for byte. Raises KeyError."""
        return documents.content(self._store, document_id), documents.pdf(self._store, document_id)

    def _check(self, patient: Patient, request: ShareRequest) -> None:
        """Raise for what the trade forbids, before the card is asked for anything."""
        session = self._session.current
        if not session.may_author:
            raise NotAllowed(Refusal.STAFF_CARD)
        if request.to_dmp and not session.may_feed_dmp:
            raise NotAllowed(Refusal.NEEDS_CARD)
        if request.visibility is Visibility.MASKED_TO_PROFESSIONALS and request.recipients:
            raise NotAllowed(Refusal.MASKED_BY_MAIL)
        for recipient in request.recipients:
            self._trust.check(recipient.address)
        if request.to_dmp:
            # From what is known, so that the mail leaves when the DMP is silent; `deliver` asks it again.
            check_asking(patient)
            check_feeding(patient, self._dmp.last_known(patient))

    def _get_judge_ready(self) -> None:
        """Start whoever judges while the doctor reads: the rules take seconds to load."""
        if self._checker is not None:
            try:
                self._checker.start()
            except ConformanceError as error:
                logger.info("the checker does not start: %s", error)  # `prepare` will tell the doctor

    def _judge(self, document: Document) -> None:
        """Raise InvalidDocument for what the conformance pack refuses, when one is installed."""
        if self._checker is not None and (findings := self._checker.check(document.content)):
            raise InvalidDocument(findings)

    def _next_version(self, first: DocumentHeader, request: ShareRequest) -> tuple[DocumentHeader, str]:
        """Return the header of the version that replaces what this doctor shared before, and its DMP entry.

        It is `first`, of a new set, when there is nothing to replace.
        """
        patient, now = first.patient, first.created_at
        author = first.session.practitioner.display_name
        shared = documents.shared_versions(self._store, patient.id, first.type.code, author)
        before = replaceable(shared, to_dmp=request.to_dmp, visibility=request.visibility)
        entry = self._dmp.entry_of(patient, before.unique_id) if before and request.to_dmp else ""
        if before is None or (request.to_dmp and not entry):
            return first, ""
        latest = max(each.version for each in shared if each.set_id == before.set_id)
        return following(first, before, latest, now), entry

    def _header(self, patient: Patient, session: PractitionerSession, now: datetime) -> DocumentHeader:
        unique_id = oid_of(self._new_uuid())
        sector = session.situation.sector
        return DocumentHeader(
            unique_id=unique_id,
            set_id=unique_id,
            version=1,
            type=SYNTH,
            document_class=CLASS_SUMMARY,
            format=FORMAT_VSM,
            title=VSM_TITLE,
            created_at=now,
            service_start=now,
            service_stop=now,
            patient=patient,
            session=session,
            practice_setting=AMBULATORY,
            facility=Code(sector, SECTORS, SECTOR_LABELS.get(sector, sector)),
        )

    def _mails(
        self, document: Document, metadata: SubmissionSet, request: ShareRequest, now: datetime
    ) -> list[DeliveryDraft]:
        if not request.recipients:
            return []
        session = document.header.session
        zipped = archive(
            document,
            metadata,
            sender=session,
            software=self._product.name,
            version=self._product.version,
            publisher=self._product.publisher,
        )
        drafts = []
        # One message for one mailbox, however its address was typed.
        recipients = {wire_address(r.address).casefold(): r for r in reversed(request.recipients)}
        for recipient in reversed(recipients.values()):
            message = compose(
                document,
                archive=zipped,
                pdf_name=pdf_name(document.header),
                sender=session,
                recipient=recipient,
                text=request.text,
                message_id=new_message_id(session.contact.mailbox.rpartition("@")[2], self._new_uuid()),
                sent_at=now,
                product_reference=self._product.reference,
            )
            parts = (
                Part("message.eml", "message/rfc822", message.content),
                Part("sender", "text/plain", message.sender.encode()),
                _author(session),
            )
            drafts.append(
                DeliveryDraft(Channel.MSSANTE, recipient.address, recipient.name, message.message_id, parts)
            )
        return drafts


def _author(session: PractitionerSession) -> Part:
    """Whose delivery it is: it leaves with that card only."""
    return Part(AUTHOR, "text/plain", session.practitioner.national_id.encode())
