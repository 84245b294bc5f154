"""The simulated operator takes access tokens as strictly as cards."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import json
import smtplib
import ssl
from collections.abc import Iterator

import pytest

from demo_lgc.sandbox.mail.operator import MailboxOwner, MailOperator
from demo_lgc.sandbox.pki import Pki, make_pki

pytestmark = pytest.mark.mail

PAUL, ROBERT = "paul@medecin.mss.demo.test", "robert@medecin.mss.demo.test"
TOKEN = "t" * 1900  # as long as a real one


@pytest.fixture(scope="module")
def token_pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), [])


@pytest.fixture(scope="module")
def operator(token_pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailOperator]:
    running = MailOperator(
        tmp_path_factory.mktemp("mail"),
        token_pki,
        [MailboxOwner(PAUL, "899700057291", "demo"), MailboxOwner(ROBERT, "", "demo")],
        ["medecin.mss.demo.test"],
        vouches=lambda token: {TOKEN: "899700057291", "nobody": "899999999999"}.get(token, ""),
    )
    try:
        running.start()
    except RuntimeError as error:
        pytest.skip(str(error))
    yield running
    running.stop()


@pytest.fixture
def submission(operator: MailOperator, token_pki: Pki) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("localhost", operator.smtp_port, "localhost", timeout=10)
    client.starttls(context=ssl.create_default_context(cafile=str(token_pki.anchors)))
    client.ehlo()
    yield client
    client.close()


def response(mailbox: str, token: str) -> str:
    return base64.b64encode(f"user={mailbox}\x01auth=Bearer {token}\x01\x01".encode()).decode()


def show(client: smtplib.SMTP, said: str) -> tuple[int, bytes]:
    assert client.docmd("AUTH", "XOAUTH2") == (334, b"")
    return client.docmd(said)


def test_a_token_opens_the_submission_to_its_holder(submission: smtplib.SMTP) -> None:
    assert show(submission, response(PAUL, TOKEN))[0] == 235
    assert submission.mail(ROBERT)[0] == 550
    assert submission.mail(PAUL)[0] == 250


@pytest.mark.parametrize(
    "said",
    [
        response(PAUL, "made-up"),
        response(ROBERT, TOKEN),
        response(PAUL, "nobody"),
        response("", TOKEN),
        base64.b64encode(f"user={PAUL}\x01auth=Basic {TOKEN}\x01\x01".encode()).decode(),
        base64.b64encode(f"user={PAUL}\x01auth=Bearer {TOKEN}".encode()).decode(),
        "",
    ],
)
def test_a_refusal_is_a_challenge_then_a_code(submission: smtplib.SMTP, said: str) -> None:
    code, challenge = show(submission, said)
    assert code == 334
    assert json.loads(base64.b64decode(challenge))["schemes"] == "bearer"
    assert submission.docmd("")[0] == 535
    assert show(submission, response(PAUL, TOKEN))[0] == 235  # another try on the same line


def test_a_whole_token_does_not_fit_in_the_command(submission: smtplib.SMTP) -> None:
    assert submission.docmd("AUTH", "XOAUTH2 " + response(PAUL, TOKEN))[0] == 500


def test_a_line_of_content_is_still_bounded(submission: smtplib.SMTP) -> None:
    show(submission, response(PAUL, TOKEN))
    submission.mail(PAUL)
    submission.rcpt(PAUL)
    assert submission.data(b"Subject: x\r\n\r\n" + b"y" * 1500 + b"\r\n")[0] == 500


def test_a_card_is_not_asked_of_who_has_a_token_but_is_of_who_has_none(submission: smtplib.SMTP) -> None:
    assert submission.docmd("AUTH", "EXTERNAL =")[0] == 535
    assert show(submission, response(PAUL, TOKEN))[0] == 235


@pytest.mark.parametrize(
    ("mailbox", "token", "opens"),
    [(PAUL, TOKEN, True), (PAUL.upper(), TOKEN, True), (ROBERT, TOKEN, False), (PAUL, "made-up", False)],
)
def test_the_mailbox_of_a_token(
    operator: MailOperator, token_pki: Pki, mailbox: str, token: str, opens: bool
) -> None:
    client = imaplib.IMAP4("localhost", operator.imap_port)
    client.starttls(ssl.create_default_context(cafile=str(token_pki.anchors)))
    said = iter([base64.b64decode(response(mailbox, token))])
    refused = pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED")
    with contextlib.nullcontext() if opens else refused:
        client.authenticate("XOAUTH2", lambda challenge: next(said, b""))
    assert client.state == ("AUTH" if opens else "NONAUTH")
    client.shutdown()


def test_without_a_provider_no_token_is_taken(
    token_pki: Pki, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cards = MailOperator(tmp_path_factory.mktemp("cards"), token_pki, [], ["medecin.mss.demo.test"])
    cards.start()
    try:
        client = smtplib.SMTP("localhost", cards.smtp_port, "localhost", timeout=10)
        client.starttls(context=ssl.create_default_context(cafile=str(token_pki.anchors)))
        client.ehlo()
        assert "XOAUTH2" not in client.esmtp_features["auth"]
        client.close()
        reader = imaplib.IMAP4("localhost", cards.imap_port)
        reader.starttls(ssl.create_default_context(cafile=str(token_pki.anchors)))
        assert "AUTH=XOAUTH2" not in reader.capabilities
        reader.shutdown()
    finally:
        cards.stop()
