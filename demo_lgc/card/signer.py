"""The signature key of an open card, as the rest of the house asks for it.

Reference: [CPS] §1.4; [DMP] §8.4; [XADES].
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def digest_info(digest: bytes) -> bytes:
    """Return the DigestInfo of a SHA-256 digest: what RSASSA-PKCS1-v1_5 signs. Reference: RFC 8017 §9.2."""
    return SHA256_PREFIX + digest


def sha256_info(data: bytes) -> bytes:
    """Return the DigestInfo of the SHA-256 digest of `data`."""
    return digest_info(hashlib.sha256(data).digest())


class CardSigner:
    """Domain `Signer` on a key that is somewhere else: `sign_with` does the RSA."""

    def __init__(
        self, certificate: bytes, chain: tuple[bytes, ...], sign_with: Callable[[bytes], bytes]
    ) -> None:
        self._certificate = certificate
        self._chain = chain
        self._sign = sign_with

    @property
    def certificate(self) -> bytes:
        """The signature certificate, DER."""
        return self._certificate

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificates above it that are known, DER, nearest first."""
        return self._chain

    def sign(self, data: bytes) -> bytes:
        """Return the RSASSA-PKCS1-v1_5 / SHA-256 signature of `data`. Raises CardError (REMOVED, REFUSED)."""
        return self._sign(data)
