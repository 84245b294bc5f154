"""Mutual TLS, HTTP/1.1, and the faults of a line."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time

import pytest

from demo_lgc.sandbox.dmp.server import DmpServer
from demo_lgc.sandbox.pki import issue_bad
from tests.sandbox.dmp.dmp_requests import DOCTOR, td0_2


def test_a_card_speaks_tls_1_2_with_a_suite_of_the_dmp(desk):
    desk.doctor.connection.connect()
    assert desk.doctor.connection.sock.version() == "TLSv1.2"
    assert desk.doctor.connection.sock.cipher()[0].startswith("ECDHE-RSA-")


def test_tls_1_3_alone_is_refused(desk):
    desk.doctor.context.minimum_version = ssl.TLSVersion.TLSv1_3
    with pytest.raises(ssl.SSLError):
        desk.doctor.connection.connect()


def test_another_suite_is_refused(desk):
    desk.doctor.context.maximum_version = ssl.TLSVersion.TLSv1_2
    desk.doctor.context.set_ciphers("ECDHE-RSA-AES128-SHA256")
    with pytest.raises(ssl.SSLError):
        desk.doctor.connection.connect()


def test_a_client_that_names_no_host_is_refused(desk, dmp_pki):
    line = desk.line(dmp_pki.card(DOCTOR.national_id).authentication, host="127.0.0.1")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        line.connection.connect()


def _tls(desk) -> ssl.SSLSocket:
    raw = socket.create_connection(("localhost", desk.port), timeout=10)
    return desk.doctor.context.wrap_socket(raw, server_hostname="localhost")


def _ask(desk, identity):
    desk.send(desk.call("/patients", td0_2()), desk.line(identity))


def test_a_client_without_certificate_is_refused(desk, dmp):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _ask(desk, None)
    limit = time.monotonic() + 5
    while not dmp.journal.refused_handshakes:  # we may know before the server has written it down
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert not dmp.journal.entries


@pytest.mark.parametrize("fault", ["expired", "self-signed", "revoked", "wrong-ca"])
def test_a_bad_certificate_is_refused(dmp_pki, fault, dmp_desk_for):
    bad = issue_bad(dmp_pki, fault, kind="card")
    desk = dmp_desk_for()  # a server started once the revocation list is published
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _ask(desk, bad)


def test_the_signature_certificate_does_not_open_the_line(desk, dmp_pki):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        _ask(desk, dmp_pki.card(DOCTOR.national_id).signature)


def test_one_connection_serves_several_requests(desk):
    assert desk.ask("/patients", td0_2()).status == 200
    before = desk.doctor.connection.sock
    assert desk.ask("/patients", td0_2()).status == 200
    assert desk.doctor.connection.sock is before


def test_the_journal_keeps_every_byte_received(desk, dmp):
    call = desk.call("/patients", td0_2())
    kind, body = call.entity()
    head = (
        "POST /si-dmp-server/v2/services/patients HTTP/1.1\r\n"
        f"Host: localhost:{desk.port}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode()
    with _tls(desk) as tls:
        tls.sendall(head + body)
        while tls.recv(65536):
            pass
    (entry,) = dmp.journal.entries
    assert entry.raw == head + body
    assert (entry.transaction, entry.outcome, entry.message_id) == ("TD0.2", "ok", call.message_id)


def test_a_chunked_body_is_read(desk):
    kind, body = desk.call("/patients", td0_2()).entity()
    connection = desk.doctor.connection
    pieces = iter([body[:100], body[100:]])
    connection.request(
        "POST", "/si-dmp-server/v2/services/patients", pieces, {"Content-Type": kind}, encode_chunked=True
    )
    response = connection.getresponse()
    assert response.status == 200
    response.read()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"BONJOUR\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", 400),
    ],
)
def test_what_is_not_http_is_refused(desk, sent, status):
    with _tls(desk) as tls:
        tls.sendall(sent)
        assert tls.recv(65536).startswith(f"HTTP/1.1 {status} ".encode())


def test_stopping_leaves_no_thread_even_with_open_lines(dmp_pki, dmp_desk_for):
    before = threading.active_count()
    desk = dmp_desk_for()
    desk.ask("/patients", td0_2())
    silent = socket.create_connection(("localhost", desk.port), timeout=10)
    time.sleep(0.05)
    desk.server.script.delay(30)
    late = threading.Thread(target=_lost, args=(desk,))
    late.start()
    time.sleep(0.2)
    desk.server.stop()
    late.join(5)
    silent.close()
    assert threading.active_count() == before


def _lost(desk) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        desk.ask("/patients", td0_2())


def test_a_server_stopped_twice_or_never_started_does_not_mind(dmp_pki):
    server = DmpServer(dmp_pki, {})
    server.stop()
    server.start()
    server.stop()
    server.stop()


def test_a_silent_line_is_closed(dmp_desk_for):
    desk = dmp_desk_for(idle=0.2)
    desk.ask("/patients", td0_2())
    desk.doctor.connection.sock.settimeout(5)
    assert desk.doctor.connection.sock.recv(1) == b""


def test_more_lines_than_threads_wait_their_turn(dmp_desk_for, dmp_pki):
    desk = dmp_desk_for(threads=2)
    identity = dmp_pki.card(DOCTOR.national_id).authentication
    for _ in range(4):
        line = desk.line(identity)
        assert desk.send(desk.call("/patients", td0_2()), line).status == 200
        line.close()
