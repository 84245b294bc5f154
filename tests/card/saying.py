"""What tests of the card say again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from demo_lgc.domain.errors import CardError, CardProblem


def refused(act: Callable[..., Any], *arguments: Any) -> tuple[CardProblem, int | None]:
    """Return the problem that `act` raises, and the tries left that it tells."""
    with pytest.raises(CardError) as caught:
        act(*arguments)
    return caught.value.problem, caught.value.tries_left


def verify(certificate: bytes, signature: bytes, data: bytes) -> None:
    """Check an RSASSA-PKCS1-v1_5 / SHA-256 signature."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
