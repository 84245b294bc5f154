"""An answer is hostile until parsed: it may neither fill the memory nor lead the card elsewhere."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator

import pytest
from lxml import etree

from demo_lgc.domain.errors import NetworkError, RemoteRefusal
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.exchange.soap.faults import LONGEST_WORDS, check_fault
from demo_lgc.exchange.soap.transport import Transport
from demo_lgc.exchange.soap.xml import UnreadableXmlError, parse
from tests.exchange.loopback_server import Connection, LoopbackServer, Received, answering, http
from tests.exchange.soft_identity import Authority, SoftIdentity

SOAP = "application/soap+xml; charset=UTF-8"


@pytest.fixture
def transport(authority: Authority, identity: SoftIdentity, server: LoopbackServer) -> Iterator[Transport]:
    made = Transport(identity, lambda: ServerTrust(authority.pem), server.url, 5.0, service="DMP")
    yield made
    made.close()


def failure(transport: Transport) -> NetworkError:
    with pytest.raises(NetworkError) as raised:
        transport.post("/patients", SOAP, b"<question/>")
    return raised.value


def test_compression_is_not_asked_for_and_a_compressed_answer_is_not_inflated(
    server: LoopbackServer, transport: Transport
) -> None:
    bomb = gzip.compress(gzip.compress(b"0" * 100_000_000))
    server.behaviour = answering(http("200 OK", SOAP, bomb, extra="Content-Encoding: gzip, gzip\r\n"))
    tracemalloc.start()
    try:
        error = failure(transport)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (error.doubtful, error.detail) == (True, "a compressed answer")
    assert server.received[0].headers["accept-encoding"] == "identity"
    assert peak < 20_000_000


def test_the_body_of_a_redirection_is_not_read(server: LoopbackServer, transport: Transport) -> None:
    def endless(connection: Connection, _: Received) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.invalid/\r\n\r\n")
        while True:
            connection.sendall(b"0" * 65536)

    server.behaviour = endless
    error = failure(transport)
    assert error.detail == "a redirection out of the service"


@pytest.mark.parametrize(
    "place",
    [
        r"https://elsewhere.invalid\@127.0.0.1/",  # one reader of URLs sees one host, another the other
        "https://127.0.0.1@elsewhere.invalid/",
        "https://somebody@127.0.0.1/",
        "https://127.0.0.1.elsewhere.invalid/",
        "//elsewhere.invalid/",
        "https://[::1/",
        "ftp://127.0.0.1/",
    ],
)
def test_a_redirection_in_disguise_is_not_followed(
    server: LoopbackServer, transport: Transport, place: str
) -> None:
    server.behaviour = answering(http("307 Moved", "text/html", b"", extra=f"Location: {place}\r\n"))
    error = failure(transport)
    assert (error.doubtful, error.detail) == (False, "a redirection out of the service")
    assert len(server.received) == 1


DTD = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7"])
def test_a_dtd_is_refused_in_any_encoding(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = (
        (declared + DTD).encode(encoding) if encoding != "utf-7" else declared.encode() + DTD.encode("utf-7")
    )
    with pytest.raises(UnreadableXmlError):
        parse(text)


@pytest.mark.parametrize(
    "answer",
    [
        b"<a>" * 300_000,
        b"<a>" + b"<a/>" * 7_000_000 + b"</a>",
        b"<a>" + b"<?p?>" * 2_000_000 + b"</a>",
        b"<a>" + b"0" * 12_000_000 + b"</a>",
    ],
    ids=["deep", "wide", "instructions", "long"],
)
def test_an_answer_out_of_proportion_is_refused_without_its_words(answer: bytes) -> None:
    with pytest.raises(UnreadableXmlError) as raised:
        parse(answer)
    assert len(str(raised.value)) < 100


def test_what_a_fault_says_is_bounded_and_its_code_cannot_forge_a_line_of_the_log() -> None:
    soap = "http://www.w3.org/2003/05/soap-envelope"
    code = "<s:Value>s:Sender</s:Value><s:Subcode><s:Value>x:DMP Bad&#10;ERROR forged</s:Value></s:Subcode>"
    words = f"<s:Text>{'mot ' * 100_000}</s:Text>"
    fault = etree.fromstring(
        f'<s:Fault xmlns:s="{soap}"><s:Code>{code}</s:Code><s:Reason>{words}</s:Reason></s:Fault>'
    )
    with pytest.raises(RemoteRefusal) as raised:
        check_fault("DMP", fault)
    assert raised.value.code == "DMP_Bad_ERROR_forged"
    assert len(raised.value.message) == LONGEST_WORDS
