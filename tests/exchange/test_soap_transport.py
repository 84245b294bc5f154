"""What may go wrong on the wire, with a real TLS server on loopback: each failure has its name."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo_lgc.domain.errors import CardError, CardProblem, NetworkError, NotAllowed, RemoteRefusal
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.exchange.soap import transport as transport_module
from demo_lgc.exchange.soap.transport import Transport
from tests.exchange.loopback_server import Connection, LoopbackServer, Received, answering, http, reset
from tests.exchange.soft_identity import Authority, SoftIdentity, a_key, write_pem

SOAP = "application/soap+xml; charset=UTF-8"
OK = http("200 OK", SOAP, b"<fine/>")

MakeTransport = Callable[..., Transport]


@pytest.fixture
def transport_to(authority: Authority, identity: SoftIdentity) -> Iterator[MakeTransport]:
    made: list[Transport] = []

    def make(url: str, *, deadline: float = 5.0, anchors: str = authority.pem) -> Transport:
        made.append(Transport(identity, lambda: ServerTrust(anchors), url, deadline, service="DMP"))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


def failure(transport: Transport, body: bytes = b"<question/>") -> NetworkError:
    with pytest.raises(NetworkError) as raised:
        transport.post("/patients", SOAP, body)
    return raised.value


def test_a_question_is_answered(server: LoopbackServer, transport_to: MakeTransport) -> None:
    server.behaviour = answering(OK)
    answer = transport_to(server.url).post("/patients", SOAP, b"<question/>")
    assert answer.body == b"<fine/>"
    assert server.received[0].line == "POST /dmp/patients HTTP/1.1"
    assert server.received[0].body == b"<question/>"
    assert server.received[0].headers["content-type"] == SOAP


def test_the_connection_is_kept_for_the_next_question(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    server.behaviour = answering(OK)
    transport = transport_to(server.url)
    for _ in range(3):
        transport.post("/patients", SOAP, b"<question/>")
    assert (server.connections, len(server.received)) == (1, 3)


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    def once(connection: Connection, _: Received) -> None:
        connection.sendall(OK)
        connection.shutdown(socket.SHUT_RDWR)

    server.behaviour = once
    transport = transport_to(server.url)
    transport.post("/patients", SOAP, b"<question/>")
    server.wait(0.1)
    assert transport.post("/patients", SOAP, b"<question/>").body == b"<fine/>"
    assert server.connections == 2


def test_nobody_listening_leaves_no_doubt(transport_to: MakeTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert not failure(transport_to(f"https://127.0.0.1:{port}")).doubtful


def test_an_unknown_host_leaves_no_doubt(
    transport_to: MakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert not failure(transport_to("https://127.0.0.1:1")).doubtful


def test_a_server_of_another_authority_is_not_spoken_to(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    error = failure(transport_to(server.url, anchors=Authority.make().pem))
    assert (error.doubtful, error.detail) == (False, "CERTIFICATE_VERIFY_FAILED")
    assert server.received == []


def test_a_server_of_another_name_is_not_spoken_to(
    authority: Authority, tmp_path: Path, transport_to: MakeTransport
) -> None:
    key = a_key()
    pem = write_pem(tmp_path / "elsewhere.pem", key, authority.issue(key, "127.0.0.1"))  # CN only, no SAN
    with LoopbackServer(pem, authority.pem, answering(OK)) as server:
        assert not failure(transport_to(server.url)).doubtful
        assert server.received == []


def test_the_card_that_failed_during_the_handshake_is_named(
    server: LoopbackServer, transport_to: MakeTransport, identity: SoftIdentity
) -> None:
    transport = transport_to(server.url, anchors=Authority.make().pem)  # any failed handshake
    identity.trouble = CardError(CardProblem.REMOVED)
    with pytest.raises(CardError) as raised:
        transport.post("/patients", SOAP, b"<question/>")
    assert raised.value.problem is CardProblem.REMOVED


def test_a_card_that_the_server_does_not_take_is_said_to_its_holder(
    authority: Authority, server_pem: Path, transport_to: MakeTransport
) -> None:
    with (
        LoopbackServer(server_pem, Authority.make().pem, answering(OK)) as server,
        pytest.raises(CardError) as raised,
    ):
        transport_to(server.url).post("/patients", "text/xml", b"<x/>")
    assert raised.value.problem is CardProblem.NOT_ACCEPTED


def test_a_reset_after_the_body_leaves_a_doubt(server: LoopbackServer, transport_to: MakeTransport) -> None:
    server.behaviour = reset
    error = failure(transport_to(server.url))
    assert error.doubtful
    assert error.detail in ("ConnectionResetError", "RemoteDisconnected")


def test_a_server_that_says_nothing_meets_the_deadline(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    server.behaviour = lambda *_: server.wait(10) and None
    started = time.monotonic()
    assert failure(transport_to(server.url, deadline=0.5)).doubtful
    assert time.monotonic() - started < 2


def test_a_slow_drip_meets_the_deadline_too(server: LoopbackServer, transport_to: MakeTransport) -> None:
    def drip(connection: Connection, _: Received) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n")
        while not server.wait(0.05):
            connection.sendall(b" ")

    server.behaviour = drip
    started = time.monotonic()
    error = failure(transport_to(server.url, deadline=0.6))
    assert (error.doubtful, error.detail) == (True, "deadline")
    assert time.monotonic() - started < 2


def test_headers_that_drip_meet_the_deadline_on_a_kept_connection(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    def drip(connection: Connection, _: Received) -> None:
        first = len(server.received) == 1
        connection.sendall(OK if first else b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not first and not server.wait(0.05):
            connection.sendall(b"a")

    server.behaviour = drip
    transport = transport_to(server.url, deadline=0.6)
    transport.post("/patients", SOAP, b"<question/>")
    assert failure(transport).detail == "deadline"
    assert server.connections == 1


def test_a_handshake_that_drips_meets_the_deadline(transport_to: MakeTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def half_a_record() -> None:
            connection, _ = listener.accept()
            with connection:
                while not over.wait(0.05):
                    connection.sendall(b"\x16\x03\x03\x3f\xff"[:1])

        def quietly() -> None:
            try:
                half_a_record()
            except OSError:
                return

        thread = threading.Thread(target=quietly)
        thread.start()
        started = time.monotonic()
        error = failure(transport_to(f"https://127.0.0.1:{listener.getsockname()[1]}", deadline=0.6))
        over.set()
        thread.join()
    assert not error.doubtful
    assert time.monotonic() - started < 2


def test_a_body_shorter_than_announced_leaves_a_doubt(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    def cut(connection: Connection, _: Received) -> None:
        connection.sendall(OK.replace(b"Content-Length: 7", b"Content-Length: 700"))
        connection.shutdown(socket.SHUT_RDWR)

    server.behaviour = cut
    assert failure(transport_to(server.url)).doubtful


def test_an_answer_too_large_is_not_swallowed(
    server: LoopbackServer, transport_to: MakeTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "MAX_ANSWER", 1000)
    server.behaviour = answering(http("200 OK", SOAP, b"x" * 1001))
    assert failure(transport_to(server.url)).doubtful


@pytest.mark.parametrize(
    "status", ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"]
)
def test_a_server_error_without_soap_leaves_a_doubt(
    server: LoopbackServer, transport_to: MakeTransport, status: str
) -> None:
    server.behaviour = answering(http(status, "text/html", b"<html/>"))
    assert failure(transport_to(server.url)).doubtful


def test_a_page_where_soap_was_expected_leaves_a_doubt(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    server.behaviour = answering(http("200 OK", "text/html", b"<html>portail captif</html>"))
    assert failure(transport_to(server.url)).doubtful


def test_a_fault_with_status_500_is_for_the_caller_to_read(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    server.behaviour = answering(http("500 Internal Server Error", SOAP, b"<fault/>"))
    assert transport_to(server.url).post("/patients", SOAP, b"<question/>").body == b"<fault/>"


@pytest.mark.parametrize(("status", "transient"), [("403 Forbidden", False), ("429 Too Many Requests", True)])
def test_a_refusal_of_http_keeps_its_status(
    server: LoopbackServer, transport_to: MakeTransport, status: str, transient: bool
) -> None:
    server.behaviour = answering(http(status, "text/html", b"<html/>"))
    with pytest.raises(RemoteRefusal) as raised:
        transport_to(server.url).post("/patients", SOAP, b"<question/>")
    assert (raised.value.code, raised.value.transient) == (status[:3], transient)


def test_a_redirection_within_the_service_is_followed_with_the_body(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    moved = http("307 Temporary Redirect", "text/html", b"", extra="Location: /dmp/v3/patients\r\n")
    server.behaviour = answering(moved, OK)
    assert transport_to(server.url).post("/patients", SOAP, b"<question/>").body == b"<fine/>"
    assert [r.line.split()[1] for r in server.received] == ["/dmp/patients", "/dmp/v3/patients"]
    assert server.received[1].body == b"<question/>"


@pytest.mark.parametrize("place", ["http://127.0.0.1/dmp", "https://example.org/dmp", "https://127.0.0.2/"])
def test_a_redirection_elsewhere_is_not_followed(
    server: LoopbackServer, transport_to: MakeTransport, place: str
) -> None:
    server.behaviour = answering(http("302 Found", "text/html", b"", extra=f"Location: {place}\r\n"))
    assert not failure(transport_to(server.url)).doubtful


def test_a_redirection_without_end_is_not_followed_for_ever(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    server.behaviour = answering(http("302 Found", "text/html", b"", extra="Location: /dmp/patients\r\n"))
    assert failure(transport_to(server.url)).detail == "too many redirections"


def test_closing_cuts_the_call_under_way_and_refuses_the_next(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    transport = transport_to(server.url, deadline=30)
    asked = threading.Event()

    def silent(*_: object) -> None:
        asked.set()
        server.wait(10)

    server.behaviour = silent

    def remove_the_card() -> None:
        asked.wait(5)
        transport.close()

    remover = threading.Thread(target=remove_the_card)
    remover.start()
    started = time.monotonic()
    error = failure(transport)
    remover.join()
    assert (error.doubtful, error.detail) == (True, "cut")
    assert time.monotonic() - started < 5
    with pytest.raises(NotAllowed):
        transport.post("/patients", SOAP, b"<question/>")


def test_calls_of_several_threads_take_turns(server: LoopbackServer, transport_to: MakeTransport) -> None:
    server.behaviour = answering(OK)
    transport = transport_to(server.url)
    answers: list[bytes] = []

    def ask() -> None:
        answers.extend(transport.post("/patients", SOAP, b"<question/>").body for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b"<fine/>"] * 20
    assert server.connections == 1


def test_anchors_that_are_none_leave_no_doubt(transport_to: MakeTransport) -> None:
    assert not failure(transport_to("https://127.0.0.1:1", anchors="nothing here")).doubtful


def test_what_the_server_has_to_prove_is_asked_at_each_connection(
    server: LoopbackServer, identity: SoftIdentity, authority: Authority
) -> None:
    """Revocation lists change with the hours, and a session lasts a day."""
    asked: list[int] = []

    def trust() -> ServerTrust:
        asked.append(threading.get_ident())
        return ServerTrust(authority.pem)

    def last_answer(connection: Connection, received: Received) -> None:
        answering(http("200 OK", SOAP, b"<fine/>", extra="Connection: close\r\n"))(connection, received)

    transport = Transport(identity, trust, server.url, 5.0, service="DMP")
    server.behaviour = answering(OK)
    transport.post("/patients", SOAP, b"<question/>")
    server.behaviour = last_answer
    transport.post("/patients", SOAP, b"<question/>")
    server.behaviour = answering(OK)
    transport.post("/patients", SOAP, b"<question/>")
    transport.close()
    assert (server.connections, asked) == (2, [threading.get_ident()] * 2)


def test_lists_that_cannot_be_had_are_the_failure_and_nothing_is_opened(
    server: LoopbackServer, identity: SoftIdentity
) -> None:
    problem = NetworkError("IGC-Santé", "TimeoutError")

    def trust() -> ServerTrust:
        raise problem

    transport = Transport(identity, trust, server.url, 5.0, service="DMP")
    assert failure(transport) is problem
    transport.close()
    assert server.connections == 0


def test_a_failure_says_nothing_of_what_was_asked(
    server: LoopbackServer, transport_to: MakeTransport
) -> None:
    server.behaviour = reset
    error = failure(transport_to(server.url), b"<matricule>148086322090266</matricule>")
    assert "148086322090266" not in repr(error) + str(error)
    assert error.__cause__ is None
