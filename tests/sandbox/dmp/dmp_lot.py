"""A lot for TD2.1 written by hand: a CDA, its metadata, its XAdES signature, the MTOM entity.

What is signed is written directly in its canonical form, so that no canonicaliser is needed here.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.serialization import Encoding

from demo_lgc.sandbox.pki import Holder, Issued
from tests.sandbox.dmp.dmp_requests import (
    DOCTOR,
    MATRICULE,
    TEST_OID,
    Call,
    certificate_of,
    der_of,
    edited,
    sha256,
    sign,
)

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.1.1#"
LOINC = "2.16.840.1.113883.6.1"
FR_SYSTEM = "1.2.250.1.213.1.1.4.13"
MASK = "f4f85eac-e6cb-4883-b524-f2705394840f"
_DER = Encoding.DER
Edits = list[tuple[str, str]]


def new_oid() -> str:
    return f"2.25.{uuid.uuid4().int}"


def xcn(holder: Holder) -> str:
    return (
        f"{holder.national_id}^{holder.family}^{holder.given}^^^^^^&amp;1.2.250.1.71.4.2.1&amp;ISO^D^^^IDNPS"
    )


@dataclass
class Lot:
    """Everything of a TD2.1. Each `…_edits` spoils one piece before it is used by the next."""

    url: str
    signer: Issued
    matricule: str = MATRICULE
    holder: Holder = DOCTOR
    document_id: str = field(default_factory=new_oid)
    submission_id: str = field(default_factory=new_oid)
    signature_id: str = field(default_factory=new_oid)
    cda_edits: Edits = field(default_factory=list)
    signature_edits: Edits = field(default_factory=list)  # before signing
    sealed_edits: Edits = field(default_factory=list)  # after signing
    metadata_edits: Edits = field(default_factory=list)
    call_edits: Edits = field(default_factory=list)
    mime_edits: list[tuple[bytes, bytes]] = field(default_factory=list)
    masks: tuple[str, ...] = ()
    replaces: tuple[str, str] | None = None  # uniqueId, entryUUID

    def __post_init__(self) -> None:
        if self.replaces:
            parent = (
                '<relatedDocument typeCode="RPLC"><parentDocument>'
                f'<id root="{self.replaces[0]}"></id></parentDocument></relatedDocument>'
            )
            self.cda_edits = [("<componentOf>", f"{parent}<componentOf>"), *self.cda_edits]

    # --- documents ------------------------------------------------------------------------------------

    def cda(self) -> bytes:
        """The document's bytes; after the declaration they are in canonical form."""
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + self.canonical_cda().encode()

    def canonical_cda(self) -> str:
        structure = self.holder.activities[0]
        person = (
            f'<id extension="{self.holder.national_id}" root="1.2.250.1.71.4.2.1"></id>'
            '<code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Médecin"></code>'
            "<assignedPerson><name><family>MEDECIN</family><given>ANNE</given></name></assignedPerson>"
        )
        place = f'<id extension="{structure[0]}" root="1.2.250.1.71.4.2.2"></id><name>{structure[1]}</name>'
        org = f"<representedOrganization>{place}</representedOrganization>"
        text = (
            '<ClinicalDocument xmlns="urn:hl7-org:v3"><realmCode code="FR"></realmCode>'
            '<typeId extension="POCD_HD000040" root="2.16.840.1.113883.1.3"></typeId>'
            '<templateId root="2.16.840.1.113883.2.8.2.1"></templateId>'
            f'<id root="{self.document_id}"></id>'
            f'<code code="SYNTH" codeSystem="1.2.250.1.213.1.1.4.12" displayName="Synthèse"></code>'
            "<title>Synthèse médicale</title><!-- écrite pour un essai -->"
            '<effectiveTime value="20261120101500+0100"></effectiveTime>'
            '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"></confidentialityCode>'
            '<languageCode code="fr-FR"></languageCode>'
            f'<setId root="{self.document_id}"></setId><versionNumber value="1"></versionNumber>'
            f'<recordTarget><patientRole><id extension="{self.matricule}" root="{TEST_OID}"></id>'
            '<id extension="DEMO-1" root="1.2.250.1.999.7"></id><patient><name>'
            '<family qualifier="BR">NESSI</family><given>RUTH ISABELLE</given>'
            '<given qualifier="BR">RUTH</given></name>'
            '<administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1">'
            "</administrativeGenderCode>"
            '<birthTime value="19790327"></birthTime>'
            "<birthplace><place><addr><county>51215</county></addr></place></birthplace></patient>"
            '</patientRole></recordTarget><author><time value="20261120101500+0100"></time>'
            f"<assignedAuthor>{person}{org}</assignedAuthor></author><custodian><assignedCustodian>"
            f"<representedCustodianOrganization>{place}</representedCustodianOrganization></assignedCustodian>"
            '</custodian><legalAuthenticator><time value="20261120101500+0100"></time>'
            f'<signatureCode code="S"></signatureCode><assignedEntity>{person}{org}</assignedEntity>'
            "</legalAuthenticator><documentationOf><serviceEvent><effectiveTime>"
            '<low value="202611201000+0100"></low><high value="202611201015+0100"></high>'
            '</effectiveTime><performer typeCode="PRF">'
            f"<assignedEntity>{person}<representedOrganization>{place}"
            '<standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9">'
            "</standardIndustryClassCode></representedOrganization></assignedEntity></performer>"
            "</serviceEvent></documentationOf><componentOf><encompassingEncounter>"
            '<effectiveTime><low value="202611201000+0100"></low></effectiveTime><location>'
            '<healthCareFacility><code code="SA07" codeSystem="1.2.250.1.71.4.2.4"></code>'
            "</healthCareFacility></location></encompassingEncounter></componentOf><component><nonXMLBody>"
            '<text mediaType="text/plain" representation="B64">ZXNzYWk=</text></nonXMLBody></component>'
            "</ClinicalDocument>"
        )
        return edited(text, self.cda_edits)

    def signature(self) -> bytes:
        """The signature document."""
        digest = f'<DigestMethod Algorithm="{SHA256}"></DigestMethod>'
        manifest = (
            f'<Manifest xmlns="{DS}" Id="IHEManifest"><Reference URI="urn:oid:{self.submission_id}">'
            f"{digest}<DigestValue>AA==</DigestValue></Reference>"
            f'<Reference URI="urn:oid:{self.document_id}"><Transforms>'
            f'<Transform Algorithm="{C14N}"></Transform></Transforms>{digest}'
            f"<DigestValue>{sha256(self.canonical_cda().encode())}</DigestValue></Reference></Manifest>"
        )
        certificate = certificate_of(self.signer)
        fingerprint = sha256(certificate.public_bytes(_DER))
        properties = (
            f'<SignedProperties xmlns="{XADES}" Id="S0-SignedProperties"><SignedSignatureProperties>'
            "<SigningTime>2026-11-20T09:15:30Z</SigningTime><SigningCertificate><Cert><CertDigest>"
            f"{digest}<DigestValue>{fingerprint}</DigestValue></CertDigest><IssuerSerial>"
            f'<X509IssuerName xmlns="{DS}">{certificate.issuer.rfc4514_string()}</X509IssuerName>'
            f'<X509SerialNumber xmlns="{DS}">{certificate.serial_number}</X509SerialNumber></IssuerSerial>'
            "</Cert></SigningCertificate><SignaturePolicyIdentifier><SignaturePolicyImplied>"
            "</SignaturePolicyImplied></SignaturePolicyIdentifier></SignedSignatureProperties>"
            "<SignedDataObjectProperties></SignedDataObjectProperties></SignedProperties>"
        )
        for old, new in self.signature_edits:
            assert old in manifest + properties, old
            manifest, properties = manifest.replace(old, new), properties.replace(old, new)
        info = (
            f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
            '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
            f'<Reference Type="{DS}Manifest" URI="#IHEManifest">{digest}'
            f"<DigestValue>{sha256(manifest.encode())}</DigestValue></Reference>"
            f'<Reference Type="{XADES}SignedProperties" URI="#S0-SignedProperties">{digest}'
            f"<DigestValue>{sha256(properties.encode())}</DigestValue></Reference></SignedInfo>"
        )
        inherited, own = f' xmlns="{DS}"', f' xmlns="{XADES}"'
        text = (
            f'<Signature{inherited} Id="S0">{info.replace(inherited, "", 1)}'
            f"<SignatureValue>{sign(self.signer, info.encode())}</SignatureValue>"
            f"<KeyInfo><X509Data><X509Certificate>{der_of(self.signer)}</X509Certificate></X509Data></KeyInfo>"
            f'<Object>{manifest.replace(inherited, "", 1)}</Object><Object><SignatureProperties xmlns="">'
            '<SignatureProperty Id="purposeOfSignature" Target="#S0">1.2.840.10065.1.12.1.14'
            f"</SignatureProperty></SignatureProperties></Object><Object>"
            f'<QualifyingProperties xmlns="{XADES}" Target="#S0">{properties.replace(own, "", 1)}'
            "</QualifyingProperties></Object></Signature>"
        )
        return edited(text, self.sealed_edits).encode()

    # --- metadata -------------------------------------------------------------------------------------

    def body(self) -> str:
        members = [("Document01", "as01"), ("Signature01", "as02")]
        associations = "".join(
            _association(i, "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember", "SubmissionSet01", t)
            for t, i in members
        ) + _association("as03", "urn:ihe:iti:2007:AssociationType:signs", "Signature01", "SubmissionSet01")
        if self.replaces:
            kind = "urn:ihe:iti:2007:AssociationType:RPLC"
            associations += _association("as04", kind, "Document01", self.replaces[1])
        text = (
            '<xdsb:ProvideAndRegisterDocumentSetRequest xmlns:xdsb="urn:ihe:iti:xds-b:2007" '
            'xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" '
            'xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"><lcm:SubmitObjectsRequest>'
            f"<rim:RegistryObjectList>{self._package()}{self._document()}{self._signature_entry()}"
            f"{associations}</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"
            f"{_included('Document01')}{_included('Signature01')}"
            "</xdsb:ProvideAndRegisterDocumentSetRequest>"
        )
        return edited(text, self.metadata_edits)

    def _author(self, scheme: str, owner: str) -> str:
        structure, name, _ = self.holder.activities[0]
        xon = f"{name}^^^^^&amp;1.2.250.1.71.4.2.2&amp;ISO^IDNST^^^{structure}"
        slots = (
            _slot("authorPerson", xcn(self.holder))
            + _slot("authorInstitution", xon)
            + _slot("authorSpecialty", "G15_10/SM26^Médecin^1.2.250.1.213.1.1.4.5")
        )
        return (
            f'<rim:Classification id="{owner}-a" classificationScheme="urn:uuid:{scheme}" '
            f'classifiedObject="{owner}" nodeRepresentation="">{slots}</rim:Classification>'
        )

    def _package(self) -> str:
        own = "SubmissionSet01"
        cx = f"{self.matricule}^^^&amp;{TEST_OID}&amp;ISO^NH"
        return (
            f'<rim:RegistryPackage id="{own}">{_slot("submissionTime", "20261120091530")}{_name("Lot")}'
            f"{self._author('a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d', own)}"
            f"{_code(own, 'aa543740-bdda-424e-8c96-df4873be8500', 'SA07', '1.2.250.1.71.4.2.4')}"
            f'<rim:Classification id="{own}-n" classifiedObject="{own}" '
            'classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"/>'
            f"{_identifier(own, '6b5aea1a-874d-4603-a4bc-96a0a7b38446', cx, 'patientId')}"
            f"{_identifier(own, '554ac39e-e3fe-47fe-b233-965d2a147832', '1.2.250.1.999.1', 'sourceId')}"
            f"{_identifier(own, '96fdda7c-d067-4183-912e-bf5ee74998a8', self.submission_id, 'uniqueId')}"
            "</rim:RegistryPackage>"
        )

    def _document(self) -> str:
        cx = f"{self.matricule}^^^&amp;{TEST_OID}&amp;ISO^NH"
        info = ["PID-5|NESSI^RUTH^RUTH ISABELLE^^^^L", "PID-7|19790327", "PID-8|F"]
        content = self.cda()
        slots = (
            _slot("creationTime", "20261120091500")
            + _slot("hash", hashlib.sha1(content).hexdigest())
            + _slot("languageCode", "fr-FR")
            + _slot("legalAuthenticator", xcn(self.holder))
            + _slot("serviceStartTime", "202611200900")
            + _slot("serviceStopTime", "202611200915")
            + _slot("size", str(len(content)))
            + _slot("sourcePatientId", "DEMO-1^^^&amp;1.2.250.1.999.7&amp;ISO^PI")
            + _slot("sourcePatientInfo", *info)
        )
        codes = (
            ("41a5887f-8865-4c09-adf7-e362475b143a", "11", "1.2.250.1.213.1.1.4.1"),
            ("f0306f51-975f-434e-a61c-c59651d33983", "SYNTH", "1.2.250.1.213.1.1.4.12"),
            (MASK, "N", "2.16.840.1.113883.5.25"),
            *((MASK, code, FR_SYSTEM) for code in self.masks),
            ("a09d5840-386c-46f2-b5ad-9c3699a4309d", "urn:asip:ci-sis:vsm:2012", "1.2.250.1.213.1.1.4.2.282"),
        )
        return self._entry("Document01", slots, "Synthèse médicale", codes, cx, self.document_id)

    def _signature_entry(self) -> str:
        cx = f"{self.matricule}^^^&amp;{TEST_OID}&amp;ISO^NH"
        moment = "20261120091530"
        slots = (
            _slot("creationTime", moment)
            + _slot("languageCode", "art")
            + _slot("legalAuthenticator", xcn(self.holder))
            + _slot("serviceStartTime", moment)
            + _slot("serviceStopTime", moment)
            + _slot("sourcePatientId", cx)
        )
        codes = (
            ("41a5887f-8865-4c09-adf7-e362475b143a", "urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN"),
            ("f0306f51-975f-434e-a61c-c59651d33983", "E1762", "ASTM"),
            (MASK, "N", "2.16.840.1.113883.5.25"),
            (MASK, "MASQUE_PS", FR_SYSTEM),
            (MASK, "INVISIBLE_PATIENT", FR_SYSTEM),
            ("a09d5840-386c-46f2-b5ad-9c3699a4309d", DS, "URN"),
            ("2c6b8cb7-8b2a-4051-b291-b1ae6a575ef4", "1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12"),
        )
        return self._entry("Signature01", slots, "Source", codes, cx, self.signature_id)

    def _entry(self, own: str, slots: str, title: str, codes: tuple, cx: str, unique_id: str) -> str:
        places = (
            ("f33fb8ac-18af-42cc-ae0e-ed0b0bdb91e1", "SA07", "1.2.250.1.71.4.2.4"),
            ("cccf5598-8b07-4b77-a05e-ae952c785ead", "AMBULATOIRE", "1.2.250.1.213.1.1.4.9"),
        )
        return (
            f'<rim:ExtrinsicObject id="{own}" mimeType="text/xml" '
            f'objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1">{slots}{_name(title)}'
            f"{self._author('93606bcf-9494-43ec-9b4e-a7748d1a838d', own)}"
            f"{''.join(_code(own, *code) for code in (*codes, *places))}"
            f"{_identifier(own, '58a6f841-87b3-4a3e-92fd-a8ffeff98427', cx, 'patientId')}"
            f"{_identifier(own, '2e82c1f6-a085-4c72-9da3-8640a32e42ab', unique_id, 'uniqueId')}"
            "</rim:ExtrinsicObject>"
        )

    # --- entity ---------------------------------------------------------------------------------------

    def entity(self) -> tuple[str, bytes]:
        """The Content-Type and the bytes to post."""
        call = Call("/repository", self.url, self.body(), self.holder, self.matricule, edits=self.call_edits)
        boundary = "MIMEBoundary-essai"
        start = "<root.message@cxf.apache.org>"
        soap = f'application/soap+xml; action=\\"{call.action}\\"'
        pieces = [
            (f'application/xop+xml; charset=UTF-8; type="{soap}"', start, call.envelope().encode()),
            ("application/octet-stream", "<Document01-1@urn:ihe:iti:xds-b:2007>", self.cda()),
            ("application/octet-stream", "<Signature01-1@urn:ihe:iti:xds-b:2007>", self.signature()),
        ]
        body = b""
        for kind, cid, content in pieces:
            body += (
                f"--{boundary}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\n"
                f"Content-ID: {cid}\r\n\r\n"
            ).encode()
            body += content + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        for old, new in self.mime_edits:
            assert old in body, old
            body = body.replace(old, new)
        return (
            f'multipart/related; type="application/xop+xml"; boundary="{boundary}"; start="{start}"; '
            f'start-info="application/soap+xml"; action="{call.action}"'
        ), body


def _slot(name: str, *values: str) -> str:
    listed = "".join(f"<rim:Value>{value}</rim:Value>" for value in values)
    return f'<rim:Slot name="{name}"><rim:ValueList>{listed}</rim:ValueList></rim:Slot>'


def _name(value: str) -> str:
    return f'<rim:Name><rim:LocalizedString charset="UTF-8" value="{value}" xml:lang="FR"/></rim:Name>'


def _code(owner: str, scheme: str, code: str, system: str) -> str:
    return (
        f'<rim:Classification id="c-{uuid.uuid4()}" classificationScheme="urn:uuid:{scheme}" '
        f'classifiedObject="{owner}" nodeRepresentation="{code}">'
        f"{_slot('codingScheme', system)}{_name(code)}</rim:Classification>"
    )


def _identifier(owner: str, scheme: str, value: str, name: str) -> str:
    return (
        f'<rim:ExternalIdentifier id="e-{uuid.uuid4()}" identificationScheme="urn:uuid:{scheme}" '
        f'registryObject="{owner}" value="{value}">{_name(name)}</rim:ExternalIdentifier>'
    )


def _association(identifier: str, kind: str, source: str, target: str) -> str:
    return (
        f'<rim:Association id="{identifier}" associationType="{kind}" '
        'objectType="urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:Association" '
        f'sourceObject="{source}" targetObject="{target}">'
        f"{_slot('SubmissionSetStatus', 'Original') if kind.endswith('HasMember') else ''}</rim:Association>"
    )


def _included(identifier: str) -> str:
    return (
        f'<xdsb:Document id="{identifier}"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" '
        f'href="cid:{identifier}-1@urn%3Aihe%3Aiti%3Axds-b%3A2007"/></xdsb:Document>'
    )
