"""What is said about a problem or an allergy: how grave, whether it goes on, how sure, and a remark.

Each is a statement of its own inside the entry, tied to its words.

Reference: [VSM] E.29 severity, E.30 status, E.32 comment; 2023.01 E.171 certainty, E.172 criticality.
"""

from __future__ import annotations

from collections.abc import Iterator

from demo_lgc.documents import narrative
from demo_lgc.documents.cda.ns import Content, Ids, Node, coded, completed, element, refers, templates
from demo_lgc.documents.narrative import part_id
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import (
    Allergy,
    AllergyStatus,
    Certainty,
    Criticality,
    Problem,
    ProblemStatus,
    Severity,
)

SEVERITY = ("2.16.840.1.113883.10.20.1.55", "1.3.6.1.4.1.19376.1.5.3.1.4.1", "1.2.250.1.213.1.1.3.29")
STATUS = (
    "2.16.840.1.113883.10.20.1.50",
    "2.16.840.1.113883.10.20.1.57",
    "1.3.6.1.4.1.19376.1.5.3.1.4.1.1",
    "1.2.250.1.213.1.1.3.30",
)
CERTAINTY = ("1.2.250.1.213.1.1.3.171",)
CRITICALITY = ("1.2.250.1.213.1.1.3.172",)
COMMENT = ("2.16.840.1.113883.10.20.1.40", "1.3.6.1.4.1.19376.1.5.3.1.4.2", "1.2.250.1.213.1.1.3.32")

SEVERITY_CODE = Code("SEV", oids.ACTS, "Sévérité")
STATUS_CODE = Code("33999-4", oids.LOINC, "Statut")
CERTAINTY_CODE = Code("66455-7", oids.LOINC, "Certitude")
CRITICALITY_CODE = Code("82606-5", oids.LOINC, "Criticité")
COMMENT_CODE = Code("48767-8", oids.LOINC, "Commentaire")

STATUS_SYSTEMS = {ProblemStatus: oids.CONDITION_CLINICAL, AllergyStatus: oids.ALLERGY_CLINICAL}


def qualifiers(subject: Problem | Allergy, text_id: str, ids: Ids) -> Iterator[Node]:
    """Yield the `entryRelationship` elements of what is said about `subject`, whose words are `text_id`."""
    if subject.severity:
        yield _severity(subject.severity, part_id(text_id, narrative.SEVERITY))
    if subject.status:
        yield _status(subject.status, part_id(text_id, narrative.STATUS))
    if isinstance(subject, Allergy) and subject.criticality:
        yield _criticality(subject.criticality, part_id(text_id, narrative.CRITICALITY), ids)
    if subject.certainty:
        yield _certainty(subject.certainty, part_id(text_id, narrative.CERTAINTY), ids)
    if subject.comment.strip():
        yield _comment(part_id(text_id, narrative.COMMENT))


def _severity(severity: Severity, text_id: str) -> Node:
    number, word = severity.value
    value = coded("value", Code(number, oids.SNOMED_CT, word), type="CD")
    said = _observation(SEVERITY, None, SEVERITY_CODE, text_id, value)
    return element("entryRelationship", said, typeCode="SUBJ", inversionInd="true")


def _status(status: ProblemStatus | AllergyStatus, text_id: str) -> Node:
    code, word = status.value
    value = coded("value", Code(code, STATUS_SYSTEMS[type(status)], word), type="CE")
    said = _observation(STATUS, None, STATUS_CODE, text_id, value)
    return element("entryRelationship", said, typeCode="REFR", inversionInd="false")


def _criticality(criticality: Criticality, text_id: str, ids: Ids) -> Node:
    code, word = criticality.value
    value = coded("value", Code(code, oids.CRITICALITY, word), type="CE")
    when = element("effectiveTime", nullFlavor="NA")
    said = _observation(CRITICALITY, ids.at(text_id), CRITICALITY_CODE, text_id, when, value)
    return element("entryRelationship", said, typeCode="SUBJ", inversionInd="true")


def _certainty(certainty: Certainty, text_id: str, ids: Ids) -> Node:
    code, word = certainty.value
    value = coded("value", Code(code, oids.CONDITION_VERIFICATION, word), type="CE")
    said = _observation(CERTAINTY, ids.at(text_id), CERTAINTY_CODE, text_id, value)
    return element("entryRelationship", said, typeCode="SUBJ", inversionInd="true")


def _observation(
    template: tuple[str, ...], identifier: Content, code: Code, text_id: str, *content: Node
) -> Node:
    return element(
        "observation",
        *templates(*template),
        identifier,
        coded("code", code),
        refers(text_id),
        completed(),
        *content,
        classCode="OBS",
        moodCode="EVN",
    )


def _comment(text_id: str) -> Node:
    act = element(
        "act",
        *templates(*COMMENT),
        coded("code", COMMENT_CODE),
        refers(text_id),
        completed(),
        classCode="ACT",
        moodCode="EVN",
    )
    return element("entryRelationship", act, typeCode="SUBJ", inversionInd="true")
