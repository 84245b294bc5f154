"""Schematrons written in the tests, run as those of the pack are; and the real pack, installed once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from demo_lgc.documents.conformance.installing import install
from demo_lgc.documents.conformance.judging import Failure, Schematrons
from demo_lgc.documents.conformance.pack import Pack

HEAD = '<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"'

Run = Callable[..., tuple[Failure, ...]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function from a schematron, a document and other files of the pack to what fails."""

    def run_(schematron: str, document: str, **files: str) -> tuple[Failure, ...]:
        folder = tmp_path / "schematrons"
        folder.mkdir(exist_ok=True)
        (folder / "main.sch").write_text(schematron, encoding="utf-8")
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        path = "schematrons/main.sch"
        return Schematrons(Pack(tmp_path)).failures(etree.fromstring(document), (path,))[path]

    return run_


@pytest.fixture(scope="session")
def pack(conformance: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The pack of the ANS, as the command installs it."""
    return install(conformance / "cda", tmp_path_factory.mktemp("installed") / "pack")
