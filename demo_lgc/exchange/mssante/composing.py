"""Writes the mail that carries a document: its bytes are made here once, and never change again.

The message is assembled by hand rather than by `email`: the same values always give the same bytes, and
nothing typed by the doctor or read from a record can open a new header.

Reference: [MSS] §1.3 (ECO.2.x), MSS/CONF.14–16, .23, .25; RFC 5322, 2045, 2047.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from uuid import UUID

from demo_lgc.domain.document import Document
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent, MessageText, OutgoingMessage
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.exchange.mssante.addresses import wire_address
from demo_lgc.exchange.mssante.subject import one_line, subject, without_accents

ARCHIVE_NAME = "IHE_XDM.zip"

_TITLES = {"10": "Dr"}  # TRE_G15: a midwife, a nurse write no title
_LONGEST_LABEL = 120  # characters; a quoted label cannot be folded
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.-]+@[A-Za-z0-9.-]+>")


def new_message_id(domain: str, uuid: UUID) -> str:
    """Return `<uuid@domain>`, angle brackets included. Raises NotAllowed when `domain` is not a domain."""
    return f"<{wire_address(f'{uuid}@{domain}')}>"


def compose(
    document: Document,
    *,
    archive: bytes,
    pdf_name: str,
    sender: PractitionerSession,
    recipient: Correspondent,
    text: MessageText,
    message_id: str,
    sent_at: datetime,
    product_reference: str,
) -> OutgoingMessage:
    """Return the message for one recipient: plain text, IHE_XDM.zip, and the PDF of the document.

    The subject that travels is made by rule; the doctor's own stands at the head of the text. `sent_at`
    carries an offset. Same arguments, same bytes. Raises NotAllowed when an address is malformed (the
    trust space is not checked here), InvalidDocument when the patient's name cannot be written, and
    ValueError for a `message_id` not of the form `<left@right>` or a `sent_at` without offset.

    Reference: [MSS] §1.3.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("not a Message-ID")
    if sent_at.tzinfo is None:
        raise ValueError("a date without offset")
    patient = document.header.patient
    from_address, to_address = wire_address(sender.contact.mailbox), wire_address(recipient.address)
    # « =_ » can stand neither in base64 nor in quoted-printable text.
    boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    head = [
        _header("From", _mailbox("From", sender_label(sender), from_address)),
        _header("To", _mailbox("To", recipient.name, to_address)),
        _header("Subject", _words("Subject", subject(document.header.type.label, patient))),
        _header("Date", format_datetime(sent_at)),
        _header("Message-ID", message_id),
        _header("X-MSS-CODECDA", one_line(document.header.type.code)),
        _header("X-MSS-INS", "O" if _ins_complete(patient) else "N"),
        _header("X-MSS-NIL", one_line(product_reference)),
        _header("MIME-Version", "1.0"),
        _header("Content-Type", f'multipart/mixed; boundary="{boundary}"'),
    ]
    parts = (
        _text_part(text),
        _file_part(ARCHIVE_NAME, "application/zip", archive),
        _file_part(_file_name(pdf_name), "application/pdf", document.pdf),
    )
    opening = f"--{boundary}\r\n".encode()
    body = b"".join(opening + part for part in parts) + f"--{boundary}--\r\n".encode()
    content = "".join(head).encode("ascii") + b"\r\n" + body
    return OutgoingMessage(message_id, from_address, to_address, content)


def sender_label(session: PractitionerSession) -> str:
    """Return `<Titre>_<Prenom>_<NOM>_<Entité fonctionnelle>`; empty parts are left out, with their « _ ».

    Reference: [MSS] ECO.2.2.7 / MSS/va1.16, personal mailbox.
    """
    who = session.practitioner
    given = who.given.title() if who.given.isupper() else who.given
    parts = (_TITLES.get(who.profession, ""), given, who.family.upper(), session.situation.name)
    return "_".join(part for part in (one_line(p).replace("_", " ") for p in parts) if part)


def _ins_complete(patient: Patient) -> bool:
    """CONF.14: the matricule, its OID and the four traits are all in the document."""
    return patient.is_qualified and bool(patient.birth_name and patient.first_given_name)


def _header(name: str, value: str) -> str:
    return f"{name}: {value}\r\n"


def _words(name: str, value: str) -> str:
    """Return a header's text: as it is when ASCII, RFC 2047 otherwise; folded at 76 characters."""
    line = one_line(value)
    charset = "us-ascii" if _is_plain(line) else "utf-8"
    return Header(line, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")


def _mailbox(name: str, label: str, address: str) -> str:
    line = one_line(label)[:_LONGEST_LABEL]
    if not line:
        return address
    if not _is_plain(line):
        phrase = _words(name, line)
    else:
        phrase = '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'
    separator = "\r\n " if len(name) + len(phrase) + len(address) > 72 else " "
    return f"{phrase}{separator}<{address}>"


def _is_plain(line: str) -> bool:
    """ASCII, and nothing a reader would take for an encoded word, even between quotes."""
    return line.isascii() and "=?" not in line


def _text_part(text: MessageText) -> bytes:
    opening = one_line(text.subject)
    lines = ([f"Objet\u00a0: {opening}", ""] if opening else []) + _lines(text.body)
    written = "".join(f"{line}\r\n" for line in lines).encode()
    head = (
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "Content-Disposition: inline\r\n\r\n"
    )
    # One CRLF at least, so that b2a_qp breaks lines with CRLF too; the one added belongs to the boundary.
    return head.encode() + binascii.b2a_qp(written or b"\r\n", istext=True) + b"\r\n"


def _lines(body: str) -> list[str]:
    kept = [
        "".join(c for c in line if c == "\t" or unicodedata.category(c) not in {"Cc", "Cs"})
        for line in body.splitlines()
    ]
    return [line.rstrip(" \t") for line in kept]


def _file_part(name: str, media_type: str, content: bytes) -> bytes:
    head = (
        f'Content-Type: {media_type}; name="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode("ascii") + base64.encodebytes(content).replace(b"\n", b"\r\n") + b"\r\n"


def _file_name(name: str) -> str:
    """Return an ASCII file name without folder, ending with .pdf."""
    last = re.split(r"[/\\]", name)[-1].removesuffix(".pdf")
    return (re.sub(r"[^A-Za-z0-9_.-]+", "_", without_accents(last)).strip("._")[:120] or "document") + ".pdf"
