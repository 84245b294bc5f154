"""A card whose code was given, until it is closed or pulled out.

Reference: [CPS] §1.3, §2 (detection by polling; what is dead after a removal is not closed).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from demo_lgc.card.keys import TokenKeys
from demo_lgc.card.module import HELD, CardThread, restart
from demo_lgc.card.opened import tell
from demo_lgc.domain.errors import CardError, CardProblem

logger = logging.getLogger(__name__)

LONGEST_INTERVAL = 1.0  # seconds between two looks: the removal of an open card locks in less than two


class LoginSession:
    """The session of one login. What is not said to run in the thread of the card may be called anywhere."""

    def __init__(self, keys: TokenKeys, thread: CardThread, interval: float) -> None:
        """Begin to look whether the card is still there, every `interval` seconds. In the thread."""
        self.keys, self._thread = keys, thread
        self._over, self._removed = False, False
        self._closed = False  # nobody may sign any more, even if the log out is still to come
        self._watchers: list[Callable[[], None]] = []
        thread.look_every(min(interval, LONGEST_INTERVAL), self, self._look)

    def signing(self, sign: Callable[..., bytes]) -> Callable[..., bytes]:
        """Return `sign`, a method of the keys, as it may be called from any thread.

        It raises CardError: REMOVED, once the session is over as well, REFUSED.
        """

        def asked(*arguments: Any) -> bytes:
            if self._over or self._closed:
                raise CardError(CardProblem.REMOVED)
            return self._thread.run(lambda module: self._sign(module, lambda: sign(*arguments)))

        return asked

    def watch(self, on_removed: Callable[[], None]) -> None:
        """Call `on_removed`, once and from a thread of its own, when the card leaves. In the thread."""
        if self._removed:
            tell(on_removed)
        elif not self._over:
            self._watchers.append(on_removed)

    def close(self) -> None:
        """Log out, later when the reader does not answer. Never raises; harmless when it is over."""
        self._closed = True
        if self._over:
            return
        try:
            self._thread.run(self.end)
        except CardError:
            logger.warning("the reader does not answer at log out")
            self._thread.post(self.end)

    def end(self, module: Any) -> None:
        """Log out, telling nobody. In the thread. Raises CardError (LIBRARY_FAILS)."""
        if self._over:
            return
        self._over = True
        self._thread.look_no_more(self)
        if not self.keys.log_out():
            restart(module)

    # --- in the thread --------------------------------------------------------------------------------

    def _look(self, module: Any) -> None:
        if not self.keys.is_there(module):
            self._lose(module)

    def _sign(self, module: Any, sign: Callable[[], bytes]) -> bytes:
        if self._over or self._closed:
            raise CardError(CardProblem.REMOVED)
        try:
            return sign()
        except CardError as error:
            vague = isinstance(error.__cause__, HELD)
            if error.problem is CardProblem.REMOVED or (vague and self.keys.has_left(module)):
                self._lose(module)
                raise CardError(CardProblem.REMOVED) from error
            raise

    def _lose(self, module: Any) -> None:
        """The card left: those who watch are told, then whatever the module keeps of the session ends."""
        self._over = self._removed = True
        self._thread.look_no_more(self)
        watchers, self._watchers = self._watchers, []
        for act in watchers:
            tell(act)
        try:
            restart(module)
        except CardError as error:
            logger.warning("the library does not start again: %s", error)
