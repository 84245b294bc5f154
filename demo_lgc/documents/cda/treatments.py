"""Treatment entries.

The dose is coded only when the doctor gave it in figures; the sentence is always in the narrative.

Reference: [VSM] E.42 treatment, E.43 product.
"""

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
from demo_lgc.documents.narrative import ROUTE, Chapter, one_line
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import Absence, Treatment

NORMAL_DOSAGE = "1.3.6.1.4.1.19376.1.5.3.1.4.7.1"
TREATMENT = (
    "2.16.840.1.113883.10.20.1.24",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7",
    "1.2.250.1.213.1.1.3.42",
    NORMAL_DOSAGE,
)
PRODUCT = (
    "2.16.840.1.113883.10.20.1.53",
    "1.3.6.1.4.1.19376.1.5.3.1.4.7.2",
    "1.2.250.1.213.1.1.3.43",
)
DRUG = Code("DRUG", oids.ACTS, "Médicament")

ABSENCES = {  # JDV_AbsentOrUnknownMedication_CISIS
    Absence.NONE_KNOWN: Code(
        "no-known-medications", oids.ABSENT_OR_UNKNOWN, "Pas de traitement médicamenteux connu"
    ),
    Absence.NOT_ASKED: Code(
        "no-medication-info", oids.ABSENT_OR_UNKNOWN, "Pas d'information sur les traitements médicamenteux"
    ),
}


def treatment_entry(
    treatment: Treatment, chapter: Chapter, position: int, ids: Ids, reason: Node | None
) -> Node:
    """Return the entry of a treatment; `reason` comes from `reasons.reason`."""
    text_id = chapter.text_id(position)
    route = treatment.route
    period = element("period", value=str(treatment.every_hours), unit="h")
    return _entry(
        ids.at(text_id),
        coded("code", DRUG),
        refers(text_id),
        completed(),
        element("effectiveTime", day("low", treatment.since), day("high", treatment.until), type="IVL_TS"),
        element("effectiveTime", period, type="PIVL_TS", operator="A") if treatment.every_hours else None,
        coded("routeCode", route, original(chapter.text_id(position, ROUTE))) if route else None,
        _dose(treatment),
        _product(concept("code", treatment.code, text_id), element("name", one_line(treatment.label))),
        reason,
    )


def no_treatment_entry(absence: Absence, chapter: Chapter, ids: Ids) -> Node:
    """Return the entry that says « no known treatment », or that nothing was asked."""
    text_id = chapter.text_id(0)
    return _entry(
        ids.at(text_id),
        coded("code", ABSENCES[absence]),
        refers(text_id),
        completed(),
        element("effectiveTime", day("low", None, "NA"), day("high", None, "NA"), type="IVL_TS"),
        _product(
            element("code", original(text_id), nullFlavor="NA"),
            element("name", nullFlavor="NA"),
        ),
    )


def _dose(treatment: Treatment) -> Node | None:
    low, high = treatment.dose_low or treatment.dose_high, treatment.dose_high or treatment.dose_low
    if not low:
        return None
    unit = treatment.dose_unit or None
    return element(
        "doseQuantity",
        element("low", value=decimal(low), unit=unit),
        element("high", value=decimal(high), unit=unit),
    )


def decimal(typed: str) -> str:
    """Return a number as XML writes it: the decimal comma becomes a point."""
    return typed.strip().replace(",", ".")


def _product(code: Node, name: Node) -> Node:
    material = element("manufacturedMaterial", code, name)
    return element("consumable", element("manufacturedProduct", *templates(*PRODUCT), material))


def _entry(*content: Node | None) -> Node:
    administration = element(
        "substanceAdministration", *templates(*TREATMENT), *content, classCode="SBADM", moodCode="EVN"
    )
    return element("entry", administration)
