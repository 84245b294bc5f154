"""The card's own words, without any reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.card.virtual.apdu import Command, Framing, Ins, Status, members, parse, tlv

OK = Status.OK.to_bytes(2)


@given(st.binary(min_size=1, max_size=255), st.one_of(st.none(), st.integers(1, 256)))
def test_a_short_command_is_read_as_it_was_written(data, le):
    raw = bytes([0, Ins.VERIFY, 1, 2, len(data)]) + data + (b"" if le is None else bytes([le % 256]))
    assert parse(raw) == Command(0, Ins.VERIFY, 1, 2, data, le)


@given(st.binary(min_size=1, max_size=2000), st.one_of(st.none(), st.integers(1, 65536)))
def test_an_extended_command_is_read_as_it_was_written(data, le):
    tail = b"" if le is None else (le % 65536).to_bytes(2)
    raw = bytes([0, Ins.VERIFY, 1, 2, 0]) + len(data).to_bytes(2) + data + tail
    assert parse(raw) == Command(0, Ins.VERIFY, 1, 2, data, le)


@pytest.mark.parametrize(
    ("raw", "le"), [("00b00000", None), ("00b0000010", 16), ("00b0000000", 256), ("00b00000000000", 65536)]
)
def test_a_command_without_data_says_how_much_it_wants(raw, le):
    assert parse(bytes.fromhex(raw)) == Command(0, Ins.READ_BINARY, 0, 0, b"", le)


@given(st.binary(max_size=40))
def test_no_bytes_break_the_card(raw):
    answer = Framing(lambda command: (command.data, Status.OK)).exchange(bytes(4) + raw)
    assert len(answer) >= 2


@given(st.binary(max_size=1500), st.integers(1, 256))
def test_a_long_answer_comes_in_pieces_no_longer_than_asked(content, le):
    framing = Framing(lambda _: (content, Status.OK))
    received, answer = b"", framing.exchange(bytes([0, Ins.READ_BINARY, 0, 0, le % 256]))
    while answer[-2] == Status.MORE >> 8:
        assert len(answer) - 2 <= le
        received += answer[:-2]
        answer = framing.exchange(bytes([0, Ins.GET_RESPONSE, 0, 0, le % 256]))
    assert answer[-2:] == OK
    assert received + answer[:-2] == content


@given(st.lists(st.binary(min_size=1, max_size=255), min_size=1, max_size=5))
def test_what_was_chained_arrives_as_one(pieces):
    seen = []
    framing = Framing(lambda command: (b"", seen.append(command.data) or Status.OK))
    for rank, piece in enumerate(pieces):
        cla = 0x00 if rank == len(pieces) - 1 else 0x10
        assert framing.exchange(bytes([cla, Ins.VERIFY, 0, 1, len(piece)]) + piece) == OK
    assert seen == [b"".join(pieces)]


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=127)), max_size=5))
def test_members_are_read_as_they_were_written(parts):
    assert list(members(b"".join(tlv(tag, value) for tag, value in parts))) == parts


@pytest.mark.parametrize(
    ("size", "length"), [(0x7F, "7f"), (0x80, "8180"), (0xFF, "81ff"), (0x100, "820100")]
)
def test_a_length_is_written_as_shortly_as_it_can(size, length):
    assert tlv(0x30, bytes(size)).hex().startswith("30" + length + "00")
