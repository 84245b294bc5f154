"""Fields of a certificate, read without believing that it is well made: anybody may have written a card.

Reference: RFC 5280 §4.
"""

from __future__ import annotations

from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ObjectIdentifier

E = TypeVar("E", bound=x509.ExtensionType)

_MALFORMED = (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


def load_certificate(der: bytes) -> x509.Certificate | None:
    """Return a DER certificate, None when it is none: a card may hold other things than ours.

    Names are read by the library when they are asked for: they are asked for here, so that those that
    cannot be read fail here too.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        return certificate if certificate.subject and certificate.issuer else None
    except (TypeError, *_MALFORMED):
        return None


def extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """Return an extension, None when it is absent or when the extensions cannot be read."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, TypeError, *_MALFORMED):
        return None


def name_of(certificate: x509.Certificate, oid: ObjectIdentifier) -> str:
    """Return the first attribute `oid` of the subject, whichever RDN it is in; « » when there is none."""
    values = certificate.subject.get_attributes_for_oid(oid)
    return printable(str(values[0].value)) if values else ""


def may_issue(authority: x509.Certificate, below: int) -> bool:
    """True for an authority that allows `below` authorities between it and a certificate."""
    basic, usage = extension(authority, x509.BasicConstraints), extension(authority, x509.KeyUsage)
    if basic is None or not basic.ca or (usage is not None and not usage.key_cert_sign):
        return False
    return basic.path_length is None or below <= basic.path_length


def is_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """True when the names match and the signature verifies."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def extension_value(certificate: x509.Certificate, oid: ObjectIdentifier) -> bytes:
    """Return the DER of an extension that the library does not know, b"" when there is none."""
    try:
        found = certificate.extensions.get_extension_for_oid(oid).value
    except (x509.ExtensionNotFound, TypeError, *_MALFORMED):
        return b""
    return found.value if isinstance(found, x509.UnrecognizedExtension) else b""


def printable(text: str) -> str:
    """Return a text on one line, spaces in place of what neither a screen nor XML would take.

    Nothing is left out in the middle: an identifier that was damaged may not become another one.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
