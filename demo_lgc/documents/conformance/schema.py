"""Read an ISO Schematron: its includes brought in, its abstract patterns filled, its phase chosen.

What comes out is small and plain: patterns of rules, in the order of the files, ready to be compiled.

Reference: [SCHEMATRON] ISO/IEC 19757-3:2016 §5 (core elements), §6 (abstract patterns and rules).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from demo_lgc.documents.conformance.xpath import substituted
from demo_lgc.documents.hl7 import Element

ISO = "http://purl.oclc.org/dsdl/schematron"
MAX_INCLUDES = 40  # one inside the other: the real ones stop at three
_SOFT = frozenset({"warning", "warn", "info", "information", "hint"})

Load = Callable[[str, str], tuple[str, Element]]


class SchematronError(ValueError):
    """A schematron that is not one, or that uses what we do not know. The message names no document."""


@dataclass(frozen=True)
class Let:
    """A named expression."""

    name: str
    value: str


@dataclass(frozen=True)
class Extends:
    """The place where a rule takes over the content of an abstract one."""

    rule: str


@dataclass(frozen=True)
class Assertion:
    """What must be true (an assert), or must not be (a report), and the words for when it is not so.

    `words` alternates texts and expressions: even places are texts, odd ones XPath.
    """

    test: str
    is_report: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """What must hold for the nodes of a context; in a pattern a node meets the first of its rules alone."""

    context: str
    content: tuple[Let | Extends | Assertion, ...]


@dataclass(frozen=True)
class Pattern:
    """Rules that are tried together, and their common variables."""

    lets: tuple[Let, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Schema:
    """A schematron, ready to be compiled."""

    namespaces: dict[str, str]
    lets: tuple[Let, ...]
    patterns: tuple[Pattern, ...]
    abstract_rules: dict[str, Rule] = field(default_factory=dict)


def read_schema(path: str, load: Load, phase: str | None = None) -> Schema:
    """Return the schematron at `path`; `load(path, base)` finds a file and returns its own path and its root.

    `phase` is that of the schema itself when None; `#ALL` takes every pattern. Asserts of role warning or
    information are left out: they refuse nothing. Raises SchematronError, and what `load` raises.
    """
    path, root = load(path, "")
    if root.tag != _tag("schema"):
        raise SchematronError("not a schematron")
    _include(root, path, load, 0)
    _fill_abstract_patterns(root)
    phase = phase or root.get("defaultPhase") or "#ALL"
    active = None if phase == "#ALL" else _active(root, phase)
    patterns = [p for p in root.iter(_tag("pattern")) if active is None or p.get("id") in active]
    abstract = [r for r in root.iter(_tag("rule")) if r.get("abstract") == "true"]
    return Schema(
        namespaces=_namespaces(root),
        lets=(*_lets(root), *(let for p in _phases(root, phase) for let in _lets(p))),
        patterns=tuple(Pattern(tuple(_lets(p)), tuple(_rules(p))) for p in patterns),
        abstract_rules={_needed(r, "id"): Rule("", tuple(_content(r))) for r in abstract},
    )


def _tag(name: str) -> str:
    return f"{{{ISO}}}{name}"


def _needed(element: Element, attribute: str) -> str:
    value = element.get(attribute)
    if value is None:
        raise SchematronError(f"{etree.QName(element).localname} without {attribute}")
    return value


def _include(element: Element, path: str, load: Load, depth: int) -> None:
    if depth > MAX_INCLUDES:
        raise SchematronError("includes without end")
    for place in list(element.iter(_tag("include"))):
        where, included = load(_needed(place, "href"), path)
        _include(included, where, load, depth + 1)
        parent = place.getparent()
        if parent is not None:
            included.tail = place.tail
            parent.replace(place, included)


def _fill_abstract_patterns(root: Element) -> None:
    abstract = {p.get("id"): p for p in root.iter(_tag("pattern")) if p.get("abstract") == "true"}
    for pattern in list(root.iter(_tag("pattern"))):
        if pattern.get("is-a") is None:
            continue
        model = abstract.get(pattern.get("is-a"))
        if model is None:
            raise SchematronError("a pattern is of an unknown abstract one")
        values = {
            _needed(p, "name").lstrip("$"): _needed(p, "value")
            for owner in (model, pattern)  # those of the pattern prevail over the defaults of its model
            for p in owner.iterfind(_tag("param"))
        }
        for child in [*pattern]:
            pattern.remove(child)
        pattern.extend(_filled(child, values) for child in model)
    for model in abstract.values():
        parent = model.getparent()
        if parent is not None:
            parent.remove(model)


def _filled(element: Element, values: dict[str, str]) -> Element:
    made: Element = etree.fromstring(etree.tostring(element, with_tail=False))
    for inside in made.iter(etree.Element):
        for name in ("context", "test", "select", "value", "path"):
            if (expression := inside.get(name)) is not None:
                inside.set(name, substituted(expression, values))
    return made


def _phases(root: Element, phase: str) -> list[Element]:
    return [p for p in root.iterfind(_tag("phase")) if p.get("id") == phase]


def _active(root: Element, phase: str) -> set[str]:
    chosen = _phases(root, phase)
    if not chosen:
        raise SchematronError("unknown phase")
    return {_needed(a, "pattern") for p in chosen for a in p.iterfind(_tag("active"))}


def _namespaces(root: Element) -> dict[str, str]:
    known = {_needed(n, "prefix"): _needed(n, "uri") for n in root.iter(_tag("ns"))}
    for element in root.iter(etree.Element):
        for prefix, uri in element.nsmap.items():  # files included count on their own declarations
            if prefix and uri != ISO:
                known.setdefault(prefix, uri)
    known.pop("xml", None)
    return known


def _lets(element: Element) -> Iterator[Let]:
    for let in element.iterfind(_tag("let")):
        yield Let(_needed(let, "name"), _needed(let, "value"))


def _rules(pattern: Element) -> Iterator[Rule]:
    for rule in pattern.iterfind(_tag("rule")):
        if rule.get("abstract") != "true":
            yield Rule(_needed(rule, "context"), tuple(_content(rule)))


def _content(rule: Element) -> Iterator[Let | Extends | Assertion]:
    for child in rule.iterchildren(etree.Element):
        if child.tag == _tag("let"):
            yield Let(_needed(child, "name"), _needed(child, "value"))
        elif child.tag == _tag("extends"):
            yield Extends(_needed(child, "rule"))
        elif child.tag in (_tag("assert"), _tag("report")) and child.get("role", "") not in _SOFT:
            yield Assertion(_needed(child, "test"), child.tag == _tag("report"), tuple(_words(child)))


def _words(assertion: Element) -> Iterator[str]:
    """Texts and expressions by turns, beginning and ending with a text."""
    text = assertion.text or ""
    for child in assertion.iterdescendants(etree.Element):
        expression = None
        if child.tag == _tag("value-of"):
            expression = _needed(child, "select")
        elif child.tag == _tag("name"):
            expression = f"name({child.get('path') or '.'})"
        if expression is not None:
            yield text
            yield expression
            text = child.tail or ""
        else:
            text += f" {child.text or ''} {child.tail or ''}"
    yield re.sub(r"\s+", " ", text)
