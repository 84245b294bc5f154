"""For which processor a library file was built, read in its header rather than in the words of a loader.

Loaders say « cannot open shared object file » or « invalid ELF header », in the language of the system, for
what the doctor has to be told otherwise: this Cryptolib is the 32-bit one.

Reference: System V ABI (ELF header), Apple mach-o/loader.h and fat.h, Microsoft PE format.
"""

from __future__ import annotations

import platform
import struct
import sys
import sysconfig

HEADER = 4096  # bytes of a file that are enough to tell

_ELF = {0x03: "x86", 0x3E: "x86-64", 0x28: "arm", 0xB7: "arm64"}
_MACH_O = {7: "x86", 0x01000007: "x86-64", 12: "arm", 0x0100000C: "arm64"}
_PE = {0x014C: "x86", 0x8664: "x86-64", 0x01C4: "arm", 0xAA64: "arm64"}
_MACHINES = {"i386": "x86", "i686": "x86", "x86_64": "x86-64", "amd64": "x86-64", "aarch64": "arm64"}
_NARROW = {"x86-64": "x86", "arm64": "arm"}  # a process of 32 bits on a system of 64


def built_for(header: bytes) -> tuple[str, ...]:
    """Return what a library was built for: « ELF x86-64 »; several for a universal one of macOS.

    `header` is the beginning of the file, HEADER bytes. () when that is no library of any system.
    """
    try:
        if header.startswith(b"\x7fELF"):
            return (_elf(header),)
        if header.startswith(b"MZ"):
            return _pe(header)
        return _mach_o(header)
    except (struct.error, IndexError):
        return ()


def built_like_us() -> str:
    """Return what this very process was built for, in the words of `built_for`; « » when we cannot tell."""
    system = {"win32": "PE", "darwin": "Mach-O"}.get(sys.platform, "ELF")
    name = platform.machine()
    if sys.platform == "win32":  # the machine may run programs of another processor: ask how Python was built
        name = {"win32": "x86"}.get(sysconfig.get_platform(), sysconfig.get_platform().rpartition("-")[2])
    machine = _MACHINES.get(name.lower(), name.lower())
    if struct.calcsize("P") == 4:
        machine = _NARROW.get(machine, machine)
    return f"{system} {machine}" if machine in _ELF.values() else ""


def _elf(header: bytes) -> str:
    order = "<" if header[5] == 1 else ">"
    (machine,) = struct.unpack_from(f"{order}H", header, 18)
    return f"ELF {_ELF.get(machine, f'machine {machine}')}"


def _pe(header: bytes) -> tuple[str, ...]:
    (start,) = struct.unpack_from("<I", header, 0x3C)
    if header[start : start + 4] != b"PE\x00\x00":
        return ()
    (machine,) = struct.unpack_from("<H", header, start + 4)
    return (f"PE {_PE.get(machine, f'machine {machine}')}",)


def _mach_o(header: bytes) -> tuple[str, ...]:
    magic = header[:4]
    if magic in (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"):  # several in one file
        size = 20 if magic[3] == 0xBE else 32
        (count,) = struct.unpack_from(">I", header, 4)
        if count > 16:  # a Java class begins alike
            return ()
        kinds = [struct.unpack_from(">I", header, 8 + size * rank)[0] for rank in range(count)]
    elif magic in (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"):
        kinds = [struct.unpack_from("<I", header, 4)[0]]
    else:
        return ()
    return tuple(f"Mach-O {_MACH_O.get(kind, f'machine {kind}')}" for kind in kinds)
