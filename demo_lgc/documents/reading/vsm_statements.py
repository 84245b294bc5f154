"""The statements of a synthesis: what every kind of entry has in common, whoever wrote it.

What an entry is called, when it began and ended, why, and what is denied. Nothing here raises: an entry that
says nothing else is « Non précisé ».

Reference: [VSM] §3.2 entries; [CDA] R2 clinical statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from lxml import etree

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.narrative import one_line
from demo_lgc.documents.reading.values import (
    H,
    code_of,
    codes_of,
    day_of,
    denial,
    interval,
    is_negated,
    stopped,
    when,
)
from demo_lgc.documents.reading.wording import Narrative, name_of, words
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.vsm import Absence

UNNAMED = "Non précisé"

EFFECTIVE, RELATION, CODE = f"{H}effectiveTime", f"{H}entryRelationship", f"{H}code"
TEXT, VALUE, OBSERVATION = f"{H}text", f"{H}value", f"{H}observation"

RELATIVE = f"{H}subject/{H}relatedSubject/{CODE}"

# What may stand between an entry and its statement.
_WRAPPERS = frozenset((RELATION, *(f"{H}{tag}" for tag in ("act", "organizer", "component"))))

# What stands above a line of free text; the rest is inside one.
_LINES = frozenset(f"{H}{tag}" for tag in ("br", "paragraph", "tr", "item", "list", "table"))
_CELLS = frozenset((f"{H}td", f"{H}th"))
_HEADS = frozenset((f"{H}thead", f"{H}caption"))


@dataclass(frozen=True)
class Around:
    """What the act that wraps statements says for all of them: when, and of which relative."""

    time: Element | None
    relative: Element | None


def statements(entry: Element, tag: str) -> Iterator[tuple[Element, Around | None]]:
    """Yield the statements `tag` of an entry, each with what is around it when something is.

    An entry without any is yielded itself: its words are still to be kept.
    """
    for child in entry.iterchildren(tag=etree.Element):
        found = [
            inner
            for link in child.iterchildren(RELATION, f"{H}component")
            if link.get("typeCode") != "REFR"
            for inner in link.iterchildren(f"{H}{tag}")
        ]
        if child.tag == f"{H}{tag}" or not found:
            yield child, None
        else:
            around = Around(child.find(EFFECTIVE), child.find(RELATIVE))
            yield from ((inner, around) for inner in found)


def absence_of(code: Code | None) -> Absence | None:
    """Return what a code of absence says of a whole rubric: « none known » or « no information »."""
    if code is None or code.system != oids.ABSENT_OR_UNKNOWN:
        return None
    if code.code.endswith("-info"):
        return Absence.NOT_ASKED
    # « Pas d’allergie alimentaire connue » does not say that there is none.
    parts = ("medication-", "food-", "environmental-")
    return None if any(part in code.code for part in parts) else Absence.NONE_KNOWN


def denied(statement: Element) -> bool:
    """Tell whether a statement, or what wraps it, says that something is not.

    A code of absence already says it.
    """
    value = code_of(statement.find(VALUE))
    if value is not None and value.system == oids.ABSENT_OR_UNKNOWN:
        return False
    wrappers = takewhile(lambda above: above.tag in _WRAPPERS, statement.iterancestors())
    return is_negated(statement) or any(map(is_negated, wrappers))


def _to_come(statement: Element) -> bool:
    """Tell whether a statement speaks of something to come. A treatment that is prescribed is under way."""
    treatment = statement.tag == f"{H}substanceAdministration"
    return not treatment and statement.get("moodCode") in ("INT", "PRP", "RQO", "APT", "ARQ")


def told(statement: Element, label: str, code: Code | None) -> tuple[str, Code | None]:
    """Return the label and the code under which a statement is listed.

    What is denied, stopped or to come says so in its label. It has no code, which a program would take for
    what is.
    """
    if denied(statement):
        return denial(label), None
    word = stopped(statement) or ("prévu" if _to_come(statement) else "")
    return (f"{label} ({word})", None) if word else (label, code)


def called(coded: Element | None, narrative: Narrative) -> str:
    """Return how a coded element is called: its words, or a label, which some give without any code."""
    if coded is None:
        return ""
    labels = (one.get("displayName", "") for one in (coded, *coded.iterchildren(f"{H}translation")))
    return words(coded, narrative) or next((one_line(label) for label in labels if label.strip()), "")


def label_of(statement: Element, coded: Element | None, narrative: Narrative) -> str:
    """Return how a statement is called: as its code is, else by its text, else by the code itself."""
    code = next(codes_of(coded), None)
    # The code of an observation is its kind, that of an act what was done.
    kind = None if statement.tag == OBSERVATION else statement.find(CODE)
    return (
        called(coded, narrative)
        or words(statement.find(TEXT), narrative)
        or (code.code if code else "")
        or name_of(kind, narrative)
        or UNNAMED
    )


def coded_as(coded: Element | None) -> Code | None:
    """Return the concept of a coded element, of a translation when it has none of its own."""
    return next((code for code in codes_of(coded) if code.system != oids.ABSENT_OR_UNKNOWN), None)


def none_of(rubric: str) -> re.Pattern[str]:
    """Return what a sentence looks like that denies a whole rubric, of which `rubric` are the words.

    « Pas d’antécédent connu » does; any other word (« à la pénicilline ») makes it particular.
    """
    own = "|".join(rubric.split())
    any_rubric = "à|signaler|(?:connu|particulier|particulière|notable|déclaré)e?"
    rest = rf"(?:\W+(?:d|de|ou|et|(?:{own}|{any_rubric})s?)\b)*\W*"
    return re.compile(rf"(?:aucune?|pas|absence|néant|rien|sans|ras){rest}", re.IGNORECASE)


def nothing(
    statement: Element,
    coded: Element | None,
    narrative: Narrative,
    rubric: re.Pattern[str],
    agent: str = "",
) -> Absence | None:
    """Return the absence that a statement declares: by its code, or denying nothing in particular.

    `rubric` comes from `none_of`.
    """
    absence = absence_of(code_of(coded))
    if absence is not None or not denied(statement):
        return absence
    said = called(coded, narrative) or agent
    # Denied: something in particular, or that there is anything (« aucun antécédent »).
    particular = coded_as(coded) or (said and not rubric.fullmatch(said))
    return None if particular else Absence.NONE_KNOWN


def period(statement: Element, around: Around | None) -> tuple[PartialDate | None, PartialDate | None]:
    """Return when a statement began and ended; the act that wraps it tells what it does not speak of."""
    own = statement.find(EFFECTIVE)
    since, until = (day_of(time) for time in interval(own))
    if around is None or around.time is None:
        return since, until
    if own is None or not (own.get("value") or own.find(f"{H}low") is not None):
        since = since or day_of(when(around.time))
    if own is None or own.find(f"{H}high") is None:
        until = until or day_of(interval(around.time)[1])
    return since, until


def reason_of(statement: Element, narrative: Narrative) -> tuple[str, Code | None]:
    """Return what a treatment or an act is for: the words and the code; several are one after the other."""
    said: list[str] = []
    codes: list[Code | None] = []
    for link in statement.iterchildren(RELATION):
        if link.get("typeCode") != "RSON":
            continue
        for inner in link.iterchildren(f"{H}act", OBSERVATION):
            coded = inner.find(VALUE if inner.tag == OBSERVATION else CODE)
            label = label_of(inner, coded, narrative)
            if label != UNNAMED:
                label, code = told(inner, label, coded_as(coded))
                said.append(label)
                codes.append(code)
    return ", ".join(said), codes[0] if len(codes) == 1 else None


def pointed(statement: Element) -> str:
    """Return the ID of the words of a statement, without its `#`; empty when it has none."""
    reference = statement.find(f"{TEXT}/{H}reference")
    return "" if reference is None else reference.get("value", "").strip().removeprefix("#")


def lines_of(text: Element | None) -> tuple[str, ...]:
    """Return the lines of a free text: paragraphs, items, lines of tables without the heads of columns."""
    lines: list[list[str]] = [[]]
    if text is not None:
        _gather(text, lines)
    return tuple(line for line in (one_line("".join(pieces)) for pieces in lines) if line)


def _gather(element: Element, lines: list[list[str]]) -> None:
    if element.tag in _HEADS:
        return
    if element.tag in _LINES:
        lines.append([])
    elif element.tag in _CELLS:
        lines[-1].append(" ")
    lines[-1].append(element.text or "")
    for child in element:  # no deeper than `parsing.MAX_DEPTH`
        _gather(child, lines)
        lines[-1].append(child.tail or "")
    if element.tag in _LINES:
        lines.append([])
