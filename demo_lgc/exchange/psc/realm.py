"""The provider as this software knows it: its addresses, its keys, what it gave and who that is.

Reference: [PSC]; OpenID Connect Core 1.0 §3.1.3, §5.3; RFC 6749 §2.3.1.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from demo_lgc.domain.errors import LgcError, SignInError, SignInProblem
from demo_lgc.exchange.psc.account import Account
from demo_lgc.exchange.psc.calls import Calls
from demo_lgc.exchange.psc.directory import practitioner_of, situations_of
from demo_lgc.exchange.psc.id_token import find_key, verify
from demo_lgc.exchange.psc.metadata import Metadata, read_metadata
from demo_lgc.exchange.psc.tokens import Grant, Tokens, read_grant
from demo_lgc.settings import ProSanteSettings

_KEYS_KEPT = timedelta(hours=1)
_FAREWELL = 3.0  # seconds

logger = logging.getLogger(__name__)


class Realm:
    """What both ways of signing in share. Usable from any thread.

    Every method that speaks raises NetworkError, RemoteRefusal, and SignInError as it says.
    """

    def __init__(self, settings: ProSanteSettings, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock = settings, clock
        self._calls = Calls(settings)
        self._lock = Lock()
        self._metadata: Metadata | None = None
        self._keys: dict[str, Any] = {}
        self._keys_until: datetime | None = None

    def metadata(self) -> Metadata:
        """Where the provider does what; asked once.

        Raises SignInError: NOT_CONFIGURED, UNTRUSTED (it names another issuer, or an address in clear).
        """
        settings = self.settings
        if not settings.client_id or not settings.discovery:
            raise SignInError(SignInProblem.NOT_CONFIGURED)
        with self._lock:
            if self._metadata is None:
                self._metadata = read_metadata(settings.discovery, self._calls.get(settings.discovery))
            return self._metadata

    def ask_telephone(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Begin a sign-in by telephone, and return the answer of the provider.

        Raises SignInError (NOT_CONFIGURED) when the provider has no such thing.
        """
        address = self.metadata().telephone
        if not address:
            raise SignInError(SignInProblem.NOT_CONFIGURED)
        return self._ask(address, form)

    def redeem(self, form: Mapping[str, str]) -> Grant:
        """Change a code, a refresh token or a request of the telephone for tokens."""
        return read_grant(self._ask(self.metadata().token, form))

    def admit(self, grant: Grant, *, nonce: str = "", expected: str = "") -> Account:
        """Return the account of whoever these tokens are about; end them when they prove nothing.

        `nonce` is that of the request, `expected` the PS_IdNat asked for; « » where there is none. Raises
        SignInError: UNTRUSTED, NO_IDENTITY, OTHER_PERSON.
        """
        try:
            subject = self._verified(grant, nonce)
            claims = self._calls.get(self.metadata().userinfo, bearer=grant.access)
            if claims.get("sub") != subject:
                raise SignInError(SignInProblem.UNTRUSTED)
            practitioner = practitioner_of(claims)
            if expected and practitioner.national_id != expected:
                raise SignInError(SignInProblem.OTHER_PERSON)
        except LgcError:
            self.take_leave(grant.refresh)
            raise
        tokens = Tokens(grant, self._renew, self.clock)
        return Account(practitioner, situations_of(claims), tokens, self.take_leave)

    def take_leave(self, refresh: str) -> None:
        """End the session of a refresh token at the provider, in a few seconds or not at all. Never raises.

        Of the whole session when it can: in a browser that stays open, the next person would otherwise be
        taken for this one.
        """
        try:
            provider = self.metadata()
            if refresh and provider.logout:
                self._ask(provider.logout, {"refresh_token": refresh}, _FAREWELL)
            elif refresh and provider.revocation:
                form = {"token": refresh, "token_type_hint": "refresh_token"}
                self._ask(provider.revocation, form, _FAREWELL)
        except LgcError as error:
            logger.info("no leave taken of Pro Santé Connect: %s", type(error).__name__)

    # --- pieces ---------------------------------------------------------------------------------------

    def _ask(self, url: str, form: Mapping[str, str], deadline: float = 0.0) -> dict[str, Any]:
        """Post a form as the software that is registered."""
        name, secret = self.settings.client_id, self.settings.client_secret
        if secret and not self.metadata().secret_in_form:
            return self._calls.post(url, form, deadline, (name, secret))
        who = {"client_id": name} | ({"client_secret": secret} if secret else {})
        return self._calls.post(url, {**who, **form}, deadline)

    def _renew(self, refresh: str) -> Grant:
        return self.redeem({"grant_type": "refresh_token", "refresh_token": refresh})

    def _verified(self, grant: Grant, nonce: str) -> str:
        if not grant.id_token:
            raise SignInError(SignInProblem.UNTRUSTED)
        key = find_key(grant.id_token, self._published(again=False))
        if key is None:  # the provider may have changed its keys since
            key = find_key(grant.id_token, self._published(again=True))
        if key is None:
            raise SignInError(SignInProblem.UNTRUSTED)
        client_id = self.settings.client_id
        return verify(grant.id_token, key, self.metadata(), client_id, nonce=nonce, access_token=grant.access)

    def _published(self, *, again: bool) -> dict[str, Any]:
        address = self.metadata().keys
        with self._lock:
            now = self.clock()
            if again or self._keys_until is None or self._keys_until <= now:
                self._keys, self._keys_until = self._calls.get(address), now + _KEYS_KEPT
            return self._keys
