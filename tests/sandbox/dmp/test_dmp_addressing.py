"""HTTP, SOAP and WS-Addressing: one refusal for each rule."""

from __future__ import annotations

import uuid

import pytest

from tests.sandbox.dmp.dmp_requests import ACTIONS, td0_2, td3_1

ADDRESSING = "A required header representing a Message Addressing Property is not present"
ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous"


def test_an_answer_carries_its_own_addressing(desk):
    call = desk.call("/patients", td0_2())
    answer = desk.send(call)
    header = {child.tag.split("}")[1]: child.text for child in answer.find("s:Header")}
    assert header["Action"] == "urn:hl7-org:v3:PRPA_IN201308UV02"
    assert header["RelatesTo"] == call.message_id
    assert header["To"] == ANONYMOUS
    assert header["MessageID"].startswith("urn:uuid:")
    assert answer.content_type.startswith("application/soap+xml")


@pytest.mark.parametrize("name", ["Action", "MessageID", "To", "ReplyTo"])
def test_a_missing_addressing_header_is_a_fault(desk, name):
    edits = [(f"<wsa:{name}", f"<wsa:X{name}"), (f"</wsa:{name}>", f"</wsa:X{name}>")]
    answer = desk.ask("/patients", td0_2(), edits=edits)
    assert answer.status == 500
    assert answer.fault == ADDRESSING
    assert answer.subcodes == ["wsa:MessageAddressingHeaderRequired"]


def test_a_header_given_twice_is_a_fault(desk):
    edits = [("<wsa:To>", f"<wsa:To>{desk.server.base_url}/patients</wsa:To><wsa:To>")]
    answer = desk.ask("/patients", td0_2(), edits=edits)
    assert answer.subcodes == ["wsa:InvalidAddressingHeader", "wsa:InvalidCardinality"]


@pytest.mark.parametrize("to", ["", "https://lps2.dmp.gouv.fr/si-dmp-server/v2/services/patients"])
def test_to_is_the_url_called(desk, to):
    edits = [(f"<wsa:To>{desk.server.base_url}/patients<", f"<wsa:To>{to}<")]
    assert desk.ask("/patients", td0_2(), edits=edits).subcodes == ["wsa:DestinationUnreachable"]


def test_only_the_anonymous_address_is_answered(desk):
    edits = [(ANONYMOUS, "https://elsewhere.invalid/")]
    answer = desk.ask("/patients", td0_2(), edits=edits)
    assert answer.subcodes[-1] == "wsa:OnlyAnonymousAddressSupported"


def test_a_message_identifier_serves_once(desk):
    same = f"urn:uuid:{uuid.uuid4()}"
    assert not desk.ask("/patients", td0_2(), message_id=same).fault
    answer = desk.ask("/patients", td0_2(), message_id=same)
    assert answer.subcodes == ["wsa:InvalidAddressingHeader", "wsa:DuplicateMessageID"]


def test_a_message_identifier_is_a_uri(desk):
    assert desk.ask("/patients", td0_2(), message_id="12").subcodes == ["wsa:InvalidAddressingHeader"]


@pytest.mark.parametrize("declared", ["", '; action="urn:other"'])
def test_the_content_type_repeats_the_action(desk, declared):
    kind = f"application/soap+xml; charset=UTF-8{declared}"
    answer = desk.ask("/patients", td0_2(), content_type=kind)
    assert answer.subcodes == ["wsa:InvalidAddressingHeader", "wsa:ActionMismatch"]


def test_an_action_of_another_service_is_not_supported(desk):
    edits = [(f">{ACTIONS['/patients']}<", f">{ACTIONS['/registry']}<")]
    assert desk.ask("/patients", td0_2(), edits=edits).subcodes == ["wsa:ActionNotSupported"]


def test_the_body_is_the_one_of_the_action(desk):
    assert "Unexpected body" in desk.ask("/patients", td3_1("('1.2')")).fault


def test_another_media_type_is_unsupported(desk):
    assert desk.ask("/patients", td0_2(), content_type="text/xml; charset=UTF-8").status == 415


def test_soap_1_1_is_refused(desk):
    edits = [("http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/")]
    assert "SOAP 1.1" in desk.ask("/patients", td0_2(), edits=edits).fault


@pytest.mark.parametrize(
    "edits",
    [
        [("</soap:Envelope>", "")],
        [("<soap:Envelope", '<!DOCTYPE a [<!ENTITY b "c">]><soap:Envelope')],
        [("soap:Body", "soap:Corps")],
    ],
)
def test_what_is_not_an_envelope_is_refused(desk, edits):
    assert desk.ask("/patients", td0_2(), edits=edits).fault


@pytest.mark.parametrize(
    ("method", "path", "status"), [("POST", "/elsewhere", 404), ("GET", "/patients", 405)]
)
def test_only_the_four_services_are_served_and_by_post(desk, method, path, status):
    connection = desk.doctor.connection
    connection.request(method, f"/si-dmp-server/v2/services{path}", b"")
    response = connection.getresponse()
    response.read()
    assert response.status == status


def test_headers_may_come_in_another_order_with_another_prefix(desk):
    call = desk.call("/patients", td0_2())
    text = call.envelope()
    start, end = text.index("<wsa:MessageID>"), text.index("<wsa:To>")
    moved = text[:start] + text[end:].replace("<wsse:Security", text[start:end] + "<wsse:Security", 1)
    moved = moved.replace("<wsa:", "<z:").replace("</wsa:", "</z:").replace("xmlns:wsa=", "xmlns:z=")
    moved = moved.replace("soap:", "env:").replace("xmlns:soap=", "xmlns:env=")
    kind, _ = call.entity()
    assert desk.doctor.post("/patients", kind, moved.encode()).status == 200
