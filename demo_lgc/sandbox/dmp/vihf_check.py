"""The VIHF of a direct (card) authentication, read as the DMP reads it.

Reference: [DMP] §2.1, §2.2, §2.4; [SAML].
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from cryptography import x509
from lxml import etree

from demo_lgc.sandbox.dmp.caller import Caller, Directory, PatientId, read_cx
from demo_lgc.sandbox.dmp.certificates import common_name, is_authentication, rdns_of, rdns_of_text
from demo_lgc.sandbox.dmp.names import (
    DS,
    HL7,
    INS_DEMO,
    INS_NIR,
    INS_TEST,
    PROFESSIONS,
    SAML,
    SECTORS,
    SPECIALITIES,
    XSI,
    children,
    local,
    text_of,
)
from demo_lgc.sandbox.dmp.refusals import SoapFault
from demo_lgc.sandbox.dmp.vihf_signature import check_vihf_signature
from demo_lgc.sandbox.pki import Holder

_X509_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
_SMARTCARD = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"
_ROLE = "urn:oasis:names:tc:xacml:2.0:subject:role"
_RESOURCE = "urn:oasis:names:tc:xacml:2.0:resource:resource-id"
_PURPOSE = "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse"
_SECRET = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"  # noqa: S105 - a SAML name
_PURPOSE_SYSTEM = "1.2.250.1.213.1.1.4.248"  # TRE_R248
_INVISIBLE = "INVISIBLE_REPRESENTANTS_LEGAUX^1.2.250.1.213.1.1.4.13"
_MODES = ("normal", "bris_de_glace", "centre_15")
_NEED_SPECIALITY = (10, 21)  # doctors and pharmacists
_CLOCK = timedelta(minutes=5)
_ORDER = ("Issuer", "Signature", "Subject", "Conditions", "AuthnStatement", "AttributeStatement")


def check_vihf(assertion: etree._Element | None, peer: bytes, directory: Directory) -> Caller:
    """Return who calls. Raises SoapFault. `peer` is the DER certificate of the TLS connection."""
    certificate = x509.load_der_x509_certificate(peer)
    if not is_authentication(certificate):
        raise SoapFault("Not a valid authentication certificate", "DMPInvalidCertificate")
    holder = directory.holders.get(common_name(certificate))
    if holder is None:
        raise SoapFault("Le porteur de la carte est inconnu")
    if assertion is None:
        raise SoapFault("Le VIHF est absent ou n'est pas unique")
    parts = _structure(assertion)
    _header(assertion, parts, certificate, holder)
    if "Signature" in parts:
        check_vihf_signature(assertion, parts["Signature"], directory, holder.national_id)
    attributes = _attributes(parts["AttributeStatement"])
    _role(attributes, holder)
    structure_id = _place(attributes, holder, directory)
    _software(attributes)
    if _SECRET in attributes and _one_text(attributes, _SECRET) != _INVISIBLE:
        raise _wrong(_SECRET)
    return Caller(holder, certificate, structure_id, _patient(attributes), _purpose(attributes))


def _wrong(what: str) -> SoapFault:
    return SoapFault(f"VIHF incorrect : {what}")


def _structure(assertion: etree._Element) -> dict[str, etree._Element]:
    names = [local(child) for child in children(assertion)]
    required = [n for n in _ORDER if n not in ("Signature", "Conditions")]
    if names != [n for n in _ORDER if n in names] or any(n not in names for n in required):
        raise _wrong("éléments de l'assertion ou leur ordre")
    parts = dict(zip(names, children(assertion), strict=True))
    for name, part in parts.items():
        if etree.QName(part).namespace != (DS if name == "Signature" else SAML):
            raise _wrong(f"espace de noms de {name}")
    return parts


def _header(
    assertion: etree._Element, parts: dict[str, etree._Element], certificate: x509.Certificate, holder: Holder
) -> None:
    if assertion.get("Version") != "2.0":
        raise _wrong("Version")
    if not re.fullmatch(r"[^\W\d][\w.-]*", assertion.get("ID", "")):
        raise _wrong("ID")
    now = datetime.now(UTC)
    if abs(_instant(assertion.get("IssueInstant", ""), "IssueInstant") - now) > _CLOCK:
        raise _wrong("IssueInstant hors délai")
    issuer = parts["Issuer"]
    if issuer.get("Format") != _X509_NAME:
        raise _wrong("Issuer/@Format")
    try:
        named = rdns_of_text(text_of(issuer))
    except ValueError:
        raise _wrong("Issuer") from None
    if named != rdns_of(certificate.subject):
        raise _wrong("Issuer différent du certificat")
    if text_of(parts["Subject"].find(f"{{{SAML}}}NameID")) != holder.national_id:
        raise _wrong("NameID différent du certificat")
    statement = parts["AuthnStatement"]
    if _instant(statement.get("AuthnInstant", ""), "AuthnInstant") > now + _CLOCK:
        raise _wrong("AuthnInstant")
    context = statement.find(f"{{{SAML}}}AuthnContext/{{{SAML}}}AuthnContextClassRef")
    if text_of(context) != _SMARTCARD:
        raise _wrong("AuthnContextClassRef")
    if "Conditions" in parts:
        _conditions(parts["Conditions"], now)


def _conditions(conditions: etree._Element, now: datetime) -> None:
    if conditions.find(f"{{{SAML}}}AudienceRestriction") is not None:
        raise _wrong("AudienceRestriction")
    before, after = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
    if before and now + _CLOCK < _instant(before, "NotBefore"):
        raise _wrong("NotBefore")
    if after and now - _CLOCK >= _instant(after, "NotOnOrAfter"):
        raise _wrong("NotOnOrAfter")


def _instant(text: str, name: str) -> datetime:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        raise _wrong(name)
    try:  # fractions longer than microseconds are legal
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        raise _wrong(name) from None


def _attributes(statement: etree._Element) -> dict[str, list[etree._Element]]:
    attributes: dict[str, list[etree._Element]] = {}
    for attribute in children(statement):
        name = attribute.get("Name", "")
        values = attribute.findall(f"{{{SAML}}}AttributeValue")
        if attribute.tag != f"{{{SAML}}}Attribute" or not name or not values or name in attributes:
            raise _wrong("AttributeStatement")
        attributes[name] = values
    return attributes


def _one_text(attributes: dict[str, list[etree._Element]], name: str) -> str:
    values = attributes.get(name, [])
    if len(values) != 1 or not text_of(values[0]):
        raise SoapFault(f"Le champ {name} est absent du VIHF")
    return text_of(values[0])


def _coded(value: etree._Element, name: str) -> dict[str, str]:
    inside = children(value)
    if len(inside) != 1 or inside[0].tag != f"{{{HL7}}}{name}":
        raise _wrong(name)
    element = inside[0]
    prefix, colon, kind = element.get(f"{{{XSI}}}type", "").rpartition(":")
    if kind != "CE" or element.nsmap.get(prefix if colon else None) != HL7:
        raise _wrong(f"{name}/@xsi:type")
    if not element.get("code") or not element.get("codeSystem") or not element.get("displayName"):
        raise _wrong(name)
    return {str(key): str(value) for key, value in element.attrib.items()}


def _role(attributes: dict[str, list[etree._Element]], holder: Holder) -> None:
    roles = [_coded(value, "Role") for value in attributes.get(_ROLE, [])]
    if not roles or roles[0]["codeSystem"] != PROFESSIONS or roles[0]["code"] != str(holder.profession):
        raise SoapFault("La profession du VIHF est absente ou n'est pas celle du PS")
    if holder.profession in _NEED_SPECIALITY:
        if len(roles) < 2 or roles[1]["codeSystem"] != SPECIALITIES:
            raise SoapFault("Aucune spécialité dans le vihf")
        if roles[1]["code"] != holder.speciality:
            raise SoapFault("La spécialité du VIHF n'est pas celle du PS")


def _place(attributes: dict[str, list[etree._Element]], holder: Holder, directory: Directory) -> str:
    structure_id = _one_text(attributes, "Identifiant_Structure")
    sector = _one_text(attributes, "Secteur_Activite")
    activity = next((a for a in holder.activities if a[0] == structure_id), None)
    if activity is None and directory.knows_structure(structure_id):
        raise SoapFault("PS et Structure non liés")
    if activity is None or sector != f"{activity[2]}^{SECTORS}":
        raise SoapFault("Structure introuvable ou Inactive")
    return structure_id


def _software(attributes: dict[str, list[etree._Element]]) -> None:
    if _one_text(attributes, "VIHF_Version") not in ("3.0", "4.0"):
        raise _wrong("VIHF_Version")
    if _one_text(attributes, "Authentification_mode") != "DIRECTE":
        raise _wrong("Authentification_mode")
    if _one_text(attributes, "Ressource_URN") != "urn:dmp":
        raise _wrong("Ressource_URN")
    for name in ("LPS_Nom", "LPS_Version", "LPS_ID_HOMOLOGATION_DMP"):
        _one_text(attributes, name)


def _patient(attributes: dict[str, list[etree._Element]]) -> PatientId:
    text = _one_text(attributes, _RESOURCE)
    try:
        patient = read_cx(text)
    except ValueError:
        raise SoapFault("Le champ Resource_id est incorrect : matricule INS") from None
    if patient.oid not in (INS_NIR, INS_TEST, INS_DEMO):  # an NIA opens no DMP
        raise SoapFault("Le champ Resource_id est incorrect : OID")
    return patient


def _purpose(attributes: dict[str, list[etree._Element]]) -> str:
    values = attributes.get(_PURPOSE, [])
    if len(values) != 1:
        raise SoapFault(f"Le champ {_PURPOSE} est absent du VIHF")
    purpose = _coded(values[0], "PurposeOfUse")
    if purpose["codeSystem"] != _PURPOSE_SYSTEM or purpose["code"] not in _MODES:
        raise _wrong("PurposeOfUse")
    return purpose["code"]
