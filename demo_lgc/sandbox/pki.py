"""A throw-away IGC-Santé, so that the sandbox proves identities the way the real services do.

People are under FORT PERSONNES, servers under ELEMENTAIRE
ORGANISATIONS, each with its root. Keys lie on disk unencrypted: sandbox only.

Reference: [CPS] certificate profile, PDT-INF-617.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo_lgc.sandbox.igc_sante import (
    Authority,
    Holder,
    authority_under,
    host_name,
    new_key,
    person_certificate,
    person_name,
    revocation_list,
    self_signed_authority,
    server_certificate,
)

__all__ = ["CardCertificates", "Fault", "Holder", "Issued", "Pki", "issue_bad", "make_pki"]

Fault = Literal["expired", "wrong-name", "self-signed", "revoked", "wrong-ca"]

_MONTH = timedelta(days=30)
_PEOPLE, _ORGANISATIONS = "people", "organisations"
_GRADES = {_PEOPLE: ("FORT", "FO"), _ORGANISATIONS: ("ELEMENTAIRE", "EL")}


@dataclass(frozen=True)
class Issued:
    """One certificate on disk: `certificate` the leaf, `chain` the leaf then its CA, `key` PKCS#8."""

    certificate: Path
    chain: Path
    key: Path


@dataclass(frozen=True)
class CardCertificates:
    """The two certificates of a card."""

    holder: Holder
    authentication: Issued
    signature: Issued


@dataclass(frozen=True)
class Pki:
    """Everything `make_pki` wrote, by path, all PEM.

    `anchors` are the roots; `people_ca` is what a server gives to `load_verify_locations` to check
    client certificates; `server` is localhost and 127.0.0.1.
    """

    folder: Path
    anchors: Path
    intermediates: Path
    people_ca: Path
    server: Issued
    cards: tuple[CardCertificates, ...]

    @property
    def revocations(self) -> Path:
        """The revocation lists of the four authorities, for OpenSSL's VERIFY_CRL_CHECK_CHAIN."""
        return self.folder / "revocations.pem"

    def card(self, national_id: str) -> CardCertificates:
        """Return the card of this holder. Raises KeyError."""
        for card in self.cards:
            if card.holder.national_id == national_id:
                return card
        raise KeyError(national_id)


# --- what is asked of it ------------------------------------------------------------------------------


def make_pki(folder: Path, holders: Sequence[Holder]) -> Pki:
    """Make, or reload, the PKI of `folder`: authorities, one server, two certificates per holder.

    What exists is kept, even when a card's key file was deleted since; a holder whose data changed
    gets a new card. A folder whose server expires within a month is made again from nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _forget_when_old(folder)
    roots = {side: _root(folder, side) for side in _GRADES}
    authorities = {side: _intermediate(folder, side, roots[side]) for side in _GRADES}
    server = _paths(folder / "server")
    if not server.certificate.exists():
        key = new_key()
        _save(server, server_certificate(authorities[_ORGANISATIONS], key), key, authorities[_ORGANISATIONS])
    pki = Pki(
        folder,
        _bundle(folder / "anchors.pem", *roots.values()),
        _bundle(folder / "intermediates.pem", *authorities.values()),
        _bundle(folder / "people-ca.pem", *roots.values(), authorities[_PEOPLE]),
        server,
        tuple(_card(folder / "cards" / h.national_id, h, authorities[_PEOPLE]) for h in holders),
    )
    if not pki.revocations.exists():
        _publish_revocations(pki.folder, [*roots.values(), *authorities.values()], ())
    return pki


def issue_bad(pki: Pki, what: Fault, *, kind: Literal["server", "card"] = "server") -> Issued:
    """Return a certificate that must be refused, and its key, for a server or an authentication card.

    Only the named fault: the rest is as on a good one. « wrong-name » is another host, or another
    person; « revoked » shows in `pki.revocations` only. A card is the first holder's.
    """
    issued = _paths(pki.folder / "bad" / f"{kind}-{what}")
    if issued.certificate.exists():
        return issued
    side = _PEOPLE if kind == "card" else _ORGANISATIONS
    roots = [_root(pki.folder, s) for s in _GRADES]
    authorities = {s: _intermediate(pki.folder, s, r) for s, r in zip(_GRADES, roots, strict=True)}
    key, authority = new_key(), authorities[side]
    holder, host = pki.cards[0].holder if pki.cards else Holder("899900000000", "DEMO", "DEMO"), "localhost"
    if what == "wrong-name":
        holder, host = replace(holder, national_id="899900999999", family="AUTRE"), "elsewhere.invalid"
    elif what == "wrong-ca":
        authority = self_signed_authority("DEMO AC INCONNUE", "ACR-XX")
    elif what == "self-signed":
        authority = Authority(person_name(holder) if kind == "card" else host_name(host), key, "NONE")
    days = (-400, -1) if what == "expired" else (-1, 1100)
    certificate = (
        person_certificate(authority, key, holder, signature=False, days=days)
        if kind == "card"
        else server_certificate(authority, key, host, days=days)
    )
    _save(issued, certificate, key, authority)
    if what == "revoked":
        known = (path.read_bytes() for path in (pki.folder / "bad").glob("*-revoked.pem"))
        revoked = [x509.load_pem_x509_certificate(pem) for pem in known]
        _publish_revocations(pki.folder, [*roots, *authorities.values()], revoked)
    return issued


# --- authorities --------------------------------------------------------------------------------------


def _root(folder: Path, side: str) -> Authority:
    grade, short = _GRADES[side]
    name = f"DEMO AC RACINE IGC-SANTE {grade}"
    found = _load_authority(folder / "authorities" / f"root-{side}", f"ACR-{short}")
    return found or _save_authority(
        folder / "authorities" / f"root-{side}", self_signed_authority(name, f"ACR-{short}")
    )


def _intermediate(folder: Path, side: str, root: Authority) -> Authority:
    grade, short = _GRADES[side]
    where, crl = folder / "authorities" / side, f"ACI-{short}-{'PP' if side == _PEOPLE else 'OM'}"
    found = _load_authority(where, crl)
    if found:
        return found
    name = f"DEMO AC IGC-SANTE {grade} {side.replace('people', 'personnes').upper()}"
    return _save_authority(where, authority_under(root, name, crl))


def _load_authority(where: Path, crl: str) -> Authority | None:
    certificate_path, key_path = where.with_suffix(".pem"), where.with_suffix(".key")
    if not certificate_path.exists():
        return None
    certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    key = serialization.load_pem_private_key(key_path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise RuntimeError(f"{key_path} is not an RSA key")
    return Authority(certificate.subject, key, f"{crl}-DEMO", certificate)


def _save_authority(where: Path, authority: Authority) -> Authority:
    _write(where.with_suffix(".key"), _key_pem(authority.key))
    _write(where.with_suffix(".pem"), _pem(authority))
    return authority


def _publish_revocations(
    folder: Path, authorities: Sequence[Authority], revoked: Sequence[x509.Certificate]
) -> None:
    lists = []
    for authority in authorities:
        crl = revocation_list(authority, revoked)
        _write(folder / "crl" / f"{authority.crl}.crl", crl.public_bytes(serialization.Encoding.DER))
        lists.append(crl.public_bytes(serialization.Encoding.PEM))
    _write(folder / "revocations.pem", b"".join(lists))


# --- cards ----------------------------------------------------------------------------------------


def _card(folder: Path, holder: Holder, issuer: Authority) -> CardCertificates:
    card = CardCertificates(holder, _paths(folder / "authentication"), _paths(folder / "signature"))
    note, told = folder / "holder.json", json.dumps(asdict(holder), ensure_ascii=False, indent=1)
    if note.exists() and note.read_text(encoding="utf-8") == told:
        return card
    for issued, signature in ((card.authentication, False), (card.signature, True)):
        key = new_key()
        _save(issued, person_certificate(issuer, key, holder, signature=signature), key, issuer)
    _write(note, told.encode())
    return card


# --- files --------------------------------------------------------------------------------------------


def _paths(stem: Path) -> Issued:
    return Issued(
        stem.with_name(f"{stem.name}.pem"),
        stem.with_name(f"{stem.name}-chain.pem"),
        stem.with_name(f"{stem.name}.key"),
    )


def _save(issued: Issued, certificate: x509.Certificate, key: rsa.RSAPrivateKey, issuer: Authority) -> None:
    leaf = certificate.public_bytes(serialization.Encoding.PEM)
    _write(issued.key, _key_pem(key))
    _write(issued.chain, leaf + _pem(issuer))
    _write(issued.certificate, leaf)


def _pem(authority: Authority) -> bytes:
    certificate = authority.certificate
    return certificate.public_bytes(serialization.Encoding.PEM) if certificate else b""


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _bundle(path: Path, *members: Authority) -> Path:
    return _write(path, b"".join(_pem(member) for member in members))


def _write(path: Path, content: bytes) -> Path:
    """Write whole or not at all: the presence of a certificate says that its key is there too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == content:
        return path
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    return draft.replace(path)


def _forget_when_old(folder: Path) -> None:
    server = folder / "server.pem"
    if not server.exists():
        return
    end = x509.load_pem_x509_certificate(server.read_bytes()).not_valid_after_utc
    if end > datetime.now(UTC) + _MONTH:
        return
    for path in folder.rglob("*"):
        if path.suffix in {".pem", ".key", ".crl", ".json"}:
            path.unlink()
