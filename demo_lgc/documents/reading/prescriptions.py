"""What was prescribed, or is being taken: medicines and devices of a prescription, treatments of a letter.

Reference: [CISIS-MIN] S.171 and S.222 of eP-MED-DM; S.144, S.145 and S.146 of the letters of liaison
(treatments at entry, given or stopped during the stay, at discharge); E.20, E.42, E.83.
"""

from __future__ import annotations

from collections.abc import Iterator

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.dosage import amount, posology
from demo_lgc.documents.reading.values import (
    H,
    code_of,
    codes_of,
    interval,
    is_negated,
    stopped,
    templates_of,
)
from demo_lgc.documents.reading.wording import Narrative, line_of, name_of, words
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.received import NOWHERE, Prescribed

SECTIONS = frozenset(f"1.2.250.1.213.1.1.2.{number}" for number in (144, 145, 146, 171, 222))

_ENTRIES = (f"{H}entry/{H}substanceAdministration", f"{H}entry/{H}supply")
_MATERIAL = f"{H}consumable/{H}manufacturedProduct/{H}manufacturedMaterial"
_DEVICE = f"{H}participant/{H}participantRole/{H}playingDevice/{H}code"
_LPP = "1.2.250.1.215.200.2.1"


def prescriptions(root: Element, narrative: Narrative | None = None) -> tuple[Prescribed, ...]:
    """Return the lines of the prescriptions and lists of treatments of a document, in its order.

    « Aucun traitement » (a code of absence) and what is said not to be taken are not lines. What is stopped
    says so before its posology. `narrative` is that of the document, when it has already been made.
    """
    narrative = narrative or Narrative(root)
    return tuple(
        line
        for section in root.iter(f"{H}section")
        if templates_of(section) & SECTIONS
        for line in _lines(section, narrative)
    )


def product_of(treatment: Element, narrative: Narrative) -> tuple[str, Code]:
    """Return the name and the code of what a `substanceAdministration` gives; empty when it does not say."""
    material = treatment.find(_MATERIAL)
    code = None if material is None else material.find(f"{H}code")
    found = next(codes_of(code), NOWHERE)
    brand = None if material is None else line_of(material.find(f"{H}name"))
    return words(code, narrative) or found.label or brand or words(
        treatment.find(f"{H}text"), narrative
    ), found


def is_absence(code: Code | None) -> bool:
    """Tell whether a code says that there is nothing: « Pas de traitement médicamenteux connu »."""
    return code is not None and code.system == oids.ABSENT_OR_UNKNOWN


def _lines(section: Element, narrative: Narrative) -> Iterator[Prescribed]:
    title = line_of(section.find(f"{H}title")) or name_of(section.find(f"{H}code"), narrative)
    for path in _ENTRIES:
        for entry in section.iterfind(path):
            if is_negated(entry) or is_absence(code_of(entry.find(f"{H}code"))):
                continue
            device = entry.tag == f"{H}supply"
            product, code = (_device if device else product_of)(entry, narrative)
            if is_absence(code):
                continue
            since, until = interval(entry.find(f"{H}effectiveTime"))
            how = _supplied(entry, narrative) if device else _taken(entry, narrative)
            if product or how:
                said = ". ".join(filter(None, ((stopped(entry) or "").capitalize(), how)))
                yield Prescribed(product, code, said, since, until, title)


def _device(supply: Element, narrative: Narrative) -> tuple[str, Code]:
    element = supply.find(_DEVICE)
    codes = tuple(codes_of(element))
    # A class of devices (EMDN) says less than the line of the list of products that is paid for (LPP).
    paid = next((code.label for code in codes if code.system == _LPP), "")
    said = words(supply.find(f"{H}text"), narrative) or words(element, narrative) or paid
    return said or name_of(element, narrative), codes[0] if codes else NOWHERE


def _taken(treatment: Element, narrative: Narrative) -> str:
    how = (posology(treatment, narrative), _renewed(treatment).capitalize())
    return ". ".join(part for part in how if part)


def _supplied(supply: Element, narrative: Narrative) -> str:
    lasting = amount(supply.find(f"{H}expectedUseTime/{H}width"), narrative)
    quantity = amount(supply.find(f"{H}quantity"), narrative)
    how = (
        f"quantité\u00a0: {quantity}" if quantity else "",
        f"location de {lasting}" if lasting else "",
        _renewed(supply),
    )
    return ", ".join(part for part in how if part)


def _renewed(entry: Element) -> str:
    repeat = entry.find(f"{H}repeatNumber")
    times = "" if repeat is None else repeat.get("value", "")
    return f"à renouveler {times} fois" if times.isdecimal() and int(times[:4]) else ""
