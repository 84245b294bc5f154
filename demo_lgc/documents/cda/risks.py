"""Risk factors: habits and what relatives had. Reference: [VSM] E.52 habitus, E.59/E.60/E.51 family."""

from __future__ import annotations

from demo_lgc.documents.cda.ns import (
    GENDERS,
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
from demo_lgc.documents.cda.problems import interval
from demo_lgc.documents.cda.treatments import decimal
from demo_lgc.documents.narrative import KIND, Chapter, one_line
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import FamilyHistory, Lifestyle, ProblemKind

HABIT = (
    "2.16.840.1.113883.10.20.1.33",
    "1.3.6.1.4.1.19376.1.5.3.1.4.13",
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.4",
    "1.2.250.1.213.1.1.3.52",
)
FAMILY = (
    "2.16.840.1.113883.10.20.1.23",
    "1.3.6.1.4.1.19376.1.5.3.1.4.15",
    "1.2.250.1.213.1.1.3.59",
)
RELATIVE = ("1.3.6.1.4.1.19376.1.5.3.1.4.15.2", "1.2.250.1.213.1.1.3.60")
FAMILY_PROBLEM = (
    "2.16.840.1.113883.10.20.1.22",
    "1.3.6.1.4.1.19376.1.5.3.1.4.13",
    "1.3.6.1.4.1.19376.1.5.3.1.4.13.3",
    "1.2.250.1.213.1.1.3.51",
)


def habit_entry(habit: Lifestyle, chapter: Chapter, position: int, ids: Ids) -> Node:
    """Return the entry of a habit: a measure when it has a quantity, the doctor's words otherwise."""
    number, word = habit.kind.value
    if habit.quantity:
        value = element("value", type="PQ", value=decimal(habit.quantity), unit=habit.unit or None)
    else:
        value = element("value", one_line(habit.value), type="ST")
    text_id = chapter.text_id(position)
    return element(
        "entry",
        element(
            "observation",
            *templates(*HABIT),
            ids.at(text_id),
            coded("code", Code(number, oids.LOINC, word)),
            refers(text_id),
            completed(),
            _period(habit),
            value,
            classCode="OBS",
            moodCode="EVN",
        ),
    )


def _period(habit: Lifestyle) -> Node:
    if not (habit.since or habit.until):
        return element("effectiveTime", nullFlavor="NA")
    return interval(habit.since, habit.until, closed=habit.until is not None)


def family_entry(history: FamilyHistory, chapter: Chapter, position: int, ids: Ids) -> Node:
    """Return the entry of what one relative had."""
    code, word, sex = history.relative.value
    text_id = chapter.text_id(position)
    number, label = ProblemKind.DIAGNOSIS.value
    gender = coded("administrativeGenderCode", GENDERS[sex])
    subject = element(
        "subject",
        *templates(*RELATIVE),
        element(
            "relatedSubject",
            coded("code", Code(code, oids.RELATIONSHIPS, word), original(chapter.text_id(position, KIND))),
            element("subject", gender),
            classCode="PRS",
        ),
        typeCode="SBJ",
    )
    problem = element(
        "observation",
        *templates(*FAMILY_PROBLEM),
        ids.at(text_id),
        coded("code", Code(number, oids.SNOMED_CT, label)),
        refers(text_id),
        completed(),
        day("effectiveTime", history.since),
        concept("value", history.code, text_id, type="CD"),
        classCode="OBS",
        moodCode="EVN",
    )
    return element(
        "entry",
        element(
            "organizer",
            *templates(*FAMILY),
            completed(),
            subject,
            element("component", problem, typeCode="COMP"),
            classCode="CLUSTER",
            moodCode="EVN",
        ),
    )
