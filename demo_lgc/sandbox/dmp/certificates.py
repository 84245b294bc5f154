"""Certificates of cards: who holds them, what they may be used for, whose name a text gives.

Reference: [CPS] §1.5 certificate profile; [DMP] §2.1 Issuer; RFC 2253.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from demo_lgc.sandbox.dmp.refusals import invalid_certificate

Rdns = tuple[frozenset[tuple[str, str]], ...]

_KEYWORDS = {
    "CN": "2.5.4.3",
    "SN": "2.5.4.4",
    "SURNAME": "2.5.4.4",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "S": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "T": "2.5.4.12",
    "TITLE": "2.5.4.12",
    "G": "2.5.4.42",
    "GN": "2.5.4.42",
    "GIVENNAME": "2.5.4.42",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
}
_STRING_TAGS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}


def common_name(certificate: x509.Certificate) -> str:
    """The CN: PS_IdNat on a card."""
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def rdns_of(name: x509.Name) -> Rdns:
    """The RDNs of a name, last first as RFC 2253 writes them; each is a set."""
    return tuple(
        frozenset((attribute.oid.dotted_string, str(attribute.value)) for attribute in rdn)
        for rdn in reversed(name.rdns)
    )


def rdns_of_text(text: str) -> Rdns:
    """The RDNs of an RFC 2253 string, in its order. Raises ValueError when it cannot be read."""
    return tuple(frozenset(_attribute(part) for part in _split(rdn, "+")) for rdn in _split(text, ",;"))


def is_authentication(certificate: x509.Certificate) -> bool:
    """True for the certificate a card shows in TLS: digitalSignature, and not nonRepudiation."""
    usage = _usage(certificate)
    return usage is not None and usage.digital_signature and not usage.content_commitment


def check_signature_certificate(
    certificate: x509.Certificate, authorities: Sequence[x509.Certificate], national_id: str
) -> None:
    """Raise the fault DMPInvalidCertificate unless this is the signature certificate of that professional.

    nonRepudiation, emailProtection, in its dates, issued under `authorities`, CN = `national_id`.
    """
    usage = _usage(certificate)
    if usage is None or not usage.content_commitment or usage.digital_signature:
        raise invalid_certificate()
    try:
        extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        raise invalid_certificate() from None
    if ExtendedKeyUsageOID.EMAIL_PROTECTION not in extended:
        raise invalid_certificate()
    now = datetime.now(UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise invalid_certificate("Signature certificate expired")
    if common_name(certificate) != national_id:
        raise invalid_certificate("The signature certificate is not that of the user of the VIHF")
    if not _is_under(certificate, authorities):
        raise invalid_certificate("Signature certificate of an unknown authority")


def _usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None


def _is_under(certificate: x509.Certificate, authorities: Sequence[x509.Certificate]) -> bool:
    current = certificate
    for _ in range(len(authorities) + 1):
        issuer = next((a for a in authorities if a.subject == current.issuer), None)
        if issuer is None:
            return False
        try:
            current.verify_directly_issued_by(issuer)
        except (InvalidSignature, ValueError, TypeError):
            return False
        if issuer.issuer == issuer.subject:
            return True
        current = issuer
    return False


def _split(text: str, separators: str) -> list[str]:
    parts, current, escaped, quoted = [], "", False, False
    for character in text:
        if escaped or character == "\\":
            escaped = not escaped
        elif character == '"':
            quoted = not quoted
        elif character in separators and not quoted:
            parts.append(current)
            current = ""
            continue
        current += character
    return [*parts, current]


def _attribute(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    name = name.strip().upper().removeprefix("OID.")
    trimmed = re.fullmatch(
        r" *((?:\\.|[^\\])*?) *", value, re.DOTALL
    )  # an escaped space is part of the value
    value = trimmed.group(1) if trimmed else ""
    oid = _KEYWORDS.get(name, name)
    if not equals or not re.fullmatch(r"\d+(\.\d+)+", oid):
        raise ValueError("attribute of a distinguished name")
    return oid, _from_der(bytes.fromhex(value[1:])) if value.startswith("#") else _unescape(value)


def _unescape(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]

    def character(found: re.Match[str]) -> str:
        one = found.group(0)
        if found.group(1):
            return bytes.fromhex(one.replace("\\", "")).decode("utf-8")
        return one[1:]

    return re.sub(r"((?:\\[0-9A-Fa-f]{2})+)|\\.", character, value)


def _from_der(der: bytes) -> str:
    if len(der) < 2 or der[0] not in _STRING_TAGS:
        raise ValueError("string of a distinguished name")
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    if len(der) != start + length:
        raise ValueError("length of a distinguished name")
    return der[start:].decode(_STRING_TAGS[der[0]])
