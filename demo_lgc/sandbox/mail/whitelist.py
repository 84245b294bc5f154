"""The white list of the trust space, as the real one is published. Reference: [MSS] §1.6."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

NAMESPACE = "https://listeblanche.mssante.fr/schema"


def write_white_list(path: Path, domains: Iterable[str], generated_at: datetime) -> None:
    """Write the list of `domains`, one `Domaine` each, dated `generated_at`."""
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.Element(f"{{{NAMESPACE}}}ListeBlanche")
    _text(root, "DateDeGeneration", generated_at.isoformat(timespec="seconds"))
    for name in domains:
        domain = ElementTree.SubElement(root, f"{{{NAMESPACE}}}Domaine")
        _text(domain, "Nom", name)
        _text(domain, "Description", "Domaine fictif de démonstration")
        _text(domain, "DateMAJ", generated_at.isoformat(timespec="seconds"))
    path.write_bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _text(parent: ElementTree.Element, name: str, value: str) -> None:
    ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = value
