"""ZIP archives made to fill the memory, the disk or the day."""

from __future__ import annotations

import contextlib
import os
import random
import struct
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.domain.errors import ArchiveProblem, UnreadableArchive
from demo_lgc.exchange.xdm.reading import read_archive
from demo_lgc.exchange.xdm.unzipping import MAX_ENTRIES, Unzipped
from tests.exchange.xdm.archives import CDA, DOCUMENT, METADATA, metadata, zipped
from tests.limits import measured

SOUND = zipped({METADATA: metadata(), DOCUMENT: CDA})
unix = pytest.mark.skipif(sys.platform == "win32", reason="measures memory as Unix does")


def refused(content: bytes) -> ArchiveProblem:
    with pytest.raises(UnreadableArchive) as raised:
        read_archive(content)
    return raised.value.problem


def lying(content: bytes, name: str, size: int) -> bytes:
    """The same archive, whose directory gives another inflated size to an entry."""
    place = content.rindex(name.encode()) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    return content[: place + 24] + struct.pack("<L", size) + content[place + 28 :]


def overlapping(kernel: bytes, count: int) -> bytes:
    """Entries that all inflate the same bytes: one local header, a directory that names it many times."""
    deflated = zlib.compress(kernel, 9)[2:-4]
    crc, sizes = zlib.crc32(kernel), (len(deflated), len(kernel))
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, *sizes, 5, 0) + b"A.XML"
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, *sizes, 5, 0, 0, 0, 0, 0, 0)
    directory = b"".join(entry + b"%04d." % i for i in range(count))
    start = len(local) + len(deflated)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    return local + deflated + directory + end


def bomb(size: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zipped({METADATA: metadata(), DOCUMENT: b" " * size}, method)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", ArchiveProblem.EMPTY),
        (b"PK", ArchiveProblem.NOT_ZIP),
        (SOUND[:-30], ArchiveProblem.NOT_ZIP),
        (zipped({}), ArchiveProblem.EMPTY),
        (zipped({"IHE_XDM/": b""}), ArchiveProblem.EMPTY),
        (zipped({"../../x": b"", METADATA: metadata(), DOCUMENT: CDA}), ArchiveProblem.UNSAFE_NAME),
        (zipped({"/etc/x": b"", METADATA: metadata(), DOCUMENT: CDA}), ArchiveProblem.UNSAFE_NAME),
        (zipped({"C:\\x": b"", METADATA: metadata(), DOCUMENT: CDA}), ArchiveProblem.UNSAFE_NAME),
        (zipped({"..\\x": b"", METADATA: metadata(), DOCUMENT: CDA}), ArchiveProblem.UNSAFE_NAME),
        (zipped({"\0x": b"", METADATA: metadata(), DOCUMENT: CDA}), ArchiveProblem.UNSAFE_NAME),
        (zipped({"": b"", METADATA: metadata(), DOCUMENT: CDA}), ArchiveProblem.UNSAFE_NAME),
        (zipped({METADATA: metadata(), METADATA.lower(): b"", DOCUMENT: CDA}), ArchiveProblem.DUPLICATE),
        (zipped({f"F{i}": b"" for i in range(MAX_ENTRIES + 1)}), ArchiveProblem.TOO_MANY_ENTRIES),
        (zipped({f"F{i}": b"" for i in range(10_000)}), ArchiveProblem.TOO_MANY_ENTRIES),
        (bomb(30_000_000), ArchiveProblem.TOO_LARGE),
        (bomb(51_000_000, zipfile.ZIP_STORED), ArchiveProblem.TOO_LARGE),
        (bomb(1_000, zipfile.ZIP_LZMA), ArchiveProblem.DAMAGED),
        (lying(SOUND, DOCUMENT, 10), ArchiveProblem.DAMAGED),
        (lying(SOUND, DOCUMENT, 900_000), ArchiveProblem.DAMAGED),
        (lying(bomb(30_000_000), DOCUMENT, 42), ArchiveProblem.DAMAGED),
        (overlapping(b" " * 100_000, 150), ArchiveProblem.OVERLAPPING),
    ],
)
def test_a_hostile_archive_is_refused_with_its_reason(content: bytes, problem: ArchiveProblem) -> None:
    assert refused(content) is problem


def test_an_entry_that_announces_a_password_is_refused_before_anything_is_read() -> None:
    place = SOUND.rindex(b"PK\x01\x02") + 8
    assert refused(SOUND[:place] + b"\x01" + SOUND[place + 1 :]) is ArchiveProblem.ENCRYPTED


def test_many_entries_that_each_stay_within_the_limit_are_counted_together() -> None:
    chunk = (random.Random(1).randbytes(3_000) + bytes(97_000)) * 260  # 26 MB, of a ratio that is allowed
    content = zipped({METADATA: metadata(), **{f"F{i}": chunk for i in range(4)}})
    with pytest.raises(UnreadableArchive) as raised:
        Unzipped(content)
    assert raised.value.problem is ArchiveProblem.TOO_LARGE


def test_nothing_is_ever_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("something was written")

    for name in ("open", "mkdir", "makedirs", "symlink"):
        monkeypatch.setattr(os, name, forbidden)
    read_archive(SOUND)
    assert list(tmp_path.iterdir()) == []


STORED = zipfile.ZIP_STORED
LARGE = {
    "bomb": (lambda: bomb(120_000_000), "too-large"),
    "lying bomb": (lambda: lying(bomb(100_000_000), DOCUMENT, 9_000_000), "damaged"),
    "many entries": (lambda: zipped({f"F{i}": b"" for i in range(40_000)}), "too-many-entries"),
    "overlaps": (lambda: overlapping(b" " * 500_000, 190), "overlapping"),
    "elements": (lambda: zipped({METADATA: b"<a>" + b"<b/>" * 400_000 + b"</a>"}, STORED), "bad-metadata"),
    "attributes": (
        lambda: zipped({METADATA: b"<a " + b" ".join(b'a%d=""' % i for i in range(190_000)) + b"/>"}, STORED),
        "bad-metadata",
    ),
    "large metadata": (lambda: zipped({METADATA: b"<a>" + b"." * 30_000_000}, STORED), "bad-metadata"),
}


@unix
@pytest.mark.parametrize("name", LARGE)
def test_no_archive_takes_long_or_much_memory(name: str, tmp_path: Path) -> None:
    make, said = LARGE[name]
    result = measured("demo_lgc.exchange.xdm.reading:read_archive", make(), tmp_path)
    assert result.said == f"UnreadableArchive {said}"
    assert result.is_bounded, result


@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_mutated_archive_is_read_or_refused_by_name(changes: list[tuple[int, int]]) -> None:
    content = bytearray(SOUND)
    for place, value in changes:
        content[place] = value
    with contextlib.suppress(UnreadableArchive):
        assert read_archive(bytes(content)).documents


@given(st.binary(max_size=300))
def test_any_metadata_is_read_or_refused_by_name(content: bytes) -> None:
    with pytest.raises(UnreadableArchive):
        read_archive(zipped({METADATA: b"<a>" + content, DOCUMENT: CDA}))


@given(st.data())
def test_mutated_metadata_are_read_or_refused_by_name(data: st.DataObject) -> None:
    good = metadata()
    place = data.draw(st.integers(0, len(good)))
    length = data.draw(st.integers(0, 60))
    put = data.draw(st.binary(max_size=20) | st.sampled_from([b'"', b"<", b"9" * 5000, b"&amp;", b"1|2|"]))
    content = zipped({METADATA: good[:place] + put + good[place + length :], DOCUMENT: CDA})
    with contextlib.suppress(UnreadableArchive):
        assert read_archive(content).documents


def test_an_archive_may_follow_other_bytes() -> None:
    """A mail gateway that puts words before an archive does not make it unreadable."""
    assert read_archive(b"words before " * 10 + SOUND).documents


def test_an_entry_is_found_whatever_the_case_of_its_name() -> None:
    package = Unzipped(SOUND)
    assert package.read(DOCUMENT.lower()) == package.read(DOCUMENT) == CDA
    with pytest.raises(KeyError):
        package.read("IHE_XDM/SUBSET01/NONE.XML")
