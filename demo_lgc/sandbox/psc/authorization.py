"""What the provider asks of an authorization request before it shows its page, and after.

An unknown client or an unregistered redirection is told to the person, never by a redirection: the browser
would be sent anywhere. Reference: [PSC]; RFC 6749 §4.1.2.1; RFC 7636 §4.4.1; RFC 8252 §7.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from demo_lgc.sandbox.psc.sessions import Refused

REDIRECTION = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}/pro-sante-connect")


@dataclass(frozen=True)
class Client:
    """The one software that is registered, with a redirection on any port of 127.0.0.1."""

    name: str = "demo-lgc"
    secret: str = field(default="secret-du-bac-a-sable", repr=False)


def check_client(client: Client, asked: Mapping[str, str]) -> None:
    """Raise Refused when the browser must not be sent back."""
    if asked.get("client_id") != client.name:
        raise Refused("invalid_client", "Client not found")
    if not REDIRECTION.fullmatch(asked.get("redirect_uri", "")):
        raise Refused("invalid_redirect_uri", "Invalid parameter: redirect_uri")


def check_request(asked: Mapping[str, str]) -> None:
    """Raise Refused for what is told to the software, by its redirection."""
    if asked.get("response_type") != "code":
        raise Refused("unsupported_response_type", "Only the code is supported")
    if not {"openid", "scope_all"} <= set(asked.get("scope", "").split()):
        raise Refused("invalid_scope", "Invalid scopes")
    if asked.get("acr_values") != "eidas1":
        raise Refused("invalid_request", "Invalid parameter: acr_values")
    if asked.get("code_challenge_method") != "S256":
        raise Refused("invalid_request", "Missing parameter: code_challenge_method")
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", asked.get("code_challenge", "")):
        raise Refused("invalid_request", "Missing parameter: code_challenge")
    for name in ("state", "nonce"):
        if not asked.get(name):
            raise Refused("invalid_request", f"Missing parameter: {name}")


def way_back(asked: Mapping[str, str], issuer: str, answer: Mapping[str, str]) -> str:
    """The address that brings an answer to the software."""
    return f"{asked['redirect_uri']}?" + urlencode({"state": asked.get("state", ""), **answer, "iss": issuer})
