"""Whether the OpenSSL of this Python can sign with a key that is elsewhere: tried once, before any server.

`demo_lgc.card.tls.provider` needs the very OpenSSL 3 of `ssl`, with its functions in reach, and an SSLContext
laid out as in every CPython so far. A Python that is linked statically, or built on something else, may hide
or lack them. So both ends of a handshake are played here in memory, as with a CPS3 and as with a CPS4; if
anything fails, `demo_lgc.card.tls.tlslite_context` takes over, and the log says why.

Reference: [CPS] §4.1 (1), (4).
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from demo_lgc.card.signer import SHA256_PREFIX
from demo_lgc.card.tls.openssl import openssl
from demo_lgc.card.tls.openssl_context import openssl_context
from demo_lgc.card.tls.provider import Pkcs1, ProviderKey, Pss
from demo_lgc.domain.trust import ServerTrust

_HOST = "localhost"
_ROUNDS = 12  # flights of a handshake, and some more

logger = logging.getLogger(__name__)


class Engine(Enum):
    """What leads the handshakes of the card: the OpenSSL of this Python, or a TLS written in Python."""

    OPENSSL = "openssl"
    TLSLITE = "tlslite"


_lock = threading.Lock()
_found: Engine | None = None


def engine_named(name: str) -> Engine | None:
    """Return the engine that the settings ask for; None for « auto ». Raises ValueError."""
    return None if name == "auto" else Engine(name)


def self_test() -> Engine:
    """Return the engine that works in this process. The first call takes about a fifth of a second."""
    global _found  # noqa: PLW0603 - so is the registry of OpenSSL
    with _lock:
        if _found is None:
            begun = time.monotonic()
            reason = what_is_wrong()
            _found = Engine.TLSLITE if reason else Engine.OPENSSL
            if reason:
                logger.warning("%s cannot sign with a card: %s", ssl.OPENSSL_VERSION, reason)
            else:
                logger.info("%s signs with a card, %.2f s", ssl.OPENSSL_VERSION, time.monotonic() - begun)
        return _found


def what_is_wrong() -> str:
    """Try the provider out; return why it cannot be used, « » when it can. Never raises."""
    try:
        openssl().check_layout()
        _try_out()
    except Exception as error:  # whatever it is, it is the answer
        return f"{type(error).__name__}: {error}"
    return ""


def _try_out() -> None:
    key = rsa.generate_private_key(65537, 2048)
    certificate = _certificate(key)
    server_key = ProviderKey(certificate, *_signing(key, []))  # by the provider too: it needs no key file
    for wanted, version in (("pkcs1", "TLSv1.2"), ("pss", "TLSv1.3")):
        signed: list[str] = []
        pkcs1, pss = _signing(key, signed)
        spoken = _shake_hands(
            openssl_context(
                ProviderKey(certificate, pkcs1, pss if wanted == "pss" else None),
                certificate,
                (),
                ServerTrust(ssl.DER_cert_to_PEM_cert(certificate)),
            ),
            _server(server_key, certificate),
        )
        if spoken != (version, certificate) or signed != [wanted]:
            raise RuntimeError(f"{spoken[0]} and {signed} where {version} and {wanted} were expected")


def _shake_hands(client_context: ssl.SSLContext, server_context: ssl.SSLContext) -> tuple[str, bytes]:
    """Lead a whole handshake; return the version, and the certificate that the server saw.

    Raises ssl.SSLError.
    """
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=_HOST)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    waiting = [client, server]
    for _ in range(_ROUNDS):
        waiting = [end for end in waiting if not _advances(end)]
    return client.version() or "", server.getpeercert(binary_form=True) or b""


def _advances(end: ssl.SSLObject) -> bool:
    """Tell whether `end` is through with its handshake."""
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _server(key: ProviderKey, certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(certificate))
    key.attach(context, certificate, ())
    return context


def _signing(key: rsa.RSAPrivateKey, signed: list[str]) -> tuple[Pkcs1, Pss]:
    def pkcs1(info: bytes) -> bytes:
        signed.append("pkcs1")
        return key.sign(info.removeprefix(SHA256_PREFIX), padding.PKCS1v15(), Prehashed(hashes.SHA256()))

    def pss(digest: bytes, salt: int) -> bytes:
        signed.append("pss")
        return key.sign(digest, padding.PSS(padding.MGF1(hashes.SHA256()), salt), Prehashed(hashes.SHA256()))

    return pkcs1, pss


def _certificate(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _HOST)])
    day = timedelta(days=1)
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - day).not_valid_after(now + day)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(_HOST)]), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
