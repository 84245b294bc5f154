"""A reader and a card made of Python, for tests: everything a CPS does to its user, on demand.

The code is counted and blocks, the card can be put in and pulled out at any moment. Its private keys are
held by Python, and reach OpenSSL through the same provider as those of a real card.

Reference: [CPS] §1.3, §3.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from demo_lgc.card.cps import CardPair, load_pem_chain, read_holder
from demo_lgc.card.opened import OpenedCard
from demo_lgc.card.signer import SHA256_PREFIX
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import CardHolder, PracticeSituation

TRIES = 3


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
    """A card: two keys, a code and the tries left on it. Raises OSError and ValueError on its files."""

    def __init__(self, files: CardFiles, code: str = "1234", *, pss: bool = True) -> None:
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
        self.pss, self.tries, self._code = pss, TRIES, code
        self._authentication, self._signature = _load(files.authentication.key), _load(files.signature.key)

    def give(self, code: str) -> None:
        """Count a try as a card does. Raises CardError (BLOCKED, WRONG_CODE)."""
        if self.tries and code == self._code:
            self.tries = TRIES
            return
        self.tries = max(0, self.tries - 1)
        if not self.tries:
            raise CardError(CardProblem.BLOCKED)
        raise CardError(CardProblem.WRONG_CODE, self.tries)

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


class SoftwareReader:
    """Domain `CardReader` around a SoftwareCard that tests insert and pull out. Safe in any thread."""

    def __init__(self, card: CardFiles | SoftwareCard | None = None, code: str = "1234", *, pss: bool = True):
        """Make a reader with `card` in it, or empty. `pss` False makes it a CPS3."""
        self._code, self._pss = code, pss
        self._lock = threading.RLock()
        self._card: SoftwareCard | None = None
        self._session: object | None = None
        self._watchers: list[Callable[[], None]] = []
        self._removed = False  # while a session was open
        if card is not None:
            self.insert(card)

    # --- what a hand does -----------------------------------------------------------------------------

    def insert(self, card: CardFiles | SoftwareCard) -> SoftwareCard:
        """Put a card in, and return it so that it can be put in again with its count of tries."""
        made = card if isinstance(card, SoftwareCard) else SoftwareCard(card, self._code, pss=self._pss)
        with self._lock:
            self._card = made
        return made

    def pull_out(self) -> SoftwareCard | None:
        """Take the card out, in the middle of anything, and return it."""
        with self._lock:
            self._removed = self._removed or self._session is not None
            card, self._card, self._session = self._card, None, None
            watchers, self._watchers = self._watchers, []
        for act in watchers:
            _tell(act)
        return card

    # --- CardReader -----------------------------------------------------------------------------------

    def read(self) -> CardHolder:
        """Return the holder of the card present. Raises CardError (NO_CARD, UNREADABLE, EXPIRED)."""
        card = self._present()
        return read_holder(card.pair, card.info)

    def tries_left(self) -> int:
        """Tries left on the code: 3, 2, 1 or 0. Raises CardError (NO_CARD)."""
        return self._present().tries

    def open(self, code: str) -> OpenedCard:
        """Give the code. Raises CardError: CODE_LENGTH, WRONG_CODE, BLOCKED and those of `read`."""
        if not re.fullmatch(r"[0-9]{4}", code):
            raise CardError(CardProblem.CODE_LENGTH)
        with self._lock:
            card, holder = self._present(), self.read()
            card.give(code)
            session = self._session = object()
            self._watchers, self._removed = [], False

        def guarded(sign: Callable[..., bytes]) -> Callable[..., bytes]:
            def signed(*arguments: object) -> bytes:
                if self._session is not session:
                    raise CardError(CardProblem.REMOVED)
                return sign(*arguments)

            return signed

        return OpenedCard(
            holder,
            card.situations,
            card.pair,
            card.authorities,
            sign=guarded(card.sign),
            pkcs1=guarded(card.sign_info),
            pss=guarded(card.sign_pss) if card.pss else None,
            on_close=lambda: self._close(session),
        )

    def watch(self, on_removed: Callable[[], None]) -> None:
        """Call `on_removed`, once and from another thread, when the open card is pulled out."""
        with self._lock:
            if self._session is not None:
                self._watchers.append(on_removed)
            elif self._removed:
                _tell(on_removed)

    def close(self) -> None:
        """Forget the open card."""
        self._close(self._session)

    def _present(self) -> SoftwareCard:
        card = self._card
        if card is None:
            raise CardError(CardProblem.NO_CARD)
        return card

    def _close(self, session: object | None) -> None:
        with self._lock:
            if self._session is session:
                self._session, self._watchers = None, []


def _tell(act: Callable[[], None]) -> None:
    threading.Thread(target=act, name="card removed", daemon=True).start()


def _load(path: Path) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path} is not an RSA key")
    return key
