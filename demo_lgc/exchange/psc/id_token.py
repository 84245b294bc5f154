"""The proof of who signed in: believed when a key that the issuer publishes signed it, for us, just now.

Only three asymmetric algorithms are known here: an unsigned token, and one « signed » with a secret shared by
this software, are refused before any key is looked for.

Reference: [PSC]; OpenID Connect Core 1.0 §3.1.3.6, §3.1.3.7; RFC 8725.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import jwt

from demo_lgc.domain.errors import SignInError, SignInProblem
from demo_lgc.exchange.psc.metadata import Metadata

ALGORITHMS = ("RS256", "PS256", "ES256")
_LEEWAY = 60.0  # seconds between the clocks


def find_key(token: str, published: dict[str, Any]) -> jwt.PyJWK | None:
    """Return the published key that the token names, None when it is not among them.

    A token that names none is believed when a single key could have signed it. Raises SignInError
    (UNTRUSTED) for another algorithm than ours, and for a key that is not one.
    """
    try:
        header = jwt.get_unverified_header(token)
        algorithm, name = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise SignInError(SignInProblem.UNTRUSTED)
        keys = [key for key in _signing(published) if key.get("alg", algorithm) == algorithm]
        found = [key for key in keys if name is None or key.get("kid") == name]
        if len(found) != 1:
            return None
        return jwt.PyJWK(found[0], algorithm)
    except jwt.PyJWTError:
        raise SignInError(SignInProblem.UNTRUSTED) from None


def verify(
    token: str, key: jwt.PyJWK, provider: Metadata, client_id: str, *, nonce: str, access_token: str
) -> str:
    """Return the `sub` of an ID token that `key` signed. `nonce` is « » where none was asked (CIBA).

    Raises SignInError (UNTRUSTED): signature, issuer, audience, dates, nonce, or another access token.
    """
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=provider.issuer,
            audience=client_id,
            leeway=_LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError:
        raise SignInError(SignInProblem.UNTRUSTED) from None
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    for_us = claims.get("azp", None if several else client_id) == client_id
    if not (for_us and _same(claims.get("nonce"), nonce) and _bound(claims, access_token)):
        raise SignInError(SignInProblem.UNTRUSTED)
    return str(claims["sub"])


def _signing(published: dict[str, Any]) -> list[dict[str, Any]]:
    keys = published.get("keys")
    if not isinstance(keys, list):
        return []
    return [key for key in keys if isinstance(key, dict) and key.get("use", "sig") == "sig"]


def _same(said: object, asked: str) -> bool:
    if not asked:
        return True
    return isinstance(said, str) and hmac.compare_digest(said.encode(), asked.encode())


def _bound(claims: dict[str, Any], access_token: str) -> bool:
    """True unless `at_hash` says that the token came with another access token. Our three hash by SHA-256."""
    if "at_hash" not in claims:
        return True
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return _same(claims["at_hash"], base64.urlsafe_b64encode(half).rstrip(b"=").decode())
