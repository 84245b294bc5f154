"""Who a document says its patient is: the traits as written, and the matricule when it is a true one.

Nothing here decides that this is a patient of the practice: that is for whoever compares.

Reference: [CISIS-MIN] §2.2 recordTarget; [INS] OIDs (1.2.250.1.213.1.4.13 and .14 are no INS).
"""

from __future__ import annotations

from collections.abc import Iterator

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.people import address, identifiers, telecoms
from demo_lgc.documents.reading.values import H, day_of, when
from demo_lgc.documents.reading.wording import line_of
from demo_lgc.domain import oids
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.received import DocumentPatient, Identifier

AUTHORITIES = (oids.INS_NIR, oids.INS_NIA, oids.INS_NIR_TEST, oids.INS_NIR_DEMO)


def patient_of(root: Element) -> DocumentPatient:
    """Return the traits of the first `recordTarget`; what it does not say is empty."""
    role = root.find(f"{H}recordTarget/{H}patientRole")
    if role is None:
        return DocumentPatient()
    known = identifiers(role)
    person = role.find(f"{H}patient")
    if person is None:
        return DocumentPatient(ins=_ins(known), identifiers=known)
    families = tuple(_named(person, "family"))
    givens = tuple(_named(person, "given"))
    whole = tuple(word for text in _with(givens, "") for word in text.split())
    first = next(iter(_with(givens, "BR")), "") or (whole[0] if whole else "")
    gender = person.find(f"{H}administrativeGenderCode")
    return DocumentPatient(
        birth_name=" ".join(_with(families, "BR")) or " ".join(_with(families, "") or _with(families, "SP")),
        used_name=" ".join(_with(families, "CL") or _with(families, "SP")),
        given_names=whole or ((first,) if first else ()),
        first_given_name=first,
        used_given_name=" ".join(_with(givens, "CL")),
        sex="" if gender is None else gender.get("code", "").strip().upper(),
        birth_date=day_of(when(person.find(f"{H}birthTime"))),
        birth_place=_birth_place(person),
        ins=_ins(known),
        identifiers=known,
        address=address(role.find(f"{H}addr")),
        telecoms=telecoms(role),
    )


def _named(person: Element, tag: str) -> Iterator[tuple[str, str]]:
    """Yield the qualifier and the text of each part of the name."""
    for name in person.iterchildren(f"{H}name"):
        for part in name.iterchildren(f"{H}{tag}"):
            text = line_of(part)
            if text:
                yield part.get("qualifier", "").strip().upper(), text


def _with(parts: tuple[tuple[str, str], ...], qualifier: str) -> tuple[str, ...]:
    return tuple(text for kind, text in parts if kind == qualifier)


def _birth_place(person: Element) -> str:
    """The INSEE code of the place, else the name of the town."""
    place = person.find(f"{H}birthplace/{H}place/{H}addr")
    if place is None:
        return ""
    return line_of(place.find(f"{H}county")) or line_of(place.find(f"{H}city"))


def _ins(known: tuple[Identifier, ...]) -> Ins | None:
    for identifier in known:
        if identifier.root in AUTHORITIES:
            try:
                return Ins(identifier.extension.replace(" ", "").upper(), identifier.root)
            except ValueError:
                continue  # a wrong key: shown among the identifiers, never trusted
    return None
