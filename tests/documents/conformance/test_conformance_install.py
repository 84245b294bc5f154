"""The pack is taken whole from where the user put it, or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from demo_lgc.__main__ import main
from demo_lgc.documents.conformance import installing
from demo_lgc.documents.conformance.checks import Checks
from demo_lgc.documents.conformance.installing import install
from demo_lgc.documents.conformance.pack import GENERIC, Pack, find, walk
from demo_lgc.domain.errors import ConformanceError, ConformanceProblem

HEADER = Path(GENERIC[0])


@pytest.fixture
def source(conformance: Path, tmp_path: Path) -> Path:
    """A copy of the pack that a test may damage."""
    folder = tmp_path / "downloaded"
    for name in ("infrastructure", "schematrons", "jeuxDeValeurs"):
        shutil.copytree(conformance / "cda" / name, folder / name)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder


def refused(source: Path, target: Path) -> ConformanceError:
    before = sorted(target.parent.rglob("*"))
    with pytest.raises(ConformanceError) as failure:
        install(source, target)
    assert sorted(target.parent.rglob("*")) == before
    return failure.value


def test_nothing_is_found_where_nothing_was_installed(tmp_path):
    assert find(tmp_path) is None
    assert find(tmp_path / "none") is None


def test_a_folder_that_is_not_a_pack_is_refused(tmp_path):
    (tmp_path / "schematrons").mkdir()
    assert refused(tmp_path, tmp_path / "data" / "pack").problem is ConformanceProblem.NOT_A_PACK


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text("<a/>", encoding="utf-8")
    folder = tmp_path / "folder"
    (folder / "real").mkdir(parents=True)
    (folder / "real" / "kept.xml").write_text("<a/>", encoding="utf-8")
    (folder / "real" / "program.exe").write_bytes(b"MZ")
    os.symlink(secret, folder / "link.xml")
    os.symlink(tmp_path, folder / "linked")
    assert [path.name for path in walk(folder)] == ["kept.xml"]


@pytest.mark.conformance
def test_an_installed_pack_is_found_and_can_judge(source, tmp_path):
    target = tmp_path / "data" / "conformance"
    (source / "schematrons" / "moteur").mkdir()
    (source / "schematrons" / "moteur" / "saxon.jar").write_bytes(b"PK")
    pack = install(source, target)
    assert find(target) == pack == Pack(target)
    Checks(pack).warm()
    assert {path.suffix for path in pack.folder.rglob("*") if path.is_file()} == {
        ".xsd",
        ".sch",
        ".xml",
        ".rdf",
    }
    assert [path.name for path in target.parent.iterdir()] == ["conformance"]


@pytest.mark.conformance
def test_a_second_installation_takes_the_place_of_the_first(source, tmp_path):
    target = tmp_path / "data" / "conformance"
    install(source, target)
    (target / "schematrons" / "old.xml").write_text("<a/>", encoding="utf-8")
    install(source, target)
    assert not (target / "schematrons" / "old.xml").exists()
    assert [path.name for path in target.parent.iterdir()] == ["conformance"]


@pytest.mark.conformance
def test_a_vocabulary_that_was_not_shipped_is_written_from_its_value_set(source, tmp_path):
    """Defect of the kit: `voc-…5.471` is opened by the header and was never published."""
    name = "voc-1.2.250.1.213.1.1.5.471-DYNAMIC.xml"
    missing = source / HEADER.parent / "include" / name
    missing.unlink()
    pack = install(source, tmp_path / "data" / "pack")
    made = (pack.folder / HEADER.parent / "include" / name).read_text("utf-8")
    assert 'code="SYNTH"' in made
    Checks(pack)


@pytest.mark.conformance
@pytest.mark.parametrize(
    "path",
    [
        "infrastructure/cda/CDA_extended.xsd",
        "infrastructure/cda/general/datatypes.xsd",
        str(HEADER),
        str(HEADER.parent / "include/DTr1_AD.sch"),
    ],
)
def test_a_pack_that_lacks_what_every_document_needs_is_refused(source, tmp_path, path):
    (source / path).unlink()
    error = refused(source, tmp_path / "data" / "pack")
    assert error.problem is ConformanceProblem.INCOMPLETE
    assert error.detail


@pytest.mark.conformance
def test_a_vocabulary_that_is_nowhere_refuses_the_pack(source, tmp_path):
    oid = "1.2.250.1.213.1.1.5.124"
    (source / HEADER.parent / f"include/voc-{oid}-DYNAMIC.xml").unlink()
    for value_set in (source / "jeuxDeValeurs").iterdir():
        if f'id="{oid}"' in value_set.read_text("utf-8"):
            value_set.unlink()
    error = refused(source, tmp_path / "data" / "pack")
    assert error.problem is ConformanceProblem.INCOMPLETE
    assert oid in error.detail


@pytest.mark.conformance
def test_a_refused_pack_leaves_the_installed_one_as_it_was(source, tmp_path):
    target = tmp_path / "data" / "pack"
    install(source, target)
    (source / HEADER).write_text("<broken", encoding="utf-8")
    refused(source, target)
    assert find(target) is not None


@pytest.mark.conformance
def test_a_volet_whose_parts_are_missing_is_left_out(source, tmp_path):
    parts = source / "schematrons/include/specificationsVolets/BIO-CR-BIO_2023.01"
    shutil.rmtree(parts)
    pack = install(source, tmp_path / "data" / "pack")
    assert "schematrons/ci-sis_bio-cr-bio_2023.01.sch" not in pack.files
    assert "schematrons/ci-sis_vsm_2023.01.sch" in pack.files


@pytest.mark.conformance
def test_a_pack_far_too_large_is_refused(source, tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "MAX_FILES", 10)
    assert refused(source, tmp_path / "data" / "pack").problem is ConformanceProblem.TOO_LARGE


@pytest.mark.conformance
def test_a_terminology_too_large_to_be_kept_is_left_out(source, tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "MAX_TERMINOLOGIES", 1_000_000)
    pack = install(source, tmp_path / "data" / "pack")
    kept = [path for name, path in pack.files.items() if name.endswith(".rdf")]
    assert sum(path.stat().st_size for path in kept) <= 1_000_000
    assert kept


@pytest.mark.conformance
@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="a folder nobody may write")
def test_a_folder_that_cannot_be_written_is_said(source, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert refused(source, closed / "data" / "pack").problem is ConformanceProblem.UNWRITABLE


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path):
    for name in ("infrastructure", "schematrons", "jeuxDeValeurs"):
        (tmp_path / "source" / name).mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConformanceError) as failure:
        install(tmp_path / "source", tmp_path / "file" / "pack")
    assert failure.value.problem is ConformanceProblem.UNWRITABLE


@pytest.mark.conformance
def test_the_command_installs(conformance, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DEMO_LGC_CONFORMANCE_PACK", str(tmp_path / "pack"))
    assert main(["conformance", "install", str(conformance / "cda")]) == 0
    assert str(tmp_path / "pack") in capsys.readouterr().out
    assert find() is not None


def test_the_command_says_why_it_did_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DEMO_LGC_CONFORMANCE_PACK", str(tmp_path / "pack"))
    assert main(["conformance", "install", str(tmp_path)]) == 2
    assert "n’est pas un paquet de conformité" in capsys.readouterr().err
    assert find() is None
