"""Signing in with the system browser: authorization code, PKCE, state and nonce.

Reference: [PSC]; RFC 7636, RFC 8252, RFC 9700 §2.1; OpenID Connect Core 1.0 §3.1.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from urllib.parse import urlencode

from demo_lgc.domain.errors import NetworkError, RemoteRefusal, SignInError, SignInProblem
from demo_lgc.exchange.discretion import discreetly
from demo_lgc.exchange.psc.account import Account
from demo_lgc.exchange.psc.calls import SERVICE
from demo_lgc.exchange.psc.realm import Realm
from demo_lgc.exchange.psc.redirection import Redirection


class BrowserSignIn:
    """Domain `SignIn`. Either `wait` or `cancel` is to be called: until then a port is open.

    Reference: [PSC]
    """

    number = ""

    def __init__(self, realm: Realm) -> None:
        """Open the door. Raises SignInError, NetworkError, RemoteRefusal."""
        provider, settings = realm.metadata(), realm.settings
        self._realm = realm
        self._verifier, state, self._nonce = (secrets.token_urlsafe(48) for _ in range(3))
        challenge = hashlib.sha256(self._verifier.encode()).digest()
        self._cancelled = threading.Event()
        self._closing = threading.Lock()
        try:
            self._door: Redirection | None = Redirection(state)
        except OSError as error:
            raise NetworkError(SERVICE, type(error).__name__) from None
        self._redirect_uri = self._door.address
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": settings.scope,
            "acr_values": settings.acr_values,
            "state": state,
            "nonce": self._nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in provider.authorization else "?"
        self.address = provider.authorization + joint + urlencode({k: v for k, v in asked.items() if v})

    def wait(self) -> Account:
        """Wait for the browser, then ask who signed in. At most once.

        Raises SignInError: REFUSED (in the browser, or by `cancel`), TOO_LATE, UNTRUSTED, NO_IDENTITY;
        NetworkError, RemoteRefusal.
        """
        with discreetly():
            return self._account()

    def cancel(self) -> None:
        """Stop waiting: `wait` then raises SignInError (REFUSED). From any thread; harmless at the end."""
        self._cancelled.set()
        threading.Thread(target=self._close, name="psc-cancel").start()  # closing waits for a thread

    def _account(self) -> Account:
        try:
            code = self._code()
        finally:
            self._close()
        grant = self._realm.redeem(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": self._verifier,
            }
        )
        account = self._realm.admit(grant, nonce=self._nonce)
        if self._cancelled.is_set():
            account.close()
            raise SignInError(SignInProblem.REFUSED)
        return account

    def _close(self) -> None:
        with self._closing:
            door, self._door = self._door, None
        if door is not None:
            door.give_up()
            door.close()

    def _code(self) -> str:
        door = self._door
        said = door.wait(self._realm.settings.patience) if door is not None else None
        if self._cancelled.is_set() or door is None:
            raise SignInError(SignInProblem.REFUSED)
        if said is None:
            raise SignInError(SignInProblem.UNTRUSTED if door.strangers else SignInProblem.TOO_LATE)
        provider = self._realm.metadata()
        if said.get("iss", "" if provider.names_itself else provider.issuer) != provider.issuer:
            raise SignInError(SignInProblem.UNTRUSTED)
        error = said.get("error", "")
        if error == "access_denied":
            raise SignInError(SignInProblem.REFUSED)
        if error:
            raise RemoteRefusal(SERVICE, error[:100], said.get("error_description", "")[:500])
        if not said.get("code"):
            raise SignInError(SignInProblem.UNTRUSTED)
        return said["code"]
