"""Reads a multipart/related MTOM entity, strictly.

Reference: [DMP] §1.4 entity as really sent; RFC 2387; XOP 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from demo_lgc.sandbox.dmp.names import XOP, children
from demo_lgc.sandbox.dmp.refusals import SoapFault

_PARAMETER = re.compile(r';\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))')
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")


@dataclass(frozen=True)
class ContentType:
    """A media type in lower case, and its parameters by lower-case name."""

    media: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """One part of an entity; `headers` by lower-case name."""

    headers: Mapping[str, str]
    content: bytes = field(repr=False)


def content_type(value: str) -> ContentType:
    """Parse the value of a Content-Type header."""
    media, semicolon, rest = value.partition(";")
    found = _PARAMETER.findall(semicolon + rest)
    return ContentType(
        media.strip().lower(),
        {name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else token for name, quoted, token in found},
    )


def read_entity(kind: ContentType, body: bytes) -> tuple[Part, dict[str, bytes]]:
    """Return the root part and the other parts by Content-ID. Raises SoapFault on any departure."""
    if kind.parameters.get("type", "").lower() != "application/xop+xml":
        raise SoapFault("multipart/related is not of type application/xop+xml")
    if kind.parameters.get("start-info", "").lower().split(";")[0] != "application/soap+xml":
        raise SoapFault("start-info is not application/soap+xml")
    parts = _split(body, kind.parameters.get("boundary", ""))
    named: dict[str, Part] = {}
    for part in parts:
        identifier = part.headers.get("content-id", "").strip()
        if not (identifier.startswith("<") and identifier.endswith(">")):
            raise SoapFault("a MIME part has no Content-ID between < and >")
        if identifier[1:-1] in named:
            raise SoapFault("two MIME parts have the same Content-ID")
        if part.headers.get("content-transfer-encoding", "binary").lower() not in ("binary", "8bit"):
            raise SoapFault("a MIME part is not sent in binary")
        named[identifier[1:-1]] = part
    start = kind.parameters.get("start", "").strip("<>")
    if start and start not in named:
        raise SoapFault("start names no MIME part")
    root = named.pop(start) if start else named.pop(next(iter(named)))
    _check_root(root)
    return root, {identifier: part.content for identifier, part in named.items()}


def included(element: etree._Element, attachments: Mapping[str, bytes]) -> bytes:
    """Return the bytes an element includes by reference.

    Raises SoapFault when it holds its bytes inline or names a part that did not come.
    """
    inside = children(element)
    if len(inside) != 1 or inside[0].tag != f"{{{XOP}}}Include" or (element.text or "").strip():
        raise SoapFault("TD2.1 must be sent in MTOM: xop:Include expected")
    href = inside[0].get("href", "")
    if not href.startswith("cid:"):
        raise SoapFault("xop:Include does not name a cid")
    content = attachments.get(unquote(href[4:]))
    if content is None:
        raise SoapFault("No attachment for the cid of xop:Include")
    return content


def _check_root(root: Part) -> None:
    kind = content_type(root.headers.get("content-type", ""))
    if kind.media != "application/xop+xml":
        raise SoapFault("the root part is not application/xop+xml")
    if content_type(kind.parameters.get("type", "")).media != "application/soap+xml":
        raise SoapFault("the root part is not of type application/soap+xml")


def _split(body: bytes, boundary: str) -> list[Part]:
    if not _BOUNDARY.fullmatch(boundary):
        raise SoapFault("no usable MIME boundary")
    mark = b"--" + boundary.encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise SoapFault("the closing MIME boundary is missing")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    padding, newline, rest = piece.partition(b"\r\n")
    head, blank, content = rest.partition(b"\r\n\r\n")
    if padding.strip(b" \t") or not newline or not blank:
        raise SoapFault("malformed MIME part")
    headers: dict[str, str] = {}
    for line in re.sub(r"\r\n[ \t]+", " ", head.decode("latin-1")).split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon:
            raise SoapFault("malformed MIME header")
        headers[name.strip().lower()] = value.strip()
    return Part(headers, content)
