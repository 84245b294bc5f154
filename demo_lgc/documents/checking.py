"""What must be mended before a VSM can be written, in words the doctor understands.

Reference: [VSM] and [CISIS-MIN] mandatory elements; [CDA] data types.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.errors import Finding
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.domain.vsm import Lifestyle, Problem, Treatment, Vsm, entries

OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
NUMBER = re.compile(r"\d+([.,]\d+)?")
WORD = re.compile(r"\S+")

_EMPTY = "à renseigner"
_CONTROL = "contient un caractère qui ne peut pas être transmis\u00a0: à ressaisir"


def check_vsm(vsm: Vsm, header: DocumentHeader) -> tuple[Finding, ...]:
    """Return what forbids to write this VSM, nothing when it can be written."""
    return (*_header(header), *_patient(header.patient), *_author(header.session), *_content(vsm, header))


def _header(header: DocumentHeader) -> Iterator[Finding]:
    yield from _text("Titre du document", header.title)
    for place, oid in (
        ("Identifiant du document", header.unique_id),
        ("Identifiant du lot de versions", header.set_id),
        ("Identifiant de la version remplacée", header.replaces),
    ):
        if oid is not None and not _is_oid(oid):
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
        yield from _code(place, code)


def _is_oid(text: str) -> bool:
    return len(text) <= 64 and OID.fullmatch(text) is not None


def _has_offset(time: datetime) -> bool:
    offset = time.utcoffset()
    # HL7 writes offsets in hours and minutes.
    return offset is not None and offset.total_seconds() % 60 == 0


def _patient(patient: Patient) -> Iterator[Finding]:
    yield from _text("Patient, nom de naissance", patient.birth_name)
    yield from _text("Patient, numéro de dossier", patient.ipp)
    if not patient.given_names:
        yield Finding("Patient, prénoms de naissance", _EMPTY)
    for given in patient.given_names:
        yield from _text("Patient, prénoms de naissance", given)
    for place, text in (
        ("Patient, nom utilisé", patient.used_name),
        ("Patient, prénom utilisé", patient.used_given_name),
        ("Patient, adresse", patient.address.street),
        ("Patient, adresse", patient.address.postal_code),
        ("Patient, adresse", patient.address.city),
    ):
        yield from _optional(place, text)
    if patient.birth_place and not re.fullmatch(r"\d[\dAB]\d{3}", patient.birth_place):
        yield Finding("Patient, lieu de naissance", "n’est pas un code INSEE de cinq caractères")
    elif not patient.birth_place and patient.is_qualified:
        yield Finding("Patient, lieu de naissance", _EMPTY)


def _author(session: PractitionerSession) -> Iterator[Finding]:
    practitioner, situation, contact = session.practitioner, session.situation, session.contact
    yield from _text("Médecin, nom", practitioner.family)
    yield from _text("Médecin, prénom", practitioner.given)
    yield from _text("Cabinet, nom", situation.name)
    if not re.fullmatch(r"\d[\dA-Z/]{1,}", practitioner.national_id):
        yield Finding("Médecin, identifiant national", "n’est pas celui d’une carte")
    # The patients' numbers are counted under an OID that ends with it.
    if not situation.structure_id or not _is_oid(situation.ipp_root):
        yield Finding("Cabinet, identifiant national", "n’est pas celui d’une carte")
    if contact.mailbox and not re.fullmatch(r"[^\s@]+@[^\s@]+", contact.mailbox):
        yield Finding("Médecin, adresse MSSanté", "n’est pas une adresse")
    for text in (contact.address.street, contact.address.postal_code, contact.address.city, contact.mailbox):
        yield from _optional("Cabinet, coordonnées", text)


def _content(vsm: Vsm, header: DocumentHeader) -> Iterator[Finding]:
    born, today = PartialDate.of(header.patient.birth_date), PartialDate.of(header.created_at.date())
    for title, problems in (
        ("Pathologies chroniques actives", entries(vsm.problems)),
        ("Antécédents médicaux", entries(vsm.medical_history)),
    ):
        for i, problem in enumerate(problems, 1):
            yield from _problem(f"{title}, ligne {i}", problem, born, today)
    for i, procedure in enumerate(entries(vsm.procedures), 1):
        place = f"Antécédents chirurgicaux, ligne {i}"
        yield from _text(place, procedure.label)
        yield from _code(place, procedure.code)
        yield from _dates(place, born, procedure.on, None, today)
    for i, allergy in enumerate(entries(vsm.allergies), 1):
        place = f"Allergies, ligne {i}"
        yield from _text(place, allergy.agent)
        yield from _optional(place, allergy.reaction)
        yield from _code(place, allergy.agent_code)
        yield from _code(place, allergy.reaction_code)
        yield from _dates(place, born, allergy.since, None, today)
    for i, treatment in enumerate(entries(vsm.treatments), 1):
        yield from _treatment(f"Traitements, ligne {i}", treatment, born)
    for i, habit in enumerate(entries(vsm.lifestyle), 1):
        yield from _habit(f"Habitus, ligne {i}", habit)
    for i, history in enumerate(entries(vsm.family_history), 1):
        yield from _text(f"Antécédents familiaux, ligne {i}", history.label)
        yield from _code(f"Antécédents familiaux, ligne {i}", history.code)
    yield from _optional("Facteurs de risque professionnels", vsm.occupational_risks)
    for i, point in enumerate(vsm.vigilance, 1):
        yield from _text(f"Points de vigilance, ligne {i}", point)


def _problem(place: str, problem: Problem, born: PartialDate, today: PartialDate) -> Iterator[Finding]:
    yield from _text(place, problem.label)
    yield from _code(place, problem.code)
    yield from _dates(place, born, problem.since, problem.until, today)


def _treatment(place: str, treatment: Treatment, born: PartialDate) -> Iterator[Finding]:
    yield from _text(place, treatment.label)
    yield from _text(f"{place}, posologie", treatment.posology)
    yield from _optional(f"{place}, motif", treatment.reason)
    for code in (treatment.code, treatment.route, treatment.reason_code):
        yield from _code(place, code)
    yield from _dates(place, born, treatment.since, treatment.until, None)
    doses = [_value(dose) for dose in (treatment.dose_low, treatment.dose_high) if dose]
    if None in doses or (treatment.dose_unit and not WORD.fullmatch(treatment.dose_unit)):
        yield Finding(f"{place}, dose", "n’est pas un nombre et son unité")
    elif len(doses) == 2 and (doses[0] or 0) > (doses[1] or 0):
        yield Finding(f"{place}, dose", "la plus faible dépasse la plus forte")
    if treatment.every_hours is not None and treatment.every_hours < 1:
        yield Finding(f"{place}, rythme", "doit être d’une heure au moins")


def _habit(place: str, habit: Lifestyle) -> Iterator[Finding]:
    yield from _text(place, habit.value)
    if not habit.quantity:
        return
    quantity = _value(habit.quantity)
    if quantity is None or (habit.unit and not WORD.fullmatch(habit.unit)):
        yield Finding(place, "la quantité n’est pas un nombre et son unité")
    elif quantity not in {_value(number.group()) for number in NUMBER.finditer(habit.value)}:
        yield Finding(place, "le texte ne dit pas la quantité codée")


def _dates(
    place: str,
    born: PartialDate,
    since: PartialDate | None,
    until: PartialDate | None,
    latest: PartialDate | None,
) -> Iterator[Finding]:
    """Findings about an interval; `latest` is the day that neither end may pass, when there is one."""
    if since and until and before(until, since):
        yield Finding(place, "la date de fin précède la date de début")
    for date in (since, until):
        if date and before(date, born):
            yield Finding(place, "la date précède la naissance du patient")
        if date and latest and before(latest, date):
            yield Finding(place, "la date est postérieure au document")


def before(one: PartialDate, other: PartialDate) -> bool:
    """Return True when `one` is surely before `other`, at the precision that both have."""
    for mine, its in ((one.year, other.year), (one.month, other.month), (one.day, other.day)):
        if mine is None or its is None:
            return False
        if mine != its:
            return mine < its
    return False


def _code(place: str, code: Code | None) -> Iterator[Finding]:
    if code is None:
        return
    if not WORD.fullmatch(code.code) or not OID.fullmatch(code.system):
        yield Finding(place, "le code n’est pas valable")
    yield from _optional(place, code.label)


def _value(number: str) -> float | None:
    text = number.strip()
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text) else None


def _text(place: str, text: str) -> Iterator[Finding]:
    if not text.strip():
        yield Finding(place, _EMPTY)
    yield from _optional(place, text)


def _optional(place: str, text: str) -> Iterator[Finding]:
    # Line ends and tabulations are laid out; the rest has no place in XML, or no meaning in a document.
    if any(
        (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\r\t") or char in "\ufffe\uffff"
        for char in text
    ):
        yield Finding(place, _CONTROL)
