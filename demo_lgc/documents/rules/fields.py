"""What every field of a document must satisfy, in words the doctor understands.

Reference: [CDA] data types; [CISIS-MIN] §2.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from demo_lgc.domain.codes import Code
from demo_lgc.domain.errors import Finding

OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
WORD = re.compile(r"\S+")
EMPTY = "à renseigner"

# Above this, base64 makes a text node of more than the 10 MB that XML parsers take by default.
MAX_PDF = 7_000_000

# Controls, halves of characters and what is no character: they have no place in XML, or no meaning in a
# document. Line ends and tabulations are laid out.
_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CONTROL = "contient un caractère qui ne peut pas être transmis\u00a0: à ressaisir"


def is_oid(text: str) -> bool:
    """Return True for an object identifier of 64 characters at most."""
    return len(text) <= 64 and OID.fullmatch(text) is not None


def check_code(place: str, code: Code | None) -> Iterator[Finding]:
    """Findings about a coded concept; none when there is no code."""
    if code is None:
        return
    if not WORD.fullmatch(code.code) or not OID.fullmatch(code.system):
        yield Finding(place, "le code n’est pas valable")
    yield from check_optional(place, code.label)


def check_text(place: str, text: str) -> Iterator[Finding]:
    """Findings about a text that must be there."""
    if not text.strip():
        yield Finding(place, EMPTY)
    yield from check_optional(place, text)


def check_optional(place: str, text: str) -> Iterator[Finding]:
    """Findings about a text that may be empty."""
    if _UNSAYABLE.search(text):
        yield Finding(place, _CONTROL)


def check_pdf(pdf: bytes) -> Iterator[Finding]:
    """Findings about the printed form that a document carries."""
    if not pdf.startswith(b"%PDF-"):
        yield Finding("Copie du document", "la copie PDF est absente ou illisible")
    elif len(pdf) > MAX_PDF:
        yield Finding("Copie du document", "la copie PDF est trop volumineuse")
