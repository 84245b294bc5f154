"""What is written in a message, whatever is typed."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo_lgc.domain.errors import InvalidDocument, NotAllowed
from demo_lgc.domain.identity import IdentityStatus, Patient
from demo_lgc.domain.message import Correspondent, MessageText, OutgoingMessage
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.exchange.mssante.composing import new_message_id, sender_label
from demo_lgc.exchange.mssante.subject import plain, subject

Composer = Callable[..., OutgoingMessage]

HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "X-MSS-CODECDA",
    "X-MSS-INS",
    "X-MSS-NIL",
    "MIME-Version",
    "Content-Type",
]


def read(message: OutgoingMessage) -> EmailMessage:
    parsed = email.message_from_bytes(message.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_the_subject_is_the_one_the_rule_prescribes(composed: Composer) -> None:
    assert read(composed())["Subject"] == "XDM/1.0/DDM+Synthèse CHEMIN Henri 18/08/1948"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("D’ŒUVRE-ÇÀ", "D'OEUVRE-CA"),
        ("GARCÍA  MÜLLER", "GARCIA MULLER"),
        ("ŁUKASZ\r\nBcc: x@y", "LUKASZ Bcc x y"),
        ("Ægir Ø", "AEgir O"),
    ],
)
def test_a_name_loses_its_accents_and_keeps_its_letters(written: str, expected: str) -> None:
    assert plain(written).upper() == expected.upper()


def test_the_label_is_cut_at_forty_characters(a_patient: Patient) -> None:
    written = subject("Compte rendu d'examens de biologie médicale et autres", a_patient)
    assert written == "XDM/1.0/DDM+Compte rendu d'examens de biologie médic CHEMIN Henri 18/08/1948"


def test_a_name_without_any_letter_is_said_to_the_doctor(a_patient: Patient) -> None:
    with pytest.raises(InvalidDocument) as raised:
        subject("Synthèse", replace(a_patient, birth_name="？"))
    assert [finding.place for finding in raised.value.findings] == ["Nom de naissance"]


def test_everything_asked_of_a_message_is_there(composed: Composer) -> None:
    message = composed()
    parsed = read(message)
    assert list(parsed.keys()) == HEADERS
    assert parsed["From"].addresses[0].addr_spec == message.sender
    assert parsed["From"].addresses[0].display_name == "Dr_Paul_MEDECIN5729_Cabinet du Dr MEDECIN5729"
    assert parsed["To"].addresses[0].addr_spec == message.recipient
    assert parsed["Message-ID"] == message.message_id
    assert parsed["Date"].datetime.isoformat() == "2026-03-02T09:01:02+01:00"
    assert parsed["X-MSS-CODECDA"] == "SYNTH"
    assert parsed["X-MSS-INS"] == "O"
    assert parsed["X-MSS-NIL"] == "DEMO-LGC-0001"
    text, archive, pdf = parsed.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text.get_content().replace("\r\n", "\n") == (
        "Objet\u00a0: Synthèse de M. CHEMIN\n\nCher confrère,\n\nVoici sa synthèse.\n.\nBien à vous\n"
    )
    assert (archive.get_filename(), archive.get_content_type()) == ("IHE_XDM.zip", "application/zip")
    assert archive.get_payload(decode=True) == b"PK" + bytes(range(256)) * 20
    assert pdf.get_filename() == "20260302_Synthese_CHEMIN_Henri.pdf"
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_payload(decode=True)[:8] == b"%PDF-1.4"


def test_the_same_values_give_the_same_bytes(composed: Composer) -> None:
    message_id = new_message_id("medecin.mss.demo.test", UUID(int=7))
    assert message_id == "<00000000-0000-0000-0000-000000000007@medecin.mss.demo.test>"
    assert composed(message_id=message_id).content == composed(message_id=message_id).content


def test_an_identity_not_qualified_is_said_so(composed: Composer, a_patient: Patient) -> None:
    message = composed(replace(a_patient, status=IdentityStatus.VALIDATED))
    assert read(message)["X-MSS-INS"] == "N"


def test_without_a_subject_the_text_begins_with_the_body(composed: Composer) -> None:
    parsed = read(composed(text=MessageText("", "Bonjour")))
    assert next(parsed.iter_parts()).get_content() == "Bonjour\r\n"


def test_the_sender_is_named_by_what_is_known_of_him(a_session: PractitionerSession) -> None:
    unnamed = replace(a_session, situation=replace(a_session.situation, name=""))
    assert sender_label(unnamed) == "Dr_Paul_MEDECIN5729"
    midwife = replace(unnamed, practitioner=replace(unnamed.practitioner, profession="50", given="Léa_Marie"))
    assert sender_label(midwife) == "Léa Marie_MEDECIN5729"


@pytest.mark.parametrize(
    "address", ["x@y@z", "a b@c.fr", "é@c.fr", "a@c", "a@c.fr\r\nBcc: d@e.fr", "", "a..b@c.fr", "a@-c.fr"]
)
def test_a_malformed_recipient_is_refused(composed: Composer, address: str) -> None:
    with pytest.raises(NotAllowed) as raised:
        composed(recipient=Correspondent("Dr X", address))
    assert raised.value.detail == "malformed-address"


def test_a_domain_with_accents_is_written_in_ascii(composed: Composer) -> None:
    message = composed(recipient=Correspondent("Dr X", "jean@Santé-Demo.test"))
    assert message.recipient == "jean@xn--sant-demo-e4a.test"


def test_a_date_without_offset_and_a_strange_message_id_are_errors_of_ours(composed: Composer) -> None:
    with pytest.raises(ValueError, match="offset"):
        composed(sent_at=datetime(2026, 3, 2))
    with pytest.raises(ValueError, match="Message-ID"):
        composed(message_id="<a@b>\r\nBcc: c@d.fr")


NASTY = st.text(max_size=120) | st.sampled_from(
    ["\r\nBcc: x@y.fr", "=?utf-8?q?=0D=0ABcc:_x?=", "a\x00b", "\u2028Bcc: x", '"\\', ".", "\r\n.\r\n", "=_"]
)
LETTER = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZÀÉÈÊËÎÏÔÙÛÜÇŒÑ'’ -\r\n")
NAME = st.text(LETTER, min_size=1, max_size=60).filter(lambda name: any(c.isalpha() for c in name))


@given(title=NASTY, body=NASTY, who=NASTY, place=NASTY, family=NAME, name=NAME, file=NASTY)
@settings(max_examples=150, deadline=None)
def test_nothing_typed_opens_a_header_or_breaks_a_line(
    composed: Composer,
    a_patient: Patient,
    a_session: PractitionerSession,
    title: str,
    body: str,
    who: str,
    place: str,
    family: str,
    name: str,
    file: str,
) -> None:
    message = composed(
        replace(a_patient, birth_name=family, given_names=(name,)),
        replace(a_session, situation=replace(a_session.situation, name=place)),
        recipient=Correspondent(who, "x@medecin.mss.demo.test"),
        text=MessageText(title, body),
        pdf_name=file,
    )
    assert message.content.isascii()
    lines = message.content.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) < 998
    parsed = read(message)
    assert list(parsed.keys()) == HEADERS
    assert not parsed.defects
    assert [a.addr_spec for a in parsed["To"].addresses] == ["x@medecin.mss.demo.test"]
    assert len(list(parsed.iter_parts())) == 3
    written = parsed["Subject"]
    assert written.startswith("XDM/1.0/DDM+Synthèse ")
    assert written.endswith(" 18/08/1948")
    middle = written.removeprefix("XDM/1.0/DDM+Synthèse ").removesuffix(" 18/08/1948")
    assert middle.isascii()
    assert middle.startswith(plain(family).upper() + " ")


@given(body=st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_the_text_of_the_doctor_arrives_as_typed(composed: Composer, body: str) -> None:
    parsed = read(composed(text=MessageText("", body)))
    received = next(parsed.iter_parts()).get_payload(decode=True).decode("utf-8")
    kept = (
        "".join(c for c in line if c == "\t" or (not 0 <= ord(c) < 32 and not 127 <= ord(c) < 160))
        for line in body.splitlines()
    )
    assert received == ("".join(line.rstrip(" \t") + "\r\n" for line in kept) or "\r\n")


@pytest.mark.conformance
def test_an_independent_judge_finds_nothing_to_say(
    composed: Composer, conformance: Path, xdm_audit: ModuleType
) -> None:
    archive = (conformance / "xdm" / "made_here" / "ok_vsm.zip").read_bytes()
    verdict = xdm_audit.audit_eml(composed(archive=archive).content)
    assert (verdict["verdict"], verdict["errors"], verdict["warnings"]) == ("ok", [], [])
