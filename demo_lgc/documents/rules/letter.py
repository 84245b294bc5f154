"""What must be mended before a page can be written, in words the doctor understands.

Reference: [CISIS-MIN] §2; code de la santé publique R. 5132-3 (what a line of prescription says).
"""

from __future__ import annotations

from collections.abc import Iterator

from demo_lgc.documents.rules.fields import EMPTY, check_optional, check_text
from demo_lgc.documents.rules.header import check_header
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import Finding
from demo_lgc.domain.kinds import FORMAT_PDF, Kind, kind_of
from demo_lgc.domain.letter import Letter, Line


def check_letter(letter: Letter, header: DocumentHeader) -> tuple[Finding, ...]:
    """Return what forbids to write this page under this header, nothing when it can be written."""
    kind = kind_of(header.type)
    if kind is None:
        return (*check_header(header), Finding("Type du document", "n’est pas de ceux qui s’écrivent ainsi"))
    return (*check_header(header), *_coding(header, kind), *_content(letter, kind))


def _coding(header: DocumentHeader, kind: Kind) -> Iterator[Finding]:
    if header.document_class != kind.document_class or header.format != FORMAT_PDF:
        yield Finding("Type du document", "ne va pas avec sa classe et son format")


def _content(letter: Letter, kind: Kind) -> Iterator[Finding]:
    if not letter.lines and not letter.passages:
        yield Finding("Contenu", EMPTY)
    if (letter.lines or letter.two_parts) and not kind.has_lines:
        yield Finding("Contenu", "ce type de document ne contient pas de lignes de prescription")
    for i, line in enumerate(letter.lines, 1):
        yield from _line(f"Ligne {i}", line, kind, two_parts=letter.two_parts)
    for i, passage in enumerate(letter.passages, 1):
        yield from check_optional(f"Paragraphe {i}, titre", passage.heading)
        yield from check_text(f"Paragraphe {i}", passage.text)


def _line(place: str, line: Line, kind: Kind, *, two_parts: bool) -> Iterator[Finding]:
    yield from check_text(place, line.product)
    check = check_text if kind.dosed else check_optional
    yield from check(f"{place}, posologie", line.posology)
    yield from check_optional(f"{place}, durée", line.duration)
    yield from check_optional(f"{place}, quantité", line.quantity)
    if line.renewals < 0:
        yield Finding(f"{place}, renouvellement", "ne peut pas être négatif")
    if line.long_term and not two_parts:
        yield Finding(
            place, "concerne l’affection de longue durée\u00a0: l’ordonnance doit avoir deux parties"
        )
