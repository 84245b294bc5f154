"""Signing in with the browser, before our provider and before one that others wrote."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from demo_lgc.domain.errors import NetworkError, RemoteRefusal, SignInError, SignInProblem
from demo_lgc.domain.practitioner import PracticeSituation, Practitioner
from demo_lgc.domain.trust import IdentityProvider
from demo_lgc.exchange.psc.browser import BrowserSignIn
from demo_lgc.exchange.psc.provider import ProSanteConnect
from demo_lgc.sandbox.igc_sante import Holder
from demo_lgc.sandbox.pki import make_pki
from demo_lgc.sandbox.psc.claims import subject, userinfo
from demo_lgc.sandbox.psc.provider import Provider
from demo_lgc.sandbox.psc.server import ProSanteServer
from demo_lgc.settings import ProSanteSettings
from tests.exchange.psc.conftest import HOLDERS, PAUL, Browser, Clock, Connect

THE_DOCTOR = Practitioner(PAUL, "MEDECIN5729", "PAUL", "10", "SM26")
THE_PRACTICE = PracticeSituation("499700057291001", "Cabinet du Dr MEDECIN5729", "SA07")


def problem(sign_in: BrowserSignIn) -> SignInProblem:
    with pytest.raises(SignInError) as raised:
        sign_in.wait()
    return raised.value.problem


def all_gone() -> None:
    """Wait for those who close and take leave in threads of their own."""
    for thread in threading.enumerate():
        if thread.name in ("psc-leave", "psc-cancel"):
            thread.join(5)


def asked(sign_in: BrowserSignIn) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(sign_in.address).query).items()}


def knock(sign_in: BrowserSignIn, query: str, *, host: str = "", path: str = "", method: str = "GET") -> int:
    """Come to the redirection as any program or page of this machine could."""
    place = urlsplit(asked(sign_in)["redirect_uri"])
    connection = http.client.HTTPConnection("127.0.0.1", place.port or 0, timeout=5)
    try:
        target = f"{path or place.path}?{query}"
        connection.request(method, target, headers={"Host": host or place.netloc})
        return connection.getresponse().status
    finally:
        connection.close()


# --- it works -----------------------------------------------------------------------------------------


def test_a_doctor_signs_in(connect: Connect, browser: Browser, provider: Provider) -> None:
    identity_provider: IdentityProvider = connect()
    sign_in = identity_provider.in_browser()
    browser.choose(sign_in.address, login=PAUL)
    account = sign_in.wait()
    assert account.practitioner == THE_DOCTOR
    assert account.situations == (THE_PRACTICE,)
    assert provider.holder_of(account.token.fresh()) == PAUL
    assert sign_in.number == ""
    account.close()
    browser.close()
    assert "Vous pouvez fermer cette page" in browser.pages[0]


def test_leaving_ends_the_session_at_the_provider(
    connect: Connect, browser: Browser, provider: Provider
) -> None:
    sign_in = connect().in_browser()
    browser.choose(sign_in.address, login=PAUL)
    account = sign_in.wait()
    token = account.token.fresh()
    account.close()
    with pytest.raises(SignInError):
        account.token.fresh()
    all_gone()
    assert provider.holder_of(token) == ""


@pytest.fixture
def others() -> Iterator[str]:
    """The issuer of a provider that others wrote, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    claims = json.dumps(userinfo(HOLDERS[0]) | {"sub": subject(HOLDERS[0])})
    command = [sys.executable, "-m", "oidc_provider_mock", "-p", str(port), "-n", "true"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, "--user-claims", claims], **quiet) as process:
        try:
            end = time.monotonic() + 30
            while time.monotonic() < end:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def test_a_provider_that_others_wrote_is_understood(others: str, browser: Browser, clock: Clock) -> None:
    settings = ProSanteSettings(
        discovery=f"{others}/.well-known/openid-configuration",
        client_id="demo-lgc",
        client_secret="secret",
        scope="openid profile",
        patience=10.0,
    )
    sign_in = ProSanteConnect(settings, clock).in_browser()
    browser.open(sign_in.address, {"sub": subject(HOLDERS[0])})
    account = sign_in.wait()
    assert account.practitioner == THE_DOCTOR
    assert account.situations == (THE_PRACTICE,)
    first = account.token.fresh()
    assert account.token.fresh(refused=first) != first
    account.close()
    all_gone()


# --- it is refused ------------------------------------------------------------------------------------


def test_a_software_that_is_not_registered_asks_nothing(connect: Connect) -> None:
    for missing in ({"client_id": ""}, {"discovery": ""}):
        with pytest.raises(SignInError) as raised:
            connect(**missing).in_browser()
        assert raised.value.problem is SignInProblem.NOT_CONFIGURED


def test_who_declines_in_the_browser_is_not_signed_in(connect: Connect, browser: Browser) -> None:
    sign_in = connect().in_browser()
    browser.choose(sign_in.address, login="")
    assert problem(sign_in) is SignInProblem.REFUSED


def test_another_error_of_the_provider_keeps_its_words(connect: Connect, browser: Browser) -> None:
    sign_in = connect(scope="openid").in_browser()
    browser.open(sign_in.address)
    with pytest.raises(RemoteRefusal) as raised:
        sign_in.wait()
    assert (raised.value.service, raised.value.code) == ("psc", "invalid_scope")
    assert raised.value.message == "Invalid scopes"


def test_a_wrong_secret_keeps_the_words_of_the_provider(connect: Connect, browser: Browser) -> None:
    sign_in = connect(client_secret="another").in_browser()
    browser.choose(sign_in.address, login=PAUL)
    with pytest.raises(RemoteRefusal) as raised:
        sign_in.wait()
    assert raised.value.code == "invalid_client"


def test_nobody_answers_in_time(connect: Connect) -> None:
    assert problem(connect(patience=0.05).in_browser()) is SignInProblem.TOO_LATE


def test_an_answer_of_another_state_is_not_the_one_waited_for(connect: Connect) -> None:
    sign_in = connect(patience=0.3).in_browser()
    assert knock(sign_in, "code=stolen&state=another") == 404
    assert problem(sign_in) is SignInProblem.UNTRUSTED


@pytest.mark.parametrize("intrusion", ["state", "host", "path", "twice", "method", "nothing"])
def test_an_intruder_does_not_keep_the_doctor_from_signing_in(
    connect: Connect, browser: Browser, intrusion: str
) -> None:
    sign_in = connect().in_browser()
    state = asked(sign_in)["state"]
    match intrusion:
        case "state":
            assert knock(sign_in, "error=access_denied&state=guess") == 404
        case "host":
            assert knock(sign_in, f"code=x&state={state}", host="elsewhere.invalid") == 404
        case "path":
            assert knock(sign_in, f"code=x&state={state}", path="/") == 404
        case "twice":
            assert knock(sign_in, f"code=x&state={state}&state={state}") == 404
        case "method":
            assert knock(sign_in, f"code=x&state={state}", method="POST") == 501
        case _:
            assert knock(sign_in, "") == 404
    browser.choose(sign_in.address, login=PAUL)
    account = sign_in.wait()
    assert account.practitioner == THE_DOCTOR
    account.close()


def test_a_silent_connection_keeps_nobody_waiting(connect: Connect, browser: Browser) -> None:
    sign_in = connect().in_browser()
    port = urlsplit(asked(sign_in)["redirect_uri"]).port
    silent = http.client.HTTPConnection("127.0.0.1", port or 0, timeout=5)
    silent.connect()  # as browsers do ahead of need
    browser.choose(sign_in.address, login=PAUL)
    began = time.monotonic()
    sign_in.wait().close()
    assert time.monotonic() - began < 2
    silent.close()


def test_the_door_closes_behind_the_answer(connect: Connect, browser: Browser) -> None:
    sign_in = connect().in_browser()
    browser.choose(sign_in.address, login=PAUL)
    sign_in.wait().close()
    with pytest.raises(OSError, match="refused"):
        knock(sign_in, "code=x")


@pytest.mark.parametrize("issuer", ["https://elsewhere.invalid", ""])
def test_an_answer_in_the_name_of_another_issuer_is_refused(connect: Connect, issuer: str) -> None:
    sign_in = connect().in_browser()
    answer = {"code": "x", "state": asked(sign_in)["state"]} | ({"iss": issuer} if issuer else {})
    assert knock(sign_in, urlencode(answer)) == 200
    assert problem(sign_in) is SignInProblem.UNTRUSTED


def test_a_code_of_somebody_else_s_sign_in_is_refused(connect: Connect, provider: Provider) -> None:
    """The injection of a code: it was asked for with another PKCE challenge."""
    sign_in = connect().in_browser()
    stolen = provider.sessions.new_code(HOLDERS[1], asked(sign_in)["redirect_uri"], "x" * 43, "nonce")
    answer = {"code": stolen, "state": asked(sign_in)["state"], "iss": provider.issuer}
    assert knock(sign_in, urlencode(answer)) == 200
    with pytest.raises(RemoteRefusal) as raised:
        sign_in.wait()
    assert raised.value.code == "invalid_grant"


def test_a_code_of_another_nonce_is_refused(connect: Connect, provider: Provider) -> None:
    sign_in = connect().in_browser()
    sent = asked(sign_in)
    code = provider.sessions.new_code(
        HOLDERS[0], sent["redirect_uri"], sent["code_challenge"], "another nonce"
    )
    knock(sign_in, urlencode({"code": code, "state": sent["state"], "iss": provider.issuer}))
    assert problem(sign_in) is SignInProblem.UNTRUSTED


# --- it is given up -----------------------------------------------------------------------------------


def test_giving_up_frees_who_waits_and_the_port(connect: Connect) -> None:
    sign_in = connect().in_browser()
    threading.Timer(0.1, sign_in.cancel).start()
    began = time.monotonic()
    assert problem(sign_in) is SignInProblem.REFUSED
    assert time.monotonic() - began < 2
    sign_in.cancel()
    all_gone()
    with pytest.raises(OSError, match="refused"):
        knock(sign_in, "code=x")


def test_giving_up_before_waiting_closes_the_door(connect: Connect) -> None:
    sign_in = connect().in_browser()
    sign_in.cancel()
    assert problem(sign_in) is SignInProblem.REFUSED


def test_who_is_admitted_after_giving_up_is_put_out(
    connect: Connect, browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in = connect().in_browser()
    tell = Provider.who

    def slow(self: Provider, authorization: str) -> dict[str, object]:
        sign_in.cancel()
        return tell(self, authorization)

    monkeypatch.setattr(Provider, "who", slow)
    ended = provider.journal()["ended"]
    browser.choose(sign_in.address, login=PAUL)
    assert problem(sign_in) is SignInProblem.REFUSED
    all_gone()
    assert provider.journal()["ended"] == ended + 1


# --- in private ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def over_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ProSanteServer, str, str]]:
    """A provider over HTTPS, its anchors, and those of somebody else."""
    pki = make_pki(tmp_path_factory.mktemp("pki"), [Holder("899900000000", "DEMO", "DEMO")])
    other = make_pki(tmp_path_factory.mktemp("other"), [])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.server.chain, pki.server.key)
    server = ProSanteServer(HOLDERS, tls=context)
    server.start()
    yield server, str(pki.anchors), str(other.anchors)
    server.stop()


def test_the_anchors_of_the_settings_are_believed_and_no_others(
    over_tls: tuple[ProSanteServer, str, str], connect: Connect
) -> None:
    server, anchors, others = over_tls
    discovery = server.provider.discovery
    assert discovery.startswith("https://")
    sign_in = connect(discovery=discovery, trust_anchors=anchors).in_browser()
    assert sign_in.address.startswith("https://")
    sign_in.cancel()
    for wrong in (others, ""):  # « » is certifi
        with pytest.raises(NetworkError) as raised:
            connect(discovery=discovery, trust_anchors=wrong).in_browser()
        assert raised.value.detail == "CERTIFICATE_VERIFY_FAILED"


def test_neither_tokens_nor_codes_nor_secrets_are_shown_anywhere(
    connect: Connect,
    browser: Browser,
    provider: Provider,
    settings: ProSanteSettings,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[str] = []
    new_code = provider.sessions.new_code
    monkeypatch.setattr(
        provider.sessions, "new_code", lambda *a, **k: codes.append(new_code(*a, **k)) or codes[-1]
    )
    with caplog.at_level(logging.DEBUG):
        sign_in = connect().in_browser()
        browser.choose(sign_in.address, login=PAUL)
        account = sign_in.wait()
        access = account.token.fresh()
        shown = caplog.text + repr(account) + repr(account.token) + repr(sign_in)
        account.close()
        browser.close()
    assert codes
    for secret in (access, codes[0], settings.client_secret):
        assert secret not in shown


def test_a_failure_carries_no_secret_in_its_frames(
    connect: Connect, browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[str] = []
    new_code = provider.sessions.new_code
    monkeypatch.setattr(
        provider.sessions, "new_code", lambda *a, **k: codes.append(new_code(*a, **k)) or codes[-1]
    )
    sign_in = connect(client_secret="my-own-secret").in_browser()
    browser.choose(sign_in.address, login=PAUL)
    with pytest.raises(RemoteRefusal) as raised:
        sign_in.wait()
    error: BaseException | None = raised.value
    held = []
    while error is not None:
        step = error.__traceback__
        while step is not None:
            if "demo_lgc/exchange/psc/" in step.tb_frame.f_code.co_filename:
                held += [repr(value) for value in step.tb_frame.f_locals.values()]
            step = step.tb_next
        error = error.__cause__ or error.__context__
    assert held  # the frame of `wait` at least
    assert not any(secret in value for value in held for secret in ("my-own-secret", codes[0]))
