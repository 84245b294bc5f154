"""The token endpoint: a code, a refresh token or an accepted request against new tokens.

Reference: [PSC]; RFC 6749 §5; RFC 7636 §4.6; OpenID Connect Core 1.0 §3.1.3.3; CIBA Core 1.0 §10.1.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from demo_lgc.sandbox.igc_sante import Holder
from demo_lgc.sandbox.psc.authorization import Client
from demo_lgc.sandbox.psc.claims import subject, userinfo
from demo_lgc.sandbox.psc.keys import Keys
from demo_lgc.sandbox.psc.sessions import Refused, Session, Sessions

CIBA = "urn:openid:params:grant-type:ciba"


class Tokens:
    """Opens sessions and gives their tokens."""

    def __init__(
        self, client: Client, holders: Sequence[Holder], keys: Keys, sessions: Sessions, issuer: str
    ) -> None:
        self._client, self._keys, self._sessions, self._issuer = client, keys, sessions, issuer
        self._holders = {h.national_id: h for h in holders}

    def check_client(self, form: Mapping[str, str]) -> None:
        """Raise Refused unless the form holds the name and the secret of the client."""
        given = form.get("client_secret", "").encode()
        right = secrets.compare_digest(given, self._client.secret.encode())
        if form.get("client_id") != self._client.name or not right:
            raise Refused("invalid_client", "Invalid client or Invalid client credentials", 401)

    def redeem(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer the token endpoint. Raises Refused."""
        self.check_client(form)
        match form.get("grant_type"):
            case "authorization_code":
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                session = self._sessions.redeem_code(
                    form.get("code", ""), form.get("redirect_uri", ""), challenge
                )
            case "refresh_token":
                session = self._sessions.redeem_refresh(form.get("refresh_token", ""))
            case str(kind) if kind == CIBA:
                person = self._holders.get(self._sessions.phone.person)
                session = self._sessions.redeem_request(form.get("auth_req_id", ""), person)
            case _:
                raise Refused("unsupported_grant_type", "Unsupported grant_type")
        return self._tokens(session)

    def ring(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer the endpoint of the telephones. Raises Refused."""
        self.check_client(form)
        holder, number = self._holders.get(form.get("login_hint", "")), form.get("binding_message", "")
        if holder is None:
            raise Refused("unknown_user_id", "User not found")
        if len(number) != 2 or not number.isdigit():
            raise Refused("invalid_binding_message", "the binding_message value has to be two digits")
        if form.get("channel") not in ("MOBILE", "CARD") or form.get("acr_values") != "eidas1":
            raise Refused("invalid_request", "Invalid parameter: channel, or acr_values")
        if not {"openid", "scope_all"} <= set(form.get("scope", "").split()):
            raise Refused("invalid_scope", "Invalid scopes")
        request = self._sessions.ring(holder, number)
        lives = self._sessions.lives
        return {"auth_req_id": request.name, "expires_in": int(lives.request), "interval": lives.interval}

    def _tokens(self, session: Session) -> dict[str, Any]:
        now = int(time.time())
        common = {"iss": self._issuer, "sub": subject(session.holder), "azp": self._client.name, "iat": now}
        # As long as a real one: a server that stops at the first thousand characters must be found out.
        access = self._keys.sign(
            {
                **common,
                **userinfo(session.holder),
                "jti": secrets.token_urlsafe(16),
                "exp": now + int(self._sessions.lives.access),
                "typ": "Bearer",
                "sid": session.name,
            }
        )
        refresh, lives, refresh_lives = self._sessions.give(session, access)
        half = hashlib.sha256(access.encode()).digest()[:16]
        proof = {
            **common,
            "aud": self._client.name,
            "exp": now + 300,
            "typ": "ID",
            "acr": "eidas1",
            "sid": session.name,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            "preferred_username": session.holder.national_id,
        }
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": lives,
            "refresh_token": refresh,
            "refresh_expires_in": refresh_lives,
            "id_token": self._keys.sign(proof | ({"nonce": session.nonce} if session.nonce else {})),
            "scope": "openid scope_all",
            "session_state": session.name,
        }
