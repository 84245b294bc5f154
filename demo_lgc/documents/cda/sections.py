"""The body of a VSM: its sections, in the order of the volet.

A rubric without entry says why. Where a coded absence exists (problems, acts, allergies, treatments) the
section holds it; for the others, whose sections must hold entries, the sentence stands in the text of the
parent section.

Reference: [VSM] 2023.01 sections S.29 to S.32, S.150, S.243.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from demo_lgc.documents import narrative
from demo_lgc.documents.cda.allergies import allergy_entry, no_allergy_entry
from demo_lgc.documents.cda.copy import pdf_copy
from demo_lgc.documents.cda.ns import Ids, Node, coded, element, templates
from demo_lgc.documents.cda.problems import no_problem_entry, problem_entry
from demo_lgc.documents.cda.procedures import no_procedure_entry, procedure_entry
from demo_lgc.documents.cda.reasons import Known, reason
from demo_lgc.documents.cda.risks import family_entry, habit_entry
from demo_lgc.documents.cda.text import paragraph, text_of
from demo_lgc.documents.cda.treatments import no_treatment_entry, treatment_entry
from demo_lgc.documents.narrative import Chapter
from demo_lgc.domain import oids
from demo_lgc.domain.codes import Code
from demo_lgc.domain.vsm import Absence, Rubric, Treatment, Vsm, entries


@dataclass(frozen=True)
class Kind:
    """What identifies a section: its templates, its LOINC code and the name of that code."""

    templates: tuple[str, ...]
    code: str
    name: str


_ANS = "1.2.250.1.213.1.1.2."
_PCC = "1.3.6.1.4.1.19376.1.5.3.1."
_CCD = "2.16.840.1.113883.10.20.1."

SUMMARY = Kind((_ANS + "29",), "46612-8", "Conclusions de synthèse")
HISTORY = Kind((_ANS + "30",), "34117-2", "Historique et physique")
PROBLEMS = Kind((_CCD + "11", _PCC + "3.6", _ANS + "132"), "11450-4", "Liste des problèmes actifs")
PAST = Kind((_PCC + "3.8", _ANS + "134"), "11348-0", "Antécédents médicaux")
ACTS = Kind((_CCD + "12", _PCC + "3.11", _PCC + "3.12", _ANS + "136"), "47519-4", "Historique des actes")
ALLERGIES = Kind((_CCD + "2", _PCC + "3.13", _ANS + "137"), "48765-2", "Allergies et hypersensibilités")
RISKS = Kind(
    (_ANS + "31",),
    "57207-3",
    "Facteurs de risque présents ou passés affectant l'état de santé et/ou une circonstance",
)
HABITS = Kind((_CCD + "15", _PCC + "3.16", _PCC + "3.16.1", _ANS + "141"), "29762-2", "Habitus, Mode de vie")
WORK = Kind((_PCC + "1.5.3.1", _ANS + "74"), "10161-8", "Facteurs de risques professionnels")
FAMILY = Kind(
    (_CCD + "4", _PCC + "3.14", _PCC + "3.15", _ANS + "139"),
    "10157-6",
    "Historique des pathologies familiales",
)
VIGILANCE = Kind((_PCC + "3.27", _ANS + "150"), "30954-2", "Résultats d'examens")
LONG_TERM = Kind((_ANS + "32",), "18776-5", "Plan de traitement")
TREATMENTS = Kind((_CCD + "8", _PCC + "3.19", _ANS + "143"), "10160-0", "Traitements")
COPY = Kind((_ANS + "243",), "55108-5", "Copie du document")

T = TypeVar("T")


def body(vsm: Vsm, pdf: bytes, ids: Ids) -> Node:
    """Return the `component` of the document that holds the structured body."""
    sections = (
        _section(
            SUMMARY,
            "Pathologies, antécédents, allergies et facteurs de risque",
            ids,
            subsections=(_history(vsm, ids), _risks(vsm, ids)),
        ),
        _section(
            VIGILANCE, "Points de vigilance", ids, text=text_of(narrative.vigilance(vsm), identified=False)
        ),
        _section(LONG_TERM, "Traitement au long cours", ids, subsections=(_treatments(vsm, ids),)),
        _section(COPY, "Copie du document", ids, *pdf_copy(pdf, ids)),
    )
    return element("component", element("structuredBody", *(element("component", s) for s in sections)))


def _history(vsm: Vsm, ids: Ids) -> Node:
    problems, past = narrative.problems(vsm), narrative.medical_history(vsm)
    acts, allergies = narrative.procedures(vsm), narrative.allergies(vsm)
    known = _known(vsm)
    subsections = [
        _chapter(
            PROBLEMS,
            problems,
            ids,
            _entries(
                vsm.problems,
                lambda problem, i: problem_entry(problem, problems, i, ids, over=False),
                lambda absence: no_problem_entry(absence, problems, ids),
            ),
        ),
        _chapter(
            ACTS,
            acts,
            ids,
            _entries(
                vsm.procedures,
                lambda procedure, i: procedure_entry(
                    procedure, acts, i, ids, reason(procedure, acts.text_id(i), ids, known)
                ),
                lambda absence: no_procedure_entry(absence, acts, ids),
            ),
        ),
        _chapter(
            ALLERGIES,
            allergies,
            ids,
            _entries(
                vsm.allergies,
                lambda allergy, i: allergy_entry(allergy, allergies, i, ids),
                lambda absence: no_allergy_entry(absence, allergies, ids),
            ),
        ),
    ]
    # « Pas de problème connu » beside a list of active problems would contradict it for a program that
    # reads codes: the absence of medical history is said in words.
    missing: list[Chapter] = []
    if past.rows:
        made = [
            problem_entry(problem, past, i, ids, over=True)
            for i, problem in enumerate(entries(vsm.medical_history), 1)
        ]
        subsections.insert(1, _chapter(PAST, past, ids, made))
    else:
        missing.append(past)
    return _parent(HISTORY, "Pathologies, antécédents et allergies", ids, subsections, missing)


def _risks(vsm: Vsm, ids: Ids) -> Node:
    habits, work, family = (
        narrative.lifestyle(vsm),
        narrative.occupational_risks(vsm),
        narrative.family_history(vsm),
    )
    made = {
        habits: (HABITS, [habit_entry(h, habits, i, ids) for i, h in enumerate(entries(vsm.lifestyle), 1)]),
        work: (WORK, []),
        family: (
            FAMILY,
            [family_entry(h, family, i, ids) for i, h in enumerate(entries(vsm.family_history), 1)],
        ),
    }
    return _parent(
        RISKS,
        "Facteurs de risque",
        ids,
        [_chapter(kind, chapter, ids, found) for chapter, (kind, found) in made.items() if chapter.rows],
        [chapter for chapter in made if not chapter.rows],
    )


def _treatments(vsm: Vsm, ids: Ids) -> Node:
    chapter = narrative.treatments(vsm)
    known = _known(vsm)

    def entry(treatment: Treatment, position: int) -> Node:
        why = reason(treatment, chapter.text_id(position), ids, known)
        return treatment_entry(treatment, chapter, position, ids, why)

    made = _entries(vsm.treatments, entry, lambda absence: no_treatment_entry(absence, chapter, ids))
    return _chapter(TREATMENTS, chapter, ids, made)


def _known(vsm: Vsm) -> Known:
    return tuple(
        (problem, words.text_id(i))
        for words, rubric in (
            (narrative.problems(vsm), vsm.problems),
            (narrative.medical_history(vsm), vsm.medical_history),
        )
        for i, problem in enumerate(entries(rubric), 1)
    )


def _entries(
    rubric: Rubric[T], entry: Callable[[T, int], Node], absent: Callable[[Absence], Node]
) -> list[Node]:
    found = entries(rubric)
    if found:
        return [entry(item, position) for position, item in enumerate(found, 1)]
    return [absent(rubric if isinstance(rubric, Absence) else Absence.NOT_ASKED)]


def _chapter(kind: Kind, chapter: Chapter, ids: Ids, found: list[Node]) -> Node:
    return _section(kind, chapter.title, ids, *found, text=text_of(chapter, identified=kind is not WORK))


def _parent(kind: Kind, title: str, ids: Ids, subsections: list[Node], missing: list[Chapter]) -> Node:
    said = [paragraph(chapter.statement) for chapter in missing]
    text = element("text", *said) if said else None
    return _section(kind, title, ids, text=text, subsections=tuple(subsections))


def _section(
    kind: Kind,
    title: str,
    ids: Ids,
    *content: Node,
    text: Node | None = None,
    subsections: tuple[Node, ...] = (),
) -> Node:
    return element(
        "section",
        *templates(*kind.templates),
        ids.at(f"section/{kind.templates[-1]}"),
        coded("code", Code(kind.code, oids.LOINC, kind.name)),
        element("title", title),
        text,
        *content,
        *(element("component", subsection) for subsection in subsections),
    )
