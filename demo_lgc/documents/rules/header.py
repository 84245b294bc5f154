"""What must be mended in the header of a document before it can be written, whatever its kind.

Reference: [CISIS-MIN] §2 mandatory elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from demo_lgc.documents.rules.fields import EMPTY, check_code, check_optional, check_text, is_oid
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import Finding
from demo_lgc.domain.identity import Patient, is_place_code
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.practitioner import PractitionerSession

MAILBOX = re.compile(r"[^\s@]+@[^\s@]+")


def check_header(header: DocumentHeader) -> Iterator[Finding]:
    """Findings about the header, its patient, its author and its recipients."""
    yield from _header(header)
    yield from _patient(header.patient)
    yield from _author(header.session)
    for colleague in header.recipients:
        yield from _recipient(colleague)


def _header(header: DocumentHeader) -> Iterator[Finding]:
    yield from check_text("Titre du document", header.title)
    for place, oid in (
        ("Identifiant du document", header.unique_id),
        ("Identifiant du lot de versions", header.set_id),
        ("Identifiant de la version remplacée", header.replaces),
    ):
        if oid is not None and not is_oid(oid):
            yield Finding(place, "n’est pas un OID de 64\u00a0caractères au plus")
    if header.version < 1:
        yield Finding("Version du document", "commence à 1")
    if header.replaces == header.unique_id:
        yield Finding("Identifiant de la version remplacée", "est celui du document lui-même")
    times = {
        "Date du document": header.created_at,
        "Début de l’acte": header.service_start,
        "Fin de l’acte": header.service_stop,
    }
    naive = [place for place, time in times.items() if not _has_offset(time)]
    yield from (Finding(place, "n’a pas de fuseau horaire") for place in naive)
    if not naive and header.service_stop < header.service_start:
        yield Finding("Fin de l’acte", "précède son début")
    for place, code in (
        ("Type du document", header.type),
        ("Cadre d’exercice", header.practice_setting),
        ("Lieu d’exercice", header.facility),
    ):
        yield from check_code(place, code)


def _has_offset(time: datetime) -> bool:
    offset = time.utcoffset()
    # HL7 writes offsets in hours and minutes.
    return offset is not None and offset.total_seconds() % 60 == 0


def _patient(patient: Patient) -> Iterator[Finding]:
    yield from check_text("Patient, nom de naissance", patient.birth_name)
    yield from check_text("Patient, numéro de dossier", patient.ipp)
    if not patient.given_names:
        yield Finding("Patient, prénoms de naissance", EMPTY)
    for given in patient.given_names:
        yield from check_text("Patient, prénoms de naissance", given)
    for place, text in (
        ("Patient, nom utilisé", patient.used_name),
        ("Patient, prénom utilisé", patient.used_given_name),
        ("Patient, adresse", patient.address.street),
        ("Patient, adresse", patient.address.postal_code),
        ("Patient, adresse", patient.address.city),
    ):
        yield from check_optional(place, text)
    if patient.birth_place and not is_place_code(patient.birth_place):
        yield Finding("Patient, lieu de naissance", "n’est pas un code INSEE de cinq caractères")
    elif not patient.birth_place and patient.is_qualified:
        yield Finding("Patient, lieu de naissance", EMPTY)


def _author(session: PractitionerSession) -> Iterator[Finding]:
    practitioner, situation, contact = session.practitioner, session.situation, session.contact
    yield from check_text("Médecin, nom", practitioner.family)
    yield from check_text("Médecin, prénom", practitioner.given)
    yield from check_text("Cabinet, nom", situation.name)
    if not re.fullmatch(r"\d[\dA-Z/]+", practitioner.national_id, re.ASCII):
        yield Finding("Médecin, identifiant national", "n’est pas celui d’une carte")
    # The patients' numbers are counted under an OID that ends with it.
    if not situation.structure_id or not is_oid(situation.ipp_root):
        yield Finding("Cabinet, identifiant national", "n’est pas celui d’une carte")
    if contact.mailbox and not MAILBOX.fullmatch(contact.mailbox):
        yield Finding("Médecin, adresse MSSanté", "n’est pas une adresse")
    for text in (contact.address.street, contact.address.postal_code, contact.address.city, contact.mailbox):
        yield from check_optional("Cabinet, coordonnées", text)


def _recipient(colleague: Correspondent) -> Iterator[Finding]:
    yield from check_text("Destinataire, nom", colleague.name)
    for text in (colleague.speciality, colleague.place):
        yield from check_optional("Destinataire", text)
    if colleague.address and not MAILBOX.fullmatch(colleague.address):
        yield Finding("Destinataire, adresse MSSanté", "n’est pas une adresse")
    yield from check_optional("Destinataire, adresse MSSanté", colleague.address)
