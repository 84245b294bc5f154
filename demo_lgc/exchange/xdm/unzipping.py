"""A ZIP archive that anybody sent, opened in memory and within limits: nothing is ever written to disk.

What the directory of a ZIP says of sizes and places is a claim. It is bounded before it is believed, and
counted again while inflating; entries are found by the names that METADATA.XML gives, never by their own.

Reference: [XDM] ITI-32; [MSS] §2.5 (hostile or broken archives); PKWARE APPNOTE 6.3.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from demo_lgc.domain.errors import ArchiveProblem, UnreadableArchive

MAX_ARCHIVE = 50_000_000  # bytes as received; an operator takes 10 to 25 MB
MAX_ENTRIES = 200
MAX_ENTRY = 50_000_000  # bytes once inflated
MAX_TOTAL = 100_000_000
MAX_RATIO = 100  # inflated to deflated, of entries above RATIO_FROM bytes
RATIO_FROM = 1_000_000

_DIRECTORY_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER = 30  # bytes, its name aside
_STEP = 1 << 16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for any amount of memory
_ENCRYPTED = 0x1
# What desktops and version control leave in archives.
_LITTER = re.compile(r"(^|/)(__macosx/|\.svn/|\.ds_store$|thumbs\.db$|desktop\.ini$)")
_DRIVE = re.compile(r"[A-Za-z]:")
# All that zipfile is known to raise on bytes made to make it fail.
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # and NotImplementedError
    ValueError,
    OverflowError,
    IndexError,
)


class Unzipped:
    """The entries of an archive by their name, whatever its case; files of the system are left out.

    Raises UnreadableArchive when the archive is not one, or is outside of the limits, in bounded time and
    memory whatever the bytes.
    """

    def __init__(self, content: bytes) -> None:
        if not content:
            raise UnreadableArchive(ArchiveProblem.EMPTY)
        if len(content) > MAX_ARCHIVE:
            raise UnreadableArchive(ArchiveProblem.TOO_LARGE)
        # Counted first: zipfile makes an object of each entry of the directory.
        if content.count(_DIRECTORY_ENTRY) > MAX_ENTRIES:
            raise UnreadableArchive(ArchiveProblem.TOO_MANY_ENTRIES)
        try:
            self._package = zipfile.ZipFile(io.BytesIO(content))
        except _DAMAGES:
            raise UnreadableArchive(ArchiveProblem.NOT_ZIP) from None
        # `is_dir` fails on an entry without a name.
        entries = [entry for entry in self._package.infolist() if not entry.orig_filename.endswith("/")]
        self._check(entries)
        self._entries = _named(entries)
        self._left = MAX_TOTAL

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of the entries in lower case, with `/`, in the order of the directory."""
        return tuple(self._entries)

    def __contains__(self, path: str) -> bool:
        return path.lower() in self._entries

    def read(self, path: str) -> bytes:
        """Inflate the entry `path`; KeyError when there is none.

        Raises UnreadableArchive (DAMAGED, TOO_LARGE) when its bytes are not what the directory says.
        """
        entry = self._entries[path.lower()]
        pieces = []
        try:
            with self._package.open(entry) as stream:
                while piece := stream.read(_STEP):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise UnreadableArchive(ArchiveProblem.TOO_LARGE)
                    pieces.append(piece)
        except _DAMAGES:
            raise UnreadableArchive(ArchiveProblem.DAMAGED) from None
        content = b"".join(pieces)
        if len(content) != entry.file_size:
            raise UnreadableArchive(ArchiveProblem.DAMAGED)
        return content

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        if not entries:
            raise UnreadableArchive(ArchiveProblem.EMPTY)
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise UnreadableArchive(ArchiveProblem.ENCRYPTED)
        if any(entry.compress_type not in _METHODS for entry in entries):
            raise UnreadableArchive(ArchiveProblem.DAMAGED)
        if sum(entry.file_size for entry in entries) > MAX_TOTAL or any(map(_is_bomb, entries)):
            raise UnreadableArchive(ArchiveProblem.TOO_LARGE)
        _refuse_overlaps(self._package.infolist(), self._package.start_dir)


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    inflates = entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * entry.compress_size
    return inflates or entry.file_size > MAX_ENTRY


def _refuse_overlaps(entries: list[zipfile.ZipInfo], end: int) -> None:
    """Bytes that serve several entries make a small archive hold as much as it likes."""
    for entry in sorted(entries, key=lambda each: each.header_offset, reverse=True):
        if entry.header_offset < 0 or entry.header_offset + _LOCAL_HEADER + entry.compress_size > end:
            raise UnreadableArchive(ArchiveProblem.OVERLAPPING)
        end = entry.header_offset


def _named(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    named: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.orig_filename.replace("\\", "/")
        if not name or "\0" in name or name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/"):
            raise UnreadableArchive(ArchiveProblem.UNSAFE_NAME)
        key = name.lower()
        if _LITTER.search(key):
            continue
        if key in named:
            raise UnreadableArchive(ArchiveProblem.DUPLICATE)
        named[key] = entry
    return named
