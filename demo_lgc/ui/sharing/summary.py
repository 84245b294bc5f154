"""What became of a sharing, in plain words: one state per branch, one sentence for the whole.

Reference: [Y] étape 5; docs/decisions/002-deliveries-written-down-before-they-leave.md
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.delivery import Channel, Delivery, DeliveryState


def _tr(text: str) -> str:
    return QCoreApplication.translate("Sharing", text)


class BranchState(Enum):
    """How a branch is drawn; the values are the names of the delivery states of the interface."""

    SENT = "sent"
    SENDING = "sending"
    WAITING = "waiting"
    FAILED = "failed"
    DOUBT = "doubt"
    GIVEN_UP = "given-up"


@dataclass(frozen=True)
class Summary:
    """The strip under the branches. `tone` is ok, accent, warn, danger or neutral."""

    tone: str
    icon: str
    title: str
    detail: str = ""


_STATES = {
    DeliveryState.READY: BranchState.WAITING,
    DeliveryState.SENDING: BranchState.SENDING,
    DeliveryState.SENT: BranchState.SENT,
    DeliveryState.REFUSED: BranchState.FAILED,
    DeliveryState.IN_DOUBT: BranchState.DOUBT,
    DeliveryState.GIVEN_UP: BranchState.GIVEN_UP,
}


def branch_state(delivery: Delivery, running: Collection[int] = ()) -> BranchState:
    """Return how `delivery` is shown; one whose id is in `running` is being sent at this moment."""
    return BranchState.SENDING if delivery.id in running else _STATES[delivery.state]


def summary(deliveries: tuple[Delivery, ...], running: Collection[int] = ()) -> Summary:
    """Say in one or two sentences what became of the branches of one sharing."""
    states = [branch_state(d, running) for d in deliveries]
    if BranchState.SENDING in states:
        return Summary(
            "accent",
            "sending",
            _tr("Envoi en cours…"),
            _tr("Vous pouvez revenir au dossier\u202f; l’envoi continue."),
        )
    if BranchState.FAILED in states:
        return _partly(states)
    if BranchState.DOUBT in states:
        return _doubt(deliveries, states)
    if BranchState.WAITING in states:
        return _waiting(states)
    return _done(deliveries, states)


def counted(deliveries: tuple[Delivery, ...]) -> str:
    """« 1 dépôt au DMP, 2 messages », for the branches that were sent."""
    sent = [d for d in deliveries if d.state is DeliveryState.SENT]
    messages = sum(d.channel is Channel.MSSANTE for d in sent)
    parts = [_tr("1\u00a0dépôt au DMP")] if len(sent) > messages else []
    if messages:
        parts.append(
            _tr("1\u00a0message") if messages == 1 else _tr("%1\u00a0messages").replace("%1", str(messages))
        )
    return ", ".join(parts)


def _done(deliveries: tuple[Delivery, ...], states: list[BranchState]) -> Summary:
    given_up = states.count(BranchState.GIVEN_UP)
    said = counted(deliveries)
    if not given_up:
        return Summary("ok", "sent", _tr("Partage terminé."), said + ".")
    kept = _tr("Envoi abandonné.") if given_up == 1 else _tr("Envois abandonnés.")
    return Summary(
        "neutral", "sent", kept, _tr("Le reste est parti\u00a0: %1.").replace("%1", said) if said else ""
    )


def _partly(states: list[BranchState]) -> Summary:
    failed, total = states.count(BranchState.FAILED), len(states)
    if failed == total:
        title = _tr("L’envoi n’a pas abouti.") if total == 1 else _tr("Aucun envoi n’a abouti.")
        return Summary(
            "danger", "failed", title, _tr("Le document est conservé\u202f; rien n’est à ressaisir.")
        )
    title = (
        _tr("Un envoi sur %1 n’a pas abouti.")
        if failed == 1
        else _tr("%2 envois sur %1 n’ont pas abouti.").replace("%2", _word(failed).capitalize())
    ).replace("%1", _word(total))
    return Summary("danger", "failed", title, _others(states))


def _others(states: list[BranchState]) -> str:
    """What is true of the branches that did not fail."""
    sent = states.count(BranchState.SENT)
    rest = len(states) - sent - states.count(BranchState.FAILED)
    if rest:
        return _tr("Ce qui est parti ne sera pas renvoyé.") if sent else ""
    if sent == 1:
        return _tr("L’autre est parti et ne sera pas renvoyé.")
    return _tr("Les autres sont partis et ne seront pas renvoyés.")


def _doubt(deliveries: tuple[Delivery, ...], states: list[BranchState]) -> Summary:
    channels = {d.channel for d, s in zip(deliveries, states, strict=True) if s is BranchState.DOUBT}
    whom = {
        frozenset({Channel.DMP}): _tr("Nous vérifions auprès du DMP avant tout nouvel envoi."),
        frozenset({Channel.MSSANTE}): _tr("Nous vérifions auprès de la messagerie avant tout nouvel envoi."),
    }.get(frozenset(channels), _tr("Nous vérifions avant tout nouvel envoi."))
    return Summary("warn", "doubt", _tr("Réponse non reçue."), whom)


def _waiting(states: list[BranchState]) -> Summary:
    waiting = states.count(BranchState.WAITING)
    title = _tr("Un envoi est en attente.") if waiting == 1 else _tr("%1 envois sont en attente.")
    return Summary(
        "neutral",
        "waiting",
        title.replace("%1", _word(waiting).capitalize()),
        _tr("Nous réessaierons de nous-mêmes\u202f; vous pouvez aussi réessayer maintenant."),
    )


def _word(number: int) -> str:
    words = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
    return _tr(words[number]) if number < len(words) else str(number)
