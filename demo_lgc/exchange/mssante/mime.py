"""The parts of a message, found in one walk over its lines; nothing is copied until a part is asked for.

Whoever makes a message of 100,000 parts, or of 3,000 one within the other, is refused before they are made.

Reference: RFC 2045, 2046 §5.1.
"""

from __future__ import annotations

import binascii
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise

from demo_lgc.domain.errors import MessageProblem, UnreadableMessage
from demo_lgc.exchange.mssante.headers import Headers, base64_bytes, parameters, read_headers

MAX_MESSAGE = 40_000_000  # bytes; an operator takes 10 to 25 MB
MAX_PARTS = 500
MAX_DEPTH = 50

# Lines that may part a message: many more than parts, for people draw lines too.
_MAX_DASHES = 20_000
_LONGEST_BOUNDARY = 250


@dataclass(frozen=True)
class Part:
    """A part and those it is made of. `media_type` is in lower case, `start` and `end` bound its body."""

    headers: Headers
    media_type: str
    parameters: dict[str, str]
    source: bytes = field(repr=False)
    start: int
    end: int
    children: tuple[Part, ...] = ()

    @property
    def disposition(self) -> tuple[str, dict[str, str]]:
        """`inline`, `attachment` or nothing, and its parameters."""
        return parameters(self.headers.first("content-disposition"))

    def content(self) -> tuple[bytes, bool]:
        """Return the bytes that the part carries, and whether they are whole."""
        encoding = self.headers.first("content-transfer-encoding").partition(";")[0].strip().lower()
        raw = self.source[self.start : self.end]
        if encoding == "base64":
            return base64_bytes(raw)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(raw), True
        return raw, True


def split(content: bytes) -> Part:
    """Return the whole message as a part.

    Raises UnreadableMessage when it is too large, or of too many parts, or too deep.
    """
    if len(content) > MAX_MESSAGE:
        raise UnreadableMessage(MessageProblem.TOO_LARGE)
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    return _Splitter(content).part(0, len(content), 0, "text/plain")


class _Splitter:
    """The lines of a message that begin with `--`, by their place, and the parts made so far."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._places: list[int] = []  # of the line feed before the dashes
        self._lines: list[bytes] = []
        self._parts = 0
        place = content.find(b"\n--")
        while place >= 0:
            if len(self._places) == _MAX_DASHES:
                raise UnreadableMessage(MessageProblem.TOO_MANY_PARTS)
            self._places.append(place)
            line = content[place + 1 : place + _LONGEST_BOUNDARY]
            self._lines.append(line.partition(b"\n")[0].rstrip(b" \t\r"))
            place = content.find(b"\n--", place + 3)

    def part(self, start: int, end: int, depth: int, usual: str) -> Part:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise UnreadableMessage(MessageProblem.TOO_MANY_PARTS)
        if depth > MAX_DEPTH:
            raise UnreadableMessage(MessageProblem.TOO_DEEP)
        headers_end, body = self._body(start, end)
        headers = read_headers(self._content, start, headers_end)
        media_type, named = parameters(headers.first("content-type"))
        if media_type.count("/") != 1:
            media_type = usual
        children: tuple[Part, ...] = ()
        if media_type.startswith("multipart/") and named.get("boundary"):
            usual = "message/rfc822" if media_type == "multipart/digest" else "text/plain"
            children = tuple(
                self.part(first, last, depth + 1, usual)
                for first, last in self._sections(body, end, named["boundary"])
            )
        return Part(headers, media_type, named, self._content, body, end, children)

    def _body(self, start: int, end: int) -> tuple[int, int]:
        """Return where the headers end, and where the body begins after the blank line."""
        for blank in (b"\n", b"\r\n"):
            if self._content.startswith(blank, start, end):
                return start, start + len(blank)
        ends = []
        stop = end
        for blank in (b"\n\n", b"\n\r\n"):
            place = self._content.find(blank, start, stop)
            if place >= 0:
                ends.append((place + 1, place + len(blank)))
                stop = place + len(blank)
        return min(ends, default=(end, end))

    def _sections(self, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
        """Return the places of what stands between the boundary lines of a body."""
        opening = b"--" + boundary.encode("utf-8", errors="replace").rstrip(b" \t\r\n")
        closing = opening + b"--"
        # The first boundary may follow the blank line at once: its line feed is before the body.
        first, last = bisect_left(self._places, start - 1), bisect_left(self._places, end)
        places = [i for i in range(first, last) if self._lines[i] in (opening, closing)]
        sections = []
        for i, following in pairwise((*places, -1)):
            if self._lines[i] == closing:
                continue
            line_end = self._content.find(b"\n", self._places[i] + 1, end)
            if line_end < 0:
                continue
            stop = end if following < 0 else self._places[following]
            if following >= 0 and self._content[stop - 1 : stop] == b"\r":
                stop -= 1  # the line break before a boundary belongs to it
            sections.append((line_end + 1, max(line_end + 1, stop)))
        return sections
