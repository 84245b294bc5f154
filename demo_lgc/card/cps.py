"""What the certificates and the data objects of a CPS say, read into the words of the domain.

Everything is found by certificate fields, never by splitting printed names: CN, SN and GN share one RDN
whose order varies, and staff cards have neither SN nor GN. Nothing here touches a reader.

Reference: [CPS] PDT-INF-617 (certificates), spécifications externes table 3 (data objects).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID, ObjectIdentifier

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import CardHolder, PracticeSituation, Practitioner

AUTHENTICATION, SIGNATURE = 0x20, 0x10  # last byte of CKA_ID: the reference of the key in the card

_CARD_NUMBER = ObjectIdentifier("1.2.250.1.71.1.2.3")  # « 8025000001/2600301752 »
_PROFESSION = ObjectIdentifier("1.2.250.1.71.1.2.7")  # INTEGER, TRE_G15
_SPECIALITIES = ObjectIdentifier("1.2.250.1.71.4.2.5")  # SEQUENCE OF UTF8String, TRE_R38
_ACTIVITY = re.compile(r"CPS_ACTIVITY_(\d\d)_PS")


@dataclass(frozen=True)
class CardPair:
    """The two certificates of a card, DER, and the CKA_ID of their keys."""

    authentication: bytes
    signature: bytes
    authentication_id: bytes = b""
    signature_id: bytes = b""


# --- certificates -------------------------------------------------------------------------------------


def choose_pair(certificates: Iterable[tuple[bytes, bytes]]) -> CardPair:
    """Return the two certificates of the holder among (CKA_ID, DER).

    Chosen by the last byte of CKA_ID and confirmed by keyUsage; the youngest when a renewed card holds
    several. Raises CardError (UNREADABLE) when one of the two is missing.
    """
    found: dict[int, tuple[datetime, bytes, bytes]] = {}
    for identifier, der in certificates:
        certificate = _load(der)
        if certificate is None or not identifier or not _confirms(certificate, identifier[-1]):
            continue
        candidate = (certificate.not_valid_after_utc, identifier, der)
        found[identifier[-1]] = max(candidate, found.get(identifier[-1], candidate))
    if AUTHENTICATION not in found or SIGNATURE not in found:
        raise CardError(CardProblem.UNREADABLE)
    (_, auth_id, authentication), (_, sign_id, signature) = found[AUTHENTICATION], found[SIGNATURE]
    return CardPair(authentication, signature, auth_id, sign_id)


def read_holder(pair: CardPair, info: bytes = b"", *, now: datetime | None = None) -> CardHolder:
    """Return who holds the card. `info` is CPS_INFO_PS, used when the certificate tells no speciality.

    Raises CardError: UNREADABLE (no national identifier), EXPIRED (one of the two certificates).
    """
    authentication, signature = _load(pair.authentication), _load(pair.signature)
    if authentication is None or signature is None:
        raise CardError(CardProblem.UNREADABLE)
    end = min(authentication.not_valid_after_utc, signature.not_valid_after_utc)
    if end <= (now or datetime.now(UTC)):
        raise CardError(CardProblem.EXPIRED)
    number = next(iter(_texts(authentication, _CARD_NUMBER)), "")
    return CardHolder(_practitioner(authentication, info), end.date(), number.rpartition("/")[2])


def subject(certificate: bytes) -> str:
    """Return the distinguished name of a DER certificate, RFC 4514."""
    return x509.load_der_x509_certificate(certificate).subject.rfc4514_string()


def chain_above(certificate: bytes, authorities: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the certificates that vouch for `certificate` among `authorities`, DER, nearest first.

    Every link is verified; the chain stops where the next authority is not known, or at a root.
    """
    known = [authority for der in authorities if (authority := _load(der)) is not None]
    current, chain = x509.load_der_x509_certificate(certificate), []
    while current.issuer != current.subject:
        above = next((authority for authority in known if _issued(current, authority)), None)
        if above is None or above in chain:
            break
        chain.append(above)
        current = above
    return tuple(authority.public_bytes(serialization.Encoding.DER) for authority in chain)


def load_pem_chain(pem: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a PEM text, DER. Raises CardError (UNREADABLE) when there is none."""
    try:
        certificates = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise CardError(CardProblem.UNREADABLE) from error
    return tuple(c.public_bytes(serialization.Encoding.DER) for c in certificates)


def _load(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None  # a card may hold other things than our certificates; those are not ours to judge


def _confirms(certificate: x509.Certificate, reference: int) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    if reference == AUTHENTICATION:
        return usage.digital_signature
    return reference == SIGNATURE and usage.content_commitment


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _practitioner(certificate: x509.Certificate, info: bytes) -> Practitioner:
    def name(oid: ObjectIdentifier) -> str:
        values = certificate.subject.get_attributes_for_oid(oid)
        return str(values[0].value) if values else ""

    national_id = name(NameOID.COMMON_NAME)
    if not national_id:
        raise CardError(CardProblem.UNREADABLE)
    family = name(NameOID.SURNAME) or name(NameOID.ORGANIZATION_NAME)
    profession = next((str(value[0]) for tag, value in _extension(certificate, _PROFESSION) if value), "")
    speciality = next(iter(_texts(certificate, _SPECIALITIES)), "") or read_speciality(info)
    return Practitioner(national_id, family, name(NameOID.GIVEN_NAME), profession, speciality)


def _extension(certificate: x509.Certificate, oid: ObjectIdentifier) -> list[tuple[int, bytes]]:
    try:
        extension = certificate.extensions.get_extension_for_oid(oid).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return list(read_tlv(extension.value)) if isinstance(extension, x509.UnrecognizedExtension) else []


def _texts(certificate: x509.Certificate, oid: ObjectIdentifier) -> Iterator[str]:
    for tag, value in _extension(certificate, oid):
        members = read_tlv(value) if tag == 0x30 else [(tag, value)]
        yield from (_text(member) for _, member in members)


# --- data objects -------------------------------------------------------------------------------------


def read_speciality(info: bytes) -> str:
    """Return the speciality (TRE_R38) of CPS_INFO_PS: its last four characters. « » when there is none."""
    last = _text(info.rstrip(b"\x00\xff "))[-4:]
    return last if re.fullmatch(r"[A-Z]{1,3}[0-9]{1,3}", last) else ""


def read_situations(objects: Mapping[str, bytes]) -> tuple[PracticeSituation, ...]:
    """Return the activities among data objects by label, in the order of the card.

    Indexes may have holes; an object without structure or sector is no situation to work from.
    """
    ranked = []
    for label, value in objects.items():
        match = _ACTIVITY.fullmatch(label)
        fields = dict(_inside(value)) if match else {}
        if match and 0x85 in fields and 0x86 in fields:
            name, structure, sector = (_text(fields.get(tag, b"")) for tag in (0x84, 0x85, 0x86))
            ranked.append((int(match[1]), PracticeSituation(structure, name, sector)))
    return tuple(situation for _, situation in sorted(ranked, key=lambda pair: pair[0]))


def _inside(value: bytes) -> Iterator[tuple[int, bytes]]:
    for tag, content in read_tlv(value):
        if tag == 0xEE:
            yield from read_tlv(content)


def read_tlv(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (tag, value) of a BER-TLV sequence; stop at the first byte that is not one.

    Files of a card are longer than what they hold, so that padding follows.
    """
    position = 0
    while position + 2 <= len(data) and data[position] not in (0x00, 0xFF):
        tag, length = data[position], data[position + 1]
        position += 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 3 or position + size > len(data):
                return
            length = int.from_bytes(data[position : position + size])
            position += size
        if position + length > len(data):
            return
        yield tag, data[position : position + length]
        position += length


def _text(value: bytes) -> str:
    """Text of a card: UTF-8, or else ISO 8859-1, which older cards use."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("iso8859-1")
    return text.strip("\x00 ")
