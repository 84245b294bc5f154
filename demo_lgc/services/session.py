"""Open and close the session of a practitioner, with the card or with Pro Santé Connect.

A door is unlocked first, then the session begins from one practice situation: a card may hold several, or
none, and what is sent to the DMP must come from one and the same. Everything that happens to the session
and to the card is noted, never the code.

Reference: [CPS] §1.3, §1.4; [DMP] §2.4; [PSC]; SSI/IE.38, SSI/IE.39.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from threading import RLock, Timer

from demo_lgc.domain.errors import (
    CardError,
    CardProblem,
    LgcError,
    NotAllowed,
    Refusal,
    SignInError,
    SignInProblem,
)
from demo_lgc.domain.practitioner import (
    Door,
    LockCause,
    PracticeContact,
    PracticeSituation,
    PractitionerSession,
    Unlocked,
)
from demo_lgc.domain.trust import (
    CardInReader,
    CardReader,
    IdentityProvider,
    OpenCard,
    ProSanteAccount,
    SignIn,
)
from demo_lgc.services.trail import Note


class SessionService:
    """The session of one practitioner at a time.

    Callbacks may be called from another thread than the GUI's. `contact` tells where the professional of a
    national identifier is reached. `removal_grace` says how many seconds pass
    between the moment the card leaves, when its keys and connections die, and the closing of the session.
    """

    def __init__(
        self,
        reader: CardReader,
        contact: Callable[[str], PracticeContact],
        clock: Callable[[], datetime],
        note: Note,
        provider: IdentityProvider | None = None,
        removal_grace: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._reader = reader
        self._contact = contact
        self._clock = clock
        self._note = note
        self._provider = provider
        self._grace = removal_grace
        self._turn, self._ending = RLock(), RLock()
        self._key: OpenCard | ProSanteAccount | None = None  # of the session, or of what was just unlocked
        self._unlocked: Unlocked | None = None
        self._session: PractitionerSession | None = None
        self._last: PractitionerSession | None = None
        self._leaving: Timer | None = None
        self._cause = LockCause.ASKED
        self._on_locked: list[Callable[[], None]] = []
        self._on_lost: list[Callable[[], None]] = []

    # --- what is open ---------------------------------------------------------------------------------

    @property
    def current(self) -> PractitionerSession:
        """The open session. Raises NotAllowed (NO_SESSION)."""
        session = self._session
        if session is None:
            raise NotAllowed(Refusal.NO_SESSION)
        return session

    @property
    def is_open(self) -> bool:
        """True while a session is open."""
        return self._session is not None

    @property
    def card(self) -> OpenCard:
        """The open card. Raises NotAllowed: NO_SESSION, NEEDS_CARD (opened by Pro Santé Connect)."""
        key = self.key
        if self.current.door is not Door.CARD:
            raise NotAllowed(Refusal.NEEDS_CARD)
        return key  # type: ignore[return-value]  # the door says which of the two it is

    @property
    def key(self) -> OpenCard | ProSanteAccount:
        """What the session was opened with. Raises NotAllowed (NO_SESSION)."""
        key = self._key
        if key is None or self._session is None:
            raise NotAllowed(Refusal.NO_SESSION)
        return key

    @property
    def locked_because(self) -> LockCause:
        """Why the last session closed."""
        return self._cause

    # --- before the session ---------------------------------------------------------------------------

    def look(self) -> tuple[CardInReader, ...]:
        """Return the cards in the readers, before any code. Raises CardError, see `CardReader.look`."""
        return self._reader.look()

    def unlock(self, code: str, card_number: str = "") -> Unlocked:
        """Give the code porteur to the card, and return from where its holder may work.

        Any session is closed first. Raises CardError, see `CardReader.open`; a wrong length spends no try. A
        card whose removal could not be watched is closed again.
        """
        self.lock()
        try:
            card = self._reader.open(code, card_number)
        except CardError as error:
            self._note("open-card", self._holder_of(card_number), error.problem.value)
            raise
        finally:
            del code  # the exception holds this frame
        holder = card.holder
        unlocked = self._welcome(card, Unlocked(holder.practitioner, card.situations, kind=holder.kind))
        try:
            self._reader.watch(self._removed)
        except CardError:
            self.give_up()
            raise
        return unlocked

    def accept(self, account: ProSanteAccount) -> Unlocked:
        """Take somebody Pro Santé Connect vouches for, and return from where they may work."""
        self.lock()
        unlocked = self._welcome(account, Unlocked(account.practitioner, account.situations, kind=None))
        account.watch(lambda: self.lock(LockCause.ENDED))
        return unlocked

    def begin(
        self, situation: PracticeSituation, name: tuple[str, str] = ("", ""), speciality: str = ""
    ) -> PractitionerSession:
        """Open the session from `situation`, one of those unlocked, or declared when there is none.

        `name` (family, given) is that of the person whose card names nobody, `speciality` (TRE_R38) theirs
        when the card tells none. Raises NotAllowed (NO_SESSION): nothing is unlocked any more; CardError
        (NO_SITUATION): neither theirs nor declared in place of none.
        """
        with self._turn:
            unlocked = self._unlocked
            if unlocked is None:
                raise NotAllowed(Refusal.NO_SESSION)
            if situation not in unlocked.situations and not unlocked.must_declare:
                raise CardError(CardProblem.NO_SITUATION)
            person = unlocked.practitioner
            if unlocked.unnamed:
                person = replace(person, family=name[0], given=name[1])
            if not person.speciality:
                person = replace(person, speciality=speciality)
            self._session = self._last = PractitionerSession(
                practitioner=person,
                situation=replace(situation, declared=unlocked.must_declare),
                opened_at=self._clock(),
                contact=self._contact(person.national_id),
                door=Door.PRO_SANTE_CONNECT if unlocked.kind is None else Door.CARD,
                kind=unlocked.kind,
            )
            self._unlocked = None
            opened = self._session
        self._note("open-session", opened.practitioner.national_id, opened.door.value)
        return opened

    def open(self, code: str, card_number: str = "") -> PractitionerSession:
        """Unlock and begin at once, for a card that leaves nothing to choose.

        Raises as `unlock` does, and CardError (NO_SITUATION) when there is something to choose or to say.
        """
        unlocked = self.unlock(code, card_number)
        if unlocked.proposed is None:
            self.give_up()
            raise CardError(CardProblem.NO_SITUATION)
        return self.begin(unlocked.proposed)

    def give_up(self) -> None:
        """Close what was unlocked without a session. Harmless when there is nothing."""
        with self._turn:
            if self._unlocked is None:
                return
            key, self._key, self._unlocked = self._key, None, None
        if key is not None:
            key.close()

    def unblock(self, unblocking_code: str, new_code: str, card_number: str = "") -> None:
        """Give a blocked card its unblocking code and a new code. Raises CardError, see `CardReader`."""
        self.lock()
        try:
            with self._noting("unblock-card", card_number):
                self._reader.unblock(unblocking_code, new_code, card_number)
        finally:
            del unblocking_code, new_code

    def change_code(self, code: str, new_code: str, card_number: str = "") -> None:
        """Replace the code porteur. Raises CardError, see `CardReader`."""
        self.lock()
        try:
            with self._noting("change-code", card_number):
                self._reader.change_code(code, new_code, card_number)
        finally:
            del code, new_code

    # --- Pro Santé Connect ----------------------------------------------------------------------------

    @property
    def has_provider(self) -> bool:
        """True when this software is registered at Pro Santé Connect."""
        return self._provider is not None

    def in_browser(self) -> SignIn:
        """Begin a sign-in in the browser. Raises SignInError, NetworkError, RemoteRefusal."""
        return self._asked().in_browser()

    def on_telephone(self, national_id: str) -> SignIn:
        """Begin a sign-in on the telephone of `national_id`. Raises as `in_browser` does."""
        return self._asked().on_telephone(national_id)

    def answer_to(self, sign_in: SignIn, national_id: str = "") -> ProSanteAccount:
        """Wait until the holder has answered, in a thread that may wait; a failure is noted.

        `national_id` is who was asked on the telephone. Raises as `SignIn.wait` does.
        """
        try:
            return sign_in.wait()
        except SignInError as error:
            self._note("sign-in", national_id, error.problem.value)
            raise

    def _asked(self) -> IdentityProvider:
        if self._provider is None:
            raise SignInError(SignInProblem.NOT_CONFIGURED)
        return self._provider

    # --- the end --------------------------------------------------------------------------------------

    def when_locked(self, act: Callable[[], None]) -> None:
        """Call `act` each time the session closes, whatever the cause; from any thread."""
        self._on_locked.append(act)

    def when_key_lost(self, act: Callable[[], None]) -> None:
        """Call `act` as soon as the keys are gone, before any grace, and each time the session closes."""
        self._on_lost.append(act)

    def lock(self, cause: LockCause = LockCause.ASKED) -> None:
        """Close the session: keys, connections and code are forgotten. Harmless when none is open.

        All is done when it returns, also when another thread had begun it.
        """
        with self._ending:
            self._end(cause)

    def _end(self, cause: LockCause) -> None:
        self.give_up()
        with self._turn:
            session, self._session = self._session, None
            key, self._key = self._key, None
            leaving, self._leaving = self._leaving, None
            if session is not None:
                self._cause = cause
        if leaving is not None:
            leaving.cancel()
        if session is None or key is None:
            return
        with ExitStack() as end:  # all of it, whatever fails; what comes last here is done first
            end.callback(self._note, "lock-session", session.practitioner.national_id, cause.value)
            end.callback(key.close)
            for act in reversed((*self._on_locked, *self._on_lost)):  # the page first: servers may be slow
                end.callback(act)

    def _removed(self) -> None:
        """The card left. What it opened dies now; what it showed, after the grace."""
        grace = self._grace()
        with self._turn:
            stays = grace > 0 and self._session is not None
            if stays and self._leaving is None:
                self._leaving = Timer(grace, self.lock, (LockCause.REMOVED,))
                self._leaving.daemon = True
                self._leaving.start()
        if not stays:
            self.lock(LockCause.REMOVED)
            return
        for act in self._on_lost:
            act()

    # --- pieces ---------------------------------------------------------------------------------------

    def _welcome(self, key: OpenCard | ProSanteAccount, unlocked: Unlocked) -> Unlocked:
        """Remember what was unlocked, with what needs not be asked again of who had just been here.

        A card that names nobody passes from hand to hand: who holds it is asked each time.
        """
        last, person, proposed = self._last, unlocked.practitioner, None
        if len(unlocked.situations) == 1:
            proposed = unlocked.situations[0]
        if last is not None and last.practitioner.national_id == person.national_id:
            if not person.speciality:
                person = replace(person, speciality=last.practitioner.speciality)
            if last.situation in unlocked.situations or (unlocked.must_declare and last.situation.declared):
                proposed = last.situation
        unlocked = replace(unlocked, practitioner=person)
        unlocked = replace(unlocked, proposed=None if unlocked.unnamed else proposed)
        with self._turn:
            self._key, self._unlocked = key, unlocked
        return unlocked

    @contextmanager
    def _noting(self, act: str, card_number: str) -> Iterator[None]:
        who = self._holder_of(card_number)
        try:
            yield
        except CardError as error:
            self._note(act, who, error.problem.value)
            raise
        self._note(act, who, "ok")

    def _holder_of(self, card_number: str) -> str:
        """Return whose card it is, « » when it cannot be told."""
        try:
            seen = self._reader.look()
        except LgcError:
            return ""
        holders = [card.holder for card in seen if card.holder is not None]
        chosen = [holder for holder in holders if not card_number or holder.card_number == card_number]
        return chosen[0].practitioner.national_id if chosen else ""
