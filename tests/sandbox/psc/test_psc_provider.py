"""The simulated Pro Santé Connect refuses what the real one refuses."""

from __future__ import annotations

import base64
import http.client
import json
import re
import time
from html import unescape
from urllib.parse import urlsplit

import jwt
import pytest

from demo_lgc.sandbox.control import ControlServer
from demo_lgc.sandbox.psc.provider import OPENID, REALM, Provider
from demo_lgc.sandbox.psc.tokens import CIBA
from tests.sandbox.psc.conftest import PAUL, REDIRECT, ROBERT, SECRET, Line, Said

RING = {
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "login_hint": PAUL,
    "binding_message": "42",
    "channel": "MOBILE",
}


def refused(said: Said, error: str, status: int = 400) -> bool:
    return (said.status, said.json["error"]) == (status, error)


# --- the browser --------------------------------------------------------------------------------------


def test_the_page_offers_the_doctors_and_carries_the_request(line: Line) -> None:
    page = unescape(line.authorize("GET").body.decode())
    assert "Dr Paul MEDECIN5729" in page
    assert "Dr Robert SPECIALISTE5737" in page
    assert f'name="redirect_uri" value="{REDIRECT}"' in page
    assert re.search(r'name="login" value=""', page)


def test_a_request_is_not_believed_to_be_html(line: Line) -> None:
    page = line.authorize("GET", nonce='"><script>').body
    assert b"<script>" not in page


def test_a_doctor_comes_back_with_a_code(line: Line, provider: Provider) -> None:
    said = line.authorize()
    assert said.status == 302
    assert said.location.startswith(REDIRECT + "?")
    assert said.back["state"] == "s"
    assert said.back["iss"] == provider.issuer


def test_who_cancels_comes_back_without(line: Line) -> None:
    back = line.authorize(login="").back
    assert back["error"] == "access_denied"
    assert "code" not in back


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"redirect_uri": "https://elsewhere.invalid/"},
        {"redirect_uri": "http://127.0.0.1.elsewhere.invalid:80/pro-sante-connect"},
        {"redirect_uri": REDIRECT + "/more"},
        {"redirect_uri": None},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_is_sent_to_an_unknown_place(line: Line, changes: dict[str, str | None], method: str) -> None:
    said = line.authorize(method, **changes)
    assert (said.status, said.location) == (400, "")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"acr_values": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
    ids=str,
)
def test_a_request_that_lacks_something_comes_back(
    line: Line, changes: dict[str, str | None], error: str
) -> None:
    assert line.authorize("GET", **changes).back["error"] == error
    assert line.authorize("POST", **changes).back["error"] == error


@pytest.mark.parametrize("headers", [{"Host": "elsewhere.invalid"}, {"Origin": "https://elsewhere.invalid"}])
def test_a_page_from_elsewhere_is_refused(line: Line, headers: dict[str, str]) -> None:
    assert line.ask("GET", "/telephone", headers=headers).status == 403


# --- codes and tokens ---------------------------------------------------------------------------------


def test_a_code_gives_tokens_and_claims(line: Line, provider: Provider) -> None:
    tokens = line.sign_in()
    keys = line.ask("GET", f"{OPENID}/certs").json
    proof = jwt.decode(
        tokens["id_token"], jwt.PyJWK(keys["keys"][0]), algorithms=["RS256"], audience="demo-lgc"
    )
    assert (proof["iss"], proof["nonce"]) == (provider.issuer, "n")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    claims = line.ask("GET", f"{OPENID}/userinfo", headers=bearer).json
    assert claims["sub"] == proof["sub"]
    assert claims["SubjectNameID"] == PAUL
    assert claims["Secteur_Activite"].startswith("SA07^")
    assert len(tokens["access_token"]) > 1001  # as the real ones


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "another" * 8},
        {"code_verifier": ""},
        {"redirect_uri": REDIRECT.replace("40000", "40001")},
        {"code": "made-up"},
    ],
    ids=str,
)
def test_a_code_in_wrong_hands_is_lost(line: Line, changes: dict[str, str]) -> None:
    code = line.authorize().back["code"]
    assert refused(line.redeem(changes.pop("code", code), **changes), "invalid_grant")
    if not changes:
        return
    assert refused(line.redeem(code), "invalid_grant")  # it served


def test_a_code_that_comes_twice_ends_what_it_opened(line: Line, provider: Provider) -> None:
    code = line.authorize().back["code"]
    tokens = line.redeem(code).json
    assert provider.holder_of(tokens["access_token"]) == PAUL
    assert refused(line.redeem(code), "invalid_grant")
    assert provider.holder_of(tokens["access_token"]) == ""


def test_a_code_ages(line: Line) -> None:
    line.provider.apply({"do": "lives", "code": 0.05})
    code = line.authorize().back["code"]
    time.sleep(0.1)
    assert refused(line.redeem(code), "invalid_grant")


@pytest.mark.parametrize("path", ["token", "token/introspect", "ext/ciba/auth", "logout"])
def test_a_software_that_does_not_know_its_secret(line: Line, path: str) -> None:
    assert refused(line.post(path, client_secret="wrong"), "invalid_client", 401)
    assert refused(line.post(path, client_id="another"), "invalid_client", 401)


def test_the_secret_may_come_in_the_header(line: Line) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": line.sign_in()["refresh_token"]}
    for secret, status in ((SECRET, 200), ("wrong", 401)):
        coded = base64.b64encode(f"demo-lgc:{secret}".encode()).decode()
        said = line.ask("POST", f"{OPENID}/token", form, {"Authorization": f"Basic {coded}"})
        assert said.status == status


def test_a_refresh_token_serves_once(line: Line) -> None:
    first = line.sign_in()["refresh_token"]
    renewed = line.post("token", grant_type="refresh_token", refresh_token=first)
    assert renewed.status == 200
    assert refused(line.post("token", grant_type="refresh_token", refresh_token=first), "invalid_grant")


def test_tokens_age_and_sessions_end(line: Line, provider: Provider) -> None:
    provider.apply({"do": "lives", "access": 0.1, "refresh": 0.2})
    tokens = line.sign_in()
    time.sleep(0.25)
    assert provider.holder_of(tokens["access_token"]) == ""
    old = tokens["refresh_token"]
    assert refused(line.post("token", grant_type="refresh_token", refresh_token=old), "invalid_grant")
    provider.apply({"do": "reset"})
    tokens = line.sign_in()
    assert line.post("logout", refresh_token=tokens["refresh_token"]).status == 204
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert refused(line.ask("GET", f"{OPENID}/userinfo", headers=bearer), "invalid_token", 401)
    assert line.post("token/introspect", token=tokens["access_token"]).json == {"active": False}


def test_introspection_says_whose_token_it_is(line: Line, provider: Provider) -> None:
    token = line.sign_in()["access_token"]
    told = line.post("token/introspect", token=token).json
    assert (told["active"], told["preferred_username"]) == (True, PAUL)
    provider.apply({"do": "expire_access"})
    assert line.post("token/introspect", token=token).json == {"active": False}


def test_another_way_to_tokens_is_unknown(line: Line) -> None:
    assert refused(line.post("token", grant_type="password"), "unsupported_grant_type")
    assert line.ask("GET", f"{REALM}/.well-known/openid-configuration").status == 404
    assert line.ask("POST", "/elsewhere", {}).status == 404


@pytest.mark.parametrize("length", ["", "-1", "much", "99999999"])
def test_a_form_of_an_absurd_length(line: Line, length: str) -> None:
    assert line.ask("POST", f"{OPENID}/token", headers={"Content-Length": length}).status == 400


# --- the telephone ------------------------------------------------------------------------------------


def poll(line: Line, request: str) -> Said:
    return line.post("token", grant_type=CIBA, auth_req_id=request)


def ring(line: Line, answer: str = "ignore", **lives: float) -> str:
    line.provider.apply({"do": "phone", "answer": answer})
    line.provider.apply({"do": "lives", "interval": 0.0, **lives})
    return str(line.post("ext/ciba/auth", **RING).json["auth_req_id"])


@pytest.mark.parametrize(
    ("answer", "error"), [("refuse", "access_denied"), ("ignore", "authorization_pending")]
)
def test_a_telephone_that_does_not_accept(line: Line, answer: str, error: str) -> None:
    assert refused(poll(line, ring(line, answer)), error)


def test_a_telephone_that_accepts_opens_once(line: Line, provider: Provider) -> None:
    request = ring(line, "accept")
    tokens = poll(line, request).json
    assert provider.holder_of(tokens["access_token"]) == PAUL
    assert "nonce" not in jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert refused(poll(line, request), "invalid_grant")


def test_a_human_plays_the_telephone(line: Line) -> None:
    request = ring(line)
    page = line.ask("GET", "/telephone").body.decode()
    assert "<b>42</b>" in page
    assert line.ask("POST", "/telephone", {"request": request, "answer": "accept"}).status == 302
    assert poll(line, request).status == 200
    assert line.ask("POST", "/telephone", {"request": "x", "answer": "accept"}).status == 400


def test_a_telephone_that_nobody_takes(line: Line) -> None:
    request = ring(line, request=0.05)
    time.sleep(0.1)
    assert refused(poll(line, request), "expired_token")


def test_who_asks_too_often_is_told_to_slow_down(line: Line) -> None:
    request = ring(line, interval=0.2)
    assert refused(poll(line, request), "authorization_pending")
    assert refused(poll(line, request), "slow_down")


def test_somebody_else_may_answer(line: Line, provider: Provider) -> None:
    request = ring(line, "accept")
    provider.apply({"do": "phone", "answer": "accept", "person": ROBERT})
    assert provider.holder_of(poll(line, request).json["access_token"]) == ROBERT


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"login_hint": "899999999999"}, "unknown_user_id"),
        ({"binding_message": "four"}, "invalid_binding_message"),
        ({"binding_message": "7"}, "invalid_binding_message"),
        ({"channel": "PIGEON"}, "invalid_request"),
        ({"acr_values": ""}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
    ],
    ids=str,
)
def test_a_telephone_that_does_not_ring(line: Line, changes: dict[str, str], error: str) -> None:
    assert refused(line.post("ext/ciba/auth", **RING | changes), error)
    assert line.provider.sessions.ringing() == []


# --- from another process -----------------------------------------------------------------------------


def test_the_door_of_the_sandbox_scripts_the_telephone(line: Line, provider: Provider) -> None:
    control = ControlServer({"psc": provider.apply}, lambda: {"psc": provider.journal()})
    control.start()

    def order(**command: object) -> int:
        connection = http.client.HTTPConnection(urlsplit(control.url).netloc, timeout=10)
        try:
            connection.request("POST", "/", json.dumps({"target": "psc", **command}))
            return connection.getresponse().status
        finally:
            connection.close()

    try:
        request = ring(line)
        assert provider.journal()["ringing"] == 1
        assert order(do="answer", answer="accept") == 200
        assert poll(line, request).status == 200
        assert order(do="dance") == order(do="lives", age=1.0) == order(do="phone", colour="red") == 400
    finally:
        control.stop()
