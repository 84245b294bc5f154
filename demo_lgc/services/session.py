"""Open and close a practitioner session with the card."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from demo_lgc.domain.errors import CardError, CardProblem, NotAllowed, Refusal
from demo_lgc.domain.practitioner import CardHolder, PracticeContact, PractitionerSession
from demo_lgc.domain.trust import CardReader, OpenCard


class SessionService:
    """The session of the doctor whose card is in the reader. One at a time.

    `on_opened` receives the open card (whoever needs its keys), `on_locked` is called when it leaves or
    when the doctor locks; both may be called from another thread than the GUI's.
    """

    def __init__(
        self,
        reader: CardReader,
        contact: PracticeContact,
        clock: Callable[[], datetime],
    ) -> None:
        self._reader = reader
        self._contact = contact
        self._clock = clock
        self._card: OpenCard | None = None
        self._session: PractitionerSession | None = None
        self._on_locked: list[Callable[[], None]] = []

    @property
    def current(self) -> PractitionerSession:
        """The open session. Raises NotAllowed (NO_SESSION)."""
        if self._session is None:
            raise NotAllowed(Refusal.NO_SESSION)
        return self._session

    @property
    def card(self) -> OpenCard:
        """The open card. Raises NotAllowed (NO_SESSION)."""
        if self._card is None:
            raise NotAllowed(Refusal.NO_SESSION)
        return self._card

    @property
    def is_open(self) -> bool:
        """True while a session is open."""
        return self._session is not None

    def holder(self) -> CardHolder:
        """Return whose card is in the reader, before any code. Raises CardError."""
        return self._reader.read()

    def tries_left(self) -> int:
        """Tries left on the code porteur, 0 when blocked. Raises CardError."""
        return self._reader.tries_left()

    def open(self, code: str) -> PractitionerSession:
        """Open the session with the code porteur. Raises CardError; a wrong length spends no try.

        The first practice situation of the card is taken; a card without any is refused (NO_SITUATION):
        the structure declared to the DMP must be the card's.
        """
        self.lock()
        card = self._reader.open(code)
        if not card.situations:
            card.close()
            raise CardError(CardProblem.NO_SITUATION)
        self._card = card
        self._session = PractitionerSession(
            practitioner=card.holder.practitioner,
            situation=card.situations[0],
            opened_at=self._clock(),
            contact=self._contact,
        )
        self._reader.watch(self.lock)
        return self._session

    def when_locked(self, act: Callable[[], None]) -> None:
        """Call `act` each time the session closes, whatever the cause; from any thread."""
        self._on_locked.append(act)

    def lock(self) -> None:
        """Close the session: keys, connections and code are forgotten. Harmless when none is open."""
        card, self._card, self._session = self._card, None, None
        if card is None:
            return
        try:
            for act in self._on_locked:
                act()
        finally:
            card.close()
