"""The strip that says why the page is covered, and for whom what was typed is kept."""

from __future__ import annotations

from demo_lgc.ui.errors import Explanation
from demo_lgc.ui.session.words import tr
from demo_lgc.ui.widgets.strip import Strip


class LockedStrip(Strip):
    """Hidden until a session locks, and again once one opens."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("login.locked")
        self._words, self._national_id = Explanation(""), ""

    def lock(self, words: Explanation, national_id: str) -> None:
        """Say that the session of `national_id` closed and that nothing typed was lost."""
        self._words, self._national_id = words, national_id
        self.say("accent", words.title, words.detail, "lock")

    def is_of_another(self, national_id: str) -> bool:
        """Return True when the page covers the work of somebody else."""
        return not self.isHidden() and bool(self._national_id) and self._national_id != national_id

    def take_back(self) -> None:
        """Nobody else is expected: say again why the page is covered."""
        self.say_whose(self._national_id)

    def say_whose(self, national_id: str) -> None:
        """What was typed is kept for who typed it: say so before another session opens over it."""
        if self.isHidden() or not self._words.title:
            return
        other = self.is_of_another(national_id)
        title = tr("Session verrouillée par une autre personne.") if other else self._words.title
        if self.text == title:
            return
        if other:
            lost = tr("Ouvrir la vôtre fermera ses dossiers\u202f; sa saisie non envoyée sera perdue.")
            self.say("warn", title, lost)
        else:
            self.say("accent", title, self._words.detail, "lock")
