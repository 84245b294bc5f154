"""`demo-lgc cda check` and `cda show`: what a file is, said to people and to programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_lgc.__main__ import main
from demo_lgc.commands.verdicts import READABLE, REFUSED, UNJUDGED
from demo_lgc.documents.conformance.installing import install
from demo_lgc.resources import sample
from tests.documents.hostile import REFUSED as HOSTILE
from tests.documents.hostile import document, section

REPORT = sample("documents", "biologie_chemin_2014-11-03.xml")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A document that reads well and conforms to nothing."""
    path = tmp_path / "sans en-tête.xml"
    path.write_bytes(document(section("Bonjour")))
    return path


@pytest.fixture
def installed(conformance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The conformance pack, installed for the command to find."""
    folder = tmp_path / "pack"
    install(conformance / "cda", folder)
    monkeypatch.setenv("DEMO_LGC_CONFORMANCE_PACK", str(folder))
    return None


def test_a_document_is_told_to_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cda", "check", "--json", str(REPORT)]) == READABLE
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "readable"
    assert told["patient"]["name"] == "CHEMIN Henri"
    assert told["patient"]["ins_oid"] == "1.2.250.1.213.1.4.10"
    assert told["type"]["code"] == "11502-2"
    assert told["author"].endswith("COMBE")
    assert told["sections"][0]["title"]
    potassium = next(each for each in told["results"] if each["name"] == "Potassium")
    assert potassium["values"][0] | {"text": ""} == {"text": "", "unit": "mmol/L", "value": "6.8"}
    assert potassium["interpretation"] == ["HH"]
    assert potassium["reference"][0]["high"] == "5.1"
    assert told["conformance"] is None  # nobody was there to judge it


def test_a_document_is_told_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cda", "check", str(REPORT)]) == READABLE
    said = capsys.readouterr().out
    assert "lisible et sûr" in said
    assert "Patient\u00a0: CHEMIN Henri" in said


def test_a_value_that_the_laboratory_did_not_interpret_is_not_counted_as_normal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sans interprétation.xml"
    path.write_text(re.sub(r"<interpretationCode[^>]*/>", "", REPORT.read_text("utf-8")), "utf-8")
    assert main(["cda", "check", str(path)]) == READABLE
    assert ", dont 4 hors référence" in capsys.readouterr().out
    assert main(["cda", "check", "--json", str(path)]) == READABLE
    told = json.loads(capsys.readouterr().out)["results"]
    potassium = next(each for each in told if each["name"] == "Potassium")
    assert (potassium["abnormal"], potassium["outside"]) == (None, True)


def test_a_document_is_shown_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cda", "show", str(REPORT)]) == READABLE
    said = capsys.readouterr().out
    assert "Type\u00a0: CR d'examens biologiques (11502-2)" in said
    assert "  Potassium\u00a0: 6,8 mmol/L [HH]" in said
    assert main(["cda", "show", "--json", str(REPORT)]) == READABLE
    assert json.loads(capsys.readouterr().out)["patient"]["name"] == "CHEMIN Henri"


@pytest.mark.parametrize("name", ["a bomb of entities", "two patients", "a cut document", "nothing"])
def test_a_hostile_file_is_refused_with_the_reason(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hostile.xml"
    path.write_bytes(HOSTILE[name][1]())
    assert main(["cda", "check", "--json", str(path)]) == REFUSED
    told = json.loads(capsys.readouterr().out)
    assert (told["verdict"], bool(told["reason"])) == ("refused", True)
    assert main(["cda", "show", str(path)]) == REFUSED
    assert capsys.readouterr().err.strip() == told["reason"]


def test_a_file_that_is_not_there_is_not_judged_and_the_others_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cda", "check", str(tmp_path / "absent.xml"), str(REPORT)]) == UNJUDGED
    said = capsys.readouterr().out
    assert "Le fichier n’existe pas." in said
    assert "lisible et sûr" in said
    assert main(["cda", "show", str(tmp_path)]) == UNJUDGED


def test_strictness_needs_the_rules(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cda", "check", "--strict", str(broken)]) == UNJUDGED
    assert "conformance install" in capsys.readouterr().err


@pytest.mark.conformance
def test_what_does_not_conform_is_readable_and_told(
    installed: None, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cda", "check", "--json", str(broken), str(REPORT)]) == READABLE
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["verdict"] == "readable"
    assert first["conformance"]
    assert all(each["place"] and each["what"] for each in first["conformance"])
    assert second["conformance"] == []
    assert main(["cda", "check", "--strict", str(broken)]) == REFUSED
    assert "Non conforme\u00a0: " in capsys.readouterr().out


def test_the_window_starts_without_what_the_commands_load() -> None:
    program = (
        "import sys; import demo_lgc.__main__;"
        "print([name for name in ('lxml', 'saxonche', 'sqlalchemy', 'PySide6') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
