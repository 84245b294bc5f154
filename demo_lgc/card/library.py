"""Find the PKCS#11 library of the card, and make sure that loading it cannot kill the program.

The Cryptolib is a foreign piece of native code: the wrong architecture, a missing dependency or a crash at
load must be a sentence to the doctor. So its header is read, then it is loaded in a child process, once
per file as long as that goes well.

Reference: [CPS] §1.2 (release notes of the Cryptolib 5.2.2); [PKCS11].
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import re
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from demo_lgc.card.machine_code import HEADER, built_for, built_like_us
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.settings import CardSettings

logger = logging.getLogger(__name__)

VARIABLE = "DEMO_LGC_PKCS11"  # a PKCS#11 module, when the settings name none

_DEADLINE = 20.0  # seconds
_SECOND_CHANCE = 60.0  # seconds after which a library that failed is tried again: it may have been mended
_NOT_PKCS11, _DOES_NOT_LOAD = 3, 4  # exit codes of the child
_PROBE = f"""
import ctypes, sys
try:
    module = ctypes.CDLL(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit({_DOES_NOT_LOAD})
table = ctypes.c_void_p()
give = getattr(module, "C_GetFunctionList", None)
if give is None or give(ctypes.byref(table)) or not table.value:
    sys.exit({_NOT_PKCS11})
start, stop = getattr(module, "C_Initialize", None), getattr(module, "C_Finalize", None)
if start and stop and start(None) == 0:
    stop(None)
"""


@dataclass(frozen=True)
class LibraryFound:
    """A library, and why it cannot be used: None when it can, NO_LIBRARY when it is not there.

    `reason` is for a technician: English, without any folder.
    """

    path: str
    problem: CardProblem | None = None
    reason: str = ""


_Key = tuple[str, int, int, tuple[tuple[str, str], ...]]
_verdicts: dict[_Key, tuple[float, LibraryFound]] = {}


def find_library(settings: CardSettings) -> str:
    """Return the path of a library that loads.

    The one of the settings, or else of $DEMO_LGC_PKCS11, is the only one tried when there is one; without
    them, the places where the Cryptolib installs itself. Raises CardError with the problem of the first
    library that is there (LIBRARY_ARCHITECTURE, LIBRARY_FAILS), NO_LIBRARY when none is.
    """
    problem = CardProblem.NO_LIBRARY
    for path in _candidates(settings):
        found = _judge(path, settings.environment)
        if found.problem is None:
            return path
        if problem is CardProblem.NO_LIBRARY:
            problem = found.problem
    raise CardError(problem)


def library_report(settings: CardSettings) -> tuple[LibraryFound, ...]:
    """Return what is known of every library that `find_library` would try, in its order. May take a while."""
    return tuple(_judge(path, settings.environment) for path in _candidates(settings))


def _candidates(settings: CardSettings) -> tuple[str, ...]:
    wanted = settings.library or os.environ.get(VARIABLE, "")
    if wanted:
        return (str(Path(wanted).absolute()),)  # a bare name would be searched along the path of the loader
    return _places(sys.platform, 8 * struct.calcsize("P"))


def _places(system: str, bits: int) -> tuple[str, ...]:
    """Return where the Cryptolib installs itself, for a process of `bits`; then that of the other size,
    so that it can be told that it is the wrong one.
    """
    if system == "darwin":
        return ("/usr/local/lib/libcps3_pkcs11_osx.dylib",)
    if system != "win32":
        folders = ("/opt/santesocial/CPS/lib", "/usr/lib64", "/usr/lib", "/usr/local/galss")
        return tuple(f"{folder}/libcps3_pkcs11_lux.so" for folder in folders)
    windows = os.environ.get("SYSTEMROOT", r"C:\Windows")
    wide = (rf"{windows}\System32\cps3_pkcs11_w64.dll",)
    narrow = (rf"{windows}\SysWOW64\cps3_pkcs11_w32.dll", rf"{windows}\System32\cps3_pkcs11_w32.dll")
    return wide + narrow if bits == 64 else narrow + wide


def _judge(path: str, environment: dict[str, str]) -> LibraryFound:
    """Return what is wrong with `path`; what went well is not asked again for the same file."""
    try:
        state = Path(path).stat()
    except OSError:
        return LibraryFound(path, CardProblem.NO_LIBRARY, "not there")
    key = (path, state.st_mtime_ns, state.st_size, tuple(sorted(environment.items())))
    asked, found = _verdicts.get(key, (0.0, None))
    if found and (found.problem is None or time.monotonic() - asked < _SECOND_CHANCE):
        return found
    found = _read(path) or _try(path, environment)
    if found.problem:
        logger.warning("PKCS#11 library %s: %s", Path(path).name, found.reason)
    _verdicts[key] = time.monotonic(), found
    return found


def _read(path: str) -> LibraryFound | None:
    """Return what the header tells against the file, None when it tells nothing."""
    try:
        with open(path, "rb") as file:
            kinds = built_for(file.read(HEADER))
    except OSError as error:
        return LibraryFound(path, CardProblem.LIBRARY_FAILS, f"cannot be read: {error.strerror}")
    ours = built_like_us()
    if not kinds:
        return LibraryFound(path, CardProblem.LIBRARY_FAILS, "not a library")
    if ours and ours not in kinds:
        reason = f"built for {', '.join(kinds)}; this program is {ours}"
        return LibraryFound(path, CardProblem.LIBRARY_ARCHITECTURE, reason)
    return None


def _try(path: str, environment: dict[str, str]) -> LibraryFound:
    """Load the library in a child process."""
    frozen = getattr(sys, "frozen", False)  # a frozen program has no interpreter to call
    code, words = (_try_in_spawned if frozen else _try_in_child)(path, environment)
    if code == 0:
        return LibraryFound(path)
    reason = {
        None: words or "does not answer at load",
        _NOT_PKCS11: "not a PKCS#11 library",
        _DOES_NOT_LOAD: f"does not load: {_without_folders(words, path)}".removesuffix(": "),
    }.get(code, f"ends the process at load ({code})")
    return LibraryFound(path, CardProblem.LIBRARY_FAILS, reason)


def _without_folders(words: str, path: str) -> str:
    """Keep the file names of what a loader says: folders are nobody else's business."""
    said = words.replace(path, Path(path).name)
    return re.sub(r"(?:[A-Za-z]:)?[/\\](?:[^\s:'\"/\\]+[/\\])+", "", said)[:200]


def _try_in_child(path: str, environment: dict[str, str]) -> tuple[int | None, str]:
    """Return the exit code, None without any, and the last words."""
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter, the path as an argument
            [sys.executable, "-I", "-S", "-c", _PROBE, path],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_DEADLINE,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would show a black one
        )
    except subprocess.TimeoutExpired:
        return None, ""
    except OSError as error:
        return None, f"cannot be tried: {error.strerror}"
    lines = child.stderr.strip().splitlines()
    return child.returncode, lines[-1] if lines else ""


def _try_in_spawned(path: str, environment: dict[str, str]) -> tuple[int | None, str]:
    child = multiprocessing.get_context("spawn").Process(target=_load, args=(path, environment), daemon=True)
    child.start()
    child.join(_DEADLINE)
    if child.is_alive():
        child.kill()
        child.join()
        return None, ""
    return child.exitcode, ""


def _load(path: str, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    table = ctypes.c_void_p()
    try:
        module = ctypes.CDLL(path)
    except OSError:
        sys.exit(_DOES_NOT_LOAD)
    give = getattr(module, "C_GetFunctionList", None)
    if give is None or give(ctypes.byref(table)) or not table.value:
        sys.exit(_NOT_PKCS11)
