"""What went wrong, said to the doctor: one table from failure to title, sentence and what to do.

A service's own words are given verbatim, between « », after a sentence that explains them. What is not
foreseen is a bug of ours: it is said so, without a trace on the screen.

Reference: [DMP] EX_GEN-1145 (one understandable message per error code); interface, « Words ».
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.delivery import Reason
from demo_lgc.domain.errors import (
    CardError,
    CardProblem,
    ConformanceError,
    IdentityError,
    IdentityProblem,
    InvalidDocument,
    LgcError,
    NetworkError,
    NotAllowed,
    PressError,
    Refusal,
    RemoteRefusal,
    SignInError,
    SignInProblem,
    StorageError,
    StorageProblem,
    UnreadableArchive,
    UnreadableDocument,
    UnreadableMessage,
)
from demo_lgc.ui import error_words as words
from demo_lgc.ui import reception_words

NBSP = "\u00a0"

_BY_PROBLEM: dict[Any, words.Words] = {  # a problem says it all, whatever its enumeration
    **words.IDENTITY,
    **words.STORAGE,
    **words.PRESS,
    **words.CONFORMANCE,
    **words.SIGN_IN,
    **words.DOCUMENT,
    **reception_words.ARCHIVE,
    **reception_words.MESSAGE,
}


@dataclass(frozen=True)
class Explanation:
    """A failure in words: one sentence, a second line and the verb that repairs (both may be empty)."""

    title: str
    detail: str = ""
    action: str = ""


def explain(error: BaseException, patient: str = "") -> Explanation:
    """Return a failure in words; `patient` (« M. CHEMIN ») is named when the sentence speaks of one."""
    match error:
        case CardError():
            return _card(error.problem, error.tries_left)
        case NetworkError():
            return _network(error.service, doubtful=error.doubtful)
        case RemoteRefusal():
            return _remote(error.service, error.code, error.message, transient=error.transient)
        case InvalidDocument():
            return _document(error)
        case NotAllowed():
            return _refusal(error.refusal, error.detail, patient)
        case IdentityError() | StorageError() | PressError() | ConformanceError() | SignInError():
            return _said(_BY_PROBLEM[error.problem])
        case UnreadableDocument() | UnreadableArchive() | UnreadableMessage():
            return _said(_BY_PROBLEM[error.problem])
        case LgcError():
            return Explanation(
                tr("Cette action n’a pas abouti."), tr("Réessayez dans un instant."), tr("Réessayer")
            )
        case _:
            return Explanation(
                tr("Le programme a rencontré un imprévu."),
                tr(
                    "Ce que vous aviez enregistré est conservé. Réessayez\u202f; si cela se reproduit, "
                    "transmettez le journal à votre assistance."
                ),
            )


def explain_reason(
    reason: Reason, service: str = "", next_try: datetime | None = None, patient: str = ""
) -> Explanation | None:
    """Return why a delivery is not sent, None when nothing was written down.

    `service` is « DMP » or « MSSanté », `next_try` when the program will try again by itself.
    """
    explained = _reason(reason, service or reason.text, patient)
    if explained is None or next_try is None:
        return explained
    again = tr("Nous réessaierons à {hour}.").format(hour=f"{next_try:%H:%M}")
    return Explanation(explained.title, again, explained.action)


def tr(text: str) -> str:
    """Translate a sentence of this table."""
    return QCoreApplication.translate("errors", text)


def _said(entry: words.Words, **named: str) -> Explanation:
    return Explanation(*(tr(text).format(**named) if text else "" for text in entry))


def _card(problem: CardProblem, tries: int | None) -> Explanation:
    if problem is not CardProblem.WRONG_CODE or tries is None:
        return _said(words.CARD[problem])
    if tries <= 0:
        return _said(words.CARD[CardProblem.BLOCKED])
    return Explanation(tr(words.CARD[problem][0]), tries_left(tries))


def tries_left(tries: int) -> str:
    """Return how many tries are left, after a wrong code: « Il vous reste 2 essais. »."""
    if tries == 1:
        return tr("Dernier essai. Un code incorrect bloquera la carte.")
    return tr("Il vous reste {tries}\u00a0essais.").format(tries=tries)


def _is_dmp(service: str) -> bool:
    return "DMP" in service.upper()


def _is_sign_in(service: str) -> bool:
    return service.casefold() in ("psc", "pro santé connect")


def _network(service: str, *, doubtful: bool) -> Explanation:
    if _is_sign_in(service):
        checked = tr("Rien n’a été ouvert. Vérifiez la connexion, puis réessayez.")
        return Explanation(tr("Pro Santé Connect ne répond pas."), checked, tr("Réessayer"))
    dmp = _is_dmp(service)
    if doubtful:
        asked = tr("Nous vérifions auprès du DMP avant tout nouvel envoi.")
        looked = tr("Nous vérifions auprès de la messagerie avant tout nouvel envoi.")
        return Explanation(tr("Réponse non reçue."), asked if dmp else looked)
    title = tr("Le DMP ne répond pas.") if dmp else tr("La messagerie MSSanté ne répond pas.")
    return Explanation(title, tr("Vérifiez la connexion, puis réessayez."), tr("Réessayer"))


def _remote(service: str, code: str, message: str, *, transient: bool) -> Explanation:
    dmp = _is_dmp(service)
    said = f"«{NBSP}{message.strip()}{NBSP}» ({code})" if message.strip() else f"({code})"
    if _is_sign_in(service):
        return Explanation(tr("Pro Santé Connect a refusé la demande."), said)
    if dmp:
        document = code.startswith(("XDS", "DMPFragment"))
        title = tr("Le DMP a refusé le document.") if document else tr("Le DMP a refusé la demande.")
    else:
        title = tr("La messagerie a refusé le message.")
    meaning = dmp_meaning(code, message) if dmp else mail_meaning(code)
    action = tr("Réessayer") if transient else tr("Voir le détail") if dmp else tr("Corriger l’adresse")
    return Explanation(title, f"{meaning} {said}".strip(), action)


def dmp_meaning(code: str, message: str = "") -> str:
    """Return what a refusal of the DMP means, empty when its code is not known. Reference: [DMP] §10."""
    if code in words.DMP_CODES:
        return tr(words.DMP_CODES[code])
    known = (meaning for saying, meaning in words.DMP_SAYINGS if saying in message)
    return tr(next(known, ""))


def mail_meaning(code: str) -> str:
    """Return what an answer of the mail operator means, by its three digits; empty when not known."""
    return tr(words.SMTP_CODES.get(code[:3], ""))


def _document(error: InvalidDocument) -> Explanation:
    found, complete = error.findings, tr("Compléter")
    if len(found) == 1 and found[0].what[:1].islower():
        title = tr("Il manque une information pour partager le VSM\u00a0: {what}.").format(
            what=found[0].what.rstrip(".")
        )
        return Explanation(title, found[0].place, complete)
    detail = "\n".join(f"{f.place}{NBSP}: {f.what}" if f.place else f.what for f in found)
    if len(found) == 1:
        return Explanation(tr("Le document doit être complété avant de partir."), detail, complete)
    title = tr("{count} points sont à compléter avant de partager le document.").format(count=len(found))
    return Explanation(title, detail, complete)


def _refusal(refusal: Refusal, detail: str, patient: str) -> Explanation:
    entry = words.REFUSAL[refusal]
    if refusal is Refusal.DMP_CLOSED and not detail:
        entry = (words.UNDATED_CLOSING, *entry[1:])
    if refusal is Refusal.OUTSIDE_TRUST_DOMAIN and not detail:
        entry = (entry[0], words.UNNAMED_DOMAIN, entry[2])
    return _said(entry, who=patient or tr("Ce patient"), detail=detail)


def _reason(reason: Reason, service: str, patient: str) -> Explanation | None:
    match reason.kind:
        case "":
            return None
        case "refusal":
            owner, _, message = reason.text.partition(f"{NBSP}: ")
            return _remote(service or owner, reason.code, message or reason.text, transient=False)
        case "network" | "doubtful" | "interrupted":
            return _network(service, doubtful=reason.kind != "network")
        case "card":
            return _card(CardProblem(reason.code), None)
        case "sign-in":
            return _said(words.SIGN_IN[SignInProblem(reason.code)])
        case "not-allowed":
            return _refusal(Refusal(reason.code), reason.text, patient)
        case "identity":
            return _said(words.IDENTITY[IdentityProblem(reason.code)])
        case "storage":
            return _said(words.STORAGE[StorageProblem(reason.code)])
        case _:
            return explain(LgcError())
