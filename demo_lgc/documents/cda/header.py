"""The header of a document: who, for whom, when, where.

The author is the holder of the card: also legal authenticator, performer of the act and the patient's
treating doctor; the custodian is the practice.

Reference: [CISIS-MIN] §2 « Volet Structuration minimale de documents de santé ».
"""

from __future__ import annotations

import re

from demo_lgc.documents.cda.ns import GENDERS, Content, Element, coded, element, moment, templates
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.identity import Address, Patient
from demo_lgc.domain.practitioner import PractitionerSession

VSM_2023 = ("1.2.250.1.213.1.1.1.13", "2023.01")
NORMAL = Code("N", oids.CONFIDENTIALITY, "Normal")
TREATING_DOCTOR = Code("PCP", "2.16.840.1.113883.5.88", "Médecin traitant")
AMBULATORY_ENCOUNTER = Code("AMB", "2.16.840.1.113883.5.4", "Ambulatoire (hors établissement)")
HISTORY_AND_CLINIC = Code("34117-2", oids.LOINC, "Historique et clinique")


def vsm_header(header: DocumentHeader) -> tuple[Element, ...]:
    """Return the children of `ClinicalDocument` that come before its body, in the order of the standard."""
    session = header.session
    root, extension = VSM_2023
    return (
        element("realmCode", code="FR"),
        element("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        *templates("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1"),
        element("templateId", root=root, extension=extension),
        element("id", root=header.unique_id),
        coded("code", header.type),
        element("title", header.title),
        moment("effectiveTime", header.created_at),
        coded("confidentialityCode", NORMAL),
        element("languageCode", code=header.language),
        element("setId", root=header.set_id),
        element("versionNumber", value=str(header.version)),
        _record_target(header),
        element(
            "author",
            coded("functionCode", TREATING_DOCTOR),
            moment("time", header.created_at),
            element(
                "assignedAuthor", *_doctor(session), _person("assignedPerson", session), _practice(session)
            ),
        ),
        element(
            "custodian",
            element("assignedCustodian", _organisation("representedCustodianOrganization", session)),
        ),
        element(
            "legalAuthenticator",
            moment("time", header.created_at),
            element("signatureCode", code="S"),
            _assigned(session),
        ),
        _treating_doctor(session),
        _act(header),
        *_replaced(header),
        _encounter(header),
    )


def _record_target(header: DocumentHeader) -> Element:
    patient = header.patient
    identifiers = [element("id", root=header.session.situation.ipp_root, extension=patient.ipp)]
    if patient.ins is not None and patient.is_qualified:
        identifiers.insert(0, element("id", root=patient.ins.oid, extension=patient.ins.matricule))
    phones = [phone for phone in map(_digits, patient.phones) if phone]
    return element(
        "recordTarget",
        element(
            "patientRole",
            *identifiers,
            _address(patient.address, "H"),
            *(element("telecom", use=_use(phone), value=f"tel:{phone}") for phone in phones),
            element(
                "patient",
                _patient_name(patient),
                coded("administrativeGenderCode", GENDERS[patient.sex.value]),
                element("birthTime", value=f"{patient.birth_date:%Y%m%d}"),
                _birth_place(patient),
            ),
        ),
    )


def _patient_name(patient: Patient) -> Element:
    """The five name traits of the INS, each with its qualifier. Reference: [INS]; [CISIS-MIN] §2.2."""
    used, given = patient.used_name, patient.used_given_name
    return element(
        "name",
        element("family", patient.birth_name, qualifier="BR"),
        element("given", " ".join(patient.given_names)),
        element("given", patient.first_given_name, qualifier="BR"),
        element("family", used, qualifier="CL") if used else None,
        element("given", given, qualifier="CL") if given else None,
    )


def _birth_place(patient: Patient) -> Element | None:
    if not patient.birth_place:
        return None
    return element("birthplace", element("place", element("addr", element("county", patient.birth_place))))


def _doctor(session: PractitionerSession) -> tuple[Content, ...]:
    contact = session.contact
    phone = _digits(contact.phone)
    return (
        element("id", root=oids.PROFESSIONALS, extension=session.practitioner.national_id),
        coded("code", session.specialty_code),
        _address(contact.address, "WP"),
        element("telecom", use="WP", value=f"tel:{phone}") if phone else None,
        element("telecom", use="WP", value=f"mailto:{contact.mailbox}") if contact.mailbox else None,
        None if phone or contact.mailbox else element("telecom", nullFlavor="NASK"),
    )


def _person(tag: str, session: PractitionerSession) -> Element:
    practitioner = session.practitioner
    name = element(
        "name",
        element("given", practitioner.given),
        element("family", practitioner.family),
        element("suffix", "DR") if practitioner.profession == "10" else None,
    )
    return element(tag, name)


def _organisation(tag: str, session: PractitionerSession, *more: Element) -> Element:
    phone = _digits(session.contact.phone)
    return element(
        tag,
        element("id", root=oids.STRUCTURES, extension=session.situation.structure_id),
        element("name", session.situation.name),
        element("telecom", use="WP", value=f"tel:{phone}") if phone else None,
        _address(session.contact.address, "WP"),
        *more,
    )


def _practice(session: PractitionerSession, *more: Element) -> Element:
    return _organisation("representedOrganization", session, *more)


def _assigned(session: PractitionerSession, *more: Element) -> Element:
    return element(
        "assignedEntity",
        *_doctor(session),
        _person("assignedPerson", session),
        _practice(session, *more),
    )


def _treating_doctor(session: PractitionerSession) -> Element:
    """Participant INF/PCP. Since when the doctor is treating is not known here: time NA."""
    return element(
        "participant",
        coded("functionCode", TREATING_DOCTOR),
        element("time", nullFlavor="NA"),
        element(
            "associatedEntity",
            *_doctor(session),
            _person("associatedPerson", session),
            _organisation("scopingOrganization", session),
            classCode="PROV",
        ),
        typeCode="INF",
    )


def _act(header: DocumentHeader) -> Element:
    setting = coded("standardIndustryClassCode", header.practice_setting)
    return element(
        "documentationOf",
        element(
            "serviceEvent",
            coded("code", HISTORY_AND_CLINIC),
            _bounds(header),
            element("performer", _assigned(header.session, setting), typeCode="PRF"),
        ),
    )


def _bounds(header: DocumentHeader) -> Element:
    # The rules refuse an interval whose ends are equal: an act of one moment has a beginning only.
    lasting = header.service_stop > header.service_start
    end = moment("high", header.service_stop) if lasting else None
    return element("effectiveTime", moment("low", header.service_start), end)


def _replaced(header: DocumentHeader) -> tuple[Element, ...]:
    if header.replaces is None:
        return ()
    parent = element("parentDocument", element("id", root=header.replaces))
    return (element("relatedDocument", parent, typeCode="RPLC"),)


def _encounter(header: DocumentHeader) -> Element:
    place = element("location", element("name", header.session.situation.name))
    return element(
        "componentOf",
        element(
            "encompassingEncounter",
            coded("code", AMBULATORY_ENCOUNTER),
            _bounds(header),
            element("location", element("healthCareFacility", coded("code", header.facility), place)),
        ),
    )


def _address(address: Address, use: str) -> Element | None:
    """An address in parts; the number of the house is told from the street when it begins it."""
    if not (address.street or address.postal_code or address.city):
        return None
    match = re.fullmatch(r"(\d+(?: ?(?:bis|ter|quater|[A-D]))?),? +(\S.*)", address.street)
    number, street = match.groups() if match else ("", address.street)
    parts = (
        ("houseNumber", number),
        ("streetName", street),
        ("postalCode", address.postal_code),
        ("city", address.city),
    )
    return element("addr", *(element(tag, text) for tag, text in parts if text), use=use)


def _digits(phone: str) -> str:
    return re.sub(r"[^\d+]", "", phone)


def _use(phone: str) -> str:
    return "MC" if re.match(r"(0|\+33)[67]", phone) else "H"
