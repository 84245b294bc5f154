"""What the banner and the pages of a record say of a patient, in French."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain import oids
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.identity import Patient, Sex
from demo_lgc.domain.timeline import Lane, TimelineEvent
from demo_lgc.domain.vsm import Absence, Certainty, Vsm
from demo_lgc.ui.widgets import states

SEX_ICONS = {Sex.MALE: "male", Sex.FEMALE: "female", Sex.UNKNOWN: "circle-question-mark"}


def _tr(text: str) -> str:
    return QCoreApplication.translate("Record", text)


@dataclass(frozen=True)
class Fact:
    """A chip of the banner. `opens` names the page it speaks of; one that never folds is always seen."""

    text: str
    icon: str
    tone: str
    opens: str
    folds: bool = True


def sex_word(sex: Sex) -> str:
    """« Homme », « Femme », « Sexe indéterminé »."""
    words = {Sex.MALE: _tr("Homme"), Sex.FEMALE: _tr("Femme"), Sex.UNKNOWN: _tr("Sexe indéterminé")}
    return words[sex]


def born(patient: Patient, today: date) -> str:
    """« né le 18/08/1948 (66 ans et 2 mois) »."""
    words = {Sex.MALE: _tr("né le %1 (%2)"), Sex.FEMALE: _tr("née le %1 (%2)")}
    said = words.get(patient.sex, _tr("né(e) le %1 (%2)"))
    return said.replace("%1", f"{patient.birth_date:%d/%m/%Y}").replace("%2", patient.age(today))


def facts(
    patient: Patient,
    vsm: Vsm | None,
    status: DmpStatus | None,
    events: tuple[TimelineEvent, ...],
    today: date,
) -> list[Fact]:
    """Return the chips of the banner, in their fixed order."""
    identity, dmp = states.IDENTITY[patient.status], states.dmp(status, opposed=patient.opposed_to_dmp)
    found = [
        Fact(identity.word, identity.icon, identity.tone, "administrative"),
        Fact(dmp.word, dmp.icon, dmp.tone, "share"),
    ]
    if vsm is not None:
        found.append(_allergies(vsm))
    found += [Fact(said, "info", "accent", "medical") for said in patient.important]
    return found + [Fact(said, "late", "warn", "overview") for said in overdue(events, today)]


def overdue(events: tuple[TimelineEvent, ...], today: date) -> list[str]:
    """« Fond d’œil en retard », for each step of follow-up planned before today and not done."""
    late = [e.title for e in events if e.lane is Lane.PLANNED and e.done is None and e.day < today]
    return [_tr("%1 en retard").replace("%1", title) for title in dict.fromkeys(late)]


def _allergies(vsm: Vsm) -> Fact:
    if vsm.allergies is Absence.NONE_KNOWN:
        return Fact(_tr("Aucune allergie connue"), "check", "neutral", "medical", folds=False)
    if isinstance(vsm.allergies, Absence) or not vsm.allergies:
        return Fact(_tr("Allergies non renseignées"), "circle-question-mark", "warn", "medical", folds=False)
    held = [allergy for allergy in vsm.allergies if allergy.certainty is not Certainty.REFUTED]
    if not held:
        return Fact(_tr("Aucune allergie retenue"), "check", "neutral", "medical", folds=False)
    names = ", ".join(allergy.agent for allergy in held)
    said = _tr("Allergie\u00a0: %1") if len(held) == 1 else _tr("Allergies\u00a0: %1")
    return Fact(said.replace("%1", names), "allergy", "danger", "medical", folds=False)


def ins_nature(oid: str) -> str:
    """« NIR de test »… from the OID of the assigning authority. Reference: [INS]."""
    words = {
        oids.INS_NIR: _tr("NIR"),
        oids.INS_NIA: _tr("NIA"),
        oids.INS_NIR_TEST: _tr("NIR de test"),
        oids.INS_NIR_DEMO: _tr("NIR de démonstration"),
    }
    return words.get(oid, _tr("Nature inconnue"))
