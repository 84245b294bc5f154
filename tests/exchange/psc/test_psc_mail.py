"""A mailbox without any card: the real Dovecot and the submission server take the tokens of the provider."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest

from demo_lgc.card.tls.server_trust import ServerOnlyTls
from demo_lgc.domain.errors import NetworkError, RemoteRefusal, SignInError, SignInProblem
from demo_lgc.domain.message import Correspondent, MessageText, OutgoingMessage
from demo_lgc.domain.practitioner import PracticeContact
from demo_lgc.exchange.mssante.account import Account
from demo_lgc.exchange.mssante.composing import compose, new_message_id
from demo_lgc.exchange.psc.account import Account as ProSanteAccount
from demo_lgc.sandbox.mail.operator import Features, MailboxOwner, MailOperator
from demo_lgc.sandbox.pki import Pki, make_pki
from demo_lgc.sandbox.psc.provider import Provider
from demo_lgc.settings import MailSettings
from tests import factory
from tests.exchange.psc.conftest import HOLDERS, PAUL, ROBERT, Browser, Clock, Connect
from tests.trusting import trusting

pytestmark = pytest.mark.mail

DOMAIN = "medecin.mss.demo.test"
PAUL_S, ROBERT_S = f"paul.medecin5729@{DOMAIN}", f"robert.specialiste5737@{DOMAIN}"
OWNERS = (MailboxOwner(PAUL_S, PAUL, "demo"), MailboxOwner(ROBERT_S, ROBERT, "demo"))


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), list(HOLDERS))


@pytest.fixture(scope="module", params=["SASL-IR", "without"])
def operator(
    pki: Pki, running: Provider, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MailOperator]:
    poor = "IMAP4rev1 LITERAL+ UIDPLUS MOVE" if request.param == "without" else ""
    folder = tmp_path_factory.mktemp("mail")
    made = MailOperator(folder, pki, OWNERS, [DOMAIN], features=Features(poor), vouches=running.holder_of)
    try:
        made.start()
    except RuntimeError as error:
        pytest.skip(str(error))
    yield made
    made.stop()


@pytest.fixture
def mail_settings(operator: MailOperator, pki: Pki) -> MailSettings:
    return MailSettings(
        "localhost",
        operator.imap_port,
        "localhost",
        operator.smtp_port,
        PAUL_S,
        str(pki.anchors),
        str(operator.white_list),
        deadline=15.0,
    )


@pytest.fixture
def signed_in(connect: Connect, provider: Provider, browser: Browser) -> Iterator[ProSanteAccount]:
    sign_in = connect().in_browser()
    browser.choose(sign_in.address, login=PAUL)
    account = sign_in.wait()
    yield account
    account.close()


@pytest.fixture
def open_account(mail_settings: MailSettings) -> Iterator[Callable[..., Account]]:
    opened: list[Account] = []

    def make(token: object, settings: MailSettings = mail_settings) -> Account:
        trust = trusting(settings.trust_anchors)
        opened.append(Account(settings, ServerOnlyTls(), trust, token))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for account in opened:
        account.close()


@pytest.fixture
def account(signed_in: ProSanteAccount, open_account: Callable[..., Account]) -> Account:
    return open_account(signed_in.token)


def a_message(sender: str = PAUL_S) -> OutgoingMessage:
    session = factory.a_session(contact=PracticeContact(mailbox=sender))
    return compose(
        factory.a_document(b"<ClinicalDocument/>", b"%PDF-1.4\n%%EOF\n", session=session),
        archive=b"PK" + bytes(range(256)),
        pdf_name="20260302_Synthese_CHEMIN_Henri.pdf",
        sender=session,
        recipient=Correspondent("Dr Robert SPECIALISTE5737", ROBERT_S),
        text=MessageText("Synthèse", "Cher confrère,\n\nBien à vous"),
        message_id=new_message_id(DOMAIN, uuid4()),
        sent_at=datetime.now().astimezone(),
        product_reference="DEMO-LGC-0001",
    )


def test_a_mail_is_sent_found_and_filed_without_any_card(account: Account, operator: MailOperator) -> None:
    message = a_message()
    assert account.send(message, lambda: None).wire_id == message.message_id
    assert account.find(message.message_id)
    assert account.file_sent(message.content, message.message_id)
    sent = operator.read_mailbox(PAUL_S, "Éléments envoyés")
    assert sum(found.endswith(message.content) for found in sent) == 1
    assert any(found.endswith(message.content) for found in operator.read_mailbox(ROBERT_S))


def test_a_token_that_expired_unknown_to_us_is_replaced_on_the_way(
    account: Account, provider: Provider, operator: MailOperator
) -> None:
    provider.apply({"do": "expire_access"})
    message = a_message()
    account.send(message, lambda: None)
    provider.apply({"do": "expire_access"})
    assert account.find(message.message_id)
    assert operator.journal.count(message.message_id) == 1


def test_each_connection_takes_a_token_that_still_lives(
    account: Account, provider: Provider, clock: Clock
) -> None:
    message = a_message()
    account.send(message, lambda: None)
    before = provider.journal()["renewed"]
    clock.forward(230)
    account.send(a_message(), lambda: None)
    assert provider.journal()["renewed"] == before + 1
    assert account.find(message.message_id)
    assert provider.journal()["renewed"] == before + 1


def test_the_operator_may_close_a_mailbox_that_opens_again_by_itself(
    account: Account, provider: Provider, operator: MailOperator, clock: Clock
) -> None:
    message = a_message()
    account.send(message, lambda: None)
    assert account.find(message.message_id)
    operator.script.down(True)
    operator.script.down(False)
    clock.forward(230)
    assert account.find(message.message_id)


def test_when_the_provider_has_ended_the_session_nothing_opens(
    account: Account, signed_in: ProSanteAccount, provider: Provider, operator: MailOperator
) -> None:
    told: list[None] = []
    signed_in.watch(lambda: told.append(None))
    provider.apply({"do": "expire_access"})
    provider.apply({"do": "end_sessions"})
    message = a_message()
    for gesture in (lambda: account.send(message, lambda: None), lambda: account.find(message.message_id)):
        with pytest.raises(SignInError) as raised:
            gesture()
        assert raised.value.problem is SignInProblem.ENDED
    assert told == [None]
    assert operator.journal.count(message.message_id) == 0


class Refused:
    """Tokens that no service takes. `asked` is what was said to have been refused."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fresh(self, refused: str = "") -> str:
        self.asked.append(refused)
        return f"made-up-{len(self.asked)}-" + "x" * 900


def test_a_token_that_is_refused_twice_is_not_tried_again(
    open_account: Callable[..., Account], operator: MailOperator
) -> None:
    for gesture, code in (
        (lambda account: account.send(a_message(), lambda: None), "535"),
        (lambda account: account.find("<x@y>"), "AUTHENTICATIONFAILED"),
    ):
        token = Refused()
        with pytest.raises(RemoteRefusal) as raised:
            gesture(open_account(token))
        assert raised.value.code == code
        assert token.asked[0] == ""
        assert token.asked[1].startswith("made-up-1-")
        assert len(token.asked) == 2


def test_the_mailbox_of_somebody_else_stays_closed(
    signed_in: ProSanteAccount, open_account: Callable[..., Account], mail_settings: MailSettings
) -> None:
    account = open_account(signed_in.token, replace(mail_settings, mailbox=ROBERT_S))
    with pytest.raises(RemoteRefusal) as raised:
        account.find("<x@y>")
    assert raised.value.code == "AUTHENTICATIONFAILED"
    with pytest.raises(RemoteRefusal) as raised:
        account.send(a_message(ROBERT_S), lambda: None)
    assert raised.value.code == "535"


def test_a_token_opens_nothing_where_only_cards_do(
    signed_in: ProSanteAccount,
    open_account: Callable[..., Account],
    mail_settings: MailSettings,
    pki: Pki,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    cards_only = MailOperator(tmp_path_factory.mktemp("cards"), pki, OWNERS, [DOMAIN])
    cards_only.start()
    try:
        settings = replace(mail_settings, imap_port=cards_only.imap_port, smtp_port=cards_only.smtp_port)
        for gesture in (
            lambda account: account.find("<x@y>"),
            lambda account: account.send(a_message(), lambda: None),
        ):
            with pytest.raises(RemoteRefusal):
                gesture(open_account(signed_in.token, settings))
    finally:
        cards_only.stop()


def test_a_provider_out_of_reach_is_said_so_and_nothing_left(
    open_account: Callable[..., Account], operator: MailOperator
) -> None:
    class Unreachable:
        def fresh(self, refused: str = "") -> str:
            raise NetworkError("psc", "TimeoutError")

    message = a_message()
    with pytest.raises(NetworkError) as raised:
        open_account(Unreachable()).send(message, lambda: None)
    assert raised.value.service == "psc"
    assert not raised.value.doubtful


def test_the_token_is_written_nowhere(
    account: Account, signed_in: ProSanteAccount, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(1):
        logging.getLogger("imapclient").setLevel(1)
        message = a_message()
        account.send(message, lambda: None)
        assert account.find(message.message_id)
        logging.getLogger("imapclient").setLevel(logging.NOTSET)
    token = signed_in.token.fresh()
    assert "AUTHENTICATE" in caplog.text  # that is where it would be
    assert token not in caplog.text
    coded = base64.b64encode(f"user={PAUL_S}\x01auth=Bearer {token}\x01\x01".encode()).decode()
    assert coded not in caplog.text
