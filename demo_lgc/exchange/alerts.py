"""A service that closes the line over our certificate does not take this card: its holder can act on that.

TLS says so by an alert, which the client hears in the middle of the handshake (1.2) or with the first answer
it waits for (1.3); in both the service has read nothing of what was sent after.

Reference: RFC 5246 §7.2.2, RFC 8446 §6.2.
"""

from __future__ import annotations

import re
import ssl

from demo_lgc.domain.errors import CardError, CardProblem

# OpenSSL's names: SSLV3_ALERT_CERTIFICATE_REVOKED, TLSV1_ALERT_UNKNOWN_CA, TLSV13_ALERT_CERTIFICATE_REQUIRED…
_OVER_OURS = re.compile(r"ALERT_(.*CERTIFICATE.*|UNKNOWN_CA|ACCESS_DENIED)")


def refused_card(error: BaseException) -> CardError | None:
    """Return CardError (NOT_ACCEPTED) when `error` is such an alert, None otherwise."""
    inner = innermost(error)
    if isinstance(inner, ssl.SSLError) and _OVER_OURS.search(getattr(inner, "reason", "") or ""):
        return CardError(CardProblem.NOT_ACCEPTED)
    return None


def innermost(error: BaseException) -> BaseException:
    """The error at the bottom: NameResolutionError, ssl.SSLCertVerificationError, ConnectionResetError…"""
    seen = {id(error)}
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = error.__cause__ or error.__context__
        if inner is None or id(inner) in seen:
            return error
        seen.add(id(inner))
        error = inner
