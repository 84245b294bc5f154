"""The reader and the CPS in it, through PKCS#11: what the login page and the session use.

Reference: [CPS] §1.3 (code porteur), §2 (detection by polling); [PKCS11].
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from demo_lgc.card import token as tokens
from demo_lgc.card.cps import load_pem_chain, read_holder
from demo_lgc.card.library import find_library
from demo_lgc.card.module import CardThread
from demo_lgc.card.opened import OpenedCard
from demo_lgc.card.token import Found, TokenKeys
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import CardHolder
from demo_lgc.settings import CardSettings

T = TypeVar("T")

logger = logging.getLogger(__name__)


class _Session:
    """A card whose code was given, until it is closed or pulled out."""

    def __init__(self, keys: TokenKeys, thread: CardThread) -> None:
        self.keys, self.thread = keys, thread
        self.removed = False
        self.watchers: list[Callable[[], None]] = []


class PkcsReader:
    """Domain `CardReader` on a PKCS#11 library. Every method may be called from any thread.

    Nothing is loaded before the first question. One card at a time: opening again closes the first.
    """

    def __init__(
        self, settings: CardSettings, intermediates: Path | None = None, *, pss: bool | None = None
    ) -> None:
        """Prepare a reader.

        `intermediates` is a PEM file of the authorities between the cards and the roots, added to those
        the card holds; by default the one of the settings. `pss` forces what is otherwise asked of the
        card: whether it signs RSASSA-PSS, hence TLS 1.3.
        """
        self._settings = settings
        self._intermediates = intermediates or (
            Path(settings.intermediates) if settings.intermediates else None
        )
        self._pss = pss
        self._starting = threading.Lock()
        self._thread: CardThread | None = None
        self._known: Found | None = None  # these two belong to the thread
        self._session: _Session | None = None

    def read(self) -> CardHolder:
        """Return the holder of the card present, without any code.

        Raises CardError (NO_LIBRARY, NO_READER, NO_CARD, UNREADABLE, EXPIRED).
        """
        found = self._ask(self._find)
        return read_holder(found.pair, found.info)

    def tries_left(self) -> int:
        """Tries left on the code porteur: 3, 2, 1, or 0 when the card is blocked. Raises CardError."""
        return self._ask(lambda module: tokens.tries_left(self._find(module).token))

    def open(self, code: str) -> OpenedCard:
        """Give the code porteur to the card, once; it is not kept.

        Raises CardError: CODE_LENGTH (not four digits, no try spent), WRONG_CODE with `tries_left`,
        BLOCKED, and those of `read`.
        """
        if not re.fullmatch(r"[0-9]{4}", code):
            raise CardError(CardProblem.CODE_LENGTH)
        thread = self._started()
        return self._ask(lambda module: self._open(module, thread, code))

    def watch(self, on_removed: Callable[[], None]) -> None:
        """Call `on_removed`, once and from a thread of its own, when the open card leaves the reader."""

        def enlist(_module: Any) -> None:
            if self._session is not None and self._session.removed:
                _tell(on_removed)
            elif self._session is not None:
                self._session.watchers.append(on_removed)

        self._started().run(enlist)

    def close(self) -> None:
        """Close the open card and stop the thread that owns the reader; a later question starts it again."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            thread.run(lambda _: self._drop())
        except CardError:
            logger.warning("the reader does not answer at the end")
        thread.release()

    # --- in the thread of the card --------------------------------------------------------------------

    def _find(self, module: Any) -> Found:
        session = self._session.keys.session if self._session and not self._session.removed else None
        try:
            self._known = tokens.find_card(module, self._known, session)
        except CardError:
            self._known = None
            raise
        return self._known

    def _open(self, module: Any, thread: CardThread, code: str) -> OpenedCard:
        self._drop()
        found = self._find(module)
        holder = read_holder(found.pair, found.info)
        authorities = found.authorities + self._known_authorities()
        if tokens.tries_left(found.token) == 0:
            raise CardError(CardProblem.BLOCKED)
        logged = tokens.log_in(module, found, code)
        try:
            session = _Session(TokenKeys(logged, found), thread)
        except CardError:
            module.reinitialize()  # ends the login
            raise
        self._session = session
        thread.look_every(self._settings.poll_interval, self, self._look)
        keys = session.keys
        has_pss = found.pss if self._pss is None else self._pss
        return OpenedCard(
            holder,
            keys.situations,
            found.pair,
            authorities,
            sign=lambda data: self._sign(session, lambda: keys.sign(data)),
            pkcs1=lambda info: self._sign(session, lambda: keys.sign_info(info)),
            pss=(lambda digest, salt: self._sign(session, lambda: keys.sign_pss(digest, salt)))
            if has_pss
            else None,
            on_close=lambda: self._close(session),
        )

    def _known_authorities(self) -> tuple[bytes, ...]:
        if self._intermediates is None:
            return ()
        try:
            return load_pem_chain(self._intermediates.read_bytes())
        except (OSError, CardError) as error:
            logger.warning("authorities of the cards: %s", error)
            return ()

    def _look(self, module: Any) -> None:
        if self._session is not None and not self._session.keys.is_there(module):
            self._lose(self._session)

    def _lose(self, session: _Session) -> None:
        """The card left: its session is dropped, not closed, for closing what is dead raises."""
        if session.removed:
            return
        session.removed = True
        session.thread.look_no_more(self)
        watchers, session.watchers = session.watchers, []
        for act in watchers:
            _tell(act)

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None and not session.removed:
            session.removed, session.watchers = True, []
            session.thread.look_no_more(self)
            session.keys.log_out()

    # --- from any thread ------------------------------------------------------------------------------

    def _sign(self, session: _Session, sign: Callable[[], bytes]) -> bytes:
        def attempt(module: Any) -> bytes:
            if session.removed or session is not self._session:
                raise CardError(CardProblem.REMOVED)
            try:
                return sign()
            except CardError as error:
                if error.problem is CardProblem.REMOVED or not session.keys.is_there(module):
                    self._lose(session)
                    raise CardError(CardProblem.REMOVED) from error
                raise

        if session.removed:
            raise CardError(CardProblem.REMOVED)
        return session.thread.run(attempt)

    def _close(self, session: _Session) -> None:
        if session.removed:
            return
        try:
            session.thread.run(lambda _: self._drop() if self._session is session else None)
        except CardError:
            logger.warning("the reader does not answer at log out")

    def _ask(self, job: Callable[[Any], T]) -> T:
        """Run `job`; a card that leaves during a question is no card."""
        try:
            return self._started().run(job)
        except CardError as error:
            if error.problem is CardProblem.REMOVED:
                raise CardError(CardProblem.NO_CARD) from error
            raise

    def _started(self) -> CardThread:
        with self._starting:
            if self._thread is None:
                os.environ.update(self._settings.environment)
                self._thread = CardThread.acquire(find_library(self._settings))
            return self._thread


def _tell(act: Callable[[], None]) -> None:
    """From a thread of its own: what is told may well ask the card's thread for something."""
    threading.Thread(target=act, name="card removed", daemon=True).start()
