"""The readers of the machine and the cards in them, through PKCS#11: what login and session use.

Reference: [CPS] §1.3 (codes), §2 (detection by polling); [PKCS11].
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from demo_lgc.card import codes, login
from demo_lgc.card.choice import chosen, judged, ranked
from demo_lgc.card.demands import Demands
from demo_lgc.card.keys import TokenKeys
from demo_lgc.card.library import find_library
from demo_lgc.card.login_session import LoginSession
from demo_lgc.card.module import HELD, CardThread, restart
from demo_lgc.card.opened import OpenedCard
from demo_lgc.card.tls.selftest import engine_named
from demo_lgc.card.token import Found, Unread, has_left, list_cards, token_in
from demo_lgc.card.tries import Tries, shown_by
from demo_lgc.card.validity import CardRules
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import CardHolder
from demo_lgc.domain.trust import CardInReader
from demo_lgc.settings import CardSettings

T = TypeVar("T")

logger = logging.getLogger(__name__)


class PkcsReader:
    """Domain `CardReader` on a PKCS#11 library. Every method may be called from any thread.

    Nothing is loaded before the first question. One card at a time: opening again closes the first.
    """

    def __init__(
        self,
        settings: CardSettings,
        intermediates: Path | None = None,
        *,
        pss: bool | None = None,
        revocations: Callable[[], bytes] = lambda: b"",
    ) -> None:
        """Prepare a reader.

        `intermediates` is a PEM file of the authorities between the cards and the roots, added to those
        the card holds; by default the one of the settings. `pss` forces what is otherwise asked of the
        card: whether it signs RSASSA-PSS, hence TLS 1.3. `revocations` returns the PEM lists at hand; it
        is called in the thread of the card, and must not wait for the network. Raises ValueError: the
        settings name a TLS engine that does not exist.
        """
        self._settings = settings
        self._demands = Demands(settings, str(intermediates or settings.intermediates), revocations)
        self._pss, self._engine = pss, engine_named(settings.tls_engine)
        self._starting = threading.Lock()
        self._thread: CardThread | None = None
        self._known: dict[tuple[str, bytes], Found] = {}  # the rest belongs to the thread
        self._tries = Tries()
        self._session: LoginSession | None = None

    def look(self) -> tuple[CardInReader, ...]:
        """Return the cards present, those that can open a session first. Raises as the protocol says."""
        return tuple(seen for seen, _ in self._ask(self._cards))

    def open(self, code: str, card_number: str = "") -> OpenedCard:
        """Give the code porteur to the card, once; it is not kept. Raises as the protocol says."""
        try:
            if problem := codes.defect_of_code(code):
                raise CardError(problem)
            thread = self._started()
            return self._ask(
                lambda module: self._open(
                    module,
                    thread,
                    card_number,
                    lambda found: login.log_in(module, found, code) if code else CardProblem.REFUSED,
                )
            )
        finally:
            code = ""  # an exception holds this frame, and what it gave to the others; see _ask

    def unblock(self, unblocking_code: str, new_code: str, card_number: str = "") -> None:
        """Give the unblocking code and a new code; neither is kept. Raises as the protocol says."""
        try:
            if problem := codes.defect_of_unblocking(unblocking_code, new_code):
                raise CardError(problem)
            self._ask(
                lambda module: self._replace_code(
                    module,
                    card_number,
                    (None, CardProblem.BLOCKED),
                    lambda found: (
                        login.unblock(found, unblocking_code, new_code) if new_code else CardProblem.REFUSED
                    ),
                )
            )
        finally:
            unblocking_code = new_code = ""

    def change_code(self, code: str, new_code: str, card_number: str = "") -> None:
        """Replace the code; neither is kept. Raises as the protocol says."""
        try:
            if problem := codes.defect_of_change(code, new_code):
                raise CardError(problem)
            self._ask(
                lambda module: self._replace_code(
                    module,
                    card_number,
                    (None,),
                    lambda found: login.change(found, code, new_code) if code else CardProblem.REFUSED,
                )
            )
        finally:
            code = new_code = ""

    def watch(self, on_removed: Callable[[], None]) -> None:
        """Call `on_removed`, once and from a thread of its own, when the open card leaves the reader."""
        self._started().run(lambda _: self._session.watch(on_removed) if self._session else None)

    def close(self) -> None:
        """Close the open card and stop the thread that owns the reader; a later question starts it again."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            thread.run(self._drop)
        except CardError:
            logger.warning("the reader does not answer at the end")
        thread.release()

    # --- in the thread of the card --------------------------------------------------------------------

    def _cards(self, module: Any) -> list[tuple[CardInReader, Found | Unread]]:
        known, self._known = self._known, {}
        cards = list_cards(module, known)
        self._known = {(card.reader, card.serial): card for card in cards if isinstance(card, Found)}
        if self._known:
            self._tries.keep({serial for _, serial in self._known})
        rules = self._demands.rules()
        return ranked([(self._judge(card, rules), card) for card in cards])

    def _judge(self, card: Found | Unread, rules: CardRules) -> CardInReader:
        if isinstance(card, Unread):
            return CardInReader(card.reader, None, problem=card.problem)
        tries = self._tries.left(card.serial, shown_by(card.token.flags))
        return judged(card.reader, card.pair, card.info, self._above(card), tries, rules)

    def _choose(
        self, module: Any, card_number: str, acceptable: tuple[CardProblem | None, ...] = (None,)
    ) -> tuple[CardHolder, Found]:
        seen, card = chosen(self._cards(module), card_number)
        if isinstance(card, Unread) or seen.holder is None or seen.problem not in acceptable:
            raise CardError(seen.problem or CardProblem.UNREADABLE)
        return seen.holder, card

    def _open(
        self, module: Any, thread: CardThread, card_number: str, log_in: Callable[[Found], Any]
    ) -> OpenedCard:
        self._drop(module)
        holder, found = self._choose(module, card_number)
        logged = log_in(found)
        if isinstance(logged, CardProblem):
            raise self._refused(module, found, logged)
        try:
            keys = TokenKeys(logged, found)
            keys.prove(found.pair.authentication)
        except CardError as error:
            restart(module)  # ends the login
            if isinstance(error.__cause__, HELD) and has_left(module, found.token.slot.slot_id):
                raise CardError(CardProblem.REMOVED) from error
            raise
        self._tries.accepted(found.serial)
        session = self._session = LoginSession(keys, thread, self._settings.poll_interval)
        has_pss = found.pss if self._pss is None else self._pss
        return OpenedCard(
            holder,
            keys.situations,
            found.pair,
            self._above(found),
            sign=session.signing(keys.sign),
            pkcs1=session.signing(keys.sign_info),
            pss=session.signing(keys.sign_pss) if has_pss else None,
            on_close=session.close,
            engine=self._engine,
        )

    def _replace_code(
        self,
        module: Any,
        card_number: str,
        acceptable: tuple[CardProblem | None, ...],
        replace: Callable[[Found], CardProblem | None],
    ) -> None:
        self._drop(module)
        restart(module)  # a read-only session left anywhere in this process forbids unblocking
        _, found = self._choose(module, card_number, acceptable)
        if problem := replace(found):
            raise self._refused(module, found, problem)
        self._tries.accepted(found.serial)

    def _refused(self, module: Any, found: Found, problem: CardProblem) -> CardError:
        """Return what to raise for a code that was not taken, once its session is closed."""
        restart(module)
        slot_id = found.token.slot.slot_id
        if problem in (CardProblem.IN_USE, CardProblem.NEW_CODE_REFUSED) and has_left(module, slot_id):
            return CardError(CardProblem.REMOVED)
        if problem is CardProblem.WRONG_CODE:
            token = token_in(module, slot_id)
            left = self._tries.refused(found.serial, shown_by((token or found.token).flags))
            if token is None:  # it left after its answer: how many are left is read when it is back
                return CardError(CardProblem.REMOVED)
            return CardError(problem, left) if left else CardError(CardProblem.BLOCKED)
        return CardError(problem)

    def _above(self, card: Found) -> tuple[bytes, ...]:
        return card.authorities + self._demands.intermediates

    def _drop(self, module: Any) -> None:
        """Close the open card. One that was pulled out is kept until then, for who watches it late."""
        session, self._session = self._session, None
        if session is not None:
            session.end(module)

    # --- from any thread ------------------------------------------------------------------------------

    def _ask(self, job: Callable[[Any], T]) -> T:
        """Run `job`; a card that leaves during a question is no card.

        A job that hangs is left alone: it finds the codes gone, and what it opens late is closed.
        """
        thread = self._started()
        try:
            return thread.run(job)
        except CardError as error:
            if isinstance(error.__cause__, TimeoutError):
                thread.post(self._drop)
            if error.problem is CardProblem.REMOVED:
                raise CardError(CardProblem.NO_CARD) from error
            raise
        finally:
            del job  # it holds the codes

    def _started(self) -> CardThread:
        with self._starting:
            if self._thread is None:
                os.environ.update(self._settings.environment)
                self._thread = CardThread.acquire(find_library(self._settings))
            return self._thread
