"""Signing in with the application e-CPS of a telephone, without a browser (CIBA, poll mode).

Two digits are drawn, shown here and on the telephone: who sees other ones there refuses, for somebody else is
asking in their name.

Reference: [PSC]; OpenID Connect CIBA Core 1.0 §7, §10.1, §11.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from typing import Any

from demo_lgc.domain.errors import NetworkError, RemoteRefusal, SignInError, SignInProblem
from demo_lgc.exchange.discretion import discreetly
from demo_lgc.exchange.psc.account import Account
from demo_lgc.exchange.psc.calls import SERVICE, UNUSABLE
from demo_lgc.exchange.psc.realm import Realm
from demo_lgc.exchange.psc.tokens import Grant

_GRANT = "urn:openid:params:grant-type:ciba"
_INTERVAL, _SLOWER = 5.0, 5.0  # seconds: when the provider names none; added each time it says slow_down
_LEAST = 1.0  # seconds between two questions, whatever the provider says
_LONGEST = 600.0  # seconds, whatever the provider says
_LOST = 3  # calls in a row that may fail while somebody is looking for their telephone


class TelephoneSignIn:
    """Domain `SignIn`: `number` is what the telephone must show too."""

    address = ""

    def __init__(self, realm: Realm, national_id: str) -> None:
        """Make the telephone ring.

        Raises SignInError (NO_IDENTITY, NOT_CONFIGURED, UNTRUSTED), NetworkError, RemoteRefusal.
        """
        if not re.fullmatch("[0-9]{12}", national_id):
            raise SignInError(SignInProblem.NO_IDENTITY)
        self.number = f"{secrets.randbelow(100):02d}"
        self._realm, self._national_id = realm, national_id
        self._cancelled = threading.Event()
        with discreetly():
            try:
                told = realm.ask_telephone(
                    {
                        "scope": realm.settings.scope,
                        "acr_values": realm.settings.acr_values,
                        "login_hint": national_id,
                        "binding_message": self.number,
                        "channel": "MOBILE",
                    }
                )
            except RemoteRefusal as refusal:
                if refusal.code != "unknown_user_id":
                    raise
                raise SignInError(SignInProblem.NO_IDENTITY) from refusal
        request = told.get("auth_req_id")
        if not isinstance(request, str) or not request:
            raise NetworkError(SERVICE, UNUSABLE)
        self._request = request
        self._interval = max(_number(told, "interval", _INTERVAL), _LEAST)
        self._end = time.monotonic() + min(_number(told, "expires_in", _LONGEST), _LONGEST)

    def wait(self) -> Account:
        """Wait for the telephone, then ask who signed in. At most once.

        Raises SignInError: REFUSED (on the telephone, or by `cancel`), TOO_LATE, UNTRUSTED, NO_IDENTITY,
        OTHER_PERSON; NetworkError, RemoteRefusal.
        """
        with discreetly():
            account = self._realm.admit(self._grant(), expected=self._national_id)
            if self._cancelled.is_set():
                account.close()
                raise SignInError(SignInProblem.REFUSED)
            return account

    def cancel(self) -> None:
        """Stop waiting: `wait` then raises SignInError (REFUSED). From any thread; harmless at the end."""
        self._cancelled.set()

    def _grant(self) -> Grant:
        lost = 0
        while time.monotonic() < self._end:
            if self._cancelled.wait(self._interval):
                raise SignInError(SignInProblem.REFUSED)
            try:
                return self._realm.redeem({"grant_type": _GRANT, "auth_req_id": self._request})
            except RemoteRefusal as refusal:
                self._weigh(refusal)
                lost = 0
            except NetworkError:
                lost += 1
                if lost == _LOST:
                    raise
        raise SignInError(SignInProblem.TOO_LATE)

    def _weigh(self, refusal: RemoteRefusal) -> None:
        """Return when the answer is to be waited for; raise what it means otherwise."""
        match refusal.code:
            case "authorization_pending":
                pass
            case "slow_down":
                self._interval += _SLOWER
            case "access_denied":
                raise SignInError(SignInProblem.REFUSED)
            case "expired_token":
                raise SignInError(SignInProblem.TOO_LATE)
            case _:
                raise refusal


def _number(told: dict[str, Any], name: str, otherwise: float) -> float:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LONGEST:
        return otherwise
    return float(value)
