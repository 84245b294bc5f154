"""Problem entries: pathologies, medical history, and the reactions of allergies.

Reference: [VSM] E.39 problem concern, E.37 problem; [CDA] IHE PCC 1.3.6.1.4.1.19376.1.5.3.1.4.5.
"""

from __future__ import annotations

from collections.abc import Iterable

from demo_lgc.documents.cda.ns import (
    Content,
    Ids,
    Node,
    coded,
    completed,
    concept,
    day,
    element,
    refers,
    templates,
)
from demo_lgc.documents.cda.qualifiers import qualifiers
from demo_lgc.documents.narrative import Chapter
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.vsm import Absence, Problem, ProblemKind

CONCERN = ("2.16.840.1.113883.10.20.1.27", "1.3.6.1.4.1.19376.1.5.3.1.4.5.1")
PROBLEM_CONCERN = (*CONCERN, "1.3.6.1.4.1.19376.1.5.3.1.4.5.2", "1.2.250.1.213.1.1.3.39")
PROBLEM = ("2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5", "1.2.250.1.213.1.1.3.37")

ABSENCES = {  # JDV_AbsentOrUnknownProblem_CISIS
    Absence.NONE_KNOWN: Code("no-known-problems", oids.ABSENT_OR_UNKNOWN, "Pas de problème connu"),
    Absence.NOT_ASKED: Code("no-problem-info", oids.ABSENT_OR_UNKNOWN, "Pas d'information sur les problèmes"),
}


def problem_entry(problem: Problem, chapter: Chapter, position: int, ids: Ids, *, over: bool) -> Node:
    """Return the entry of a problem. `over` says that it belongs to the past, whatever its dates."""
    text_id = chapter.text_id(position)
    closed = over or problem.until is not None
    dates = interval(problem.since, problem.until, closed=closed)
    return concern(
        PROBLEM_CONCERN,
        ids,
        text_id,
        "completed" if closed else "active",
        interval(problem.since, problem.until, closed=closed),
        observation(
            ids.at(problem_place(text_id)),
            kind=problem.kind,
            text_id=text_id,
            code=problem.code,
            dates=dates,
            more=qualifiers(problem, text_id, ids),
        ),
    )


def no_problem_entry(absence: Absence, chapter: Chapter, ids: Ids) -> Node:
    """Return the entry that says « no known problem », or that nothing was asked."""
    text_id = chapter.text_id(0)
    return concern(
        PROBLEM_CONCERN,
        ids,
        text_id,
        "completed",
        interval(None, None, closed=True),
        observation(
            ids.at(problem_place(text_id)),
            kind=ProblemKind.PROBLEM,
            text_id=text_id,
            code=ABSENCES[absence],
            dates=interval(None, None, closed=True),
            negated=True,
        ),
    )


def problem_place(text_id: str) -> str:
    """Return the place whose identifier a treatment refers to when the problem is its reason."""
    return f"{text_id}/problem"


def concern(
    template: tuple[str, ...], ids: Ids, text_id: str, status: str, dates: Node, subject: Node
) -> Node:
    """Return the `entry` that wraps a problem or an allergy."""
    act = element(
        "act",
        *templates(*template),
        ids.at(text_id),
        element("code", nullFlavor="NA"),
        element("statusCode", code=status),
        dates,
        element("entryRelationship", subject, typeCode="SUBJ", inversionInd="false"),
        classCode="ACT",
        moodCode="EVN",
    )
    return element("entry", act)


def interval(since: PartialDate | None, until: PartialDate | None, *, closed: bool) -> Node:
    """Return the `effectiveTime` of a concern: `high` exists only when it is closed."""
    return element("effectiveTime", day("low", since), day("high", until) if closed else None)


def observation(
    identifier: Node,
    *,
    kind: ProblemKind,
    text_id: str,
    code: Code | None,
    dates: Node,
    negated: bool = False,
    more: Iterable[Node] = (),
) -> Node:
    """Return the statement itself, with what more is said; a problem without code is its words."""
    number, word = kind.value
    content: tuple[Content, ...] = (
        *templates(*PROBLEM),
        identifier,
        coded("code", Code(number, oids.SNOMED_CT, word)),
        refers(text_id),
        completed(),
        dates,
        concept("value", code, text_id, type="CD"),
        *more,
    )
    return element(
        "observation",
        *content,
        classCode="OBS",
        moodCode="EVN",
        negationInd="true" if negated else "false",
    )
