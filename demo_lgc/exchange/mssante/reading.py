"""Bytes that came by mail, back to a message: who wrote, what they say, what is attached.

Every message is shown: what is missing or misshapen becomes a warning, and only what no person would write
(100,000 parts, or parts within parts without end) is refused, with the reason. Nothing is rendered.

Reference: [MSS] §1.3–1.5, §3.1 (recognise); RFC 5322, 2045, 2046, 2183, 3462.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from demo_lgc.domain.errors import MessageProblem, UnreadableMessage
from demo_lgc.domain.incoming import SUBJECT_PREFIX, Attachment, IncomingMessage, MessageKind, Outcome
from demo_lgc.domain.message import Correspondent
from demo_lgc.exchange.mssante import reports
from demo_lgc.exchange.mssante.composing import ARCHIVE_NAME
from demo_lgc.exchange.mssante.file_names import apart, safe_name
from demo_lgc.exchange.mssante.headers import Headers, message_ids, moment, people, read_headers, text_of
from demo_lgc.exchange.mssante.mime import Part, split
from demo_lgc.exchange.mssante.wording import text_of_html

MAX_TEXT = 1_000_000  # characters, of all the parts
MAX_HTML = 1_000_000  # bytes, of all the parts; longer pages are kept as files

NO_MESSAGE_ID = "Le message n’a pas d’identifiant."
NO_DATE = "Le message n’a pas de date lisible."
NO_SENDER = "Le message ne dit pas qui l’a écrit."
NO_ARCHIVE = "Le message annonce un document de santé, mais ne porte pas d’archive IHE_XDM."
CUT_HEADERS = "L’en-tête du message est trop long\u00a0: une partie n’a pas été lue."
CUT_TEXT = "Le texte du message est trop long\u00a0: la suite n’est pas montrée."
LONG_PAGE = "Le texte du message est une page trop longue\u00a0: elle est jointe, et n’est pas montrée."
DAMAGED = "Une pièce jointe est arrivée endommagée."

_ZIP = b"PK\x03\x04"
_ZIP_TYPES = ("application/zip", "application/x-zip-compressed", "application/x-zip")
# The names of the entries of an archive stand in clear in its bytes.
_METADATA = re.compile(rb"IHE_XDM/[^/\x00]{1,80}/METADATA\.XML", re.IGNORECASE)
_INS = {"O": True, "N": False}


def read_message(content: bytes) -> IncomingMessage:
    """Return the message that `content` (RFC 5322) is.

    Raises UnreadableMessage when it is no message, or one that could not be read in bounded time.
    """
    whole = split(content)
    headers = whole.headers
    if not headers.fields:
        raise UnreadableMessage(MessageProblem.NOT_MAIL)
    found = _Found()
    _gather(whole, found)
    subject = headers.words("subject")
    attachments = _recognised(tuple(found.attachments), announced=subject.startswith(SUBJECT_PREFIX))
    error = reports.integration_error(subject)
    if error is not None and not found.outcomes:
        found.outcomes.append(error)
    text = found.text()
    return IncomingMessage(
        message_id=next(iter(message_ids(headers.first("message-id"))), ""),
        kind=_kind(found, attachments, is_error=error is not None),
        sender=next(iter(people(headers.all("from"))), Correspondent("", "")),
        recipients=people((*headers.all("to"), *headers.all("cc"))),
        reply_to=people(headers.all("reply-to")),
        subject=subject,
        sent_at=moment(headers.first("date")),
        text=text[:MAX_TEXT],
        attachments=attachments,
        answers=_answered(found, headers),
        references=message_ids(headers.first("references")),
        outcomes=tuple(found.outcomes),
        cda_codes=tuple(c.strip() for c in headers.words("x-mss-codecda").split(",") if c.strip()),
        announces_ins=_INS.get(headers.words("x-mss-ins").upper()),
        product=headers.words("x-mss-nil"),
        ends_exchange=subject == "[FIN]" or headers.words("x-mss-mes").upper() == "FIN",
        receipt_to=next((p.address for p in people(headers.all("disposition-notification-to"))), ""),
        is_automatic=headers.words("auto-submitted").lower() not in ("", "no"),
        warnings=tuple(dict.fromkeys((*found.warnings, *_lacks(headers, attachments, len(text))))),
    )


@dataclass
class _Room:
    """How many bytes of HTML may still be turned into text."""

    html: int = MAX_HTML


@dataclass
class _Found:
    """What the parts of a message hold, being gathered."""

    texts: list[str] = field(default_factory=list)
    has_plain: bool = False
    attachments: list[Attachment] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    report: str = ""  # the media type of the machine's part
    answered: str = ""
    warnings: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    room: _Room = field(default_factory=_Room)

    def text(self) -> str:
        return "\n\n".join(text for text in self.texts if text)


def _gather(part: Part, found: _Found) -> None:
    if part.headers.cut:
        found.warnings.append(CUT_HEADERS)
    if part.media_type == "multipart/alternative" and part.children:
        _alternative(part, found)
    elif part.children:
        for child in part.children:
            _gather(child, found)
    elif part.media_type in (reports.DELIVERY, reports.GLOBAL_DELIVERY, reports.DISPOSITION):
        _report(part, found)
    elif part.media_type == "text/rfc822-headers":
        found.answered = found.answered or read_headers(part.content()[0].strip()).first("message-id")
    else:
        _leaf(part, found)


def _alternative(part: Part, found: _Found) -> None:
    """Several writings of one text: the plain one, else the first that says something. Files are all kept."""
    writings = []
    for child in part.children:
        writing = _Found(
            attachments=found.attachments, outcomes=found.outcomes, names=found.names, room=found.room
        )
        _gather(child, writing)
        found.warnings += writing.warnings
        found.report, found.answered = found.report or writing.report, found.answered or writing.answered
        if writing.text().strip():
            writings.append(writing)
    chosen = next((w for w in writings if w.has_plain), next(iter(writings), None))
    if chosen is not None:
        found.texts += chosen.texts
        found.has_plain = found.has_plain or chosen.has_plain


def _leaf(part: Part, found: _Found) -> None:
    content, whole = part.content()
    disposition, named = part.disposition
    name = named.get("filename") or part.parameters.get("name", "")
    is_plain = part.media_type == "text/plain"
    is_page = part.media_type == "text/html" and len(content) <= found.room.html
    if (is_plain or is_page) and disposition != "attachment" and not name:
        found.room.html -= 0 if is_plain else len(content)
        words = text_of(content[: 4 * MAX_TEXT], part.parameters.get("charset", ""))
        found.texts.append(_readable(words) if is_plain else text_of_html(words))
        found.has_plain = found.has_plain or is_plain
        return
    # A multipart whose boundary is nowhere is kept as it came.
    if not whole:
        found.warnings.append(DAMAGED)
    if part.media_type == "text/html" and disposition != "attachment" and not name:
        found.warnings.append(LONG_PAGE)
    safe = apart(safe_name(name, part.media_type), found.names)
    found.attachments.append(Attachment(safe, part.media_type, content))


def _report(part: Part, found: _Found) -> None:
    content, _ = part.content()
    found.report = found.report or part.media_type
    if part.media_type == reports.DISPOSITION:
        outcome, about = reports.disposition_outcome(content)
        found.outcomes.append(outcome)
        found.answered = about or found.answered
    else:
        found.outcomes += reports.delivery_outcomes(content)


def _readable(text: str) -> str:
    """Return a text as a screen may show it: line feeds, tabs, no other control character."""
    lines = re.sub(r"\r\n?", "\n", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", lines).strip("\n")


def _recognised(attachments: tuple[Attachment, ...], *, announced: bool) -> tuple[Attachment, ...]:
    """Mark the archives: by their name or by what they hold; else the only ZIP that is announced as one."""
    marked = [each.name.casefold() == ARCHIVE_NAME.casefold() or _holds(each) for each in attachments]
    zips = [_is_zip(each) for each in attachments]
    if announced and not any(marked) and sum(zips) == 1:
        marked = zips
    return tuple(
        Attachment(each.name, each.media_type, each.content, is_archive)
        for each, is_archive in zip(attachments, marked, strict=True)
    )


def _is_zip(each: Attachment) -> bool:
    return each.media_type in _ZIP_TYPES or each.content.startswith(_ZIP)


def _holds(each: Attachment) -> bool:
    return each.content.startswith(_ZIP) and _METADATA.search(each.content) is not None


def _kind(found: _Found, attachments: tuple[Attachment, ...], *, is_error: bool) -> MessageKind:
    if found.report == reports.DISPOSITION:
        return MessageKind.READ_RECEIPT
    if found.report:
        return MessageKind.DELIVERY_REPORT
    if is_error:
        return MessageKind.INTEGRATION_ERROR
    has_archive = any(each.is_archive for each in attachments)
    return MessageKind.DOCUMENT if has_archive else MessageKind.PLAIN


def _answered(found: _Found, headers: Headers) -> str:
    said = (found.answered, headers.first("in-reply-to"))
    return next((found_id for value in said for found_id in message_ids(value)), "")


def _lacks(headers: Headers, attachments: tuple[Attachment, ...], length: int) -> list[str]:
    announced = headers.words("subject").startswith(SUBJECT_PREFIX) or headers.first("x-mss-codecda")
    lacks = (
        (NO_SENDER, not people(headers.all("from"))),
        (NO_MESSAGE_ID, not message_ids(headers.first("message-id"))),
        (NO_DATE, moment(headers.first("date")) is None),
        (NO_ARCHIVE, bool(announced) and not any(each.is_archive for each in attachments)),
        (CUT_TEXT, length > MAX_TEXT),
    )
    return [warning for warning, is_so in lacks if is_so]
