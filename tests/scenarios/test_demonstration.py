"""The command of the README, and what independent judges say of everything it captured."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from types import ModuleType
from typing import Any

import pypdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from demo_lgc.demonstration import CARD_FREE_STEPS
from demo_lgc.sandbox.world import World

pytestmark = [pytest.mark.scenario, pytest.mark.card, pytest.mark.mail]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder the demonstration leaves."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "demo_lgc", "--demonstrate", str(folder)]
    ran = subprocess.run(
        command,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    return folder


def judged(judges: Path, *arguments: str) -> str:
    """Run a judge; fail with its words when it refuses."""
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=judges, capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_every_step_has_its_picture_and_its_seconds_and_both_branches_arrived(played: Path) -> None:
    summary: dict[str, Any] = json.loads((played / "summary.json").read_text(encoding="utf-8"))
    pictures = sorted(path.stem for path in played.glob("*.png"))
    steps = [name for name in summary["seconds"] if name not in CARD_FREE_STEPS]
    assert [name.split("-", 1)[1] for name in pictures] == steps
    assert all((played / f"{name}.png").stat().st_size > 10_000 for name in pictures)
    assert {b["channel"]: b["state"] for b in summary["branches"]} == {"dmp": "sent", "mssante": "sent"}
    assert all(b["copy_filed"] for b in summary["branches"])
    accepted = summary["received"]["dmp"]["accepted"]
    assert [(a["document_id"], a["count"]) for a in accepted] == [(summary["document_id"], 1)]
    assert accepted[0]["submission_id"] == summary["submission_set_id"]
    assert summary["received"]["mail"]["messages"][0]["message_id"] == summary["message_id"]


@pytest.mark.conformance
def test_the_vsm_is_accepted_as_vsm_2023_01(played: Path, conformance: Path, judges: Path) -> None:
    document = played / "captured" / "vsm.xml"
    judged(judges, "validate_cda.py", str(conformance / "cda"), str(document), "full", "VSM_2023.01")


@pytest.mark.conformance
def test_the_bytes_at_the_socket_of_the_dmp_are_a_valid_td2_1(played: Path, judges: Path) -> None:
    judged(judges, "validate_xds.py", "--semantic", str(played / "captured" / "td2_1.http"))


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed (apt install xmlsec1)")
def test_the_signature_of_the_submission_set_verifies_and_fails_after_one_change(
    played: Path, tmp_path: Path
) -> None:
    command = ["xmlsec1", "--verify", "--ignore-manifests", "--insecure"]
    signature = played / "captured" / "signature.xml"
    assert subprocess.run([*command, str(signature)], capture_output=True, check=False).returncode == 0
    altered = tmp_path / "altered.xml"
    altered.write_bytes(signature.read_bytes().replace(b"urn:oid:2.25.", b"urn:oid:2.26.", 1))
    assert subprocess.run([*command, str(altered)], capture_output=True, check=False).returncode != 0


@pytest.mark.conformance
def test_the_message_in_the_mailbox_of_the_colleague_and_its_archive_are_in_order(
    played: Path, load_judge: Callable[[str], ModuleType]
) -> None:
    message = (played / "captured" / "message.eml").read_bytes()
    verdict = load_judge("xdm_audit").audit_eml(message)
    assert (verdict["verdict"], verdict["errors"] + verdict["warnings"]) == ("ok", [])


def test_the_same_document_went_both_ways_and_its_pdf_is_pdf_a_1b(played: Path) -> None:
    captured = played / "captured"
    document, pdf = (captured / "vsm.xml").read_bytes(), (captured / "vsm.pdf").read_bytes()
    assert document in (captured / "td2_1.http").read_bytes()
    message = message_from_bytes((captured / "message.eml").read_bytes(), policy=policy.default)
    attached = {part.get_content_type(): part.get_content() for part in message.iter_attachments()}
    assert attached["application/pdf"] == pdf
    with zipfile.ZipFile(io.BytesIO(attached["application/zip"])) as archive:
        assert archive.read("IHE_XDM/SUBSET01/DOC0001.XML") == document
    metadata = pypdf.PdfReader(captured / "vsm.pdf").xmp_metadata
    assert metadata is not None
    said = metadata.stream.get_data().decode()
    assert 'pdfaid:part="1"' in said
    assert 'pdfaid:conformance="B"' in said


def test_the_private_keys_of_the_card_stand_in_no_file(tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    world.start()
    try:
        card = world.pki.card(world.owner["national_id"])
        of_the_card = [
            x509.load_pem_x509_certificate(part.certificate.read_bytes()).public_key()
            for part in (card.authentication, card.signature)
        ]
        files = [p for p in (tmp_path / "world").rglob("*") if p.is_file()]
        keys = [p.read_bytes() for p in files if b"PRIVATE KEY" in p.read_bytes()]
        assert keys, "the servers have theirs"
        for pem in keys:
            assert serialization.load_pem_private_key(pem, None).public_key() not in of_the_card
    finally:
        world.stop()
