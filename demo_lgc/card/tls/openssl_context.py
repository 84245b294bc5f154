"""A plain `ssl.SSLContext` whose private key is in a card: the main way of `demo_lgc.card.tls.identity`.

Reference: [CPS] §4.1: a CPS3 has no PSS, hence TLS 1.2 and RSA+SHA256.
"""

from __future__ import annotations

import ssl

from demo_lgc.card.tls.openssl import openssl
from demo_lgc.card.tls.provider import ProviderKey
from demo_lgc.card.tls.server_trust import believe_only
from demo_lgc.domain.trust import ServerTrust


class _CardContext(ssl.SSLContext):
    """A context that keeps alive the key it signs with; OpenSSL only holds a number."""

    key: ProviderKey | None = None


def openssl_context(
    key: ProviderKey, certificate: bytes, chain: tuple[bytes, ...], trust: ServerTrust
) -> ssl.SSLContext:
    """Return a client context that believes the servers of `trust` only, and signs with `key`.

    `certificate` then `chain` (DER) are what it presents. Raises ssl.SSLError and OSError when `trust`
    cannot be used, RuntimeError when the OpenSSL of this Python cannot be reached.
    """
    context = _CardContext(ssl.PROTOCOL_TLS_CLIENT)
    context.key = key
    believe_only(context, trust)
    key.attach(context, certificate, chain)
    if key.pss is not None:
        openssl().restrict_signatures(context, "rsa_pss_rsae_sha256:RSA+SHA256")
    else:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        openssl().restrict_signatures(context, "RSA+SHA256")
    return context
