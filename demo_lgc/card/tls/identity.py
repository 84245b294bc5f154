"""The authentication key of an open card, as the client side of mutual TLS.

Reference: [DMP] §1.3 (suites), [MSS] CONF.03; [CPS] §4.1: a CPS3 has no PSS, hence TLS 1.2 and RSA+SHA256.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from demo_lgc.card.cps import subject
from demo_lgc.card.tls.openssl_context import openssl_context
from demo_lgc.card.tls.provider import Pkcs1, ProviderKey, Pss
from demo_lgc.card.tls.selftest import Engine, self_test
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import ServerTrust


class CardTls:
    """Domain `TlsIdentity` on a key that is somewhere else.

    `pkcs1` signs a DigestInfo; `pss` signs a SHA-256 digest with a salt of the length given, and is None
    when the card cannot. Both raise CardError. `chain` is what is sent after the certificate, DER, nearest
    first, without the root. `engine` leads the handshakes; None is the one that the self-test found.

    Raises CardError (UNREADABLE) when the key is not RSA.
    """

    def __init__(
        self,
        certificate: bytes,
        chain: tuple[bytes, ...],
        pkcs1: Pkcs1,
        pss: Pss | None,
        engine: Engine | None = None,
    ) -> None:
        if not isinstance(x509.load_der_x509_certificate(certificate).public_key(), rsa.RSAPublicKey):
            raise CardError(CardProblem.UNREADABLE)
        self._certificate = certificate
        self._chain = chain
        self._subject = subject(certificate)
        self._causes = threading.local()
        self._pkcs1, self._pss = pkcs1, pss
        self._has_pss = pss is not None
        self._engine = engine
        self._key: ProviderKey | None = None
        self._making = threading.Lock()

    @property
    def certificate(self) -> bytes:
        """The authentication certificate, DER."""
        return self._certificate

    @property
    def subject(self) -> str:
        """Its distinguished name, RFC 4514 text."""
        return self._subject

    def context(self, trust: ServerTrust) -> ssl.SSLContext:
        """Return a client context that believes the servers of `trust` only.

        To be made again at each opening of a card; not in the thread of the windows, for the first one of
        all tries the engine out. Raises ssl.SSLError and OSError when `trust` cannot be used: no
        certificate among the anchors, no list among the revocations; or the engine asked for.
        """
        pss = self._sign_pss if self._has_pss else None
        if (self._engine or self_test()) is Engine.TLSLITE:
            # Not loaded otherwise: most machines never need it.
            from demo_lgc.card.tls.tlslite_context import tlslite_context

            return tlslite_context(self._certificate, self._chain, self._sign_pkcs1, pss, trust)
        try:
            with self._making:
                self._key = self._key or ProviderKey(self._certificate, self._sign_pkcs1, pss)
            return openssl_context(self._key, self._certificate, self._chain, trust)
        except RuntimeError as error:  # the settings impose it on a Python that the self-test found unfit
            raise ssl.SSLError(str(error)) from error

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
