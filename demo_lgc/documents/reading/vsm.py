"""The synthesis that a document holds: ours, anybody's of any year, or its sections in another document.

Rubrics come from entries; an absence comes from its code, from a denial, or from the very sentence that we
write where no code exists. A section that is only text stays text: it is read on the screen, for sentences
are not facts.

Reference: [VSM] 1.4 and 2023.01; sections met in [CISIS-MIN] volets (LDL-EES, DLU, IPS-FR…).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice
from typing import TypeAlias, TypeVar

from demo_lgc.documents import narrative as ours
from demo_lgc.documents.cda import sections as written
from demo_lgc.documents.cda.writer import VSM_2023
from demo_lgc.documents.hl7 import Element
from demo_lgc.documents.reading import vsm_entries as entries
from demo_lgc.documents.reading import vsm_figures as figures
from demo_lgc.documents.reading.values import H, templates_of
from demo_lgc.documents.reading.vsm_statements import TEXT, Around, lines_of, statements
from demo_lgc.documents.reading.wording import Narrative, line_of
from demo_lgc.domain.vsm import Absence, Rubric, Vsm

T = TypeVar("T")
Read: TypeAlias = Callable[[Element, Around | None, Narrative], T | Absence]

PROBLEMS, PAST, ACTS, ALLERGIES = "problems", "medical_history", "procedures", "allergies"
TREATMENTS, HABITS, FAMILY = "treatments", "lifestyle", "family_history"
WORK, VIGILANCE, AROUND = "occupational_risks", "vigilance", "around"

_KINDS = (
    (written.PROBLEMS, PROBLEMS),
    (written.PAST, PAST),
    (written.ACTS, ACTS),
    (written.ALLERGIES, ALLERGIES),
    (written.TREATMENTS, TREATMENTS),
    (written.HABITS, HABITS),
    (written.FAMILY, FAMILY),
    (written.WORK, WORK),
    (written.SUMMARY, AROUND),
    (written.HISTORY, AROUND),
    (written.RISKS, AROUND),
    (written.LONG_TERM, AROUND),
)
_TEMPLATES = {kind.templates[-1]: rubric for kind, rubric in _KINDS}
_CODES = {
    **{kind.code: rubric for kind, rubric in _KINDS},
    "42346-7": TREATMENTS,  # at the entry into a hospital
    "10183-2": TREATMENTS,  # at discharge
    "44944-7": VIGILANCE,  # of an IPS
}

# In a rubric: beyond this it is no synthesis, and its words are still on the screen.
MAX_STATEMENTS = 5_000

# What we write where there is nothing and no code says so.
_NOTHING = Vsm(*(Absence.NONE_KNOWN,) * 7)
_CHAPTERS = {
    PROBLEMS: ours.problems(_NOTHING),
    PAST: ours.medical_history(_NOTHING),
    ACTS: ours.procedures(_NOTHING),
    ALLERGIES: ours.allergies(_NOTHING),
    TREATMENTS: ours.treatments(_NOTHING),
    HABITS: ours.lifestyle(_NOTHING),
    FAMILY: ours.family_history(_NOTHING),
}


def vsm_of(root: Element, narrative: Narrative | None = None) -> Vsm | None:
    """Return the synthesis that a `ClinicalDocument` holds; None when it says nothing of one.

    `narrative` is that of the document, when it has already been made.
    """
    found: dict[str, list[Element]] = {}
    for section in root.iter(f"{H}section"):
        found.setdefault(_rubric_of(section), []).append(section)
    vsm = _read(found, narrative or Narrative(root))
    is_vsm = VSM_2023.template in templates_of(root)
    return vsm if is_vsm or vsm != Vsm() else None


def _rubric_of(section: Element) -> str:
    code = section.find(f"{H}code")
    rubric = "" if code is None else _CODES.get(code.get("code", "").strip(), "")
    # « Points de vigilance » borrows the code of results of examinations: only its title tells.
    if "vigilance" in line_of(section.find(f"{H}title")).casefold():
        return VIGILANCE
    return rubric or next((_TEMPLATES[root] for root in templates_of(section) if root in _TEMPLATES), "")


def _read(found: dict[str, list[Element]], narrative: Narrative) -> Vsm:
    def rubric(name: str, tag: str, read: Read[T]) -> Rubric[T]:
        return _rubric(found.get(name, ()), tag, read, narrative)

    vsm = Vsm(
        rubric(PROBLEMS, "observation", entries.problem),
        rubric(PAST, "observation", entries.problem),
        rubric(ACTS, "procedure", entries.procedure),
        rubric(ALLERGIES, "observation", entries.allergy),
        rubric(TREATMENTS, "substanceAdministration", figures.treatment),
        rubric(HABITS, "observation", figures.habit),
        rubric(FAMILY, "observation", entries.family),
        "\n".join(_lines(found.get(WORK, ()))),
        tuple(line for line in _lines(found.get(VIGILANCE, ())) if not _means_none(line)),
    )
    lines = {name: {_plain(line) for line in _lines(found.get(name, ()))} for name in (AROUND, *_CHAPTERS)}
    unsaid = {
        name: Absence.NONE_KNOWN
        for name in _CHAPTERS
        if getattr(vsm, name) is Absence.NOT_ASKED and _says_none(name, lines)
    }
    return replace(vsm, **unsaid)  # type: ignore[arg-type]  # the names are those of the seven rubrics


def _says_none(name: str, lines: Mapping[str, AbstractSet[str]]) -> bool:
    """Tell whether the text says that there is nothing: all of its own section, else a line elsewhere."""
    sentence, statement = _plain(_CHAPTERS[name].sentence), _plain(_CHAPTERS[name].statement)
    if lines[name]:
        return lines[name] <= {sentence, statement}
    # « Rien à signaler » is of the section it stands in, and of no other.
    clear = {statement} if name == HABITS else {sentence, statement}
    return any(clear & said for said in lines.values())


def _rubric(sections: Iterable[Element], tag: str, read: Read[T], narrative: Narrative) -> Rubric[T]:
    items: list[T] = []
    absence = Absence.NOT_ASKED
    found = (
        one
        for section in sections
        for entry in section.iterchildren(f"{H}entry")
        for one in statements(entry, tag)
    )
    for statement, around in islice(found, MAX_STATEMENTS):
        item = read(statement, around, narrative)
        if not isinstance(item, Absence):
            items.append(item)
        elif item is Absence.NONE_KNOWN:
            absence = item
    return tuple(items) or absence


def _lines(sections: Iterable[Element]) -> list[str]:
    return [line for section in sections for line in lines_of(section.find(TEXT))]


def _means_none(line: str) -> bool:
    return _plain(line) == _plain(ours.vigilance(_NOTHING).sentence)


def _plain(line: str) -> str:
    """Return a sentence without what people write in their own way: its end and its apostrophes."""
    return line.rstrip(" .").replace("’", "'").casefold()
