"""Procedure entries: surgery and other acts of the past. Reference: [VSM] E.62 acte."""

from __future__ import annotations

from demo_lgc.documents.cda.ns import (
    Ids,
    Node,
    coded,
    completed,
    concept,
    day,
    element,
    original,
    refers,
    templates,
)
from demo_lgc.documents.narrative import Chapter
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import Absence, Procedure

PROCEDURE = (
    "1.3.6.1.4.1.19376.1.5.3.1.4.19",
    "2.16.840.1.113883.10.20.1.29",
    "1.2.250.1.213.1.1.3.62",
)

ABSENCES = {  # JDV_AbsentOrUnknownProcedure_CISIS
    Absence.NONE_KNOWN: Code(
        "no-known-procedures", oids.ABSENT_OR_UNKNOWN, "Pas d'acte ou intervention connu"
    ),
    Absence.NOT_ASKED: Code(
        "no-procedure-info", oids.ABSENT_OR_UNKNOWN, "Pas d'information sur les actes et interventions"
    ),
}


def procedure_entry(
    procedure: Procedure, chapter: Chapter, position: int, ids: Ids, reason: Node | None
) -> Node:
    """Return the entry of an act that was done; `reason` comes from `reasons.reason`."""
    text_id = chapter.text_id(position)
    code = concept("code", procedure.code, text_id)
    return _entry(ids.at(text_id), code, text_id, day("effectiveTime", procedure.on), reason)


def no_procedure_entry(absence: Absence, chapter: Chapter, ids: Ids) -> Node:
    """Return the entry that says « no known act », or that nothing was asked."""
    text_id = chapter.text_id(0)
    code = coded("code", ABSENCES[absence], original(text_id))
    return _entry(ids.at(text_id), code, text_id, day("effectiveTime", None, "NA"))


def _entry(identifier: Node, code: Node, text_id: str, *more: Node | None) -> Node:
    return element(
        "entry",
        element(
            "procedure",
            *templates(*PROCEDURE),
            identifier,
            code,
            refers(text_id),
            completed(),
            *more,
            classCode="PROC",
            moodCode="EVN",
        ),
    )
