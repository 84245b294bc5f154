"""The people, organisations and devices of a header, as they are called and reached.

Reference: [CISIS-MIN] §2.3 to §2.5, §2.8 (names, addresses, telecoms).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.narrative import NBSP
from demo_lgc.documents.phones import in_pairs
from demo_lgc.documents.reading.values import H, code_of, when
from demo_lgc.documents.reading.wording import line_of
from demo_lgc.domain import oids
from demo_lgc.domain.received import Identifier, Party

# JDV_J245 and J246: civility and title of exercise.
_TITLES = {"M": f"M.{NBSP}", "MME": f"Mme{NBSP}", "MLLE": f"Mme{NBSP}", "DR": f"Dr{NBSP}", "PR": f"Pr{NBSP}"}
_PERSONS = (
    "assignedPerson",
    "associatedPerson",
    "informationRecipient",
    "relatedPerson",
    "guardianPerson",
    "assignedAuthoringDevice",
)
_ORGANISATIONS = (
    "representedOrganization",
    "representedCustodianOrganization",
    "scopingOrganization",
    "receivedOrganization",
    "guardianOrganization",
)
_STREET = (
    "houseNumber",
    "houseNumberNumeric",
    "streetNameType",
    "streetName",
)
_KINDS = {"tel": "", "fax": f"fax{NBSP}: ", "mailto": "", "http": "http:", "https": "https:"}


def party(part: str, holder: Element, at: Element | None = None) -> Party:
    """Return whom an `assignedAuthor`, an `assignedEntity`… names; `at` is when they acted."""
    person = _first(holder, _PERSONS)
    organisation = _first(holder, _ORGANISATIONS)
    speciality = code_of(holder.find(f"{H}code"))
    place = organisation if organisation is not None else holder
    return Party(
        part=part,
        name=_person_name(person),
        speciality=speciality.label if speciality else "",
        organisation=_words(organisation, "name"),
        identifiers=identifiers(holder),
        address=address(holder.find(f"{H}addr")) or address(place.find(f"{H}addr")),
        telecoms=telecoms(holder) or telecoms(place),
        at=when(at),
    )


def identifiers(holder: Element | None) -> tuple[Identifier, ...]:
    """Return the instance identifiers of an element, those without root left out."""
    found = () if holder is None else holder.iterchildren(f"{H}id")
    return tuple(
        Identifier(each.get("root", "").strip(), each.get("extension", "").strip())
        for each in found
        if each.get("root", "").strip()
    )


def identifier_words(identifier: Identifier) -> str:
    """« RPPS 81001234567 », « FINESS 350000017 », or the identifier as it is written."""
    root, number = identifier.root, identifier.extension
    if root == oids.PROFESSIONALS and re.fullmatch(r"8\d{11}", number):
        return f"RPPS{NBSP}{number[1:]}"
    kind = {"1": "FINESS", "3": "SIRET"}.get(number[:1]) if root == oids.STRUCTURES else None
    return f"{kind}{NBSP}{number[1:]}" if kind else identifier.text


def address(holder: Element | None) -> str:
    """Return an address on one line, in the order of an envelope."""
    if holder is None or holder.get("nullFlavor"):
        return ""
    lines = [line_of(each) for each in holder.iterchildren(f"{H}streetAddressLine")]
    if not lines:
        lines = [" ".join(_texts(holder, _STREET))]
        lines += _texts(holder, ("unitID", "additionalLocator", "postBox", "precinct"))
    lines.append(" ".join(_texts(holder, ("postalCode", "city"))))
    lines += _texts(holder, ("state", "country"))
    return ", ".join(line for line in lines if line) or (line_of(holder) if not len(holder) else "")


def telecoms(holder: Element) -> tuple[str, ...]:
    """Return numbers and addresses as people write them: « 01 47 15 00 00 », « fax : … », an e-mail."""
    found = []
    for each in holder.iterchildren(f"{H}telecom"):
        scheme, colon, rest = each.get("value", "").strip().partition(":")
        if not colon:
            scheme, rest = "tel", scheme
        if rest:
            said = in_pairs(rest) if scheme in ("tel", "fax") else rest
            found.append(_KINDS.get(scheme.lower(), f"{scheme}:") + said)
    return tuple(dict.fromkeys(found))


def person_words(name: Element | None) -> str:
    """« Dr Marcel CAMPARINI »: title of exercise, else civility, then given names and family in capitals."""
    if name is None or name.get("nullFlavor"):
        return ""
    family = " ".join(_texts(name, ("family",)))
    if not family and not _texts(name, ("given",)):
        return line_of(name)
    titles = [_TITLES.get(t.upper().strip("."), "") for t in _texts(name, ("suffix", "prefix"))]
    title = next((t for t in titles if t), "")
    given = " ".join(_texts(name, ("given",)))
    given = given.title() if given.isupper() else given  # as cards write it
    return f"{title}{given} {family.upper()}".replace("  ", " ").strip()


def _person_name(person: Element | None) -> str:
    if person is None:
        return ""
    device = [line_of(person.find(f"{H}{tag}")) for tag in ("manufacturerModelName", "softwareName")]
    return person_words(person.find(f"{H}name")) or " ".join(dict.fromkeys(filter(None, device)))


def _first(holder: Element, tags: Iterable[str]) -> Element | None:
    return next((found for tag in tags if (found := holder.find(f"{H}{tag}")) is not None), None)


def _words(holder: Element | None, tag: str) -> str:
    return "" if holder is None else line_of(holder.find(f"{H}{tag}"))


def _texts(holder: Element, tags: Iterable[str]) -> list[str]:
    return [text for text in _each(holder, tags) if text]


def _each(holder: Element, tags: Iterable[str]) -> Iterator[str]:
    for tag in tags:
        for each in holder.iterchildren(f"{H}{tag}"):
            yield line_of(each)
