"""Where the certificates and the keys of the sandbox lie: PEM files, written whole or not at all.

Keys are not encrypted: sandbox only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo_lgc.sandbox.igc_sante import Authority


@dataclass(frozen=True)
class Issued:
    """One certificate on disk: `certificate` the leaf, `chain` the leaf then its CA, `key` PKCS#8."""

    certificate: Path
    chain: Path
    key: Path


def load_authority(where: Path, crl: str) -> Authority | None:
    """Return the authority kept at `where`, None when there is none yet."""
    certificate_path, key_path = where.with_suffix(".pem"), where.with_suffix(".key")
    if not certificate_path.exists():
        return None
    certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    key = serialization.load_pem_private_key(key_path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise RuntimeError(f"{key_path} is not an RSA key")
    return Authority(certificate.subject, key, f"{crl}-DEMO", certificate)


def save_authority(where: Path, authority: Authority) -> Authority:
    """Keep an authority, its key first."""
    write(where.with_suffix(".key"), _key_pem(authority.key))
    write(where.with_suffix(".pem"), _pem(authority))
    return authority


def paths(stem: Path) -> Issued:
    """Return where the certificate called `stem` is, or will be."""
    return Issued(
        stem.with_name(f"{stem.name}.pem"),
        stem.with_name(f"{stem.name}-chain.pem"),
        stem.with_name(f"{stem.name}.key"),
    )


def save(issued: Issued, certificate: x509.Certificate, key: rsa.RSAPrivateKey, *above: Authority) -> None:
    """Write a certificate, its key first, and the authorities `above` it in its chain."""
    leaf = certificate.public_bytes(serialization.Encoding.PEM)
    write(issued.key, _key_pem(key))
    write(issued.chain, leaf + b"".join(map(_pem, above)))
    write(issued.certificate, leaf)


def _pem(authority: Authority) -> bytes:
    certificate = authority.certificate
    return certificate.public_bytes(serialization.Encoding.PEM) if certificate else b""


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def bundle(path: Path, *members: Authority) -> Path:
    """Write the certificates of several authorities in one file."""
    return write(path, b"".join(_pem(member) for member in members))


def write(path: Path, content: bytes) -> Path:
    """Write whole or not at all: the presence of a certificate says that its key is there too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == content:
        return path
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    return draft.replace(path)
