"""The tokens of one sign-in: in memory only, renewed before they are needed, dead with the session.

An access token lives a few minutes. The refresh token that renews it lives longer, and as long as the session
is open it is used before its end, so that a doctor who sends nothing for an hour is not put out; when the
provider no longer takes it, whoever watches is told.

Reference: [PSC]; [MSS] ECO.1.2.5, ECO.1.2.6, MSS/CONF.10; RFC 6749 §6.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Timer
from typing import Any

from demo_lgc.domain.errors import LgcError, NetworkError, SignInError, SignInProblem
from demo_lgc.exchange.discretion import discreetly
from demo_lgc.exchange.psc.calls import SERVICE, UNUSABLE

ENOUGH = timedelta(seconds=30)
_AHEAD = 60.0  # seconds before the end of the refresh token
_AGAIN = 15.0  # seconds between two tries to renew what would end
_LONGEST_WAIT = 7 * 86400.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Grant:
    """What the token endpoint gave; lives in seconds, 0 when it did not say."""

    access: str = field(repr=False)
    lives: float
    refresh: str = field(repr=False, default="")
    refresh_lives: float = 0.0
    id_token: str = field(repr=False, default="")


def read_grant(told: dict[str, Any]) -> Grant:
    """Return the tokens of an answer. Raises NetworkError when it holds no bearer token."""
    access, kind = _token(told, "access_token"), told.get("token_type")
    if not access or not isinstance(kind, str) or kind.lower() != "bearer":
        raise NetworkError(SERVICE, UNUSABLE)
    return Grant(
        access,
        _seconds(told, "expires_in"),
        _token(told, "refresh_token"),
        _seconds(told, "refresh_expires_in"),
        _token(told, "id_token"),
    )


class Tokens:
    """Domain `AccessToken`. Usable from any thread: one renewal serves all those who wait for it.

    The refresh token is used `ahead` seconds before its end, or at half its life when that is sooner.
    """

    def __init__(
        self,
        grant: Grant,
        renew: Callable[[str], Grant],
        clock: Callable[[], datetime],
        ahead: float = _AHEAD,
    ) -> None:
        self._renew, self._clock, self._ahead = renew, clock, ahead
        self._turn, self._telling = Lock(), Lock()
        self._over = Event()  # closed, or ended
        self._ended = False
        self._on_ended: Callable[[], None] | None = None
        self._timer: Timer | None = None
        self._refresh = ""
        self._take(grant)

    def fresh(self, refused: str = "") -> str:
        """Return an access token with at least half a minute to live, other than `refused`.

        Raises SignInError (ENDED), also once closed; NetworkError and RemoteRefusal when it had to be renewed
        and could not be for now.
        """
        try:
            with discreetly(), self._turn:
                self._check_alive()
                if self._access == refused or self._access_until - self._clock() < ENOUGH:
                    self._renew_both()
                return self._access
        finally:
            self._tell()

    def watch(self, on_ended: Callable[[], None]) -> None:
        """Call `on_ended`, once and from any thread, when no token can be had any more; not once stopped."""
        with self._telling:
            self._on_ended = None if self._over.is_set() and not self._ended else on_ended
        self._tell()

    def stop(self) -> None:
        """Give no token from now on, and tell nobody. Never waits."""
        self._over.set()
        with self._telling:
            self._on_ended = None

    def forget(self) -> str:
        """Forget both tokens, and return the refresh token. Waits for the renewal under way."""
        self.stop()
        with self._turn:
            refresh = self._refresh
            self._wipe()
        return refresh

    # --- in turn --------------------------------------------------------------------------------------

    def _check_alive(self) -> None:
        if self._over.is_set():
            raise SignInError(SignInProblem.ENDED)

    def _renew_both(self) -> None:
        until = self._refresh_until
        try:
            if not self._refresh or (until is not None and until <= self._clock()):
                raise SignInError(SignInProblem.ENDED)
            grant = self._renew(self._refresh)
        except LgcError as error:
            if isinstance(error, SignInError) or getattr(error, "code", "") == "invalid_grant":
                self._end()
                raise SignInError(SignInProblem.ENDED) from None
            raise
        self._take(grant)  # even when closed meanwhile: this is the one to take leave with
        self._check_alive()

    def _take(self, grant: Grant) -> None:
        now = self._clock()
        self._access, self._access_until = grant.access, now + timedelta(seconds=grant.lives)
        self._refresh = grant.refresh or self._refresh
        self._refresh_until = now + timedelta(seconds=grant.refresh_lives) if grant.refresh_lives else None
        if grant.refresh_lives:
            self._ring_in(max(grant.refresh_lives - self._ahead, grant.refresh_lives / 2))

    def _end(self) -> None:
        logger.info("Pro Santé Connect ended the session")
        self._ended = True
        self._over.set()
        self._wipe()

    def _wipe(self) -> None:
        self._access = self._refresh = ""
        self._ring_in(None)

    # --- by itself ------------------------------------------------------------------------------------

    def _ring_in(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None and not self._over.is_set():
            self._timer = Timer(min(seconds, _LONGEST_WAIT), self._revive)
            self._timer.daemon = True
            self._timer.start()

    def _revive(self) -> None:
        """Use the refresh token before its end; again a little later when the provider is out of reach."""
        try:
            with discreetly(), self._turn:
                if not self._over.is_set():
                    self._ring_in(_AGAIN)
                    self._renew_both()
        except LgcError as error:
            logger.info("the session was not prolonged: %s", type(error).__name__)
        self._tell()

    def _tell(self) -> None:
        with self._telling:
            tell = self._on_ended if self._ended else None
            if self._ended:
                self._on_ended = None
        if tell is not None:
            tell()


def _token(told: dict[str, Any], name: str) -> str:
    """A token of visible characters: nothing in it can end a header or a SASL field."""
    value = told.get(name)
    return value if isinstance(value, str) and re.fullmatch(r"[\x21-\x7e]{1,32000}", value) else ""


def _seconds(told: dict[str, Any], name: str) -> float:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LONGEST_WAIT:
        return 0.0
    return float(value)
