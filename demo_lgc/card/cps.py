"""What the certificates and the data objects of a CPS say, read into the words of the domain.

Everything is found by certificate fields, never by splitting printed names nor by labels: CN, SN and GN
share one RDN whose order varies, and staff cards may have neither SN nor GN. Whether the card may be used
is another question (`demo_lgc.card.validity`). Nothing here touches a reader.

Reference: [CPS] §1.4, §1.5, PDT-INF-617 (certificates), spécifications externes table 3 (data objects).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from demo_lgc.card.certificates import (
    extension,
    extension_value,
    is_issued_by,
    load_certificate,
    may_issue,
    name_of,
    printable,
)
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import CardHolder, CardKind, PracticeSituation, Practitioner

logger = logging.getLogger(__name__)

AUTHENTICATION, SIGNATURE = 0x20, 0x10  # last byte of CKA_ID on a CPS: the reference of the key in the card

_KIND = ObjectIdentifier("1.2.250.1.71.1.2.2")  # INTEGER, see CardKind; absent on software certificates
_CARD_NUMBER = ObjectIdentifier("1.2.250.1.71.1.2.3")  # « 8025000001/2600301752 »
_PROFESSION = ObjectIdentifier("1.2.250.1.71.1.2.7")  # INTEGER, TRE_G15; absent for staff
_SPECIALITIES = ObjectIdentifier("1.2.250.1.71.4.2.5")  # SEQUENCE OF UTF8String, TRE_R38; often absent
# a digit for the kind of number, then RPPS, ADELI, FINESS, SIREN or SIRET, and a rank of the establishment's
_NATIONAL_ID = re.compile(r"[0-9][0-9A-Z]{8,14}(/\S{1,64})?")
_STRUCTURE_ID = re.compile(r"[0-9][0-9A-Z]{8,15}")  # « 499900000018001 », « 10B0999999 »
_SPECIALITY = re.compile(r"[A-Z]{1,3}[0-9]{1,3}")
_SECTOR = re.compile(r"[A-Z]{2}[0-9]{2}")  # TRE_R02: « SA07 »
_ACTIVITY = re.compile(r"CPS_ACTIVITY_([0-9]{2})_PS")


@dataclass(frozen=True)
class CardPair:
    """The two certificates of a card, DER, and the CKA_ID of their keys."""

    authentication: bytes
    signature: bytes
    authentication_id: bytes = b""
    signature_id: bytes = b""


# --- certificates -------------------------------------------------------------------------------------


def choose_pair(certificates: Iterable[tuple[bytes, bytes]], now: datetime | None = None) -> CardPair:
    """Return the two certificates of the holder among (CKA_ID, DER); a CKA_ID is also that of the key.

    keyUsage decides: contentCommitment makes a signature certificate, digitalSignature alone one of
    authentication. A certificate with both (key 9C of a PIV card) is for signatures only: a key that
    commits its holder does not answer the challenges that a server chooses. Among several, the reference
    of a CPS comes first (CKA_ID ending by 0x20 or 0x10), then those valid `now`, then the youngest.
    Raises CardError (UNREADABLE) when one of the two is missing.
    """
    now = now or datetime.now(UTC)
    ranked: dict[int, tuple[tuple[bool, bool, datetime], bytes, bytes]] = {}
    for identifier, der in certificates:
        certificate = load_certificate(der)
        reference = _reference(certificate) if certificate and identifier else None
        if certificate is None or reference is None:
            continue
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        candidate = ((identifier[-1] == reference, start <= now < end, start), identifier, der)
        ranked[reference] = max(candidate, ranked.get(reference, candidate))
    if AUTHENTICATION not in ranked or SIGNATURE not in ranked:
        raise CardError(CardProblem.UNREADABLE)
    (_, auth_id, authentication), (_, sign_id, signature) = ranked[AUTHENTICATION], ranked[SIGNATURE]
    return CardPair(authentication, signature, auth_id, sign_id)


def read_holder(pair: CardPair, info: bytes = b"") -> CardHolder:
    """Return who holds the card, valid or not. `info` is CPS_INFO_PS, for want of a speciality elsewhere.

    A staff card that names nobody gives its establishment as `family` and « » as `given`; `profession`
    and `speciality` are « » when nothing tells them. Raises CardError (UNREADABLE): no certificate, no
    national identifier, another one in each certificate, or a family of cards that we do not know.
    """
    authentication, signature = load_certificate(pair.authentication), load_certificate(pair.signature)
    if authentication is None or signature is None:
        raise CardError(CardProblem.UNREADABLE)
    national_id = name_of(authentication, NameOID.COMMON_NAME)
    if not _NATIONAL_ID.fullmatch(national_id) or name_of(signature, NameOID.COMMON_NAME) != national_id:
        raise CardError(CardProblem.UNREADABLE)
    end = min(authentication.not_valid_after_utc, signature.not_valid_after_utc)
    number = next(iter(_texts(authentication, _CARD_NUMBER)), "")
    profession = _integer(authentication, _PROFESSION)
    practitioner = Practitioner(
        national_id,
        name_of(authentication, NameOID.SURNAME)
        or name_of(authentication, NameOID.ORGANIZATION_NAME)
        or national_id,
        name_of(authentication, NameOID.GIVEN_NAME),
        "" if profession is None else str(profession),
        next(filter(_SPECIALITY.fullmatch, _texts(authentication, _SPECIALITIES)), "")
        or read_speciality(info),
    )
    return CardHolder(practitioner, end.date(), number.rpartition("/")[2], _kind(authentication))


def subject(certificate: bytes) -> str:
    """Return the distinguished name of a DER certificate, RFC 4514."""
    return x509.load_der_x509_certificate(certificate).subject.rfc4514_string()


def chain_above(certificate: bytes, authorities: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the certificates that vouch for `certificate` among `authorities`, DER, nearest first.

    Every link is verified: signature, names, and the right of the one above to issue. The chain stops
    where the next authority is not known, or at a root.
    """
    known = [authority for der in authorities if (authority := load_certificate(der)) is not None]
    current, chain = load_certificate(certificate), list[x509.Certificate]()
    while current is not None and current.issuer != current.subject:
        below = len(chain)  # authorities between the certificate and the next one
        above = next((a for a in known if may_issue(a, below) and is_issued_by(current, a)), None)
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


def _reference(certificate: x509.Certificate) -> int | None:
    """Tell what a certificate is for: SIGNATURE, AUTHENTICATION, or None (an authority, encryption…)."""
    usage, basic = extension(certificate, x509.KeyUsage), extension(certificate, x509.BasicConstraints)
    if usage is None or (basic is not None and basic.ca):
        return None
    if usage.content_commitment:
        return SIGNATURE
    purposes = extension(certificate, x509.ExtendedKeyUsage)
    client = purposes is None or ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    return AUTHENTICATION if usage.digital_signature and client else None


def _kind(certificate: x509.Certificate) -> CardKind:
    number = _integer(certificate, _KIND)
    try:
        return CardKind(0 if number is None else number)
    except ValueError as error:
        raise CardError(CardProblem.UNREADABLE) from error


def _integer(certificate: x509.Certificate, oid: ObjectIdentifier) -> int | None:
    values = (value for tag, value in read_tlv(extension_value(certificate, oid)) if tag == 0x02 and value)
    return next((int.from_bytes(value, signed=True) for value in values), None)


def _texts(certificate: x509.Certificate, oid: ObjectIdentifier) -> Iterator[str]:
    for tag, value in read_tlv(extension_value(certificate, oid)):
        members = read_tlv(value) if tag == 0x30 else [(tag, value)]
        yield from (_text(member) for _, member in members)


# --- data objects -------------------------------------------------------------------------------------


def read_speciality(info: bytes) -> str:
    """Return the speciality (TRE_R38) of CPS_INFO_PS: its last four characters. « » when there is none."""
    last = _text(info.rstrip(b"\x00\xff "))[-4:]
    return last if _SPECIALITY.fullmatch(last) else ""


def read_situations(objects: Mapping[str, bytes]) -> tuple[PracticeSituation, ...]:
    """Return the activities among data objects by label, in the order of the card, each once.

    Indexes may have holes. Structure and sector are taken from one container; a container without a
    structure and a sector of the right form is no situation to work from, and is skipped.
    """
    found: dict[tuple[str, str], PracticeSituation] = {}
    for label in sorted(label for label in objects if _ACTIVITY.fullmatch(label)):
        containers = [content for tag, content in read_tlv(objects[label]) if tag == 0xEE]
        situations = [s for s in map(_situation, containers) if s is not None]
        if len(situations) < max(1, len(containers)):
            logger.info("%s: an activity without structure or sector", label)
        for situation in situations:
            found.setdefault((situation.structure_id, situation.sector), situation)
    return tuple(found.values())


def _situation(container: bytes) -> PracticeSituation | None:
    fields = dict[int, str]()
    for tag, value in read_tlv(container):
        fields.setdefault(tag, _text(value))
    structure, sector = fields.get(0x85, ""), fields.get(0x86, "")
    if not _STRUCTURE_ID.fullmatch(structure) or not _SECTOR.fullmatch(sector):
        return None
    return PracticeSituation(structure, fields.get(0x84, ""), sector)


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
    return printable(text)
