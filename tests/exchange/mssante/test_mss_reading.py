"""Messages as they come, ours and those of others, back to what they say."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.errors import MessageProblem, UnreadableMessage
from demo_lgc.domain.incoming import IncomingMessage, MessageKind
from demo_lgc.domain.message import Correspondent, MessageText, OutgoingMessage
from demo_lgc.exchange.mssante import reading
from demo_lgc.exchange.mssante.reading import read_message
from tests.exchange.mssante.conftest import PAUL, PDF, ROBERT

Composer = Callable[..., OutgoingMessage]

HEAD = "From: Anne <a@mss.test>\nTo: p@mss.test\nDate: Mon, 10 Mar 2025 10:20:01 +0100\nMessage-ID: <a@b>\n"
ZIP = b"PK\x03\x04" + b"..IHE_XDM/SUBSET01/METADATA.XML.."


def read(rest: str, encoding: str = "utf-8") -> IncomingMessage:
    """The message of a usual head and of these other headers, a blank line and a body."""
    return read_message((HEAD + rest).encode(encoding))


def mixed(*parts: str) -> str:
    return "Content-Type: multipart/mixed; boundary=b\n\n" + "".join(f"--b\n{p}\n" for p in parts) + "--b--\n"


def file(name: str, content: bytes = ZIP, media_type: str = "application/zip") -> str:
    disposition = f'Content-Disposition: attachment; filename="{name}"' if name else ""
    encoded = base64.encodebytes(content).decode()
    head = f"Content-Type: {media_type}\nContent-Transfer-Encoding: base64\n"
    return f"{head}{disposition}\n\n{encoded}" if disposition else f"{head}\n{encoded}"


TEXT = "Content-Type: text/plain; charset=utf-8\n\nBonjour,\nà bientôt"


def test_what_we_compose_is_read_back(composed: Composer) -> None:
    sent = composed(archive=ZIP)
    message = read_message(sent.content)
    assert (message.message_id, message.kind) == (sent.message_id, MessageKind.DOCUMENT)
    assert (message.sender.address, message.recipients[0].address) == (PAUL, ROBERT)
    assert message.sender.name == "Dr_Paul_MEDECIN5729_Cabinet du Dr MEDECIN5729"
    assert message.recipients[0].name == "Dr Robert SPECIALISTE5737"
    assert message.subject == "XDM/1.0/DDM+Synthèse CHEMIN Henri 18/08/1948"
    assert message.shown_subject == "Synthèse CHEMIN Henri 18/08/1948"
    assert message.sent_at == datetime(2026, 3, 2, 9, 1, 2, tzinfo=timezone(timedelta(hours=1)))
    assert message.text == (
        "Objet\u00a0: Synthèse de M. CHEMIN\n\nCher confrère,\n\nVoici sa synthèse.\n.\nBien à vous"
    )
    assert [(a.name, a.media_type, a.is_archive) for a in message.attachments] == [
        ("IHE_XDM.zip", "application/zip", True),
        ("20260302_Synthese_CHEMIN_Henri.pdf", "application/pdf", False),
    ]
    assert [a.content for a in message.attachments] == [ZIP, PDF]
    assert (message.cda_codes, message.announces_ins, message.product) == (("SYNTH",), True, "DEMO-LGC-0001")
    assert message.warnings == ()


# What one types: letters of anywhere, and lines.
lines = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(body=st.lists(lines, min_size=1, max_size=8), name=lines)
def test_any_text_and_any_name_come_back(composed: Composer, body: list[str], name: str) -> None:
    text = "\n".join(body)
    sent = composed(recipient=Correspondent(name, ROBERT), text=MessageText("", text))
    message = read_message(sent.content)
    assert message.text == text
    assert message.recipients[0].name == name


@given(content=st.binary(max_size=3000))
def test_any_file_comes_back_byte_for_byte(composed: Composer, content: bytes) -> None:
    assert read_message(composed(archive=content).content).attachments[0].content == content


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        ("\nBonjour", "Bonjour"),
        ("Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\ncafé", "café"),
        ("Content-Type: text/plain; charset=none-such\n\ncafé", "café"),
        ("Content-Type: text/plain; charset=punycode\n\ncafé-", "café-"),
        ("Content-Type: text/plain; charset=utf-7\n\nhalf +2AA- of it", "half +2AA- of it"),
        ("Content-Transfer-Encoding: quoted-printable\n\npr=C3=A9c=\n=C3=A9dent", "précédent"),
        ("Content-Transfer-Encoding: base64\n\nQm9uam91cg==", "Bonjour"),
        ("Content-Transfer-Encoding: unheard-of\n\nBonjour", "Bonjour"),
        (
            "Content-Type: text/html\n\n<p>Un</p><script>no()</script><p>deux &lt; trois</p>",
            "Un\n\ndeux < trois",
        ),
        ("Content-Type: nonsense\n\nBonjour", "Bonjour"),
        ("\nescape \x1b[31m\x07 and null \x00.", "escape [31m and null ."),
        ("", ""),
    ],
)
def test_a_text_is_read_however_it_was_written(rest: str, text: str) -> None:
    assert read(rest, "iso-8859-1" if "iso-8859-1" in rest else "utf-8").text == text


def test_of_two_writings_of_one_text_the_plain_one_is_read_and_its_files_are_kept() -> None:
    alternative = (
        "Content-Type: multipart/alternative; boundary=c\n\n"
        "--c\nContent-Type: text/html\n\n<p>en page</p>\n"
        "--c\nContent-Type: text/plain\n\nen clair\n"
        "--c\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n--c--"
    )
    message = read(mixed(alternative, file("a.pdf", b"%PDF", "application/pdf")))
    assert message.text == "en clair"
    assert [a.media_type for a in message.attachments] == ["text/calendar", "application/pdf"]


def test_a_page_is_read_when_the_plain_text_is_blank() -> None:
    parts = "--c\nContent-Type: text/plain\n\n \n--c\nContent-Type: text/html\n\n<b>lisible</b>\n--c--"
    assert read(f"Content-Type: multipart/alternative; boundary=c\n\n{parts}").text == "lisible"


def test_texts_after_a_file_are_read_too() -> None:
    message = read(mixed(TEXT, file("a.zip", b"PK"), "Content-Type: text/plain\n\nPS"))
    assert message.text == "Bonjour,\nà bientôt\n\nPS"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../.bashrc", "bashrc"),
        ("C:\\Users\\x\\a.exe", "a.exe"),
        ("..", "piece_jointe.zip"),
        ("", "piece_jointe.zip"),
        ("com1.txt", "_com1.txt"),
        ("cr\u202efdp.exe", "crfdp.exe"),
        ("a:b?.pdf", "a_b_.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
        ("=?utf-8?q?pr=C3=A9c=C3=A9dent.pdf?=", "précédent.pdf"),
    ],
)
def test_the_name_of_a_file_leads_nowhere(name: str, kept: str) -> None:
    (attachment,) = read(mixed(file(name))).attachments
    assert attachment.name == kept


def test_an_encoded_name_is_put_together_from_its_pieces() -> None:
    head = "Content-Type: application/pdf\nContent-Disposition: attachment;\n"
    pieces = " filename*0*=utf-8''..%2f..%2fpr%C3%A9;\n filename*1=\"c;\";\n filename*2*=%C3%A9dent.pdf\n\nx"
    (attachment,) = read(mixed(head + pieces)).attachments
    assert attachment.name == "préc;édent.pdf"


def test_two_files_of_one_name_are_told_apart() -> None:
    message = read(mixed(file("a.pdf"), file("A.pdf"), file("a.pdf")))
    assert [a.name for a in message.attachments] == ["a.pdf", "A (2).pdf", "a (3).pdf"]


@pytest.mark.parametrize(
    ("name", "media_type", "content", "is_archive"),
    [
        ("IHE_XDM.zip", "application/zip", b"anything", True),
        ("ihe_xdm.ZIP", "application/octet-stream", ZIP, True),
        ("documents.zip", "application/octet-stream", ZIP, True),
        ("documents.zip", "application/zip", b"PK\x03\x04 photos", False),
        ("METADATA.txt", "text/x-log", b"IHE_XDM/SUBSET01/METADATA.XML", False),
    ],
)
def test_an_archive_is_known_by_its_name_or_by_what_it_holds(
    name: str, media_type: str, content: bytes, is_archive: bool
) -> None:
    message = read(mixed(TEXT, file(name, content, media_type)))
    assert [a.is_archive for a in message.attachments] == [is_archive]
    assert (message.kind is MessageKind.DOCUMENT) == is_archive
    assert len(message.archives) == is_archive


def test_the_only_zip_of_a_message_that_announces_documents_is_taken_for_the_archive() -> None:
    announced = "Subject: XDM/1.0/DDM+CR X Y\n" + mixed(TEXT, file("a.zip", b"PK\x03\x04 cut"))
    assert [a.name for a in read(announced).archives] == ["a.zip"]


def test_documents_announced_and_absent_are_missed() -> None:
    assert reading.NO_ARCHIVE in read("Subject: XDM/1.0/DDM+CR X Y\n\nBonjour").warnings
    assert reading.NO_ARCHIVE in read("X-MSS-CODECDA: 34112-3\n\nBonjour").warnings


def test_a_message_without_head_nor_date_loses_nothing_else() -> None:
    message = read_message(b"Subject: seul\n\nBonjour")
    assert (message.subject, message.text, message.sent_at, message.message_id) == (
        "seul", "Bonjour", None, ""
    )  # fmt: skip
    assert message.warnings == (reading.NO_SENDER, reading.NO_MESSAGE_ID, reading.NO_DATE)


def test_patients_are_known_by_their_address() -> None:
    patient = "157127511234558@patient.mssante.fr"
    assert read_message(f"From: {patient}\n\n".encode()).is_from_patient
    to = read_message(f"From: a@b.fr\nCc: {patient}\nX-MSS-MES: fin\n\n".encode())
    assert (to.is_from_patient, to.is_to_patient, to.ends_exchange) == (False, True, True)
    assert not read_message(b"From: patient@hopital.mssante.fr\n\n").is_from_patient


def test_a_damaged_file_is_kept_as_far_as_it_goes() -> None:
    broken = "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQ"
    message = read(mixed(broken))
    assert message.attachments[0].content == b"%PDF-1.4"
    assert message.warnings == (reading.DAMAGED,)


def test_a_forwarded_message_is_kept_whole() -> None:
    inner = "From: x@y.fr\nContent-Type: multipart/mixed; boundary=z\n\n--z\n\nold\n--z--"
    (forwarded,) = read(mixed(TEXT, f"Content-Type: message/rfc822\n\n{inner}")).attachments
    assert (forwarded.name, forwarded.content.decode()) == ("piece_jointe.eml", inner)


def test_a_boundary_that_is_nowhere_leaves_the_content_to_be_seen() -> None:
    (attachment,) = read("Content-Type: multipart/mixed; boundary=none\n\nBonjour").attachments
    assert attachment.content == b"Bonjour"


def test_a_message_of_bare_carriage_returns_is_read() -> None:
    assert read_message(b"From: a@b.fr\rSubject: vieux\r\rBonjour").text == "Bonjour"


def report(kind: str, content: str) -> str:
    return (
        f"In-Reply-To: <reply@b>\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n"
        f"--b\n\nUn rapport\n--b\nContent-Type: message/{kind}\n\n{content}\n"
        "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <original@b>\n--b--\n"
    )


def test_a_delivery_report_says_what_became_of_each_recipient() -> None:
    status = (
        "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.fr\nAction: failed\nStatus: 5.1.1 (unknown)\n"
        "Diagnostic-Code: smtp; 550 User unknown\n\nFinal-Recipient: rfc822; c@d.fr\nAction: Delivered\n"
        "Status: 2.0.0\n"
    )
    message = read(report("delivery-status", status))
    assert message.kind is MessageKind.DELIVERY_REPORT
    assert message.answers == "<original@b>"
    assert [(o.recipient, o.action, o.code, o.failed) for o in message.outcomes] == [
        ("a@b.fr", "failed", "5.1.1", True),
        ("c@d.fr", "delivered", "2.0.0", False),
    ]
    assert message.attachments == ()


ONE_FIELD = (
    "automatic-action/MDN-sent-automatically; processed/Error: 902^Identifiant de patient inconnu"
    "^messageErrorCondition| E^Error^errorSeverity"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Disposition: manual-action/MDN-sent-manually; displayed", ("displayed", "", "", False)),
        ("Disposition: automatic-action/x; processed", ("processed", "", "", False)),
        (
            "Disposition: automatic-action/x; processed/error\nError: 902^Identifiant de patient inconnu",
            ("error", "902", "Identifiant de patient inconnu", True),
        ),
        (f"Disposition:{ONE_FIELD}", ("error", "902", "Identifiant de patient inconnu", True)),
        ("Nothing: of use", ("", "", "", False)),
    ],
)
def test_a_receipt_says_what_was_done_with_the_message(
    content: str, expected: tuple[str, str, str, bool]
) -> None:
    head = "Final-Recipient: rfc822;a@b.fr\nOriginal-Message-ID: <asked@b>\n"
    message = read(report("disposition-notification", head + content))
    (outcome,) = message.outcomes
    assert (outcome.action, outcome.code, outcome.detail, outcome.failed) == expected
    assert (message.kind, message.answers) == (MessageKind.READ_RECEIPT, "<asked@b>")


def test_an_ordinary_mail_of_error_is_known_by_its_subject() -> None:
    subject = "Subject: =?utf-8?q?=5BKO_Int=C3=A9gration_syst=C3=A8me_!=5D=5B904=5D_XDM/1.0/DDM+CR_X_Y?=\n"
    message = read(subject + mixed(TEXT, file("IHE_XDM.zip")))
    assert message.kind is MessageKind.INTEGRATION_ERROR
    assert [(o.code, o.failed) for o in message.outcomes] == [("904", True)]
    assert len(message.archives) == 1


def test_what_is_no_message_is_said() -> None:
    for content in (b"", b"PK\x03\x04\x00", b"\n\nFrom: a@b.fr"):
        with pytest.raises(UnreadableMessage) as raised:
            read_message(content)
        assert raised.value.problem is MessageProblem.NOT_MAIL


KINDS = {
    "bad_bomb": MessageKind.DOCUMENT,
    "odd_attachment_octet_stream": MessageKind.DOCUMENT,
    "odd_no_message_id_no_date": MessageKind.PLAIN,
    "odd_prefix_without_attachment": MessageKind.PLAIN,
    "odd_xdm_without_prefix": MessageKind.DOCUMENT,
    "ok_annule_et_remplace": MessageKind.DOCUMENT,
    "ok_patient_writes": MessageKind.PLAIN,
    "ok_plain_no_xdm": MessageKind.PLAIN,
    "ok_to_patient_fin": MessageKind.PLAIN,
    "ok_two_docs": MessageKind.DOCUMENT,
    "ok_vsm": MessageKind.DOCUMENT,
    "rep_dsn_delivered": MessageKind.DELIVERY_REPORT,
    "rep_mdn_displayed": MessageKind.READ_RECEIPT,
    "rep_mdn_error_902_rfc8098": MessageKind.READ_RECEIPT,
    "rep_mdn_processed": MessageKind.READ_RECEIPT,
}


@pytest.mark.conformance
def test_every_message_of_the_corpus_is_what_its_name_says(conformance: Path) -> None:
    files = sorted((conformance / "xdm" / "made_here").glob("*.eml"))
    messages = {file.stem: read_message(file.read_bytes()) for file in files}
    assert {name: message.kind for name, message in messages.items()} == KINDS
    assert all(message.text for message in messages.values())
    assert all(message.answers for name, message in messages.items() if name.startswith("rep_"))
    assert messages["ok_patient_writes"].is_from_patient
    assert messages["ok_to_patient_fin"].is_to_patient
    assert messages["ok_to_patient_fin"].ends_exchange
    assert messages["ok_vsm"].receipt_to == "anne.modele@medecin.mss.demo.test"
    assert messages["ok_annule_et_remplace"].answers == messages["ok_vsm"].message_id
    assert messages["ok_two_docs"].cda_codes == ("SYNTH", "11488-4")
    assert messages["rep_mdn_error_902_rfc8098"].outcomes[0].code == "902"
    assert messages["odd_prefix_without_attachment"].warnings == (reading.NO_ARCHIVE,)
    assert all(not m.warnings for name, m in messages.items() if name.startswith(("ok_", "rep_")))


def test_what_other_software_writes_is_read_as_it_meant_it() -> None:
    written = EmailMessage()
    written["From"] = "Dr Zoé <zoe@mss.test>"
    written["To"] = "Paul <paul@mss.test>, anne@mss.test"
    written["Subject"] = "Compte rendu — suite à votre courrier du 3 août"
    written.set_content("Voilà le compte rendu.\n")
    written.add_alternative("<p>Voilà le <b>compte rendu</b>.</p>", subtype="html")
    written.add_attachment(PDF, "application", "pdf", filename="pièce d’identité.pdf")
    written.add_attachment("a;b\n", subtype="csv", filename="résultats.csv")
    message = read_message(written.as_bytes(policy=SMTP))
    assert message.sender.name == "Dr Zoé"
    assert [each.address for each in message.recipients] == ["paul@mss.test", "anne@mss.test"]
    assert message.subject == written["Subject"]
    assert message.text == "Voilà le compte rendu."
    assert [(a.name, a.media_type) for a in message.attachments] == [
        ("pièce d’identité.pdf", "application/pdf"),
        ("résultats.csv", "text/csv"),
    ]
    assert message.attachments[0].content == PDF
