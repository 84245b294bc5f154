"""Readers made of Python, for tests: everything a CPS does to its user, on demand.

Cards can be put in and pulled out at any moment.

Reference: [CPS] §1.3, §3.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from demo_lgc.card import codes
from demo_lgc.card.choice import chosen, judged, ranked
from demo_lgc.card.opened import OpenedCard, tell
from demo_lgc.card.software_card import CardFiles, SoftwareCard
from demo_lgc.card.validity import CardRules
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardInReader

__all__ = ["FIRST", "SoftwareCard", "SoftwareReader"]

FIRST = "Lecteur 1"
_ANY_CARD = CardRules()


class SoftwareReader:
    """Domain `CardReader` around software cards that tests insert and pull out. Safe in any thread."""

    def __init__(
        self,
        card: CardFiles | SoftwareCard | None = None,
        code: str = "1234",
        *,
        pss: bool = True,
        rules: CardRules = _ANY_CARD,
    ) -> None:
        """Make a reader with `card` in it, or empty. `pss` False makes it a CPS3; `rules` judge the cards."""
        self._code, self._pss, self._rules = code, pss, rules
        self._lock = threading.RLock()
        self._cards: dict[str, SoftwareCard] = {}  # by reader
        self._session: object | None = None
        self._open_in = ""  # the reader of the open card
        self._watchers: list[Callable[[], None]] = []
        self._removed = False  # while a session was open
        if card is not None:
            self.insert(card)

    # --- what a hand does -----------------------------------------------------------------------------

    def insert(self, card: CardFiles | SoftwareCard, reader: str = FIRST) -> SoftwareCard:
        """Put a card in, and return it so that it can be put in again with its count of tries."""
        made = card if isinstance(card, SoftwareCard) else SoftwareCard(card, self._code, pss=self._pss)
        with self._lock:
            self._cards[reader] = made
        return made

    def pull_out(self, reader: str = FIRST) -> SoftwareCard | None:
        """Take the card out, in the middle of anything, and return it."""
        with self._lock:
            card, watchers = self._cards.pop(reader, None), []
            if self._session is not None and self._open_in == reader:
                self._session, self._removed = None, True
                watchers, self._watchers = self._watchers, []
        for act in watchers:
            tell(act)
        return card

    # --- CardReader -----------------------------------------------------------------------------------

    def look(self) -> tuple[CardInReader, ...]:
        """Return the cards present, those that can open a session first. Raises CardError (NO_CARD)."""
        with self._lock:
            return tuple(seen for seen, _ in self._present())

    def open(self, code: str, card_number: str = "") -> OpenedCard:
        """Give the code. Raises as the protocol says."""
        try:
            if problem := codes.defect_of_code(code):
                raise CardError(problem)
            return self._open(card_number, lambda card: card.give(code))
        finally:
            code = ""  # an exception holds this frame

    def unblock(self, unblocking_code: str, new_code: str, card_number: str = "") -> None:
        """Give the unblocking code and a new code. Raises as the protocol says."""
        try:
            if problem := codes.defect_of_unblocking(unblocking_code, new_code):
                raise CardError(problem)
            acceptable = (None, CardProblem.BLOCKED)
            self._give(card_number, acceptable, lambda card: card.unblock(unblocking_code, new_code))
        finally:
            unblocking_code = new_code = ""

    def change_code(self, code: str, new_code: str, card_number: str = "") -> None:
        """Replace the code. Raises as the protocol says."""
        try:
            if problem := codes.defect_of_change(code, new_code):
                raise CardError(problem)
            self._give(card_number, (None,), lambda card: card.change(code, new_code))
        finally:
            code = new_code = ""

    def watch(self, on_removed: Callable[[], None]) -> None:
        """Call `on_removed`, once and from another thread, when the open card is pulled out."""
        with self._lock:
            if self._session is not None:
                self._watchers.append(on_removed)
            elif self._removed:
                tell(on_removed)

    def close(self) -> None:
        """Forget the open card."""
        self._close(self._session)

    # --- pieces ---------------------------------------------------------------------------------------

    def _present(self) -> list[tuple[CardInReader, SoftwareCard]]:
        if not self._cards:
            raise CardError(CardProblem.NO_CARD)
        return ranked(
            [
                (judged(reader, card.pair, card.info, card.authorities, card.tries, self._rules), card)
                for reader, card in sorted(self._cards.items())
            ]
        )

    def _give(
        self,
        card_number: str,
        acceptable: tuple[CardProblem | None, ...],
        give: Callable[[SoftwareCard], CardError | None],
    ) -> tuple[CardInReader, SoftwareCard]:
        """Close the open card, and give codes to the one that is chosen."""
        with self._lock:
            self._close(self._session)
            seen, card = chosen(self._present(), card_number)
            if seen.problem not in acceptable:
                raise CardError(seen.problem or CardProblem.UNREADABLE)
            refused = give(card)
        if refused is not None:
            try:
                raise refused
            finally:
                del refused  # it holds this frame, which would hold it in turn
        return seen, card

    def _open(self, card_number: str, give: Callable[[SoftwareCard], CardError | None]) -> OpenedCard:
        with self._lock:
            seen, card = self._give(card_number, (None,), give)
            if seen.holder is None:
                raise CardError(CardProblem.UNREADABLE)
            session = self._session = object()
            self._watchers, self._removed, self._open_in = [], False, seen.reader

        def guarded(sign: Callable[..., bytes]) -> Callable[..., bytes]:
            def signed(*arguments: object) -> bytes:
                signature = sign(*arguments) if self._session is session else b""
                if self._session is not session:  # pulled out, perhaps at work
                    raise CardError(CardProblem.REMOVED)
                return signature

            return signed

        return OpenedCard(
            seen.holder,
            card.situations,
            card.pair,
            card.authorities,
            sign=guarded(card.sign),
            pkcs1=guarded(card.sign_info),
            pss=guarded(card.sign_pss) if card.pss else None,
            on_close=lambda: self._close(session),
        )

    def _close(self, session: object | None) -> None:
        with self._lock:
            if self._session is session:
                self._session, self._watchers = None, []
