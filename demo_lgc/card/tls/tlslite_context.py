"""What replaces a plain `ssl.SSLContext` where OpenSSL cannot sign with a card: same use, same refusals.

requests, imaplib and smtplib only ask a context to wrap a socket, and then use what they get as a socket.
Here the TLS of `demo_lgc.card.tls.tlslite_wire` is behind it. What fails is told in the exceptions of
`ssl`, so that nothing above knows which engine is at work.

Reference: [CPS] §4.2.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any, cast

from demo_lgc.card.tls.provider import Pkcs1, Pss
from demo_lgc.card.tls.server_proof import ServerProof
from demo_lgc.card.tls.tlslite_socket import TlsliteSocket, is_address
from demo_lgc.card.tls.tlslite_wire import CardKey, chain_of
from demo_lgc.domain.trust import ServerTrust


class TlsliteContext(ssl.SSLContext):
    """A client context that believes the servers of a ServerTrust only, and signs with `key`."""

    _key: CardKey
    _chain: Any
    _proof: ServerProof

    def wrap_socket(self, sock: socket.socket, *_: Any, server_hostname: Any = None, **__: Any) -> Any:
        """Lead the handshake on a connected socket; return what to use in its place, and close it.

        Raises ssl.SSLError, SSLCertVerificationError among others, and OSError.
        """
        host = _ascii(server_hostname)
        secured = TlsliteSocket(sock, host, self._proof)
        secured.shake_hands(self._chain, self._key)
        return cast(ssl.SSLSocket, secured)

    def wrap_bio(self, *_: Any, **__: Any) -> ssl.SSLObject:
        """Refuse: this engine has no such thing."""
        raise NotImplementedError


def tlslite_context(
    certificate: bytes, chain: tuple[bytes, ...], pkcs1: Pkcs1, pss: Pss | None, trust: ServerTrust
) -> ssl.SSLContext:
    """Return a client context that believes the servers of `trust` only, and signs by `pkcs1` or `pss`.

    `certificate` then `chain` (DER) are what it presents. Raises ssl.SSLError and OSError when `trust`
    cannot be used.
    """
    context = TlsliteContext(ssl.PROTOCOL_TLS_CLIENT)
    context._proof = ServerProof(trust)
    context._key, context._chain = CardKey(certificate, pkcs1, pss), chain_of((certificate, *chain))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if pss is None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def _ascii(host: Any) -> str:
    """Return a host name as certificates write it. Raises ValueError when there is none."""
    if not host:
        raise ValueError("a server has a name")
    text = host if isinstance(host, str) else bytes(host).decode("ascii")
    return (text if is_address(text) else text.encode("idna").decode("ascii")).lower()
