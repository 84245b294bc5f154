"""Reads a ProvideAndRegisterDocumentSetRequest into registry objects, holding it to the schema's order.

Reference: [ITI-41]; ebRIM 3.0; [DMP] §8.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from demo_lgc.sandbox.dmp import mtom
from demo_lgc.sandbox.dmp.names import ASSOCIATION_OBJECT, LCM, RIM, XDSB, children, local
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal, SoapFault, repository_metadata

_ORDER = ("Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier")
_SINGLE = ("Name", "Description", "VersionInfo")


@dataclass(frozen=True)
class Classification:
    """A rim:Classification. `slots` by name; `name` is the display name; `node` a classificationNode."""

    scheme: str
    node: str
    code: str
    name: str
    slots: Mapping[str, tuple[str, ...]]

    @property
    def coding_scheme(self) -> str:
        """The codingScheme slot; empty when absent."""
        return (self.slots.get("codingScheme") or ("",))[0]


@dataclass(frozen=True)
class RegistryObject:
    """A RegistryPackage or an ExtrinsicObject."""

    element: etree._Element = field(repr=False)
    id: str
    slots: Mapping[str, tuple[str, ...]] = field(repr=False)
    title: str = field(repr=False)
    classifications: tuple[Classification, ...] = field(repr=False)
    identifiers: Mapping[str, str] = field(repr=False)

    def slot(self, name: str) -> str:
        """The only value of a slot. Raises RegistryRefusal when absent, empty or repeated."""
        values = self.slots.get(name, ())
        if len(values) != 1 or not values[0]:
            raise repository_metadata(f"{self.id}: Slot {name}")
        return values[0]

    def under(self, scheme: str) -> list[Classification]:
        """The classifications of a scheme, in order."""
        return [c for c in self.classifications if c.scheme == scheme]

    def code(self, scheme: str, name: str) -> Classification:
        """The only classification of a scheme. Raises RegistryRefusal."""
        found = self.under(scheme)
        if len(found) != 1:
            raise repository_metadata(f"{self.id}: {name}")
        return found[0]

    def identifier(self, scheme: str, name: str) -> str:
        """The value of an ExternalIdentifier. Raises RegistryRefusal."""
        if scheme not in self.identifiers:
            raise repository_metadata(f"{self.id}: {name}")
        return self.identifiers[scheme]


@dataclass(frozen=True)
class Association:
    """A rim:Association."""

    kind: str
    source: str
    target: str
    slots: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Submission:
    """What one TD2.1 carries; `contents` by the id of the ExtrinsicObject."""

    package: RegistryObject
    entries: tuple[RegistryObject, ...]
    associations: tuple[Association, ...]
    nodes: tuple[tuple[str, str], ...]  # (classifiedObject, classificationNode)
    contents: Mapping[str, bytes] = field(repr=False)


def read_submission(payload: etree._Element, attachments: Mapping[str, bytes]) -> Submission:
    """Read the body of TD2.1. Raises SoapFault (schema, MTOM) or RegistryRefusal (metadata)."""
    parts = children(payload)
    tags = [part.tag for part in parts]
    if not tags or tags[0] != f"{{{LCM}}}SubmitObjectsRequest" or set(tags[1:]) - {f"{{{XDSB}}}Document"}:
        raise SoapFault("Unmarshalling Error: ProvideAndRegisterDocumentSetRequest")
    lists = parts[0].findall(f"{{{RIM}}}RegistryObjectList")
    if len(lists) != 1:
        raise SoapFault("Unmarshalling Error: RegistryObjectList")
    contents: dict[str, bytes] = {}
    for document in parts[1:]:
        identifier = document.get("id", "")
        if not identifier or identifier in contents:
            raise repository_metadata("Document/@id absent ou répété")
        contents[identifier] = mtom.included(document, attachments)
    objects = children(lists[0])
    _known_kinds(objects)
    packages = [_object(o) for o in objects if local(o) == "RegistryPackage"]
    entries = tuple(_object(o) for o in objects if local(o) == "ExtrinsicObject")
    if len(packages) != 1:
        raise repository_metadata("un seul SubmissionSet est attendu")
    _same_ids(packages[0], entries, contents)
    nodes = [
        (o.get("classifiedObject", ""), o.get("classificationNode", ""))
        for o in objects
        if local(o) == "Classification"
    ]
    nodes += [(packages[0].id, c.node) for c in packages[0].classifications if c.node]
    associations = tuple(_association(o) for o in objects if local(o) == "Association")
    return Submission(packages[0], entries, associations, tuple(nodes), contents)


def _known_kinds(objects: list[etree._Element]) -> None:
    for element in objects:
        kind = local(element)
        if etree.QName(element).namespace != RIM:
            raise SoapFault("Unmarshalling Error: RegistryObjectList")
        if kind not in ("RegistryPackage", "ExtrinsicObject", "Association", "Classification"):
            raise repository_metadata(f"rim:{kind} n'est pas attendu")
        if not element.get("id"):
            raise repository_metadata(f"rim:{kind} sans id")


def _same_ids(
    package: RegistryObject, entries: tuple[RegistryObject, ...], contents: Mapping[str, bytes]
) -> None:
    ids = [package.id, *(entry.id for entry in entries)]
    if len(ids) != len(set(ids)):
        raise repository_metadata("deux objets ont le même id")
    for entry in entries:
        if entry.id not in contents:
            raise RegistryRefusal("XDSMissingDocument", f"Document absent pour {entry.id}")
    for identifier in contents:
        if identifier not in ids[1:]:
            raise RegistryRefusal("XDSMissingDocumentMetadata", f"métadonnées absentes pour {identifier}")


def _object(element: etree._Element) -> RegistryObject:
    identifier = element.get("id", "")
    if ":" in identifier and not re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identifier
    ):
        raise repository_metadata("id d'objet ni symbolique ni urn:uuid")
    inside = _ordered(element)
    identifiers: dict[str, str] = {}
    for external in inside["ExternalIdentifier"]:
        scheme = external.get("identificationScheme", "")
        _names(external, "registryObject", identifier)
        _ordered(external)
        if not scheme or scheme in identifiers or not external.get("value"):
            raise repository_metadata(f"{identifier}: ExternalIdentifier")
        if not external.findall(f"{{{RIM}}}Name"):
            raise repository_metadata(f"{identifier}: ExternalIdentifier sans Name")
        identifiers[scheme] = external.get("value", "")
    classifications = [_classification(c, identifier) for c in inside["Classification"]]
    return RegistryObject(
        element,
        identifier,
        _slots(inside["Slot"]),
        _label(inside["Name"]),
        tuple(classifications),
        identifiers,
    )


def _classification(element: etree._Element, owner: str) -> Classification:
    _names(element, "classifiedObject", owner)
    inside = _ordered(element)
    scheme, node = element.get("classificationScheme", ""), element.get("classificationNode", "")
    if bool(scheme) == bool(node) or (scheme and element.get("nodeRepresentation") is None):
        raise repository_metadata(f"{owner}: Classification")
    slots = _slots(inside["Slot"])
    return Classification(scheme, node, element.get("nodeRepresentation", ""), _label(inside["Name"]), slots)


def _association(element: etree._Element) -> Association:
    inside = _ordered(element)
    if element.get("objectType", ASSOCIATION_OBJECT) != ASSOCIATION_OBJECT:
        raise repository_metadata("Association/@objectType")
    ends = [element.get(name, "") for name in ("associationType", "sourceObject", "targetObject")]
    if not all(ends):
        raise repository_metadata("Association incomplète")
    return Association(ends[0], ends[1], ends[2], _slots(inside["Slot"]))


def _names(element: etree._Element, attribute: str, owner: str) -> None:
    if not element.get("id") or element.get(attribute) != owner:
        raise repository_metadata(f"{owner}: {local(element)}/@id ou @{attribute}")


def _ordered(element: etree._Element) -> dict[str, list[etree._Element]]:
    inside: dict[str, list[etree._Element]] = {name: [] for name in _ORDER}
    position = 0
    for child in children(element):
        name = local(child)
        if etree.QName(child).namespace != RIM or name not in _ORDER or _ORDER.index(name) < position:
            raise SoapFault(f"Unmarshalling Error: {local(element)}, {name}")
        position = _ORDER.index(name)
        inside[name].append(child)
    if any(len(inside[name]) > 1 for name in _SINGLE):
        raise SoapFault(f"Unmarshalling Error: {local(element)}")
    return inside


def _slots(elements: list[etree._Element]) -> dict[str, tuple[str, ...]]:
    slots: dict[str, tuple[str, ...]] = {}
    for element in elements:
        name, lists = element.get("name", ""), children(element)
        if not name or name in slots or [local(c) for c in lists] != ["ValueList"]:
            raise repository_metadata(f"Slot {name}")
        values = tuple((value.text or "").strip() for value in lists[0].findall(f"{{{RIM}}}Value"))
        if any(len(value) > 256 for value in values):  # LongName of rim.xsd
            raise repository_metadata(f"Slot {name} : valeur trop longue")
        slots[name] = values
    return slots


def _label(elements: list[etree._Element]) -> str:
    strings = elements[0].findall(f"{{{RIM}}}LocalizedString") if elements else []
    return strings[0].get("value", "") if strings else ""
