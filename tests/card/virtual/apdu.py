"""Commands and answers of a smart card, as bytes: TLV, short and extended lengths, chaining, GET RESPONSE.

Reference: ISO 7816-4 §5 (commands), §5.2.2 (BER-TLV); ISO 7816-3 §12.1 (encoding of Lc and Le).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum


class Ins(IntEnum):
    """The instructions that the card knows."""

    VERIFY = 0x20
    MANAGE_SECURITY_ENVIRONMENT = 0x22
    CHANGE_REFERENCE_DATA = 0x24
    PERFORM_SECURITY_OPERATION = 0x2A
    RESET_RETRY_COUNTER = 0x2C
    LOG_OUT = 0x2E
    SELECT = 0xA4
    READ_BINARY = 0xB0
    GET_RESPONSE = 0xC0
    GET_DATA = 0xCA


class Status(IntEnum):
    """Status words. The tries left are in the last digit of WRONG_CODE."""

    OK = 0x9000
    MORE = 0x6100
    WRONG_CODE = 0x63C0
    WRONG_LENGTH = 0x6700
    NOT_ALLOWED = 0x6982  # no code was given
    BLOCKED = 0x6983
    CONDITIONS = 0x6985
    NO_FILE_CHOSEN = 0x6986
    WRONG_DATA = 0x6A80
    NOT_FOUND = 0x6A82
    WRONG_PARAMETERS = 0x6A86
    NO_SUCH_KEY = 0x6A88
    BEYOND_END = 0x6B00
    UNKNOWN_INSTRUCTION = 0x6D00


@dataclass(frozen=True)
class Command:
    """A command. `le` is the most that the answer may hold, None when no answer is wanted."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    @property
    def chained(self) -> bool:
        """True when the rest of its data comes with the next command."""
        return bool(self.cla & 0x10)


def parse(raw: bytes) -> Command:
    """Read a command of at least four bytes. Raises ValueError when the lengths in it are wrong."""
    cla, ins, p1, p2, *_ = raw
    body = raw[4:]
    if not body:
        return Command(cla, ins, p1, p2)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, le=body[0] or 0x100)
    wide = body[0] == 0
    if wide and len(body) == 3:
        return Command(cla, ins, p1, p2, le=int.from_bytes(body[1:]) or 0x10000)
    size, rest = (int.from_bytes(body[1:3]), body[3:]) if wide else (body[0], body[1:])
    data, tail = rest[:size], rest[size:]
    if len(data) < size or len(tail) not in (0, 2 if wide else 1):
        raise ValueError(f"{len(raw)} bytes that are no command")
    le = None if not tail else int.from_bytes(tail) or (0x10000 if wide else 0x100)
    return Command(cla, ins, p1, p2, data, le)


class Framing:
    """Between the reader and the applet: joins what was chained, gives in pieces what is too long."""

    def __init__(self, carry_out: Callable[[Command], tuple[bytes, int]]) -> None:
        """`carry_out` returns the data and the status word of one whole command."""
        self._carry_out = carry_out
        self.reset()

    def reset(self) -> None:
        """Forget what was begun."""
        self._received = b""
        self._waiting = b""

    def exchange(self, raw: bytes) -> bytes:
        """Return the answer to a command, status word included."""
        try:
            command = parse(raw)
        except ValueError:
            return _word(Status.WRONG_LENGTH)
        if command.ins == Ins.GET_RESPONSE:
            return self._give(self._waiting, command.le or 0x100)
        self._received += command.data
        if command.chained:
            return _word(Status.OK)
        data, self._received = self._received, b""
        whole = Command(command.cla, command.ins, command.p1, command.p2, data, command.le)
        answer, status = self._carry_out(whole)
        if status != Status.OK:
            return _word(status)
        if command.le is None:
            return _word(Status.OK)  # nothing was asked for
        return self._give(answer, command.le)

    def _give(self, answer: bytes, le: int) -> bytes:
        """OpenSC damages certificates when more than Le bytes are given, or fewer without a word."""
        given, self._waiting = answer[:le], answer[le:]
        left = len(self._waiting)
        return given + (_word(Status.MORE | min(left, 0x100) & 0xFF) if left else _word(Status.OK))


def _word(status: int) -> bytes:
    return status.to_bytes(2)


# --- TLV ----------------------------------------------------------------------------------------------


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return a data object, of BER or DER alike; `tag` is one byte."""
    value = b"".join(parts)
    size = len(value)
    length = bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2)
    if 0x80 <= size < 0x100:
        length = bytes([0x81, size])
    return bytes([tag]) + length + value


def members(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (tag, value) of short data objects: one byte of tag, one of length. Raises IndexError."""
    position = 0
    while position < len(data):
        end = position + 2 + data[position + 1]
        yield data[position], data[position + 2 : end]
        position = end
