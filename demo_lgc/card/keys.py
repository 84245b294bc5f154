"""The two private keys of a session whose code was given. In the thread that owns the module.

Reference: [CPS] §1.4 (objects, mechanisms), §2; [PKCS11].
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pkcs11 import MGF, Attribute, Mechanism, ObjectClass
from pkcs11 import exceptions as p11

from demo_lgc.card.certificates import load_certificate
from demo_lgc.card.cps import read_situations
from demo_lgc.card.module import translated
from demo_lgc.card.signer import sha256_info
from demo_lgc.card.token import Found, has_left, is_listed, label_of, search, value_of
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import PracticeSituation

logger = logging.getLogger(__name__)


class TokenKeys:
    """The two keys, and what else only the code shows."""

    def __init__(self, session: Any, found: Found) -> None:
        """Find the keys. Raises CardError (UNREADABLE, REMOVED)."""
        self.session: Any = session
        self._slot = found.token.slot.slot_id
        with translated(CardProblem.UNREADABLE):
            self._authentication = _key(session, found.pair.authentication_id)
            self._signature = _key(session, found.pair.signature_id)
            self.situations: tuple[PracticeSituation, ...] = read_situations(_activities(session))

    def prove(self, certificate: bytes) -> None:
        """Have a random number signed, to be sure that the card holds the key of `certificate` (DER).

        Anybody can read certificates, and write them on a token whose code is theirs: that token would open
        the session of another. Raises CardError (FOREIGN, UNREADABLE, REMOVED, REFUSED).
        """
        known, challenge = load_certificate(certificate), secrets.token_bytes(32)
        key = known.public_key() if known else None
        if not isinstance(key, rsa.RSAPublicKey):
            raise CardError(CardProblem.UNREADABLE)
        signature = self.sign_info(sha256_info(challenge))
        try:
            key.verify(signature, challenge, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            logger.warning("the key of a card is not that of its certificate")
            raise CardError(CardProblem.FOREIGN) from error

    def sign(self, data: bytes) -> bytes:
        """Sign with the signature key. Raises CardError (REMOVED, REFUSED).

        By the mechanism that hashes, as the signature key of a CPS3 wants it; by DigestInfo on tokens
        that have only the bare one.
        """
        with translated(CardProblem.REFUSED):
            try:
                return bytes(self._signature.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS))
            except (p11.KeyTypeInconsistent, p11.MechanismInvalid, p11.FunctionNotSupported):
                return bytes(self._signature.sign(sha256_info(data), mechanism=Mechanism.RSA_PKCS))

    def sign_info(self, info: bytes) -> bytes:
        """Sign a DigestInfo with the authentication key: the only way a CPS3 has. Raises CardError."""
        with translated(CardProblem.REFUSED):
            return bytes(self._authentication.sign(info, mechanism=Mechanism.RSA_PKCS))

    def sign_pss(self, digest: bytes, salt: int) -> bytes:
        """Sign a SHA-256 digest with the authentication key, RSASSA-PSS. Raises CardError."""
        scheme = (Mechanism.SHA256, MGF.SHA256, salt)
        with translated(CardProblem.REFUSED):
            return bytes(
                self._authentication.sign(digest, mechanism=Mechanism.RSA_PKCS_PSS, mechanism_param=scheme)
            )

    def is_there(self, module: Any) -> bool:
        """True while the card of this session is in its reader and the session is alive.

        A card pulled out and put back between two looks is seen by its session, which died. The token
        itself is not asked: a card reads its counter of tries at each C_GetTokenInfo.
        """
        try:
            with translated(CardProblem.REMOVED):
                _ = self._authentication[Attribute.ID]
        except CardError:
            return False
        return is_listed(module, self._slot)

    def has_left(self, module: Any) -> bool:
        """True when the card is gone, or goes within the time that its reader needs to notice."""
        return not self.is_there(module) or has_left(module, self._slot)

    def log_out(self) -> bool:
        """Close the session, which logs out; False when it could not, the card being gone. Never raises."""
        try:
            self.session.close()
        except p11.PKCS11Error as error:
            logger.info("PKCS#11: %s at log out", type(error).__name__)
            return False
        return True


def _key(session: Any, identifier: bytes) -> Any:
    keys = search(session, {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: identifier})
    if not keys:
        raise CardError(CardProblem.UNREADABLE)
    return keys[0]


def _activities(session: Any) -> dict[str, bytes]:
    labelled = ((label_of(found), found) for found in search(session, {Attribute.CLASS: ObjectClass.DATA}))
    return {
        label: value_of(found, Attribute.VALUE)
        for label, found in labelled
        if label.startswith("CPS_ACTIVITY")
    }
