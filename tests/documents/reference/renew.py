"""Write the reference documents anew: `python -m tests.documents.reference.renew`, then read the diff."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from demo_lgc.documents.cda.enclosed import write_enclosed
from demo_lgc.documents.cda.writer import write_vsm
from tests.documents.letters import PAGES, ROBERT, a_letter_header
from tests.factory import TINY_PDF, a_full_vsm, a_header

REFERENCE = Path(__file__).with_name("vsm_chemin.xml")
ENCLOSED = Path(__file__).with_name("enclosed")  # a document of each kind, named as in `PAGES`


def canonical(document: bytes) -> bytes:
    """Return the canonical form, indented: two documents that say the same are equal, and a diff is short."""
    root = etree.fromstring(document, etree.XMLParser(remove_blank_text=True))
    etree.indent(root)
    return etree.tostring(root, method="c14n2") + b"\n"


def enclosed(name: str) -> bytes:
    """Return the document of level 1 of a kind: its page is a constant, its header that of the factory."""
    kind, _ = PAGES[name]
    return write_enclosed(a_letter_header(kind, recipients=(ROBERT,)), TINY_PDF)


if __name__ == "__main__":
    ENCLOSED.mkdir(exist_ok=True)
    for name in PAGES:
        (ENCLOSED / f"{name}.xml").write_bytes(canonical(enclosed(name)))
    REFERENCE.write_bytes(canonical(write_vsm(a_full_vsm(), a_header(), TINY_PDF)))
