"""`demo-lgc cda check FILE…` and `demo-lgc cda show FILE`: what a document is, without opening a record.

A file is judged as the program would judge it on arrival: readable and safe, or refused with the reason. When
the conformance pack is installed, what the rules of the CI-SIS reproach it is told too; that alone refuses
nothing, unless `--strict` asks for it, since half of the country's documents have some defect.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, TextIO

from demo_lgc.commands.describing import described, printable, sentence
from demo_lgc.commands.telling import document_in_words
from demo_lgc.commands.verdicts import (
    READABLE,
    REFUSED,
    UNJUDGED,
    WORDS,
    Judgement,
    bytes_of,
    judge_all,
    unread,
)
from demo_lgc.documents.conformance import pack
from demo_lgc.documents.conformance.checker import Checker
from demo_lgc.documents.hl7 import MAX_BYTES
from demo_lgc.documents.plain import plain_text
from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.dates import when_in_french
from demo_lgc.domain.errors import LgcError, UnreadableDocument
from demo_lgc.domain.received import ReceivedDocument
from demo_lgc.domain.results import LabResult

NBSP = "\u00a0"
DEADLINE = 30.0  # seconds for the rules, their loading included


def check(files: Sequence[Path], *, as_json: bool, strict: bool = False, out: TextIO | None = None) -> int:
    """Judge each file and say it; return the worst exit status."""
    installed = pack.find()
    if strict and installed is None:
        sys.stderr.write(
            f"Le paquet de conformité n’est pas installé{NBSP}: «{NBSP}demo-lgc conformance install{NBSP}».\n"
        )
        return UNJUDGED
    with closing(Checker(installed)) if installed else nullcontext() as checker:
        return judge_all(
            files, lambda file: judge(file, checker, strict), _in_words, out or sys.stdout, as_json=as_json
        )


def judge(file: Path, checker: Checker | None, strict: bool) -> Judgement:
    """Return the status of a file, and what is told of it: reason, document, what does not conform."""
    told: dict[str, Any] = {"reason": None, "conformance": None}
    try:
        content = bytes_of(file, MAX_BYTES)
    except OSError as error:
        return UNJUDGED, told | {"reason": unread(error)}
    try:
        told |= described(read_document(content))
        if checker is not None:
            findings = checker.check(content, deadline=DEADLINE)
            told["conformance"] = [{"place": each.place, "what": each.what} for each in findings]
    except UnreadableDocument as error:
        return REFUSED, told | {"reason": sentence(error)}
    except LgcError as error:
        return UNJUDGED, told | {"reason": sentence(error)}
    if strict and told["conformance"]:
        return REFUSED, told | {"reason": "Ce document n’est pas conforme."}
    return READABLE, told


def _in_words(verdict: dict[str, Any]) -> Iterator[str]:
    yield f"{verdict['file']}{NBSP}: {WORDS[verdict['verdict']]}"
    if verdict["reason"]:
        yield f"  {verdict['reason']}"
    if "patient" in verdict:
        yield from document_in_words(verdict)
    for finding in verdict["conformance"] or ():
        yield f"    Non conforme{NBSP}: {finding['place']}, {finding['what']}"


def show(file: Path, *, as_json: bool = False, window: bool = False, theme: str = "light") -> int:
    """Show one document, in the terminal, as JSON or in a window; return the exit status."""
    try:
        content = bytes_of(file, MAX_BYTES)
        document = read_document(content)
    except OSError as error:
        sys.stderr.write(f"{unread(error)}\n")
        return UNJUDGED
    except UnreadableDocument as error:
        sys.stderr.write(f"{sentence(error)}\n")
        return REFUSED
    if window:
        from demo_lgc.commands.window import open_window

        return open_window(document, content, theme)
    if as_json:
        sys.stdout.write(json.dumps(described(document), ensure_ascii=False) + "\n")
        return READABLE
    sys.stdout.writelines(f"{printable(line)}\n" for line in _page(document))
    return READABLE


def _page(document: ReceivedDocument) -> Iterator[str]:
    """The document as it reads in a terminal."""
    yield document.title
    head = (
        ("Patient", document.patient.display_name),
        ("Type", f"{document.type.label} ({document.type.code})"),
        ("Créé le", when_in_french(document.created_at) if document.created_at else ""),
        ("Entité émettrice", document.organisation),
        ("Responsable", document.responsible.name or next((a.name for a in document.authors), "")),
    )
    yield from (f"{label}{NBSP}: {text}" for label, text in head if text)
    yield from (f"Attention{NBSP}: {warning}" for warning in document.warnings)
    yield ""
    yield from plain_text(document.html).splitlines()
    if document.results:
        yield from ("", "Résultats", *(f"  {_result(each)}" for each in document.results))
    for each in document.enclosed:
        size = f"{len(each.content)}{NBSP}octets"
        yield f"Fichier joint{NBSP}: {each.media_type}, {size}. {each.problem}".strip()


def _result(result: LabResult) -> str:
    values = ", ".join(f"{each.text} {each.unit}".strip() for each in result.measures)
    said = f" [{'/'.join(result.interpretation_codes)}]" if result.interpretation_codes else ""
    when = f" ({when_in_french(result.time)})" if result.time else ""
    return f"{result.name}{NBSP}: {values or 'non rendu'}{said}{when}"
