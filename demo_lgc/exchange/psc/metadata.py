"""Where Pro Santé Connect does what, as its discovery document tells.

That document is not at the usual name (`wallet-openid-configuration`), but it lies under the issuer, as any
other, and may send us to no place that is not safe.

Reference: [PSC]; OpenID Connect Discovery 1.0 §3, §4.3; RFC 9207.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demo_lgc.domain.errors import SignInError, SignInProblem
from demo_lgc.exchange.psc.calls import safe_place

_KEYCLOAK_TOKEN, _KEYCLOAK_TELEPHONE = "/token", "/ext/ciba/auth"


@dataclass(frozen=True)
class Metadata:
    """The issuer and its addresses. `telephone` (CIBA), `logout` and `revocation` may be « »."""

    issuer: str
    authorization: str
    token: str
    userinfo: str
    keys: str
    telephone: str = ""
    logout: str = ""
    revocation: str = ""
    names_itself: bool = False  # its answers in the browser say `iss`
    secret_in_form: bool = False  # rather than in the Authorization header, which is the rule


def read_metadata(discovery: str, told: dict[str, Any]) -> Metadata:
    """Return what the document found at `discovery` says. Raises SignInError (UNTRUSTED)."""
    issuer = told.get("issuer")
    if not isinstance(issuer, str) or not discovery.startswith(f"{issuer.rstrip('/')}/.well-known/"):
        raise SignInError(SignInProblem.UNTRUSTED)
    token = _place(told, "token_endpoint")
    methods = told.get("token_endpoint_auth_methods_supported")
    return Metadata(
        issuer=issuer,
        authorization=_place(told, "authorization_endpoint"),
        token=token,
        userinfo=_place(told, "userinfo_endpoint"),
        keys=_place(told, "jwks_uri"),
        telephone=_place(told, "backchannel_authentication_endpoint", _beside(token)),
        logout=_place(told, "end_session_endpoint", ""),
        revocation=_place(told, "revocation_endpoint", ""),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        secret_in_form=isinstance(methods, list) and "client_secret_post" in methods,
    )


def _place(told: dict[str, Any], name: str, otherwise: str | None = None) -> str:
    url = told.get(name, otherwise)
    if url == otherwise and isinstance(url, str):
        return url
    if not isinstance(url, str) or safe_place(url) is None:
        raise SignInError(SignInProblem.UNTRUSTED)
    return url


def _beside(token: str) -> str:
    """Where Keycloak, which Pro Santé Connect runs on, has its CIBA: the document need not say it."""
    if not token.endswith(_KEYCLOAK_TOKEN):
        return ""
    return token.removesuffix(_KEYCLOAK_TOKEN) + _KEYCLOAK_TELEPHONE
