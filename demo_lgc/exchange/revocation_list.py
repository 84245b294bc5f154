"""One revocation list, believed only when an authority that we know signed it.

Reference: RFC 5280 §5; [CPS] §1.5; [MSS] ECO.1.1.6.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

logger = logging.getLogger(__name__)

_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_KNOWN = (x509.CRLNumber.oid, x509.AuthorityKeyIdentifier.oid, x509.IssuingDistributionPoint.oid)


class ListProblem(Enum):
    """Why a list was not fetched, or not believed."""

    UNREACHABLE = "unreachable"  # its server does not answer
    REFUSED = "refused"  # its server answers something else: HTTP 404, a redirection elsewhere…
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"  # no revocation list, or one that does not stand alone (delta, indirect)
    UNTRUSTED = "untrusted"  # not signed by an authority that we know, or by another than before
    NOT_YET = "not-yet"  # published later than now: one of the two clocks is wrong
    OUTDATED = "outdated"
    OLDER = "older"  # than the one that we have: somebody hides the last revocations


class ListError(Exception):
    """A list that is not taken."""

    def __init__(self, problem: ListProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True)
class VerifiedList:
    """A list signed by an authority that we know. `issuer` is a DER name; it is good until `until`."""

    der: bytes
    pem: bytes
    issuer: bytes
    published: datetime
    until: datetime

    def problem(self, now: datetime) -> ListProblem | None:
        """Return why it cannot be believed `now` (aware), None when it can."""
        if now < self.published:
            return ListProblem.NOT_YET
        return ListProblem.OUTDATED if now >= self.until else None


def load_authorities(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Return the certificates of a PEM text that may sign lists. Raises ValueError when it holds none."""
    return tuple(c for c in x509.load_pem_x509_certificates(pem) if _may_sign_lists(c))


def verify_list(content: bytes, authorities: Sequence[x509.Certificate]) -> VerifiedList:
    """Return the list that `content` is, DER or PEM. Raises ListError (UNREADABLE, UNTRUSTED).

    Its dates are not judged here. A delta list, an indirect one or one of some reasons only would hide
    revocations if it were taken for the whole.
    """
    try:
        pem = content.lstrip().startswith(b"-----BEGIN")
        found = x509.load_pem_x509_crl(content) if pem else x509.load_der_x509_crl(content)
        until = found.next_update_utc
        stands_alone = all(_is_harmless(extension) for extension in found.extensions)
        if until is None or not stands_alone:
            raise ListError(ListProblem.UNREADABLE)
        if not any(_is_signed_by(found, authority) for authority in authorities):
            raise ListError(ListProblem.UNTRUSTED)
        return VerifiedList(
            found.public_bytes(serialization.Encoding.DER),
            found.public_bytes(serialization.Encoding.PEM),
            found.issuer.public_bytes(),
            found.last_update_utc,
            until,
        )
    except (
        ValueError,
        TypeError,
        UnsupportedAlgorithm,
        x509.DuplicateExtension,
        x509.InvalidVersion,
    ) as error:
        logger.warning("revocation list: %s", type(error).__name__)
        raise ListError(ListProblem.UNREADABLE) from None


def _is_harmless(extension: x509.Extension[x509.ExtensionType]) -> bool:
    scope = extension.value
    if isinstance(scope, x509.DeltaCRLIndicator):
        return False
    if isinstance(scope, x509.IssuingDistributionPoint):
        return not (scope.indirect_crl or scope.only_some_reasons or scope.only_contains_attribute_certs)
    return not extension.critical or extension.oid in _KNOWN


def _is_signed_by(found: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    key = authority.public_key()
    if found.issuer != authority.subject or not isinstance(found.signature_hash_algorithm, _HASHES):
        return False
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and found.is_signature_valid(key)


def _may_sign_lists(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True
