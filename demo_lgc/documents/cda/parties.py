"""The parties of a header: how a doctor, a practice, a colleague and their addresses are spelled in CDA.

Reference: [CISIS-MIN] §2.4 assignedEntity, §2.8 addr and telecom; JDV_J246 (titles).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from demo_lgc.documents.cda.ns import Content, Node, coded, element
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.identity import Address
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.practitioner import PractitionerSession

TREATING_DOCTOR = Code("PCP", "2.16.840.1.113883.5.88", "Médecin traitant")

_TITLES = {"Dr": "DR", "Pr": "PR"}


def doctor(session: PractitionerSession) -> tuple[Content, ...]:
    """Identifier, speciality and addresses of the holder of the card, in the order all roles share."""
    contact = session.contact
    phone = digits(contact.phone)
    return (
        element("id", root=oids.PROFESSIONALS, extension=session.practitioner.national_id),
        coded("code", session.specialty_code),
        address(contact.address, "WP"),
        element("telecom", use="WP", value=f"tel:{phone}") if phone else None,
        element("telecom", use="WP", value=mail_uri(contact.mailbox)) if contact.mailbox else None,
        None if phone or contact.mailbox else element("telecom", nullFlavor="NASK"),
    )


def person(tag: str, session: PractitionerSession) -> Node:
    """The name of the holder of the card."""
    practitioner = session.practitioner
    name = element(
        "name",
        element("given", practitioner.given),
        element("family", practitioner.family),
        element("suffix", "DR") if practitioner.profession == "10" else None,
    )
    return element(tag, name)


def organisation(tag: str, session: PractitionerSession, *more: Node) -> Node:
    """The practice; `more` comes after its address."""
    phone = digits(session.contact.phone)
    return element(
        tag,
        element("id", root=oids.STRUCTURES, extension=session.situation.structure_id),
        element("name", session.situation.name),
        element("telecom", use="WP", value=f"tel:{phone}") if phone else None,
        address(session.contact.address, "WP"),
        *more,
    )


def practice(session: PractitionerSession, *more: Node) -> Node:
    """The practice, as the organisation for which the doctor works."""
    return organisation("representedOrganization", session, *more)


def assigned(session: PractitionerSession, *more: Node) -> Node:
    """The holder of the card and their practice; `more` is said of the practice."""
    return element(
        "assignedEntity",
        *doctor(session),
        person("assignedPerson", session),
        practice(session, *more),
    )


def treating_doctor(session: PractitionerSession) -> Node:
    """Participant INF/PCP. Since when the doctor is treating is not known here: time NA."""
    return element(
        "participant",
        coded("functionCode", TREATING_DOCTOR),
        element("time", nullFlavor="NA"),
        element(
            "associatedEntity",
            *doctor(session),
            person("associatedPerson", session),
            organisation("scopingOrganization", session),
            classCode="PROV",
        ),
        typeCode="INF",
    )


def recipient(colleague: Correspondent) -> Node:
    """A colleague the document is addressed to: MSSanté address and name, as far as they are known."""
    mailbox, named = colleague.address, None
    if colleague.name != mailbox:  # else an address typed in full, of whom nothing more is known
        title, given, family = name_parts(colleague.name)
        name = element(
            "name",
            element("given", given) if given else None,
            element("family", family),
            element("suffix", title) if title else None,
        )
        named = element("informationRecipient", name)
    return element(
        "informationRecipient",
        element(
            "intendedRecipient",
            element("telecom", use="WP", value=mail_uri(mailbox)) if mailbox else None,
            named,
        ),
        typeCode="PRCP",
    )


def name_parts(name: str) -> tuple[str, str, str]:
    """« Dr Jean-Luc DE LA TOUR » as title (DR, PR or none), given names and family name.

    The family name is what is in capitals at the end; a name without capitals is all family name.
    """
    first, _, rest = " ".join(name.split()).partition(" ")
    title = _TITLES.get(first.rstrip(".").capitalize(), "") if rest else ""
    words = (rest if title else f"{first} {rest}".strip()).split(" ")
    start = len(words)
    while start and words[start - 1].isupper():
        start -= 1
    if start == len(words):
        start = 0
    return title, " ".join(words[:start]), " ".join(words[start:])


def address(where: Address, use: str) -> Node | None:
    """An address in parts; the number of the house is told from the street when it begins it."""
    if not (where.street or where.postal_code or where.city):
        return None
    match = re.fullmatch(r"(\d+(?: ?(?:bis|ter|quater|[A-D]))?),? +(\S.*)", where.street)
    number, street = match.groups() if match else ("", where.street)
    parts = (
        ("houseNumber", number),
        ("streetName", street),
        ("postalCode", where.postal_code),
        ("city", where.city),
    )
    return element("addr", *(element(tag, text) for tag, text in parts if text), use=use)


def mail_uri(mailbox: str) -> str:
    """Return a mailbox as a `mailto:` address: what is not ASCII is escaped (RFC 6068), as the rules want."""
    return "mailto:" + quote(mailbox, safe="@!$'*+,;:=")


def digits(phone: str) -> str:
    """Return a phone number without what people put between its digits."""
    return re.sub(r"[^\d+]", "", phone)


def phone_use(phone: str) -> str:
    """Return the HL7 use of a patient's phone: MC for a mobile one, else H."""
    return "MC" if re.match(r"(0|\+33)[67]", phone) else "H"
