"""What every client context checks of a server, whoever signs the client's side of the handshake.

Reference: [DMP] §1.3 (suites, EX_0.X-1070), [MSS] CONF.03; [CPS] §4.1; RFC 5280 §6.3.
"""

from __future__ import annotations

import ssl

from demo_lgc.domain.trust import ServerTrust

# What the DMP and the MSSanté operators ask of TLS 1.2; TLS 1.3 has its own list. Level 2 refuses keys
# under 2048 bits and SHA-1 signatures, whatever the configuration of the machine says.
SUITES = (
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:@SECLEVEL=2"
)


class ServerOnlyTls:
    """Domain `TlsClient` that shows no certificate, for a session without a card."""

    def context(self, trust: ServerTrust) -> ssl.SSLContext:
        """Return a client context that believes the servers of `trust` only.

        Raises ssl.SSLError and OSError when `trust` cannot be used.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        believe_only(context, trust)
        return context

    def cause(self) -> Exception | None:
        """Return None: there is no card to fail."""
        return None


def believe_only(context: ssl.SSLContext, trust: ServerTrust) -> None:
    """Make a client context speak strongly enough, and believe the servers of `trust` only.

    The name is looked for in SAN, never in CN. Raises ssl.SSLError and OSError when `trust` cannot be used.
    """
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(SUITES)
    context.hostname_checks_common_name = False
    in_ascii = trust.anchors.encode("ascii", "ignore").decode()  # Python takes no accent, even in a comment
    if not in_ascii:
        raise ssl.SSLError("no anchor")
    context.load_verify_locations(cadata=in_ascii)
    if trust.revocations:
        _look_up(context, trust.revocations)


def _look_up(context: ssl.SSLContext, revocations: str) -> None:
    """Look every certificate of a chain up in the lists of the PEM file `revocations`.

    CHECK_CHAIN goes up to the root included. That asks for no list more than « every certificate under the
    root » does: a root is looked up in the list that it signs itself, the one its intermediates are in.
    OpenSSL refuses a certificate whose issuer has no list here (« unable to get certificate CRL »), and a
    list before its thisUpdate or after its nextUpdate. A certificate in that file would become an anchor,
    for OpenSSL loads whatever it finds: such a file is refused.
    """
    certificates = context.cert_store_stats()["x509"]
    context.load_verify_locations(cafile=revocations)
    if context.cert_store_stats()["x509"] != certificates:
        raise ssl.SSLError("a file of revocation lists that holds a certificate")
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN  # CHECK_LEAF is one of its two bits
