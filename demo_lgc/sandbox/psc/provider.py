"""What the provider answers, whatever brings the question: browsers, programs, the door of the sandbox.

Reference: [PSC]; OpenID Connect Core 1.0, Discovery 1.0, CIBA Core 1.0; RFC 7662.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from demo_lgc.sandbox.igc_sante import Holder
from demo_lgc.sandbox.psc import pages
from demo_lgc.sandbox.psc.authorization import Client, check_client, check_request, way_back
from demo_lgc.sandbox.psc.claims import userinfo
from demo_lgc.sandbox.psc.keys import Keys
from demo_lgc.sandbox.psc.sessions import Lives, Phone, Refused, Sessions
from demo_lgc.sandbox.psc.tokens import CIBA, Tokens

REALM = "/auth/realms/esante-wallet"
OPENID = f"{REALM}/protocol/openid-connect"

Form = dict[str, str]


class Provider:
    """The provider of `holders` at `origin` (scheme, host and port).

    `client` is the software registered there, `sessions` what it remembers, `keys` what it signs with.
    """

    def __init__(self, holders: Sequence[Holder], origin: str) -> None:
        self.origin = origin
        self.client, self.sessions, self.keys = Client(), Sessions(), Keys()
        self.tokens = Tokens(self.client, holders, self.keys, self.sessions, self.issuer)
        self._holders = {h.national_id: h for h in holders}

    @property
    def issuer(self) -> str:
        """The name of the provider."""
        return self.origin + REALM

    @property
    def discovery(self) -> str:
        """The address of its metadata."""
        return f"{self.issuer}/.well-known/wallet-openid-configuration"

    @property
    def telephone(self) -> str:
        """The page on which a human plays the telephone."""
        return f"{self.origin}/telephone"

    def holder_of(self, access_token: str) -> str:
        """The national id of whose valid access token that is, « » otherwise: for the mail operator."""
        holder = self.sessions.holder_of(access_token)
        return holder.national_id if holder else ""

    def journal(self) -> dict[str, Any]:
        """How many sessions were opened, renewed and ended, and how many telephones ring."""
        return {**self.sessions.counts, "ringing": len(self.sessions.ringing())}

    def apply(self, command: dict[str, Any]) -> dict[str, Any]:
        """Run one JSON command: what happens at the provider, from another process.

        `{"do": "phone", "answer": "accept", "after": 3, "person": ""}`: how telephones answer from now on
        (« refuse », « ignore »; `person`: somebody else answers), `{"do": "answer", "answer": "refuse"}`: all
        those that ring, now, `{"do": "lives", "access": 40}` (also code, refresh, request, interval), in
        seconds, `{"do": "expire_access"}`, `{"do": "end_sessions"}`, `{"do": "rotate_keys"}`,
        `{"do": "reset"}`, `{"do": "journal"}`.
        Raises KeyError for an unknown command, TypeError for a wrong parameter.
        """
        arguments = dict(command)
        acts: dict[str, Callable[..., dict[str, Any] | None]] = {
            "phone": self._phone,
            "answer": self._answer_all,
            "lives": self._lives,
            "expire_access": self.sessions.expire_access,
            "end_sessions": self.sessions.end_all,
            "rotate_keys": self.keys.rotate,
            "reset": self._reset,
            "journal": self.journal,
        }
        return acts[arguments.pop("do")](**arguments) or {}

    def _phone(self, answer: str = "accept", after: float = 0.0, person: str = "") -> None:
        self.sessions.phone = Phone(answer, after, person)

    def _answer_all(self, answer: str) -> None:
        for request in self.sessions.ringing():
            self.sessions.answer(request.name, answer)

    def _lives(self, **seconds: float) -> None:
        for name, value in seconds.items():
            if name not in vars(self.sessions.lives):
                raise KeyError(name)
            setattr(self.sessions.lives, name, float(value))

    def _reset(self) -> None:
        self.sessions.phone, self.sessions.lives = Phone(), Lives()

    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        openid = self.origin + OPENID
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.origin}/auth",
            "token_endpoint": f"{openid}/token",
            "userinfo_endpoint": f"{openid}/userinfo",
            "introspection_endpoint": f"{openid}/token/introspect",
            "end_session_endpoint": f"{openid}/logout",
            "jwks_uri": f"{openid}/certs",
            "backchannel_authentication_endpoint": f"{openid}/ext/ciba/auth",
            "backchannel_token_delivery_modes_supported": ["poll"],
            "grant_types_supported": ["authorization_code", "refresh_token", CIBA],
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "acr_values_supported": ["eidas1"],
            "authorization_response_iss_parameter_supported": True,
        }

    # --- what programs ask ----------------------------------------------------------------------------

    def introspect(self, form: Form) -> dict[str, Any]:
        """Tell whether a token is worth something, and whose it is. Raises Refused."""
        self.tokens.check_client(form)
        national_id = self.holder_of(form.get("token", ""))
        if not national_id:
            return {"active": False}
        names = {"preferred_username": national_id, "SubjectNameID": national_id}
        return {"active": True, "client_id": self.client.name, "scope": "openid scope_all", **names}

    def log_out(self, form: Form) -> None:
        """End the session of a refresh token. Raises Refused."""
        self.tokens.check_client(form)
        self.sessions.log_out(form.get("refresh_token", ""))

    def who(self, authorization: str) -> dict[str, Any]:
        """Answer userinfo. Raises Refused."""
        kind, _, token = authorization.partition(" ")
        holder = self.sessions.holder_of(token) if kind.lower() == "bearer" else None
        if holder is None:
            raise Refused("invalid_token", "Token verification failed", 401)
        return userinfo(holder)

    # --- what browsers ask ----------------------------------------------------------------------------

    def authorize(self, asked: Form) -> tuple[int, str]:
        """Return 200 and a page, 302 and where to go, or 400 and a page."""
        chosen = asked.pop("login", None)
        try:
            check_client(self.client, asked)
        except Refused as refused:
            return 400, pages.refusal(refused.description)
        try:
            check_request(asked)
            if chosen is None:
                return 200, pages.choice(self._holders.values(), asked)
            if chosen not in self._holders:
                raise Refused("access_denied", "The end user denied the authorization request")
        except Refused as refused:
            error = {"error": refused.error, "error_description": refused.description}
            return 302, way_back(asked, self.issuer, error)
        code = self.sessions.new_code(
            self._holders[chosen], asked["redirect_uri"], asked["code_challenge"], asked["nonce"]
        )
        return 302, way_back(asked, self.issuer, {"code": code})
