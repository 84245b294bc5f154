"""What reports say of a message of ours: delivered, read, integrated, or refused and why.

Reference: RFC 3464 (DSN), RFC 8098 (MDN); [MSS] §1.5, where the error of an integration is printed in the
field `Disposition` itself: both forms are read.
"""

from __future__ import annotations

import re

from demo_lgc.domain.incoming import Outcome
from demo_lgc.exchange.mssante.headers import Headers, decoded, read_headers

DELIVERY = "message/delivery-status"
DISPOSITION = "message/disposition-notification"
GLOBAL_DELIVERY = "message/global-delivery-status"

_MAX_GROUPS = 200
_BLANK = re.compile(rb"\r?\n(?:[ \t]*\r?\n)+")
_DISPOSITION = re.compile(r"[^;]*;\s*([a-z-]+)\s*(?:/\s*(.*))?", re.IGNORECASE | re.DOTALL)
_ERROR = re.compile(r"(?:error\s*:?\s*)?(\d{3})?\^?\s*([^|]*)", re.IGNORECASE)
_SUBJECT = re.compile(r"\[KO Int[ée]gration[^\]]*\](?:\[(\d{3})\])?", re.IGNORECASE)


def delivery_outcomes(content: bytes) -> tuple[Outcome, ...]:
    """Return what a delivery status says of each recipient."""
    groups = (read_headers(group) for group in _BLANK.split(content.strip(), _MAX_GROUPS))
    return tuple(
        Outcome(
            recipient=_address(group),
            action=group.words("action").lower(),
            code=group.words("status").partition(" ")[0],
            detail=group.words("diagnostic-code"),
        )
        for group in groups
        if group.first("action")
    )


def disposition_outcome(content: bytes) -> tuple[Outcome, str]:
    """Return what a disposition notification says, and the Message-ID it is about."""
    headers = read_headers(content.strip())
    said = _DISPOSITION.match(headers.words("disposition"))
    action, modifier = (said[1].lower(), said[2] or "") if said else ("", "")
    code, detail = "", ""
    for words in (headers.words("error"), modifier):
        if found := _ERROR.match(words):
            code, detail = code or found[1] or "", detail or _plain(found[2])
    if modifier.lower().startswith(("error", "failure")):
        action = "error"
    return Outcome(_address(headers), action, code, detail), headers.first("original-message-id")


def integration_error(subject: str) -> Outcome | None:
    """Return the error that an ordinary mail of error announces in its subject, None for another mail."""
    found = _SUBJECT.match(subject)
    return Outcome("", "error", found[1] or "") if found else None


def _plain(words: str) -> str:
    """« 902^Identifiant de patient inconnu^messageErrorCondition » is said by its second component."""
    said = words.partition("^")[0].strip()
    return "" if said.lower() in ("error", "") else said


def _address(headers: Headers) -> str:
    for name in ("final-recipient", "original-recipient"):
        if value := headers.first(name):
            return decoded(value.rpartition(";")[2])
    return ""
