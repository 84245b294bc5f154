"""Find the PKCS#11 library of the card, and make sure that loading it cannot kill the program.

The Cryptolib is a foreign piece of native code: the wrong architecture, a missing dependency or a crash at
load must be a sentence to the doctor. So it is loaded first in a child process, once per file.

Reference: [CPS] §1.2 (release notes of the Cryptolib 5.2.2); [PKCS11].
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.settings import CardSettings

logger = logging.getLogger(__name__)

VARIABLE = "DEMO_LGC_PKCS11"  # a PKCS#11 module, when the settings name none

_PLACES = {
    "win32": (
        r"C:\Windows\System32\cps3_pkcs11_w64.dll",
        r"C:\Windows\SysWOW64\cps3_pkcs11_w32.dll",
        r"C:\Windows\System32\cps3_pkcs11_w32.dll",
    ),
    "darwin": ("/usr/local/lib/libcps3_pkcs11_osx.dylib",),
    "linux": (
        "/opt/santesocial/CPS/lib/libcps3_pkcs11_lux.so",
        "/usr/lib64/libcps3_pkcs11_lux.so",
        "/usr/lib/libcps3_pkcs11_lux.so",
        "/usr/local/galss/libcps3_pkcs11_lux.so",
    ),
}
_DEADLINE = 20.0  # seconds
_PROBE = (
    "import ctypes, sys\n"
    "m = ctypes.CDLL(sys.argv[1])\n"
    "table = ctypes.c_void_p()\n"
    "ok = m.C_GetFunctionList(ctypes.byref(table)) == 0 and table.value\n"
    "start, stop = getattr(m, 'C_Initialize', None), getattr(m, 'C_Finalize', None)\n"
    "if ok and start and stop and start(None) == 0: stop(None)\n"
    "sys.exit(0 if ok else 3)\n"
)
_verdicts: dict[tuple[str, int, tuple[tuple[str, str], ...]], str] = {}


def find_library(settings: CardSettings) -> str:
    """Return the path of a library that loads.

    The one of the settings, or else of $DEMO_LGC_PKCS11, is the only one tried when there is one; without
    them, the places where the Cryptolib installs itself. Raises CardError (NO_LIBRARY); why is logged.
    """
    for path in _candidates(settings):
        reason = _defect(path, settings.environment)
        if not reason:
            return path
        logger.warning("PKCS#11 library %s: %s", path, reason)
    raise CardError(CardProblem.NO_LIBRARY)


def _candidates(settings: CardSettings) -> Iterator[str]:
    wanted = settings.library or os.environ.get(VARIABLE, "")
    if wanted:
        yield wanted
        return
    platform = sys.platform if sys.platform in ("win32", "darwin") else "linux"
    yield from (path for path in _PLACES[platform] if Path(path).exists())


def _defect(path: str, environment: dict[str, str]) -> str:
    """Return why `path` cannot be loaded, « » when it can. Asked once for the same file."""
    try:
        stamp = Path(path).stat().st_mtime_ns
    except OSError as error:
        return error.strerror or "unreachable"
    key = (path, stamp, tuple(sorted(environment.items())))
    if key not in _verdicts:
        _verdicts[key] = _try_in_child(path, environment)
    return _verdicts[key]


def _try_in_child(path: str, environment: dict[str, str]) -> str:
    if getattr(sys, "frozen", False):  # a frozen program has no interpreter to call
        return _try_in_spawned(path)
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
        )
    except subprocess.TimeoutExpired:
        return "does not answer at load"
    except OSError as error:
        return f"cannot be tried: {error}"
    if child.returncode == 0:
        return ""
    lines = child.stderr.strip().splitlines()
    return lines[-1][:300] if lines else f"ends the process at load ({child.returncode})"


def _try_in_spawned(path: str) -> str:
    child = multiprocessing.get_context("spawn").Process(target=_load, args=(path,), daemon=True)
    child.start()
    child.join(_DEADLINE)
    if child.is_alive():
        child.kill()
        return "does not answer at load"
    return "" if child.exitcode == 0 else f"does not load ({child.exitcode})"


def _load(path: str) -> None:
    table = ctypes.c_void_p()
    if ctypes.CDLL(path).C_GetFunctionList(ctypes.byref(table)) or not table.value:
        sys.exit(3)
