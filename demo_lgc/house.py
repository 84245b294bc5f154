"""Put the house together: rooms and services for one profile and one environment, without any window."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

from demo_lgc import __version__, preferences
from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.tls.server_trust import ServerOnlyTls
from demo_lgc.documents.conformance import pack
from demo_lgc.documents.conformance.checker import Checker
from demo_lgc.documents.paper.press import Press
from demo_lgc.domain.delivery import Channel
from demo_lgc.domain.errors import NetworkError
from demo_lgc.domain.identity import Address
from demo_lgc.domain.practitioner import Door, PracticeContact, PractitionerSession
from demo_lgc.domain.trust import CardReader, OpenCard, ProSanteAccount, ServerTrust
from demo_lgc.exchange.dmp.client import DmpClient
from demo_lgc.exchange.mssante.account import Account
from demo_lgc.exchange.mssante.trust_domain import TrustDomain
from demo_lgc.exchange.psc.provider import ProSanteConnect
from demo_lgc.exchange.revocation import RevocationLists
from demo_lgc.machine import instruments
from demo_lgc.records.store import Store
from demo_lgc.services.administration import Administration
from demo_lgc.services.delivery import Deliveries
from demo_lgc.services.desk import Desk
from demo_lgc.services.dmp_access import DmpAccess
from demo_lgc.services.patient_file import PatientFiles
from demo_lgc.services.peers import Pair, Peers
from demo_lgc.services.reading import Reading
from demo_lgc.services.reception import Reception
from demo_lgc.services.results import Results
from demo_lgc.services.sample_import import fill_empty_profile
from demo_lgc.services.session import SessionService
from demo_lgc.services.sharing import Product, Sharing
from demo_lgc.services.trail import trail
from demo_lgc.settings import Environment

NAME = "demo_lgc"
PUBLISHER = "demo_lgc"


def now() -> datetime:
    """The time of this machine, with its offset, to the second."""
    return datetime.now().astimezone().replace(microsecond=0)


@dataclass
class House:
    """Everything that was put together for one profile, and how to close it."""

    environment: Environment
    store: Store
    press: Press | None  # None when it was lent by the caller, who closes it
    checker: Checker | None  # None when no conformance pack is installed
    reader: CardReader
    desk: Desk

    def close(self) -> None:
        """Lock the session, then close every room. Nothing is left running."""
        self.desk.session.lock()
        self.reader.close()
        if self.press is not None:
            self.press.close()
        if self.checker is not None:
            self.checker.close()
        self.store.close()


def build_house(
    environment: Environment,
    profile: Path,
    *,
    reader: CardReader | None = None,
    press: Press | None = None,
    clock: Callable[[], datetime] = now,
    new_uuid: Callable[[], UUID] = uuid4,
) -> House:
    """Open the profile in the folder `profile` (made when absent) and arrange the services on it.

    In the sandbox an empty profile is filled with the fictitious patients of sample_data. Raises
    StorageError (the store) and OSError (a file of the environment). `reader` and `press` replace those
    the environment calls for.
    """
    trust = TrustDomain.load(Path(environment.mail.trust_domains))
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.ExitStack() as undo:
        store = Store(profile / "demo_lgc.db")
        store.open()
        undo.callback(store.close)
        if environment.is_sandbox:
            fill_empty_profile(store, clock().date(), clock())
        printer = press or Press()
        printer.start()
        undo.pop_all()
    kept = preferences.load(profile)
    lists = RevocationLists(environment.revocation, profile / "revocations", clock)
    card_settings = replace(environment.card, library=environment.card.library or kept.library)
    card_reader = reader or PkcsReader(card_settings, revocations=lists.cached)
    note = trail(store, clock)
    provider = ProSanteConnect(environment.pro_sante, clock) if environment.pro_sante.client_id else None
    tools = instruments(card_settings, card_reader, lists, store, clock)
    administration = Administration(profile, kept, environment, tools, note)
    session = SessionService(
        card_reader,
        lambda national_id: _contact(environment, national_id),
        clock,
        note,
        provider,
        lambda: administration.preferences.removal_grace,
    )
    installed = pack.find()
    checker = Checker(installed) if installed else None
    product = Product(
        NAME, __version__, PUBLISHER, environment.mail.product_reference, environment.dmp.lps_oid
    )
    peers = Peers(session, lambda opened, key: _peers(environment, opened, key, lists, clock))
    dmp = DmpAccess(store, session, peers, clock)
    settle = {
        Channel.DMP: timedelta(seconds=environment.dmp.settle),
        Channel.MSSANTE: timedelta(seconds=environment.mail.settle),
    }
    desk = Desk(
        session=session,
        administration=administration,
        files=PatientFiles(store, session, clock),
        reading=Reading(store, session, clock),
        results=Results(store, session, clock),
        reception=Reception(store, session, clock),
        dmp=dmp,
        sharing=Sharing(store, session, dmp, printer, trust, product, clock, new_uuid, checker),
        deliveries=Deliveries(store, peers, clock, settle),
    )
    desk.deliveries.resume()
    return House(environment, store, None if press else printer, checker, card_reader, desk)


def _contact(environment: Environment, national_id: str) -> PracticeContact:
    practice, mail = environment.practice, environment.mail
    address = Address(practice.street, practice.postal_code, practice.city)
    return PracticeContact(address, practice.phone, mail.mailboxes.get(national_id, mail.mailbox))


def _peers(
    environment: Environment,
    session: PractitionerSession,
    key: OpenCard | ProSanteAccount,
    lists: RevocationLists,
    clock: Callable[[], datetime],
) -> Pair:
    """Return what a session may reach: without a card, the mailbox by its token and no DMP."""
    mail, dmp = replace(environment.mail, mailbox=session.contact.mailbox), environment.dmp
    mail_trust = _trust("MSSanté", mail.trust_anchors, lists)
    if session.door is Door.PRO_SANTE_CONNECT:
        token = cast(ProSanteAccount, key).token
        return Pair(None, Account(mail, ServerOnlyTls(), mail_trust, token))
    card = cast(OpenCard, key)
    client = DmpClient(
        dmp,
        session,
        card.tls,
        _trust("DMP", dmp.trust_anchors, lists),
        software=NAME,
        version=__version__,
        clock=clock,
        signer=card.signer if dmp.sign_vihf else None,
    )
    return Pair(client, Account(mail, card.tls, mail_trust))


def _trust(service: str, anchors: str, lists: RevocationLists) -> Callable[[], ServerTrust]:
    """Return what tells, each time a connection opens, what its server must prove."""

    def trust() -> ServerTrust:
        try:
            pem = Path(anchors).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise NetworkError(service, "no usable trust anchor") from error
        return ServerTrust(pem, lists.path())

    return trust
