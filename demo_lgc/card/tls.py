"""The authentication key of an open card, as the client side of mutual TLS.

Reference: [DMP] §1.3 (suites), [MSS] CONF.03; [CPS] §4.1: a CPS3 has no PSS, hence TLS 1.2 and RSA+SHA256.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from typing import Any

from demo_lgc.card.cps import subject
from demo_lgc.card.openssl import openssl
from demo_lgc.card.provider import Pkcs1, ProviderKey, Pss
from demo_lgc.domain.errors import CardError, CardProblem

# What the DMP and the MSSanté operators ask of TLS 1.2; TLS 1.3 has its own list.
_SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256"
)


class _CardContext(ssl.SSLContext):
    """A context that keeps alive the key it signs with; OpenSSL only holds a number."""

    identity: CardTls | None = None


class CardTls:
    """Domain `TlsIdentity` on a key that is somewhere else.

    `pkcs1` signs a DigestInfo; `pss` signs a SHA-256 digest with a salt of the length given, and is None
    when the card cannot. Both raise CardError. `chain` is what is sent after the certificate, DER, nearest
    first, without the root.
    """

    def __init__(self, certificate: bytes, chain: tuple[bytes, ...], pkcs1: Pkcs1, pss: Pss | None) -> None:
        self._certificate = certificate
        self._chain = chain
        self._subject = subject(certificate)
        self._causes = threading.local()
        self._pkcs1, self._pss = pkcs1, pss
        self._has_pss = pss is not None
        self._key = ProviderKey(certificate, self._sign_pkcs1, self._sign_pss if pss else None)

    @property
    def certificate(self) -> bytes:
        """The authentication certificate, DER."""
        return self._certificate

    @property
    def subject(self) -> str:
        """Its distinguished name, RFC 4514 text."""
        return self._subject

    def context(self, trust_anchors: str) -> ssl.SSLContext:
        """Return a client context that checks servers against the PEM text `trust_anchors`.

        To be made again at each opening of a card. Raises ssl.SSLError when `trust_anchors` holds no
        certificate.
        """
        context = _CardContext(ssl.PROTOCOL_TLS_CLIENT)
        context.identity = self
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_SUITES)
        context.load_verify_locations(cadata=trust_anchors)
        self._key.attach(context, self._certificate, self._chain)
        if self._has_pss:
            openssl().restrict_signatures(context, "rsa_pss_rsae_sha256:RSA+SHA256")
        else:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            openssl().restrict_signatures(context, "RSA+SHA256")
        return context

    def cause(self) -> Exception | None:
        """Return, once, the CardError behind the last handshake this thread saw fail, if there is one."""
        cause: Exception | None = getattr(self._causes, "last", None)
        self._causes.last = None
        return cause

    def close(self) -> None:
        """Forget the key: contexts made before fail at their next handshake, because of REMOVED."""
        self._pkcs1, self._pss = _gone, _gone

    def _sign_pkcs1(self, info: bytes) -> bytes:
        return self._remembering(lambda: self._pkcs1(info))

    def _sign_pss(self, digest: bytes, salt: int) -> bytes:
        pss = self._pss
        return self._remembering(lambda: pss(digest, salt) if pss else _gone())

    def _remembering(self, sign: Callable[[], bytes]) -> bytes:
        """Keep what made `sign` fail: OpenSSL only ever says that it failed."""
        self._causes.last = None
        try:
            return sign()
        except CardError as error:
            self._causes.last = error
            raise


def _gone(*_: Any) -> bytes:
    raise CardError(CardProblem.REMOVED)
