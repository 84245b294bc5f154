"""What each state looks like: its icon, its tone and its word, the same everywhere on the screen.

The words are French and go through Qt's translation when they are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from demo_lgc.domain.delivery import Channel, DeliveryState
from demo_lgc.domain.dmp import DmpStatus
from demo_lgc.domain.identity import IdentityStatus
from demo_lgc.ui.widgets.cell import Cell
from demo_lgc.ui.widgets.chip import Chip


@dataclass(frozen=True)
class State:
    """How a state is shown. `icon` is a meaning of `icons`, `tone` a tone of `theme`."""

    icon: str
    tone: str
    said: str
    briefly: str = ""

    @property
    def word(self) -> str:
        """The state in the page."""
        return QCoreApplication.translate("states", self.said)

    @property
    def short(self) -> str:
        """The state in a legend, where the family is already named."""
        return QCoreApplication.translate("states", self.briefly or self.said)

    def chip(self) -> Chip:
        """Return it as a chip."""
        return Chip(self.word, self.icon, self.tone)

    def cell(self) -> Cell:
        """Return it as the cell of a table: a chip."""
        return Cell(self.word, icon=self.icon, tone=self.tone, chip=True)

    def icon_cell(self) -> Cell:
        """Return it as a cell with its icon only; the word is its tooltip and what screen readers say."""
        return Cell(icon=self.icon, tone=self.tone, say=self.word)


DMP = {
    "authorised": State("dmp-authorised", "ok", "DMP autorisé", "Autorisé"),
    "not-authorised": State("dmp-not-authorised", "warn", "DMP non autorisé", "Non autorisé"),
    "none": State("dmp-none", "muted", "Pas de DMP", "Aucun"),
    "closed": State("dmp-closed", "neutral", "DMP fermé", "Fermé"),
    "opposed": State("dmp-opposed", "danger", "Opposition au DMP", "Opposition"),
    "unknown": State("dmp-unknown", "muted", "DMP non vérifié", "Non vérifié"),
}
IDENTITY = {
    IdentityStatus.QUALIFIED: State("identity-qualified", "ok", "Identité qualifiée"),
    IdentityStatus.VALIDATED: State("identity-validated", "accent", "Identité validée"),
    IdentityStatus.RETRIEVED: State("identity-retrieved", "warn", "Identité récupérée"),
    IdentityStatus.PROVISIONAL: State("identity-provisional", "warn", "Identité provisoire"),
}
DELIVERY = {
    DeliveryState.READY: State("waiting", "neutral", "En attente"),
    DeliveryState.SENDING: State("sending", "accent", "En cours"),
    DeliveryState.IN_DOUBT: State("doubt", "warn", "À vérifier"),
    DeliveryState.SENT: State("sent", "ok", "Envoyé"),
    DeliveryState.REFUSED: State("failed", "danger", "Non envoyé"),
    DeliveryState.GIVEN_UP: State("given-up", "neutral", "Abandonné"),
}
DEPOSITED = State("sent", "ok", "Déposé")
ORIGIN = {
    "practice": State("origin-practice", "text2", "Cabinet"),
    "dmp": State("origin-dmp", "dmp", "DMP"),
    "mss": State("origin-mss", "mss", "MSSanté"),
    "file": State("origin-file", "text2", "Fichier"),
}


def dmp(status: DmpStatus | None, *, opposed: bool = False) -> State:
    """Return the state of a patient's DMP; None when never asked, `opposed` as the practice recorded."""
    if opposed:
        return DMP["opposed"]
    return DMP[status.word] if status is not None else DMP["unknown"]


def delivery(state: DeliveryState, channel: Channel = Channel.MSSANTE) -> State:
    """Return the state of a delivery; a document is « déposé » in the DMP and « envoyé » by MSSanté."""
    if state is DeliveryState.SENT and channel is Channel.DMP:
        return DEPOSITED
    return DELIVERY[state]
