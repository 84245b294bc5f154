"""« Afficher l’entête »: everything the header of a document says, in words.

Whatever the header names is listed, also what this program does nothing with: the doctor must be able to see
who sent a document, to whom, and what it answers.

Reference: [CISIS-MIN] §2 (children of ClinicalDocument, in their order); JDV_J144 participation types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.people import identifier_words, identifiers, party
from demo_lgc.documents.reading.values import H, code_of, interval, when
from demo_lgc.documents.reading.wording import line_of
from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import when_in_french
from demo_lgc.domain.identity import Sex
from demo_lgc.domain.received import (
    DocumentPatient,
    Identifier,
    MetadataGroup,
    Metadatum,
    Party,
    When,
)

_SEXES = {Sex.MALE.value: "masculin", Sex.FEMALE.value: "féminin", Sex.UNKNOWN.value: "indéterminé"}
_PARTS = {  # JDV_J144
    "REF": "Prescripteur ou référent",
    "REFB": "A adressé le patient",
    "INF": "Informateur",
    "RESP": "Responsable de l’acte",
    "PRF": "Exécutant",
    "CON": "Consultant",
    "VRF": "Vérificateur",
}
_RELATIONS = {
    "ECON": "Personne à prévenir",
    "NOK": "Personne de confiance",
    "CON": "Personne aidée",
    "CAREGIVER": "Aidant",
    "PAT": "Patient",
}
Lines = Iterator[tuple[str, str]]


class Header(NamedTuple):
    """What the header says. `responsible`, the legal authenticator, is empty when there is none.

    `templates` are `root`, or `root^version`; `metadata` is all of it by subject, in the standard's order.
    """

    authors: tuple[Party, ...]
    responsible: Party
    custodian: Party
    templates: tuple[str, ...]
    metadata: tuple[MetadataGroup, ...]


def header_of(root: Element, patient: DocumentPatient) -> Header:
    """Return what the header of a document says, of its `patient` too. What is empty is left out."""
    authors, custodian, templates = _authors(root), _custodian(root), _templates(root)
    signed = tuple(_signatories(root, "legalAuthenticator", "Responsable"))
    groups = [
        _group("Document", (*_document(root), ("Modèles", ", ".join(templates)))),
        _group("Patient", _patient(root, patient)),
        *(_party_group(each) for each in (*authors, *signed, *_others(root, custodian))),
        *(_group("Acte", _act(event)) for event in root.iterfind(f"{H}documentationOf/{H}serviceEvent")),
        *(_group("Prise en charge", _encounter(each)) for each in root.iterfind(f"{H}componentOf/*")),
        _group("Liens", _links(root)),
    ]
    responsible = signed[0] if signed else Party("Responsable")
    return Header(authors, responsible, custodian, templates, tuple(group for group in groups if group.lines))


def _authors(root: Element) -> tuple[Party, ...]:
    return tuple(
        party("Auteur", assigned, each.find(f"{H}time"))
        for each in root.iterchildren(f"{H}author")
        if (assigned := each.find(f"{H}assignedAuthor")) is not None
    )


def _custodian(root: Element) -> Party:
    assigned = root.find(f"{H}custodian/{H}assignedCustodian")
    if assigned is None:
        return Party("Conservation")
    found = party("Conservation", assigned)
    inside = assigned.find(f"{H}representedCustodianOrganization")
    return replace(found, identifiers=identifiers(inside))


def _others(root: Element, custodian: Party) -> Iterator[Party]:
    yield from _signatories(root, "authenticator", "Valideur")
    yield from _signatories(root, "dataEnterer", "Saisie")
    yield custodian
    for each in root.iterfind(f"{H}informationRecipient/{H}intendedRecipient"):
        yield party("Destinataire", each)
    for each in root.iterchildren(f"{H}informant"):
        for who in each.iterchildren(f"{H}assignedEntity", f"{H}relatedEntity"):
            yield party(_RELATIONS.get(who.get("classCode", ""), "Informateur"), who)
    for each in root.iterchildren(f"{H}participant"):
        entity = each.find(f"{H}associatedEntity")
        if entity is not None:
            function = code_of(each.find(f"{H}functionCode"))
            part = _PARTS.get(each.get("typeCode", ""), "Participant")
            yield party(function.label if function and function.label else part, entity)
    for performer in root.iterfind(f"{H}documentationOf/{H}serviceEvent/{H}performer"):
        entity = performer.find(f"{H}assignedEntity")
        if entity is not None:
            yield party("Exécutant", entity, performer.find(f"{H}time"))
    for each in root.iterfind(f"{H}componentOf/*/{H}encounterParticipant/{H}assignedEntity"):
        yield party("Participant à la prise en charge", each)
    for each in root.iterfind(f"{H}componentOf/*/{H}responsibleParty/{H}assignedEntity"):
        yield party("Responsable de la prise en charge", each)


def _signatories(root: Element, tag: str, part: str) -> Iterator[Party]:
    for each in root.iterchildren(f"{H}{tag}"):
        assigned = each.find(f"{H}assignedEntity")
        if assigned is not None:
            yield party(part, assigned, each.find(f"{H}time"))


def _document(root: Element) -> Lines:
    yield "Titre", line_of(root.find(f"{H}title"))
    yield "Type", _concept(code_of(root.find(f"{H}code")))
    yield "Créé le", _said(when(root.find(f"{H}effectiveTime")))
    yield "Identifiant", _identifiers(identifiers(root))
    set_id = root.find(f"{H}setId")
    if set_id is not None:
        yield "Lot de versions", Identifier(set_id.get("root", ""), set_id.get("extension", "")).text
    version = root.find(f"{H}versionNumber")
    yield "Version", "" if version is None else version.get("value", "")
    yield "Confidentialité", _concept(code_of(root.find(f"{H}confidentialityCode")))
    language = root.find(f"{H}languageCode")
    yield "Langue", "" if language is None else language.get("code", "")


def _templates(root: Element) -> tuple[str, ...]:
    return tuple(
        Identifier(each.get("root", ""), each.get("extension", "")).text
        for each in root.iterchildren(f"{H}templateId")
    )


def _patient(root: Element, patient: DocumentPatient) -> Lines:
    yield "Nom de naissance", patient.birth_name
    yield "Prénoms de naissance", " ".join(patient.given_names)
    yield "Premier prénom", patient.first_given_name
    yield "Nom utilisé", patient.used_name
    yield "Prénom utilisé", patient.used_given_name
    yield "Sexe", _SEXES.get(patient.sex, patient.sex)
    yield "Date de naissance", _said(patient.birth_date)
    yield "Lieu de naissance", patient.birth_place
    yield "Identifiants", _identifiers(patient.identifiers)
    yield "Adresse", patient.address
    yield "Coordonnées", ", ".join(patient.telecoms)
    for guardian in root.iterfind(f"{H}recordTarget/{H}patientRole/{H}patient/{H}guardian"):
        who = party("Représentant", guardian)
        yield "Représentant", ", ".join(filter(None, (who.name, who.organisation, *who.telecoms)))


def _party_group(who: Party) -> MetadataGroup:
    return _group(
        who.part,
        (
            ("Nom", who.name),
            ("Profession", who.speciality),
            ("Structure", who.organisation),
            ("Identifiants", ", ".join(identifier_words(each) for each in who.identifiers)),
            ("Adresse", who.address),
            ("Coordonnées", ", ".join(who.telecoms)),
            ("Date", _said(who.at)),
        ),
    )


def _act(event: Element) -> Lines:
    yield "Acte", _concept(code_of(event.find(f"{H}code")))
    yield from _bounds(event)
    setting = event.find(f".//{H}standardIndustryClassCode")
    yield "Cadre d’exercice", _concept(code_of(setting))


def _encounter(encounter: Element) -> Lines:
    yield "Type", _concept(code_of(encounter.find(f"{H}code")))
    yield from _bounds(encounter)
    yield "Sortie", _concept(code_of(encounter.find(f"{H}dischargeDispositionCode")))
    facility = encounter.find(f"{H}location/{H}healthCareFacility")
    if facility is not None:
        yield "Structure", _concept(code_of(facility.find(f"{H}code")))
        yield "Lieu", line_of(facility.find(f"{H}location/{H}name"))


def _links(root: Element) -> Lines:
    for order in root.iterfind(f"{H}inFulfillmentOf/{H}order"):
        yield "Répond à la demande", _identifiers(identifiers(order))
    for related in root.iterchildren(f"{H}relatedDocument"):
        parent = related.find(f"{H}parentDocument")
        label = "Remplace" if related.get("typeCode") == "RPLC" else "Document lié"
        yield label, _identifiers(identifiers(parent))
    for consent in root.iterfind(f"{H}authorization/{H}consent"):
        yield "Consentement", _concept(code_of(consent.find(f"{H}code")))


def _bounds(holder: Element) -> Lines:
    since, until = interval(holder.find(f"{H}effectiveTime"))
    yield "Début", _said(since)
    yield "Fin", _said(until)


def _group(title: str, lines: Iterable[tuple[str, str]]) -> MetadataGroup:
    return MetadataGroup(title, tuple(Metadatum(label, text) for label, text in lines if text))


def _concept(code: Code | None) -> str:
    if code is None:
        return ""
    return f"{code.label} ({code.code})" if code.label else code.code


def _identifiers(found: tuple[Identifier, ...]) -> str:
    return ", ".join(each.text for each in found)


def _said(at: When | None) -> str:
    return "" if at is None else when_in_french(at)
