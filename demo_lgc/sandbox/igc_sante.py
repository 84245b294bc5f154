"""What certificates of IGC-Santé look like: names, extensions, their order and their criticality.

Dumped from certificates of the TEST branch; names say DEMO so that nobody takes them for the real ones.

Reference: [CPS] certificate profile, PDT-INF-617.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

_BASE = "http://igc-sante-demo.invalid"
_DAY = timedelta(days=1)
_TITLES = {10: "Médecin", 21: "Pharmacien", 40: "Chirurgien-Dentiste", 50: "Sage-Femme", 60: "Infirmier"}


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
class Authority:
    """Who signs. `certificate` is None for a certificate that signs itself."""

    name: x509.Name
    key: rsa.RSAPrivateKey
    crl: str  # « ACI-FO-PP-DEMO »
    certificate: x509.Certificate | None = None


# --- authorities


def self_signed_authority(common_name: str, crl: str) -> Authority:
    """Return a root. `crl` is the base name of its revocation list (« ACR-FO »)."""
    key, name = new_key(), _authority_name(common_name)
    itself = Authority(name, key, f"{crl}-DEMO")
    builder = _authority_builder(itself, name, key, path_length=None)
    return replace(itself, certificate=builder.sign(key, hashes.SHA256()))


def authority_under(root: Authority, common_name: str, crl: str) -> Authority:
    """Return an intermediate authority that `root` vouches for."""
    key, name = new_key(), _authority_name(common_name)
    builder = _authority_builder(root, name, key, path_length=0)
    builder = builder.add_extension(_crl_point(root), critical=False)
    return Authority(name, key, f"{crl}-DEMO", builder.sign(root.key, hashes.SHA256()))


def _authority_builder(
    issuer: Authority, name: x509.Name, key: rsa.RSAPrivateKey, path_length: int | None
) -> x509.CertificateBuilder:
    return (
        _base(issuer, name, key, (-1, 3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(_policy("2.5.29.32.0"), critical=False)
    )


def revocation_list(
    authority: Authority, revoked: Iterable[x509.Certificate]
) -> x509.CertificateRevocationList:
    """Return the list of `authority`, valid ten years, with those of `revoked` that it issued."""
    now = datetime.now(UTC)
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
    return builder.sign(authority.key, hashes.SHA256())


# --- leaves -------------------------------------------------------------------------------------------


def server_certificate(
    issuer: Authority, key: rsa.RSAPrivateKey, host: str = "localhost", days: tuple[int, int] = (-1, 1100)
) -> x509.Certificate:
    """Return the certificate of the server `host`; localhost is also 127.0.0.1.

    `days` are its first and last day, counted from today.
    """
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    return (
        _base(issuer, host_name(host), key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature", "key_encipherment"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(_crl_point(issuer), critical=False)
        .sign(issuer.key, hashes.SHA256())
    )


def person_certificate(
    issuer: Authority,
    key: rsa.RSAPrivateKey,
    holder: Holder,
    *,
    signature: bool,
    days: tuple[int, int] = (-1, 1100),
) -> x509.Certificate:
    """Return the signature, or else the authentication, certificate of a card.

    `days` are its first and last day, counted from today.
    """
    builder = (
        _base(issuer, person_name(holder), key, days)
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
    issuer: Authority, subject: x509.Name, key: rsa.RSAPrivateKey, days: tuple[int, int]
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


def _authority_key(issuer: Authority) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _authority_name(common_name: str) -> x509.Name:
    return _name(
        [(NameOID.COUNTRY_NAME, "FR")],
        [(NameOID.ORGANIZATION_NAME, "DEMO-LGC")],
        [(NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 000000000")],
        [(NameOID.ORGANIZATIONAL_UNIT_NAME, "IGC-SANTE DEMO")],
        [(NameOID.COMMON_NAME, common_name)],
    )


def host_name(host: str) -> x509.Name:
    """Return the DN of a server."""
    organisation = [(NameOID.ORGANIZATION_NAME, "DEMO-LGC")]
    return _name([(NameOID.COUNTRY_NAME, "FR")], organisation, [(NameOID.COMMON_NAME, host)])


def person_name(holder: Holder) -> x509.Name:
    """Return the DN of a professional: CN, SN and GN share one RDN."""
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


def _crl_point(issuer: Authority) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints([_point(f"{_BASE}/CRL/{issuer.crl}.crl")])


def _extension(oid: str, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(ObjectIdentifier(oid), value)


def _der(tag: int, value: bytes) -> bytes:
    return bytes([tag, len(value)]) + value


def new_key() -> rsa.RSAPrivateKey:
    """Return an RSA key of 2048 bits, the size of a CPS3."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
