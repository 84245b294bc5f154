"""The signature of a submission set: an XAdES manifest that the DMP demands beside every lot.

The text is assembled from fragments in canonical form, each canonicalised as a document of its own: what
is digested is, byte for byte, what is written, and the element in no namespace keeps its `xmlns=""`,
which no tree of lxml would write.

Reference: [DMP] §8.4; [XADES] ETSI TS 101 903 v1.1.1; IHE DSG; XML-Signature; Canonical XML 1.0.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from cryptography import x509
from lxml import etree

from demo_lgc.domain.trust import Signer
from demo_lgc.exchange.soap.xml import UnreadableXmlError, instant, parse
from demo_lgc.exchange.xds.codes import SIGNATURE_PURPOSE
from demo_lgc.exchange.xml_signature import DS, RSA_SHA256, SHA256, add, add_digest, sha256_text

XADES = "http://uri.etsi.org/01903/v1.1.1#"
C14N_WITH_COMMENTS = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"

_SUBMISSION_DIGEST = "AA=="  # the submission set has no bytes: fixed, one zero byte. [DMP] §8.4


def sign_submission(
    submission_id: str, documents: Sequence[tuple[str, bytes]], signer: Signer, signed_at: datetime
) -> bytes:
    """Return the signature document of a lot.

    `documents` are (uniqueId, XML bytes); `signed_at` carries an offset. Raises CardError (the card is
    gone or refused), UnreadableXmlError when a document is not XML we take. Reference: [DMP] §8.4.
    """
    signature_id = f"S-{submission_id}"
    manifest = _canonical(_manifest(submission_id, documents))
    properties = _canonical(_signed_properties(signer, signed_at))
    signed_info = _canonical(_signed_info(manifest, properties))
    value = b64encode(signer.sign(signed_info))
    certificate = b64encode(signer.certificate)
    purpose = (
        f'<SignatureProperties xmlns=""><SignatureProperty Id="purposeOfSignature" Target="#{signature_id}">'
        f"{SIGNATURE_PURPOSE.code}</SignatureProperty></SignatureProperties>"
    )
    qualifying = f'<QualifyingProperties xmlns="{XADES}" Target="#{signature_id}">'
    return b"".join(
        (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Signature xmlns="{DS}" Id="{signature_id}">'.encode(),
            signed_info,
            b"<SignatureValue>" + value + b"</SignatureValue>",
            b"<KeyInfo><X509Data><X509Certificate>"
            + certificate
            + b"</X509Certificate></X509Data></KeyInfo>",
            b"<Object>" + manifest + b"</Object>",
            b"<Object>" + purpose.encode() + b"</Object>",
            b"<Object>" + qualifying.encode() + properties + b"</QualifyingProperties></Object>",
            b"</Signature>",
        )
    )


def _signed_info(manifest: bytes, properties: bytes) -> etree._Element:
    info = _root(DS, "SignedInfo")
    add(info, "CanonicalizationMethod", Algorithm=C14N_WITH_COMMENTS)
    add(info, "SignatureMethod", Algorithm=RSA_SHA256)
    for kind, uri, content in (
        (DS + "Manifest", "#IHEManifest", manifest),
        (XADES + "SignedProperties", "#S0-SignedProperties", properties),
    ):
        add_digest(add(info, "Reference", Type=kind, URI=uri), sha256_text(content))
    return info


def _manifest(submission_id: str, documents: Sequence[tuple[str, bytes]]) -> etree._Element:
    manifest = _root(DS, "Manifest", Id="IHEManifest")
    add_digest(add(manifest, "Reference", URI=f"urn:oid:{submission_id}"), _SUBMISSION_DIGEST)
    for unique_id, content in documents:
        reference = add(manifest, "Reference", URI=f"urn:oid:{unique_id}")
        add(add(reference, "Transforms"), "Transform", Algorithm=C14N_WITH_COMMENTS)
        add_digest(reference, sha256_text(_canonical(parse(content))))
    return manifest


def _signed_properties(signer: Signer, signed_at: datetime) -> etree._Element:
    properties = _root(XADES, "SignedProperties", Id="S0-SignedProperties")
    signature = _xades(properties, "SignedSignatureProperties")
    _xades(signature, "SigningTime").text = instant(signed_at)
    signing_certificate = _xades(signature, "SigningCertificate")
    for der in (signer.certificate, *signer.chain):
        _certificate(_xades(signing_certificate, "Cert"), der)
    _xades(_xades(signature, "SignaturePolicyIdentifier"), "SignaturePolicyImplied")
    _xades(properties, "SignedDataObjectProperties")
    return properties


def _certificate(cert: etree._Element, der: bytes) -> None:
    certificate = x509.load_der_x509_certificate(der)
    digest = _xades(cert, "CertDigest")
    _xades(digest, "DigestMethod", Algorithm=SHA256)
    _xades(digest, "DigestValue").text = sha256_text(der)
    serial = _xades(cert, "IssuerSerial")
    for name, text in (
        ("X509IssuerName", certificate.issuer.rfc4514_string()),
        ("X509SerialNumber", str(certificate.serial_number)),
    ):
        item = _root(DS, name)  # with its own default namespace
        item.text = text
        serial.append(item)


def _canonical(root: etree._Element) -> bytes:
    """Canonical XML with comments of a whole document: exact only for a root, never for a part of a tree."""
    try:
        return etree.tostring(root.getroottree(), method="c14n", with_comments=True)
    except etree.C14NError:
        raise UnreadableXmlError("the name of a namespace is not absolute") from None


def _root(namespace: str, name: str, **attributes: str) -> etree._Element:
    """An element whose namespace is the default one; the stubs of lxml know no default namespace."""
    return etree.Element(f"{{{namespace}}}{name}", attributes, cast("dict[str, str]", {None: namespace}))


def _xades(owner: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(owner, f"{{{XADES}}}{name}", attributes)
