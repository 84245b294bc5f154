"""The patient and the author of a document, as the metadata of an archive name them.

Metadata of anybody are read: what is not written as HL7 has it is what they do not say.

Reference: [ITI-41] ITI TF-3 §4.2.3.1.7 (XCN, XON, CX); [DMP] §8.3 sourcePatientInfo; [MSS] §3.2.
"""

from __future__ import annotations

from demo_lgc.domain import oids
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.received import DocumentPatient, Identifier, Party
from demo_lgc.exchange.xds import hl7
from demo_lgc.exchange.xds.metadata import Author, DocumentEntry

INS_AUTHORITIES = frozenset({oids.INS_NIR, oids.INS_NIA, oids.INS_NIR_TEST, oids.INS_NIR_DEMO})

_SEXES = {"M": "M", "F": "F", "U": "UN", "UN": "UN", "O": "UN", "A": "UN"}  # HL7 v2 table 0001


def patient_of(entry: DocumentEntry) -> DocumentPatient:
    """Return the patient of a document: patientId, sourcePatientId and the values of sourcePatientInfo.

    The first identifier is patientId; without it there is none.
    """
    info = [value.partition("|") for value in entry.source_patient_info]
    fields = {name.strip().upper(): value for name, _, value in reversed(info)}
    names = [hl7.components(value) for name, _, value in info if name.strip().upper() == "PID-5"]
    born = next((name for name in names if name[6] == "L"), names[0] if names else hl7.components(""))
    used = next((name for name in names if name[6] == "D"), hl7.components(""))
    # Only ours and those who read the French rule write the whole list third.
    given = born[2].split() or [born[1]]
    return DocumentPatient(
        birth_name=born[0].strip(),
        used_name=used[0].strip(),
        given_names=tuple(name for name in given if name),
        first_given_name=born[1].strip(),
        used_given_name=used[1].strip(),
        sex=_SEXES.get(fields.get("PID-8", "").strip().upper(), ""),
        birth_date=_day(fields.get("PID-7", "")),
        ins=_ins(entry.patient_id),
        identifiers=_identifiers(entry.patient_id, entry.source_patient_id),
    )


def author_of(author: Author) -> Party:
    """Return an author as people name one: « Dr Jacques COMBE », speciality and organisation in words."""
    person, institution = hl7.components(author.person), hl7.components(author.institution)
    name = " ".join(part.strip() for part in (person[5], person[2], person[1].upper()) if part.strip())
    return Party(
        part="Auteur",
        name=name,
        speciality=author.specialty.label or author.role,
        organisation=institution[0].strip(),
        identifiers=_person_identifiers(author.person),
    )


def _identifiers(patient_id: str, source_patient_id: str) -> tuple[Identifier, ...]:
    said = [hl7.read_cx(patient_id), hl7.read_cx(source_patient_id)]
    known = [Identifier(root, number) for number, root in said if number and root]
    return tuple(dict.fromkeys(known)) if all(said[0]) else ()


def _person_identifiers(xcn: str) -> tuple[Identifier, ...]:
    parts = xcn.split("^")
    authority = parts[8].split("&")[1:2] if len(parts) > 8 else []
    number = hl7.unescape(parts[0]).strip()
    return (Identifier(authority[0], number),) if number and authority and authority[0] else ()


def _ins(patient_id: str) -> Ins | None:
    number, root = hl7.read_cx(patient_id)
    if root not in INS_AUTHORITIES:
        return None
    try:
        return Ins(number, root)
    except ValueError:
        return None  # a wrong key: it stays among the identifiers, and is trusted nowhere


def _day(text: str) -> PartialDate | None:
    try:
        return PartialDate.parse(text.strip()[:8])
    except ValueError:
        return None
