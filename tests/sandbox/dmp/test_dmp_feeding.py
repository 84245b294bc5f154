"""TD2.1: what is taken, and one refusal for each rule of the lot, its metadata and its CDA."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
from lxml import etree

from tests.sandbox.dmp.dmp_lot import new_oid
from tests.sandbox.dmp.dmp_requests import CLOSED, COLLEAGUE, MATRICULE, OTHER_MATRICULE, UNKNOWN

METADATA = "XDSRepositoryMetadataError"
DOMAIN = "XDSRegistryMetadataError"
MISMATCH = "XDSPatientIdDoesNotMatch"
STOP = '<rim:Slot name="serviceStopTime"><rim:ValueList><rim:Value>'
NO_STOP = STOP.replace("service", "urn:")


def test_a_lot_is_registered_once_and_written_in_the_journal(desk, dmp):
    lot = desk.lot()
    answer = desk.send(lot)
    assert answer.registered, answer.raw
    assert answer.content_type.startswith("multipart/related")
    (accepted,) = dmp.journal.accepted
    assert (accepted.submission_id, accepted.document_id) == (lot.submission_id, lot.document_id)
    assert accepted.sha256 == hashlib.sha256(lot.cda()).hexdigest()
    assert accepted.count == dmp.journal.count(lot.document_id) == 1
    assert dmp.document(lot.document_id).content == lot.cda()


def test_the_canonical_form_written_by_hand_is_the_one_of_libxml2(desk):
    lot = desk.lot()
    canonical = etree.tostring(etree.fromstring(lot.cda()).getroottree(), method="c14n", with_comments=True)
    assert canonical.decode() == lot.canonical_cda()


@pytest.mark.conformance
def test_the_independent_judge_accepts_what_the_dmp_accepts(desk, judges, tmp_path):
    lot = desk.lot()
    assert desk.send(lot).registered
    file, signature = tmp_path / "lot.mime", tmp_path / "signature.xml"
    file.write_bytes(lot.entity()[1])
    signature.write_bytes(lot.signature())
    command = [sys.executable, str(judges / "validate_xds.py"), "--semantic", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# --- what the specification allows --------------------------------------------------------------------


@pytest.mark.parametrize("code", ["MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"])
def test_a_masked_document_is_taken(desk, code):
    assert desk.feed(masks=(code,)).registered


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param([("<rim:", "<z:"), ("</rim:", "</z:"), ("xmlns:rim=", "xmlns:z=")], id="another-prefix"),
        pytest.param(
            [
                ("SubmissionSet01", "urn:uuid:1e8b5c92-9cd7-4a6c-8ab7-3f2d9f0c7a01"),
                ('"Document01"', '"urn:uuid:1e8b5c92-9cd7-4a6c-8ab7-3f2d9f0c7a02"'),
            ],
            id="uuid-ids",
        ),
        pytest.param(
            [('name="hash"', 'name="urn:h"'), ('name="size"', 'name="urn:s"')], id="no-hash-no-size"
        ),
        pytest.param([(f"{STOP}202611200915<", f"{STOP}20261120091500<")], id="more-digits"),
        pytest.param([(f"{STOP}202611200915<", f"{NO_STOP}202611200915<")], id="no-stop"),
    ],
)
def test_what_the_specification_leaves_free_is_taken(desk, edits):
    answer = desk.feed(metadata_edits=edits)
    assert answer.registered, answer.raw


def test_the_node_of_the_submission_set_may_stand_in_the_list(desk):
    node = (
        '<rim:Classification id="SubmissionSet01-n" classifiedObject="SubmissionSet01" '
        'classificationNode="urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"/>'
    )
    edits = [(node, ""), ("</rim:RegistryPackage>", f"</rim:RegistryPackage>{node}")]
    assert desk.feed(metadata_edits=edits).registered


# --- MTOM ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ((b"--MIMEBoundary-essai--\r\n", b""), "closing MIME boundary"),
        ((b"cid:Document01-1", b"cid:Document02-1"), "No attachment"),
        ((b"<Document01-1@", b"<Signature01-1@"), "same Content-ID"),
        ((b"Content-Transfer-Encoding: binary", b"Content-Transfer-Encoding: base64"), "binary"),
        ((b"Content-Type: application/xop+xml", b"Content-Type: text/xml"), "root part"),
    ],
)
def test_a_broken_entity_is_refused(desk, edit, words):
    assert words in desk.feed(mime_edits=[edit]).fault


def test_a_document_inline_is_refused(desk):
    lot = desk.lot()
    start = lot.body().index('<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:Doc')
    include = lot.body()[start : lot.body().index("</xdsb:Document>", start)]
    lot.metadata_edits.append((include, "ZXNzYWk="))
    assert "MTOM" in desk.send(lot).fault


def test_a_feed_outside_multipart_is_refused(desk):
    assert "MTOM" in desk.ask("/repository", desk.lot().body()).fault


# --- metadata -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        pytest.param(('id="SubmissionSet01-n"', 'id=""'), METADATA, id="classification-without-id"),
        pytest.param(
            ('classifiedObject="Document01"', 'classifiedObject="Other"'), METADATA, id="other-object"
        ),
        pytest.param(
            ('registryObject="Document01"', 'registryObject="Other"'), METADATA, id="other-registry"
        ),
        pytest.param(("urn:uuid:a54d6aa5", "urn:uuid:b54d6aa5"), METADATA, id="no-node"),
        pytest.param(
            ('<xdsb:Document id="Document01"', '<xdsb:Document id="D"'), "XDSMissingDocument", id="no-doc"
        ),
        pytest.param(('id="Signature01" mime', 'id="Document01" mime'), METADATA, id="same-id"),
        pytest.param(('targetObject="Document01"', 'targetObject="Document09"'), METADATA, id="no-member"),
        pytest.param((":signs", ":sings"), METADATA, id="no-signs"),
        pytest.param(("urn:uuid:7edca82f", "urn:uuid:8edca82f"), METADATA, id="object-type"),
        pytest.param((">20261120091500<", ">20261120101500+0100<"), METADATA, id="local-time"),
        pytest.param((">20261120091500<", ">20261320091500<"), METADATA, id="thirteenth-month"),
        pytest.param((">202611200900<", ">202611201000<"), METADATA, id="stop-before-start"),
        pytest.param(
            ('<rim:Slot name="legalAuthenticator">', '<rim:Slot name="x">'), METADATA, id="no-legal"
        ),
        pytest.param(('name="creationTime"', 'name="languageCode"'), METADATA, id="twice-the-same-slot"),
        pytest.param(("^D^^^IDNPS", "^IDNPS"), METADATA, id="xcn"),
        pytest.param(("ISO^IDNST", "ISO^XX"), METADATA, id="xon"),
        pytest.param(("^1.2.250.1.213.1.1.4.5<", "^1.2.3<"), METADATA, id="specialty"),
        pytest.param(("DEMO-1^^^", "DEMO-1^^"), METADATA, id="source-patient"),
        pytest.param(("PID-7|19790327", "PID-7|19790328"), METADATA, id="pid-7"),
        pytest.param(("PID-8|F", "PID-8|M"), METADATA, id="pid-8"),
        pytest.param(("^RUTH ISABELLE^^^^L", "^RUTH ISABELLE^^^L"), METADATA, id="pid-5"),
        pytest.param(("urn:asip:ci-sis:vsm:2012", "urn:asip:ci-sis:vsm:2099"), DOMAIN, id="format"),
        pytest.param(('nodeRepresentation="11"', 'nodeRepresentation="10"'), DOMAIN, id="class-of-type"),
        pytest.param((">1.2.250.1.213.1.1.4.12<", ">2.16.840.1.113883.6.1<"), DOMAIN, id="type-system"),
        pytest.param((">1.2.250.1.71.4.2.4<", ">1.2.250.1.71.4.2.5<"), DOMAIN, id="facility-system"),
        pytest.param(
            ('nodeRepresentation="AMBULATOIRE"', 'nodeRepresentation="CHEZ"'), DOMAIN, id="practice"
        ),
        pytest.param(('value="1.2.250.1.999.1"', 'value="1.2.250.01"'), METADATA, id="source-id"),
        pytest.param(
            ('nodeRepresentation="E1762"', 'nodeRepresentation="E1763"'), METADATA, id="signature-type"
        ),
        pytest.param((">art<", ">fr-FR<"), METADATA, id="signature-language"),
        pytest.param((">20261120091530<", ">20261120091531<"), "", id="same-moment-for-all"),
        pytest.param(('value="Source"', 'value="Signature"'), METADATA, id="signature-title"),
        pytest.param(("&amp;ISO^NH", "&amp;ISO^PI"), METADATA, id="cx"),
    ],
)
def test_metadata_that_break_a_rule_are_refused(desk, dmp, edit, code):
    answer = desk.feed(metadata_edits=[edit])
    assert answer.error[0] == code, answer.raw
    assert answer.registered == (code == "")
    assert len(dmp.journal.accepted) == (1 if code == "" else 0)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            ("<rim:Name><rim:LocalizedString", "<rim:VersionInfo/><rim:Name><rim:LocalizedString"),
            "ExtrinsicObject",
        ),
        (("rim:Classification", "rim:Classifikation"), "Unmarshalling"),
    ],
)
def test_elements_out_of_order_are_a_schema_fault(desk, edit, words):
    assert "Unmarshalling" in desk.feed(metadata_edits=[edit]).fault


def test_an_identifier_too_long_or_with_an_extension_is_refused(desk):
    assert desk.feed(document_id="2.25." + "1" * 60).error[0] == METADATA
    assert desk.feed(document_id="2.25.12^4").error[0] == METADATA


def test_hash_and_size_must_be_those_of_the_part(desk):
    lot = desk.lot()
    size = f">{len(lot.cda())}<"
    digest = hashlib.sha1(lot.cda()).hexdigest()
    assert desk.feed(document_id=lot.document_id, metadata_edits=[(size, ">12<")]).error == (
        METADATA,
        "Document01: size",
    )
    other = desk.feed(document_id=lot.document_id, metadata_edits=[(digest, "0" * 40)])
    assert other.error == (METADATA, "Document01: hash")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('nodeRepresentation="11"', 'nodeRepresentation="90"'),
        ('nodeRepresentation="11"', 'nodeRepresentation="60"'),
        ('nodeRepresentation="SYNTH"', 'nodeRepresentation="REMB"'),
        ('nodeRepresentation="SYNTH"', 'nodeRepresentation="11369-6"'),
        ('nodeRepresentation="SYNTH"', 'nodeRepresentation="DOCPAT01"'),
    ],
)
def test_what_only_patients_and_insurers_deposit_is_outside_the_domain(desk, old, new):
    code, words = desk.feed(metadata_edits=[(old, new)]).error
    assert code == DOMAIN
    assert words == f"Le code {new.split(chr(34))[1]} ne fait pas partie du domaine d'affinité"


def test_a_document_is_not_masked_to_both_sides(desk):
    code, words = desk.feed(masks=("MASQUE_PS", "INVISIBLE_PATIENT")).error
    assert (code, "cumul" in words) == (DOMAIN, True)


# --- who, and for whom --------------------------------------------------------------------------------


def test_the_patient_is_the_same_everywhere(desk):
    edit = (f'value="{MATRICULE}^^^', f'value="{OTHER_MATRICULE}^^^')
    assert desk.feed(metadata_edits=[edit]).error[0] == MISMATCH
    assert desk.feed(cda_edits=[(MATRICULE, OTHER_MATRICULE)]).error[0] == MISMATCH


@pytest.mark.parametrize(
    ("matricule", "code"),
    [
        (UNKNOWN, "XDSUnknownPatientId"),
        (CLOSED, "XDSUnknownPatientId"),
        (OTHER_MATRICULE, "DMPAccessForbidden"),
    ],
)
def test_only_an_open_dmp_of_a_patient_who_does_not_oppose_is_fed(desk, matricule, code):
    assert desk.feed(matricule=matricule).error[0] == code


def test_the_user_is_an_author_or_the_legal_authenticator(desk):
    edits = [(">899900063480^", ">899900063498^")]
    code, words = desk.feed(metadata_edits=edits).error
    assert (code, "ni auteur" in words) == (DOMAIN, True)


def test_the_structure_of_the_card_is_that_of_an_author(desk):
    structure = COLLEAGUE.activities[0][0]
    code, words = desk.feed(metadata_edits=[("499900063480001", structure)]).error
    assert code == DOMAIN
    assert words == "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF"


# --- CDA ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(("</ClinicalDocument>", ""), id="not-well-formed"),
        pytest.param(("urn:hl7-org:v3", "urn:hl7-org:v4"), id="not-a-cda"),
        pytest.param(('<id root="2.25.', '<id extension="1" root="2.25.'), id="id-with-extension"),
        pytest.param(('<id root="2.25.', '<id root="2.25.1'), id="other-id"),
        pytest.param(('code="SYNTH"', 'code="11488-4"'), id="other-type"),
        pytest.param(('"20261120101500+0100"></eff', '"20261120101500+0000"></eff'), id="other-time"),
        pytest.param(
            ('"202611201000+0100"></low><high', '"202611200900+0100"></low><high'), id="other-start"
        ),
        pytest.param(("202611201000+0100", "202611201000"), id="no-offset"),
        pytest.param(('code="N"', 'code="R"'), id="other-confidentiality"),
        pytest.param(('code="SA07"', 'code="SA08"'), id="other-facility"),
        pytest.param(('code="AMBULATOIRE"', 'code="SAD"'), id="other-practice"),
        pytest.param(('family qualifier="BR"', 'family qualifier="SP"'), id="no-birth-name"),
        pytest.param(("<county>51215</county>", "<county></county>"), id="no-birth-place"),
        pytest.param(('<birthTime value="19790327">', '<birthTime value="19790328">'), id="other-birth"),
        pytest.param(('<id extension="899900063480"', '<id extension="899900063498"'), id="other-author"),
    ],
)
def test_a_cda_that_contradicts_its_metadata_is_refused(desk, edit):
    assert desk.feed(cda_edits=[edit]).error[0] == METADATA


def test_a_cda_with_a_document_type_is_refused(desk):
    declaration = '<!DOCTYPE ClinicalDocument [<!ENTITY a "b">]><ClinicalDocument xmlns'
    assert desk.feed(cda_edits=[("<ClinicalDocument xmlns", declaration)]).error[0] == METADATA


def test_the_traits_are_those_the_dmp_knows(desk):
    cda = [(">NESSI<", ">AUTRE<")]
    metadata = [("PID-5|NESSI", "PID-5|AUTRE")]
    assert desk.feed(cda_edits=cda, metadata_edits=metadata).error[0] == MISMATCH


# --- again --------------------------------------------------------------------------------------------


def test_the_same_lot_again_is_a_duplicate(desk, dmp):
    lot = desk.lot()
    assert desk.send(lot).registered
    assert desk.send(lot).error == ("XDSDuplicateUniqueIdInRegistry", lot.document_id)
    assert dmp.journal.count(lot.document_id) == 1


def test_the_same_identifier_with_other_bytes_is_said_so(desk):
    lot = desk.lot()
    assert desk.send(lot).registered
    other = desk.feed(document_id=lot.document_id, cda_edits=[("ZXNzYWk=", "YXV0cmU=")])
    assert other.error == ("XDSNonIdenticalHash", lot.document_id)


def test_a_registry_may_accept_the_same_lot_twice(desk, dmp):
    lot = desk.lot()
    dmp.script.accept_duplicates(True)
    assert desk.send(lot).registered
    assert desk.send(lot).registered
    assert dmp.journal.count(lot.document_id) == 2


def test_two_objects_of_a_lot_do_not_share_an_identifier(desk):
    same = new_oid()
    code, _ = desk.feed(document_id=same, signature_id=same).error
    assert code == "XDSRegistryDuplicateUniqueIdInMessage"


def test_a_new_version_replaces_the_old_one(desk, dmp):
    old = desk.lot()
    assert desk.send(old).registered
    entry = dmp.document(old.document_id).entry_id
    new = desk.lot(replaces=(old.document_id, entry))
    assert desk.send(new).registered
    assert dmp.document(old.document_id).status == "Deprecated"
    late = desk.feed(replaces=(old.document_id, entry))
    assert late.error == ("XDSRegistryDeprecatedDocumentError", old.document_id)


def test_a_replacement_says_so_in_the_cda_and_names_a_known_document(desk):
    unknown = (new_oid(), "urn:uuid:1e8b5c92-9cd7-4a6c-8ab7-3f2d9f0c7a01")
    assert desk.feed(replaces=unknown).error[0] == "XDSReplaceFailed"
    parent = [('typeCode="RPLC"', 'typeCode="APND"')]
    assert desk.feed(replaces=unknown, cda_edits=parent).error[0] == METADATA
