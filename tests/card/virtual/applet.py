"""A card that counts: what is asked of it by commands, with its two codes and their tries.

It speaks as a MyEID card does, because OpenSC reads any PKCS#15 application on those, asks them for the
tries left without giving a code, and logs out of them; what it holds is laid out as a CPS (`layout`). A
code of the wrong length spends no try, three wrong ones block; the unblocking code has tries of its own,
and may be used a limited number of times.

Reference: [CPS] §1.3; ISO 7816-4, 7816-8; OpenSC card-myeid.c.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.card.virtual.apdu import Command, Framing, Ins, Status, members, tlv
from tests.card.virtual.layout import CODE, UNBLOCKING_CODE, Layout

ATR = bytes.fromhex("3BF51800008131FE454D794549449A")
_APPLET = bytes.fromhex("A000000063504B43532D3135")
_APPLET_INFO = (0x01, 0xA0)
_SIGN, _DECIPHER = (0x9E, 0x9A), (0x80, 0x86)
_SIGNING, _DECIPHERING = 0xB6, 0xB8
_FIRST_HALF = 0x81
_FILE, _KEY, _FOLDER = 0x01, 0x11, 0x38
_FOLDERS = {"": "", "5015": "5015"}
_TRIES = 3


@dataclass
class Code:
    """A code that blocks. `length` in digits."""

    value: bytes
    length: int
    tries: int = _TRIES

    def give(self, value: bytes) -> int:
        """Return the status word that answers `value`."""
        if not self.tries:
            return Status.BLOCKED
        if len(value) != self.length:
            return Status.WRONG_LENGTH
        if hmac.compare_digest(value, self.value):
            self.tries = _TRIES
            return Status.OK
        self.tries -= 1
        return self.refusal

    @property
    def refusal(self) -> int:
        """The status word that tells the tries left."""
        return Status.WRONG_CODE | self.tries if self.tries else Status.BLOCKED


class VirtualCard:
    """A card, in a reader or on the table. Driven by the thread of its reader; looked at from any other.

    `refused_codes` are new codes that it does not take. `on_answer` is called once a command was carried
    out, before its answer leaves: what it does to the reader happens while the program waits.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._framing = Framing(self._carry_out)
        self.renew()

    def renew(self) -> None:
        """Become as it was on the first day: code porteur 1234, unblocking code 12345678."""
        self.code = Code(b"1234", 4)
        self.unblocking_code = Code(b"12345678", 8)
        self.unblockings_left = 5
        self.refused_codes: frozenset[bytes] = frozenset()
        self.on_answer: Callable[[Command], None] | None = None
        self.reset()

    def reset(self) -> None:
        """Power off, or reset: nothing that was given is remembered, what was counted is."""
        self._given: set[int] = set()
        self._chosen = ""
        self._key = ""
        self._half = b""
        self._framing.reset()

    def exchange(self, raw: bytes) -> bytes:
        """Return the answer to a command."""
        return self._framing.exchange(raw)

    def _carry_out(self, command: Command) -> tuple[bytes, int]:
        acts: dict[int, Callable[[Command], bytes | int]] = {
            Ins.SELECT: self._select,
            Ins.GET_DATA: self._tell,
            Ins.READ_BINARY: self._read,
            Ins.VERIFY: self._verify,
            Ins.LOG_OUT: self._log_out,
            Ins.CHANGE_REFERENCE_DATA: self._change,
            Ins.RESET_RETRY_COUNTER: self._unblock,
            Ins.MANAGE_SECURITY_ENVIRONMENT: self._choose_key,
            Ins.PERFORM_SECURITY_OPERATION: self._use_key,
        }
        act = acts.get(command.ins)
        answer = act(command) if act else Status.UNKNOWN_INSTRUCTION
        if self.on_answer is not None:
            self.on_answer(command)
        return (b"", answer) if isinstance(answer, int) else (answer, Status.OK)

    # --- files ----------------------------------------------------------------------------------------

    def _select(self, command: Command) -> bytes | int:
        if command.p1 == 0x04:
            self._chosen = ""
            return b"" if command.data == _APPLET else Status.NOT_FOUND
        path = command.data.hex().upper()
        if command.p1 == 0x00:
            path = "" if path in ("", "3F00") else self._beside(path)
        if path in _FOLDERS:
            self._chosen = path
            return _control(path, _FOLDER, 0)
        if path[-4:] in self.layout.keys:
            self._chosen = path
            return _control(path, _KEY, 0)
        found = self.layout.files.get(path)
        if found is None:
            return Status.NOT_FOUND
        self._chosen = path
        return _control(path, _FILE, len(found.content), CODE if found.private else 0)

    def _beside(self, file: str) -> str:
        """The path of a file told by its identifier only: in the folder chosen, or beside the file chosen."""
        if self._chosen in _FOLDERS:
            return self._chosen + file
        return self._chosen[:-4] + file

    def _read(self, command: Command) -> bytes | int:
        found = self.layout.files.get(self._chosen)
        if found is None:
            return Status.NO_FILE_CHOSEN
        if found.private and CODE not in self._given:
            return Status.NOT_ALLOWED
        start = command.p1 << 8 | command.p2
        if start > len(found.content):
            return Status.BEYOND_END
        return found.content[start : start + (command.le or 0)]

    def _tell(self, command: Command) -> bytes | int:
        """The version of the applet; an old one, that knows RSA only."""
        if (command.p1, command.p2) != _APPLET_INFO:
            return Status.NO_SUCH_KEY
        return bytes(20)

    # --- codes ----------------------------------------------------------------------------------------

    def _verify(self, command: Command) -> int:
        asked = {CODE: self.code, UNBLOCKING_CODE: self.unblocking_code}.get(command.p2 & 0x7F)
        if asked is None:
            return Status.NO_SUCH_KEY
        reference = command.p2 & 0x7F
        if not command.data:
            return Status.OK if reference in self._given else asked.refusal
        if reference == UNBLOCKING_CODE and not self.unblockings_left:
            return Status.BLOCKED
        self._given.discard(reference)
        status = asked.give(command.data)
        if status == Status.OK:
            self._given.add(reference)
        return status

    def _log_out(self, _command: Command) -> int:
        self._given.clear()
        return Status.OK

    def _change(self, command: Command) -> int:
        if (command.p1, command.p2) != (0, CODE):
            return Status.WRONG_PARAMETERS
        old, new = command.data[: self.code.length], command.data[self.code.length :]
        if not self._takes(new):
            return Status.WRONG_DATA
        status = self.code.give(old)
        if status == Status.OK:
            self.code.value = new
        return status

    def _unblock(self, command: Command) -> int:
        if (command.p1, command.p2) != (2, CODE):
            return Status.WRONG_PARAMETERS
        if UNBLOCKING_CODE not in self._given:
            return Status.NOT_ALLOWED
        if not self._takes(command.data):
            return Status.WRONG_DATA
        self.unblockings_left -= 1
        self.code = Code(command.data, self.code.length)
        return Status.OK

    def _takes(self, new: bytes) -> bool:
        return len(new) == self.code.length and new.isdigit() and new not in self.refused_codes

    # --- keys -----------------------------------------------------------------------------------------

    def _choose_key(self, command: Command) -> int:
        asked = dict(members(command.data))
        key = asked.get(0x81, b"").hex().upper()
        if command.p1 != 0x41 or command.p2 not in (_SIGNING, _DECIPHERING) or key not in self.layout.keys:
            return Status.NO_SUCH_KEY
        self._key, self._half = key, b""
        return Status.OK

    def _use_key(self, command: Command) -> bytes | int:
        """RSASSA-PKCS1-v1_5 on a DigestInfo, padded here; or the bare power of a number, given in two halves.

        OpenSC signs RSASSA-PSS, and what it has hashed itself, by the second.
        """
        if CODE not in self._given:
            return Status.NOT_ALLOWED
        key = self.layout.keys.get(self._key)
        if key is None:
            return Status.CONDITIONS
        size = key.key_size // 8
        if (command.p1, command.p2) == _SIGN and len(command.data) <= size - 11:
            return _power(key, b"\x01".ljust(size - 2 - len(command.data), b"\xff") + b"\x00" + command.data)
        if (command.p1, command.p2) != _DECIPHER or len(command.data) != 1 + size // 2:
            return Status.WRONG_DATA
        if command.data[0] == _FIRST_HALF:
            self._half = command.data[1:]
            return b""
        return _power(key, self._half + command.data[1:])


def _power(key: rsa.RSAPrivateKey, number: bytes) -> bytes:
    numbers = key.private_numbers()
    prime, other = numbers.p, numbers.q
    message = int.from_bytes(number)
    # the Chinese remainder theorem, four times faster: the card must not be the slowest part of the tests
    one, two = pow(message, numbers.dmp1, prime), pow(message, numbers.dmq1, other)
    return (two + (one - two) * numbers.iqmp % prime * other).to_bytes(key.key_size // 8)


def _control(path: str, kind: int, size: int, reading: int = 0) -> bytes:
    """The file control information. `reading` is the code that reading wants; nobody may write."""
    return tlv(
        0x6F,
        tlv(0x80, size.to_bytes(2)),
        tlv(0x82, bytes([kind])),
        tlv(0x83, bytes.fromhex(path[-4:] or "3F00")),
        tlv(0x86, bytes([reading << 4 | 0x0F, 0xFF, 0xFF])),
        tlv(0x8A, b"\x07"),  # activated: codes are wanted
    )
