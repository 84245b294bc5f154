# mypy: disable-error-code="no-untyped-call"
"""A TLS client written in Python, whose key is in a card; `tlslite_context` speaks through it.

tlslite-ng leads the handshake; `cryptography` enciphers the records, a hundred times faster. Three things
are changed in it: the chain of the server is checked before anything of ours is signed or sent, the card
signs, and nothing weak or useless is offered: no CBC (its MAC-then-encrypt cannot be told apart from outside
in constant time), no compression of certificates (its servers answer with unexpected_message), no
authentication after the handshake, no session tickets.

Reference: [CPS] §4.2; [DMP] §1.3; RFC 5246, 8446; the manual of tlslite-ng.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from tlslite.constants import AlertDescription, CipherSuite, ExtensionType, SignatureScheme
from tlslite.handshakesettings import HandshakeSettings
from tlslite.messages import ClientHello
from tlslite.recordlayer import RecordLayer
from tlslite.tlsconnection import TLSConnection
from tlslite.utils.python_rsakey import Python_RSAKey
from tlslite.x509 import X509
from tlslite.x509certchain import X509CertChain

from demo_lgc.card.signer import SHA256_PREFIX
from demo_lgc.card.tls.provider import Pkcs1, Pss

Check = Callable[[list[bytes]], rsa.RSAPublicKey]  # the chain presented -> the key proven; raises

_TLS_1_2, _TLS_1_3 = (3, 3), (3, 4)
_CURVES = ["x25519", "secp256r1", "secp384r1", "secp521r1"]


class CardKey(Python_RSAKey):
    """The RSA key of a certificate (DER), whose private half is behind two callables.

    `pss` is None when the card has no RSASSA-PSS. Raises ValueError when the key is not RSA.
    """

    def __init__(self, certificate: bytes, pkcs1: Pkcs1, pss: Pss | None) -> None:
        public = x509.load_der_x509_certificate(certificate).public_key()
        if not isinstance(public, rsa.RSAPublicKey):
            raise ValueError("not an RSA key")
        super().__init__(public.public_numbers().n, public.public_numbers().e)
        self.pkcs1, self.pss = pkcs1, pss

    def hasPrivateKey(self) -> bool:  # noqa: N802 - the name tlslite calls
        """Say yes: somebody signs."""
        return True

    def sign(
        self,
        bytes: bytearray,
        padding: str = "pkcs1",
        hashAlg: str | None = None,  # noqa: N803
        saltLen: int | None = None,  # noqa: N803
    ) -> bytearray:
        """Have a SHA-256 digest signed; in TLS 1.2 it comes as the DigestInfo that PKCS#1 wants.

        Raises CardError, and ValueError for any other digest.
        """
        data = memoryview(bytes).tobytes()
        if padding == "pss" and self.pss is not None and hashAlg == "sha256" and len(data) == 32:
            return bytearray(self.pss(data, 32 if saltLen is None else saltLen))
        if padding == "pkcs1" and data[:-32] == SHA256_PREFIX:
            return bytearray(self.pkcs1(data))
        raise ValueError(f"cannot sign by {padding} and {hashAlg}")


def chain_of(certificates: tuple[bytes, ...]) -> Any:
    """Return what is presented to the server: certificates, DER, the card's own first."""
    chain = []
    for der in certificates:
        chain.append(X509())
        chain[-1].parseBinary(bytearray(der))
    return X509CertChain(chain)


def offers(*, pss: bool) -> Any:
    """Return what we offer to a server: without `pss`, TLS 1.2 and RSA+SHA256 only, as a CPS3."""
    settings = HandshakeSettings()
    settings.minVersion = _TLS_1_2
    settings.maxVersion = _TLS_1_3 if pss else _TLS_1_2
    settings.versions = [_TLS_1_3, _TLS_1_2] if pss else [_TLS_1_2]
    settings.cipherNames = ["aes256gcm", "aes128gcm", "chacha20-poly1305"]
    settings.macNames = ["aead"]
    settings.keyExchangeNames = ["ecdhe_rsa"]
    settings.rsaSchemes = ["pss", "pkcs1"] if pss else ["pkcs1"]
    settings.rsaSigHashes = ["sha256"]
    settings.ecdsaSigHashes = settings.dsaSigHashes = settings.more_sig_schemes = []
    settings.eccCurves, settings.keyShares, settings.dhGroups = _CURVES, ["x25519"], []
    settings.minKeySize = 2048
    settings.useEncryptThenMAC = settings.use_heartbeat_extension = False
    settings.certificate_compression_send = settings.certificate_compression_receive = []
    return settings


class Connection(TLSConnection):
    """A client connection on `sock`. `check` is asked what to think of the chain of the server.

    The ssl.SSLError of `check` is kept in `refusal`; tlslite itself raises an alert.
    """

    def __init__(self, sock: socket.socket, check: Check) -> None:
        super().__init__(sock)
        self._recordLayer = _Records(self.sock)
        self._check = check
        self.proven: rsa.RSAPublicKey | None = None
        self.presented: list[bytes] = []
        self.refusal: ssl.SSLError | None = None

    def _clientGetKeyFromChain(  # noqa: N802
        self, certificate: Any, settings: Any, tack_ext: Any = None
    ) -> Iterator[Any]:
        """Check the chain of the server: in TLS 1.2 and 1.3 alike, tlslite asks before it says who we are."""
        chain = certificate.cert_chain
        self.presented = [bytes(one.bytes) for one in chain.x509List] if chain else []
        try:
            self.proven = self._check(self.presented)
        except ssl.SSLError as error:
            self.refusal = error
            yield from self._give_up()
        if self.version == _TLS_1_3 and self.serverSigAlg != SignatureScheme.rsa_pss_rsae_sha256:
            yield from self._give_up()  # not offered: tlslite only looks in TLS 1.2
        reading: Any = super()._clientGetKeyFromChain(certificate, settings, tack_ext)
        for result in reading:
            if result not in (0, 1) and self.proven is not None:
                # Two readers of one certificate must have read the same key.
                numbers, read = self.proven.public_numbers(), result[0]
                if (numbers.n, numbers.e) != (int(read.n), int(read.e)):
                    yield from self._give_up()
            yield result

    def _give_up(self) -> Iterator[Any]:
        alert: Iterator[Any] = self._sendError(AlertDescription.bad_certificate)
        return alert

    def _sendMsg(self, msg: Any, *arguments: Any, **named: Any) -> Iterator[Any]:  # noqa: N802
        """Send a message; a hello leaves without the offer to authenticate after the handshake."""
        if isinstance(msg, ClientHello):
            post = ExtensionType.post_handshake_auth
            msg.extensions = [one for one in msg.extensions or () if one.extType != post]
        sending: Any = super()._sendMsg(msg, *arguments, **named)
        yield from sending

    @property
    def _client_keypair(self) -> None:
        """No key for an authentication after the handshake: one that is asked for all the same is refused."""
        return None

    @_client_keypair.setter
    def _client_keypair(self, _pair: Any) -> None:
        pass


class _Records(RecordLayer):
    """The record layer, with the ciphers of `cryptography`."""

    @staticmethod
    def _getCipherSettings(cipherSuite: int) -> tuple[int, int, Any]:  # noqa: N802, N803
        length, iv, _slow = RecordLayer._getCipherSettings(cipherSuite)
        return length, iv, _chacha20 if cipherSuite in CipherSuite.chacha20Suites else _aes_gcm


class _Aead:
    """What the record layer asks of a cipher."""

    isBlockCipher, isAEAD, nonceLength, tagLength = False, True, 12, 16  # noqa: N815
    implementation = "cryptography"

    def __init__(self, name: str, cipher: AESGCM | ChaCha20Poly1305) -> None:
        self.name, self._cipher = name, cipher

    def seal(self, nonce: bytearray, plaintext: bytearray, data: bytearray) -> bytearray:
        return bytearray(self._cipher.encrypt(bytes(nonce), bytes(plaintext), bytes(data)))

    def open(self, nonce: bytearray, ciphertext: bytearray, data: bytearray) -> bytearray | None:
        """Return the plain text, None when it is not authentic."""
        try:
            return bytearray(self._cipher.decrypt(bytes(nonce), bytes(ciphertext), bytes(data)))
        except InvalidTag:
            return None


def _aes_gcm(key: bytearray, _implementations: Any) -> _Aead:
    return _Aead(f"aes{len(key) * 8}gcm", AESGCM(bytes(key)))


def _chacha20(key: bytearray, _implementations: Any) -> _Aead:
    return _Aead("chacha20-poly1305", ChaCha20Poly1305(bytes(key)))
