"""The files of the virtual card: a PKCS#15 application laid out as the Cryptolib shows a CPS3.

CKA_ID and labels of the two keys and of their certificates, data objects free and behind the code porteur,
are those that a CPS shows through PKCS#11. A path is the two bytes of each file under 3F00, in hexadecimal.

Reference: [CPS] §1.4; PKCS #15 v1.1 §6 (objects), §7 (certificates, keys, authentication objects).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo_lgc.sandbox.pki import CardCertificates, Issued
from demo_lgc.sandbox.softcard import AID, data_objects
from tests.card.virtual.apdu import tlv

APPLICATION = "5015"
ODF, TOKEN_INFO, CERTIFICATES, KEYS, DATA, CODES = "5031", "5032", "4401", "4402", "4403", "4404"
CODE, UNBLOCKING_CODE = 1, 2  # references of the two codes, on the card

_AUTHENTICATION, _SIGNATURE = 0x20, 0x10  # last byte of CKA_ID
_SIGN, _NON_REPUDIATION = 2, 9  # KeyUsageFlags
_LOCAL, _INITIALISED, _SO_PIN = 1, 4, 7  # PinFlags
_ASCII = 1
_CODE_ID, _UNBLOCKING_ID = b"\x01", b"\x02"


@dataclass(frozen=True)
class File:
    """What a file holds; `private` means that the code is needed to read it."""

    content: bytes
    private: bool = False


@dataclass(frozen=True)
class Layout:
    """Everything that distinguishes a card from another: files by path, RSA keys by file."""

    files: dict[str, File]
    keys: dict[str, rsa.RSAPrivateKey]


def lay_out(card: CardCertificates, authorities: Path) -> Layout:
    """Return what is on the card of this holder; `authorities` is a PEM file of what vouches for it."""
    files: dict[str, File] = {}
    keys: dict[str, rsa.RSAPrivateKey] = {}
    certificates, private_keys = [], []
    for issued, reference, suffix, usage, name in (
        (card.authentication, _AUTHENTICATION, "AUT", _SIGN, "Certificat d'Authentification CPS"),
        (card.signature, _SIGNATURE, "SIG", _NON_REPUDIATION, "Certificat de Signature CPS"),
    ):
        identifier = AID + bytes([reference])
        file, key_file = f"45{reference:02X}", f"4B{reference:02X}"
        files[APPLICATION + file] = File(_der(issued))
        keys[key_file] = _key(issued)
        certificates.append(_certificate(name, identifier, file))
        private_keys.append(_private_key(f"CPS_PRIV_{suffix}", identifier, key_file, usage))
    for rank, authority in enumerate(x509.load_pem_x509_certificates(authorities.read_bytes())):
        file = f"46{rank:02X}"
        files[APPLICATION + file] = File(authority.public_bytes(serialization.Encoding.DER))
        certificates.append(_certificate("Certificat d'AC", bytes([0xCA, rank]), file, authority=True))
    data = []
    for rank, (label, private, value) in enumerate(data_objects(asdict(card.holder))):
        file = f"47{rank:02X}"
        files[APPLICATION + file] = File(value, private)
        data.append(_data_object(label, file, private=private))
    directories = {
        TOKEN_INFO: _token_info(card.holder.national_id),
        CERTIFICATES: b"".join(certificates),
        KEYS: b"".join(private_keys),
        DATA: b"".join(data),
        CODES: _code("Code porteur", _CODE_ID, CODE, 4)
        + _code("Code de deblocage", _UNBLOCKING_ID, UNBLOCKING_CODE, 8, _SO_PIN),
        ODF: b"".join(
            tlv(kind, _path(file))
            for kind, file in ((0xA0, KEYS), (0xA4, CERTIFICATES), (0xA7, DATA), (0xA8, CODES))
        ),
    }
    files.update({APPLICATION + file: File(content) for file, content in directories.items()})
    return Layout(files, keys)


def _der(issued: Issued) -> bytes:
    certificate = x509.load_pem_x509_certificate(issued.certificate.read_bytes())
    return certificate.public_bytes(serialization.Encoding.DER)


def _key(issued: Issued) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(issued.key.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


# --- PKCS #15 -----------------------------------------------------------------------------------------


def _token_info(national_id: str) -> bytes:
    serial = bytes.fromhex(national_id[-10:])
    return _sequence(_integer(0), _octets(serial), _text("ANS"), tlv(0x80, b"CPS3"), _bits(1))


def _certificate(label: str, identifier: bytes, file: str, *, authority: bool = False) -> bytes:
    marks = tlv(0x01, b"\xff") if authority else b""
    return _sequence(
        _sequence(_text(label), _bits()),
        _sequence(_octets(identifier), marks),
        tlv(0xA1, _sequence(_path(file))),
    )


def _private_key(label: str, identifier: bytes, file: str, usage: int) -> bytes:
    return _sequence(
        _sequence(_text(label), _bits(0), _octets(_CODE_ID)),
        _sequence(_octets(identifier), _bits(usage), _bits(0, 2, 3, 4), _integer(0)),
        tlv(0xA1, _sequence(_path(file), _integer(2048))),
    )


def _data_object(label: str, file: str, *, private: bool) -> bytes:
    common = (_text(label), _bits(0), _octets(_CODE_ID)) if private else (_text(label), _bits())
    return _sequence(_sequence(*common), _sequence(_text(label)), tlv(0xA1, _path(file)))


def _code(label: str, identifier: bytes, reference: int, length: int, *flags: int) -> bytes:
    attributes = (
        _bits(_LOCAL, _INITIALISED, *flags),
        tlv(0x0A, bytes([_ASCII])),
        *(_integer(length),) * 3,
        tlv(0x80, bytes([reference])),
        _octets(b"\x00"),
        _path(""),
    )
    return _sequence(
        _sequence(_text(label), _bits(0)),
        _sequence(_octets(identifier)),
        tlv(0xA1, _sequence(*attributes)),
    )


def _path(file: str) -> bytes:
    return _sequence(_octets(bytes.fromhex("3F00" + APPLICATION + file)))


def _sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def _octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def _text(value: str) -> bytes:
    return tlv(0x0C, value.encode())


def _integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def _bits(*set_bits: int) -> bytes:
    """A BIT STRING whose bit 0 is the highest, without zeros at its end."""
    if not set_bits:
        return tlv(0x03, b"\x00")
    last = max(set_bits)
    value = sum(1 << (last - bit) for bit in set_bits)
    unused = 7 - last % 8
    return tlv(0x03, bytes([unused]), (value << unused).to_bytes(last // 8 + 1))
