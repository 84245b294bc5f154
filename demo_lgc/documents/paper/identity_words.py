"""How a page names people: the patient by traits that leave no doubt, the doctor, a colleague.

Reference: [INS] RNIV 1 (traits on documents); [CISIS-MIN] §2.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from demo_lgc.documents.narrative import NBSP
from demo_lgc.documents.phones import in_pairs
from demo_lgc.domain import oids
from demo_lgc.domain.identity import Address, Patient, Sex
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.practitioner import Practitioner, PractitionerSession

NATURES = {
    oids.INS_NIR: "NIR",
    oids.INS_NIA: "NIA",
    oids.INS_NIR_TEST: "NIR de test",
    oids.INS_NIR_DEMO: "NIR de démonstration",
}
_SEXES = {Sex.MALE: "M", Sex.FEMALE: "F", Sex.UNKNOWN: "indéterminé"}


def born(patient: Patient) -> str:
    """« né le 18/08/1948 », « née le … »."""
    ending = {Sex.FEMALE: "née", Sex.MALE: "né"}.get(patient.sex, "né(e)")
    return f"{ending} le {patient.birth_date:%d/%m/%Y}"


def short_traits(patient: Patient) -> Iterator[str]:
    """The traits that tell a patient on the screen, beside the banner of the record."""
    yield f"Sexe{NBSP}: {_SEXES[patient.sex]}, {born(patient)}"
    matricule = ins_words(patient)
    yield f"INS{NBSP}: {matricule}" if matricule else "Identité non qualifiée"
    yield address_line(patient.address)


def strict_traits(patient: Patient) -> Iterator[tuple[str, str]]:
    """The traits that identify a patient without doubt: captions and values. Reference: [INS] RNIV 1."""
    yield "Nom de naissance", patient.birth_name
    yield "Prénoms de naissance", " ".join(patient.given_names)
    if patient.used_name:
        yield "Nom utilisé", patient.used_name
    if patient.used_given_name.casefold() not in ("", patient.first_given_name.casefold()):
        yield "Prénom utilisé", patient.used_given_name
    yield "Date de naissance", f"{patient.birth_date:%d/%m/%Y}"
    yield "Sexe", _SEXES[patient.sex]
    if patient.birth_place:
        yield "Lieu de naissance (code INSEE)", patient.birth_place
    matricule = ins_words(patient)
    yield ("INS", matricule) if matricule else ("Identité", "non qualifiée")
    if address := address_line(patient.address):
        yield "Adresse", address


def ins_words(patient: Patient) -> str:
    """« 1 48 08 63 220 902 66 (NIR) »: the matricule and its nature; empty unless it is qualified."""
    if patient.ins is None or not patient.is_qualified:
        return ""
    nature = NATURES.get(patient.ins.oid, "")
    return patient.ins.spaced + (f" ({nature})" if nature else "")


def doctor_lines(session: PractitionerSession) -> Iterator[str]:
    """What is said of the doctor under their name."""
    yield speciality(session)
    yield session.situation.name
    yield address_line(session.contact.address)
    yield in_pairs(session.contact.phone)
    yield session.contact.mailbox


def speciality(session: PractitionerSession) -> str:
    """« Médecin, qualifié en Médecine Générale »: the label of the speciality, as a person writes it."""
    profession, _, speciality = session.specialty_code.label.removesuffix(" (SM)").partition(" - ")
    return f"{profession}, {speciality[0].lower()}{speciality[1:]}" if speciality else profession


def national_number(practitioner: Practitioner) -> str:
    """« RPPS 10001234567 »: the national number without the digit that tells its list."""
    number = practitioner.national_id
    if len(number) == 12 and number.startswith("8"):
        return f"RPPS{NBSP}{number[1:]}"
    return f"Identifiant national{NBSP}{number}"


def colleague_words(colleague: Correspondent) -> str:
    """« Dr Robert SPECIALISTE5737, Pneumologie, Boulogne »: what is known, the address last."""
    parts = [colleague.name, colleague.speciality, colleague.place]
    if colleague.address != colleague.name:
        parts.append(colleague.address)
    return ", ".join(part for part in parts if part)


def address_line(address: Address) -> str:
    """« 6 rue d’Arichon, 92100 BOULOGNE »."""
    town = f"{address.postal_code} {address.city}".strip()
    return ", ".join(part for part in (address.street, town) if part)
