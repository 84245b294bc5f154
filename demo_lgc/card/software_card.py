"""A card made of Python, for tests: it counts its codes and blocks, as a CPS does.

Its private keys are held by Python, and reach OpenSSL through the same provider as those of a real card.

Reference: [CPS] §1.3, §3.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from demo_lgc.card.cps import CardPair, load_pem_chain
from demo_lgc.card.signer import SHA256_PREFIX
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import PracticeSituation

TRIES = 3


def _load(path: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path} is not an RSA key")
    return key


class KeyFiles(Protocol):
    """Where one certificate lies: `chain` is the leaf then what is above it, `key` PKCS#8; all PEM."""

    @property
    def chain(self) -> Path: ...  # noqa: D102

    @property
    def key(self) -> Path: ...  # noqa: D102


class HolderActivities(Protocol):
    """What the certificates do not tell. An activity is (Struct_IdNat, name, sector)."""

    @property
    def speciality(self) -> str: ...  # noqa: D102

    @property
    def activities(self) -> tuple[tuple[str, str, str], ...]: ...  # noqa: D102


class CardFiles(Protocol):
    """The files a software card is made from."""

    @property
    def holder(self) -> HolderActivities: ...  # noqa: D102

    @property
    def authentication(self) -> KeyFiles: ...  # noqa: D102

    @property
    def signature(self) -> KeyFiles: ...  # noqa: D102


class SoftwareCard:
    """A card: two keys, two codes and the tries left on each. Raises OSError and ValueError on its files."""

    def __init__(
        self, files: CardFiles, code: str = "1234", unblocking_code: str = "12345678", *, pss: bool = True
    ) -> None:
        """Load the keys. `pss` False makes it a CPS3, True a CPS4."""
        authentication, signature = (
            load_pem_chain(part.chain.read_bytes()) for part in (files.authentication, files.signature)
        )
        self.pair = CardPair(authentication[0], signature[0])
        self.authorities = tuple(dict.fromkeys(authentication[1:] + signature[1:]))
        self.info = files.holder.speciality.encode()
        self.situations = tuple(
            PracticeSituation(structure, name, sector) for structure, name, sector in files.holder.activities
        )
        self.pss, self._code, self._unblocking_code = pss, code.encode(), unblocking_code.encode()
        self.tries = self.unblocking_tries = TRIES
        self._authentication, self._signature = _load(files.authentication.key), _load(files.signature.key)

    def give(self, code: str) -> CardError | None:
        """Count a try as a card does; return what it answers: BLOCKED, WRONG_CODE, None for the right one."""
        if self.tries and code.encode() == self._code:
            self.tries = TRIES
            return None
        self.tries = max(0, self.tries - 1)
        return CardError(CardProblem.WRONG_CODE, self.tries) if self.tries else CardError(CardProblem.BLOCKED)

    def change(self, code: str, new_code: str) -> CardError | None:
        """Replace the code; return what the card answers."""
        refused = self.give(code)
        if refused is None:
            self._code = new_code.encode()
        return refused

    def unblock(self, unblocking_code: str, new_code: str) -> CardError | None:
        """Replace the code whatever it was; return what the card answers."""
        if self.unblocking_tries and unblocking_code.encode() == self._unblocking_code:
            self._code, self.tries, self.unblocking_tries = new_code.encode(), TRIES, TRIES
            return None
        self.unblocking_tries = max(0, self.unblocking_tries - 1)
        return CardError(
            CardProblem.WRONG_UNBLOCKING_CODE if self.unblocking_tries else CardProblem.UNBLOCKING_BLOCKED
        )

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 / SHA-256 with the signature key."""
        return self._signature.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def sign_info(self, info: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 of a DigestInfo with the authentication key."""
        digest = info.removeprefix(SHA256_PREFIX)
        return self._authentication.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))

    def sign_pss(self, digest: bytes, salt: int) -> bytes:
        """RSASSA-PSS of a SHA-256 digest with the authentication key."""
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
        return self._authentication.sign(digest, scheme, Prehashed(hashes.SHA256()))
