"""A CPS made of software, so that the program can be used through PKCS#11 without any reader.

A SoftHSM2 token laid out as a CPS3: CKA_ID and labels of the two keys, data objects free and behind the
code porteur. It lacks what only a card has: SoftHSM never blocks a code and cannot be pulled out.

Reference: [CPS] §1.4 (spécifications externes de la Cryptolib, table 3); [PKCS11].
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from demo_lgc.sandbox.pki import CardCertificates, Holder, Pki

_LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "C:/SoftHSM2/lib/softhsm2-x64.dll",
)
AID = bytes.fromhex("E828BD080F8025000001FF0010")  # IAS-ECC application of the contact side
_UNBLOCKING_CODE = "12345678"
_NOTE = "card.json"


@dataclass(frozen=True)
class SoftCard:
    """A made card: the PKCS#11 `library`, the `configuration` SoftHSM must be told of, the token's label."""

    library: Path
    configuration: Path
    label: str

    @property
    def environment(self) -> dict[str, str]:
        """What must be in the environment before the library is loaded."""
        return {"SOFTHSM2_CONF": str(self.configuration)}


def find_softhsm() -> Path | None:
    """Return the SoftHSM2 library of this machine, None when it is not installed."""
    return next((path for path in map(Path, _LIBRARIES) if path.is_file()), None)


def make_card(folder: Path, card: CardCertificates, chain: Path, code: str = "1234") -> SoftCard:
    """Make a card in `folder`, with the CA certificates of the PEM file `chain`; `code` opens it.

    A card already there for the same certificates is kept, with the code it has: the key files it was
    made from may be gone. Made in a child process, so that SoftHSM is neither loaded nor configured in
    the caller's. Raises RuntimeError: no SoftHSM2 here, key files gone, or the token refused something.
    """
    library = find_softhsm()
    if library is None:
        raise RuntimeError("SoftHSM2 is not installed (Debian: apt install softhsm2)")
    label = f"CPS3 DEMO {card.holder.national_id}"
    made = SoftCard(library, folder.resolve() / "softhsm2.conf", label)
    note, told = folder / _NOTE, json.dumps(_fingerprints(card))
    if note.is_file() and note.read_text(encoding="utf-8") == told:
        return made
    missing = [i.key.name for i in (card.authentication, card.signature) if not i.key.is_file()]
    if missing:
        raise RuntimeError(f"no card in {folder} and the keys to make one are gone: {', '.join(missing)}")
    tokens = folder.resolve() / "tokens"
    shutil.rmtree(tokens, ignore_errors=True)
    tokens.mkdir(parents=True)
    made.configuration.write_text(
        f"directories.tokendir = {tokens}\nobjectstore.backend = file\n"
        "log.level = ERROR\nslots.removable = true\n",
        encoding="utf-8",
    )
    order = {
        "library": str(library),
        "label": label,
        "code": code,
        "holder": asdict(card.holder),
        "chain": str(chain.resolve()),
        "authentication": [
            str(p.resolve()) for p in (card.authentication.certificate, card.authentication.key)
        ],
        "signature": [str(p.resolve()) for p in (card.signature.certificate, card.signature.key)],
    }
    environment = {**os.environ, **made.environment, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    child = subprocess.run(
        [sys.executable, "-m", "demo_lgc.sandbox.softcard"],
        input=json.dumps(order),
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if child.returncode:
        raise RuntimeError(f"the card could not be made: {child.stderr.strip()[-500:]}")
    note.write_text(told, encoding="utf-8")
    return made


def forget_key_files(pki: Pki) -> None:
    """Delete the key files of every card of `pki`: from now on the keys are in cards only."""
    for card in pki.cards:
        card.authentication.key.unlink(missing_ok=True)
        card.signature.key.unlink(missing_ok=True)


def _fingerprints(card: CardCertificates) -> list[str]:
    return [
        x509.load_pem_x509_certificate(i.certificate.read_bytes()).fingerprint(hashes.SHA256()).hex()
        for i in (card.authentication, card.signature)
    ]


# --- in the child -------------------------------------------------------------------------------------


def _make(order: dict[str, Any]) -> None:
    _initialise_token(order["library"], order["label"])
    import pkcs11

    module = pkcs11.lib(order["library"])
    token = module.get_token(token_label=order["label"])
    with token.open(rw=True, so_pin=_UNBLOCKING_CODE) as session:
        session.init_pin(order["code"])
    with token.open(rw=True, user_pin=order["code"]) as session:
        for template in _objects(order):
            session.create_object(template)


def _initialise_token(library: str, label: str) -> None:
    """Call C_InitToken, which python-pkcs11 does not offer, on the free slot SoftHSM always lists last."""
    module = ctypes.CDLL(library)
    module.C_InitToken.argtypes = [ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
    module.C_Initialize(None)
    count = ctypes.c_ulong(64)
    slots = (ctypes.c_ulong * 64)()
    module.C_GetSlotList(1, slots, ctypes.byref(count))
    free = slots[count.value - 1]
    code = _UNBLOCKING_CODE.encode()
    answer = module.C_InitToken(free, code, len(code), label.encode().ljust(32))
    module.C_Finalize(None)
    if answer:
        raise RuntimeError(f"C_InitToken: {answer:#x}")


def _objects(order: dict[str, Any]) -> Iterator[dict[Any, Any]]:
    """Yield the templates of everything a CPS holds."""
    from pkcs11 import Attribute, ObjectClass
    from pkcs11.util.rsa import decode_rsa_private_key
    from pkcs11.util.x509 import decode_x509_certificate, decode_x509_public_key

    for use, reference, suffix, name in (
        ("authentication", b"\x20", "AUT", "Certificat d'Authentification CPS"),
        ("signature", b"\x10", "SIG", "Certificat de Signature CPS"),
    ):
        certificate_path, key_path = map(Path, order[use])
        common = {Attribute.TOKEN: True, Attribute.ID: AID + reference}
        key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        yield {
            **decode_rsa_private_key(der),
            **common,
            Attribute.LABEL: f"CPS_PRIV_{suffix}",
            Attribute.PRIVATE: True,
            Attribute.SENSITIVE: True,
            Attribute.EXTRACTABLE: False,
            Attribute.SIGN: True,
            Attribute.DECRYPT: use == "authentication",
            Attribute.UNWRAP: False,
        }
        leaf = x509.load_pem_x509_certificate(certificate_path.read_bytes()).public_bytes(
            serialization.Encoding.DER
        )
        public = {**common, Attribute.PRIVATE: False}
        yield {**decode_x509_certificate(leaf), **public, Attribute.LABEL: name}
        yield {**decode_x509_public_key(leaf), **public, Attribute.LABEL: f"Cle publique - {name}"}
    for authority in x509.load_pem_x509_certificates(Path(order["chain"]).read_bytes()):
        yield {
            **decode_x509_certificate(authority.public_bytes(serialization.Encoding.DER)),
            Attribute.TOKEN: True,
            Attribute.PRIVATE: False,
            Attribute.LABEL: "Certificat d'AC",
        }
    for label, private, value in data_objects(order["holder"]):
        yield {
            Attribute.CLASS: ObjectClass.DATA,
            Attribute.TOKEN: True,
            Attribute.PRIVATE: private,
            Attribute.LABEL: label,
            Attribute.VALUE: value,
        }


def data_objects(holder: dict[str, Any]) -> Iterator[tuple[str, bool, bytes]]:
    """Yield (label, behind the code, BER-TLV). Indexes of activities have a hole after the first."""
    number, family, given = holder["national_id"], holder["family"], holder["given"]
    card_number = Holder(**holder).card_number
    yield "CPS_ID_CARD", False, _tlv(0xE0, _tlv(0x80, "8025000001"), _tlv(0x81, card_number))
    yield "CPS_NAME_PS", False, _tlv(0xE1, _tlv(0x80, family), _tlv(0x81, given))
    identity = (_tlv(0x80, number), _tlv(0x81, family), _tlv(0x82, given))
    yield "CPS_INFO_PS", False, _tlv(0xEC, *identity, _tlv(0x83, holder["speciality"]))
    for rank, (structure, name, sector) in enumerate(holder["activities"]):
        value = _tlv(0xEE, _tlv(0x84, name), _tlv(0x85, structure), _tlv(0x86, sector))
        yield f"CPS_ACTIVITY_{rank + 1 + (rank > 0):02}_PS", True, value


def _tlv(tag: int, *parts: str | bytes) -> bytes:
    value = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    length = bytes([len(value)]) if len(value) < 128 else b"\x82" + len(value).to_bytes(2)
    return bytes([tag]) + length + value


if __name__ == "__main__":
    _make(json.load(sys.stdin))
