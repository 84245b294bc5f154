"""What a VSM says in words: the one source of the CDA narrative, of the screen preview and of the PDF.

Entries and people must read the same thing, and the PDF must be a faithful rendering of the narrative:
so every sentence is made here, once, and only laid out elsewhere.

Reference: [VSM] 2023.01 sections; [MSS] ECO.2.1.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from demo_lgc.domain.codes import Code
from demo_lgc.domain.dates import PartialDate
from demo_lgc.domain.vsm import (
    Absence,
    Allergy,
    FamilyHistory,
    Lifestyle,
    Problem,
    Procedure,
    Rubric,
    Treatment,
    Vsm,
    entries,
)

NBSP = "\u00a0"
NOT_ASKED = "Non renseigné"

# What ends a narrative ID: entries point at these words, and the reader of a document finds them so.
KIND = "kind"
POSOLOGY, DOSE, ROUTE, REASON = "posologie", "dose", "voie", "motif"
REACTION, SEVERITY, STATUS = "reaction", "severite", "statut"
CRITICALITY, CERTAINTY, COMMENT = "criticite", "certitude", "commentaire"

# Blanks that mean nothing to the eye; no-break spaces stay.
_BLANKS = re.compile("[ \t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_UNITS = {"{tablet}": "comprimé(s)", "{capsule}": "gélule(s)", "{puff}": "bouffée(s)", "[drp]": "goutte(s)"}


@dataclass(frozen=True)
class Detail:
    """A precision about a row. `key` ends the narrative ID that entries refer to; `caption` may be empty."""

    key: str
    caption: str
    text: str


@dataclass(frozen=True)
class Row:
    """One entry in words. `when` and `kind` may be empty."""

    when: str
    kind: str
    label: str
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A rubric in words: its rows, or the sentence that stands for none.

    `key` begins the narrative IDs; `heads` names the columns of date, kind and label.
    """

    key: str
    title: str
    heads: tuple[str, str, str]
    rows: tuple[Row, ...]
    sentence: str

    @property
    def statement(self) -> str:
        """The sentence that stands for no row, where the title does not stand above it."""
        return f"{self.title}{NBSP}: {self.sentence}."

    def text_id(self, position: int, part: str = "") -> str:
        """Return the ID of a piece of narrative: row `position` counts from 1, 0 is the sentence."""
        return part_id(f"{self.key}-{position}", part) if part else f"{self.key}-{position}"


def part_id(text_id: str, part: str) -> str:
    """Return the ID of a precision about the row whose label has the ID `text_id`."""
    return f"{text_id}-{part}"


def one_line(text: str) -> str:
    """Return `text` on one line: spaces, line ends and tabulations become a space, no-break spaces stay."""
    return _BLANKS.sub(" ", text).strip()


def named(text: str, code: Code | None) -> str:
    """Return what the doctor wrote; the name of the code when nothing was written."""
    return one_line(text) or (one_line(code.label) or code.code if code else "")


def problems(vsm: Vsm) -> Chapter:
    """Active problems."""
    return Chapter(
        "pb",
        "Pathologies chroniques actives",
        ("Depuis", "Nature", "Pathologie"),
        tuple(_problem(p) for p in entries(vsm.problems)),
        _sentence(vsm.problems, "Aucune pathologie active connue"),
    )


def medical_history(vsm: Vsm) -> Chapter:
    """Past medical problems."""
    return Chapter(
        "atcd",
        "Antécédents médicaux",
        ("Période", "Nature", "Antécédent"),
        tuple(_problem(p) for p in entries(vsm.medical_history)),
        _sentence(vsm.medical_history, "Aucun antécédent médical connu"),
    )


def procedures(vsm: Vsm) -> Chapter:
    """Surgery and other acts."""
    return Chapter(
        "acte",
        "Antécédents chirurgicaux",
        ("Date", "", "Acte"),
        tuple(_procedure(p) for p in entries(vsm.procedures)),
        _sentence(vsm.procedures, "Aucun antécédent chirurgical connu"),
    )


def allergies(vsm: Vsm) -> Chapter:
    """Allergies and intolerances."""
    return Chapter(
        "all",
        "Allergies et intolérances",
        ("Depuis", "Type", "Agent"),
        tuple(_allergy(a) for a in entries(vsm.allergies)),
        _sentence(vsm.allergies, "Aucune allergie connue"),
    )


def treatments(vsm: Vsm) -> Chapter:
    """Long-term treatments."""
    return Chapter(
        "med",
        "Traitements",
        ("Depuis", "Fin", "Médicament"),
        tuple(_treatment(t) for t in entries(vsm.treatments)),
        _sentence(vsm.treatments, "Aucun traitement au long cours"),
    )


def lifestyle(vsm: Vsm) -> Chapter:
    """Habits."""
    return Chapter(
        "hab",
        "Habitus, mode de vie",
        ("Période", "Type", "Valeur"),
        tuple(_habit(habit) for habit in entries(vsm.lifestyle)),
        _sentence(vsm.lifestyle, "Rien à signaler"),
    )


def family_history(vsm: Vsm) -> Chapter:
    """What relatives had."""
    return Chapter(
        "fam",
        "Antécédents familiaux",
        ("Depuis", "Lien", "Antécédent"),
        tuple(_relative(history) for history in entries(vsm.family_history)),
        _sentence(vsm.family_history, "Aucun antécédent familial connu"),
    )


def occupational_risks(vsm: Vsm) -> Chapter:
    """Risks at work: free text, one row a line."""
    lines = (one_line(line) for line in vsm.occupational_risks.splitlines())
    rows = tuple(Row("", "", line) for line in lines if line)
    return Chapter("prof", "Facteurs de risque professionnels", ("", "", ""), rows, NOT_ASKED)


def vigilance(vsm: Vsm) -> Chapter:
    """What a colleague must watch."""
    rows = tuple(Row("", "", one_line(point)) for point in vsm.vigilance)
    return Chapter("vig", "Points de vigilance", ("", "", ""), rows, "Aucun point de vigilance signalé")


def chapters(vsm: Vsm) -> tuple[Chapter, ...]:
    """Return the whole synthesis in words, in the order of the printed page."""
    return (
        problems(vsm),
        medical_history(vsm),
        procedures(vsm),
        treatments(vsm),
        allergies(vsm),
        vigilance(vsm),
        lifestyle(vsm),
        occupational_risks(vsm),
        family_history(vsm),
    )


def _sentence(rubric: Rubric[object], none_known: str) -> str:
    # An empty tuple claims nothing: « aucun connu » must have been said by the doctor.
    return none_known if rubric is Absence.NONE_KNOWN else NOT_ASKED


def _since(date: PartialDate | None) -> str:
    return date.french if date else ""


def _until(date: PartialDate) -> str:
    return f"au {date.french}" if date.day else f"jusqu’en {date.french}"


def _period(since: PartialDate | None, until: PartialDate | None) -> str:
    if until is None:
        return _since(since)
    return f"{since.french} – {until.french}" if since else _until(until)


def _said(key: str, caption: str, text: str) -> tuple[Detail, ...]:
    return (Detail(key, caption, text),) if text else ()


def _word(key: str, caption: str, member: Enum | None) -> tuple[Detail, ...]:
    return _said(key, caption, member.value[1] if member else "")


def _problem(problem: Problem) -> Row:
    details = (
        *_word(SEVERITY, "Sévérité", problem.severity),
        *_word(STATUS, "Statut", problem.status),
        *_word(CERTAINTY, "Certitude", problem.certainty),
        *_said(COMMENT, "Commentaire", one_line(problem.comment)),
    )
    when = _period(problem.since, problem.until)
    return Row(when, problem.kind.word, one_line(problem.label), details)


def _procedure(procedure: Procedure) -> Row:
    reason = _said(REASON, "Motif", named(procedure.reason, procedure.reason_code))
    return Row(_since(procedure.on), "", one_line(procedure.label), reason)


def _allergy(allergy: Allergy) -> Row:
    details = (
        *_said(REACTION, "Réaction", named(allergy.reaction, allergy.reaction_code)),
        *_word(SEVERITY, "Sévérité", allergy.severity),
        *_word(STATUS, "Statut", allergy.status),
        *_word(CRITICALITY, "Criticité", allergy.criticality),
        *_word(CERTAINTY, "Certitude", allergy.certainty),
        *_said(COMMENT, "Commentaire", one_line(allergy.comment)),
    )
    kind = allergy.kind.value[1]
    when = _period(allergy.since, allergy.until)
    return Row(when, kind[0].upper() + kind[1:], one_line(allergy.agent), details)


def _treatment(treatment: Treatment) -> Row:
    route = treatment.route
    details = (
        Detail(POSOLOGY, "", one_line(treatment.posology)),
        *_said(DOSE, "Dose", _figures(treatment)),
        *_said(ROUTE, "Administration", named("", route)),
        *_said(REASON, "Motif", named(treatment.reason, treatment.reason_code)),
    )
    end = _until(treatment.until) if treatment.until else "en cours"
    return Row(_since(treatment.since), end, one_line(treatment.label), details)


def _figures(treatment: Treatment) -> str:
    """The regular dose, as its entry codes it: « 1 à 2 comprimé(s), toutes les 8 h »."""
    low, high = treatment.dose_low, treatment.dose_high
    unit = _UNITS.get(treatment.dose_unit, treatment.dose_unit.strip("{}"))
    amount = f"{low} à {high}" if low and high and low != high else low or high
    said = [f"{amount}{NBSP}{unit}".strip() if amount else ""]
    if treatment.every_hours:
        said.append(f"toutes les {treatment.every_hours}{NBSP}h")
    return ", ".join(part for part in said if part)


def _habit(habit: Lifestyle) -> Row:
    return Row(_period(habit.since, habit.until), habit.kind.value[1], one_line(habit.value))


def _relative(history: FamilyHistory) -> Row:
    return Row(_since(history.since), history.relative.value[1], one_line(history.label))
