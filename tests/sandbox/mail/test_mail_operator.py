"""The simulated operator refuses what a real one refuses, and dies with us."""

from __future__ import annotations

import imaplib
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from demo_lgc.sandbox.mail import smtp
from demo_lgc.sandbox.mail.operator import MailboxOwner, MailOperator
from demo_lgc.sandbox.pki import Pki, issue_bad

pytestmark = pytest.mark.mail

PAUL = "paul.medecin5729@medecin.mss.demo.test"
ROBERT = "robert.specialiste5737@medecin.mss.demo.test"
SENT = '"&AMk-l&AOk-ments envoy&AOk-s"'


def card(pki: Pki) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(pki.anchors))
    issued = pki.card("899700057291").authentication
    context.load_cert_chain(issued.chain, issued.key)
    return context


@contextmanager
def submission(operator: MailOperator, pki: Pki) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP("localhost", operator.smtp_port, "localhost", timeout=10)
    try:
        client.starttls(context=card(pki))
        client.ehlo()
        assert client.docmd("AUTH", "EXTERNAL =")[0] == 235
        yield client
    finally:
        client.close()


def a_mail(number: int = 0) -> bytes:
    return f"From: {PAUL}\r\nMessage-ID: <{number}@test>\r\nSubject: x\r\n\r\nBonjour\r\n".encode()


def code(act: Callable[[], object]) -> int:
    with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)) as raised:
        act()
    if isinstance(raised.value, smtplib.SMTPRecipientsRefused):
        return next(iter(raised.value.recipients.values()))[0]
    return raised.value.smtp_code


def test_a_mail_whose_sender_leaves_while_it_is_delivered_is_written_down(
    operator: MailOperator, mail_pki: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, hand_over = threading.Event(), smtp._hand_over

    def slow(*arguments: Any) -> None:
        began.set()
        time.sleep(0.3)
        hand_over(*arguments)

    monkeypatch.setattr(smtp, "_hand_over", slow)
    with submission(operator, mail_pki) as client:
        client.mail(PAUL)
        client.rcpt(ROBERT)
        client.docmd("DATA")
        client.send(a_mail(7) + b".\r\n")
        assert began.wait(5)
    end = time.monotonic() + 5
    while not operator.journal.count("<7@test>"):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert any(b"<7@test>" in mail for mail in operator.read_mailbox(ROBERT))


def test_a_mail_is_delivered_and_written_down(operator: MailOperator, mail_pki: Pki) -> None:
    with submission(operator, mail_pki) as client:
        client.sendmail(PAUL, [ROBERT, PAUL], a_mail(1))
    for address in (PAUL, ROBERT):
        assert sum(b"<1@test>" in mail for mail in operator.read_mailbox(address)) == 1
    assert operator.journal.count("<1@test>") == 1
    summary = operator.apply({"do": "journal"})
    assert summary["accepted"] == 1
    assert summary["messages"][0]["recipients"] == (ROBERT, PAUL)


def test_nothing_is_taken_in_clear_or_without_a_certificate(operator: MailOperator, mail_pki: Pki) -> None:
    with smtplib.SMTP("localhost", operator.smtp_port, "localhost") as client:
        client.ehlo()
        assert client.docmd("AUTH", "EXTERNAL =")[0] == 530
        assert client.mail(PAUL)[0] == 530
        client.starttls(context=ssl.create_default_context(cafile=str(mail_pki.anchors)))
        client.ehlo()
        assert client.esmtp_features["auth"].split() == ["EXTERNAL"]
        assert client.docmd("AUTH", "EXTERNAL =")[0] == 535
        assert client.mail(PAUL)[0] == 530


@pytest.mark.parametrize("fault", ["self-signed", "wrong-ca", "expired"])
def test_a_card_that_is_not_one_is_refused(operator: MailOperator, mail_pki: Pki, fault: str) -> None:
    issued = issue_bad(mail_pki, fault, kind="card")  # type: ignore[arg-type]
    context = ssl.create_default_context(cafile=str(mail_pki.anchors))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(issued.chain, issued.key)
    with smtplib.SMTP("localhost", operator.smtp_port, "localhost") as client, pytest.raises(OSError):  # noqa: PT011
        client.starttls(context=context)
    with pytest.raises((OSError, imaplib.IMAP4.error)):
        open_mailbox(operator, context)


def open_mailbox(operator: MailOperator, context: ssl.SSLContext) -> None:
    client = imaplib.IMAP4("localhost", operator.imap_port)
    try:
        client.starttls(context)
        client.authenticate("EXTERNAL", lambda challenge: b"")
    finally:
        client.shutdown()


def test_each_refusal_has_its_code(operator: MailOperator, mail_pki: Pki) -> None:
    with submission(operator, mail_pki) as client:
        assert code(lambda: client.sendmail(PAUL, ["x@gmail.example"], a_mail())) == 550
        assert code(lambda: client.sendmail(PAUL, ["nobody@medecin.mss.demo.test"], a_mail())) == 550
        assert code(lambda: client.sendmail(ROBERT, [PAUL], a_mail())) == 550
        operator.apply({"do": "full", "address": ROBERT})
        assert code(lambda: client.sendmail(PAUL, [ROBERT], a_mail())) == 552
        operator.apply({"do": "refuse", "address": ROBERT, "code": 451, "text": "4.3.0 plus tard"})
        assert code(lambda: client.sendmail(PAUL, [ROBERT], a_mail())) == 451
        operator.apply({"do": "reset"})
        client.sendmail(PAUL, [ROBERT], a_mail())
    assert operator.journal.summary()["accepted"] == 1


def test_the_line_is_cut_after_the_delivery_as_often_as_asked(operator: MailOperator, mail_pki: Pki) -> None:
    operator.apply({"do": "cut_after_data", "times": 1})
    with submission(operator, mail_pki) as client, pytest.raises(smtplib.SMTPServerDisconnected):
        client.sendmail(PAUL, [ROBERT], a_mail(2))
    with submission(operator, mail_pki) as client:
        client.sendmail(PAUL, [ROBERT], a_mail(3))
    assert [operator.journal.count(f"<{n}@test>") for n in (2, 3)] == [1, 1]


def test_an_unknown_command_is_an_error(operator: MailOperator) -> None:
    with pytest.raises(KeyError):
        operator.apply({"do": "dance"})
    with pytest.raises(TypeError):
        operator.apply({"do": "full"})


def test_down_closes_every_door_and_up_opens_the_same_ones(operator: MailOperator, mail_pki: Pki) -> None:
    with submission(operator, mail_pki) as client:
        client.sendmail(PAUL, [ROBERT], a_mail(4))
    ports = (operator.smtp_port, operator.imap_port, operator.imaps_port)
    operator.apply({"do": "down", "down": True})
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 1)
    operator.apply({"do": "down", "down": False})
    assert ports == (operator.smtp_port, operator.imap_port, operator.imaps_port)
    assert any(b"<4@test>" in mail for mail in operator.read_mailbox(ROBERT))


def test_the_card_opens_its_own_mailbox_with_its_sent_folder(operator: MailOperator, mail_pki: Pki) -> None:
    with imaplib.IMAP4("localhost", operator.imap_port) as client:
        client.starttls(card(mail_pki))
        assert client.authenticate("EXTERNAL", lambda challenge: b"")[0] == "OK"
        listed = b" ".join(line for line in client.list()[1] if isinstance(line, bytes))
        assert b"\\Sent" in listed
        assert {"MOVE", "UIDPLUS", "SPECIAL-USE"} <= set(client.capability()[1][0].decode().split())
        assert client.select(SENT)[0] == "OK"


def test_mailboxes_are_not_confused(operator: MailOperator, mail_pki: Pki) -> None:
    with submission(operator, mail_pki) as client:
        client.sendmail(PAUL, [ROBERT], a_mail(5))
    assert not any(b"<5@test>" in mail for mail in operator.read_mailbox(PAUL))
    with pytest.raises(LookupError):
        operator.read_mailbox(PAUL, "Ailleurs & là")
    with pytest.raises(KeyError):
        operator.read_mailbox("nobody@medecin.mss.demo.test")


def test_many_at_once_are_all_counted(operator: MailOperator, mail_pki: Pki) -> None:
    def send(number: int) -> None:
        with submission(operator, mail_pki) as client:
            client.sendmail(PAUL, [ROBERT], a_mail(number))

    threads = [threading.Thread(target=send, args=(100 + n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [operator.journal.count(f"<{100 + n}@test>") for n in range(8)] == [1] * 8


@contextmanager
def closed_mailbox(operator: MailOperator, address: str) -> Iterator[Callable[[], None]]:
    """A mailbox on whose disk nothing can be written; what is given opens it again."""
    maildir = operator.mailbox_folder(address) / "Maildir" / "tmp"
    maildir.chmod(0)
    try:
        yield lambda: maildir.chmod(0o700)
    finally:
        maildir.chmod(0o700)


def test_a_mailbox_out_of_order_is_a_delay_and_not_a_refusal(operator: MailOperator, mail_pki: Pki) -> None:
    with submission(operator, mail_pki) as client, closed_mailbox(operator, ROBERT):
        assert code(lambda: client.sendmail(PAUL, [ROBERT], a_mail(200))) == 451
    assert operator.journal.count("<200@test>") == 0


def test_a_mailbox_out_of_order_for_a_moment_gets_its_mail_once(
    operator: MailOperator, mail_pki: Pki
) -> None:
    with submission(operator, mail_pki) as client, closed_mailbox(operator, ROBERT) as reopen:
        threading.Timer(0.3, reopen).start()
        client.sendmail(PAUL, [PAUL, ROBERT], a_mail(201))
    for address in (PAUL, ROBERT):
        assert sum(b"<201@test>" in mail for mail in operator.read_mailbox(address)) == 1


def test_the_white_list_is_published(operator: MailOperator) -> None:
    names = (
        ElementTree.parse(operator.white_list)
        .getroot()
        .findall(
            "{https://listeblanche.mssante.fr/schema}Domaine/{https://listeblanche.mssante.fr/schema}Nom"
        )
    )
    assert [name.text for name in names] == ["medecin.mss.demo.test", "patient.mss.demo.test"]


def test_it_starts_and_stops_quickly_and_leaves_no_one_listening(folder: Path, mail_pki: Pki) -> None:
    operator = MailOperator(folder, mail_pki, [MailboxOwner(PAUL, "", "demo")], ["medecin.mss.demo.test"])
    begun = time.monotonic()
    operator.start()
    started = time.monotonic() - begun
    ports = (operator.smtp_port, operator.imap_port, operator.imaps_port)
    with (
        socket.create_connection(("127.0.0.1", operator.imap_port)),
        socket.create_connection(("127.0.0.1", operator.smtp_port)),
    ):
        operator.stop()
    operator.stop()
    assert started < 1
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 1)


def test_nothing_survives_our_process_being_killed(folder: Path, mail_pki: Pki) -> None:
    script = f"""
        import sys
        from pathlib import Path
        from demo_lgc.sandbox.mail.operator import MailboxOwner, MailOperator
        from demo_lgc.sandbox.pki import Holder, make_pki
        pki = make_pki(Path({str(mail_pki.folder)!r}), [Holder("899700057291", "MEDECIN5729", "PAUL")])
        operator = MailOperator(Path({str(folder)!r}), pki, [MailboxOwner({PAUL!r}, "", "demo")], ["d.test"])
        operator.start()
        print(operator.imap_port, operator.imaps_port, flush=True)
        sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as victim:
        assert victim.stdout is not None
        ports = [int(word) for word in victim.stdout.readline().split()]
        assert len(ports) == 2
        with socket.create_connection(("127.0.0.1", ports[0])):
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            end = time.monotonic() + 5
            while any(listens(port) for port in ports) and time.monotonic() < end:
                time.sleep(0.05)
    assert not any(listens(port) for port in ports)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
