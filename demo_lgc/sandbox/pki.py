"""A throw-away IGC-Santé, so that the sandbox proves identities the way the real services do.

Names, order of the DN, multi-valued RDN and extensions are those of the TEST branch; every name says
DEMO and nobody trusts these roots. People are under FORT PERSONNES, servers under ELEMENTAIRE
ORGANISATIONS, each with its root. Keys lie on disk unencrypted: sandbox only.

Reference: [CPS] certificate profile, PDT-INF-617.
"""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Fault = Literal["expired", "wrong-name", "self-signed", "revoked", "wrong-ca"]

_BASE = "http://igc-sante-demo.invalid"
_DAY = timedelta(days=1)
_TITLES = {10: "Médecin", 21: "Pharmacien", 40: "Chirurgien-Dentiste", 50: "Sage-Femme", 60: "Infirmier"}
_PEOPLE, _ORGANISATIONS = "people", "organisations"
_GRADES = {_PEOPLE: ("FORT", "FO"), _ORGANISATIONS: ("ELEMENTAIRE", "EL")}


@dataclass(frozen=True)
class Issued:
    """One certificate on disk: `certificate` the leaf, `chain` the leaf then its CA, `key` PKCS#8."""

    certificate: Path
    chain: Path
    key: Path


@dataclass(frozen=True)
class Holder:
    """Who a card is for. An activity is (Struct_IdNat, name, sector of TRE_R02)."""

    national_id: str
    family: str
    given: str
    speciality: str = "SM26"
    profession: int = 10
    activities: tuple[tuple[str, str, str], ...] = ()


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


@dataclass(frozen=True)
class _Authority:
    """Who signs. `certificate` is None for a certificate that signs itself."""

    name: x509.Name
    key: rsa.RSAPrivateKey
    crl: str  # « ACI-FO-PP-DEMO »
    certificate: x509.Certificate | None = None


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
        key = _new_key()
        _save(server, _server(authorities[_ORGANISATIONS], key), key, authorities[_ORGANISATIONS])
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
    key, authority = _new_key(), authorities[side]
    holder, host = pki.cards[0].holder if pki.cards else Holder("899900000000", "DEMO", "DEMO"), "localhost"
    if what == "wrong-name":
        holder, host = replace(holder, national_id="899900999999", family="AUTRE"), "elsewhere.invalid"
    elif what == "wrong-ca":
        authority = _self_signed_authority("DEMO AC INCONNUE", "ACR-XX")
    elif what == "self-signed":
        authority = _Authority(_person_name(holder) if kind == "card" else _host_name(host), key, "NONE")
    days = (-400, -1) if what == "expired" else (-1, 1100)
    certificate = (
        _person(authority, key, holder, signature=False, days=days)
        if kind == "card"
        else _server(authority, key, host, days=days)
    )
    _save(issued, certificate, key, authority)
    if what == "revoked":
        known = (path.read_bytes() for path in (pki.folder / "bad").glob("*-revoked.pem"))
        revoked = [x509.load_pem_x509_certificate(pem) for pem in known]
        _publish_revocations(pki.folder, [*roots, *authorities.values()], revoked)
    return issued


# --- authorities --------------------------------------------------------------------------------------


def _root(folder: Path, side: str) -> _Authority:
    grade, short = _GRADES[side]
    name = f"DEMO AC RACINE IGC-SANTE {grade}"
    found = _load_authority(folder / "authorities" / f"root-{side}", f"ACR-{short}")
    return found or _save_authority(
        folder / "authorities" / f"root-{side}", _self_signed_authority(name, f"ACR-{short}")
    )


def _self_signed_authority(common_name: str, crl: str) -> _Authority:
    key, name = _new_key(), _authority_name(common_name)
    itself = _Authority(name, key, f"{crl}-DEMO")
    builder = _authority_builder(itself, name, key, path_length=None)
    return replace(itself, certificate=builder.sign(key, hashes.SHA256()))


def _intermediate(folder: Path, side: str, root: _Authority) -> _Authority:
    grade, short = _GRADES[side]
    where, crl = folder / "authorities" / side, f"ACI-{short}-{'PP' if side == _PEOPLE else 'OM'}"
    found = _load_authority(where, crl)
    if found:
        return found
    key, name = (
        _new_key(),
        _authority_name(f"DEMO AC IGC-SANTE {grade} {side.replace('people', 'personnes').upper()}"),
    )
    builder = _authority_builder(root, name, key, path_length=0)
    builder = builder.add_extension(_crl_point(root), critical=False)
    certificate = builder.sign(root.key, hashes.SHA256())
    return _save_authority(where, _Authority(name, key, f"{crl}-DEMO", certificate))


def _authority_builder(
    issuer: _Authority, name: x509.Name, key: rsa.RSAPrivateKey, path_length: int | None
) -> x509.CertificateBuilder:
    return (
        _base(issuer, name, key, (-1, 3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(_policy("2.5.29.32.0"), critical=False)
    )


def _load_authority(where: Path, crl: str) -> _Authority | None:
    certificate_path, key_path = where.with_suffix(".pem"), where.with_suffix(".key")
    if not certificate_path.exists():
        return None
    certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    key = serialization.load_pem_private_key(key_path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise RuntimeError(f"{key_path} is not an RSA key")
    return _Authority(certificate.subject, key, f"{crl}-DEMO", certificate)


def _save_authority(where: Path, authority: _Authority) -> _Authority:
    _write(where.with_suffix(".key"), _key_pem(authority.key))
    _write(where.with_suffix(".pem"), _pem(authority))
    return authority


def _publish_revocations(
    folder: Path, authorities: Sequence[_Authority], revoked: Sequence[x509.Certificate]
) -> None:
    now, lists = datetime.now(UTC), []
    for authority in authorities:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.name)
            .last_update(now - _DAY)
            .next_update(now + 3650 * _DAY)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(_authority_key(authority), critical=False)
        )
        for certificate in revoked:
            if certificate.issuer == authority.name:
                entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
                builder = builder.add_revoked_certificate(entry.revocation_date(now - _DAY).build())
        crl = builder.sign(authority.key, hashes.SHA256())
        _write(folder / "crl" / f"{authority.crl}.crl", crl.public_bytes(serialization.Encoding.DER))
        lists.append(crl.public_bytes(serialization.Encoding.PEM))
    _write(folder / "revocations.pem", b"".join(lists))


# --- leaves -------------------------------------------------------------------------------------------


def _server(
    issuer: _Authority, key: rsa.RSAPrivateKey, host: str = "localhost", days: tuple[int, int] = (-1, 1100)
) -> x509.Certificate:
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    return (
        _base(issuer, _host_name(host), key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature", "key_encipherment"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(_crl_point(issuer), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def _card(folder: Path, holder: Holder, issuer: _Authority) -> CardCertificates:
    card = CardCertificates(holder, _paths(folder / "authentication"), _paths(folder / "signature"))
    note, told = folder / "holder.json", json.dumps(asdict(holder), ensure_ascii=False, indent=1)
    if note.exists() and note.read_text(encoding="utf-8") == told:
        return card
    for issued, signature in ((card.authentication, False), (card.signature, True)):
        key = _new_key()
        _save(issued, _person(issuer, key, holder, signature=signature), key, issuer)
    _write(note, told.encode())
    return card


def _person(
    issuer: _Authority,
    key: rsa.RSAPrivateKey,
    holder: Holder,
    *,
    signature: bool,
    days: tuple[int, int] = (-1, 1100),
) -> x509.Certificate:
    builder = (
        _base(issuer, _person_name(holder), key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=False)
        .add_extension(_usage("content_commitment" if signature else "digital_signature"), critical=True)
        .add_extension(_policy("1.2.250.1.213.1.7.2.1.1.1.1"), critical=False)
    )
    if signature:
        start, end = (datetime.now(UTC) + day * _DAY for day in days)
        period = _der(0x80, f"{start:%Y%m%d%H%M%SZ}".encode()) + _der(0x81, f"{end:%Y%m%d%H%M%SZ}".encode())
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        ).add_extension(_extension("2.5.29.16", _der(0x30, period)), critical=False)
    else:
        upn = x509.OtherName(
            ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"),
            _der(0x0C, f"{holder.national_id}@carte-cps.fr".encode()),
        )
        logon = ObjectIdentifier("1.3.6.1.4.1.311.20.2.2")
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, logon]), critical=False
        ).add_extension(x509.SubjectAlternativeName([upn]), critical=False)
    delta = f"ldap://annuaire-igc-demo.invalid/cn={issuer.crl}?deltarevocationlist;binary"
    number = f"8025000001/28{holder.national_id[-8:]}"
    for extension in (
        _crl_point(issuer),
        x509.FreshestCRL([_point(delta)]),
        x509.AuthorityInformationAccess(
            [
                x509.AccessDescription(Access.OCSP, _uri("http://ocsp-demo.invalid")),
                x509.AccessDescription(Access.CA_ISSUERS, _uri(f"{_BASE}/AC/{issuer.crl}.cer")),
            ]
        ),
        _extension("1.2.250.1.71.1.2.2", _der(0x02, b"\x00")),  # type of card: CPS
        _extension("1.2.250.1.71.1.2.3", _der(0x13, number.encode())),
        _extension("1.2.250.1.71.1.2.5", _der(0x04, b"\x80")),  # on a card, not a software certificate
        _extension("1.2.250.1.71.1.2.7", _der(0x02, bytes([holder.profession]))),
        _extension("1.2.250.1.71.4.2.5", _der(0x30, _der(0x0C, holder.speciality.encode()))),
    ):
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


# --- pieces -------------------------------------------------------------------------------------------


def _base(
    issuer: _Authority, subject: x509.Name, key: rsa.RSAPrivateKey, days: tuple[int, int]
) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_authority_key(issuer), critical=False)
    )


def _authority_key(issuer: _Authority) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _authority_name(common_name: str) -> x509.Name:
    return _name(
        [(NameOID.COUNTRY_NAME, "FR")],
        [(NameOID.ORGANIZATION_NAME, "DEMO-LGC")],
        [(NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 000000000")],
        [(NameOID.ORGANIZATIONAL_UNIT_NAME, "IGC-SANTE DEMO")],
        [(NameOID.COMMON_NAME, common_name)],
    )


def _host_name(host: str) -> x509.Name:
    organisation = [(NameOID.ORGANIZATION_NAME, "DEMO-LGC")]
    return _name([(NameOID.COUNTRY_NAME, "FR")], organisation, [(NameOID.COMMON_NAME, host)])


def _person_name(holder: Holder) -> x509.Name:
    person = [
        (NameOID.COMMON_NAME, holder.national_id),
        (NameOID.SURNAME, holder.family),
        (NameOID.GIVEN_NAME, holder.given),
    ]
    title = [(NameOID.TITLE, _TITLES.get(holder.profession, "Médecin"))]
    return _name([(NameOID.COUNTRY_NAME, "FR")], title, person)


def _name(*rdns: list[tuple[ObjectIdentifier, str]]) -> x509.Name:
    return x509.Name(
        [x509.RelativeDistinguishedName([x509.NameAttribute(*pair) for pair in rdn]) for rdn in rdns]
    )


def _usage(*allowed: str) -> x509.KeyUsage:
    every = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: name in allowed for name in every.split()})


def _policy(oid: str) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(oid), [f"{_BASE}/PC%20DEMO"])])


def _uri(value: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(value)


def _point(uri: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([_uri(uri)], None, None, None)


def _crl_point(issuer: _Authority) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints([_point(f"{_BASE}/CRL/{issuer.crl}.crl")])


def _extension(oid: str, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(ObjectIdentifier(oid), value)


def _der(tag: int, value: bytes) -> bytes:
    return bytes([tag, len(value)]) + value


# --- files --------------------------------------------------------------------------------------------


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _paths(stem: Path) -> Issued:
    return Issued(
        stem.with_name(f"{stem.name}.pem"),
        stem.with_name(f"{stem.name}-chain.pem"),
        stem.with_name(f"{stem.name}.key"),
    )


def _save(issued: Issued, certificate: x509.Certificate, key: rsa.RSAPrivateKey, issuer: _Authority) -> None:
    leaf = certificate.public_bytes(serialization.Encoding.PEM)
    _write(issued.key, _key_pem(key))
    _write(issued.chain, leaf + _pem(issuer))
    _write(issued.certificate, leaf)


def _pem(authority: _Authority) -> bytes:
    certificate = authority.certificate
    return certificate.public_bytes(serialization.Encoding.PEM) if certificate else b""


def _key_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _bundle(path: Path, *members: _Authority) -> Path:
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
    if end > datetime.now(UTC) + 30 * _DAY:
        return
    for path in folder.rglob("*"):
        if path.suffix in {".pem", ".key", ".crl", ".json"}:
            path.unlink()
