"""Another program on the same station, which uses the card too: `python -m tests.card.virtual.other_program`.

`login CODE` opens a session through PKCS#11, signs and logs out; `reset` resets the card, as a program does
that is done with it; `hold` keeps the card for itself until its input ends. Says « done » or « held ».

Reference: PC/SC part 5 (SCardConnect, SCardDisconnect); [PKCS11].
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_SHARED, _EXCLUSIVE = 2, 1
_ANY_PROTOCOL = 3
_LEAVE, _RESET = 0, 1


def main(library: str, what: str, argument: str = "") -> None:
    if what == "login":
        _log_in(library, argument)
        print("done", flush=True)  # noqa: T201 - what the test waits for
        return
    card, disconnect = _connect(_EXCLUSIVE if what == "hold" else _SHARED)
    if what == "hold":
        print("held", flush=True)  # noqa: T201
        sys.stdin.read()
    disconnect(card, _RESET if what == "reset" else _LEAVE)
    if what == "reset":
        print("done", flush=True)  # noqa: T201


def _log_in(library: str, code: str) -> None:
    import pkcs11

    (token,) = pkcs11.lib(library).get_tokens()
    try:
        session = token.open(user_pin=code)
    except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLocked):
        return
    keys: list[Any] = list(session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}))
    for key in keys:
        key.sign(b"something else", mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
    session.close()


def _connect(share: int) -> tuple[ctypes.c_long, ctypes._NamedFuncPointer]:
    """Return a handle on the card in the first reader, and the function that gives it back."""
    pcsc = ctypes.CDLL("libpcsclite.so.1")
    context, size = ctypes.c_long(), ctypes.c_ulong(1024)
    _expect(pcsc.SCardEstablishContext(ctypes.c_ulong(2), None, None, ctypes.byref(context)))
    readers = ctypes.create_string_buffer(size.value)
    _expect(pcsc.SCardListReaders(context, None, readers, ctypes.byref(size)))
    card, protocol = ctypes.c_long(), ctypes.c_ulong()
    arguments = (ctypes.c_ulong(share), ctypes.c_ulong(_ANY_PROTOCOL), ctypes.byref(card))
    _expect(pcsc.SCardConnect(context, readers.value, *arguments, ctypes.byref(protocol)))
    return card, pcsc.SCardDisconnect


def _expect(code: int) -> None:
    if code:
        raise SystemExit(f"PC/SC: {code & 0xFFFFFFFF:#x}")


if __name__ == "__main__":
    main(*sys.argv[1:])
