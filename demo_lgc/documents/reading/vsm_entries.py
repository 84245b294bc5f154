"""The entries of a synthesis, one function a kind: a problem, an act, an allergy, what a relative had.

Each takes a statement of anybody and returns the value of the domain, or the absence that it declares. Words
win over codes, for they are what the author wrote.

Reference: [VSM] §3.2: E.37, E.62, E.41, E.59.
"""

from __future__ import annotations

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.narrative import NBSP
from demo_lgc.documents.reading import vsm_vocabulary as vocabulary
from demo_lgc.documents.reading.values import H, code_of, day_of, when
from demo_lgc.documents.reading.vsm_qualities import qualities
from demo_lgc.documents.reading.vsm_statements import (
    CODE,
    EFFECTIVE,
    RELATIVE,
    TEXT,
    VALUE,
    Around,
    called,
    coded_as,
    label_of,
    none_of,
    nothing,
    period,
    reason_of,
    told,
)
from demo_lgc.documents.reading.wording import Narrative, line_of, name_of, words
from demo_lgc.domain.vsm import Absence, Allergy, AllergyKind, FamilyHistory, Problem, Procedure, Relative

_PROBLEMS = none_of("pathologie problème antécédent maladie médical médicale médicaux actif active chronique")
_ALLERGIES = none_of("allergie intolérance hypersensibilité antécédent")
_ACTS = none_of("acte intervention opération antécédent chirurgical chirurgicale chirurgicaux")
_FAMILY = none_of("pathologie problème antécédent maladie familial familiale familiaux")

_PLAYING = f"{H}participant/{H}participantRole/{H}playingEntity"


def problem(statement: Element, around: Around | None, narrative: Narrative) -> Problem | Absence:
    """Return a pathology or a medical history."""
    value = statement.find(VALUE)
    absence = nothing(statement, value, narrative, _PROBLEMS)
    if absence is not None:
        return absence
    label = label_of(statement, value, narrative)
    since, until = period(statement, around)
    said = qualities(statement, narrative)
    return Problem(
        *told(statement, label, coded_as(value)),
        since,
        until,
        vocabulary.problem_kind(code_of(statement.find(CODE))),
        said.severity,
        said.take(vocabulary.problem_status(said.status)),
        said.certainty,
        said.comment,
    )


def allergy(statement: Element, around: Around | None, narrative: Narrative) -> Allergy | Absence:
    """Return an allergy or an intolerance, with what was seen."""
    value = statement.find(VALUE)
    agents = statement.findall(_PLAYING)
    names = [name for name in (_agent(agent, narrative) for agent in agents) if name]
    absence = nothing(statement, value, narrative, _ALLERGIES, ", ".join(names))
    if absence is not None:
        return absence
    label = ", ".join(names) or label_of(statement, value, narrative)
    codes = [coded_as(agent.find(CODE)) for agent in agents] or [None]
    if not any(codes):
        codes = [coded_as(value)]
    since, until = period(statement, around)
    said = qualities(statement, narrative)
    coded = code_of(statement.find(CODE))
    kind = vocabulary.allergy_kind(coded)
    if kind is None and coded is not None and coded.label:
        said.more.append(f"Type{NBSP}: {coded.label}")
    label, code = told(statement, label, codes[0] if len(codes) == 1 else None)
    return Allergy(
        label,
        kind or AllergyKind.UNSPECIFIED,
        code,
        ", ".join(text for text, _ in said.reactions),
        said.reactions[0][1] if len(said.reactions) == 1 else None,
        since,
        until,
        said.severity,
        said.take(vocabulary.allergy_status(said.status)),
        said.criticality,
        said.certainty,
        said.comment,
    )


def procedure(statement: Element, _: Around | None, narrative: Narrative) -> Procedure | Absence:
    """Return an act; one to come says so in its label."""
    coded = statement.find(CODE)
    absence = nothing(statement, coded, narrative, _ACTS)
    if absence is not None:
        return absence
    # The text of an act names it, where that of a problem may be its kind.
    label = words(coded, narrative) or words(statement.find(TEXT), narrative)
    label = label or label_of(statement, coded, narrative)
    label, code = told(statement, label, coded_as(coded))
    on = day_of(when(statement.find(EFFECTIVE)))
    return Procedure(label, code, on, *reason_of(statement, narrative))


def family(statement: Element, around: Around | None, narrative: Narrative) -> FamilyHistory | Absence:
    """Return what a relative had; one of a kind that we do not have is named before it."""
    value = statement.find(VALUE)
    absence = nothing(statement, value, narrative, _FAMILY)
    if absence is not None:
        return absence
    coded = statement.find(RELATIVE)
    if coded is None and around is not None:
        coded = around.relative
    relative = vocabulary.relative(code_of(coded))
    label, code = told(statement, label_of(statement, value, narrative), coded_as(value))
    who = called(coded, narrative) if relative is None else ""
    return FamilyHistory(
        relative or Relative.OTHER,
        f"{who}{NBSP}: {label}" if who else label,
        code,
        period(statement, None)[0],
    )


def _agent(agent: Element, narrative: Narrative) -> str:
    coded = agent.find(CODE)
    said = words(coded, narrative) or line_of(agent.find(f"{H}name"))
    return said or called(coded, narrative) or name_of(coded, narrative)
