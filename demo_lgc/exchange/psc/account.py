"""Somebody Pro Santé Connect vouches for, until we take leave of it.

Reference: [PSC]; OpenID Connect Back-Channel Logout as Keycloak has it; RFC 7009.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from demo_lgc.domain.practitioner import PracticeSituation, Practitioner
from demo_lgc.exchange.psc.tokens import Tokens


@dataclass(frozen=True)
class Account:
    """Domain `ProSanteAccount`. `take_leave` is given the refresh token at the end; it may wait."""

    practitioner: Practitioner
    situations: tuple[PracticeSituation, ...]
    token: Tokens = field(repr=False)
    take_leave: Callable[[str], None] = field(repr=False)

    def watch(self, on_ended: Callable[[], None]) -> None:
        """Call `on_ended`, once and from any thread, when no token can be had any more."""
        self.token.watch(on_ended)

    def close(self) -> None:
        """Give no token any more, and end the session at the provider, from another thread. Never waits."""
        self.token.stop()
        threading.Thread(target=self._leave, name="psc-leave").start()

    def _leave(self) -> None:
        refresh = self.token.forget()
        if refresh:
            self.take_leave(refresh)
