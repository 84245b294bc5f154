"""The files that a document carries in itself: a PDF as its body, its copy for people, pictures.

They are decoded, not opened: whoever shows them decides how. A file that is not what it says is kept with a
sentence about it, never dropped.

Reference: [CISIS-MIN] §3.7.2 nonXMLBody; [VSM] S.243 « Copie du document »; [CDA] data type ED.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.values import H
from demo_lgc.documents.reading.wording import line_of
from demo_lgc.domain.received import Enclosed

PDF = "application/pdf"
PICTURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
}
_MAGIC = {PDF: (b"%PDF-",), **PICTURES}
_NAMES = {PDF: "PDF", "image/png": "image PNG", "image/jpeg": "image JPEG", "image/tiff": "image TIFF"}

DAMAGED = "Le fichier joint à ce document est abîmé\u00a0: il ne peut pas être affiché."
ELSEWHERE = "Ce document renvoie à un fichier extérieur, qui n’a pas été ouvert."
COMPRESSED = "Le fichier joint à ce document est compressé d’une façon que nous ne lisons pas."
NOT_IT = "Le fichier joint annonce un contenu «\u00a0{name}\u00a0» et n’en est pas un."


def enclosed(root: Element) -> tuple[Enclosed, ...]:
    """Return the files of a document in order; each picture is marked with its rank for the style sheet."""
    return tuple(_found(root))


def _found(root: Element) -> Iterator[Enclosed]:
    rank = 0
    for body in root.iterfind(f"{H}component/{H}nonXMLBody/{H}text"):
        yield _decoded(body, "")
        rank += 1
    for media in root.iter(f"{H}observationMedia"):
        value = media.find(f"{H}value")
        if value is None:
            continue
        found = _decoded(value, _title(media))
        if found.media_type in PICTURES and not found.problem:
            media.set("media", str(rank))
        yield found
        rank += 1


def _decoded(holder: Element, title: str) -> Enclosed:
    kind = holder.get("mediaType", "text/plain").strip().lower()
    text = holder.text or ""
    if not text.strip():
        reference = holder.find(f"{H}reference")
        return Enclosed(kind, b"", title, DAMAGED if reference is None else ELSEWHERE)
    if holder.get("representation", "TXT").upper() != "B64":
        return _checked(kind, text.encode("utf-8"), title)
    if holder.get("compression"):
        return Enclosed(kind, b"", title, COMPRESSED)
    try:
        return _checked(kind, binascii.a2b_base64(text.encode("ascii", "ignore")), title)
    except binascii.Error:
        return Enclosed(kind, b"", title, DAMAGED)


def _checked(kind: str, content: bytes, title: str) -> Enclosed:
    if kind in PICTURES:  # a picture of another kind than it says is a picture all the same
        kind = next((known for known, magic in PICTURES.items() if content.startswith(magic)), kind)
    magic = _MAGIC.get(kind)
    # A PDF may begin with a few bytes of something else.
    if magic and not any(each in content[:1024] for each in magic):
        return Enclosed(kind, content, title, NOT_IT.format(name=_NAMES.get(kind, kind)))
    return Enclosed(kind, content, title)


def _title(media: Element) -> str:
    for parent in media.iterancestors(f"{H}section"):
        return line_of(parent.find(f"{H}title"))
    return ""
