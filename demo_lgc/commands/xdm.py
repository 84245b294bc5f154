"""`demo-lgc xdm check FILE…`: what archives, and the mails that carry them, hold; or why they are refused.

A file is judged as the program would judge it on arrival, without a record, a mailbox or a card: readable and
safe, or refused with the reason. Nothing is written, nothing of the file is extracted to disk.

Exit status, the worst of all files: 0 readable and safe, 1 refused, 2 could not judge.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from demo_lgc.commands.describing import sentence
from demo_lgc.commands.telling import in_words, told_document, told_message
from demo_lgc.commands.verdicts import READABLE, REFUSED, UNJUDGED, Judgement, bytes_of, judge_all, unread
from demo_lgc.domain.errors import (
    LgcError,
    MessageProblem,
    UnreadableArchive,
    UnreadableDocument,
    UnreadableMessage,
)
from demo_lgc.exchange.mssante.mime import MAX_MESSAGE
from demo_lgc.exchange.mssante.reading import read_message
from demo_lgc.exchange.xdm.unzipping import MAX_ARCHIVE
from demo_lgc.services.archives import open_archive

LARGEST = max(MAX_ARCHIVE, MAX_MESSAGE)

_REFUSALS = (UnreadableArchive, UnreadableDocument, UnreadableMessage)


def check(files: Sequence[Path], *, as_json: bool, out: TextIO | None = None) -> int:
    """Judge each file and say it; return the worst exit status."""
    return judge_all(files, judge, in_words, out or sys.stdout, as_json=as_json)


def judge(file: Path) -> Judgement:
    """Return the status of a file and what is told of it: reason, message, documents, warnings."""
    told: dict[str, Any] = {"reason": None, "kind": None, "message": None, "documents": [], "warnings": []}
    try:
        content = bytes_of(file, LARGEST)
    except OSError as error:
        return UNJUDGED, told | {"reason": unread(error)}
    if len(content) > LARGEST:
        return REFUSED, told | {"reason": sentence(UnreadableMessage(MessageProblem.TOO_LARGE))}
    try:
        if _is_archive(file, content):
            told["kind"] = "archive"
            _tell_archive(content, file.name, told)
        else:
            told["kind"] = "message"
            _tell_message(content, told)
    except _REFUSALS as error:
        return REFUSED, told | {"reason": sentence(error)}
    except LgcError as error:
        return UNJUDGED, told | {"reason": sentence(error)}
    return READABLE, told


def _is_archive(file: Path, content: bytes) -> bool:
    suffix = file.suffix.lower()
    return suffix == ".zip" or (suffix != ".eml" and content.startswith(b"PK"))


def _tell_message(content: bytes, told: dict[str, Any]) -> None:
    message = read_message(content)
    told["message"] = told_message(message)
    told["warnings"] += message.warnings
    for archive in message.archives:
        _tell_archive(archive.content, archive.name, told)


def _tell_archive(content: bytes, name: str, told: dict[str, Any]) -> None:
    opened = open_archive(content)
    told["warnings"] += [each for each in opened.warnings if each not in told["warnings"]]
    told["documents"] += [told_document(each) | {"archive": name} for each in opened.documents]
