"""The envelope of a request, and what is refused in an answer."""

from __future__ import annotations

import pytest
from lxml import etree

from demo_lgc.domain.errors import RemoteRefusal
from demo_lgc.exchange.soap.envelope import SOAP, WSA, WSSE, open_envelope, write_envelope
from demo_lgc.exchange.soap.faults import check_fault
from demo_lgc.exchange.soap.xml import UnreadableXmlError, parse

ASKED = "urn:uuid:7a3e3c9c-2f0b-4c5e-9b60-9b8a0f5d2c11"


def an_answer(body: str, relates_to: str = ASKED) -> bytes:
    return (
        f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Header><wsa:RelatesTo xmlns:wsa="{WSA}">{relates_to}'
        f"</wsa:RelatesTo></soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def test_the_body_lies_in_the_envelope_as_it_was_frozen() -> None:
    frozen = '<a:b xmlns:a="urn:a"  c = "d"><!-- é --></a:b>'.encode()
    written = write_envelope(
        frozen, action="urn:do", to="https://dmp/x", message_id=ASKED, security=etree.Element("vihf")
    )
    assert frozen in written
    envelope = parse(written)
    assert envelope.findtext(f"{{{SOAP}}}Header/{{{WSA}}}To") == "https://dmp/x"
    assert envelope.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security/vihf") is not None
    for name in ("ReplyTo", "Action"):
        header = envelope.find(f"{{{SOAP}}}Header/{{{WSA}}}{name}")
        assert header is not None
        assert header.get(f"{{{SOAP}}}mustUnderstand") == "true"


def test_an_answer_is_opened() -> None:
    assert open_envelope(an_answer("<!-- x --><fine/>"), answers=ASKED).tag == "fine"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<html/>",
        an_answer(""),
        an_answer("<a/><b/>"),
        an_answer("<a/>", "urn:uuid:another"),
        b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + an_answer("<a>&e;</a>"),
        ("<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE a>" + an_answer("<a/>").decode()).encode("utf-16"),
    ],
    ids=["empty", "text", "page", "no body", "two bodies", "another answer", "entity", "hidden DTD"],
)
def test_what_is_not_an_answer_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableXmlError) as raised:
        open_envelope(data, answers=ASKED)
    assert "passwd" not in str(raised.value)


def a_fault(code: str) -> etree._Element:
    reason = "<s:Reason><s:Text xml:lang='fr'>Certificat\n invalide</s:Text></s:Reason>"
    return parse(f'<s:Fault xmlns:s="{SOAP}"><s:Code>{code}</s:Code>{reason}</s:Fault>'.encode())


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("<s:Value>s:Sender</s:Value>", "Sender"),
        (
            "<s:Value>s:Sender</s:Value><s:Subcode><s:Value>s:DMPInvalidCertificate</s:Value></s:Subcode>",
            "DMPInvalidCertificate",
        ),
    ],
)
def test_a_fault_is_a_refusal_with_its_innermost_code(code: str, expected: str) -> None:
    with pytest.raises(RemoteRefusal) as raised:
        check_fault("DMP", a_fault(code))
    assert (raised.value.code, raised.value.message) == (expected, "Certificat invalide")
    assert not raised.value.transient


@pytest.mark.parametrize("code", ["XDSRegistryBusy", "XDSRepositoryBusy", "XDSRegistryOutOfResources"])
def test_an_overloaded_service_asks_for_a_later_try(code: str) -> None:
    with pytest.raises(RemoteRefusal) as raised:
        check_fault(
            "DMP", a_fault(f"<s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode>")
        )
    assert raised.value.transient
