"""The rubrics of the synthesis as rows of words: when, what kind, what, and at the right a code or an end.

A rubric without entry says why: « Aucun… » is information, « Non renseigné » is not. Reference: [VSM].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.vsm import (
    Absence,
    Allergy,
    AllergyStatus,
    Certainty,
    FamilyHistory,
    Lifestyle,
    Problem,
    ProblemStatus,
    Procedure,
    Rubric,
    Treatment,
    Vsm,
)

T = TypeVar("T")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Rubrics", text)


@dataclass(frozen=True)
class Line:
    """A row of a rubric."""

    when: str = ""
    kind: str = ""
    what: str = ""
    right: str = ""


@dataclass(frozen=True)
class Section:
    """A rubric: its rows, or the sentence that says why there is none (`asked` when it is an answer)."""

    title: str
    lines: tuple[Line, ...] = ()
    absence: str = ""
    asked: bool = True


def sections(vsm: Vsm) -> tuple[Section, ...]:
    """Return the rubrics of a synthesis, in the order of the volet."""
    risks = (Line(what=vsm.occupational_risks),) if vsm.occupational_risks else ()
    return (
        _section(
            _tr("Pathologies chroniques actives"),
            vsm.problems,
            _problem,
            _tr("Aucune pathologie chronique active"),
        ),
        _section(
            _tr("Antécédents médicaux"), vsm.medical_history, _problem, _tr("Aucun antécédent médical connu")
        ),
        _section(
            _tr("Antécédents chirurgicaux"), vsm.procedures, _act, _tr("Aucun antécédent chirurgical connu")
        ),
        _section(_tr("Allergies et intolérances"), vsm.allergies, _allergy, _tr("Aucune allergie connue")),
        _section(
            _tr("Traitements au long cours"),
            vsm.treatments,
            _treatment,
            _tr("Aucun traitement au long cours"),
        ),
        _section(_tr("Facteurs de risque"), vsm.lifestyle, _habit, _tr("Aucun facteur de risque connu")),
        Section(_tr("Facteurs de risque professionnels"), risks, _unasked(risks), asked=bool(risks)),
        _section(
            _tr("Antécédents familiaux"),
            vsm.family_history,
            _relative,
            _tr("Aucun antécédent familial connu"),
        ),
        _vigilance(vsm.vigilance),
    )


def _section(title: str, rubric: Rubric[T], line: Callable[[T], Line], none: str) -> Section:
    if rubric is Absence.NONE_KNOWN:
        return Section(title, absence=none)
    if isinstance(rubric, Absence) or not rubric:
        return Section(title, absence=_tr("Non renseigné"), asked=False)
    return Section(title, tuple(line(entry) for entry in rubric))


def _vigilance(points: tuple[str, ...]) -> Section:
    lines = tuple(Line(what=point) for point in points)
    return Section(_tr("Points de vigilance"), lines, _unasked(lines), asked=bool(lines))


def _unasked(lines: tuple[Line, ...]) -> str:
    return "" if lines else _tr("Non renseigné")


def _day(day: PartialDate | None) -> str:
    return day.french if day else ""


def _until(day: PartialDate | None) -> str:
    if day is None:
        return ""
    said = _tr("jusqu’au %1") if day.day else _tr("jusqu’en %1")
    return said.replace("%1", day.french)


def _problem(problem: Problem) -> Line:
    code = problem.code.code if problem.code else ""
    right = (_until(problem.until), code, *_qualities(problem), problem.comment)
    return Line(_day(problem.since), problem.kind.word, problem.label, _joined(right))


def _act(act: Procedure) -> Line:
    return Line(_day(act.on), "", act.label, _joined((act.code.code if act.code else "", act.reason)))


def _allergy(allergy: Allergy) -> Line:
    kind = allergy.kind.value[1]
    right = (allergy.reaction, _until(allergy.until), *_qualities(allergy), allergy.comment)
    return Line(_day(allergy.since), kind[:1].upper() + kind[1:], allergy.agent, _joined(right))


def _qualities(subject: Problem | Allergy) -> Iterator[str]:
    """What changes the weight of a line: « Sévérité : Grave », « Réfutée »; what is usual is not said."""
    if subject.severity:
        yield _tr("Sévérité\u00a0: %1").replace("%1", subject.severity.value[1])
    if isinstance(subject, Allergy) and subject.criticality:
        yield _tr("Criticité\u00a0: %1").replace("%1", subject.criticality.value[1])
    if subject.status and subject.status not in (ProblemStatus.ACTIVE, AllergyStatus.ACTIVE):
        yield subject.status.value[1]
    if subject.certainty and subject.certainty is not Certainty.CONFIRMED:
        yield subject.certainty.value[1]


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)


def _treatment(treatment: Treatment) -> Line:
    right = _joined((treatment.posology, _until(treatment.until)))
    return Line(_day(treatment.since), "", treatment.label, right)


def _habit(habit: Lifestyle) -> Line:
    return Line(_day(habit.since), habit.kind.value[1], habit.value, _until(habit.until))


def _relative(history: FamilyHistory) -> Line:
    code = history.code.code if history.code else ""
    return Line(_day(history.since), history.relative.value[1], history.label, code)
