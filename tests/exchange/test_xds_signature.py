"""The signature of a lot, judged by xmlsec1, which shares no code with us."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.exchange.soap.xml import UnreadableXmlError
from demo_lgc.exchange.xds.signature import DS, XADES, sign_submission
from tests.exchange.soft_identity import Authority, SoftSigner

SIGNED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DOCUMENT = '<a xmlns="urn:a"   z="1" b="2"><!-- é --><c/></a>'.encode()


@pytest.fixture
def signature(signer: SoftSigner) -> bytes:
    return sign_submission("2.25.12", [("2.25.34", DOCUMENT)], signer, SIGNED_AT)


@pytest.fixture
def xmlsec1(authority: Authority, tmp_path: Path) -> object:
    program = shutil.which("xmlsec1")
    if program is None:
        pytest.skip("xmlsec1 is not installed (apt install xmlsec1)")
    anchors = tmp_path / "anchors.pem"
    anchors.write_bytes(authority.certificate.public_bytes(Encoding.PEM))

    def verify(signature: bytes) -> bool:
        path = tmp_path / "signature.xml"
        path.write_bytes(signature)
        command = [program, "--verify", "--ignore-manifests", "--trusted-pem", str(anchors), str(path)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    return verify


def test_xmlsec1_accepts_the_signature(signature: bytes, xmlsec1) -> None:  # type: ignore[no-untyped-def]
    assert xmlsec1(signature)


@pytest.mark.parametrize(
    "place",
    [
        rb"<Manifest.*?<DigestValue>AA(=)=",
        rb"urn:oid:2\.25\.3(4)",
        rb"urn:oid:2\.25\.34.*?<DigestValue>(.)",
        rb"<SigningTime>202(6)",
        rb"<X509SerialNumber [^>]*>(\d)",
        rb"<SignatureValue>(.)",
        rb"#IHEManifest.*?<DigestValue>(.)",
    ],
)
def test_one_byte_changed_breaks_it(signature: bytes, xmlsec1, place: bytes) -> None:  # type: ignore[no-untyped-def]
    found = re.search(place, signature, re.S)
    assert found is not None
    at = found.start(1)
    other = b"9" if signature[at : at + 1] != b"9" else b"8"
    assert not xmlsec1(signature[:at] + other + signature[at + 1 :])


def test_the_manifest_names_the_lot_and_each_document_with_its_canonical_digest(signature: bytes) -> None:
    root = etree.fromstring(signature)
    references = root.findall(f"{{{DS}}}Object/{{{DS}}}Manifest/{{{DS}}}Reference")
    assert [r.get("URI") for r in references] == ["urn:oid:2.25.12", "urn:oid:2.25.34"]
    digests = [r.findtext(f"{{{DS}}}DigestValue") for r in references]
    canonical = '<a xmlns="urn:a" b="2" z="1"><!-- é --><c></c></a>'.encode()
    assert digests[0] == "AA=="
    assert digests[1] == base64.b64encode(sha256(canonical).digest()).decode()


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


def test_a_document_with_a_dtd_is_not_signed(signer: SoftSigner) -> None:
    with pytest.raises(UnreadableXmlError):
        sign_submission("2.25.12", [("2.25.34", b"<!DOCTYPE a><a/>")], signer, SIGNED_AT)


def test_a_card_pulled_out_is_named(signer: SoftSigner) -> None:
    class Gone(SoftSigner):
        def sign(self, data: bytes) -> bytes:
            raise CardError(CardProblem.REMOVED)

    with pytest.raises(CardError):
        sign_submission("2.25.12", [("2.25.34", DOCUMENT)], Gone(signer.key, signer.x509), SIGNED_AT)
