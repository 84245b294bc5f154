"""« Dans le DMP »: what is known of the patient's DMP, and the consent that opens its consultation.

Reference: [DMP] EX_0.2-1100 (the text of the consent, shown word for word, never ticked in advance).
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QCheckBox, QFrame
from typing_extensions import override

from demo_lgc.ui import theme
from demo_lgc.ui.sharing.model import Access, AccessState
from demo_lgc.ui.widgets.buttons import button
from demo_lgc.ui.widgets.layout import col, plain, row
from demo_lgc.ui.widgets.text import Icon, Text

CONSENT = (
    "Le patient (ou son représentant légal), préalablement informé, consent au fait que j'accède à son DMP. "
    "Avec le consentement patient, le logiciel pourra effectuer des requêtes de recherches de documents au "
    "nom de l'utilisateur authentifié sur le DMP et permettra de les consulter sur action manuelle. Ces "
    "interactions sont tracées avec l'identifiant national du professionnel authentifié et le patient sera "
    "notifié immédiatement de ces interactions. Toutes recherches et/ou consultations de ma part d'un "
    "document pour lequel le patient ne m'a pas autorisé et/ou je ne fais pas partie de l'équipe de soins "
    "m'expose à des poursuites."
)
"""EX_0.2-1100, word for word: it is not ours to rephrase or to translate."""

_LOOKS = {  # state: tone of the strip, icon
    AccessState.CHECKING: ("neutral", "sending"),
    AccessState.AUTHORISED: ("ok", "dmp-authorised"),
    AccessState.NOT_AUTHORISED: ("warn", "dmp-not-authorised"),
    AccessState.OPENING: ("warn", "sending"),
    AccessState.NONE: ("neutral", "dmp-none"),
    AccessState.CLOSED: ("neutral", "dmp-closed"),
    AccessState.BLOCKED: ("danger", "dmp-opposed"),
    AccessState.OPPOSED: ("danger", "dmp-opposed"),
    AccessState.NOT_QUALIFIED: ("warn", "message-warn"),
    AccessState.SILENT: ("warn", "dmp-unknown"),
    AccessState.NO_KEY: ("neutral", "card"),
}


class AccessStrip(QFrame):
    """The strip of the DMP. `consented` asks to open the access, `asked_again` to question the DMP again."""

    consented = Signal()
    asked_again = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "strip")
        self.setObjectName("share.access")
        self._state = AccessState.CHECKING
        self._icon = Icon("sending", "text2", 18)
        self._title = Text("", "small", wrap=True, weight=500)
        self._detail = Text("", "caption", "text2", wrap=True)
        self._again = button(
            self.tr("Réessayer"), "refresh-cw", name="share.retry_access", on=self.asked_again.emit
        )
        self.consent = QCheckBox(self.tr("J’ai recueilli l’accord du patient"))
        self.consent.setObjectName("share.consent")
        self.consent.setFont(theme.font("small"))
        self.consent.setAccessibleDescription(CONSENT)
        self.consent.toggled.connect(lambda _on: self._enable())
        self._open = button(self.tr("Ouvrir l’accès"), name="share.open_access", on=self.consented.emit)
        self._what = button(self.tr("Ce que vous attestez"), "chevron-right", "link", checked=False)
        self._what.setObjectName("share.attest")
        self._what.toggled.connect(self._unfold)
        self._text = Text(CONSENT, "caption", "text2", wrap=True)
        self._block = plain(col(self.consent, row(self._what, None, self._open, gap=8), self._text, gap=2))
        words = col(self._title, self._detail, self._block, gap=3)
        picture = col(self._icon, None)
        self.setLayout(row(picture, (words, 1), self._again, gap=10, margins=(12, 9, 10, 9)))
        self._unfold(False)

    @property
    def state(self) -> AccessState:
        """What is shown."""
        return self._state

    @property
    def title(self) -> str:
        """The sentence shown."""
        return self._title.text()

    @property
    def detail(self) -> str:
        """The second line shown."""
        return self._detail.text()

    def show_access(self, access: Access) -> None:
        """Show what is known; the tick of the consent stays as the doctor left it."""
        self._state = access.state
        tone, icon = _LOOKS[access.state]
        self._icon.set(icon, tone)
        self._title.setText(access.title)
        self._detail.setText(access.detail)
        self._detail.setVisible(bool(access.detail))
        self._again.setVisible(access.state is AccessState.SILENT)
        self._block.setVisible(access.state in (AccessState.NOT_AUTHORISED, AccessState.OPENING))
        self.setAccessibleName(f"{access.title} {access.detail}".strip())
        theme.restyle(self, tone=tone)
        self._enable()
        if self.isVisible():
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @override
    def setEnabled(self, enabled: bool) -> None:
        super().setEnabled(enabled)
        self._enable()

    def _enable(self) -> None:
        idle = self._state is AccessState.NOT_AUTHORISED
        self.consent.setEnabled(idle)
        self._open.setEnabled(idle and self.consent.isChecked())
        self._open.setToolTip(
            "" if self.consent.isChecked() else self.tr("Cochez d’abord l’accord du patient.")
        )

    def _unfold(self, shown: bool) -> None:
        self._text.setVisible(shown)
        self._what.set_icon("chevron-down" if shown else "chevron-right")
