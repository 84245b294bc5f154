"""What the sharing page knows: where the document may go, why not, and what is still missing.

Pure values and rules, so that each of them can be tested without a window. Depositing needs an active DMP,
a qualified INS and no opposition; the authorisation of consultation is offered beside it, never required.
Reference: [DMP] §3 decision table, §8.5; [Y] étapes 2 à 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.dmp import DmpExistence, DmpStatus, check_asking, check_feeding
from demo_lgc.domain.document import Visibility
from demo_lgc.domain.errors import IdentityError, IdentityProblem, LgcError, NotAllowed, Refusal
from demo_lgc.domain.identity import Patient
from demo_lgc.domain.message import Correspondent
from demo_lgc.domain.practitioner import PractitionerSession
from demo_lgc.domain.vsm import Absence, Vsm


def _tr(text: str) -> str:
    return QCoreApplication.translate("Sharing", text)


class Destination(Enum):
    """The three choices of étape 2."""

    BOTH = "both"
    DMP = "dmp"
    MAIL = "mail"

    @property
    def to_dmp(self) -> bool:
        """True when the document goes to the DMP."""
        return self is not Destination.MAIL

    @property
    def by_mail(self) -> bool:
        """True when the document goes to colleagues."""
        return self is not Destination.DMP


class AccessState(Enum):
    """What the strip « Dans le DMP » says."""

    CHECKING = "checking"
    AUTHORISED = "authorised"
    NOT_AUTHORISED = "not-authorised"
    OPENING = "opening"  # TD0.3 is under way
    NONE = "none"
    CLOSED = "closed"
    BLOCKED = "blocked"  # the patient blocked this professional
    OPPOSED = "opposed"  # opposition recorded by the practice
    NOT_QUALIFIED = "not-qualified"
    SILENT = "silent"  # no usable answer
    NO_KEY = "no-key"  # the session was opened by what cannot sign


@dataclass(frozen=True)
class Access:
    """What is known of the DMP. `may_feed` tells whether a deposit is possible; `reason` says why not."""

    state: AccessState
    title: str
    detail: str = ""
    may_feed: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Draft:
    """What the doctor has chosen and typed so far. `pending` is an address not yet made a recipient."""

    destination: Destination
    visibility: Visibility = Visibility.VISIBLE
    recipients: tuple[Correspondent, ...] = ()
    subject: str = field(default="", repr=False)
    body: str = field(default="", repr=False)
    pending: str = field(default="", repr=False)


@dataclass(frozen=True)
class Readiness:
    """Whether « Envoyer » may be pressed, and the sentence at its left."""

    ready: bool
    sentence: str


def checking(last: DmpStatus | None, patient: Patient) -> Access:
    """Return what to show while TD0.2 is under way; a deposit is possible when the last answer allowed it."""
    return Access(
        AccessState.CHECKING,
        _tr("Interrogation du DMP…"),
        may_feed=_allowed(patient, last),
        reason=_tr("Le DMP est interrogé en ce moment."),
    )


def opening(access: Access) -> Access:
    """Return what to show while the access is being opened (TD0.3)."""
    return Access(AccessState.OPENING, _tr("Ouverture de l’accès…"), may_feed=access.may_feed)


def forbidden(patient: Patient) -> Access | None:
    """Return why the DMP may not even be asked about this patient; None when it may.

    Reference: [DMP] EX_GEN-1530, §8.5.
    """
    try:
        check_asking(patient)
    except IdentityError as error:
        return Access(
            AccessState.NOT_QUALIFIED, *_identity(error.problem), reason=_tr("Identité non qualifiée.")
        )
    if patient.opposed_to_dmp:
        return Access(
            AccessState.OPPOSED,
            _tr("Le patient s’oppose à l’alimentation de son DMP."),
            _tr("Cette opposition se modifie dans les données administratives."),
            reason=_tr("Le patient s’oppose à l’alimentation de son DMP."),
        )
    return None


def closed_door(session: PractitionerSession) -> Access | None:
    """Return why this session may feed no DMP; None when it may."""
    if session.may_feed_dmp:
        return None
    reason = _tr("Le DMP demande la carte\u202f: cette session a été ouverte avec Pro Santé Connect.")
    way = _tr("Le DMP reste fermé\u202f; le document peut partir par MSSanté.")
    return Access(AccessState.NO_KEY, _tr("Session ouverte sans carte."), way, reason=reason)


def access_of(patient: Patient, status: DmpStatus) -> Access:
    """Return what the answer of TD0.2 means for this sharing."""
    try:
        check_feeding(patient, status)
    except IdentityError:
        return forbidden(patient) or _none(patient)
    except NotAllowed as refused:
        return forbidden(patient) or _refused(patient, status, refused)
    if status.word == "authorised":
        title = _tr("Accès au DMP autorisé.")
        detail = _tr("Vous êtes déclaré médecin traitant.") if status.treating_doctor else ""
        return Access(AccessState.AUTHORISED, title, detail, may_feed=True)
    return Access(
        AccessState.NOT_AUTHORISED,
        _tr("%1 possède un DMP. Vous n’y avez pas encore accès.").replace("%1", patient.courtesy_name),
        _tr("Vous pouvez déposer sans attendre\u202f; l’accord ouvre aussi la consultation."),
        may_feed=True,
    )


def silent(patient: Patient, last: DmpStatus | None, title: str, detail: str) -> Access:
    """Return what to show when the DMP gave no usable answer, explained by `title` and `detail`.

    A deposit stays possible when the last answer known allowed it: the DMP is asked again at the sending.
    """
    if _allowed(patient, last):
        known = _tr(
            "%1 avait un DMP actif à la dernière vérification\u202f; il sera interrogé de nouveau à l’envoi."
        )
        return Access(AccessState.SILENT, title, known.replace("%1", patient.courtesy_name), may_feed=True)
    return Access(
        AccessState.SILENT, title, detail, reason=_tr("L’existence du DMP n’a pas pu être vérifiée.")
    )


def obstacles(access: Access, visibility: Visibility) -> dict[Destination, str]:
    """Return why a destination may not be chosen; those that may are absent.

    The visibility speaks of the DMP: it counts for nothing when nothing can be deposited there.
    """
    if not access.may_feed:
        return {Destination.BOTH: access.reason, Destination.DMP: access.reason}
    if visibility is Visibility.MASKED_TO_PROFESSIONALS:
        masked = _tr("Un document masqué aux professionnels ne leur est pas envoyé par messagerie.")
        return {Destination.BOTH: masked, Destination.MAIL: masked}
    return {}


def preferred(wanted: Destination, refused: dict[Destination, str]) -> Destination:
    """Return the choice nearest to what the doctor wanted among those still possible."""
    for choice in (wanted, Destination.BOTH, Destination.DMP, Destination.MAIL):
        if choice not in refused:
            return choice
    return wanted


def readiness(draft: Draft, access: Access) -> Readiness:
    """Say whether the draft may be sent, or the first thing missing."""
    missing = _missing(draft, access)
    if missing:
        return Readiness(False, missing)
    parts = [_tr("1\u00a0dépôt")] if draft.destination.to_dmp else []
    if draft.destination.by_mail:
        parts.append(_messages(len(draft.recipients)))
    return Readiness(True, ", ".join(parts))


def caution(vsm: Vsm) -> tuple[str, str]:
    """Return what to warn of before sharing this volet, title and detail; two empty strings when nothing.

    « Aucun connu » is information; a volet where no rubric was ever filled tells a colleague nothing.
    """
    rubrics = (
        vsm.problems,
        vsm.medical_history,
        vsm.procedures,
        vsm.allergies,
        vsm.treatments,
        vsm.lifestyle,
        vsm.family_history,
    )
    told = any(rubric and rubric is not Absence.NOT_ASKED for rubric in rubrics)
    if told or vsm.occupational_risks.strip() or vsm.vigilance:
        return "", ""
    return (
        _tr("Ce volet est vide\u00a0: aucune rubrique n’est renseignée."),
        _tr("Vos confrères n’y apprendront rien. Vous pouvez revenir au dossier, ou l’envoyer tel quel."),
    )


def _missing(draft: Draft, access: Access) -> str:
    refused = obstacles(access, draft.visibility)
    if draft.destination in refused:
        return refused[draft.destination]
    if not draft.destination.by_mail:
        return ""
    if draft.pending:
        return _tr("Validez le destinataire saisi avec Entrée.")
    if not draft.recipients:
        return _tr("Il reste à choisir un destinataire.")
    if not draft.subject.strip():
        return _tr("Il reste à écrire l’objet.")
    return ""


def _messages(number: int) -> str:
    return _tr("1\u00a0message") if number == 1 else _tr("%1\u00a0messages").replace("%1", str(number))


def _allowed(patient: Patient, last: DmpStatus | None) -> bool:
    if last is None:
        return False
    try:
        check_feeding(patient, last)
    except LgcError:
        return False
    return True


def _identity(problem: IdentityProblem) -> tuple[str, str]:
    if problem is IdentityProblem.NIA:
        return (
            _tr("Le patient n’a qu’un identifiant d’attente."),
            _tr("Aucun DMP n’existe pour un NIA. Le document peut partir par MSSanté."),
        )
    return (
        _tr("L’identité n’est pas qualifiée."),
        _tr("Vérifiez l’INS avant tout dépôt au DMP. Le document peut partir par MSSanté."),
    )


def _none(patient: Patient) -> Access:
    return Access(
        AccessState.NONE,
        _tr("%1 n’a pas de DMP.").replace("%1", patient.courtesy_name),
        _tr("Le document peut partir par MSSanté."),
        reason=_tr("Le patient n’a pas de DMP."),
    )


def _refused(patient: Patient, status: DmpStatus, refused: NotAllowed) -> Access:
    if refused.refusal is Refusal.DMP_CLOSED or status.existence is DmpExistence.CLOSED:
        when = f"{status.closed_on:%d/%m/%Y}" if status.closed_on else ""
        title = _tr("Le DMP de %1 a été fermé le %2.") if when else _tr("Le DMP de %1 est fermé.")
        motive = _tr("Motif\u00a0: %1. ").replace("%1", closing_words(status.closing_reason))
        return Access(
            AccessState.CLOSED,
            title.replace("%1", patient.courtesy_name).replace("%2", when),
            (motive if status.closing_reason else "") + _tr("Le document peut partir par MSSanté."),
            reason=_tr("Le DMP du patient est fermé."),
        )
    if refused.refusal is Refusal.OPPOSITION:
        return Access(
            AccessState.BLOCKED,
            _tr("Le patient s’oppose à l’accès de votre profession à son DMP."),
            _tr("Le document peut partir par MSSanté."),
            reason=_tr("Le patient s’oppose à l’accès à son DMP."),
        )
    return _none(patient)


def closing_words(code: str) -> str:
    """Say a closing motive of the DMP (`FERMETURE_DEMANDE_PATIENT`…) in words. Reference: [DMP] TD0.2."""
    if code == "FERMETURE_DEMANDE_PATIENT":
        return _tr("à la demande du patient")
    return code.replace("_", " ").capitalize()
