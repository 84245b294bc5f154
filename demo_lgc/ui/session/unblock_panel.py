"""Unblocking a card, after three wrong codes: the code of eight digits, and a new code porteur.

Reference: [CPS] §1.3 (the unblocking code is on the letter of the code porteur, and is counted too).
"""

from __future__ import annotations

from demo_lgc.ui.session.new_code import NewCodePanel
from demo_lgc.ui.session.words import tr

DIGITS = 8


class UnblockPanel(NewCodePanel):
    """« Débloquer ma carte »."""

    def __init__(self) -> None:
        super().__init__(
            tr("Débloquer ma carte"),
            tr("Le code de déblocage est sur le courrier de votre code porteur."),
            tr("Code de déblocage"),
            DIGITS,
            "unblock",
        )
