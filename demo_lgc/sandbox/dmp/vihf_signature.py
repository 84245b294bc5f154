"""The signature of a VIHF, when there is one: only the card's signature key may have made it.

A direct VIHF is normally not signed; signing it with the authentication key is a known mistake.

Reference: [DMP] §2.3; XML Signature 1.0.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from demo_lgc.sandbox.dmp import c14n
from demo_lgc.sandbox.dmp.caller import Directory
from demo_lgc.sandbox.dmp.certificates import check_signature_certificate
from demo_lgc.sandbox.dmp.names import DS, text_of
from demo_lgc.sandbox.dmp.refusals import SoapFault

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_ENVELOPED = f"{DS}enveloped-signature"
_UNREADABLE = (
    TypeError,
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


def decoded(element: etree._Element | None) -> bytes:
    """The bytes of a base64 element. Raises ValueError when absent or malformed."""
    text = "".join(text_of(element).split())
    if not text:
        raise ValueError("empty base64")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("malformed base64") from None


def certificate_in(signature: etree._Element) -> x509.Certificate:
    """The first certificate of KeyInfo. Raises ValueError."""
    der = decoded(signature.find(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"))
    try:  # most of a certificate is read when it is asked for, not when it is loaded
        certificate = x509.load_der_x509_certificate(der)
        _ = (certificate.subject, certificate.issuer, certificate.public_key(), certificate.extensions)
        _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except _UNREADABLE:
        raise ValueError("malformed certificate") from None
    return certificate


def rsa_signature_holds(certificate: x509.Certificate, signature: bytes, signed: bytes) -> bool:
    """True when this is the RSASSA-PKCS1-v1_5/SHA-256 signature of those bytes by that certificate."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def check_vihf_signature(
    assertion: etree._Element, signature: etree._Element, directory: Directory, national_id: str
) -> None:
    """Verify the enveloped signature of an assertion. Raises SoapFault."""
    try:
        certificate = certificate_in(signature)
        holds = _holds(assertion, signature, certificate)
    except (etree.C14NError, ValueError):
        raise SoapFault("La signature du VIHF est incorrecte") from None
    check_signature_certificate(certificate, directory.authorities, national_id)
    if not holds:
        raise SoapFault("La signature du VIHF est incorrecte")


def _holds(assertion: etree._Element, signature: etree._Element, certificate: x509.Certificate) -> bool:
    info = signature.find(f"{{{DS}}}SignedInfo")
    if info is None or len(references := info.findall(f"{{{DS}}}Reference")) != 1:
        raise ValueError("SignedInfo")
    reference = references[0]
    transforms = reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
    algorithms = (
        _algorithm(info.find(f"{{{DS}}}CanonicalizationMethod")),
        _algorithm(info.find(f"{{{DS}}}SignatureMethod")),
        _algorithm(reference.find(f"{{{DS}}}DigestMethod")),
        [_algorithm(t) for t in transforms],
        reference.get("URI"),
    )
    wanted = (c14n.EXCLUSIVE, RSA_SHA256, SHA256, [_ENVELOPED, c14n.EXCLUSIVE], f"#{assertion.get('ID')}")
    if algorithms != wanted:
        raise ValueError("algorithms of the signature")
    if sum(element.get("ID") == assertion.get("ID") for element in assertion.getroottree().iter("*")) != 1:
        raise ValueError("the signature refers to two elements")
    signed = c14n.exclusive(info, _prefixes(info.find(f"{{{DS}}}CanonicalizationMethod")))
    if not rsa_signature_holds(certificate, decoded(signature.find(f"{{{DS}}}SignatureValue")), signed):
        return False
    digest = hashlib.sha256(c14n.exclusive(_without(assertion, signature), _prefixes(transforms[1]))).digest()
    return digest == decoded(reference.find(f"{{{DS}}}DigestValue"))


def _algorithm(element: etree._Element | None) -> str:
    return element.get("Algorithm", "") if element is not None else ""


def _prefixes(element: etree._Element | None) -> list[str]:
    found = element.find(f"{{{c14n.EXCLUSIVE}}}InclusiveNamespaces") if element is not None else None
    return found.get("PrefixList", "").split() if found is not None else []


def _without(assertion: etree._Element, signature: etree._Element) -> etree._Element:
    """A copy of the assertion, where it stands, without its signature but with the text around it."""
    position = list(assertion).index(signature)
    copied = etree.fromstring(etree.tostring(assertion, with_tail=False, encoding="UTF-8"))
    found = copied[position]
    before = found.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (found.tail or "")
    else:
        copied.text = (copied.text or "") + (found.tail or "")
    found.tail = None
    copied.remove(found)
    return copied
