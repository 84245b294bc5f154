"""What the elements of a CDA are called in French, for a doctor who never saw one.

Reference: [CISIS-MIN] names of the header's elements; [VSM] those of its entries.
"""

from __future__ import annotations

from collections.abc import Mapping

NBSP = "\u00a0"

# Children of ClinicalDocument, when one of them is itself what is wrong; others speak for what they hold.
HEADER: Mapping[str, str] = {
    "realmCode": "Pays du document",
    "typeId": "Format du document",
    "templateId": "Modèle du document",
    "id": "Identifiant du document",
    "code": "Type du document",
    "title": "Titre du document",
    "effectiveTime": "Date du document",
    "confidentialityCode": "Confidentialité du document",
    "languageCode": "Langue du document",
    "setId": "Identifiant du lot de versions",
    "versionNumber": "Version du document",
    "recordTarget": "Patient",
    "author": "Auteur",
    "dataEnterer": "Opérateur de saisie",
    "informant": "Informateur",
    "custodian": "Structure conservant le document",
    "informationRecipient": "Destinataire",
    "legalAuthenticator": "Signataire",
    "authenticator": "Valideur",
    "participant": "Intervenant",
    "inFulfillmentOf": "Prescription d’origine",
    "documentationOf": "Acte documenté",
    "relatedDocument": "Version remplacée",
    "authorization": "Consentement",
    "componentOf": "Prise en charge",
    "component": "Corps du document",
}

# An element by its name, with its parent's where that changes its meaning.
FIELDS: Mapping[str, str] = {
    "addr": "adresse",
    "administrativeGenderCode": "sexe",
    "approachSiteCode": "voie d’abord",
    "assignedPerson": "identité",
    "birthTime": "date de naissance",
    "birthplace": "lieu de naissance",
    "city": "ville",
    "code": "code",
    "consumable": "produit",
    "county": "code INSEE de la commune",
    "doseQuantity": "dose",
    "effectiveTime": "date",
    "effectiveTime/high": "date de fin",
    "effectiveTime/low": "date de début",
    "entry": "donnée codée",
    "entryRelationship": "donnée liée",
    "family": "nom",
    "functionCode": "rôle",
    "given": "prénom",
    "guardian": "représentant légal",
    "healthCareFacility": "lieu d’exercice",
    "id": "identifiant",
    "interpretationCode": "interprétation",
    "manufacturedMaterial": "produit",
    "maxDoseQuantity": "dose maximale",
    "methodCode": "méthode",
    "name": "nom",
    "observationMedia": "pièce jointe",
    "originalText": "libellé d’origine",
    "participant": "agent",
    "patient": "identité",
    "performer": "exécutant",
    "period": "rythme",
    "postalCode": "code postal",
    "prefix": "civilité",
    "priorityCode": "priorité",
    "procedure": "acte",
    "rateQuantity": "débit",
    "reference": "renvoi au texte",
    "referenceRange": "valeurs de référence",
    "repeatNumber": "nombre de renouvellements",
    "representedOrganization": "structure",
    "routeCode": "voie d’administration",
    "section": "rubrique",
    "setId": "identifiant du lot de versions",
    "signatureCode": "signature",
    "specimen": "prélèvement",
    "standardIndustryClassCode": "cadre d’exercice",
    "statusCode": "statut",
    "streetAddressLine": "adresse",
    "streetName": "rue",
    "suffix": "titre",
    "targetSiteCode": "localisation",
    "telecom": "téléphone ou adresse électronique",
    "templateId": "modèle",
    "text": "texte",
    "time": "date",
    "time/high": "date de fin",
    "time/low": "date de début",
    "title": "titre",
    "translation": "code équivalent",
    "typeId": "format",
    "value": "valeur",
    "value/high": "borne haute",
    "value/low": "borne basse",
}

ATTRIBUTES: Mapping[str, str] = {
    "ID": "ancre",
    "code": "code",
    "codeSystem": "nomenclature",
    "displayName": "libellé du code",
    "extension": "numéro",
    "mediaType": "format du fichier",
    "qualifier": "nature",
    "root": "identifiant",
    "type": "type de la valeur",
    "unit": "unité",
    "use": "usage",
    "value": "valeur",
}


def named(element: str) -> str:
    """Return the French name of an element (prefix or not), or its own name between « »."""
    local = element.rpartition(":")[2]
    return FIELDS.get(local) or _lower(HEADER.get(local, "")) or f"«{NBSP}{local}{NBSP}»"


def attribute_named(attribute: str) -> str:
    """Return the French name of an attribute, or its own name between « »."""
    local = attribute.rpartition(":")[2].lstrip("@")
    return ATTRIBUTES.get(local, f"«{NBSP}{local}{NBSP}»")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
