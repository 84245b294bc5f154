"""The client of the DMP against a real TLS server: what leaves, to the byte, and what comes of the answers.

The messages are compared with those of `reference/`, which were read by a person and accepted by the
judge of XDS messages. After a wanted change: DEMO_LGC_REWRITE=1 python -m pytest tests/exchange, then read
the difference.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha1
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from demo_lgc.domain.delivery import Part
from demo_lgc.domain.dmp import DmpExistence
from demo_lgc.domain.document import Document, Visibility
from demo_lgc.domain.errors import NetworkError, NotAllowed, RemoteRefusal
from demo_lgc.domain.identity import Ins
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.exchange.dmp.client import DmpClient
from demo_lgc.exchange.soap.envelope import SOAP, WSA
from demo_lgc.exchange.soap.mtom import read_entity
from demo_lgc.exchange.xds.submission import freeze
from demo_lgc.settings import DmpSettings
from tests.exchange.loopback_server import Connection, LoopbackServer, Received, answering, http
from tests.exchange.soft_identity import Authority, SoftIdentity, SoftSigner
from tests.factory import TINY_PDF, a_header, a_patient, a_session

REFERENCE = Path(__file__).parent / "reference"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SOAP_TYPE = "application/soap+xml; charset=UTF-8"
STATUS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:"
PLACE = b"https://lps.example/si-dmp-server/v2/services"
TEST_INS = a_patient().ins or pytest.fail("the patient of the tests has an INS")


class PaperSigner:
    """Signs with fixed bytes under a fixed certificate, so that a reference can be written down."""

    certificate = x509.load_pem_x509_certificate(
        (REFERENCE / "signature_certificate.pem").read_bytes()
    ).public_bytes(Encoding.DER)
    chain = ()

    def sign(self, data: bytes) -> bytes:
        return b"\x00\x01" * 128


@pytest.fixture
def client(server: LoopbackServer, identity: SoftIdentity, authority: Authority) -> Iterator[DmpClient]:
    numbers = count(1)
    client = DmpClient(
        DmpSettings(base_url=server.url, trust_anchors="", deadline=5.0),
        a_session(),
        identity,
        lambda: ServerTrust(authority.pem),
        software="demo_lgc",
        version="0.1.0",
        clock=lambda: NOW,
        new_id=lambda: UUID(int=(4 << 76) | (2 << 62) | next(numbers)),
    )
    yield client
    client.close()


@pytest.fixture
def parts(document: Document) -> tuple[Part, ...]:
    return frozen(document, PaperSigner())


def frozen(document: Document, signer: Any) -> tuple[Part, ...]:
    return freeze(
        document,
        Visibility.VISIBLE,
        signer,
        submission_id="2.25.12",
        source_id="1.2.250.1.999.1.2",
        now=NOW,
    ).parts


def envelope(body: str) -> bytes:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def soap(body: str, status: str = "200 OK") -> bytes:
    return http(status, SOAP_TYPE, envelope(body))


def multipart(body: str) -> bytes:
    whole = b"--b\r\nContent-ID: <r@x>\r\n\r\n" + envelope(body) + b"\r\n--b--\r\n"
    return http("200 OK", 'multipart/related; boundary="b"; start="<r@x>"', whole)


def registry(status: str, error: str = "") -> str:
    listing = (
        f'<r:RegistryErrorList><r:RegistryError errorCode="{error}" codeContext="x"/></r:RegistryErrorList>'
    )
    return (
        f'<r:RegistryResponse xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="{STATUS}{status}">'
        f"{listing if error else ''}</r:RegistryResponse>"
    )


NO_DMP = (
    '<PRPA_IN201308UV02 xmlns="urn:hl7-org:v3"><acknowledgement typeCode="AA"/><controlActProcess><queryAck>'
    '<queryResponseCode code="NF"/></queryAck></controlActProcess></PRPA_IN201308UV02>'
)
AUTHORISED = (
    '<setAuthorizationResponse xmlns="urn:si-dmp-habilitations"><output><status>DMPOk</status>'
    "<context>Autorisation ajoutée</context></output></setAuthorizationResponse>"
)


def found(*references: str) -> str:
    listed = "".join(f'<m:ObjectRef id="{reference}"/>' for reference in references)
    return (
        '<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
        f'xmlns:m="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" status="{STATUS}Success">'
        f"<m:RegistryObjectList>{listed}</m:RegistryObjectList></q:AdhocQueryResponse>"
    )


def said(server: LoopbackServer) -> bytes:
    """The last message received, as if the server had its reference name."""
    return server.received[-1].body.replace(server.url.encode(), PLACE)


def check_reference(name: str, message: bytes) -> None:
    path = REFERENCE / name
    if os.environ.get("DEMO_LGC_REWRITE"):
        path.write_bytes(message)
    assert message == path.read_bytes(), f"{name} is no longer what leaves"


def test_status_leaves_as_its_reference(client: DmpClient, server: LoopbackServer) -> None:
    server.behaviour = answering(soap(NO_DMP))
    assert client.status(TEST_INS).existence is DmpExistence.NONE
    assert server.received[0].line == "POST /dmp/patients HTTP/1.1"
    check_reference("td0_2.xml", said(server))


def test_authorise_leaves_as_its_reference(client: DmpClient, server: LoopbackServer) -> None:
    server.behaviour = answering(soap(AUTHORISED))
    assert client.authorise(TEST_INS) == "Autorisation ajoutée"
    assert server.received[0].line == "POST /dmp/habilitations HTTP/1.1"
    check_reference("td0_3.xml", said(server))


def test_knows_leaves_as_its_reference(client: DmpClient, server: LoopbackServer) -> None:
    server.behaviour = answering(soap(found("urn:uuid:1")), soap(found()))
    assert client.knows(TEST_INS, "2.25.34")
    check_reference("td3_1.xml", said(server))
    assert not client.knows(TEST_INS, "2.25.34")
    assert server.received[0].line == "POST /dmp/registry HTTP/1.1"


def test_submit_leaves_as_its_reference(
    client: DmpClient, server: LoopbackServer, parts: tuple[Part, ...]
) -> None:
    server.behaviour = answering(multipart(registry("Success")))
    assert client.submit(TEST_INS, parts, "2.25.12").wire_id == "2.25.12"
    request = server.received[0]
    assert request.line == "POST /dmp/repository HTTP/1.1"
    assert 'start-info="application/soap+xml"' in request.headers["content-type"]
    check_reference("td2_1.mtom", said(server))


def test_the_signed_lot_is_its_reference(parts: tuple[Part, ...]) -> None:
    check_reference("request.xml", parts[0].content)
    check_reference("signature.xml", parts[2].content)


@pytest.mark.conformance
@pytest.mark.parametrize("name", ["td0_2.xml", "td0_3.xml", "td2_1.mtom", "td3_1.xml", "signature.xml"])
def test_the_judge_accepts_the_references(name: str, judge: Callable[[bytes], dict[str, Any]]) -> None:
    verdict = judge((REFERENCE / name).read_bytes())
    assert verdict["valid"], verdict["errors"]


@pytest.mark.conformance
@pytest.mark.parametrize("visibility", list(Visibility))
def test_the_judge_accepts_the_submission_of_a_whole_vsm(
    client: DmpClient,
    server: LoopbackServer,
    signer: SoftSigner,
    conformance: Path,
    judge: Callable[[bytes], dict[str, Any]],
    visibility: Visibility,
) -> None:
    content = (conformance / "cda_samples" / "vsm_2023.01_complet.xml").read_bytes()
    ins = Ins("157127511234558", "1.2.250.1.213.1.4.10")
    header = a_header(unique_id="1.2.250.1.999.1.1.1.1", patient=a_patient(ins=ins))
    document = Document(header, content, TINY_PDF)
    submission = freeze(
        document,
        visibility,
        signer,
        submission_id="2.25.12",
        source_id="1.2.250.1.999.1.2",
        now=NOW,
        replaces_entry="urn:uuid:5b0c6d1e-7a43-4a0e-9a51-0d6f3c1f9a10",
    )
    server.behaviour = answering(multipart(registry("Success")))
    client.submit(ins, submission.parts, submission.submission_id)
    verdict = judge(said(server))
    assert verdict["valid"], verdict["errors"]


def test_a_second_try_changes_the_assertion_and_nothing_of_the_lot(
    client: DmpClient, server: LoopbackServer, parts: tuple[Part, ...]
) -> None:
    server.behaviour = answering(multipart(registry("Success")))
    client.submit(TEST_INS, parts, "2.25.12")
    client.submit(TEST_INS, parts, "2.25.12")
    first, second = (read_entity(r.headers["content-type"], r.body) for r in server.received)
    assert first.parts == second.parts == {part.name: part.content for part in parts[1:]}
    assert parts[0].content in first.root
    assert parts[0].content in second.root
    for pattern in (rb"<wsa:MessageID>(.*?)<", rb' ID="(.*?)"'):
        assert re.findall(pattern, first.root) != re.findall(pattern, second.root)


def test_a_refusal_of_the_registry_keeps_its_code(
    client: DmpClient, server: LoopbackServer, parts: tuple[Part, ...]
) -> None:
    server.behaviour = answering(multipart(registry("Failure", "XDSRepositoryBusy")))
    with pytest.raises(RemoteRefusal) as raised:
        client.submit(TEST_INS, parts, "2.25.12")
    assert (raised.value.service, raised.value.code, raised.value.transient) == (
        "DMP",
        "XDSRepositoryBusy",
        True,
    )


@pytest.mark.parametrize("carrier", [soap, multipart])
def test_a_fault_keeps_its_code_and_words(
    client: DmpClient, server: LoopbackServer, carrier: Callable[[str], bytes]
) -> None:
    server.behaviour = answering(
        carrier(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>s:DMPInvalidCertificate</s:Value>"
            "</s:Subcode></s:Code><s:Reason><s:Text>Not a valid certificate</s:Text></s:Reason></s:Fault>"
        )
    )
    with pytest.raises(RemoteRefusal) as raised:
        client.status(TEST_INS)
    assert (raised.value.code, raised.value.message) == ("DMPInvalidCertificate", "Not a valid certificate")


def test_an_answer_cut_before_its_closing_boundary_leaves_a_doubt(
    client: DmpClient, server: LoopbackServer, parts: tuple[Part, ...]
) -> None:
    def cut(connection: Connection, _: Received) -> None:
        whole = multipart(registry("Success")).replace(b"--b--\r\n", b"")
        connection.sendall(re.sub(rb"Content-Length: \d+\r\n", b"Connection: close\r\n", whole))
        connection.shutdown(socket.SHUT_RDWR)

    server.behaviour = cut
    with pytest.raises(NetworkError) as raised:
        client.submit(TEST_INS, parts, "2.25.12")
    assert raised.value.doubtful


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html/>",
        envelope("<other/>"),
        envelope(registry("Success")).replace(
            b"<s:Body>",
            f'<s:Header><a:RelatesTo xmlns:a="{WSA}">urn:uuid:x</a:RelatesTo></s:Header><s:Body>'.encode(),
        ),
        b"<!DOCTYPE a><a/>",
    ],
    ids=["empty", "page", "another answer", "the answer to another", "DTD"],
)
def test_an_answer_that_does_not_conclude_leaves_a_doubt(
    client: DmpClient, server: LoopbackServer, parts: tuple[Part, ...], body: bytes
) -> None:
    server.behaviour = answering(http("200 OK", SOAP_TYPE, body))
    with pytest.raises(NetworkError) as raised:
        client.submit(TEST_INS, parts, "2.25.12")
    assert raised.value.doubtful


def test_nothing_leaves_after_the_session_is_closed(client: DmpClient, server: LoopbackServer) -> None:
    client.close()
    client.close()
    with pytest.raises(NotAllowed):
        client.status(TEST_INS)
    assert server.received == []


def test_the_assertion_names_the_holder_the_place_and_the_patient(
    client: DmpClient, server: LoopbackServer
) -> None:
    server.behaviour = answering(soap(NO_DMP))
    client.status(TEST_INS)
    message = said(server).decode()
    for words in (
        "<saml2:NameID>899700057291</saml2:NameID>",
        "<saml2:AttributeValue>499700057291001</saml2:AttributeValue>",
        "<saml2:AttributeValue>SA07^1.2.250.1.71.4.2.4</saml2:AttributeValue>",
        'code="SM26" codeSystem="1.2.250.1.71.4.2.5" displayName="Qualifié en Médecine Générale (SM)"',
        "<saml2:AttributeValue>4.0</saml2:AttributeValue>",
        "148086322090266^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH",
        "CN=899700057291,C=FR</saml2:Issuer>",
    ):
        assert words in message, words
    assert "Signature" not in message


def test_the_fingerprints_are_those_of_the_parts(parts: tuple[Part, ...]) -> None:
    request = parts[0].content.decode()
    for part in parts[1:]:
        assert sha1(part.content).hexdigest() in request
        assert f">{len(part.content)}<" in request
        assert part.name.replace(":", "%3A") in request


def test_a_delivery_without_its_request_is_our_mistake(client: DmpClient, parts: tuple[Part, ...]) -> None:
    with pytest.raises(ValueError, match="request"):
        client.submit(TEST_INS, parts[1:], "2.25.12")


def test_another_patient_is_named_in_the_assertion_of_each_question(
    client: DmpClient, server: LoopbackServer
) -> None:
    server.behaviour = answering(soap(found()))
    client.knows(replace(TEST_INS, oid="1.2.250.1.213.1.4.11"), "2.25.34")
    assert b"1.2.250.1.213.1.4.11" in server.received[0].body
