"""MTOM: a SOAP envelope and the documents it names, in one multipart/related entity.

Documents travel as they are, in binary, and the envelope refers to them by Content-ID. A reader must not
trust the end of the stream: an answer cut in the middle looks like a shorter answer, so that only the
closing boundary makes it complete.

Reference: [MTOM]; [DMP] §1.4 (TD2.1 must be MTOM, EX_2.1-1260); RFC 2387; RFC 2046 §5.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from itertools import pairwise
from urllib.parse import quote, unquote

from lxml import etree

from demo_lgc.domain.delivery import Part

XOP = "http://www.w3.org/2004/08/xop/include"
ROOT_ID = "root.message@cxf.apache.org"
_MAX_PARTS = 1000


class BrokenEntityError(ValueError):
    """A multipart entity that is not whole, or not one."""


@dataclass(frozen=True)
class Entity:
    """What an HTTP message carries: its root (the SOAP envelope) and the parts beside it, by Content-ID."""

    root: bytes
    parts: dict[str, bytes]


def include(content_id: str) -> etree._Element:
    """Return the xop:Include that names a part; the Content-ID is percent-encoded. Reference: RFC 2392."""
    element = etree.Element(f"{{{XOP}}}Include", nsmap={"xop": XOP})
    element.set("href", "cid:" + quote(content_id, safe="@"))
    return element


def content_id(href: str) -> str:
    """Return the Content-ID that an xop:Include names. Raises BrokenEntityError when it names none."""
    if not href.startswith("cid:"):
        raise BrokenEntityError("an xop:Include without cid:")
    return unquote(href[4:])


def write_entity(
    envelope: bytes, parts: tuple[Part, ...], *, action: str, boundary: str
) -> tuple[str, bytes]:
    """Return the Content-Type and the bytes of an MTOM request, the content of `parts` untouched.

    The name of a part is its Content-ID without brackets. Raises ValueError when `boundary` occurs in
    what it must separate.
    """
    delimiter = b"--" + boundary.encode("ascii")
    soap_type = f'application/soap+xml; action=\\"{action}\\"'
    pieces = [_head(delimiter, f'application/xop+xml; charset=UTF-8; type="{soap_type}"', ROOT_ID), envelope]
    for part in parts:
        pieces += [_head(b"\r\n" + delimiter, part.media_type, part.name), part.content]
    if any(delimiter in content for content in (envelope, *(p.content for p in parts))):
        raise ValueError("the boundary occurs in the content")
    pieces.append(b"\r\n" + delimiter + b"--\r\n")
    content_type = (
        f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="<{ROOT_ID}>"; '
        f'start-info="application/soap+xml"; action="{action}"'
    )
    return content_type, b"".join(pieces)


def read_entity(content_type: str, data: bytes) -> Entity:
    """Read an HTTP body: a multipart/related entity, or a plain one that is only a root.

    Raises BrokenEntityError when the boundary is not declared, the closing one is missing, the root is absent
    or a Content-ID comes twice.
    """
    header = _parameters(content_type)
    if not header.get_content_type().startswith("multipart/"):
        return Entity(data, {})
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise BrokenEntityError("no boundary declared")
    found: dict[str, bytes] = {}
    first = ""
    for number, piece in enumerate(_split(boundary, data)):
        name, content = _part(piece, f"part-{number}")
        if name in found:
            raise BrokenEntityError("two parts with one Content-ID")
        found[name] = content
        first = first or name
    start = header.get_param("start")
    root = start.strip("<>") if isinstance(start, str) else first
    if root not in found:
        raise BrokenEntityError("no root part")
    return Entity(found.pop(root), found)


def _head(delimiter: bytes, media_type: str, name: str) -> bytes:
    lines = (
        f"\r\nContent-Type: {media_type}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{name}>\r\n\r\n"
    )
    return delimiter + lines.encode("ascii")


def _parameters(content_type: str) -> Message:
    header = Message()
    header["Content-Type"] = content_type
    return header


def _split(boundary: str, data: bytes) -> list[bytes]:
    """The pieces between delimiter lines; the preamble and the epilogue are dropped."""
    line = rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    marks = list(re.finditer(line, data))
    if not marks or not any(mark.group(1) for mark in marks):
        raise BrokenEntityError("no closing boundary: the answer is not whole")
    if len(marks) > _MAX_PARTS:
        raise BrokenEntityError("too many parts")
    pieces = []
    for mark, following in pairwise(marks):
        if mark.group(1):
            break
        pieces.append(data[mark.end() : following.start()])
    return pieces


def _part(piece: bytes, default_name: str) -> tuple[str, bytes]:
    cut = re.search(rb"\r?\n\r?\n", piece)
    if not cut:
        raise BrokenEntityError("a part without headers")
    headers = BytesParser().parsebytes(piece[: cut.start()].strip() + b"\r\n\r\n", headersonly=True)
    if str(headers.get("Content-Transfer-Encoding", "binary")).strip().lower() not in (
        "binary",
        "8bit",
        "7bit",
    ):
        raise BrokenEntityError("an encoded part")
    name = str(headers.get("Content-ID", "")).strip().strip("<>")
    return name or default_name, piece[cut.end() :]
