"""A synthesis as it is once written: what the writer documents that it does to texts, and nothing else.

Texts are on one line, numbers have a comma, an end of a range of doses that is not given is the other, a unit
needs its number, and a reason takes its words from its code, or its code from the problem of the document
that it names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from demo_lgc.documents.narrative import named, one_line
from demo_lgc.domain.vsm import Absence, Allergy, Lifestyle, Procedure, Rubric, Treatment, Vsm, entries

T = TypeVar("T")
Reasoned = TypeVar("Reasoned", Treatment, Procedure)


def lines(value: Any) -> Any:
    """Return the same entry, each of its texts on one line."""
    texts = {name: one_line(text) for name, text in vars(value).items() if isinstance(text, str)}
    return replace(value, **texts)


def canonical(vsm: Vsm) -> Vsm:
    """Return what must be read from the document of `vsm`."""
    known = (*entries(vsm.problems), *entries(vsm.medical_history))

    def reasoned(subject: Reasoned) -> Reasoned:
        code = subject.reason_code
        said = one_line(subject.reason).casefold()
        if code is None and said:
            first = next((p for p in known if one_line(p.label).casefold() == said), None)
            code = first.code if first else None
        made: Reasoned = lines(subject)
        return replace(made, reason=named(subject.reason, subject.reason_code), reason_code=code)

    def allergic(allergy: Allergy) -> Allergy:
        made: Allergy = lines(allergy)
        return replace(made, reaction=named(allergy.reaction, allergy.reaction_code))

    def treated(treatment: Treatment) -> Treatment:
        low, high = treatment.dose_low or treatment.dose_high, treatment.dose_high or treatment.dose_low
        unit = treatment.dose_unit if low else ""
        return replace(reasoned(treatment), dose_low=_french(low), dose_high=_french(high), dose_unit=unit)

    def lived(habit: Lifestyle) -> Lifestyle:
        made: Lifestyle = lines(habit)
        return replace(made, quantity=_french(made.quantity), unit=made.unit if made.quantity else "")

    return Vsm(
        _rubric(vsm.problems, lines),
        _rubric(vsm.medical_history, lines),
        _rubric(vsm.procedures, reasoned),
        _rubric(vsm.allergies, allergic),
        _rubric(vsm.treatments, treated),
        _rubric(vsm.lifestyle, lived),
        _rubric(vsm.family_history, lines),
        "\n".join(line for line in map(one_line, vsm.occupational_risks.splitlines()) if line),
        tuple(map(one_line, vsm.vigilance)),
    )


def _french(number: str) -> str:
    return number.replace(".", ",")


def _rubric(found: Rubric[T], mend: Callable[[T], T]) -> Rubric[T]:
    # An empty rubric claims nothing: it was not asked.
    absence = found if isinstance(found, Absence) else Absence.NOT_ASKED
    return tuple(map(mend, entries(found))) or absence
