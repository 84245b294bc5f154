"""The provider alone, spoken to by the standard library only."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from demo_lgc.sandbox.igc_sante import Holder
from demo_lgc.sandbox.psc.provider import OPENID, Provider
from demo_lgc.sandbox.psc.server import ProSanteServer

PAUL, ROBERT = "899700057291", "899700057372"
REDIRECT = "http://127.0.0.1:40000/pro-sante-connect"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SECRET = "secret-du-bac-a-sable"


@dataclass
class Said:
    status: int
    body: bytes
    location: str = ""

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def back(self) -> dict[str, str]:
        """The parameters of the redirection."""
        return dict(parse_qsl(urlsplit(self.location).query))


class Line:
    """Asks the provider, in its own words."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.host = urlsplit(provider.origin).netloc

    def ask(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Said:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        try:
            body = urlencode(form) if form is not None else None
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Said(answer.status, answer.read(), answer.headers.get("Location", ""))
        finally:
            connection.close()

    def authorize(self, method: str = "POST", **changes: str | None) -> Said:
        asked: dict[str, str | None] = {
            "response_type": "code",
            "client_id": "demo-lgc",
            "redirect_uri": REDIRECT,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": "s",
            "nonce": "n",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "login": PAUL if method == "POST" else None,
        } | changes
        form = {name: value for name, value in asked.items() if value is not None}
        if method == "GET":
            return self.ask("GET", f"/auth?{urlencode(form)}")
        return self.ask("POST", "/auth", form)

    def post(self, path: str, **form: str) -> Said:
        who = {"client_id": "demo-lgc", "client_secret": SECRET}
        return self.ask("POST", f"{OPENID}/{path}", who | form)

    def redeem(self, code: str, **changes: str) -> Said:
        asked = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER} | changes
        return self.post("token", grant_type="authorization_code", **asked)

    def sign_in(self) -> dict[str, Any]:
        return self.redeem(self.authorize().back["code"]).json


@pytest.fixture(scope="session")
def running() -> Iterator[Provider]:
    server = ProSanteServer(
        [
            Holder(PAUL, "MEDECIN5729", "PAUL", activities=(("499700057291001", "Cabinet", "SA07"),)),
            Holder(ROBERT, "SPECIALISTE5737", "ROBERT"),
        ]
    )
    server.start()
    yield server.provider
    server.stop()


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    yield running
    running.apply({"do": "answer", "answer": "refuse"})
    running.apply({"do": "reset"})


@pytest.fixture
def line(provider: Provider) -> Line:
    return Line(provider)
