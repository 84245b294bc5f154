"""What the rest of the house may ask of a card: to sign, and to prove who we are on a connection.

Both are met by a token and by a software key (`demo_lgc.card`); nobody above sees which.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Protocol

from demo_lgc.domain.practitioner import CardHolder, PracticeSituation


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


class TlsIdentity(Protocol):
    """The authentication key of a card, as the client side of mutual TLS. Reference: [DMP] §1.3; [CPS] §4."""

    @property
    def certificate(self) -> bytes:
        """The authentication certificate, DER."""
        ...

    @property
    def subject(self) -> str:
        """Its distinguished name, RFC 4514 text, as the Issuer of the VIHF wants it."""
        ...

    def context(self, trust_anchors: str) -> ssl.SSLContext:
        """Return a client context that checks servers against the PEM text `trust_anchors`.

        Host names are checked on SAN; TLS 1.2 and RSA+SHA256 when the card has no PSS. A failure of the
        card during a handshake appears as ssl.SSLError; `cause()` then tells the CardError behind it.
        """
        ...

    def cause(self) -> Exception | None:
        """Return, once, the CardError that made the last handshake fail, if there is one."""
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


class CardReader(Protocol):
    """A reader and the card in it, as the login page sees them."""

    def read(self) -> CardHolder:
        """Return the holder of the card present, without any code.

        Raises CardError (NO_LIBRARY, NO_READER, NO_CARD, UNREADABLE, EXPIRED).
        """
        ...

    def tries_left(self) -> int:
        """Tries left on the code porteur: 3, 2, 1, or 0 when the card is blocked. Raises CardError."""
        ...

    def open(self, code: str) -> OpenCard:
        """Give the code porteur to the card.

        Raises CardError: CODE_LENGTH (not four digits, no try spent), WRONG_CODE with `tries_left`,
        BLOCKED, and those of `read`.
        """
        ...

    def watch(self, on_removed: Callable[[], None]) -> None:
        """Call `on_removed`, once and from another thread, when the open card leaves the reader."""
        ...

    def close(self) -> None:
        """Stop the thread that owns the reader."""
        ...
