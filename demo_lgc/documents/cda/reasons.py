"""What a treatment or an act is for: a problem of the document, or one that is told on the spot.

Reference: [VSM] E.36 internal reference, E.37 problem; [CDA] IHE PCC 1.3.6.1.4.1.19376.1.5.3.1.4.4.1.
"""

from __future__ import annotations

from typing import TypeAlias

from demo_lgc.documents.cda.ns import Ids, Node, concept, element, templates
from demo_lgc.documents.cda.problems import interval, observation, problem_place
from demo_lgc.documents.narrative import REASON, named, one_line, part_id
from demo_lgc.domain.vsm import Problem, ProblemKind, Procedure, Treatment

INTERNAL = ("1.3.6.1.4.1.19376.1.5.3.1.4.4.1", "1.2.250.1.213.1.1.3.36")

# Each problem of the document, with the ID of its words.
Known: TypeAlias = tuple[tuple[Problem, str], ...]


def reason(subject: Treatment | Procedure, text_id: str, ids: Ids, known: Known) -> Node | None:
    """Return the `entryRelationship` to what `subject`, whose words are `text_id`, is for; None when untold.

    It leads to the problem of the document that has the same code, or the same words when the reason has no
    code: the reason then has the code of that problem. Any other is a problem of its own, for an internal
    reference must not point outside its document.
    """
    if not named(subject.reason, subject.reason_code):
        return None
    words = part_id(text_id, REASON)
    place = next((place for problem, place in known if _same(subject, problem)), "")
    if not place:
        stated = observation(
            ids.at(problem_place(words)),
            kind=ProblemKind.PROBLEM,
            text_id=words,
            code=subject.reason_code,
            dates=interval(None, None, closed=False),
        )
        return element("entryRelationship", stated, typeCode="RSON")
    code = subject.reason_code or next(problem.code for problem, at in known if at == place)
    act = element(
        "act",
        *templates(*INTERNAL),
        ids.at(problem_place(place)),
        concept("code", code, words, no_code="NA"),
        classCode="ACT",
        moodCode="EVN",
    )
    return element("entryRelationship", act, typeCode="RSON")


def _same(subject: Treatment | Procedure, problem: Problem) -> bool:
    code = subject.reason_code
    if code is None:
        return one_line(subject.reason).casefold() == one_line(problem.label).casefold()
    return problem.code is not None and (code.system, code.code) == (problem.code.system, problem.code.code)
