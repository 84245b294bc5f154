"""Finds what laboratories measured in a document, whoever wrote it.

A report is made of chapters; an entry of a chapter holds an act, and under it results, batteries of results
and isolates (a germ, its count, its antibiogram). A result repeats the earlier ones of the same analysis.
Everything that has a value is kept: without LOINC, without unit, without date, with a reference that leads
nowhere.

Reference: [CR-BIO] S.70, S.71, E.21, E.78, E.79, E.80; IHE PaLM XD-LAB; HL7 ObservationInterpretation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading.measures import bounds_of, measure_of
from demo_lgc.documents.reading.values import (
    H,
    by_tag,
    code_of,
    codes_of,
    denial,
    is_negated,
    templates_of,
    when,
)
from demo_lgc.documents.reading.wording import Narrative, line_of, name_of, words
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.results import Interpretation, LabResult, Measure, Point, Reference

Parts: TypeAlias = Mapping[str, list[Element]]

# Sections: laboratory speciality (S.70) and report item (S.71) of XD-LAB; results of a summary (S.244).
_CHAPTERS = frozenset(("1.3.6.1.4.1.19376.1.3.3.2.1", "1.3.6.1.4.1.19376.1.3.3.2.2"))
_SUMMARY = "1.2.250.1.213.1.1.2.244"
_REPORT = "1.3.6.1.4.1.19376.1.3.1"  # an entry of laboratory, in whatever section
_COMMENT = "1.3.6.1.4.1.19376.1.5.3.1.4.2"
_IMAGING = "18748-4"  # the one kind of results of a summary that no laboratory gives

_SECTION, _ENTRY = f"{H}section", f"{H}entry"
_ACT, _ORGANIZER, _OBSERVATION = f"{H}act", f"{H}organizer", f"{H}observation"
_RELATION, _COMPONENT = f"{H}entryRelationship", f"{H}component"
_CODE, _VALUE, _TITLE, _TEXT = f"{H}code", f"{H}value", f"{H}title", f"{H}text"
_TIME, _STATUS = f"{H}effectiveTime", f"{H}statusCode"
_INTERPRETATION, _RANGE = f"{H}interpretationCode", f"{H}referenceRange"
_OBSERVATION_RANGE = f"{H}observationRange"
_UNDONE = frozenset(("aborted", "cancelled"))
_LINKS = frozenset((_RELATION, _COMPONENT))
_SPECIMEN, _GERM = f"{H}specimen", f"{H}specimenRole/{H}specimenPlayingEntity"

# ObservationInterpretation 2.16.840.1.113883.5.83, and the table 0078 of HL7 v2 it comes from. What compares
# with a range, a threshold or what was hoped for is here. `<` and `>` are not: they say that the value is
# beyond what the device can count, which is often normal (a troponin). Neither are B, D, U, W, which compare
# with the last result. « I » of an antibiogram (susceptible at a high dose) is abnormal, so that nobody
# prescribes the usual dose for having seen nothing.
_MEANINGS = {
    **dict.fromkeys(("N", "NEG", "ND", "NR", "S", "MS", "VS", "SYN-S"), Interpretation.NORMAL),
    **dict.fromkeys(("L", "LU", "LX"), Interpretation.LOW),
    **dict.fromkeys(("H", "HU", "HX"), Interpretation.HIGH),
    **dict.fromkeys(("A", "EX", "POS", "DET", "RR", "WR", "IND", "E", "UNE", "CAR"), Interpretation.ABNORMAL),
    **dict.fromkeys(("R", "I", "NS", "SDD", "SYN-R"), Interpretation.ABNORMAL),
    "LL": Interpretation.CRITICAL_LOW,
    "HH": Interpretation.CRITICAL_HIGH,
    "AA": Interpretation.CRITICAL,
}
_INTERPRETATIONS = frozenset(("", "2.16.840.1.113883.5.83", "2.16.840.1.113883.12.78"))
# Of several codes, the gravest; of two as grave, the one that says in which direction.
_GRAVITY = (
    Interpretation.NORMAL,
    Interpretation.ABNORMAL,
    Interpretation.LOW,
    Interpretation.HIGH,
    Interpretation.CRITICAL,
    Interpretation.CRITICAL_LOW,
    Interpretation.CRITICAL_HIGH,
)


def lab_results(
    root: Element, anchors: Mapping[Element, str], narrative: Narrative | None = None
) -> tuple[LabResult, ...]:
    """Return the results of a document in its order; `anchors` names sections in the HTML, and may be empty.

    `narrative` is that of the document, when it has already been made.

    An observation without value is a result when it says something all the same: how a germ answers to an
    antibiotic, or that the analysis was not done. A comment is kept with its result; those of a battery or a
    chapter are read in the narrative.
    """
    narrative = narrative or Narrative(root)
    titles: dict[Element, str] = {}
    found: list[LabResult] = []
    for section in root.iter(_SECTION):
        entries = tuple(_biology(section))
        if entries:
            finder = _Finder(narrative, anchors.get(section, ""), found)
            path = _path(section, titles)
            for entry in entries:
                finder.walk(entry, path)
    return tuple(found)


def _biology(section: Element) -> Iterator[Element]:
    entries = section.findall(_ENTRY)
    if not entries:
        return
    templates = templates_of(section)
    for entry in entries:
        code = entry.find(f"{_ORGANIZER}/{_CODE}") if _SUMMARY in templates else None
        if (
            templates & _CHAPTERS
            or (_SUMMARY in templates and (code is None or code.get("code") != _IMAGING))
            or _REPORT in templates_of(entry)
        ):
            yield entry


def _path(section: Element, titles: dict[Element, str]) -> tuple[str, ...]:
    """Return the titles of a section and of those around it; each is read once, into `titles`."""
    above = [section, *section.iterancestors(_SECTION)]
    for each in above:
        if each not in titles:
            code = code_of(each.find(_CODE))
            titles[each] = line_of(each.find(_TITLE)) or (code.label if code else "")
    return tuple(titles[each] for each in reversed(above) if titles[each])


class _Finder:
    """Walks down the entries of one section."""

    def __init__(self, narrative: Narrative, anchor: str, found: list[LabResult]) -> None:
        self._narrative = narrative
        self._anchor = anchor
        self._found = found

    def walk(self, node: Element, path: tuple[str, ...], status: str = "completed") -> None:
        """Find the results under a node; `status` is that of the act around those that tell none."""
        for child in node:
            tag = child.tag
            if tag in _LINKS:
                self.walk(child, path, status)
            elif tag == _ACT:
                self.walk(child, path, _status(child.find(_STATUS)) or status)
            elif tag == _ORGANIZER:
                own = _status(child.find(_STATUS)) or status
                self.walk(child, (*path, *self._battery(child)), own)
            elif tag == _OBSERVATION:
                parts = by_tag(child)
                own = _status(_first(parts, _STATUS)) or status
                if _VALUE in parts or _INTERPRETATION in parts or own in _UNDONE:
                    self._found.append(self._result(child, parts, path, own))
                for relation in parts.get(_RELATION, ()):
                    if relation.get("typeCode") != "REFR":  # an earlier result is not another one
                        self.walk(relation, path, own)

    def _battery(self, organizer: Element) -> Iterator[str]:
        """Yield the name of a battery, or of the germ of an isolate."""
        name = name_of(organizer.find(_CODE), self._narrative)
        if name:
            yield name
        specimen = organizer.find(_SPECIMEN)
        germ = None if specimen is None else specimen.find(_GERM)
        if germ is not None:
            called = name_of(germ.find(_CODE), self._narrative) or line_of(germ.find(f"{H}name"))
            if called:
                yield called

    def _result(self, observation: Element, parts: Parts, path: tuple[str, ...], status: str) -> LabResult:
        code = _first(parts, _CODE)
        interpretations = parts.get(_INTERPRETATION, ())
        relations = parts.get(_RELATION, ())
        return LabResult(
            name=name_of(code, self._narrative),
            code=_analysis(code),
            measures=self._measures(observation, parts) or tuple(self._words(interpretations)),
            time=when(_first(parts, _TIME)),
            status=status,
            interpretation=_meaning(interpretations),
            interpretation_codes=tuple(found for each in interpretations if (found := each.get("code"))),
            references=tuple(
                self._reference(by_tag(each))
                for between in parts.get(_RANGE, ())
                for each in between
                if each.tag == _OBSERVATION_RANGE
            ),
            previous=tuple(self._previous(relations)),
            comments=tuple(self._comments(relations)),
            path=path,
            anchor=self._anchor,
        )

    def _measures(self, observation: Element, parts: Parts) -> tuple[Measure, ...]:
        found = [measure_of(value, self._narrative) for value in parts.get(_VALUE, ())]
        if is_negated(observation):
            # Words alone: what was not found is no number, no code, and no point of a curve.
            found = [Measure(denial(f"{each.text} {each.unit}".strip())) for each in found]
        return tuple(found)

    def _words(self, interpretations: Iterable[Element]) -> Iterator[Measure]:
        """What the interpretation says in words, where it stands for a value: « Résistant »."""
        said = (name_of(each, self._narrative) for each in interpretations)
        return (Measure(text) for text in said if text)

    def _reference(self, parts: Parts) -> Reference:
        meaning = _meaning(parts.get(_INTERPRETATION, ()))
        said = words(_first(parts, _TEXT), self._narrative)
        value = _first(parts, _VALUE)
        if value is None:
            return Reference(text=said, interpretation=meaning)
        bounds = bounds_of(value)
        if bounds is not None:
            return Reference(bounds.low, bounds.high, bounds.unit, said, meaning)
        measure = measure_of(value, self._narrative)
        text = said or f"{measure.text} {measure.unit}".strip()
        return Reference(unit=measure.unit, text=text, interpretation=meaning)

    def _previous(self, relations: Iterable[Element]) -> Iterator[Point]:
        for relation in relations:
            if relation.get("typeCode") == "REFR":
                for earlier in relation:
                    if earlier.tag == _OBSERVATION:
                        parts = by_tag(earlier)
                        yield Point(when(_first(parts, _TIME)), self._measures(earlier, parts))

    def _comments(self, relations: Iterable[Element]) -> Iterator[str]:
        for relation in relations:
            for act in relation:
                if act.tag == _ACT and _COMMENT in templates_of(act):
                    comment = words(act.find(_TEXT), self._narrative)
                    if comment:
                        yield comment


def _first(parts: Parts, tag: str) -> Element | None:
    found = parts.get(tag)
    return found[0] if found else None


def _status(element: Element | None) -> str:
    return "" if element is None else element.get("code", "").strip()


def _analysis(element: Element | None) -> Code | None:
    """Return the LOINC code, else the first one: the laboratory's own."""
    code = code_of(element)
    if code is not None and code.system == oids.LOINC:
        return code
    found = tuple(codes_of(element))
    return next((code for code in found if code.system == oids.LOINC), found[0] if found else None)


def _meaning(codes: Iterable[Element]) -> Interpretation | None:
    meanings = [
        _MEANINGS[code.code]
        for element in codes
        for code in codes_of(element)
        if code.system in _INTERPRETATIONS and code.code in _MEANINGS
    ]
    return max(meanings, key=_GRAVITY.index, default=None)
