"""« Administration » as the window holds it: the page and what drives it."""

from __future__ import annotations

from PySide6.QtCore import Signal, qVersion
from PySide6.QtGui import QHideEvent, QShowEvent
from typing_extensions import override

from demo_lgc.services.administration import Administration
from demo_lgc.ui.flow import FlowRunner
from demo_lgc.ui.settings.flows import SettingsFlows
from demo_lgc.ui.settings.view import SettingsView


class AdministrationPage(SettingsView):
    """The settings of this machine, without a card.

    `left` goes back to the login; `theme_chosen` carries the theme to wear from now on.
    """

    theme_chosen = Signal(str)

    def __init__(self, administration: Administration, runner: FlowRunner) -> None:
        super().__init__(
            fixed_library=administration.fixed_library,
            kind=administration.kind,
            places=administration.places(),
            versions=(*administration.versions(), ("Qt", qVersion())),
        )
        self._flows = SettingsFlows(administration, runner, self)
        self._flows.theme_chosen.connect(self.theme_chosen)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()
        self.open_section()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.toast.hide()
        self._flows.forget()
