"""What a file that the doctor brings holds: a document, or those of the archive or of the message that it is.

A file is judged by its first bytes before its name: a colleague's archive keeps its right name as rarely as
anything else does. Nothing is kept here, and no more than `MAX_FILE` bytes are ever read.

Reference: [MSS] §2 (archive in a message); [XDM] ITI-32.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.errors import DocumentProblem, UnreadableDocument
from demo_lgc.domain.incoming import Attachment
from demo_lgc.exchange.mssante.file_names import safe_name
from demo_lgc.exchange.mssante.reading import read_message
from demo_lgc.exchange.xdm.reading import NO_INS, REMOVAL, WRONG_KEY
from demo_lgc.services.archives import OTHER_IDENTIFIERS, OTHER_TRAITS, open_archive
from demo_lgc.services.reception import MAX_FILE

FROM_DISK, FROM_MAIL = "file", "mss"  # origins
_DOUBTS = (OTHER_TRAITS, OTHER_IDENTIFIERS, WRONG_KEY)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # with entries, and without


@dataclass(frozen=True)
class Brought:
    """A document that a file holds: a name to call it when it has no title, and its bytes.

    `doubt` is a French sentence when its archive gives a reason not to add it without comparing.
    """

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    doubt: str = ""


@dataclass(frozen=True)
class Unpacked:
    """What a file holds: documents, none when it is an archive or a message without any.

    `origin` is « mss » when a message brought them, else « file ». `warnings` are French sentences.
    """

    documents: tuple[Brought, ...]
    warnings: tuple[str, ...] = ()
    origin: str = FROM_DISK


def read_file(path: Path) -> bytes:
    """Return the bytes of a file. Raises UnreadableDocument (TOO_LARGE) before reading it, OSError."""
    known = path.stat()
    if not stat.S_ISREG(known.st_mode):  # a folder, or a pipe that would be waited for without end
        raise OSError(errno.EINVAL, "not a file")
    if known.st_size <= MAX_FILE:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) <= MAX_FILE:  # it may have grown meanwhile
            return content
    raise UnreadableDocument(DocumentProblem.TOO_LARGE)


def unpack(content: bytes, name: str) -> Unpacked:
    """Return what a file called `name` holds. What is neither an archive nor a message is one document.

    Raises UnreadableArchive, UnreadableMessage, and UnreadableDocument when an archive announces a document
    that is none: nothing of an archive in doubt is taken.
    """
    kind = PurePosixPath(name.lower()).suffix
    if content.startswith(_ZIP) or kind == ".zip":
        return Unpacked(*_archived(content))
    if kind == ".eml":
        return _carried(content)
    return Unpacked((Brought(name, content),))


def _archived(content: bytes) -> tuple[tuple[Brought, ...], tuple[str, ...]]:
    """Return the documents of an archive, and what else there is to say: doubts go with their document.

    That no INS is announced is not said: each document is compared with the record by what it says itself.
    """
    opened = open_archive(content)
    shared = next((each for each in opened.warnings if each in _DOUBTS), "")
    documents = tuple(
        Brought(
            safe_name(each.archived.uri, each.archived.media_type),
            each.archived.content,
            REMOVAL if each.archived.asks_removal else shared,
        )
        for each in opened.documents
        if each.document is not None
    )
    return documents, tuple(each for each in opened.warnings if each not in (*_DOUBTS, REMOVAL, NO_INS))


def _carried(content: bytes) -> Unpacked:
    message = read_message(content)
    documents: list[Brought] = []
    warnings: list[str] = []
    for each in message.attachments:
        if each.is_archive:
            found, doubts = _archived(each.content)
            documents += found
            warnings += doubts
        else:
            documents += _alone(each)
    said = warnings if documents else [*message.warnings, *warnings]
    return Unpacked(tuple(documents), tuple(dict.fromkeys(said)), FROM_MAIL)


def _alone(each: Attachment) -> Iterator[Brought]:
    """Yield an attachment that is a document by itself, as some senders have it."""
    if "xml" not in each.media_type and not each.name.lower().endswith(".xml"):
        return
    try:
        read_document(each.content)
    except UnreadableDocument:
        return
    yield Brought(each.name, each.content)
