"""`demo-lgc xdm check`: the verdicts, the words and the JSON that a script may rely on."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from demo_lgc.__main__ import main
from demo_lgc.commands.describing import described_time, printable
from demo_lgc.commands.xdm import READABLE, REFUSED, UNJUDGED, check, judge
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.identity import Ins
from tests.exchange.xdm.archives import an_entry, metadata, packed, zipped
from tests.factory import a_document, a_patient
from tests.services.test_archives import INS_ID, cda

CDA = cda(INS_ID)
OTHER = a_patient(ins=Ins("269054958815780", "1.2.250.1.213.1.4.10"))


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "IHE_XDM.zip"
    path.write_bytes(packed(a_document(CDA)))
    return path


def said(*files: Path) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    status = check(files, as_json=True, out=out)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def in_words(*files: Path) -> str:
    out = io.StringIO()
    check(files, as_json=False, out=out)
    return out.getvalue()


def test_a_sound_archive_is_readable_and_tells_its_document(sound: Path) -> None:
    status, (verdict,) = said(sound)
    assert (status, verdict["verdict"], verdict["reason"]) == (READABLE, "readable", None)
    (document,) = verdict["documents"]
    assert document["title"] == "Synthèse médicale"
    assert document["type"]["code"] == "SYNTH"
    assert document["patient"]["name"] == "CHEMIN Henri"
    assert document["patient"]["ins"] == "148086322090266"
    assert document["patient"]["birth_date"] == "1948-08-18"
    assert [section["title"] for section in document["sections"]] == ["Titre"]
    assert document["results"] == []
    assert document["metadata"]["author"]["name"] == "PAUL MEDECIN5729"
    assert document["archive"] == "IHE_XDM.zip"


def test_a_sound_archive_is_told_in_french(sound: Path) -> None:
    words = in_words(sound)
    assert "lisible et sûr" in words
    assert "Patient\u00a0: CHEMIN Henri, né(e) le 18/08/1948, INS 148086322090266" in words
    assert "– Titre" in words


def test_a_refused_archive_says_why(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(packed(a_document(CDA, patient=OTHER)))
    status, (verdict,) = said(path)
    assert (status, verdict["verdict"], verdict["documents"]) == (REFUSED, "refused", [])
    assert verdict["reason"].startswith("L’archive et son document ne désignent pas le même patient.")
    assert "refusé" in in_words(path)


def test_a_document_that_is_not_cda_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "not_cda.zip"
    path.write_bytes(packed(a_document(b"<html/>")))
    status, (verdict,) = said(path)
    assert (status, verdict["reason"].startswith("Ce document ne peut pas être affiché.")) == (REFUSED, True)


def test_a_message_is_told_with_the_documents_it_carries(tmp_path: Path) -> None:
    path = tmp_path / "message.eml"
    encoded = base64.encodebytes(packed(a_document(CDA))).decode()
    path.write_text(
        "From: Anne <anne@mss.test>\nTo: paul@mss.test\nMessage-ID: <a@b>\n"
        "Date: Mon, 10 Mar 2025 10:20:01 +0100\nSubject: XDM/1.0/DDM+CR X Y\nX-MSS-INS: O\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nBonjour\n"
        '--b\nContent-Type: application/zip; name="IHE_XDM.zip"\nContent-Transfer-Encoding: base64\n\n'
        f"{encoded}\n--b--\n"
    )
    status, (verdict,) = said(path)
    assert (status, verdict["kind"], len(verdict["documents"])) == (READABLE, "message", 1)
    message = verdict["message"]
    assert (message["kind"], message["from"]["address"], message["text"]) == (
        "document", "anne@mss.test", "Bonjour"
    )  # fmt: skip
    assert message["attachments"][0]["is_archive"]
    words = in_words(path)
    assert "Documents de Anne" in words
    assert "Pièce jointe\u00a0: IHE_XDM.zip" in words


def test_a_message_whose_archive_is_refused_still_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "message.eml"
    path.write_bytes(
        b"From: anne@mss.test\nContent-Type: application/zip; name=IHE_XDM.zip\n\nPK\x03\x04 cut short"
    )
    status, (verdict,) = said(path)
    assert (status, verdict["message"]["from"]["address"]) == (REFUSED, "anne@mss.test")
    assert verdict["reason"].startswith("L’archive n’est pas un fichier ZIP")


@pytest.mark.parametrize("name", ["absent.zip", "."])
def test_what_cannot_be_read_from_the_disk_is_not_judged(name: str, tmp_path: Path) -> None:
    status, (verdict,) = said(tmp_path / name)
    assert (status, verdict["verdict"]) == (UNJUDGED, "unjudged")
    assert verdict["reason"].endswith(".")


def test_a_file_larger_than_any_message_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    with path.open("wb") as stream:
        stream.truncate(5 << 30)  # a hole: no disk is taken
    status, (verdict,) = said(path)
    assert (status, verdict["verdict"]) == (REFUSED, "refused")


def test_a_file_without_a_name_that_tells_is_known_by_its_first_bytes(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "received"
    path.write_bytes(sound.read_bytes())
    assert judge(path)[1]["kind"] == "archive"
    path.write_bytes(b"From: a@b.fr\n\nBonjour")
    assert judge(path)[1]["kind"] == "message"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_a_file_whose_name_is_no_text_is_judged(sound: Path) -> None:
    path = sound.with_name("caf\udce9.zip")
    path.write_bytes(sound.read_bytes())
    status, (verdict,) = said(path)
    assert (status, Path(verdict["file"]).name) == (READABLE, "caf?.zip")
    assert in_words(path).encode()


def test_the_worst_verdict_is_the_exit_status(sound: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"not an archive")
    assert said(sound, bad)[0] == REFUSED
    assert said(sound, bad, tmp_path / "absent.zip")[0] == UNJUDGED
    assert len(said(sound, bad)[1]) == 2


def test_a_file_that_is_not_cda_is_told_by_what_the_archive_says(tmp_path: Path) -> None:
    path = tmp_path / "notes.zip"
    entry = an_entry(b"notes", mime_type="text/plain")
    described = metadata(entry)
    path.write_bytes(
        zipped({"IHE_XDM/SUBSET01/METADATA.XML": described, "IHE_XDM/SUBSET01/DOC0001.XML": b"notes"})
    )
    status, (verdict,) = said(path)
    (document,) = verdict["documents"]
    assert (status, document["title"], document["patient"]["name"]) == (
        READABLE, "Synthèse médicale", "CHEMIN Henri"
    )  # fmt: skip
    assert "n’est pas un document CDA" in in_words(path)


def test_the_terminal_is_given_nothing_to_obey(tmp_path: Path) -> None:
    path = tmp_path / "message.eml"
    path.write_bytes("From: a@b.fr\nSubject: \u009b31m\u202e\x1b[2J rouge\n\nBonjour".encode())
    words = in_words(path)
    assert not set(words) & {"\u009b", "\u202e", "\x1b"}
    assert printable("a\u200b\x07b") == "ab"


def test_the_command_line_reaches_the_command(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xdm", "check", "--json", str(sound)]) == READABLE
    assert json.loads(capsys.readouterr().out)["verdict"] == "readable"


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (None, None),
        (PartialDate(2014), "2014"),
        (PartialDate(2014, 11), "2014-11"),
        (PartialDate(2014, 11, 6), "2014-11-06"),
    ],
)
def test_a_time_keeps_its_precision(time: PartialDate | None, told: str | None) -> None:
    assert described_time(time) == told


@pytest.mark.conformance
def test_the_verdicts_are_those_of_an_independent_auditor(
    conformance: Path, load_judge: Callable[[str], ModuleType]
) -> None:
    files = sorted((conformance / "xdm").glob("*/*.zip")) + sorted((conformance / "xdm").glob("*/*.eml"))
    assert len(files) > 40
    xdm_audit = load_judge("xdm_audit")
    for file in files:
        audit = xdm_audit.audit_eml if file.suffix == ".eml" else xdm_audit.audit_zip
        expected = REFUSED if audit(file.read_bytes())["verdict"] == "bad" else READABLE
        status, told = judge(file)
        assert status == expected, (file.name, told["reason"])


@pytest.mark.conformance
def test_results_are_told_as_the_laboratory_wrote_them(conformance: Path, tmp_path: Path) -> None:
    reports = sorted((conformance / "cda" / "ExemplesCDA").glob("BIO-CR-BIO_2*.xml"))
    path = tmp_path / "bio.zip"
    entry = an_entry(reports[0].read_bytes(), patient_id="", source_patient_info=())
    path.write_bytes(
        zipped(
            {
                "IHE_XDM/SUBSET01/METADATA.XML": metadata(entry, patient_id=""),
                "IHE_XDM/SUBSET01/DOC0001.XML": reports[0].read_bytes(),
            }
        )
    )
    status, (verdict,) = said(path)
    assert status == READABLE
    first = verdict["documents"][0]["results"][0]
    assert (first["name"].split()[0], first["values"][0]["value"], first["unit"]) == (
        "Triglycérides", "0.62", "g/L"
    )  # fmt: skip
    assert first["interpretation"] == ["N"]
    assert (first["reference"][0]["low"], first["reference"][0]["high"]) == ("0.50", "1.50")
