"""The VIHF: who asks, from where, about whom, as a SAML assertion in each request to the DMP.

The DMP has no log-in: every message carries this assertion over a connection opened with the card, and
both must name the same person. In direct mode (a card) it need not be signed: the connection vouches for it.

Reference: [DMP] §2.1 element order, §2.2 attributes, §2.3 signature; [SAML] core 2.0.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from lxml import etree

from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.practitioner import SPECIALTY_LABELS, PractitionerSession
from demo_lgc.domain.trust import Signer
from demo_lgc.exchange.soap.xml import instant
from demo_lgc.exchange.xml_signature import sign_enveloped

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
HL7 = "urn:hl7-org:v3"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

X509_SUBJECT_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
SMARTCARD_PKI = "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI"
VIHF_VERSION = "4.0"
NORMAL_ACCESS = Code("normal", "1.2.250.1.213.1.1.4.248", "Accès normal")  # TRE_R248
PROFESSION_LABELS = {  # TRE_G15, those who hold a CPS
    "10": "Médecin",
    "21": "Pharmacien",
    "40": "Chirurgien-dentiste",
    "50": "Sage-femme",
    "60": "Infirmier",
    "70": "Masseur-kinésithérapeute",
}


def vihf(
    session: PractitionerSession,
    ins: Ins,
    *,
    issuer_dn: str,
    software: str,
    version: str,
    homologation: str,
    now: datetime,
    assertion_id: str,
    signer: Signer | None = None,
) -> etree._Element:
    """Return the assertion of one request, in direct mode, normal access.

    `issuer_dn` is the subject of the authentication certificate (RFC 4514), `software` and `version` are
    what « À propos » shows (EX_GEN-1180), `now` carries an offset, `assertion_id` is an xs:ID. With
    `signer` it is signed, which costs a signature of the card; then raises CardError.
    Reference: [DMP] TD0.1.
    """
    assertion = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml2": SAML})
    assertion.set("ID", assertion_id)
    assertion.set("IssueInstant", instant(now))
    assertion.set("Version", "2.0")
    issuer = _saml(assertion, "Issuer", issuer_dn)
    issuer.set("Format", X509_SUBJECT_NAME)
    _saml(_saml(assertion, "Subject"), "NameID", session.practitioner.national_id)
    authentication = _saml(assertion, "AuthnStatement")
    authentication.set("AuthnInstant", instant(session.opened_at))
    _saml(_saml(authentication, "AuthnContext"), "AuthnContextClassRef", SMARTCARD_PKI)
    statement = _saml(assertion, "AttributeStatement")
    situation = session.situation
    _attribute(statement, "Identifiant_Structure", situation.structure_id)
    _attribute(statement, "Secteur_Activite", f"{situation.sector}^{oids.SECTORS}")
    _roles(statement, session)
    _attribute(statement, "VIHF_Version", VIHF_VERSION)
    _attribute(statement, "Authentification_mode", "DIRECTE")
    _attribute(statement, "urn:oasis:names:tc:xacml:2.0:resource:resource-id", ins.cx)
    _attribute(statement, "Ressource_URN", "urn:dmp")
    purpose = _attribute(statement, "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse")
    _coded(purpose, "PurposeOfUse", NORMAL_ACCESS).set("codeSystemName", "mode acces VIHF 2.0")
    _attribute(statement, "LPS_Nom", software)
    _attribute(statement, "LPS_Version", version)
    _attribute(statement, "LPS_ID_HOMOLOGATION_DMP", homologation)
    if signer is not None:
        sign_enveloped(assertion, signer, after=issuer)  # where the schema of SAML wants it
    return assertion


def _roles(statement: etree._Element, session: PractitionerSession) -> None:
    """The profession, then the speciality, which doctors and pharmacists must give."""
    person = session.practitioner
    attribute = _attribute(statement, "urn:oasis:names:tc:xacml:2.0:subject:role")
    profession = PROFESSION_LABELS.get(person.profession, person.profession)
    _coded(attribute, "Role", Code(person.profession, oids.PROFESSIONS, profession))
    if person.speciality:
        label = SPECIALTY_LABELS.get(person.speciality, person.speciality).removeprefix("Médecin - ")
        _coded(attribute, "Role", Code(person.speciality, oids.SPECIALITIES, label))


def _attribute(statement: etree._Element, name: str, text: str | None = None) -> etree._Element:
    """Add an attribute; without `text` it still awaits its values."""
    attribute = _saml(statement, "Attribute")
    attribute.set("Name", name)
    if text is not None:
        _saml(attribute, "AttributeValue", text)
    return attribute


def _coded(attribute: etree._Element, name: str, code: Code) -> etree._Element:
    """Add a value that is an HL7 CE; its xsi:type is resolved in the default namespace."""
    nsmap = cast("dict[str, str]", {None: HL7, "xsi": XSI})
    value = etree.SubElement(_saml(attribute, "AttributeValue"), f"{{{HL7}}}{name}", nsmap=nsmap)
    value.set(f"{{{XSI}}}type", "CE")
    value.set("code", code.code)
    value.set("codeSystem", code.system)
    value.set("displayName", code.label)
    return value


def _saml(owner: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(owner, f"{{{SAML}}}{name}")
    element.text = text
    return element
