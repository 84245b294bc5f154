"""The vaccines that a document says were given, or refused.

Reference: [CISIS-MIN] S.147 FR-Vaccinations, E.45 FR-Vaccination, E.82 FR-Rang-de-la-vaccination.
"""

from __future__ import annotations

from collections.abc import Iterator

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.measures import measure_of
from demo_lgc.documents.reading.people import party
from demo_lgc.documents.reading.prescriptions import is_absence, product_of
from demo_lgc.documents.reading.values import H, code_of, is_negated, stopped, templates_of, when
from demo_lgc.documents.reading.wording import Narrative, line_of, name_of, words
from demo_lgc.domain.received import Vaccination

SECTIONS = frozenset(
    ("1.2.250.1.213.1.1.2.147", "1.3.6.1.4.1.19376.1.5.3.1.3.23", "2.16.840.1.113883.10.20.1.6")
)

_ENTRY = f"{H}entry/{H}substanceAdministration"
_LOT = f"{H}consumable/{H}manufacturedProduct/{H}manufacturedMaterial/{H}lotNumberText"
_OBSERVATIONS, _ACTS = f"{H}entryRelationship/{H}observation", f"{H}entryRelationship/{H}act"
_RANK = ("30973-2", "2.16.840.1.113883.10.20.1.46", "1.2.250.1.213.1.1.3.82")
_REACTION = "2.16.840.1.113883.10.20.1.54"


def vaccinations(root: Element, narrative: Narrative | None = None) -> tuple[Vaccination, ...]:
    """Return the vaccinations of a document, in its order; `narrative` is that of the document, if made.

    One that is only planned or advised is not a vaccination, nor is « Pas de vaccination connue ».
    """
    narrative = narrative or Narrative(root)
    return tuple(
        found
        for section in root.iter(f"{H}section")
        if templates_of(section) & SECTIONS
        for entry in section.iterfind(_ENTRY)
        if entry.get("moodCode", "EVN") == "EVN" and not is_absence(code_of(entry.find(f"{H}code")))
        if not is_absence((found := _vaccination(entry, narrative)).code)
    )


def _vaccination(entry: Element, narrative: Narrative) -> Vaccination:
    vaccine, code = product_of(entry, narrative)
    performer = entry.find(f"{H}performer/{H}assignedEntity")
    who = None if performer is None else party("", performer)
    return Vaccination(
        vaccine=vaccine,
        code=code,
        at=when(entry.find(f"{H}effectiveTime")),
        rank=next(_ranks(entry, narrative), ""),
        lot=line_of(entry.find(_LOT)),
        route=name_of(entry.find(f"{H}routeCode"), narrative),
        site=name_of(entry.find(f"{H}approachSiteCode"), narrative),
        performer=(who.name or who.organisation) if who else "",
        comment=". ".join(_comments(entry, narrative)),
        given=not is_negated(entry) and stopped(entry) is None,
    )


def _ranks(entry: Element, narrative: Narrative) -> Iterator[str]:
    for observation in entry.iterfind(_OBSERVATIONS):
        code = code_of(observation.find(f"{H}code"))
        value = observation.find(f"{H}value")
        named = templates_of(observation) | {code.code if code else ""}
        if value is not None and named.intersection(_RANK):
            yield measure_of(value, narrative).text


def _comments(entry: Element, narrative: Narrative) -> Iterator[str]:
    """Yield the comments and the reasons of a refusal, then the reactions that were seen."""
    for act in entry.iterfind(_ACTS):
        said = words(act.find(f"{H}text"), narrative) or name_of(act.find(f"{H}code"), narrative)
        if said:
            yield said.rstrip(".")
    for observation in entry.iterfind(_OBSERVATIONS):
        if _REACTION in templates_of(observation):
            reaction = name_of(observation.find(f"{H}value"), narrative)
            if reaction:
                yield f"Réaction observée\u00a0: {reaction}"
