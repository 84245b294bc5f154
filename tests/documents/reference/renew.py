"""Write the reference document anew: `python -m tests.documents.reference.renew`, then read the diff."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from demo_lgc.documents.cda.writer import write_vsm
from tests.factory import TINY_PDF, a_full_vsm, a_header

REFERENCE = Path(__file__).with_name("vsm_chemin.xml")


def canonical(document: bytes) -> bytes:
    """Return the canonical form, indented: two documents that say the same are equal, and a diff is short."""
    root = etree.fromstring(document, etree.XMLParser(remove_blank_text=True))
    etree.indent(root)
    return etree.tostring(root, method="c14n2") + b"\n"


if __name__ == "__main__":
    REFERENCE.write_bytes(canonical(write_vsm(a_full_vsm(), a_header(), TINY_PDF)))
