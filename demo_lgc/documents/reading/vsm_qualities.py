"""What more is said of a problem or an allergy: how grave, whether it goes on, how sure, what was seen.

What has no field of ours, or a code that we do not know, is kept in words in the comment.

Reference: [VSM] E.29, E.30, E.32, E.37 as a reaction, E.171, E.172.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from demo_lgc.documents.cda import qualifiers as written
from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.narrative import NBSP
from demo_lgc.documents.reading import vsm_vocabulary as vocabulary
from demo_lgc.documents.reading.values import H, code_of, denial
from demo_lgc.documents.reading.vsm_statements import (
    CODE,
    OBSERVATION,
    RELATION,
    TEXT,
    VALUE,
    called,
    coded_as,
    denied,
    label_of,
)
from demo_lgc.documents.reading.wording import Narrative, name_of, words
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import Certainty, Criticality, Severity

MAX_QUALITIES = 200  # of a statement
SEVERITY, STATUS = written.SEVERITY_CODE.code, written.STATUS_CODE.code
CERTAINTY, CRITICALITY = written.CERTAINTY_CODE.code, written.CRITICALITY_CODE.code

S = TypeVar("S")


@dataclass
class Qualities:
    """What is said of a problem or an allergy; `more` is what has no field."""

    severity: Severity | None = None
    status: Code | None = None
    status_words: str = ""
    certainty: Certainty | None = None
    criticality: Criticality | None = None
    reactions: list[tuple[str, Code | None]] = field(default_factory=list)
    more: list[str] = field(default_factory=list)

    def take(self, status: S | None) -> S | None:
        """Return the status, whose words go to the comment when it means nothing to us."""
        if status is None and self.status_words:
            self.more.append(self.status_words)
        return status

    @property
    def comment(self) -> str:
        """What has no field, one after the other."""
        return ", ".join(self.more)


def qualities(statement: Element, narrative: Narrative) -> Qualities:
    """Return what is said of a statement, at any place that makers put it."""
    said = Qualities()
    said.reactions, severities = _reactions(statement, narrative)
    for quality, value, text in _each(statement, narrative):
        known: object = None
        if quality == STATUS:
            said.status, said.status_words, known = value, text, True
        elif quality == SEVERITY:
            known = vocabulary.severity(value)
            said.severity = known or said.severity
        elif quality == CERTAINTY:
            known = vocabulary.certainty(value)
            said.certainty = known or said.certainty
        elif quality == CRITICALITY:
            known = vocabulary.criticality(value)
            said.criticality = known or said.criticality
        if known is None and text:
            said.more.append(text)
    order = list(Severity)
    if said.severity is None and severities:
        said.severity = max(severities, key=order.index)
    return said


def _reactions(
    statement: Element, narrative: Narrative
) -> tuple[list[tuple[str, Code | None]], list[Severity]]:
    found: list[tuple[str, Code | None]] = []
    severities: list[Severity] = []
    for link in islice(statement.iterchildren(RELATION), MAX_QUALITIES):
        for seen in link.iterchildren(OBSERVATION) if link.get("typeCode") == "MFST" else ():
            value = seen.find(VALUE)
            # Seen, even with `negationInd`: that of the official letter of liaison has it by mistake, and who
            # copied it means the reaction that their text names.
            found.append((label_of(seen, value, narrative), coded_as(value)))
            for quality, code, _ in _each(seen, narrative):
                severity = vocabulary.severity(code) if quality == SEVERITY else None
                severities += [severity] if severity else []
    return found, severities


def _each(statement: Element, narrative: Narrative) -> Iterator[tuple[str, Code | None, str]]:
    """Yield what more is said of a statement: the code of the quality, its coded value, the words for both.

    A comment is yielded under its code, 48767-8, with its text alone.
    """
    for link in islice(statement.iterchildren(RELATION), MAX_QUALITIES):
        if link.get("typeCode") in ("RSON", "MFST"):
            continue
        for inner in link.iterchildren(OBSERVATION, f"{H}act"):
            code = code_of(inner.find(CODE))
            quality = code.code if code else ""
            text = words(inner.find(TEXT), narrative)
            if inner.tag != OBSERVATION:
                yield quality, None, text
                continue
            name, value = name_of(inner.find(CODE), narrative), inner.find(VALUE)
            said = called(value, narrative) or text
            meant = code_of(value)
            if denied(inner):  # no field says « not grave »: it is kept in words
                said, meant = denial(said), None
            yield quality, meant, f"{name}{NBSP}: {said}" if name and said else said
