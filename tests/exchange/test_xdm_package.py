"""The archive that colleagues receive, judged by an auditor that shares no code with us."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from lxml import etree

from demo_lgc.documents.cda.enclosed import write_enclosed
from demo_lgc.domain.document import Document, Visibility
from demo_lgc.domain.identity import Ins
from demo_lgc.exchange.xdm.package import archive
from demo_lgc.exchange.xds.metadata import SubmissionSet, describe
from demo_lgc.exchange.xds.reading import read_registry_object_list
from demo_lgc.exchange.xds.submission import freeze
from tests.documents.letters import PAGES, ROBERT, a_letter_header
from tests.exchange.soft_identity import SoftSigner
from tests.factory import TINY_PDF, a_header, a_patient, a_session

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def described(document: Document) -> SubmissionSet:
    return describe(
        document,
        Visibility.VISIBLE,
        submission_id="2.25.12",
        source_id="1.2.250.1.999.1.2",
        submitted_at=NOW,
    )


def packed(document: Document, submission: SubmissionSet | None = None) -> bytes:
    return archive(
        document,
        submission or described(document),
        sender=document.header.session,
        software="demo_lgc",
        version="0.1.0",
        publisher="Éditeur d’essai",
    )


@pytest.mark.conformance
def test_the_auditor_finds_nothing_to_say(document: Document, xdm_audit: ModuleType) -> None:
    verdict = xdm_audit.audit_zip(packed(document))
    assert (verdict["verdict"], verdict["errors"], verdict["warnings"]) == ("ok", [], [])
    assert verdict["patient"]["ins"] == "148086322090266"


@pytest.mark.conformance
@pytest.mark.parametrize("name", ["vsm_2023.01_complet.xml", "vsm_2023.01_rien.xml"])
def test_the_auditor_accepts_a_whole_vsm(name: str, conformance: Path, xdm_audit: ModuleType) -> None:
    content = (conformance / "cda_samples" / name).read_bytes()
    unique_id = re.search(rb'<id root="([0-9.]+)"/>', content)
    assert unique_id is not None
    patient = a_patient(ins=Ins("157127511234558", "1.2.250.1.213.1.4.10"))
    header = a_header(unique_id=unique_id.group(1).decode(), patient=patient)
    verdict = xdm_audit.audit_zip(packed(Document(header, content, TINY_PDF)))
    assert (verdict["verdict"], verdict["errors"], verdict["warnings"]) == ("ok", [], [])


@pytest.mark.conformance
@pytest.mark.parametrize("name", PAGES)
def test_the_auditor_accepts_a_page_of_every_kind(name: str, xdm_audit: ModuleType) -> None:
    header = a_letter_header(PAGES[name][0], recipients=(ROBERT,))
    verdict = xdm_audit.audit_zip(packed(Document(header, write_enclosed(header, TINY_PDF), TINY_PDF)))
    assert (verdict["verdict"], verdict["errors"], verdict["warnings"]) == ("ok", [], [])


def test_the_archive_holds_what_the_standard_names_and_nothing_else(document: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(document))) as package:
        assert package.namelist() == [
            "README.TXT",
            "INDEX.HTM",
            "IHE_XDM/SUBSET01/METADATA.XML",
            "IHE_XDM/SUBSET01/DOC0001.XML",
        ]
        assert package.read("IHE_XDM/SUBSET01/DOC0001.XML") == document.content
        assert {i.date_time for i in package.infolist()} == {(2014, 11, 6, 10, 2, 0)}
        assert package.testzip() is None


def test_the_same_document_makes_the_same_bytes(document: Document) -> None:
    assert packed(document) == packed(document)


def test_colleagues_are_told_what_the_dmp_is_told(document: Document, signer: SoftSigner) -> None:
    submission = freeze(
        document,
        Visibility.INVISIBLE_TO_PATIENT,
        signer,
        submission_id="2.25.12",
        source_id="1.2.250.1.999.1.2",
        now=NOW,
    )
    with zipfile.ZipFile(io.BytesIO(packed(document, submission.metadata))) as package:
        metadata = etree.fromstring(package.read("IHE_XDM/SUBSET01/METADATA.XML"))
    told = read_registry_object_list(metadata[0])
    entry = submission.metadata.documents[0]
    expected = replace(
        entry,
        uri="DOC0001.XML",
        creation_time=entry.creation_time.astimezone(UTC),
        service_start_time=entry.service_start_time.astimezone(UTC),
        service_stop_time=entry.service_stop_time.astimezone(UTC),
    )
    assert told == replace(submission.metadata, documents=(expected,))


def test_the_readme_says_who_sends_in_lines_that_windows_reads(document: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(document))) as package:
        readme = package.read("README.TXT")
    text = readme.decode("utf-8")
    assert b"\n" not in readme.replace(b"\r\n", b"")
    for words in ("Dr\u00a0Paul MEDECIN5729", "8 rue de Lyon 92100 BOULOGNE", "demo_lgc", "logiciel de prof"):
        assert words in text


def test_a_name_with_markup_stays_text_in_the_page(document: Document) -> None:
    session = a_session()
    hostile = replace(session, situation=replace(session.situation, name='<script>"&'))
    document = replace(document, header=replace(document.header, session=hostile))
    with zipfile.ZipFile(io.BytesIO(packed(document))) as package:
        page = package.read("INDEX.HTM")
    assert b"<script>" not in page
    assert b"&lt;script&gt;" in page


def test_metadata_of_another_document_are_refused(document: Document) -> None:
    another = replace(document, header=a_header(unique_id="2.25.99"))
    with pytest.raises(ValueError, match="describe"):
        packed(another, described(document))
