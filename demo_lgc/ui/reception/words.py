"""What is said of documents that are brought into a record: what was added, what was not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.errors import LgcError
from demo_lgc.domain.identity import Patient, Sex
from demo_lgc.domain.identity_match import Agreement, IdentityMatch, Trait, TraitCheck
from demo_lgc.ui import error_words
from demo_lgc.ui.errors import Explanation, explain

LONGEST_NAME, LONGEST_TITLE = 32, 60  # characters, in a button and in a sentence
MOST_REASONS = 5  # lines of a strip


def tr(text: str) -> str:
    """Translate a sentence of reception."""
    return QCoreApplication.translate("Reception", text)


class Fate(Enum):
    """What became of a document."""

    ADDED = "added"
    HERE = "here"  # it was in this record before
    ELSEWHERE = "elsewhere"  # it is in the record of another patient
    LEFT = "left"  # the doctor decided not to add it
    REFUSED = "refused"  # it could not be added


@dataclass(frozen=True)
class Outcome:
    """What became of a document called `title`. `document_id` is given when it is in this record.

    `holder` is the id of the other patient whose record has it, `why` the reason of a refusal.
    """

    fate: Fate
    title: str
    document_id: str = ""
    holder: int = 0
    why: Explanation | None = None


def cut(text: str, longest: int) -> str:
    """Return a text of `longest` characters at most, an ellipsis at the end when it was cut."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def name_of(patient: Patient) -> str:
    """« M. CHEMIN », short enough for a button."""
    return cut(patient.courtesy_name, LONGEST_NAME)


def named(patient: Patient) -> str:
    """« SAUVEUR Sylvaine, née le 12/01/1979 »."""
    words = {Sex.MALE: tr("%1, né le %2"), Sex.FEMALE: tr("%1, née le %2")}
    said = words.get(patient.sex, tr("%1, né(e) le %2"))
    born = f"{patient.birth_date:%d/%m/%Y}"
    return said.replace("%2", born).replace("%1", cut(patient.display_name, LONGEST_TITLE))


# --- the comparison ---------------------------------------------------------------------------------------


def label_of(trait: Trait) -> str:
    """Return the French name of a trait."""
    words = {
        Trait.INS: tr("Matricule INS"),
        Trait.BIRTH_NAME: tr("Nom de naissance"),
        Trait.FIRST_GIVEN_NAME: tr("Premier prénom"),
        Trait.BIRTH_DATE: tr("Date de naissance"),
        Trait.SEX: tr("Sexe"),
        Trait.BIRTH_PLACE: tr("Lieu de naissance (INSEE)"),
    }
    return words[trait]


def value_of(check: TraitCheck, value: str) -> str:
    """Return one of both values of a trait, empty when it is not said."""
    if check.trait is not Trait.SEX:
        return value
    known = {Sex.MALE.value: tr("Homme"), Sex.FEMALE.value: tr("Femme"), Sex.UNKNOWN.value: tr("Indéterminé")}
    return known.get(value, value)


def verdict(agreement: Agreement) -> str:
    """Return how a trait compares: « Identique », « Différent », « Non comparable »."""
    words = {
        Agreement.EQUAL: tr("Identique"),
        Agreement.DIFFERS: tr("Différent"),
        Agreement.ABSENT: tr("Non comparable"),
    }
    return words[agreement]


def finding(match: IdentityMatch | None) -> tuple[str, str]:
    """Return what the comparison found (None: there was nothing to compare), in a sentence and its detail.

    Reference: interface, sentence 17.
    """
    if match is None:
        return (
            tr("Ce fichier ne peut pas être lu\u00a0: rien n’y dit de quel patient il parle."),
            tr("À vérifier avant de l’ajouter."),
        )
    if match.differing:
        return tr("Les traits du document diffèrent de ceux du dossier."), compare_first()
    return tr("Le document n’en dit pas assez pour reconnaître son patient."), compare_first()


def doubts(note: str, match: IdentityMatch | None) -> tuple[str, str]:
    """Return `note`, another reason to compare, before what the comparison found; that alone without it."""
    found, then = finding(match)
    if not note:
        return found, then
    return note, f"{found} {then}" if match is not None and match.differing else then


def compare_first() -> str:
    """Return what to do before anything is kept."""
    return tr("À comparer avant de l’ajouter.")


# --- reasons ----------------------------------------------------------------------------------------------


def before_keeping(error: LgcError, patient: str = "") -> Explanation:
    """Return a failure in words, without the one that says what is kept: nothing is, yet."""
    said = explain(error, patient)
    return Explanation(said.title, said.detail.replace(tr(error_words.KEPT), "").strip(), said.action)


def too_large() -> Explanation:
    """Return why a file was not even read."""
    return Explanation(
        tr("Ce fichier est trop grand pour être ajouté."),
        tr("Il dépasse de loin la taille d’un document de santé. Rien n’a été ajouté."),
    )


def not_opened() -> Explanation:
    """Return that a file could not be opened."""
    return Explanation(
        tr("Ce fichier n’a pas pu être ouvert."),
        tr("Vérifiez qu’il est toujours là et que vous avez le droit de le lire, puis recommencez."),
    )


def without_document(warnings: Iterable[str]) -> Explanation:
    """Return that an archive, or a message, holds no document."""
    return Explanation(tr("Ce fichier ne contient aucun document de santé."), " ".join(warnings))


# --- what became of them ----------------------------------------------------------------------------------


def added(title: str, patient: Patient) -> str:
    """« CR d’examens biologiques ajouté au dossier de M. CHEMIN. »: another record may be on the screen."""
    said = tr("%1 ajouté au dossier de %2.").replace("%2", name_of(patient))
    return said.replace("%1", cut(title, LONGEST_TITLE))


def already_in(name: str) -> str:
    """« Ce document est déjà dans le dossier de M. CHEMIN. »."""
    return tr("Ce document est déjà dans le dossier de %1.").replace("%1", cut(name, LONGEST_TITLE))


def file_called(name: str) -> str:
    """« Fichier : bilan.xml »."""
    return tr("Fichier\u00a0: %1").replace("%1", cut(name, LONGEST_TITLE))


def in_two(sentences: Iterable[str]) -> tuple[str, str]:
    """Return the first sentence, and the others as a second line each."""
    first, *others = sentences
    return first, "\n".join(others)


def summary(outcomes: Iterable[Outcome]) -> tuple[str, str]:
    """Return « 2 documents ajoutés, 1 déjà présent. » and the reason of each document that was refused."""
    outcomes = tuple(outcomes)
    count = Counter(outcome.fate for outcome in outcomes)
    parts = [
        _counted(
            count[Fate.ADDED],
            tr("Aucun document ajouté"),
            tr("1 document ajouté"),
            tr("%1 documents ajoutés"),
        )
    ]
    for number, one, many in (
        (count[Fate.HERE], tr("1 déjà présent"), tr("%1 déjà présents")),
        (count[Fate.ELSEWHERE], tr("1 déjà dans un autre dossier"), tr("%1 déjà dans d’autres dossiers")),
        (count[Fate.REFUSED] + count[Fate.LEFT], tr("1 non ajouté"), tr("%1 non ajoutés")),
    ):
        parts += [_counted(number, "", one, many)] if number else []
    reasons = [f"{cut(o.title, LONGEST_TITLE)}\u00a0: {o.why.title}" for o in outcomes if o.why is not None]
    if len(reasons) > MOST_REASONS:
        reasons[MOST_REASONS - 1 :] = ["…"]
    return ", ".join(parts) + ".", "\n".join(reasons)


def _counted(number: int, none: str, one: str, many: str) -> str:
    return (none, one)[number] if number < 2 else many.replace("%1", str(number))
