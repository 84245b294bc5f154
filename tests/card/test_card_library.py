import platform
import shutil
import struct
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.card import library
from demo_lgc.card.library import LibraryFound, find_library, library_report
from demo_lgc.card.machine_code import built_for, built_like_us
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.settings import CardSettings

ELF_I386 = b"\x7fELF\x01\x01\x01".ljust(16, b"\0") + struct.pack("<HH", 3, 3) + bytes(60)
ELF_S390 = b"\x7fELF\x02\x02\x01".ljust(16, b"\0") + struct.pack(">HH", 3, 22) + bytes(60)
ELF_ARM64 = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack("<HH", 3, 183) + bytes(60)
MACH_O_ARM64 = struct.pack("<II", 0xFEEDFACF, 0x0100000C) + bytes(24)
UNIVERSAL = struct.pack(">II", 0xCAFEBABE, 2) + b"".join(
    struct.pack(">IIIII", kind, 3, 4096, 100, 12) for kind in (0x01000007, 0x0100000C)
)
UNIVERSAL_64 = struct.pack(">II", 0xCAFEBABF, 1) + struct.pack(">IIQQII", 7, 3, 4096, 100, 12, 0)
JAVA_CLASS = struct.pack(">II", 0xCAFEBABE, 61) + bytes(4000)


def _pe(machine: int) -> bytes:
    return (
        b"MZ".ljust(0x3C, b"\0")
        + struct.pack("<I", 0x80)
        + bytes(0x40)
        + b"PE\0\0"
        + struct.pack("<H", machine)
    )


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(library.VARIABLE, raising=False)
    monkeypatch.setattr(library, "_verdicts", {})


def _refused(path: Path, problem: CardProblem = CardProblem.LIBRARY_FAILS) -> str:
    """Refuse it for `problem`, and return the reason that Administration shows."""
    settings = CardSettings(str(path))
    with pytest.raises(CardError) as caught:
        find_library(settings)
    (found,) = library_report(settings)
    assert caught.value.problem is found.problem is problem
    assert found.path == str(path)
    assert str(path.parent) not in found.reason
    return found.reason


def _compile(folder: Path, code: str, *options: str) -> Path:
    if shutil.which("gcc") is None:
        pytest.skip("gcc is needed")
    source, made = folder / "module.c", folder / "module.so"
    source.write_text(code)
    command = ["gcc", "-shared", "-fPIC", "-o", str(made), str(source), *options]
    subprocess.run(command, check=True)
    return made


# --- what a header tells ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        (ELF_I386, ("ELF x86",)),
        (ELF_ARM64, ("ELF arm64",)),
        (ELF_S390, ("ELF machine 22",)),
        (_pe(0x8664), ("PE x86-64",)),
        (_pe(0x014C), ("PE x86",)),
        (_pe(0xAA64), ("PE arm64",)),
        (MACH_O_ARM64, ("Mach-O arm64",)),
        (UNIVERSAL, ("Mach-O x86-64", "Mach-O arm64")),
        (UNIVERSAL_64, ("Mach-O x86",)),
        (JAVA_CLASS, ()),
        (b"MZ, said the doctor", ()),
        (b"\x7fELF", ()),
        (b"", ()),
        (b"#!/bin/sh\n", ()),
    ],
)
def test_a_header_says_for_which_processor(header, kinds):
    assert built_for(header) == kinds


@given(
    st.sampled_from([b"", b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe"]),
    st.binary(max_size=99),
)
def test_any_header_is_survived(magic, rest):
    built_for(magic + rest)


@pytest.mark.parametrize(
    ("system", "machine", "built", "pointer", "expected"),
    [
        ("linux", "x86_64", "linux-x86_64", 8, "ELF x86-64"),
        ("linux", "x86_64", "linux-x86_64", 4, "ELF x86"),
        ("linux", "aarch64", "linux-aarch64", 8, "ELF arm64"),
        ("linux", "riscv64", "linux-riscv64", 8, ""),
        ("darwin", "arm64", "macosx-11.0-universal2", 8, "Mach-O arm64"),
        ("darwin", "x86_64", "macosx-11.0-universal2", 8, "Mach-O x86-64"),  # under Rosetta
        ("win32", "AMD64", "win-amd64", 8, "PE x86-64"),
        ("win32", "AMD64", "win32", 4, "PE x86"),
        ("win32", "ARM64", "win-amd64", 8, "PE x86-64"),  # under emulation
        ("win32", "ARM64", "win-arm64", 8, "PE arm64"),
    ],
)
def test_the_process_knows_for_which_processor_it_was_built(
    monkeypatch, system, machine, built, pointer, expected
):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(sysconfig, "get_platform", lambda: built)
    monkeypatch.setattr(struct, "calcsize", lambda _format: pointer)
    assert built_like_us() == expected


# --- libraries that cannot be used --------------------------------------------------------------------


def test_a_library_that_is_not_there_is_no_library(tmp_path):
    _refused(tmp_path / "absent.so", CardProblem.NO_LIBRARY)


@pytest.mark.parametrize("header", [ELF_I386, ELF_ARM64, ELF_S390, _pe(0x014C), MACH_O_ARM64])
def test_a_library_of_another_processor_says_so(tmp_path, header, monkeypatch):
    monkeypatch.setattr(library, "built_like_us", lambda: "ELF x86-64")
    (tmp_path / "other.so").write_bytes(header)
    reason = _refused(tmp_path / "other.so", CardProblem.LIBRARY_ARCHITECTURE)
    assert reason == f"built for {built_for(header)[0]}; this program is ELF x86-64"


def test_one_of_the_processors_of_a_universal_library_is_enough(tmp_path, monkeypatch):
    (tmp_path / "universal.dylib").write_bytes(UNIVERSAL)
    monkeypatch.setattr(library, "built_like_us", lambda: "Mach-O arm64")
    assert library._read(str(tmp_path / "universal.dylib")) is None
    monkeypatch.setattr(library, "built_like_us", lambda: "Mach-O x86")
    _refused(tmp_path / "universal.dylib", CardProblem.LIBRARY_ARCHITECTURE)


def test_a_file_that_is_no_library_fails(tmp_path):
    (tmp_path / "text.so").write_text("not a library")
    assert _refused(tmp_path / "text.so") == "not a library"
    (tmp_path / "folder.so").mkdir()
    assert "cannot be read" in _refused(tmp_path / "folder.so")


def test_a_library_cut_after_its_header_fails(tmp_path):
    whole = _compile(tmp_path, "int answer(void) { return 42; }")
    whole.write_bytes(whole.read_bytes()[:600])
    assert "at load" in _refused(whole)  # the loader of Linux dies of it


def test_a_library_of_something_else_fails(tmp_path):
    assert _refused(_compile(tmp_path, "int answer(void) { return 42; }")) == "not a PKCS#11 library"


def test_a_missing_dependency_is_named_without_any_folder(tmp_path):
    needed = _compile(tmp_path, "int helper(void) { return 1; }").rename(tmp_path / "libhelper.so")
    code = "int helper(void); int answer(void) { return helper(); }"
    made = _compile(tmp_path, code, f"-L{tmp_path}", "-lhelper", f"-Wl,-rpath,{tmp_path}")
    needed.unlink()
    reason = _refused(made)
    assert "does not load" in reason
    assert "libhelper.so" in reason


@pytest.mark.parametrize("place", ["__attribute__((constructor)) void f", "unsigned long C_GetFunctionList"])
def test_a_library_that_crashes_at_load_does_not_take_the_program_along(tmp_path, place, caplog):
    crashing = _compile(tmp_path, f"#include <stdlib.h>\n{place}(void) {{ abort(); }}")
    assert "ends the process" in _refused(crashing)
    assert "module.so: ends the process" in caplog.text
    assert str(tmp_path) not in caplog.text


def test_a_library_that_never_answers_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(library, "_DEADLINE", 0.5)
    code = "#include <unistd.h>\n__attribute__((constructor)) void f(void) { sleep(600); }"
    assert _refused(_compile(tmp_path, code)) == "does not answer at load"


def test_a_failure_is_asked_once_a_minute_and_a_new_file_at_once(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        library, "_try", lambda path, _: asked.append(path) or LibraryFound(path, CardProblem.LIBRARY_FAILS)
    )
    made = _compile(tmp_path, "int answer(void) { return 42; }")
    settings = CardSettings(str(made))
    library_report(settings), library_report(settings)
    assert len(asked) == 1
    made.write_bytes(made.read_bytes() + b"\0")
    library_report(settings)
    assert len(asked) == 2
    monkeypatch.setattr(library, "_SECOND_CHANCE", 0.0)
    library_report(settings)
    assert len(asked) == 3


# --- where it is looked for ---------------------------------------------------------------------------


def test_the_settings_then_the_environment_then_the_usual_places_are_tried(monkeypatch):
    def places(settings: CardSettings) -> list[str]:
        return [found.path for found in library_report(settings)]

    monkeypatch.setattr(library, "_places", lambda _system, _bits: ("/one.so", "/two.so"))
    assert places(CardSettings()) == ["/one.so", "/two.so"]
    monkeypatch.setenv(library.VARIABLE, "/of/the/environment.so")
    assert places(CardSettings()) == ["/of/the/environment.so"]
    assert places(CardSettings("/of/the/settings.so")) == ["/of/the/settings.so"]


def test_a_bare_name_is_a_file_here_and_never_one_of_the_loaders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (found,) = library_report(CardSettings("libc.so.6"))
    assert found == LibraryFound(str(tmp_path / "libc.so.6"), CardProblem.NO_LIBRARY, "not there")


def test_a_station_without_any_library_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(library, "_places", lambda _system, _bits: (str(tmp_path / "absent.so"),))
    with pytest.raises(CardError) as caught:
        find_library(CardSettings())
    assert caught.value.problem is CardProblem.NO_LIBRARY


def test_the_problem_told_is_that_of_the_first_library_that_is_there(monkeypatch, tmp_path):
    (tmp_path / "text.so").write_text("not a library")
    (tmp_path / "other.so").write_bytes(ELF_S390)
    places = tuple(str(tmp_path / name) for name in ("absent.so", "other.so", "text.so"))
    monkeypatch.setattr(library, "_places", lambda _system, _bits: places)
    monkeypatch.setattr(library, "built_like_us", lambda: "ELF x86-64")
    with pytest.raises(CardError) as caught:
        find_library(CardSettings())
    assert caught.value.problem is CardProblem.LIBRARY_ARCHITECTURE


@pytest.mark.parametrize(
    ("system", "bits", "first"),
    [
        ("linux", 64, "/opt/santesocial/CPS/lib/libcps3_pkcs11_lux.so"),
        ("freebsd14", 64, "/opt/santesocial/CPS/lib/libcps3_pkcs11_lux.so"),
        ("darwin", 64, "/usr/local/lib/libcps3_pkcs11_osx.dylib"),
        ("win32", 64, r"D:\Windows\System32\cps3_pkcs11_w64.dll"),
        ("win32", 32, r"D:\Windows\SysWOW64\cps3_pkcs11_w32.dll"),
    ],
)
def test_the_cryptolib_of_each_system_is_looked_for_first(monkeypatch, system, bits, first):
    monkeypatch.setenv("SYSTEMROOT", r"D:\Windows")
    places = library._places(system, bits)
    assert places[0] == first
    if system == "win32":
        assert len(places) == 3  # the other size is found too, and refused by name


@pytest.mark.card
def test_a_program_without_an_interpreter_to_call_tries_it_too(soft_card, tmp_path, monkeypatch):
    (tmp_path / "text.so").write_text("not a library")
    other = _compile(tmp_path, "int answer(void) { return 42; }")
    monkeypatch.setattr(library, "_try_in_child", library._try_in_spawned)
    assert library._try(str(soft_card.library), soft_card.environment).problem is None
    assert "does not load" in library._try(str(tmp_path / "text.so"), {}).reason
    assert library._try(str(other), {}).reason == "not a PKCS#11 library"


@pytest.mark.card
def test_a_library_that_loads_is_found(soft_card):
    settings = CardSettings(str(soft_card.library), soft_card.environment)
    assert find_library(settings) == str(soft_card.library)
    assert library_report(settings) == (LibraryFound(str(soft_card.library)),)
