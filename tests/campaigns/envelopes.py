"""Break messages and archives at random and read them: a value, or a named refusal; nothing else, and soon.

`python -m tests.campaigns.envelopes [--rounds N] [--seed N]`

Each round breaks a message, an archive as it stands, and the files inside of an archive: bytes changed, cut,
doubled, moved or replaced by what parsers dislike. Reading must end in less than two seconds, with a value
that can be told as JSON, or raise one of the three refusals. Anything else is written to a file and counted.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import random
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from demo_lgc.commands.telling import told_document, told_message
from demo_lgc.domain.errors import UnreadableArchive, UnreadableDocument, UnreadableMessage
from demo_lgc.exchange.mssante.reading import read_message
from demo_lgc.services.archives import open_archive
from tests.campaigns.breaking import attempt, run
from tests.exchange.xdm.archives import packed
from tests.factory import a_document
from tests.judging import conformance_data
from tests.services.test_archives import INS_ID, cda

LARGEST = 200_000  # bytes of a seed; larger ones are made to be slow, and have their own tests
REFUSALS = (UnreadableArchive, UnreadableDocument, UnreadableMessage)
BITS = (
    *(b'"', b"<", b"&", b"\0", b"\xff", b"9" * 5_000, b"=?utf-8?b?", b"--b", b"multipart/mixed", b"\r\n\r\n"),
    *(b"boundary=", b";", b"''", b"%", b"^", b"|", b"..", b"/", b"PK\x01\x02", b"PK\x05\x06", b"(((", b"\\"),
)


def seeds() -> tuple[list[bytes], list[bytes]]:
    """Return the messages and the archives to break: ours, and the corpus when it is on this machine."""
    archive = packed(a_document(cda(INS_ID)))
    message = (
        b"From: a@b.fr\r\nSubject: XDM/1.0/DDM+CR X Y\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b'\r\nBonjour\r\n--b\r\nContent-Type: application/zip; name="IHE_XDM.zip"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(archive) + b"\r\n--b--\r\n"
    )
    data = conformance_data() / "xdm"
    found = {kind: [p.read_bytes() for p in sorted(data.glob(f"*/*.{kind}"))] for kind in ("eml", "zip")}
    return [message, *found["eml"]], [archive, *(each for each in found["zip"] if len(each) < LARGEST)]


def mutated(content: bytes, lot: random.Random) -> bytes:
    """Return bytes with one to six things broken, more often near their beginning."""
    broken = bytearray(content)
    for _ in range(lot.randint(1, 6)):
        reach = len(broken) if lot.random() < 0.5 else min(len(broken), 1_500)
        place, other = lot.randint(0, reach), lot.randint(0, len(broken))
        made: Callable[[], tuple[int, bytes]] = lot.choice(
            (
                lambda: (1, lot.randbytes(1)),
                lambda: (lot.randrange(1, 40), b""),
                lambda: (0, lot.choice(BITS)),
                lambda: (lot.randrange(1, 20), lot.choice(BITS)),
                lambda other=other: (0, bytes(broken[other : other + 200])),
            )
        )
        length, put = made()
        broken[place : place + length] = put
    return bytes(broken)


def broken_inside(archive: bytes, lot: random.Random) -> bytes:
    """Return an archive of the same entries, half of which are broken; as it is when it cannot be opened."""
    out = io.BytesIO()
    with contextlib.suppress(zipfile.BadZipFile, RuntimeError):
        with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
            for name in dict.fromkeys(old.namelist()):
                content = old.read(name)
                new.writestr(name, mutated(content, lot) if content and lot.random() < 0.5 else content)
        return out.getvalue()
    return archive


def campaign(rounds: int, seed: int, say: Callable[[str], object], keep: Path) -> Counter[str]:
    """Read three broken things in each round; return how many were read, refused, and failed."""
    lot = random.Random(seed)
    messages, archives = seeds()
    counts: Counter[str] = Counter(read=0, refused=0, failed=0)
    for rank in range(rounds):
        for kind, content in (
            ("message", mutated(lot.choice(messages), lot)),
            ("archive", mutated(lot.choice(archives), lot)),
            ("inside", broken_inside(lot.choice(archives), lot)),
        ):
            outcome = attempt(f"{kind} {rank}", partial(_read, kind, content), say)
            counts[outcome] += 1
            if outcome == "failed":
                (keep / f"{kind}-{seed}-{rank}").write_bytes(content)
    return counts


def _read(kind: str, content: bytes) -> str:
    try:
        if kind == "message":
            told = [told_message(read_message(content))]
        else:
            told = [told_document(each) for each in open_archive(content).documents]
    except REFUSALS:
        return "refused"
    json.dumps(told, ensure_ascii=False).encode()
    return "read"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign; return 1 when something failed."""
    return run(campaign, "rounds", __doc__, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
