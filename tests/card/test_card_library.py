import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo_lgc.card import library
from demo_lgc.card.library import find_library
from demo_lgc.card.reader import PkcsReader
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.settings import CardSettings


def _refused(settings: CardSettings) -> None:
    with pytest.raises(CardError) as caught:
        PkcsReader(settings).read()
    assert caught.value.problem is CardProblem.NO_LIBRARY


def _compile(folder: Path, code: str) -> Path:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is needed")
    source, made = folder / "module.c", folder / "module.so"
    source.write_text(code)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(made), str(source)], check=True)
    return made


def test_a_library_that_is_not_there_is_no_library(tmp_path):
    _refused(CardSettings(str(tmp_path / "absent.so")))


def test_a_file_that_is_no_library_is_no_library(tmp_path):
    (tmp_path / "text.so").write_text("not a library")
    _refused(CardSettings(str(tmp_path / "text.so")))


def test_a_library_of_something_else_is_no_library(tmp_path):
    _refused(CardSettings(str(_compile(tmp_path, "int answer(void) { return 42; }"))))


@pytest.mark.parametrize("place", ["__attribute__((constructor)) void f", "unsigned long C_GetFunctionList"])
def test_a_library_that_crashes_at_load_does_not_take_the_program_along(tmp_path, place, caplog):
    crashing = _compile(tmp_path, f"#include <stdlib.h>\n{place}(void) {{ abort(); }}")
    _refused(CardSettings(str(crashing)))
    _refused(CardSettings(str(crashing)))
    assert "ends the process" in caplog.text


def test_a_library_that_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "_DEADLINE", 0.5)
    code = "#include <unistd.h>\n__attribute__((constructor)) void f(void) { sleep(600); }"
    _refused(CardSettings(str(_compile(tmp_path, code))))


def test_the_settings_then_the_environment_then_the_usual_places_are_tried(tmp_path, monkeypatch):
    def places(settings: CardSettings) -> list[str]:
        return list(library._candidates(settings))

    installed = tmp_path / "libcps3_pkcs11_lux.so"
    installed.write_text("")
    platform = sys.platform if sys.platform in library._PLACES else "linux"
    monkeypatch.setitem(library._PLACES, platform, (str(tmp_path / "absent.so"), str(installed)))
    monkeypatch.delenv(library.VARIABLE, raising=False)
    assert places(CardSettings()) == [str(installed)]
    monkeypatch.setenv(library.VARIABLE, "/of/the/environment.so")
    assert places(CardSettings()) == ["/of/the/environment.so"]
    assert places(CardSettings("/of/the/settings.so")) == ["/of/the/settings.so"]


def test_a_station_without_any_library_says_so(monkeypatch):
    monkeypatch.delenv(library.VARIABLE, raising=False)
    monkeypatch.setattr(library, "_PLACES", dict.fromkeys(library._PLACES, ()))
    with pytest.raises(CardError) as caught:
        find_library(CardSettings())
    assert caught.value.problem is CardProblem.NO_LIBRARY


@pytest.mark.card
def test_a_program_without_an_interpreter_to_call_tries_it_too(soft_card, tmp_path):
    (tmp_path / "text.so").write_text("not a library")
    assert library._try_in_spawned(str(soft_card.library)) == ""
    assert library._try_in_spawned(str(tmp_path / "text.so")) != ""


@pytest.mark.card
def test_a_library_that_loads_is_found(soft_card):
    settings = CardSettings(str(soft_card.library), soft_card.environment)
    assert find_library(settings) == str(soft_card.library)
