"""The VIHF signed by the card, judged by xmlsec1 and by the simulated DMP, which know nothing of our code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.exchange.soap.envelope import write_envelope
from demo_lgc.exchange.soap.xml import serialise
from demo_lgc.exchange.vihf import SAML, vihf
from demo_lgc.exchange.xml_signature import DS, sign_enveloped
from demo_lgc.sandbox.dmp.caller import Directory
from demo_lgc.sandbox.dmp.refusals import SoapFault
from demo_lgc.sandbox.dmp.vihf_signature import check_vihf_signature
from demo_lgc.sandbox.pki import Holder, Pki, make_pki
from tests.exchange.soft_identity import SoftSigner
from tests.factory import a_patient, a_session
from tests.xmlsec1 import Xmlsec1, meaning, one_byte_changed

INS = a_patient().ins or pytest.fail("the patient of the tests has an INS")
NUMBER = a_session().practitioner.national_id
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

Judge = Callable[[bytes], bool]


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), [Holder(NUMBER, "ESSAI", "ANNE")])


@pytest.fixture(scope="module")
def card_signer(pki: Pki) -> SoftSigner:
    issued = pki.card(NUMBER).signature
    key = load_pem_private_key(issued.key.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return SoftSigner(key, x509.load_pem_x509_certificate(issued.certificate.read_bytes()))


@pytest.fixture(scope="module")
def third_party(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> Xmlsec1:
    folder = tmp_path_factory.mktemp("xmlsec1")
    return Xmlsec1.in_folder(folder, pki.anchors.read_bytes(), pki.intermediates.read_bytes())


@pytest.fixture(scope="module", params=["xmlsec1", "sandbox"])
def judge(request: pytest.FixtureRequest, pki: Pki) -> Judge:
    """Tell whether the only assertion of an XML text is as it was signed."""
    if request.param == "xmlsec1":
        third_party: Xmlsec1 = request.getfixturevalue("third_party")
        return third_party.accepts_enveloped
    directory = Directory({}, x509.load_pem_x509_certificates(pki.people_ca.read_bytes()))

    def accepts(content: bytes) -> bool:
        try:
            assertion = next(etree.fromstring(content).iter(f"{{{SAML}}}Assertion"))
            signature = next(assertion.iter(f"{{{DS}}}Signature"))
            check_vihf_signature(assertion, signature, directory, NUMBER)
        except (etree.XMLSyntaxError, StopIteration, SoapFault):
            return False
        return True

    return accepts


def an_assertion(signer: SoftSigner | None = None) -> etree._Element:
    return vihf(
        a_session(),
        INS,
        issuer_dn=f"CN={NUMBER},C=FR",
        software="demo_lgc",
        version="0.1.0",
        homologation="DCP-DEMO-0001",
        now=NOW,
        assertion_id="_1",
        signer=signer,
    )


def in_envelope(assertion: etree._Element) -> bytes:
    return write_envelope(
        b"<a/>", action="urn:a", to="https://a", message_id="urn:uuid:1", security=assertion
    )


def test_a_signed_vihf_is_accepted_alone_and_in_its_envelope(card_signer: SoftSigner, judge: Judge) -> None:
    assert judge(serialise(an_assertion(card_signer)))
    assert judge(in_envelope(an_assertion(card_signer)))
    assert not judge(serialise(an_assertion()))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # of a certificate so changed
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_byte_of_a_signed_vihf_can_change(
    card_signer: SoftSigner, judge: Judge, data: st.DataObject
) -> None:
    signed = serialise(an_assertion(card_signer))
    changed = data.draw(one_byte_changed(signed))
    assume(meaning(changed) != meaning(signed))
    assert not judge(changed)


def test_the_signature_comes_after_the_issuer_and_leaves_the_rest_alone(card_signer: SoftSigner) -> None:
    signed, bare = an_assertion(card_signer), an_assertion()
    names = [etree.QName(child).localname for child in signed]
    assert names == ["Issuer", "Signature", "Subject", "AuthnStatement", "AttributeStatement"]
    signed.remove(signed[1])
    assert serialise(signed) == serialise(bare)


def test_a_signed_vihf_beside_another_with_its_name_is_refused(card_signer: SoftSigner, judge: Judge) -> None:
    signed = serialise(an_assertion(card_signer))
    assert judge(b"<a>" + signed + b"</a>")
    other = f'<b:Assertion xmlns:b="{SAML}" ID="_1"/>'.encode()
    assert not judge(b"<a>" + signed + other + b"</a>")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('<a xmlns="urn:a" ID="_1"><b/></a>', id="default-namespace"),
        pytest.param('<?before it?><a xmlns="urn:a" ID="_1"><b/></a><?after it?>', id="instructions-around"),
        pytest.param('<p:a xmlns:p="urn:a" xmlns:q="urn:q" ID="_1"><b xmlns="urn:b"/></p:a>', id="prefixes"),
        pytest.param('<a xmlns="urn:a" ID="_1"> x <b/> y <!-- z --> é&#13;&amp;</a>', id="text-around"),
        pytest.param(
            '<a xmlns="urn:a" ID="_1"><b xmlns:d="urn:d" c="&#10;&lt;&quot;" d:t="d:e"/></a>', id="attributes"
        ),
    ],
)
def test_any_element_can_be_signed(card_signer: SoftSigner, third_party: Xmlsec1, content: str) -> None:
    root = etree.fromstring(content)
    sign_enveloped(root, card_signer, after=root[0])
    assert third_party.accepts_enveloped(etree.tostring(root.getroottree()), "urn:a:a")


def test_a_part_of_a_document_is_signed_where_it_stands(
    card_signer: SoftSigner, third_party: Xmlsec1
) -> None:
    document = etree.fromstring(
        '<d xmlns="urn:a" xmlns:q="urn:q"><a ID="_1"><b><c q:e="1"/></b></a> after </d>'
    )
    part = document[0]
    sign_enveloped(part, card_signer, after=part[0])
    assert third_party.accepts_enveloped(serialise(document), "urn:a:a")
    assert not third_party.accepts_enveloped(serialise(document).replace(b'"1"', b'"2"'), "urn:a:a")


def test_without_a_name_nothing_is_signed(card_signer: SoftSigner) -> None:
    root = etree.fromstring("<a Id='_1'><b/></a>")
    with pytest.raises(ValueError, match="ID"):
        sign_enveloped(root, card_signer, after=root[0])
    sign_enveloped(root, card_signer, after=root[0], id_name="Id")
    assert root.find(f"{{{DS}}}Signature/{{{DS}}}SignedInfo/{{{DS}}}Reference[@URI='#_1']") is not None


def test_a_card_pulled_out_leaves_the_text_as_it_was(card_signer: SoftSigner) -> None:
    class Gone(SoftSigner):
        def sign(self, data: bytes) -> bytes:
            raise CardError(CardProblem.REMOVED)

    assertion = an_assertion()
    with pytest.raises(CardError):
        sign_enveloped(assertion, Gone(card_signer.key, card_signer.x509), after=assertion[0])
    assert serialise(assertion) == serialise(an_assertion())
