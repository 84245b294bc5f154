"""What « Administration » says: the values that can be set, how the machine stands, what happened.

Failures of the card are said as at the login (`demo_lgc.ui.errors`); the words of the system that come
with them are for the support, and shown as they are.
"""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.administration import LibraryState, LibraryTrouble, RevocationList, SessionAct, TlsEngine
from demo_lgc.domain.errors import CardError, CardProblem, SignInError, SignInProblem, StorageProblem
from demo_lgc.domain.practitioner import CardKind, Door, LockCause
from demo_lgc.domain.trust import CardInReader
from demo_lgc.ui.errors import explain

MINUTES = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120)
GRACES = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0)
NBSP = "\u00a0"


def tr(text: str) -> str:
    """Translate a sentence of this page."""
    return QCoreApplication.translate("Settings", text)


# --- what can be set ----------------------------------------------------------------------------------


def minutes(count: int) -> str:
    """« 15 minutes », « 1 heure 30 », with no-break spaces."""
    hours, rest = divmod(count, 60)
    if not hours:
        return f"{count}{NBSP}{tr('minute') if count == 1 else tr('minutes')}"
    said = f"{hours}{NBSP}{tr('heure') if hours == 1 else tr('heures')}"
    return f"{said}{NBSP}{rest:02}" if rest else said


def grace(seconds: float) -> str:
    """« Aussitôt », « 5 secondes », with a no-break space."""
    if not seconds:
        return tr("Aussitôt")
    unit = tr("seconde") if seconds < 2 else tr("secondes")
    return f"{seconds:g}{NBSP}{unit}".replace(".", ",")


def theme_name(name: str) -> str:
    """« Sombre »."""
    return tr({"auto": "Automatique", "light": "Clair", "dark": "Sombre"}.get(name, "Contrasté"))


def changed(name: str, value: object) -> str:
    """Name a setting and its new value: « verrouillage après 15 minutes »."""
    if isinstance(value, float):
        return tr("carte retirée, verrouillage\u00a0: {value}").format(value=grace(value).lower())
    if isinstance(value, int):
        return tr("verrouillage après {value}").format(value=minutes(value))
    if name == "theme":
        return tr("thème {value}").format(value=theme_name(str(value)).lower())
    return tr("bibliothèque de la carte")


def not_kept(problem: StorageProblem) -> tuple[str, str]:
    """Return why a setting was not kept, in two lines."""
    if problem is StorageProblem.DISK_FULL:
        return tr("Ce réglage n’est pas enregistré\u00a0: le disque est plein."), tr("Libérez de la place.")
    return (
        tr("Ce réglage n’est pas enregistré."),
        tr("Le dossier du programme ne peut pas être modifié\u202f; vérifiez ses droits."),
    )


# --- the card, the reader, the connections ------------------------------------------------------------

_TROUBLES = {
    LibraryTrouble.NOT_THERE: "Fichier introuvable ou illisible.",
    LibraryTrouble.ARCHITECTURE: "Elle est faite pour un autre type d’ordinateur (32 ou 64\u00a0bits).",
    LibraryTrouble.FAILS: "Elle ne se charge pas.",
    LibraryTrouble.EXPOSED: "D’autres que vous peuvent remplacer ce fichier, qui recevrait le code "
    "porteur\u00a0: choisissez une bibliothèque installée par un administrateur.",
}
_CARDS = {CardKind.CPF: "Carte CPF", CardKind.CPE: "Carte CPE", CardKind.CPA: "Carte CPA"}


def trouble(found: LibraryState) -> str:
    """Return why a library is not used; « » when it works."""
    return tr(_TROUBLES[found.trouble]) if found.trouble else ""


def card(seen: CardInReader) -> tuple[str, str]:
    """Return whose card it is, and of what kind, until when, in what reader."""
    holder = seen.holder
    if holder is None:
        return tr("Carte non reconnue"), seen.reader
    kind = tr(_CARDS.get(holder.kind, "Carte CPS"))
    until = tr("valable jusqu’au {date}").format(date=f"{holder.valid_until:%d/%m/%Y}")
    return holder.practitioner.display_name, ", ".join(part for part in (kind, until, seen.reader) if part)


def problem(found: CardProblem) -> tuple[str, str]:
    """Return a problem of the card as the login says it, in two lines."""
    said = explain(CardError(found))
    return said.title, said.detail


def engine(found: TlsEngine) -> tuple[str, str, str]:
    """Return what connections use the card with: a sentence, a second line and a tone."""
    if found.is_fallback:
        return tr("Les connexions utilisent la méthode de secours."), found.reason, "warn"
    return tr("Les connexions peuvent utiliser la carte."), found.name, "ok"


# --- services -----------------------------------------------------------------------------------------

_KINDS = {"sandbox": "Démonstration", "formation": "Formation", "production": "Production"}
_SERVICES = {
    "dmp": "DMP",
    "imap": "Messagerie MSSanté, réception",
    "smtp": "Messagerie MSSanté, envoi",
    "psc": "Pro Santé Connect",
}


def kind(name: str) -> str:
    """« Production »."""
    return tr(_KINDS.get(name, name))


def service(name: str) -> str:
    """« Messagerie MSSanté, envoi »."""
    return tr(_SERVICES.get(name, name))


def revocation(found: RevocationList) -> tuple[str, str]:
    """Return until when a revocation list is good, and its tone."""
    if found.until is None:
        return tr("Jamais reçue"), "warn"
    until = f"{found.until.astimezone():%d/%m/%Y}"
    if found.until <= datetime.now(UTC):
        return tr("Périmée depuis le {date}").format(date=until), "danger"
    if not found.current:
        return tr("Non actualisée, valable jusqu’au {date}").format(date=until), "warn"
    return tr("À jour jusqu’au {date}").format(date=until), "ok"


# --- the journal --------------------------------------------------------------------------------------

_ACTS = {
    "open-card": "Code porteur refusé",
    "sign-in": "Pro Santé Connect refusé",
    "open-session": "Session ouverte",
    "lock-session": "Session verrouillée",
    "unblock-card": "Déblocage de la carte",
    "change-code": "Changement du code porteur",
    "change-setting": "Réglage modifié",
}
_OUTCOMES = {
    "ok": "Réussi",
    Door.CARD.value: "Par la carte",
    Door.PRO_SANTE_CONNECT.value: "Par Pro Santé Connect",
    LockCause.ASKED.value: "À la demande",
    LockCause.REMOVED.value: "Carte retirée",
    LockCause.IDLE.value: "Inactivité",
    LockCause.ENDED.value: "Pro Santé Connect a expiré",
    "inactivity_minutes": "Délai d’inactivité",
    "removal_grace": "Délai après retrait de la carte",
    "library": "Bibliothèque de la carte",
    "theme": "Thème",
}


_SIGN_INS = {problem.value: problem for problem in SignInProblem}


def act(line: SessionAct) -> str:
    """What was done: « Session ouverte »; the word of the program when it is not a known one."""
    return tr(_ACTS.get(line.act, line.act))


def outcome(line: SessionAct) -> str:
    """How it ended: « Par la carte », « Code incorrect »; the word of the program when not a known one."""
    if line.act == "sign-in" and line.outcome in _SIGN_INS:
        return explain(SignInError(_SIGN_INS[line.outcome])).title.rstrip(".")
    problems = {member.value: member for member in CardProblem}
    if refused(line) and line.outcome in problems:
        return explain(CardError(problems[line.outcome])).title.rstrip(".")
    return tr(_OUTCOMES.get(line.outcome, line.outcome))


def refused(line: SessionAct) -> bool:
    """True when what was asked did not happen."""
    return line.act in ("open-card", "sign-in") or (
        line.act in ("unblock-card", "change-code") and line.outcome != "ok"
    )


def who(line: SessionAct) -> str:
    """Return the national identifier of the professional, « – » when nobody was recognised."""
    return line.who or "–"


def moment(line: SessionAct) -> str:
    """« 06/11/2014 10:21:03 » where the machine is, with a no-break space."""
    return f"{line.at.astimezone():%d/%m/%Y\u00a0%H:%M:%S}"
