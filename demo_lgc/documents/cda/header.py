"""The header of a document: who, for whom, when, where.

The author is the holder of the card: also legal authenticator, performer of the act and the patient's
treating doctor; the custodian is the practice.

Reference: [CISIS-MIN] §2 « Volet Structuration minimale de documents de santé ».
"""

from __future__ import annotations

from dataclasses import dataclass

from demo_lgc.documents.cda.ns import GENDERS, Node, coded, element, moment, templates
from demo_lgc.documents.cda.parties import (
    TREATING_DOCTOR,
    address,
    assigned,
    digits,
    doctor,
    organisation,
    person,
    phone_use,
    practice,
    recipient,
    treating_doctor,
)
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.document import DocumentHeader
from demo_lgc.domain.identity import Patient

NORMAL = Code("N", oids.CONFIDENTIALITY, "Normal")
AMBULATORY_ENCOUNTER = Code("AMB", oids.ACTS, "Ambulatoire (hors établissement)")


@dataclass(frozen=True)
class Model:
    """The model a document follows: the template it claims, its version, and the code of its main act."""

    template: str
    version: str | None = None
    act: Code | None = None


def header_of(header: DocumentHeader, model: Model) -> tuple[Node, ...]:
    """Return the children of `ClinicalDocument` that come before its body, in the order of the standard."""
    session = header.session
    return (
        element("realmCode", code="FR"),
        element("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        *templates("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1"),
        element("templateId", root=model.template, extension=model.version),
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
            element("assignedAuthor", *doctor(session), person("assignedPerson", session), practice(session)),
        ),
        element(
            "custodian",
            element("assignedCustodian", organisation("representedCustodianOrganization", session)),
        ),
        *map(recipient, header.recipients),
        element(
            "legalAuthenticator",
            moment("time", header.created_at),
            element("signatureCode", code="S"),
            assigned(session),
        ),
        treating_doctor(session),
        _act(header, model),
        *_replaced(header),
        _encounter(header),
    )


def _record_target(header: DocumentHeader) -> Node:
    patient = header.patient
    identifiers = [element("id", root=header.session.situation.ipp_root, extension=patient.ipp)]
    if patient.ins is not None and patient.is_qualified:
        identifiers.insert(0, element("id", root=patient.ins.oid, extension=patient.ins.matricule))
    phones = [phone for phone in map(digits, patient.phones) if phone]
    return element(
        "recordTarget",
        element(
            "patientRole",
            *identifiers,
            address(patient.address, "H"),
            *(element("telecom", use=phone_use(phone), value=f"tel:{phone}") for phone in phones),
            element(
                "patient",
                _patient_name(patient),
                coded("administrativeGenderCode", GENDERS[patient.sex.value]),
                element("birthTime", value=f"{patient.birth_date:%Y%m%d}"),
                _birth_place(patient),
            ),
        ),
    )


def _patient_name(patient: Patient) -> Node:
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


def _birth_place(patient: Patient) -> Node | None:
    if not patient.birth_place:
        return None
    return element("birthplace", element("place", element("addr", element("county", patient.birth_place))))


def _act(header: DocumentHeader, model: Model) -> Node:
    setting = coded("standardIndustryClassCode", header.practice_setting)
    return element(
        "documentationOf",
        element(
            "serviceEvent",
            coded("code", model.act) if model.act else None,
            _bounds(header),
            element("performer", assigned(header.session, setting), typeCode="PRF"),
        ),
    )


def _bounds(header: DocumentHeader) -> Node:
    # The rules refuse an interval whose ends are equal: an act of one moment has a beginning only.
    lasting = header.service_stop > header.service_start
    end = moment("high", header.service_stop) if lasting else None
    return element("effectiveTime", moment("low", header.service_start), end)


def _replaced(header: DocumentHeader) -> tuple[Node, ...]:
    if header.replaces is None:
        return ()
    parent = element("parentDocument", element("id", root=header.replaces))
    return (element("relatedDocument", parent, typeCode="RPLC"),)


def _encounter(header: DocumentHeader) -> Node:
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
