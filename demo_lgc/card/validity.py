"""Whether a card may be used here and now: who issued it, from when to when, and whether it was revoked.

A card that is refused still tells whose it is, so that the doctor is named the right card to replace.

Reference: [CPS] §1.5 (authorities, TEST branch); RFC 5280 §5, §6.
"""

from __future__ import annotations

import functools
import itertools
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from demo_lgc.card.certificates import load_certificate
from demo_lgc.card.cps import CardPair, chain_above, read_holder
from demo_lgc.domain.errors import CardError, CardProblem

logger = logging.getLogger(__name__)

_NAMES = (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME)
_PEM_END = b"-----END X509 CRL-----"


@dataclass(frozen=True)
class CardRules:
    """What this house asks of a card. Without `roots` any issuer will do.

    `roots` are DER. `revocations` is the PEM text of the revocation lists at hand, b"" for none.
    """

    roots: tuple[bytes, ...] = ()
    test_cards: bool = True
    revocations: bytes = b""


def judge_card(
    pair: CardPair, authorities: Iterable[bytes], rules: CardRules, now: datetime
) -> CardProblem | None:
    """Return why no session can be opened with this card, None when one can.

    `authorities` are the CA certificates known, DER, in any order; `now` is aware. Both certificates must
    pass. The first that applies: UNREADABLE, TEST_CARD, FOREIGN, NOT_YET_VALID, EXPIRED, REVOKED. A
    card of the TEST branch is called so before its unknown root makes it foreign, for that is what its
    holder can understand. An outdated list still revokes what it names.
    """
    try:
        read_holder(pair)
    except CardError as error:
        return error.problem
    known = (*rules.roots, *authorities)
    chains = [(leaf, *chain_above(leaf, known)) for leaf in (pair.authentication, pair.signature)]
    if not rules.test_cards and any(_is_test(chain) for chain in chains):
        return CardProblem.TEST_CARD
    if rules.roots and not all(chain[-1] in rules.roots for chain in chains):
        return CardProblem.FOREIGN
    leaves = [certificate for chain in chains if (certificate := load_certificate(chain[0]))]
    if any(now < leaf.not_valid_before_utc for leaf in leaves):
        return CardProblem.NOT_YET_VALID
    if any(now >= leaf.not_valid_after_utc for leaf in leaves):
        return CardProblem.EXPIRED
    if rules.revocations and any(_is_revoked(chain, rules.revocations) for chain in chains):
        return CardProblem.REVOKED
    return None


def _is_test(chain: Sequence[bytes]) -> bool:
    """True when one of the issuers says that it only issues for tests."""
    issuers = [certificate.issuer for der in chain if (certificate := load_certificate(der))]
    names = (str(a.value) for i in issuers for oid in _NAMES for a in i.get_attributes_for_oid(oid))
    return any(name == "IGC-SANTE TEST" or name.split(" ")[0] == "TEST" for name in names)


def _is_revoked(chain: Sequence[bytes], revocations: bytes) -> bool:
    """True when a certificate of the chain is in a list of the one above it."""
    return any(_is_listed(below, above, revocations) for below, above in itertools.pairwise(chain))


# Lists may weigh megabytes, and a reader asks every half second: each question is answered once.
@functools.lru_cache(maxsize=16)
def _is_listed(below: bytes, above: bytes, revocations: bytes) -> bool:
    certificate = load_certificate(below)
    return certificate is not None and any(
        revoked.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        for revoked in _lists_of(above, revocations)
    )


@functools.lru_cache(maxsize=8)
def _lists_of(authority: bytes, revocations: bytes) -> tuple[x509.CertificateRevocationList, ...]:
    """Return the lists that `authority` signed among those of a PEM text."""
    issuer = load_certificate(authority)
    key = issuer.public_key() if issuer else None
    if issuer is None or not isinstance(key, rsa.RSAPublicKey):
        return ()
    signed = []
    for text in revocations.split(_PEM_END)[:-1]:
        try:
            revoked = x509.load_pem_x509_crl(text + _PEM_END)
            if revoked.issuer != issuer.subject:
                continue
            if revoked.is_signature_valid(key):
                signed.append(revoked)
            else:
                logger.warning("a revocation list is not signed by the authority that it names")
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
            logger.warning("a revocation list cannot be read: %s", type(error).__name__)
    return tuple(signed)
