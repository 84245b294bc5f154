"""What the provider remembers: codes, sessions with their tokens, requests that telephones have to answer.

Times are seconds. A code, a refresh token and a request serve once; a code that comes twice ends the session
it had opened, for one of the two who showed it stole it.

Reference: RFC 6749 §4.1.2, §10.5; RFC 9700 §4.14; OpenID Connect CIBA Core 1.0 §11.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field

from demo_lgc.sandbox.igc_sante import Holder

SLOWER = 5.0  # added to the interval of whoever asks too soon


class Refused(Exception):
    """An error of OAuth: the HTTP status, `error` and `error_description`."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


@dataclass
class Lives:
    """How long things last."""

    code: float = 60.0
    access: float = 240.0
    refresh: float = 1800.0
    request: float = 120.0
    interval: float = 1.0


@dataclass
class Session:
    """Somebody who signed in. `access` maps the tokens given to the moment they end."""

    holder: Holder
    nonce: str
    name: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    alive: bool = True
    refresh: str = ""
    refresh_until: float = 0.0
    access: dict[str, float] = field(default_factory=dict)


@dataclass
class Code:
    """What an authorization code stands for."""

    holder: Holder
    redirect_uri: str
    challenge: str
    nonce: str
    until: float
    session: Session | None = None


@dataclass
class Request:
    """A telephone that rings. `answer` is « accept » or « refuse » from the moment `answers_at`."""

    name: str
    holder: Holder
    number: str
    until: float
    interval: float
    answer: str
    answers_at: float
    asked_at: float = 0.0
    redeemed: bool = False


@dataclass
class Phone:
    """How telephones answer unless told one by one: « accept », « refuse » or « ignore », `after` seconds.

    `person` is the national id of whoever answers in place of the one who was asked.
    """

    answer: str = "accept"
    after: float = 3.0
    person: str = ""


class Sessions:
    """Thread-safe."""

    def __init__(self) -> None:
        self.lives, self.phone = Lives(), Phone()
        self.counts = {"opened": 0, "renewed": 0, "ended": 0}
        self._lock = threading.RLock()
        self._codes: dict[str, Code] = {}
        self._sessions: list[Session] = []
        self._requests: dict[str, Request] = {}

    # --- codes ----------------------------------------------------------------------------------------

    def new_code(self, holder: Holder, redirect_uri: str, challenge: str, nonce: str) -> str:
        """Return a code for somebody who signed in."""
        with self._lock:
            name = secrets.token_urlsafe(32)
            until = time.time() + self.lives.code
            self._codes[name] = Code(holder, redirect_uri, challenge, nonce, until)
            return name

    def redeem_code(self, name: str, redirect_uri: str, challenge: str) -> Session:
        """Open the session of a code. Raises Refused."""
        with self._lock:
            code = self._codes.get(name)
            if code is not None and code.session is not None:
                self._end(code.session)
                raise Refused("invalid_grant", "Code already used")
            if code is None or code.until <= time.time():
                raise Refused("invalid_grant", "Code not valid")
            code.until = 0.0  # whatever follows, it served
            if redirect_uri != code.redirect_uri:
                raise Refused("invalid_grant", "Incorrect redirect_uri")
            if not secrets.compare_digest(challenge, code.challenge):
                raise Refused("invalid_grant", "PKCE verification failed: Code mismatch")
            code.session = self._open(code.holder, code.nonce)
            return code.session

    # --- sessions -------------------------------------------------------------------------------------

    def give(self, session: Session, access: str) -> tuple[str, float, float]:
        """Note an access token; return a refresh token and how long both live."""
        with self._lock:
            now = time.time()
            session.access[access] = now + self.lives.access
            session.refresh, session.refresh_until = secrets.token_urlsafe(48), now + self.lives.refresh
            return session.refresh, self.lives.access, self.lives.refresh

    def redeem_refresh(self, token: str) -> Session:
        """Return the session of a refresh token, which serves no more. Raises Refused."""
        with self._lock:
            session = self._by_refresh(token)
            if session.refresh_until <= time.time():
                raise Refused("invalid_grant", "Token is not active")
            session.refresh = ""
            self.counts["renewed"] += 1
            return session

    def log_out(self, token: str) -> None:
        """End the session of a refresh token. Raises Refused."""
        with self._lock:
            self._end(self._by_refresh(token))

    def holder_of(self, access: str) -> Holder | None:
        """Whose access token that is; None when it is worth nothing (any more)."""
        with self._lock:
            now = time.time()
            for session in self._sessions:
                if session.alive and session.access.get(access, 0.0) > now:
                    return session.holder
            return None

    def expire_access(self) -> None:
        """Make every access token given so far worth nothing; refresh tokens still serve."""
        with self._lock:
            for session in self._sessions:
                session.access.clear()

    def end_all(self) -> None:
        """End every session, as the provider does after a few hours."""
        with self._lock:
            for session in self._sessions:
                self._end(session)

    def _open(self, holder: Holder, nonce: str) -> Session:
        session = Session(holder, nonce)
        self._sessions.append(session)
        self.counts["opened"] += 1
        return session

    def _by_refresh(self, token: str) -> Session:
        for session in self._sessions:
            if token and session.refresh == token:
                if not session.alive:
                    raise Refused("invalid_grant", "Session not active")
                return session
        raise Refused("invalid_grant", "Invalid refresh token")

    def _end(self, session: Session) -> None:
        self.counts["ended"] += session.alive
        session.alive = False

    # --- telephones -----------------------------------------------------------------------------------

    def ring(self, holder: Holder, number: str) -> Request:
        """Ask the telephone of somebody."""
        with self._lock:
            now, phone = time.time(), self.phone
            request = Request(
                name=secrets.token_urlsafe(32),
                holder=holder,
                number=number,
                until=now + self.lives.request,
                interval=self.lives.interval,
                answer="" if phone.answer == "ignore" else phone.answer,
                answers_at=now + phone.after,
            )
            self._requests[request.name] = request
            return request

    def ringing(self) -> list[Request]:
        """The requests that nobody has answered yet."""
        with self._lock:
            now = time.time()
            waiting = [r for r in self._requests.values() if r.until > now and not r.redeemed]
            return [r for r in waiting if not r.answer or r.answers_at > now]

    def answer(self, name: str, answer: str) -> None:
        """Answer one request now. Raises KeyError."""
        with self._lock:
            request = self._requests[name]
            request.answer, request.answers_at = answer, 0.0

    def redeem_request(self, name: str, answering: Holder | None) -> Session:
        """Open the session of an accepted request, for `answering` if somebody else did. Raises Refused."""
        with self._lock:
            request, now = self._requests.get(name), time.time()
            if request is None or request.redeemed:
                raise Refused("invalid_grant", "Invalid Auth Req ID")
            if request.until <= now:
                raise Refused("expired_token", "Authentication timed out")
            soon, request.asked_at = now - request.asked_at < request.interval * 0.9, now
            if soon:
                request.interval += SLOWER
                raise Refused("slow_down", "Too early to access")
            if not request.answer or request.answers_at > now:
                raise Refused("authorization_pending", "The authorization request is still pending")
            request.redeemed = True
            if request.answer == "refuse":
                raise Refused("access_denied", "The end user denied the authorization request")
            return self._open(answering or request.holder, "")
