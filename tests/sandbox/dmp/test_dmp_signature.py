"""The XAdES signature of a lot: only the card's signature key, over exactly what was sent."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from lxml import etree

from demo_lgc.sandbox.dmp import c14n
from tests.sandbox.dmp.dmp_lot import DOCTOR
from tests.sandbox.dmp.dmp_requests import COLLEAGUE

METADATA = "XDSRepositoryMetadataError"


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="needs xmlsec1 (apt install xmlsec1)")
def test_a_third_party_verifies_the_signatures_written_by_hand(desk, tmp_path):
    file = tmp_path / "signature.xml"
    file.write_bytes(desk.lot().signature())
    ids = ["--id-attr:Id", "http://uri.etsi.org/01903/v1.1.1#:SignedProperties"]
    command = ["xmlsec1", "--verify", "--ignore-manifests", *ids, "--insecure", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_another_key_of_the_same_card_is_not_a_signature_key(desk, dmp_pki, dmp):
    answer = desk.feed(signer=dmp_pki.card(DOCTOR.national_id).authentication)
    assert answer.status == 500
    assert answer.subcodes == ["soap:DMPInvalidCertificate"]
    assert answer.fault == "Not a valid signature certificate"
    assert not dmp.journal.accepted


def test_another_card_does_not_sign_for_the_caller(desk, dmp_pki):
    answer = desk.feed(signer=dmp_pki.card(COLLEAGUE.national_id).signature)
    assert answer.subcodes == ["soap:DMPInvalidCertificate"]


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(("AA==", "AQ=="), id="digest-of-the-lot"),
        pytest.param(('Id="IHEManifest"', 'Id="Manifest"'), id="manifest-id"),
        pytest.param(("urn:oid:2.25.", "urn:oid:2.25.1"), id="other-documents"),
        pytest.param(("#WithComments", "#Without"), id="other-transform"),
        pytest.param(("xmlenc#sha256", "xmlenc#sha512"), id="other-digest"),
        pytest.param(("<SigningTime>2026", "<SigningTime>hier"), id="signing-time"),
        pytest.param(("<SignaturePolicyImplied></SignaturePolicyImplied>", ""), id="no-policy"),
        pytest.param(("X509SerialNumber xmlns", "X509SerialNumber a='1' xmlns"), id="not-canonical"),
        pytest.param(("<Cert>", "<Kert>"), id="no-certificate"),
    ],
)
def test_what_was_signed_must_be_what_the_dmp_wants_signed(desk, edit):
    edits = [edit]
    if edit[1] == "<Kert>":
        edits.append(("</Cert>", "</Kert>"))
    answer = desk.feed(signature_edits=edits)
    assert answer.error[0] == METADATA, answer.raw


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(
            ("<SigningTime>2026-11-20T09:15:30Z", "<SigningTime>2026-11-20T09:15:31Z"), id="properties"
        ),
        pytest.param(("#IHEManifest", "#OtherManifest"), id="reference"),
        pytest.param(("rsa-sha256", "rsa-sha1"), id="method"),
        pytest.param(("<SignatureValue>", "<SignatureValue>AAAA"), id="value"),
        pytest.param(('Id="purposeOfSignature"', 'Id="purpose"'), id="purpose"),
        pytest.param(('<SignatureProperties xmlns="">', "<SignatureProperties>"), id="namespace"),
        pytest.param(('Target="#S0"', 'Target="#S1"'), id="target"),
        pytest.param(("</Signature>", ""), id="not-well-formed"),
        pytest.param(("<X509Certificate>", "<X509Certificate>!"), id="certificate"),
    ],
)
def test_nothing_may_change_after_signing(desk, edit):
    answer = desk.feed(sealed_edits=[edit])
    assert answer.error[0] == METADATA, answer.raw


def test_the_document_must_be_the_one_signed(desk):
    answer = desk.feed(
        mime_edits=[(b"ZXNzYWk=", b"YXV0cmU=")],
        metadata_edits=[('name="hash"', 'name="urn:h"')],
    )
    assert answer.error == (METADATA, "signature XAdES : empreinte d'un document")


def test_a_lot_without_signature_is_refused(desk):
    lot = desk.lot()
    body = lot.body()
    start, end = body.index('<rim:ExtrinsicObject id="Signature01"'), body.index("<rim:Association")
    end_of_documents = body.index('<xdsb:Document id="Signature01"')
    bare = body[:start] + body[end:end_of_documents] + "</xdsb:ProvideAndRegisterDocumentSetRequest>"
    lot.body = lambda: bare
    code, words = desk.send(lot).error
    assert (code, "signature" in words) == (METADATA, True)


# --- canonical XML ------------------------------------------------------------------------------------

DOCUMENT = (
    b"""<a xmlns="urn:a" xmlns:p="urn:p" xml:lang="fr"><b z="1" a="2"><!-- c --><c/><d xmlns=""/></b></a>"""
)


def test_the_canonical_form_of_a_part_keeps_the_namespaces_around_it():
    part = etree.fromstring(DOCUMENT)[0]
    assert c14n.inclusive(part) == (
        b'<b xmlns="urn:a" xmlns:p="urn:p" a="2" z="1" xml:lang="fr"><c></c><d xmlns=""></d></b>'
    )
    assert b"<!-- c -->" in c14n.inclusive(part, comments=True)


def test_the_exclusive_form_keeps_only_what_is_used():
    part = etree.fromstring(DOCUMENT)[0]
    assert c14n.exclusive(part) == b'<b xmlns="urn:a" a="2" z="1"><c></c><d xmlns=""></d></b>'
    assert b"xmlns:p" in c14n.exclusive(part, ["p"])
