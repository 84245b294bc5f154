"""The people, keys and server that the tests of exchange share."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from demo_lgc.domain.document import Document
from tests.exchange.loopback_server import LoopbackServer
from tests.exchange.soft_identity import Authority, SoftIdentity, SoftSigner, a_key, write_pem
from tests.factory import TINY_PDF, a_header
from tests.xmlsec1 import Xmlsec1


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.make()


@pytest.fixture(scope="session")
def signer(authority: Authority) -> SoftSigner:
    key = a_key()
    return SoftSigner(key, authority.issue(key, "899700057291", signs=True), (authority.certificate,))


@pytest.fixture(scope="session")
def xmlsec1(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Xmlsec1:
    """The independent judge of what `signer` signs."""
    return Xmlsec1.in_folder(tmp_path_factory.mktemp("xmlsec1"), authority.pem.encode())


@pytest.fixture
def identity(doctor_pem: SoftIdentity) -> Iterator[SoftIdentity]:
    yield doctor_pem
    doctor_pem.trouble = None


@pytest.fixture(scope="session")
def doctor_pem(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> SoftIdentity:
    key = a_key()
    folder = tmp_path_factory.mktemp("doctor")
    return SoftIdentity(key, authority.issue(key, "899700057291"), folder)


@pytest.fixture(scope="session")
def server_pem(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = a_key()
    certificate = authority.issue(key, "localhost", serves=True)
    return write_pem(tmp_path_factory.mktemp("server") / "server.pem", key, certificate)


@pytest.fixture
def server(authority: Authority, server_pem: Path) -> Iterator[LoopbackServer]:
    with LoopbackServer(server_pem, authority.pem) as running:
        yield running


@pytest.fixture
def document() -> Document:
    """A document whose content is only as much CDA as these tests need."""
    header = a_header()
    content = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3">'
        f'<id root="{header.unique_id}"/><code code="SYNTH"/><title>Synthèse médicale</title>'
        '<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="148086322090266"/>'
        "</patientRole></recordTarget></ClinicalDocument>\n"
    )
    return Document(header, content.encode(), TINY_PDF)


@pytest.fixture
def judge(judges: Path, tmp_path: Path) -> Callable[[bytes], dict[str, Any]]:
    """Return what validate_xds.py says of a message: `valid`, `validated`, `errors`."""

    def verdict(message: bytes) -> dict[str, Any]:
        path = tmp_path / "judged"
        path.write_bytes(message)
        command = [sys.executable, str(judges / "validate_xds.py"), "--semantic", "--json", str(path)]
        said = subprocess.run(command, capture_output=True, check=False, timeout=60)
        return dict(json.loads(said.stdout)[0])

    return verdict


@pytest.fixture(scope="session")
def xdm_audit(load_judge: Callable[[str], ModuleType]) -> ModuleType:
    """The independent judge of archives and mails."""
    return load_judge("xdm_audit")
