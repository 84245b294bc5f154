"""The people, keys and server that the tests of exchange share."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from documents.factory import TINY_PDF, a_header
from exchange.loopback_server import LoopbackServer
from exchange.soft_identity import Authority, SoftIdentity, SoftSigner, a_key, write_pem

from demo_lgc.domain.document import Document


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority.make()


@pytest.fixture(scope="session")
def signer(authority: Authority) -> SoftSigner:
    key = a_key()
    return SoftSigner(key, authority.issue(key, "899700057291", signs=True), (authority.certificate,))


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


@pytest.fixture(scope="session")
def judge_of(judges: Path) -> Callable[[str], ModuleType]:
    """Return a function that loads a judge by its name; it is compiled once."""

    def load(name: str) -> ModuleType:
        if f"judge_{name}" not in sys.modules:
            spec = importlib.util.spec_from_file_location(f"judge_{name}", judges / f"{name}.py")
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[f"judge_{name}"] = module
            spec.loader.exec_module(module)
        return sys.modules[f"judge_{name}"]

    return load
