"""Calls to the provider: what answers may be anything, and addresses may lead anywhere."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.errors import NetworkError, RemoteRefusal, SignInError, SignInProblem
from demo_lgc.exchange.psc.calls import Calls, safe_place
from demo_lgc.exchange.psc.metadata import read_metadata
from demo_lgc.sandbox.psc.provider import Provider
from demo_lgc.settings import ProSanteSettings

CALLS = Calls(ProSanteSettings(deadline=2.0))


class Told:
    """A server that says one thing, whatever it is asked. `heard` is what it was asked."""

    def __init__(self, said: bytes, drip: float = 0.0) -> None:
        self.said, self.drip, self.heard = said, drip, bytearray()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/token"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.listen(connection)
                try:
                    if self.drip:
                        for byte in self.said:
                            connection.sendall(bytes([byte]))
                            time.sleep(self.drip)
                    connection.sendall(self.said)
                except OSError:
                    continue

    def listen(self, connection: socket.socket) -> None:
        asked = bytearray()
        while b"\r\n\r\n" not in asked and (more := connection.recv(65536)):
            asked += more
        length = re.search(rb"Content-Length: (\d+)", asked)
        end = asked.find(b"\r\n\r\n") + 4 + int(length[1] if length else 0)
        while len(asked) < end and (more := connection.recv(65536)):
            asked += more
        self.heard += asked

    def stop(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)


@pytest.fixture
def tell() -> Iterator[Callable[..., Told]]:
    servers: list[Told] = []

    def start(said: bytes, drip: float = 0.0) -> Told:
        servers.append(Told(said, drip))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def answer(status: str, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


Tell = Callable[..., Told]


def test_an_object_is_an_answer(tell: Tell) -> None:
    server = tell(answer("200 OK", b'{"a": 1}'))
    assert CALLS.post(server.url, {"b": "c d"}) == {"a": 1}
    assert b"\r\n\r\nb=c+d" in server.heard
    assert CALLS.get(server.url, bearer="t") == {"a": 1}
    assert b"Authorization: Bearer t" in server.heard


def test_nothing_is_an_answer_when_nothing_is_to_be_said(tell: Tell) -> None:
    assert CALLS.post(tell(answer("204 No Content", b"")).url, {}) == {}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (answer("400 No", b'{"error": "invalid_grant", "error_description": "why"}'), "invalid_grant"),
        (answer("401 No", b""), "401"),
        (answer("403 No", b"<html>"), "403"),
        (answer("400 No", b'{"error": {"a": 1}}'), "400"),
        (answer("400 No", b'{"error": "two words"}'), "400"),
        (answer("503 Later", b'{"error": "temporarily_unavailable"}'), "temporarily_unavailable"),
    ],
)
def test_a_refusal_keeps_its_code(tell: Tell, said: bytes, code: str) -> None:
    with pytest.raises(RemoteRefusal) as raised:
        CALLS.post(tell(said).url, {})
    assert raised.value.code == code
    assert raised.value.transient == said.startswith(b"HTTP/1.1 503")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"garbage\r\n\r\n",
        answer("200 OK", b"[1, 2]"),
        answer("200 OK", b"not json"),
        answer("200 OK", b"[" * 100_000),
        answer("200 OK", b'{"a": "' + b"x" * 1_100_000 + b'"}'),
        answer("500 Oh", b"<html>"),
        answer("302 Found", b"", "Location: http://127.0.0.1:1/elsewhere"),
        answer("307 Found", b"{}", "Location: https://elsewhere.invalid/"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n{}",
        answer("200 OK", b"\x1f\x8b\x08", "Content-Encoding: gzip"),
    ],
)
def test_anything_else_is_no_answer(tell: Tell, said: bytes) -> None:
    with pytest.raises(NetworkError) as raised:
        CALLS.post(tell(said).url, {"client_secret": "hidden"})
    assert raised.value.service == "psc"
    assert "hidden" not in str(raised.value)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(NetworkError):
        CALLS.get(f"http://127.0.0.1:{port}/")


def test_a_server_that_drips_meets_the_deadline(tell: Tell) -> None:
    server = tell(answer("200 OK", b"{}" + b" " * 10_000), drip=0.01)
    began = time.monotonic()
    with pytest.raises(NetworkError) as raised:
        CALLS.post(server.url, {}, 0.5)
    assert raised.value.detail == "deadline"
    assert time.monotonic() - began < 3


def test_the_proxies_of_the_machine_are_not_asked(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    spy = tell(answer("200 OK", b"{}"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, spy.url)
    assert CALLS.get(tell(answer("200 OK", b'{"a": 1}')).url) == {"a": 1}
    assert not spy.heard


@pytest.mark.parametrize(
    "url",
    [
        "http://psc.demo.invalid/token",
        "http://127.0.0.1.demo.invalid/",
        "http://localhost@psc.demo.invalid/",
        "https://psc.demo.invalid@127.0.0.1/",
        "https:///token",
        "https://psc.demo.invalid:port/",
        "https://psc.demo.invalid/#there",
        "https://psc.demo.invalid/\r\nX: y",
        "https://psc.demo.invalid/é",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_no_token_goes_to(url: str) -> None:
    assert safe_place(url) is None
    with pytest.raises(NetworkError):
        CALLS.post(url, {})


@given(st.text())
def test_no_text_is_taken_for_a_place_by_accident(text: str) -> None:
    place = safe_place(text)
    assert place is None or place.scheme == "https" or place.hostname in ("localhost", "127.0.0.1", "::1")


def test_nothing_is_written_in_the_log(tell: Tell, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        CALLS.post(tell(answer("200 OK", b'{"access_token": "hidden"}')).url, {"code": "hidden"})
    assert "hidden" not in caplog.text


# --- the discovery document ---------------------------------------------------------------------------


def test_the_document_of_the_provider_is_read(provider: Provider) -> None:
    told = read_metadata(provider.discovery, json.loads(json.dumps(provider.metadata())))
    assert told.issuer == provider.issuer
    assert told.telephone.endswith("/ext/ciba/auth")
    assert told.names_itself


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://elsewhere.invalid"},
        {"issuer": "http://127.0.0.1"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "http://psc.demo.invalid/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "http://psc.demo.invalid/keys"},
        {"userinfo_endpoint": ["https://psc.demo.invalid/"]},
        {"end_session_endpoint": "http://psc.demo.invalid/logout"},
        {"backchannel_authentication_endpoint": 1},
    ],
    ids=str,
)
def test_a_document_that_leads_elsewhere_is_refused(provider: Provider, changes: dict[str, object]) -> None:
    with pytest.raises(SignInError) as raised:
        read_metadata(provider.discovery, provider.metadata() | changes)
    assert raised.value.problem is SignInProblem.UNTRUSTED
