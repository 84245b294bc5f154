"""The signature of a lot, judged by xmlsec1, which shares no code with us."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.exchange.soap.xml import UnreadableXmlError
from demo_lgc.exchange.xds.signature import XADES, sign_submission
from demo_lgc.exchange.xml_signature import DS
from tests.exchange.soft_identity import SoftSigner
from tests.xmlsec1 import Xmlsec1, meaning, one_byte_changed

SIGNED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DOCUMENT = '<a xmlns="urn:a"   z="1" b="2"><!-- é --><c/></a>'.encode()


@pytest.fixture
def signature(signer: SoftSigner) -> bytes:
    return sign_submission("2.25.12", [("2.25.34", DOCUMENT)], signer, SIGNED_AT)


def test_xmlsec1_accepts_the_signature(signature: bytes, xmlsec1: Xmlsec1) -> None:
    assert xmlsec1.accepts_manifest(signature)


SIGNED = (
    rb"<SignedInfo.*</KeyInfo>",
    rb"<Manifest.*</Manifest>",
    rb"<SignedProperties.*</SignedProperties>",
)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_byte_of_what_is_signed_can_change(
    signer: SoftSigner, xmlsec1: Xmlsec1, data: st.DataObject
) -> None:
    signature = sign_submission("2.25.12", [("2.25.34", DOCUMENT)], signer, SIGNED_AT)
    spans = [found.span() for pattern in SIGNED if (found := re.search(pattern, signature, re.S))]
    assert len(spans) == len(SIGNED)
    changed = data.draw(st.one_of(*(one_byte_changed(signature, *span) for span in spans)))
    assume(meaning(changed) != meaning(signature))
    assert not xmlsec1.accepts_manifest(changed)


def test_the_manifest_names_the_lot_and_each_document_with_its_canonical_digest(signature: bytes) -> None:
    root = etree.fromstring(signature)
    references = root.findall(f"{{{DS}}}Object/{{{DS}}}Manifest/{{{DS}}}Reference")
    assert [r.get("URI") for r in references] == ["urn:oid:2.25.12", "urn:oid:2.25.34"]
    digests = [r.findtext(f"{{{DS}}}DigestValue") for r in references]
    canonical = '<a xmlns="urn:a" b="2" z="1"><!-- é --><c></c></a>'.encode()
    assert digests[0] == "AA=="
    assert digests[1] == base64.b64encode(sha256(canonical).digest()).decode()


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(b'<?xml version="1.0"?>\r\n<a>\r\n <b/>\r\n</a>\r\n', id="crlf"),
        pytest.param(b"<a>one&#13;&#10;two<b c='&#13;&#10;&#9; d'/></a>", id="written-crlf"),
        pytest.param(b"<!-- before --><?p before?><a><!-- in --><?p in?></a><!-- after -->", id="comments"),
        pytest.param(b'<a xmlns="urn:a"><b xmlns=""><c xmlns="urn:a"/></b></a>', id="default-namespaces"),
        pytest.param(b'<p:a xmlns:p="urn:a" xmlns:q="urn:q"><b/><p:c xmlns:p="urn:c"/></p:a>', id="prefixes"),
        pytest.param(b"<a b='&quot;&apos;&lt;&amp;>'>&lt;&gt;&amp;&quot;&#x2009;&#233;</a>", id="entities"),
        pytest.param(b"<a><![CDATA[<b>&amp;]]>]]&gt;</a>", id="cdata"),
        pytest.param("<a b='é'>œ\u202f’ 𝄞 e\u0301</a>".encode(), id="utf-8"),
        pytest.param('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1"), id="latin-1"),
        pytest.param(b"\xef\xbb\xbf<a  b = '1'\n  a='2' ><c ></c ></a >", id="byte-order-mark"),
        pytest.param(b'<a xml:space="preserve" xml:lang="fr"> <b/> </a>', id="xml-attributes"),
    ],
)
def test_a_document_is_found_again_however_it_is_written(
    signer: SoftSigner, xmlsec1: Xmlsec1, document: bytes
) -> None:
    signature = sign_submission("2.25.12", [("2.25.34", document)], signer, SIGNED_AT)
    assert xmlsec1.accepts_lot(signature, "2.25.12", "2.25.34", document)
    assert not xmlsec1.accepts_lot(signature, "2.25.12", "2.25.34", document.replace(b"a", b"z"))


def test_the_purpose_of_the_signature_is_in_no_namespace(signature: bytes) -> None:
    root = etree.fromstring(signature)
    purpose = root.find(f"{{{DS}}}Object/SignatureProperties/SignatureProperty")
    assert purpose is not None
    assert purpose.text == "1.2.840.10065.1.12.1.14"
    assert root.prefix is None


def test_the_signing_certificate_comes_with_those_above_it(signature: bytes, signer: SoftSigner) -> None:
    root = etree.fromstring(signature)
    serials = [e.text for e in root.iter(f"{{{DS}}}X509SerialNumber")]
    assert serials == [str(signer.x509.serial_number), str(signer.above[0].serial_number)]
    assert root.findtext(f".//{{{XADES}}}SigningTime") == "2026-11-20T09:00:00.000Z"


def test_the_same_lot_signed_twice_is_the_same_bytes(signature: bytes, signer: SoftSigner) -> None:
    assert sign_submission("2.25.12", [("2.25.34", DOCUMENT)], signer, SIGNED_AT) == signature


@pytest.mark.parametrize("document", [b"<!DOCTYPE a><a/>", b'<a xmlns="relative"/>', b"<a>", b""])
def test_a_document_that_has_no_canonical_form_is_not_signed(signer: SoftSigner, document: bytes) -> None:
    with pytest.raises(UnreadableXmlError):
        sign_submission("2.25.12", [("2.25.34", document)], signer, SIGNED_AT)


def test_a_card_pulled_out_is_named(signer: SoftSigner) -> None:
    class Gone(SoftSigner):
        def sign(self, data: bytes) -> bytes:
            raise CardError(CardProblem.REMOVED)

    with pytest.raises(CardError):
        sign_submission("2.25.12", [("2.25.34", DOCUMENT)], Gone(signer.key, signer.x509), SIGNED_AT)
