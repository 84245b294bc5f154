"""The same header, told to a registry: values first, then ebRIM, then values again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from demo_lgc.domain.codes import Code
from demo_lgc.domain.document import Document, Visibility
from demo_lgc.domain.identity import IdentityStatus, Sex
from demo_lgc.domain.practitioner import PracticeSituation
from demo_lgc.exchange.soap.xml import serialise
from demo_lgc.exchange.xds import hl7
from demo_lgc.exchange.xds.ebrim import RIM, registry_object_list, submit_objects_request
from demo_lgc.exchange.xds.metadata import Author, DocumentEntry, SubmissionSet, describe
from demo_lgc.exchange.xds.reading import UnreadableMetadataError, read_registry_object_list
from tests.factory import a_header, a_patient, a_session

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def described(document: Document, visibility: Visibility = Visibility.VISIBLE) -> SubmissionSet:
    return describe(
        document, visibility, submission_id="2.25.12", source_id="1.2.250.1.999.1.2", submitted_at=NOW
    )


def test_a_document_is_described_from_its_header(document: Document) -> None:
    submission = described(document)
    entry = submission.documents[0]
    assert submission.patient_id == "148086322090266^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert submission.content_type_code == Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel")
    assert entry.author.person == "899700057291^MEDECIN5729^PAUL^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert (
        entry.author.institution
        == "Cabinet du Dr MEDECIN5729^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499700057291001"
    )
    assert entry.source_patient_id == "P000123^^^&1.2.250.1.999.1.1.7.499700057291001&ISO^PI"
    assert entry.source_patient_info == (
        "PID-5|CHEMIN^HENRI^HENRI^^^^L",
        "PID-5|CHEMIN^Henri^^^^^D",
        "PID-7|19480818",
        "PID-8|M",
    )
    assert (entry.class_code.code, entry.type_code.code) == ("11", "SYNTH")
    assert [code.code for code in entry.event_codes] == ["34117-2"]


def test_times_become_universal() -> None:
    assert hl7.dtm(a_header().created_at) == "20141106090200"
    with pytest.raises(ValueError, match="offset"):
        hl7.dtm(datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("visibility", "codes"),
    [
        (Visibility.VISIBLE, ["N"]),
        (Visibility.MASKED_TO_PROFESSIONALS, ["N", "MASQUE_PS"]),
        (Visibility.INVISIBLE_TO_PATIENT, ["N", "INVISIBLE_PATIENT"]),
    ],
)
def test_masking_is_said_beside_normal(document: Document, visibility: Visibility, codes: list[str]) -> None:
    assert [c.code for c in described(document, visibility).documents[0].confidentiality_codes] == codes


def test_a_married_name_and_an_unknown_sex_are_told_apart() -> None:
    patient = a_patient(
        birth_name="NESSI",
        used_name="DE VINCI",
        given_names=("RUTH", "ISABELLE"),
        used_given_name="",
        sex=Sex.UNKNOWN,
    )
    assert hl7.patient_info(patient) == (
        "PID-5|NESSI^RUTH^RUTH ISABELLE^^^^L",
        "PID-5|DE VINCI^RUTH^^^^^D",
        "PID-7|19480818",
        "PID-8|U",
    )


@pytest.mark.parametrize("status", [s for s in IdentityStatus if s is not IdentityStatus.QUALIFIED])
def test_an_identity_not_qualified_travels_under_the_number_of_the_practice(
    document: Document, status: IdentityStatus
) -> None:
    doubtful = replace(document, header=replace(document.header, patient=a_patient(status=status)))
    submission = described(doubtful)
    assert submission.patient_id == submission.documents[0].source_patient_id
    assert "148086322090266" not in repr(submission)


def test_an_act_without_duration_has_no_stop(document: Document) -> None:
    short = replace(document, header=replace(document.header, service_stop=document.header.service_start))
    entry = described(short).documents[0]
    assert entry.service_stop_time is None


def test_a_separator_in_a_name_does_not_shift_the_components() -> None:
    structure = hl7.xon(PracticeSituation("1350000017", "Durand & Fils ^ 2|3", "SA08"))
    assert structure.split("^")[0] == r"Durand \T\ Fils \S\ 2\F\3"
    assert structure.count("^") == hl7.xon(a_session().situation).count("^")


@given(st.text(alphabet="\\^&|~ESTFR é", max_size=30))
def test_an_escaped_text_is_read_back(text: str) -> None:
    assert hl7.unescape(hl7.escape(text)) == text


@pytest.mark.parametrize("text", ["", "2014-11-06", "20141", "20141399", "now"])
def test_a_time_that_is_not_one_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|match|unconverted"):
        hl7.read_dtm(text)


def test_a_short_time_is_its_beginning() -> None:
    assert hl7.read_dtm("201411") == datetime(2014, 11, 1, tzinfo=UTC)


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20)
codes = st.builds(Code, words, words, words)
times = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
authors = st.builds(Author, words, words, codes, words)
entries = st.builds(
    DocumentEntry,
    id=st.just("Document01"),
    unique_id=words,
    mime_type=words,
    patient_id=words,
    title=words,
    creation_time=times,
    language_code=words,
    service_start_time=times,
    service_stop_time=times,
    author=authors,
    legal_authenticator=words,
    source_patient_id=words,
    source_patient_info=st.lists(words, max_size=4).map(tuple),
    class_code=codes,
    type_code=codes,
    format_code=codes,
    confidentiality_codes=st.lists(codes, min_size=1, max_size=3).map(tuple),
    healthcare_facility_type_code=codes,
    practice_setting_code=codes,
    event_codes=st.lists(codes, max_size=3).map(tuple),
    size=st.none() | st.integers(0, 10**9),
    sha1=st.just("") | st.text("0123456789abcdef", min_size=40, max_size=40),
    uri=st.sampled_from(["", "DOC0001.XML"]),
    replaces_entry=st.sampled_from(["", "urn:uuid:5b0c6d1e-7a43-4a0e-9a51-0d6f3c1f9a10"]),
    status=st.sampled_from(["", "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved"]),
)
submissions = st.builds(
    SubmissionSet,
    unique_id=words,
    source_id=words,
    patient_id=words,
    submission_time=times,
    author=authors,
    content_type_code=codes,
    documents=entries.map(lambda entry: (entry,)),
    title=words,
)


@given(submissions)
def test_metadata_written_as_ebrim_are_read_back(submission: SubmissionSet) -> None:
    written = serialise(registry_object_list(submission))
    assert read_registry_object_list(etree.fromstring(written)) == submission


def test_a_long_uri_in_pieces_is_put_together(document: Document) -> None:
    listing = registry_object_list(described(document))
    item = listing.find(f"{{{RIM}}}ExtrinsicObject")
    assert item is not None
    slot = etree.fromstring(
        f'<Slot xmlns="{RIM}" name="URI"><ValueList>'
        "<Value>2|1.XML</Value><Value>1|DOC000</Value></ValueList></Slot>"
    )
    item.insert(0, slot)
    assert read_registry_object_list(listing).documents[0].uri == "DOC0001.XML"


@pytest.mark.parametrize("missing", ["RegistryPackage", "ExtrinsicObject", "ExternalIdentifier", "Slot"])
def test_metadata_without_what_identifies_are_refused(document: Document, missing: str) -> None:
    listing = registry_object_list(described(document))
    for element in list(listing.iter(f"{{{RIM}}}{missing}")):
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    with pytest.raises(UnreadableMetadataError):
        read_registry_object_list(listing)


def test_an_archive_needs_the_place_and_the_fingerprint_of_each_file(document: Document) -> None:
    with pytest.raises(ValueError, match="URI"):
        submit_objects_request(described(document))


@pytest.mark.conformance
def test_the_codes_are_those_of_the_nomenclatures(document: Document, conformance: Path) -> None:
    table = (conformance / "xdm" / "tables" / "typeCode_classCode.tsv").read_text(encoding="utf-8")
    entry = described(document).documents[0]
    rows = [line.split("\t") for line in table.splitlines()]
    assert any(entry.type_code.code in row and entry.class_code.code in row for row in rows)
    formats = (conformance / "xdm" / "tables" / "template_formatCode.tsv").read_text(encoding="utf-8")
    assert entry.format_code.code in formats


@pytest.mark.conformance
def test_the_list_alone_satisfies_the_schema(
    document: Document, judge: Callable[[bytes], dict[str, Any]]
) -> None:
    entry = replace(described(document).documents[0], uri="DOC0001.XML", sha1="0" * 40, size=3)
    verdict = judge(serialise(submit_objects_request(replace(described(document), documents=(entry,)))))
    assert verdict["valid"], verdict["errors"]
