"""What archives say, those that we make and those of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.codes import SYNTH
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.errors import ArchiveProblem, UnreadableArchive
from demo_lgc.domain.identity import Patient
from demo_lgc.exchange.xdm import reading
from demo_lgc.exchange.xdm.reading import read_archive
from demo_lgc.exchange.xds import hl7
from demo_lgc.exchange.xds.codes import SIGNATURE_FORMAT
from demo_lgc.exchange.xds.metadata import Author
from tests.documents.strategies import patients
from tests.exchange.xdm.archives import (
    CDA,
    DOCUMENT,
    METADATA,
    NOW,
    an_entry,
    edited,
    metadata,
    packed,
    without,
    zipped,
)
from tests.factory import CREATED_AT, a_document, a_patient


def refused(content: bytes) -> ArchiveProblem:
    with pytest.raises(UnreadableArchive) as raised:
        read_archive(content)
    return raised.value.problem


def holding(described: bytes, **files: bytes) -> bytes:
    """An archive of this METADATA.XML, and of DOC0001.XML unless other files are given."""
    named = {f"IHE_XDM/SUBSET01/{name}.XML": content for name, content in files.items()}
    return zipped({METADATA: described} | (named or {DOCUMENT: CDA}))


def test_what_we_pack_is_read_back() -> None:
    document = a_document(CDA)
    archive = read_archive(packed(document))
    (read,) = archive.documents
    assert (read.unique_id, read.title, read.type) == (
        document.header.unique_id,
        "Synthèse médicale",
        SYNTH,
    )
    assert (read.content, read.size, read.media_type) == (CDA, len(CDA), "text/xml")
    assert read.created_at == CREATED_AT.astimezone(UTC)
    assert (read.author.name, read.author.organisation) == ("PAUL MEDECIN5729", "Cabinet du Dr MEDECIN5729")
    assert read.author.identifiers[0].text == "1.2.250.1.71.4.2.1^899700057291"
    assert archive.patient.ins == a_patient().ins
    assert archive.submissions[0].submitted_at == NOW
    assert archive.warnings == ()


@given(patients())
def test_the_patient_of_an_archive_is_the_one_it_was_made_for(patient: Patient) -> None:
    read = read_archive(packed(a_document(CDA, patient=patient))).patient
    assert read.birth_name == patient.birth_name.strip()
    assert read.first_given_name == patient.first_given_name.strip()
    assert " ".join(read.given_names) == " ".join(" ".join(patient.given_names).split())
    assert read.birth_date == PartialDate.of(patient.birth_date)
    assert read.sex == patient.sex.value
    assert read.ins == (patient.ins if patient.is_qualified else None)


@given(st.binary(max_size=2000))
def test_any_content_comes_back_byte_for_byte(content: bytes) -> None:
    (read,) = read_archive(holding(metadata(an_entry(content)), DOC0001=content)).documents
    assert read.content == content


@pytest.mark.parametrize(
    ("entries", "warning"),
    [
        ({METADATA.lower(): metadata(), DOCUMENT.lower(): CDA}, None),
        ({METADATA: b"\xef\xbb\xbf" + metadata(), DOCUMENT: CDA}, None),
        ({METADATA.replace("/", "\\"): metadata(), DOCUMENT.replace("/", "\\"): CDA}, None),
        ({METADATA: metadata(), DOCUMENT: CDA, f"__MACOSX/{METADATA}": b"", "IHE_XDM/.DS_Store": b""}, None),
        ({METADATA: metadata(an_entry(sha1=an_entry().sha1.upper())), DOCUMENT: CDA}, None),
        ({METADATA: metadata(an_entry(uri="SUBSET01/DOC0001.XML")), DOCUMENT: CDA}, reading.MISPLACED),
        ({METADATA: metadata(an_entry(uri="LE%20DOC.XML")), "IHE_XDM/SUBSET01/Le doc.xml": CDA}, None),
        ({METADATA: without(metadata(), "hash"), DOCUMENT: CDA}, reading.NO_FINGERPRINT),
        ({METADATA: without(metadata(), "size"), DOCUMENT: CDA}, reading.NO_FINGERPRINT),
        ({f"TOP/{METADATA}": metadata(), f"TOP/{DOCUMENT}": CDA}, reading.NESTED),
        ({METADATA: metadata(an_entry(status="urn:asip:ci-sis:2010:StatusType:Deleted")), DOCUMENT: CDA},
         reading.REMOVAL),
    ],
    ids=["lower-case", "bom", "backslash", "macos", "upper-hash", "from-ihe-xdm", "escaped", "no-hash",
         "no-size", "nested", "removal"],
)  # fmt: skip
def test_what_is_merely_written_otherwise_is_read(entries: dict[str, bytes], warning: str | None) -> None:
    archive = read_archive(zipped(entries))
    assert archive.documents[0].content == CDA
    assert archive.warnings == ((warning,) if warning else ())


def test_a_prefix_that_nothing_binds_does_not_hide_the_documents() -> None:
    unbound = edited(metadata(), ' xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"', "")
    archive = read_archive(holding(unbound))
    assert archive.documents[0].title == "Synthèse médicale"
    assert archive.warnings == (reading.MISWRITTEN,)


def test_an_undated_document_is_read_without_a_date() -> None:
    undated = without(without(metadata(), "creationTime"), "submissionTime")
    archive = read_archive(holding(undated))
    assert archive.documents[0].created_at is None
    assert archive.submissions[0].submitted_at is None


def test_a_folder_beside_the_submission_set_is_not_taken_for_one() -> None:
    rim = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
    folder = f'<rim:RegistryPackage xmlns:rim="{rim}" id="Folder01"/></rim:RegistryObjectList>'
    archive = read_archive(holding(edited(metadata(), "</rim:RegistryObjectList>", folder)))
    assert archive.submissions[0].unique_id == "2.25.12"


def test_documents_of_several_folders_are_all_given() -> None:
    entries = {METADATA: metadata(), DOCUMENT: CDA}
    entries |= {name.replace("SUBSET01", "SUBSET02"): content for name, content in entries.items()}
    archive = read_archive(zipped(entries))
    assert [each.content for each in archive.documents] == [CDA, CDA]
    assert len(archive.submissions) == 2


def test_a_signed_lot_is_no_document() -> None:
    signature = an_entry(b"<Signature/>", id="Signature01", uri="SIGN.XML", format_code=SIGNATURE_FORMAT)
    archive = read_archive(
        holding(metadata(an_entry(), signature), DOC0001=CDA, SIGN=b"<Signature/>"),
    )
    assert [each.uri for each in archive.documents] == ["DOC0001.XML"]
    assert [each.content for each in archive.signatures] == [b"<Signature/>"]


def test_the_title_of_a_doctor_is_kept_and_other_software_may_say_less_of_them() -> None:
    named = Author("^COMBE^Jacques^^^Dr", "Clinique^^^^", SYNTH)
    (read,) = read_archive(holding(metadata(an_entry(author=named)))).documents
    assert (read.author.name, read.author.organisation) == ("Dr Jacques COMBE", "Clinique")
    assert read.author.identifiers == ()


@pytest.mark.parametrize(
    ("patient_id", "warning"),
    [
        ("P1^^^&1.2.3&ISO^PI", reading.NO_INS),
        ("148086322090267^^^&1.2.250.1.213.1.4.10&ISO^NH", reading.WRONG_KEY),
        ("", reading.NO_INS),
    ],
)
def test_an_identity_to_verify_is_said(patient_id: str, warning: str) -> None:
    archive = read_archive(holding(metadata(an_entry(patient_id=patient_id), patient_id=patient_id)))
    assert archive.patient.ins is None
    assert archive.warnings == (warning,)


OTHER = "269054958815780^^^&1.2.250.1.213.1.4.10&ISO^NH"
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (holding(metadata(an_entry(patient_id=OTHER))), ArchiveProblem.TWO_PATIENTS),
        (holding(metadata(an_entry(sha1="0" * 40))), ArchiveProblem.WRONG_HASH),
        (holding(metadata(an_entry(size=3))), ArchiveProblem.WRONG_SIZE),
        (holding(metadata(an_entry(uri="DOC0002.XML"))), ArchiveProblem.MISSING_DOCUMENT),
        (holding(without(metadata(), "URI")), ArchiveProblem.MISSING_DOCUMENT),
        (holding(metadata(an_entry(uri="../../../etc/passwd"))), ArchiveProblem.UNSAFE_NAME),
        (holding(metadata(an_entry(uri="%2e%2e/x"))), ArchiveProblem.UNSAFE_NAME),
        (holding(metadata(an_entry(uri="/etc/passwd"))), ArchiveProblem.UNSAFE_NAME),
        (holding(metadata(an_entry(uri="file:///etc/passwd"))), ArchiveProblem.UNSAFE_NAME),
        (holding(metadata(an_entry(uri="..\\x"))), ArchiveProblem.UNSAFE_NAME),
        (holding(metadata(an_entry(), an_entry(id="Document02"))), ArchiveProblem.BAD_METADATA),
        (holding(XXE.encode() + metadata()), ArchiveProblem.BAD_METADATA),
        (holding((XXE + metadata().decode()).encode("utf-16")), ArchiveProblem.BAD_METADATA),
        (holding(metadata()[:900]), ArchiveProblem.BAD_METADATA),
        (holding(b"<html/>"), ArchiveProblem.BAD_METADATA),
        (holding(edited(metadata(), "rim:3.0", "rim:2.1")), ArchiveProblem.BAD_METADATA),
        (zipped({DOCUMENT: CDA}), ArchiveProblem.NO_METADATA),
        (zipped({"METADATA.XML": metadata(), "DOC0001.XML": CDA}), ArchiveProblem.NO_METADATA),
    ],
)
def test_what_could_mislead_is_refused_with_its_reason(content: bytes, problem: ArchiveProblem) -> None:
    assert refused(content) is problem


def test_only_a_signature_is_no_archive_of_documents() -> None:
    signature = an_entry(format_code=SIGNATURE_FORMAT)
    assert refused(holding(metadata(signature))) is ArchiveProblem.MISSING_DOCUMENT


def test_no_refusal_quotes_what_the_archive_says() -> None:
    patient = a_patient(birth_name="SECRETNAME")
    entry = an_entry(source_patient_info=hl7.patient_info(patient), size=3)
    with pytest.raises(UnreadableArchive) as raised:
        read_archive(holding(metadata(entry)))
    assert "SECRETNAME" not in str(raised.value)
    assert "SECRETNAME" not in repr(read_archive(holding(metadata(replace(entry, size=len(CDA))))))


REASONS = {
    "bad_empty_archive": ArchiveProblem.EMPTY,
    "bad_encrypted": ArchiveProblem.ENCRYPTED,
    "bad_hash": ArchiveProblem.WRONG_HASH,
    "bad_many_entries": ArchiveProblem.TOO_MANY_ENTRIES,
    "bad_missing_document": ArchiveProblem.MISSING_DOCUMENT,
    "bad_no_metadata": ArchiveProblem.NO_METADATA,
    "bad_not_a_zip": ArchiveProblem.NOT_ZIP,
    "bad_size": ArchiveProblem.WRONG_SIZE,
    "bad_truncated": ArchiveProblem.NOT_ZIP,
    "bad_zip_slip": ArchiveProblem.UNSAFE_NAME,
}


@pytest.mark.conformance
def test_every_archive_of_the_corpus_is_read_or_refused_as_its_name_says(conformance: Path) -> None:
    files = sorted((conformance / "xdm" / "made_here").glob("*.zip"))
    assert len(files) > 20
    for file in files:
        content = file.read_bytes()
        # That a document is CDA is the business of who reads documents.
        if file.stem.startswith("bad_") and file.stem != "bad_not_cda":
            assert refused(content) is REASONS[file.stem], file.stem
        else:
            assert read_archive(content).documents, file.stem


@pytest.mark.conformance
def test_archives_of_real_products_are_all_read(conformance: Path) -> None:
    files = sorted((conformance / "xdm" / "nist").glob("*.zip"))
    assert len(files) > 4
    for file in files:
        archive = read_archive(file.read_bytes())
        assert all(each.content for each in archive.documents), file.stem
        assert reading.NO_INS in archive.warnings
