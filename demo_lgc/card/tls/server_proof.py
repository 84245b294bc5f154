"""The proof a server gives of its name, checked without OpenSSL: what the fallback engine believes.

`cryptography` builds and verifies the path (validity, names in SAN, usages, keys of 2048 bits, SHA-256);
the revocation lists are looked up here, as strictly as OpenSSL's CHECK_CHAIN does in
`demo_lgc.card.tls.server_trust`.

Reference: [DMP] §1.3 (EX_0.X-1070); RFC 5280 §6.1 and §6.3; RFC 6125.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from demo_lgc.domain.trust import ServerTrust

_SHORTEST = 2048  # bits
_LIST = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)


class ServerProof:
    """What `trust` says, read once. Raises ssl.SSLError and OSError when it cannot be used."""

    def __init__(self, trust: ServerTrust) -> None:
        try:
            self._store = Store(x509.load_pem_x509_certificates(trust.anchors.encode()))
            self._lists = _read_lists(Path(trust.revocations)) if trust.revocations else None
        except ValueError as error:
            raise ssl.SSLError("no usable anchor or revocation list") from error

    def check(self, host: str, presented: Sequence[bytes]) -> rsa.RSAPublicKey:
        """Return the key of `host`, which presented these certificates (DER, its own first).

        Raises ssl.SSLCertVerificationError.
        """
        why, path = "", []
        try:
            certificates = [x509.load_der_x509_certificate(der) for der in presented]
            verifier = PolicyBuilder().store(self._store).build_server_verifier(_named(host))
            path = verifier.verify(certificates[0], certificates[1:])
        except (ValueError, IndexError, VerificationError) as error:
            why = str(error)
        if why or not path:
            raise refused(why)  # out of the handler: nothing hides it from who looks for the first cause
        keys = [_key(certificate) for certificate in path]
        if self._lists is not None:
            now = datetime.now(UTC)
            # The root too, as OpenSSL does: it is looked up in its own list, needed anyway for the next one.
            for certificate, issuer in [*pairwise(path), (path[-1], path[-1])]:
                _look_up(certificate, issuer, self._lists, now)
        return keys[0]


def refused(why: str) -> ssl.SSLCertVerificationError:
    """Return the error that `ssl` raises for a server that cannot prove itself."""
    error = ssl.SSLCertVerificationError(ssl.SSL_ERROR_SSL, f"certificate verify failed: {why}")
    error.reason, error.library = "CERTIFICATE_VERIFY_FAILED", "SSL"
    error.verify_code, error.verify_message = 1, why  # X509_V_ERR_UNSPECIFIED
    return error


def _named(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    """Return an RSA key long enough, as IGC-Santé's all are. `cryptography` does not measure a leaf."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SHORTEST:
        raise refused("not an RSA key, or a short one")
    return key


def _read_lists(path: Path) -> list[x509.CertificateRevocationList]:
    lists = [x509.load_pem_x509_crl(pem) for pem in _LIST.findall(path.read_bytes())]
    if not lists:
        raise ValueError("no revocation list")
    return lists


def _look_up(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: list[x509.CertificateRevocationList],
    now: datetime,
) -> None:
    """Look a certificate up in every list of its issuer that is in force. Raises SSLCertVerificationError."""
    in_force = [one for one in lists if one.issuer == certificate.issuer and _is_in_force(one, issuer, now)]
    if not in_force:
        raise refused("no revocation list in force")
    if any(one.get_revoked_certificate_by_serial_number(certificate.serial_number) for one in in_force):
        raise refused("certificate revoked")


def _is_in_force(one: x509.CertificateRevocationList, issuer: x509.Certificate, now: datetime) -> bool:
    """Tell whether a list is signed by `issuer`, whole, and of this moment.

    A critical extension narrows a list to some certificates, or makes it a delta: it proves nothing alone.
    """
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        key = issuer.public_key()
        return (
            usage.crl_sign
            and isinstance(key, rsa.RSAPublicKey)
            and one.is_signature_valid(key)
            and not any(extension.critical for extension in one.extensions)
            and one.next_update_utc is not None
            and one.last_update_utc <= now <= one.next_update_utc
        )
    except (x509.ExtensionNotFound, ValueError):
        return False
