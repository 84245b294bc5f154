"""A software card for these tests: a throw-away authority, a doctor's two keys, a server's key."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from demo_lgc.domain.trust import ServerTrust

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def a_name(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


@dataclass
class Authority:
    """Issues certificates valid for ten years."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls) -> Authority:
        key = a_key()
        name = a_name("AC DES ESSAIS")
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = _builder(name, name, key).add_extension(x509.BasicConstraints(True, 0), critical=True)
        return cls(key, builder.add_extension(usage, critical=True).sign(key, hashes.SHA256()))

    def issue(
        self, key: rsa.RSAPrivateKey, common_name: str, *, signs: bool = False, serves: bool = False
    ) -> x509.Certificate:
        """`signs`: nonRepudiation only; `serves`: 127.0.0.1 and localhost."""
        usage = x509.KeyUsage(not signs, signs, False, False, False, False, False, False, False)
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = _builder(a_name(common_name), self.certificate.subject, key)
        builder = builder.add_extension(usage, critical=True).add_extension(authority_key, critical=False)
        if serves:
            names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def _builder(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW - timedelta(days=4000))
        .not_valid_after(_NOW + timedelta(days=3650))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


@dataclass
class SoftSigner:
    """A `Signer` whose key is in memory."""

    key: rsa.RSAPrivateKey
    x509: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    @property
    def certificate(self) -> bytes:
        return self.x509.public_bytes(Encoding.DER)

    @property
    def chain(self) -> tuple[bytes, ...]:
        return tuple(certificate.public_bytes(Encoding.DER) for certificate in self.above)

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class SoftIdentity:
    """A `TlsIdentity` whose key is in a file; `trouble` is what the card says of the next handshake."""

    def __init__(self, key: rsa.RSAPrivateKey, certificate: x509.Certificate, folder: Path) -> None:
        self._certificate = certificate
        self._file = write_pem(folder / f"{certificate.serial_number}.pem", key, certificate)
        self.trouble: Exception | None = None

    @property
    def certificate(self) -> bytes:
        return self._certificate.public_bytes(Encoding.DER)

    @property
    def subject(self) -> str:
        return self._certificate.subject.rfc4514_string()

    def context(self, trust: ServerTrust) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=trust.anchors)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._file)
        return context

    def cause(self) -> Exception | None:
        trouble, self.trouble = self.trouble, None
        return trouble


def write_pem(path: Path, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> Path:
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return path
