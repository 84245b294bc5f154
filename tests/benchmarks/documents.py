"""Documents: to write, to read and to render them, against what lxml and Qt take for the bare work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from demo_lgc.documents.cda.writer import write_vsm
from demo_lgc.documents.reading.parsing import parse
from demo_lgc.documents.reading.results import lab_results
from tests.benchmarks.ruler import Figure, compare
from tests.factory import TINY_PDF, a_full_vsm, a_header
from tests.judging import conformance_data

Flat = tuple[str, dict[str, str], str | None, str | None, tuple[Any, ...]]


def figures(rounds: int = 30) -> Iterator[Figure]:
    """Yield the figures of this room. Those of official examples need the conformance data."""
    data = conformance_data() / "cda"
    schema = etree.XMLSchema(etree.parse(data / "infrastructure" / "cda" / "CDA_extended.xsd"))
    yield writing(schema, rounds)
    for path in sorted((data / "ExemplesCDA").glob("BIO-CR-BIO*.xml")):
        yield reading(path.name, path.read_bytes(), rounds)


def writing(schema: etree.XMLSchema, rounds: int) -> Figure:
    """VSM data to bytes and XSD."""
    vsm, header = a_full_vsm(), a_header()
    model = _flat(etree.fromstring(write_vsm(vsm, header, TINY_PDF)))

    def ours() -> None:
        schema.assertValid(etree.fromstring(write_vsm(vsm, header, TINY_PDF)))

    def floor() -> None:
        written = etree.tostring(_built(model, None), encoding="UTF-8", xml_declaration=True)
        schema.assertValid(etree.fromstring(written))

    return compare(
        "VSM data to bytes, and XSD",
        ours,
        "the same tree by SubElement, and XSD",
        floor,
        goal=1.5,
        rounds=rounds,
    )


def reading(name: str, content: bytes, rounds: int) -> Figure:
    """The results of a biology report."""

    def ours() -> None:
        root = parse(content).root
        lab_results(root, {})

    return compare(
        f"results of {name}", ours, "lxml parse", lambda: etree.fromstring(content), goal=3, rounds=rounds
    )


def _flat(element: etree._Element) -> Flat:
    children = tuple(_flat(child) for child in element)
    return str(element.tag), dict(element.attrib), element.text, element.tail, children


def _built(model: Flat, parent: etree._Element | None) -> etree._Element:
    tag, attributes, text, tail, children = model
    if parent is None:
        namespaces: Any = {None: "urn:hl7-org:v3", "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
        made = etree.Element(tag, attributes, namespaces)
    else:
        made = etree.SubElement(parent, tag, attributes)
    made.text, made.tail = text, tail
    for child in children:
        _built(child, made)
    return made
