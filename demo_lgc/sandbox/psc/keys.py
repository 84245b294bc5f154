"""The keys that sign the tokens, and what is published of them. Reference: RFC 7515, RFC 7517."""

from __future__ import annotations

import secrets
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


class Keys:
    """One RSA key at a time, published under a `kid`."""

    def __init__(self) -> None:
        self.rotate()

    def rotate(self) -> None:
        """Sign with a new key from now on; the one before is no longer published."""
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.name = secrets.token_urlsafe(12)

    def sign(self, claims: dict[str, Any]) -> str:
        """Return a signed token."""
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.name})

    def published(self) -> dict[str, Any]:
        """The JWKS document."""
        key = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self.name, "use": "sig", "alg": "RS256"}]}
