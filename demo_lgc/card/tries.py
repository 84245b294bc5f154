"""How many tries are left on a code, when the flags of a token alone do not tell it.

A CPS with the Cryptolib tells it exactly: no flag for 3, COUNT_LOW for 2, FINAL_TRY for 1, LOCKED for 0.
OpenSC has no COUNT_LOW, so that 2 looks like 3; what this process has seen corrects it.

Reference: [CPS] §1.3, §3; [PKCS11] CK_TOKEN_INFO.
"""

from __future__ import annotations

from collections.abc import Container

from pkcs11 import TokenFlag

_AFTER_A_FAILURE = 2


def shown_by(flags: TokenFlag) -> int:
    """Return the tries left that the flags of a token just listed tell: 3, 2, 1 or 0."""
    for flag, tries in (
        (TokenFlag.USER_PIN_LOCKED, 0),
        (TokenFlag.USER_PIN_FINAL_TRY, 1),
        (TokenFlag.USER_PIN_COUNT_LOW, 2),
    ):
        if flags & flag:
            return tries
    return 3


class Tries:
    """What this process knows of the counters of the cards, by serial number.

    `shown` is always what the flags tell now.
    """

    def __init__(self) -> None:
        self._refused: set[bytes] = set()  # the cards whose last answer was no

    def left(self, serial: bytes, shown: int) -> int:
        """Return the tries left on a card."""
        return min(shown, _AFTER_A_FAILURE) if serial in self._refused else shown

    def refused(self, serial: bytes, shown: int) -> int:
        """Note that the card refused a code, and return the tries left."""
        self._refused.add(serial)
        return self.left(serial, shown)

    def accepted(self, serial: bytes) -> None:
        """Note that the card accepted its code, or a new one."""
        self._refused.discard(serial)

    def keep(self, present: Container[bytes]) -> None:
        """Forget the cards that were replaced by others: they may have been used elsewhere since."""
        self._refused = {serial for serial in self._refused if serial in present}
