"""Allergy entries.

Reference: [VSM] E.40 concern, E.41 allergy (types of JDV_TypeEvenementIndesirablePrevisible).
"""

from __future__ import annotations

from demo_lgc.documents.cda.ns import (
    Ids,
    Node,
    append,
    coded,
    completed,
    concept,
    day,
    element,
    original,
    refers,
    templates,
)
from demo_lgc.documents.cda.problems import CONCERN, concern, interval, observation
from demo_lgc.documents.cda.qualifiers import qualifiers
from demo_lgc.documents.narrative import KIND, REACTION, Chapter, one_line
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import Absence, Allergy, AllergyKind, ProblemKind

ALLERGY_CONCERN = (*CONCERN, "1.3.6.1.4.1.19376.1.5.3.1.4.5.3", "1.2.250.1.213.1.1.3.40")
ALLERGY = (
    "2.16.840.1.113883.10.20.1.18",
    "2.16.840.1.113883.10.20.1.28",
    "1.3.6.1.4.1.19376.1.5.3.1.4.5",
    "1.3.6.1.4.1.19376.1.5.3.1.4.6",
    "1.2.250.1.213.1.1.3.41",
)

ABSENCES = {  # JDV_AbsentOrUnknownAllergy_CISIS
    Absence.NONE_KNOWN: Code(
        "no-known-allergies", oids.ABSENT_OR_UNKNOWN, "Pas d'allergie/hypersensibilité connue"
    ),
    Absence.NOT_ASKED: Code(
        "no-allergy-info", oids.ABSENT_OR_UNKNOWN, "Pas d’information sur les allergies/hypersensibilités"
    ),
}


def allergy_entry(allergy: Allergy, chapter: Chapter, position: int, ids: Ids) -> Node:
    """Return the entry of an allergy: its kind, its agent and the reaction seen."""
    text_id, kind_id = chapter.text_id(position), chapter.text_id(position, KIND)
    closed = allergy.until is not None
    agent = element(
        "participant",
        element(
            "participantRole",
            element(
                "playingEntity",
                concept("code", allergy.agent_code, text_id),
                element("name", one_line(allergy.agent)),
                classCode="MMAT",
            ),
            classCode="MANU",
        ),
        typeCode="CSM",
    )
    statement = _statement(
        allergy.kind,
        ids.at(f"{text_id}/allergy"),
        kind_id,
        interval(allergy.since, allergy.until, closed=closed),
        element("value", original(text_id), type="CD"),
        agent,
    )
    if allergy.reaction.strip() or allergy.reaction_code:
        append(statement, _reaction(allergy, chapter, position, ids))
    append(statement, *qualifiers(allergy, text_id, ids))
    dates = interval(allergy.since, allergy.until, closed=closed)
    return concern(ALLERGY_CONCERN, ids, text_id, "completed" if closed else "active", dates, statement)


def no_allergy_entry(absence: Absence, chapter: Chapter, ids: Ids) -> Node:
    """Return the entry that says « no known allergy », or that nothing was asked."""
    text_id = chapter.text_id(0)
    statement = _statement(
        AllergyKind.UNSPECIFIED,
        ids.at(f"{text_id}/allergy"),
        text_id,
        interval(None, None, closed=False),
        coded("value", ABSENCES[absence], original(text_id), type="CD"),
    )
    dates = element("effectiveTime", day("low", None, "NA"), day("high", None, "NA"))
    return concern(ALLERGY_CONCERN, ids, text_id, "completed", dates, statement)


def _statement(
    kind: AllergyKind, identifier: Node, text_id: str, dates: Node, value: Node, *more: Node
) -> Node:
    number, word = kind.value
    return element(
        "observation",
        *templates(*ALLERGY),
        identifier,
        coded("code", Code(number, oids.SNOMED_CT, word)),
        refers(text_id),
        completed(),
        dates,
        value,
        *more,
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )


def _reaction(allergy: Allergy, chapter: Chapter, position: int, ids: Ids) -> Node:
    text_id = chapter.text_id(position, REACTION)
    seen = observation(
        ids.at(f"{text_id}/problem"),
        kind=ProblemKind.FINDING,
        text_id=text_id,
        code=allergy.reaction_code,
        dates=interval(None, None, closed=False),
    )
    return element("entryRelationship", seen, typeCode="MFST", inversionInd="true")
