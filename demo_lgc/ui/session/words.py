"""What the login says of cards and of places of work: their kind, until when, from where, and why not.

Reference: interface, « Words »; [CPS] §1.5 (kinds); TRE_R02 (sectors), TRE_R38 (specialities).
"""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.codes import SECTOR_LABELS
from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.practitioner import (
    SPECIALTY_LABELS,
    CardHolder,
    CardKind,
    LockCause,
    PracticeSituation,
)
from demo_lgc.domain.structure_id import kind_of_structure_id
from demo_lgc.ui.errors import Explanation, tries_left

SOON = 30  # days before its end from which a card says so
ALL = 3  # tries on a code porteur

_KINDS = {
    CardKind.CPS: "Carte CPS",
    CardKind.CPF: "Carte CPF",
    CardKind.CPE: "Carte CPE",
    CardKind.CPA: "Carte CPA",
}
_BRIEFLY = {  # of a card that opens nothing: a chip, and its tone
    CardProblem.UNREADABLE: ("Non reconnue", "warn"),
    CardProblem.FOREIGN: ("Étrangère", "warn"),
    CardProblem.TEST_CARD: ("De test", "warn"),
    CardProblem.NOT_YET_VALID: ("Pas encore valable", "warn"),
    CardProblem.EXPIRED: ("Expirée", "danger"),
    CardProblem.REVOKED: ("En opposition", "danger"),
    CardProblem.IN_USE: ("Occupée", "warn"),
    CardProblem.BLOCKED: ("Bloquée", "danger"),
}
_STRUCTURES = {
    "FINESS": "Établissement, numéro FINESS.",
    "SIREN": "Entreprise, numéro SIREN.",
    "SIRET": "Établissement, numéro SIRET.",
    "RPPS": "Cabinet, numéro RPPS et rang.",
}
_KEPT = "Votre saisie est conservée."
_LOCKED = {
    LockCause.ASKED: "Session verrouillée.",
    LockCause.REMOVED: "Session verrouillée.",
    LockCause.IDLE: "Session verrouillée après une période sans activité.",
    LockCause.ENDED: "Pro Santé Connect a fermé votre session.",
}


def tr(text: str) -> str:
    """Translate a sentence of the login."""
    return QCoreApplication.translate("session", text)


def lock_words(cause: LockCause) -> Explanation:
    """Return why the page is covered."""
    return Explanation(tr(_LOCKED[cause]), tr(_KEPT))


def validity(holder: CardHolder, *, briefly: bool = False) -> str:
    """Return « Carte CPS, valable jusqu’au 31/03/2017 », without « valable » where there is little room."""
    said = tr("{kind}, jusqu’au {date}") if briefly else tr("{kind}, valable jusqu’au {date}")
    return said.format(kind=tr(_KINDS[holder.kind]), date=f"{holder.valid_until:%d/%m/%Y}")


def expiry(valid_until: date, today: date) -> str:
    """Return « Expire dans 12 jours » in the last month of a card, else « »."""
    left = (valid_until - today).days
    if not 0 <= left <= SOON:
        return ""
    if left == 0:
        return tr("Expire aujourd’hui")
    return tr("Expire demain") if left == 1 else tr("Expire dans {days}\u00a0jours").format(days=left)


def tries(count: int) -> str:
    """Return « Vous avez 3 essais. », and « Il vous reste 2 essais. » once one was spent."""
    if count < ALL:
        return tries_left(count)
    return tr("Vous avez {tries}\u00a0essais.").format(tries=count)


def briefly(problem: CardProblem) -> tuple[str, str]:
    """Return a word for a chip, and its tone, of a card that opens no session."""
    word, tone = _BRIEFLY.get(problem, ("Illisible", "warn"))
    return tr(word), tone


def sector(situation: PracticeSituation) -> str:
    """Return « Cabinet individuel », or the code of a sector we do not know."""
    return SECTOR_LABELS.get(situation.sector, situation.sector)


def structure_kind(identifier: str) -> str:
    """Return what an identifier of structure is, « » when it is none."""
    kind = kind_of_structure_id(identifier)
    return tr(_STRUCTURES[kind]) if kind else ""


def sectors() -> tuple[tuple[str, str], ...]:
    """Return the code and the label of the sectors that may be declared, the usual one first."""
    return tuple(sorted(SECTOR_LABELS.items(), key=lambda item: (item[0] != "SA07", item[1])))


def specialities() -> tuple[tuple[str, str], ...]:
    """Return the code and the label of the specialities that may be declared, the usual one first."""
    named = ((code, label.removeprefix("Médecin - ")) for code, label in SPECIALTY_LABELS.items())
    return tuple(sorted(named, key=lambda item: (item[0] != "SM26", item[1])))
