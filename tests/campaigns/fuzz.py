"""Break real documents at random and read them: a page, or a named refusal; nothing else, and soon.

`python -m tests.campaigns.fuzz [--documents N] [--seed N]`

Each document is one of ours (golden documents, samples) or an official example, when the conformance data are
there, with one to eight mutations: bytes changed, cut, doubled or moved; elements dropped, doubled, moved or
emptied; attributes dropped, made null, given hostile values. Reading it must return a page that holds nothing
active, or raise UnreadableDocument, in less than two seconds. Anything else is written to a file and counted.
"""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path

from lxml import etree

from demo_lgc.documents.reading.document import read_document
from demo_lgc.domain.errors import UnreadableDocument
from tests.campaigns.breaking import attempt, run
from tests.documents.page_check import PageCheck
from tests.judging import conformance_data

CHECKOUT = Path(__file__).resolve().parents[2]
VALUES = (
    *("", " ", "0", "-1", "1e309", "NaN", "99999999999999999999", "٣", "#", "##x", "..", "\u2028", "\ufffd"),
    *("20141301", "00000000", "20141106", "2014110610000", "99991231235959+9999", "20141106100000+0100"),
    *("urn:hl7-org:v3", "2.16.840.1.113883.6.1", "javascript:alert(1)", "file:///etc/passwd", "A" * 20_000),
    *(
        "PQ",
        "c:PQ",
        "IVL_PQ",
        "CD",
        "RTO",
        "ED",
        "completed",
        "true",
        "false",
        "1,5",
        "<b>",
        "&amp;",
        "é" * 99,
    ),
)
NULL = ("UNK", "NA", "NI", "NASK", "")


def seeds() -> list[bytes]:
    """Return the documents to break: ours, and the official examples when they are on this machine."""
    data = conformance_data()
    folders = (
        CHECKOUT / "tests" / "documents" / "reference",
        CHECKOUT / "sample_data" / "documents",
        data / "cda" / "ExemplesCDA",
        data / "cda_samples",
    )
    return [path.read_bytes() for folder in folders for path in sorted(folder.glob("*.xml"))]


def mutated(seed: bytes, lot: random.Random) -> bytes:
    """Return a document with one to eight things broken."""
    content = seed
    for _ in range(lot.randint(1, 8)):
        content = lot.choice((_bytes, _elements, _elements))(content, lot)
    return content


def _bytes(content: bytes, lot: random.Random) -> bytes:
    start = lot.randrange(len(content) + 1)
    end = min(len(content), start + lot.choice((1, 2, 16, 300, 5_000)))
    piece = content[start:end]
    made: Callable[[], bytes] = lot.choice(
        (
            lambda: content[:start] + content[end:],
            lambda: content[:start] + lot.randbytes(len(piece)) + content[end:],
            lambda: content[:end] + piece * lot.randint(1, 20) + content[end:],
            lambda: content[:start] + lot.choice(VALUES).encode() + content[end:],
            lambda: content[:start] if lot.random() < 0.1 else content,
        )
    )
    return made()


def _elements(content: bytes, lot: random.Random) -> bytes:
    parser = etree.XMLParser(resolve_entities=False, recover=True, huge_tree=True)
    root = etree.fromstring(content, parser) if content.strip() else None
    if root is None:
        return content
    elements = list(root.iter(etree.Element))
    for _ in range(lot.randint(1, 6)):
        with contextlib.suppress(ValueError):  # names that a broken tree holds, and that nobody may write
            _touch(lot.choice(elements), elements, lot)
    return etree.tostring(root)


def _touch(element: etree._Element, elements: list[etree._Element], lot: random.Random) -> None:
    name = lot.choice(sorted(map(str, element.attrib)) or ["value"])
    made: Callable[[], object] = lot.choice(
        (
            lambda: _drop(element),
            lambda: _double(element, lot.randint(1, 5)),
            lambda: _move(element, lot.choice(elements)),
            lambda: _nullify(element, lot.choice(NULL)),
            lambda: element.attrib.pop(name, None),
            lambda: element.set(name, _legal(lot.choice(VALUES))),
            lambda: setattr(element, "text", _legal(lot.choice(VALUES))),
            lambda: setattr(element, "tag", lot.choice(elements).tag),
            lambda: [element.remove(child) for child in list(element)],
        )
    )
    made()


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(element: etree._Element, times: int) -> None:
    parent = element.getparent()
    if parent is not None and len(etree.tostring(element)) < 20_000:
        for _ in range(times):
            parent.append(deepcopy(element))


def _move(element: etree._Element, other: etree._Element) -> None:
    if other is not element and element not in other.iterancestors() and other not in element.iterancestors():
        element.append(other)


def _nullify(element: etree._Element, flavor: str) -> None:
    element.attrib.clear()
    element.set("nullFlavor", flavor)


def _legal(text: str) -> str:
    return text if text.isprintable() else "?"


def campaign(documents: int, seed: int, say: Callable[[str], object], keep: Path) -> Counter[str]:
    """Read that many broken documents; return how many were shown, refused, and failed. Failures are kept."""
    lot = random.Random(seed)
    sources = seeds()
    counts: Counter[str] = Counter(read=0, refused=0, failed=0)
    for rank in range(documents):
        content = mutated(lot.choice(sources), lot)

        def read(content: bytes = content) -> str:
            try:
                PageCheck().check(read_document(content).html)
            except UnreadableDocument as refusal:
                counts[f"refused: {refusal.problem.value}"] += 1
                return "refused"
            return "read"

        outcome = attempt(f"document {rank}", read, say)
        counts[outcome] += 1
        if outcome == "failed":
            (keep / f"fuzz-{seed}-{rank}.xml").write_bytes(content)
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign; return 1 when something failed."""
    return run(campaign, "documents", __doc__, arguments)


if __name__ == "__main__":
    raise SystemExit(main())
