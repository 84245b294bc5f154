"""Pro Santé Connect, as the session asks it who is there.

Reference: [PSC]
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from demo_lgc.exchange.psc.browser import BrowserSignIn
from demo_lgc.exchange.psc.realm import Realm
from demo_lgc.exchange.psc.telephone import TelephoneSignIn
from demo_lgc.settings import ProSanteSettings


class ProSanteConnect:
    """Domain `IdentityProvider`. Usable from any thread; every method may wait for the network."""

    def __init__(self, settings: ProSanteSettings, clock: Callable[[], datetime]) -> None:
        self._realm = Realm(settings, clock)

    def in_browser(self) -> BrowserSignIn:
        """Begin a sign-in in the system browser, which must open its `address`.

        Raises SignInError (NOT_CONFIGURED, UNTRUSTED), NetworkError, RemoteRefusal.
        """
        return BrowserSignIn(self._realm)

    def on_telephone(self, national_id: str) -> TelephoneSignIn:
        """Begin a sign-in by the application e-CPS of `national_id` (PS_IdNat, 12 digits).

        Raises as `in_browser` does, and SignInError (NO_IDENTITY) when that is no identifier.
        """
        return TelephoneSignIn(self._realm, national_id)
