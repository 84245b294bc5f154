"""The headers of a message that anybody wrote, read in a time that depends on their length and nothing else.

The parsers of the standard library take minutes and gigabytes over headers made for that, and raise what they
do not announce. These rules are short, and cap what they read before they read it.

Reference: RFC 5322 §2.2, 2045 §5.1, 2047, 2231.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from demo_lgc.domain.message import Correspondent
from demo_lgc.exchange.mssante.subject import one_line

MAX_HEADER = 16_000  # bytes; what follows is left out
MAX_HEADERS = 500
MAX_BLOCK = 4_000_000  # bytes of headers that are looked at
MAX_PEOPLE = 500
MAX_PARAMETERS = 2_000  # characters of a field that are looked at for parameters

_LINE = re.compile(rb"([^\r\n]*)(?:\r?\n|\r|\Z)")
_NAME = re.compile(rb"([!-9;-~]{1,80})[ \t]*:[ \t]*")
_WORD = re.compile(r"=\?([A-Za-z0-9_.:-]{1,40})(?:\*[^?]{0,40})?\?([BbQq])\?([^?]*)\?=")
# One pass: a quotation, even without end, is taken whole.
_RUN = re.compile(r""""(?:[^"\\]|\\.)*+"?|[^";]++|;""", re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")
# Others turn text into something else, give halves of characters, or take longer than their length allows.
_CHARSET = re.compile(r"utf_(?!7)|ascii|latin|iso8859|cp\d|mac|koi8|gb|big5|hz|shift|euc|iso2022")


@dataclass(frozen=True)
class Headers:
    """The fields of a header, in their order, unfolded. `cut` tells that some of them was left out."""

    fields: tuple[tuple[str, str], ...] = ()
    cut: bool = False

    def first(self, name: str) -> str:
        """Return the value of the first field of this name (lower case), as written; empty for none."""
        return next((value for key, value in self.fields if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return the values of all the fields of this name."""
        return tuple(value for key, value in self.fields if key == name)

    def words(self, name: str) -> str:
        """Return the text of a field: encoded words decoded, on one line."""
        return decoded(self.first(name))


def read_headers(content: bytes, start: int = 0, end: int | None = None) -> Headers:
    """Return the headers in `content[start:end]`, which ends before the blank line."""
    stop = min(len(content) if end is None else end, start + MAX_BLOCK)
    cut = end is not None and end > stop
    fields: list[tuple[str, bytearray]] = []
    value: bytearray | None = None  # of the field being read
    for line in _LINE.finditer(content, start, stop):
        if line.end() == line.start():
            break
        folded = line[1][:1] in (b" ", b"\t")
        name = None if folded else _NAME.match(line[1])
        if name is not None:
            if len(fields) == MAX_HEADERS:
                cut = True
                break
            value = bytearray()
            fields.append((name[1].decode("ascii").lower(), value))
        elif not folded:
            value = None  # the « From » of a mailbox file, or what is no header
        if value is None:
            continue
        rest = line[1] if name is None else line[1][name.end() :]
        cut = cut or len(value) + len(rest) > MAX_HEADER
        value += rest[: MAX_HEADER - len(value)]
    return Headers(tuple((name, text_of(bytes(value)).strip()) for name, value in fields), cut)


def text_of(content: bytes, charset: str = "") -> str:
    """Return bytes as text in the charset they announce, else in UTF-8, else in Windows-1252. Never fails."""
    if charset:
        try:
            known = codecs.lookup(charset.strip()).name.replace("-", "_")
            if _CHARSET.match(known):
                return content.decode(known)
        except (LookupError, ValueError):
            pass  # a charset nobody knows, or bytes that are not in it: read as if it said nothing
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def decoded(value: str) -> str:
    """Return a header's text: RFC 2047 words decoded, on one line, without control characters."""
    pieces: list[str] = []
    pending, charset, last = b"", "", 0
    for word in _WORD.finditer(value):
        between = value[last : word.start()]
        name = word[1].lower()
        if pending and (between.strip() or name != charset):
            pieces.append(text_of(pending, charset))
            pending = b""
        if between.strip() or not last:
            pieces.append(between)
        # One letter may be split between two words: joined before they are decoded.
        pending, charset, last = pending + _word_bytes(word[2], word[3]), name, word.end()
    if pending:
        pieces.append(text_of(pending, charset))
    return one_line("".join(pieces) + value[last:])


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("ascii", errors="replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    return base64_bytes(raw)[0]


def base64_bytes(raw: bytes) -> tuple[bytes, bool]:
    """Return what base64 says, and whether it was whole."""
    try:
        return binascii.a2b_base64(raw), True
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]+", b"", raw)
        whole = len(kept) // 4 * 4 if len(kept) % 4 == 1 else len(kept)
        return binascii.a2b_base64(kept[:whole] + b"=" * (-whole % 4)), False


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return the first token of a field in lower case, and its parameters (RFC 2231 put together).

    `attachment; filename*=utf-8''d%C3%A9c.pdf` gives `("attachment", {"filename": "déc.pdf"})`.
    """
    token, *rest = _pieces(value[:MAX_PARAMETERS])
    sections: dict[str, list[tuple[int, str, bool]]] = {}
    for piece in filter(str.strip, rest):
        name, _, text = (side.strip() for side in piece.partition("="))
        if text.startswith('"'):
            # Only what needs it is escaped: « C:\a.pdf » is written so, against the rule.
            text = re.sub(r"\\([\"\\])", r"\1", text[1:].removesuffix('"'))
        form = _SECTION.fullmatch(name.lower())
        if form is not None:
            sections.setdefault(form[1], []).append((int(form[2] or 0), text, bool(form[3])))
    return token.strip().lower(), {name: _joined(parts) for name, parts in sections.items()}


def _pieces(value: str) -> list[str]:
    """Split a field at the semicolons that stand outside of quotations."""
    pieces = [""]
    for run in _RUN.findall(value):
        if run == ";":
            pieces.append("")
        else:
            pieces[-1] += run
    return pieces


def _joined(parts: list[tuple[int, str, bool]]) -> str:
    encoded = any(coded for _, _, coded in parts)
    numbered = {number: (text, coded) for number, text, coded in sorted(parts, key=lambda part: part[2])}
    ordered = [numbered[number] for number in sorted(numbered)]
    if not encoded:
        return decoded("".join(text for text, _ in ordered))
    charset, quote, rest = ordered[0][0].partition("'")
    if quote:
        ordered[0] = (rest.partition("'")[2], ordered[0][1])
    raw = b"".join(unquote_to_bytes(text) if coded else text.encode() for text, coded in ordered)
    return one_line(text_of(raw, charset if quote else ""))


def people(values: Iterable[str]) -> tuple[Correspondent, ...]:
    """Return those whom address fields name; what is not an address is left out."""
    return tuple(_people(values))[:MAX_PEOPLE]


def _people(values: Iterable[str]) -> Iterator[Correspondent]:
    for value in values:
        try:
            pairs = getaddresses([value])
        except (ValueError, IndexError, TypeError, RecursionError):
            continue  # made to fail: nobody is named
        for name, address in pairs:
            if "@" in address:
                yield Correspondent(decoded(name), one_line(address))


def moment(value: str) -> datetime | None:
    """Return the time a Date says, with an offset; None when it says none."""
    try:
        read = parsedate_to_datetime(value)
        return read.replace(tzinfo=read.tzinfo or UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def message_ids(value: str) -> tuple[str, ...]:
    """Return the `<left@right>` of a field, in their order, each once."""
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(value)))
