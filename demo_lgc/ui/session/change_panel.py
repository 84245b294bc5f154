"""Changing the code porteur: the old one, and the new one twice. Reference: [CPS] §1.3."""

from __future__ import annotations

from demo_lgc.ui.session.new_code import DIGITS, NewCodePanel
from demo_lgc.ui.session.words import tr


class ChangePanel(NewCodePanel):
    """« Changer mon code »."""

    def __init__(self) -> None:
        super().__init__(
            tr("Changer mon code"),
            tr("Le nouveau code vaut aussi pour vos autres logiciels."),
            tr("Code porteur actuel"),
            DIGITS,
            "change",
        )
