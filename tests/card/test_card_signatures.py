"""What a card signs for the DMP, whichever card it is, judged by xmlsec1."""

from datetime import UTC, datetime

import pytest

from demo_lgc.exchange.soap.xml import serialise
from demo_lgc.exchange.vihf import vihf
from demo_lgc.exchange.xds.signature import sign_submission
from tests.factory import a_patient, a_session
from tests.xmlsec1 import Xmlsec1

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DOCUMENT = b'<a xmlns="urn:a">\r\n<b/></a>'


@pytest.fixture(scope="module")
def xmlsec1(pki, tmp_path_factory):
    folder = tmp_path_factory.mktemp("xmlsec1")
    return Xmlsec1.in_folder(folder, pki.anchors.read_bytes(), pki.intermediates.read_bytes())


@pytest.fixture
def card(gestures):
    card = gestures.reader.open("1234")
    yield card
    card.close()


def test_a_lot_signed_by_a_card_holds_until_a_byte_changes(card, xmlsec1):
    signature = sign_submission("2.25.12", [("2.25.34", DOCUMENT)], card.signer, NOW)
    assert xmlsec1.accepts_lot(signature, "2.25.12", "2.25.34", DOCUMENT)
    assert not xmlsec1.accepts_manifest(signature.replace(b"2.25.34", b"2.25.35"))
    assert not xmlsec1.accepts_lot(signature, "2.25.12", "2.25.34", DOCUMENT.replace(b"<b/>", b"<c/>"))


def test_a_vihf_signed_by_a_card_holds_until_a_byte_changes(card, xmlsec1):
    assertion = vihf(
        a_session(),
        a_patient().ins,
        issuer_dn=card.tls.subject,
        software="demo_lgc",
        version="0.1.0",
        homologation="DCP-DEMO-0001",
        now=NOW,
        assertion_id="_1",
        signer=card.signer,
    )
    signed = serialise(assertion)
    assert xmlsec1.accepts_enveloped(signed)
    assert not xmlsec1.accepts_enveloped(signed.replace(b">4.0<", b">3.0<"))
