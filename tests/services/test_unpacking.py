"""What a file from a disk holds: one document, those of an archive, those of a message, or nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.errors import (
    ArchiveProblem,
    DocumentProblem,
    LgcError,
    MessageProblem,
    UnreadableArchive,
    UnreadableDocument,
    UnreadableMessage,
)
from demo_lgc.exchange.xdm.reading import REMOVAL, WRONG_KEY
from demo_lgc.services import unpacking
from demo_lgc.services.archives import NOT_CDA, OTHER_TRAITS
from demo_lgc.services.reception import MAX_FILE
from demo_lgc.services.unpacking import Brought, read_file, unpack
from tests.exchange.xdm.archives import DOCUMENT, METADATA, an_entry, metadata, zipped
from tests.services.packed_files import INS, a_message, an_archive
from tests.services.received_files import CHANTAL, HALF, HENRI, NOT_A_DOCUMENT, a_cda

FIRST, SECOND = a_cda("2.25.71"), a_cda("2.25.72", set_id="")


@pytest.mark.parametrize("content", [FIRST, NOT_A_DOCUMENT, HALF, b""])
def test_what_is_neither_archive_nor_message_is_one_document(content: bytes) -> None:
    found = unpack(content, "CR de Mme X.xml")
    assert found.documents == (Brought("CR de Mme X.xml", content),)
    assert (found.origin, found.warnings) == ("file", ())


@pytest.mark.parametrize("name", ["IHE_XDM.zip", "export.bin", "x.xml", "noname"])
def test_an_archive_is_known_by_its_bytes_whatever_its_name(name: str) -> None:
    found = unpack(an_archive(FIRST, SECOND), name)
    assert found.documents == (Brought("DOC0001.XML", FIRST), Brought("DOC0002.XML", SECOND))
    assert (found.origin, found.warnings) == ("file", ())


def test_a_message_gives_the_documents_of_its_archives_and_those_it_carries_alone() -> None:
    files = {"bilan.xml": SECOND, "notes.xml": b"<notes/>", "scan.pdf": b"%PDF"}
    found = unpack(a_message({"IHE_XDM.zip": an_archive(FIRST), **files}), "Message.EML")
    assert [each.content for each in found.documents] == [FIRST, SECOND]
    assert found.documents[1].name == "bilan.xml"
    assert (found.origin, found.warnings) == ("mss", ())


def test_a_message_without_document_says_what_it_lacks() -> None:
    mail = a_message({"scan.pdf": b"%PDF"}).replace(b"Subject: Bilan", b"Subject: XDM/1.0/DDM+Bilan")
    found = unpack(mail, "message.eml")
    assert found.documents == ()
    assert "ne porte pas d’archive" in found.warnings[0]


def test_what_is_no_document_stays_in_the_archive_and_it_is_said() -> None:
    entry = an_entry(b"%PDF-1.4", mime_type="application/pdf", uri="DOC0001.XML")
    found = unpack(zipped({METADATA: metadata(entry), DOCUMENT: b"%PDF-1.4"}), "x.zip")
    assert found.documents == ()
    assert NOT_CDA in found.warnings


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (an_archive(FIRST)[:-40], ArchiveProblem.NOT_ZIP),
        (b"not a zip", ArchiveProblem.NOT_ZIP),
        (an_archive(FIRST, a_cda("2.25.72", patient=CHANTAL)), ArchiveProblem.OTHER_PATIENT),
    ],
    ids=["cut", "not-zip", "two-patients"],
)
@pytest.mark.parametrize("by_mail", [False, True])
def test_an_archive_in_doubt_gives_nothing(content: bytes, why: ArchiveProblem, by_mail: bool) -> None:
    packed, name = (a_message({"IHE_XDM.zip": content}), "x.eml") if by_mail else (content, "x.zip")
    with pytest.raises(UnreadableArchive) as refused:
        unpack(packed, name)
    assert refused.value.problem is why


def test_a_document_that_an_archive_announces_and_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UnreadableDocument) as refused:
        unpack(zipped({METADATA: metadata(an_entry(HALF)), DOCUMENT: HALF}), "x.zip")
    assert refused.value.problem is DocumentProblem.TRUNCATED


def test_a_file_that_is_no_message_is_refused() -> None:
    with pytest.raises(UnreadableMessage) as refused:
        unpack(b"\n\nbonjour", "x.eml")
    assert refused.value.problem is MessageProblem.NOT_MAIL


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({}, ""),
        ({"info": ("PID-5|CHEMINOT^HENRI^^^^^L",)}, OTHER_TRAITS),
        ({"patient_id": INS.replace("66^", "67^"), "info": ()}, WRONG_KEY),
        ({"status": "urn:asip:ci-sis:2010:StatusType:Deleted"}, REMOVAL),
        ({"patient_id": ""}, ""),
    ],
    ids=["none", "traits", "key", "removal", "no-ins"],
)
def test_a_reason_not_to_add_a_document_goes_with_it(changes: dict[str, Any], doubt: str) -> None:
    content = a_cda(patient=HENRI[HENRI.index("<patient>") :]) if doubt == WRONG_KEY else FIRST
    found = unpack(an_archive(content, **changes), "x.zip")
    assert [each.doubt for each in found.documents] == [doubt]
    assert found.warnings == ()


MAIL = a_message({"IHE_XDM.zip": an_archive(FIRST), "bilan.xml": SECOND})


@given(
    whole=st.sampled_from((an_archive(FIRST), MAIL, FIRST)),
    at=st.integers(0, 20_000),
    put=st.binary(max_size=40),
    name=st.sampled_from(("x.zip", "x.eml", "x.xml", "x")),
)
def test_whatever_the_bytes_only_foreseen_failures_come_out(
    whole: bytes, at: int, put: bytes, name: str
) -> None:
    at %= len(whole)
    try:
        found = unpack(whole[:at] + put + whole[at + len(put) :], name)
    except LgcError:
        return
    assert found.origin in ("file", "mss")


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(FIRST)
    assert read_file(path) == FIRST


def test_a_file_too_large_is_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(MAX_FILE + 1)  # sparse: it takes no room
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(UnreadableDocument) as refused:
        read_file(path)
    assert refused.value.problem is DocumentProblem.TOO_LARGE


def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_FILE", 10)
    path = tmp_path / "grows.xml"
    path.write_bytes(b"x" * 10)
    known = path.stat()
    path.write_bytes(b"x" * 11)
    monkeypatch.setattr(Path, "stat", lambda *_: known)
    with pytest.raises(UnreadableDocument):
        read_file(path)


@pytest.mark.parametrize("name", ["pipe.xml", "folder", "absent.xml"])
def test_what_is_not_a_file_is_not_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.xml")
    with pytest.raises(OSError, match=r"not a file|No such file"):
        read_file(tmp_path / name)
