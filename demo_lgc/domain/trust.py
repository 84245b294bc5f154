"""What the rest of the house may ask of a card: to sign, and to prove who we are on a connection.

Both are met by a token and by a software key (`demo_lgc.card`); nobody above sees which. A doctor without
a reader proves who they are by an access token instead, which signs nothing.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.practitioner import CardHolder, PracticeSituation, Practitioner


@dataclass(frozen=True)
class ServerTrust:
    """What a server has to prove before anything is said to it.

    `anchors` is the PEM text of the roots, the only ones believed. `revocations` is the path of a PEM file
    of revocation lists: with it every certificate of the chain under the root is looked up, and a list
    that is missing or out of date refuses the server; « » looks nothing up.
    """

    anchors: str
    revocations: str = ""


class Signer(Protocol):
    """The signature key of a card (keyUsage nonRepudiation). Reference: [CPS] §1.4; [DMP] §8.4."""

    @property
    def certificate(self) -> bytes:
        """The signature certificate, DER."""
        ...

    @property
    def chain(self) -> tuple[bytes, ...]:
        """The certificates above it that are known, DER, nearest first."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the RSASSA-PKCS1-v1_5 / SHA-256 signature of `data`.

        Raises CardError (REMOVED, REFUSED).
        """
        ...


class TlsClient(Protocol):
    """The client side of TLS, with or without a certificate. Reference: [DMP] §1.3; [MSS] CONF.03."""

    def context(self, trust: ServerTrust) -> ssl.SSLContext:
        """Return a client context that believes the servers of `trust` only.

        Host names are checked on SAN. Raises ssl.SSLError and OSError when `trust` cannot be used.
        """
        ...

    def cause(self) -> Exception | None:
        """Return, once, the CardError that made the last handshake of this thread fail, if there is one."""
        ...


class TlsIdentity(TlsClient, Protocol):
    """The authentication key of a card, as the client side of mutual TLS. Reference: [DMP] §1.3; [CPS] §4.

    TLS 1.2 and RSA+SHA256 when the card has no PSS. A failure of the card during a handshake appears as
    ssl.SSLError; `cause()` then tells the CardError behind it.
    """

    @property
    def certificate(self) -> bytes:
        """The authentication certificate, DER."""
        ...

    @property
    def subject(self) -> str:
        """Its distinguished name, RFC 4514 text, as the Issuer of the VIHF wants it."""
        ...


class OpenCard(Protocol):
    """A card whose code was given."""

    @property
    def holder(self) -> CardHolder: ...  # noqa: D102

    @property
    def situations(self) -> tuple[PracticeSituation, ...]:
        """The activities written on the card, in its order."""
        ...

    @property
    def signer(self) -> Signer: ...  # noqa: D102

    @property
    def tls(self) -> TlsIdentity: ...  # noqa: D102

    def close(self) -> None:
        """Forget the code and every key handle. Never raises."""
        ...


@dataclass(frozen=True)
class CardInReader:
    """A card that a reader holds, as it is seen without any code.

    `reader` is the name of the reader. `tries_left` are those of the code porteur: 3, 2, 1, or 0 when it is
    blocked. `problem` says why no session can be opened with this card (EXPIRED, BLOCKED, FOREIGN…), None
    when one can; `holder` is None when the card does not even tell whose it is (UNREADABLE).
    """

    reader: str
    holder: CardHolder | None
    tries_left: int = 3
    problem: CardProblem | None = None


class CardReader(Protocol):
    """The readers of the machine and the cards in them, as the login page sees them.

    `card_number` chooses among several cards (`CardHolder.card_number`); « » is the only one, or the first
    that can open a session.
    """

    def look(self) -> tuple[CardInReader, ...]:
        """Return the cards present, without any code, those that can open a session first; never empty.

        Raises CardError (NO_LIBRARY, LIBRARY_ARCHITECTURE, LIBRARY_FAILS, NO_READER, NO_CARD).
        """
        ...

    def open(self, code: str, card_number: str = "") -> OpenCard:
        """Give the code porteur to the card, once.

        Raises CardError: CODE_LENGTH (not four digits, no try spent), WRONG_CODE with `tries_left`,
        BLOCKED, the problem of the card, and those of `look`.
        """
        ...

    def unblock(self, unblocking_code: str, new_code: str, card_number: str = "") -> None:
        """Give the unblocking code (8 digits) and a new code porteur; any open session is closed first.

        Raises CardError: UNBLOCKING_LENGTH, CODE_LENGTH (no try spent), WRONG_UNBLOCKING_CODE,
        UNBLOCKING_BLOCKED, NEW_CODE_REFUSED, and those of `look`.
        """
        ...

    def change_code(self, code: str, new_code: str, card_number: str = "") -> None:
        """Replace the code porteur; any open session is closed first.

        Raises as `open` does, and CardError (NEW_CODE_REFUSED), also when both are the same.
        """
        ...

    def watch(self, on_removed: Callable[[], None]) -> None:
        """Call `on_removed`, once and from another thread, when the open card leaves the reader."""
        ...

    def close(self) -> None:
        """Stop the thread that owns the readers."""
        ...


class AccessToken(Protocol):
    """What opens a mailbox without a card. Reference: [PSC]; [MSS] ECO.1.2.5."""

    def fresh(self, refused: str = "") -> str:
        """Return an access token with at least half a minute to live, renewed if it must be.

        Another one than `refused`, which a service did not take. Raises SignInError (ENDED), NetworkError,
        RemoteRefusal.
        """
        ...


class ProSanteAccount(Protocol):
    """Somebody Pro Santé Connect vouches for, as long as it does."""

    @property
    def practitioner(self) -> Practitioner: ...  # noqa: D102

    @property
    def situations(self) -> tuple[PracticeSituation, ...]:
        """The activities that the directory knows, in its order."""
        ...

    @property
    def token(self) -> AccessToken: ...  # noqa: D102

    def watch(self, on_ended: Callable[[], None]) -> None:
        """Call `on_ended`, once and from any thread, when no token can be had any more."""
        ...

    def close(self) -> None:
        """Forget the tokens; tell the provider so when it can be reached. Never raises."""
        ...


class SignIn(Protocol):
    """A sign-in under way at Pro Santé Connect."""

    @property
    def address(self) -> str:
        """What the system browser must open; « » when the telephone asks instead (CIBA)."""
        ...

    @property
    def number(self) -> str:
        """The two digits that the telephone will show too; « » in the browser."""
        ...

    def wait(self) -> ProSanteAccount:
        """Wait until the holder has answered. From a thread that may wait.

        Raises SignInError, NetworkError, RemoteRefusal.
        """
        ...

    def cancel(self) -> None:
        """Stop waiting: `wait` then raises SignInError (REFUSED). From any thread; harmless at the end."""
        ...


class IdentityProvider(Protocol):
    """Pro Santé Connect. Reference: [PSC]."""

    def in_browser(self) -> SignIn:
        """Begin a sign-in in the system browser: authorization code and PKCE.

        Raises SignInError (NOT_CONFIGURED), NetworkError, RemoteRefusal.
        """
        ...

    def on_telephone(self, national_id: str) -> SignIn:
        """Begin a sign-in by the application e-CPS of `national_id` (PS_IdNat, 12 digits): CIBA.

        Raises as `in_browser` does, and SignInError (NO_IDENTITY) when that is no identifier.
        """
        ...
