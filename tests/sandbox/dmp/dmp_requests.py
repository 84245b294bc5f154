"""Requests to the DMP written by hand from the specification, to be spoilt one place at a time."""

from __future__ import annotations

import base64
import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from demo_lgc.sandbox.pki import Holder, Issued

MATRICULE = "279035121518989"
OTHER_MATRICULE = "157127511234558"
CLOSED, UNKNOWN = "155056735216926", "155076735216958"
TEST_OID = "1.2.250.1.213.1.4.10"
DOCTOR = Holder(
    "899900063480",
    "MEDECIN",
    "ANNE",
    activities=(("499900063480001", "Cabinet du Dr MEDECIN", "SA07"),),
)
COLLEAGUE = Holder(
    "899900063498",
    "COLLEGUE",
    "PAUL",
    activities=(("499900063498001", "Cabinet du Dr COLLEGUE", "SA07"),),
)
ACTIONS = {
    "/patients": "urn:hl7-org:v3:PRPA_IN201307UV02",
    "/habilitations": "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization",
    "/repository": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
    "/registry": "urn:ihe:iti:2007:RegistryStoredQuery",
}


def edited(text: str, edits: list[tuple[str, str]]) -> str:
    """Replace each old text, that must be there, by the new one."""
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


def sign(issued: Issued, data: bytes) -> str:
    key = serialization.load_pem_private_key(issued.key.read_bytes(), None)
    return base64.b64encode(key.sign(data, padding.PKCS1v15(), hashes.SHA256())).decode()


def certificate_of(issued: Issued) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.certificate.read_bytes())


def der_of(issued: Issued) -> str:
    return base64.b64encode(certificate_of(issued).public_bytes(serialization.Encoding.DER)).decode()


def sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def issuer_text(holder: Holder) -> str:
    return f"CN={holder.national_id}+2.5.4.4={holder.family}+2.5.4.42={holder.given},title=Médecin,C=FR"


@dataclass
class Call:
    """A SOAP request. `edits` spoil the envelope, once everything is in it; `sign_with` signs the VIHF."""

    path: str
    url: str
    body: str
    holder: Holder = DOCTOR
    matricule: str = MATRICULE
    oid: str = TEST_OID
    message_id: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")
    issued_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    content_type: str = ""
    edits: list[tuple[str, str]] = field(default_factory=list)
    sign_with: Issued | None = None

    @property
    def action(self) -> str:
        return ACTIONS[self.path]

    def vihf(self) -> str:
        """The assertion, written in its canonical form (what signing needs)."""
        instant = self.issued_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        structure, _, sector = self.holder.activities[0]
        cx = f"{self.matricule}^^^&amp;{self.oid}&amp;ISO^NH"
        values = "".join(
            f'<saml2:Attribute Name="{name}">{"".join(_value(v) for v in values)}</saml2:Attribute>'
            for name, values in (
                ("Identifiant_Structure", [structure]),
                ("Secteur_Activite", [f"{sector}^1.2.250.1.71.4.2.4"]),
                (
                    "urn:oasis:names:tc:xacml:2.0:subject:role",
                    [
                        _coded("Role", str(self.holder.profession), "1.2.250.1.71.1.2.7", "Médecin"),
                        _coded(
                            "Role", self.holder.speciality, "1.2.250.1.71.4.2.5", "Médecine générale (SM)"
                        ),
                    ],
                ),
                ("VIHF_Version", ["4.0"]),
                ("Authentification_mode", ["DIRECTE"]),
                ("urn:oasis:names:tc:xacml:2.0:resource:resource-id", [cx]),
                ("Ressource_URN", ["urn:dmp"]),
                (
                    "urn:oasis:names:tc:xspa:1.0:subject:purposeofuse",
                    [_coded("PurposeOfUse", "normal", "1.2.250.1.213.1.1.4.248", "Accès normal")],
                ),
                ("LPS_Nom", ["essai"]),
                ("LPS_Version", ["1.0"]),
                ("LPS_ID_HOMOLOGATION_DMP", ["ESSAI-000000"]),
            )
        )
        identifier = f"_{uuid.uuid4()}"
        head = (
            f'<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="{identifier}" '
            f'IssueInstant="{instant}" Version="2.0">'
            '<saml2:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName">'
            f"{issuer_text(self.holder)}</saml2:Issuer>"
        )
        tail = (
            f"<saml2:Subject><saml2:NameID>{self.holder.national_id}</saml2:NameID></saml2:Subject>"
            f'<saml2:AuthnStatement AuthnInstant="{instant}"><saml2:AuthnContext><saml2:AuthnContextClassRef>'
            "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI</saml2:AuthnContextClassRef>"
            "</saml2:AuthnContext></saml2:AuthnStatement>"
            f"<saml2:AttributeStatement>{values}</saml2:AttributeStatement></saml2:Assertion>"
        )
        signature = _enveloped(self.sign_with, identifier, head + tail) if self.sign_with else ""
        return head + signature + tail

    def envelope(self) -> str:
        text = (
            '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope">'
            '<soap:Header xmlns:wsa="http://www.w3.org/2005/08/addressing">'
            f"<wsa:MessageID>{self.message_id}</wsa:MessageID><wsa:To>{self.url}{self.path}</wsa:To>"
            '<wsa:ReplyTo soap:mustUnderstand="true">'
            "<wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>"
            f'<wsa:Action soap:mustUnderstand="true">{self.action}</wsa:Action>'
            '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/'
            f'oasis-200401-wss-wssecurity-secext-1.0.xsd">{self.vihf()}</wsse:Security></soap:Header>'
            f"<soap:Body>{self.body}</soap:Body></soap:Envelope>"
        )
        return edited(text, self.edits)

    def entity(self) -> tuple[str, bytes]:
        kind = self.content_type or f'application/soap+xml; charset=UTF-8; action="{self.action}"'
        return kind, self.envelope().encode()


def _value(content: str) -> str:
    return f"<saml2:AttributeValue>{content}</saml2:AttributeValue>"


def _coded(name: str, code: str, system: str, display: str) -> str:
    return (
        f'<{name} xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" code="{code}" '
        f'codeSystem="{system}" displayName="{display}" xsi:type="CE"></{name}>'
    )


def _enveloped(issued: Issued, identifier: str, canonical: str) -> str:
    digest = sha256(canonical.encode())
    exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    info = (
        '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f'<ds:CanonicalizationMethod Algorithm="{exclusive}"></ds:CanonicalizationMethod>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256">'
        f'</ds:SignatureMethod><ds:Reference URI="#{identifier}"><ds:Transforms>'
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>'
        f'<ds:Transform Algorithm="{exclusive}"></ds:Transform></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    )
    return (
        f'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">{info}<ds:SignatureValue>'
        f"{sign(issued, info.encode())}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{der_of(issued)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )


def td0_2(matricule: str = MATRICULE, oid: str = TEST_OID) -> str:
    device = '<device classCode="DEV" determinerCode="INSTANCE"><id root="{}"/></device>'
    return (
        '<PRPA_IN201307UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">'
        f'<id root="1.2.250.1.999.1.1" extension="{uuid.uuid4()}"/><creationTime value="20261120100000"/>'
        '<interactionId root="2.16.840.1.113883.1.6" extension="PRPA_IN201307UV02"/>'
        '<processingCode code="D"/><processingModeCode code="T"/><acceptAckCode code="AL"/>'
        f'<receiver typeCode="RCV">{device.format("1.2.250.1.213.4.1.1.1")}</receiver>'
        f'<sender typeCode="SND">{device.format("1.2.250.1.999.1")}</sender>'
        '<controlActProcess classCode="CACT" moodCode="EVN">'
        '<reasonCode code="TEST_EXST" codeSystem="1.2.250.1.213.1.1.4.11" displayName="Test"/>'
        f'<queryByParameter><queryId root="1.2.250.1.999.1.2" extension="{uuid.uuid4()}"/>'
        '<statusCode code="new"/><parameterList><patientIdentifier>'
        f'<value root="{oid}" extension="{matricule}"/><semanticsText>Patient.id</semanticsText>'
        "</patientIdentifier></parameterList></queryByParameter></controlActProcess></PRPA_IN201307UV02>"
    )


def td0_3(action: str = "AJOUT", role: str = "") -> str:
    inside = f"<action>{action}</action>" + (f"<role>{role}</role>" if role else "")
    return f'<setAuthorization xmlns="urn:si-dmp-habilitations">{inside}</setAuthorization>'


def td3_1(value: str, kind: str = "ObjectRef", name: str = "$XDSDocumentEntryUniqueId") -> str:
    return (
        '<query:AdhocQueryRequest xmlns:query="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
        'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">'
        f'<query:ResponseOption returnComposedObjects="true" returnType="{kind}"/>'
        '<rim:AdhocQuery id="urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4">'
        f'<rim:Slot name="{name}"><rim:ValueList><rim:Value>{value}</rim:Value></rim:ValueList></rim:Slot>'
        "</rim:AdhocQuery></query:AdhocQueryRequest>"
    )
