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
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID as Access
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

_BASE = "http://igc-sante-demo.invalid"
_DAY = timedelta(days=1)
_TITLES = {10: "Médecin", 21: "Pharmacien", 40: "Chirurgien-Dentiste", 50: "Sage-Femme", 60: "Infirmier"}


@dataclass(frozen=True)
class Holder:
    """Who a card is for. An activity is (Struct_IdNat, name, sector of TRE_R02).

    `kind` is 0 CPS, 1 CPF, 2 CPE, 3 CPA. Staff have an `establishment` (raison sociale) with its
    `structure` (Struct_IdNat), often no `profession` (0), and on a card that is not nominative neither
    `family` nor `given`: their `national_id` is then « 3 », FINESS, « / » and a number of the establishment.
    """

    national_id: str
    family: str
    given: str
    speciality: str = "SM26"
    profession: int = 10
    activities: tuple[tuple[str, str, str], ...] = ()
    kind: int = 0
    establishment: str = ""
    structure: str = ""

    @property
    def card_number(self) -> str:
        """The number of the card, ten digits."""
        return f"28{''.join(filter(str.isdigit, self.national_id))[-8:]:0>8}"


@dataclass(frozen=True)
class Authority:
    """Who signs. `certificate` is None for a certificate that signs itself."""

    name: x509.Name
    key: rsa.RSAPrivateKey
    crl: str  # « ACI-FO-PP-DEMO »
    certificate: x509.Certificate | None = None


# --- authorities


def self_signed_authority(
    common_name: str, crl: str, *, branch: str = "IGC-SANTE DEMO", country: str = "FR"
) -> Authority:
    """Return a root. `crl` is the base name of its revocation list (« ACR-FO »), `branch` its last OU."""
    key, name = new_key(), _authority_name(common_name, branch, country)
    itself = Authority(name, key, f"{crl}-DEMO")
    builder = _authority_builder(itself, name, key, path_length=None)
    return replace(itself, certificate=builder.sign(key, hashes.SHA256()))


def authority_under(
    root: Authority, common_name: str, crl: str, *, branch: str = "IGC-SANTE DEMO"
) -> Authority:
    """Return an intermediate authority that `root` vouches for."""
    key, name = new_key(), _authority_name(common_name, branch)
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
    authority: Authority, revoked: Iterable[x509.Certificate], days: tuple[int, int] = (-1, 3650)
) -> x509.CertificateRevocationList:
    """Return the list of `authority`, with those of `revoked` that it issued.

    `days` are those of its publication and of the next one, counted from today.
    """
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.name)
        .last_update(now + days[0] * _DAY)
        .next_update(now + days[1] * _DAY)
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
    issuer: Authority,
    key: rsa.RSAPrivateKey,
    host: str = "localhost",
    days: tuple[int, int] = (-1, 1100),
    *,
    purpose: ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    san: bool = True,
) -> x509.Certificate:
    """Return the certificate of the server `host`; localhost is also 127.0.0.1.

    `days` are its first and last day, counted from today. `purpose` is what its key is for; with `san`
    False the host is in the CN only.
    """
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    builder = (
        _base(issuer, host_name(host), key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature", "key_encipherment"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(_crl_point(issuer), critical=False)
    )
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer.key, hashes.SHA256())


def signed_with_sha1(certificate: x509.Certificate, issuer: Authority) -> x509.Certificate:
    """Return the same certificate signed as in 2010, which `cryptography` refuses to do by itself."""
    sha256, sha1 = (bytes.fromhex(f"06092a864886f70d0101{last}") for last in ("0b", "05"))
    before = certificate.tbs_certificate_bytes
    after = before.replace(sha256, sha1, 1)
    whole = certificate.public_bytes(serialization.Encoding.DER).replace(before, after)
    whole = whole.replace(certificate.signature, issuer.key.sign(after, padding.PKCS1v15(), hashes.SHA1()))  # noqa: S303
    return x509.load_der_x509_certificate(whole.replace(sha256, sha1))


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
    told = [
        _extension("1.2.250.1.71.1.2.2", _der(0x02, bytes([holder.kind]))),
        _extension("1.2.250.1.71.1.2.3", _der(0x13, f"8025000001/{holder.card_number}".encode())),
        _extension("1.2.250.1.71.1.2.5", _der(0x04, b"\x80")),  # on a card, not a software certificate
    ]
    if holder.profession:
        told.append(_extension("1.2.250.1.71.1.2.7", _der(0x02, bytes([holder.profession]))))
    if holder.speciality:
        speciality = _der(0x30, _der(0x0C, holder.speciality.encode()))
        told.append(_extension("1.2.250.1.71.4.2.5", speciality))
    for extension in (
        _crl_point(issuer),
        x509.FreshestCRL([_point(delta)]),
        x509.AuthorityInformationAccess(
            [
                x509.AccessDescription(Access.OCSP, _uri("http://ocsp-demo.invalid")),
                x509.AccessDescription(Access.CA_ISSUERS, _uri(f"{_BASE}/AC/{issuer.crl}.cer")),
            ]
        ),
        *told,
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


def _authority_name(common_name: str, branch: str, country: str = "FR") -> x509.Name:
    return _name(
        [(NameOID.COUNTRY_NAME, country)],
        [(NameOID.ORGANIZATION_NAME, "DEMO-LGC")],
        [(NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 000000000")],
        [(NameOID.ORGANIZATIONAL_UNIT_NAME, branch)],
        [(NameOID.COMMON_NAME, common_name)],
    )


def host_name(host: str) -> x509.Name:
    """Return the DN of a server."""
    organisation = [(NameOID.ORGANIZATION_NAME, "DEMO-LGC")]
    return _name([(NameOID.COUNTRY_NAME, "FR")], organisation, [(NameOID.COMMON_NAME, host)])


def person_name(holder: Holder) -> x509.Name:
    """Return the DN of a professional: CN, SN and GN share one RDN; staff may have no name."""
    person = [
        (NameOID.COMMON_NAME, holder.national_id),
        (NameOID.SURNAME, holder.family),
        (NameOID.GIVEN_NAME, holder.given),
    ]
    above = [
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.STATE_OR_PROVINCE_NAME, "Paris (75)" if holder.establishment else ""),
        (NameOID.ORGANIZATION_NAME, holder.establishment),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, holder.structure),
        (NameOID.TITLE, _TITLES.get(holder.profession, "")),
    ]
    return _name(*([pair] for pair in above if pair[1]), [pair for pair in person if pair[1]])


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


def new_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return an RSA key, by default of the size of a CPS3's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
