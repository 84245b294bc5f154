"""What is asked of the token itself. Everything here runs in the thread that owns the module.

Slots are listed anew at every question: the flags of a token are those of the moment it was listed, and
after a removal any object of before is dead. Searches are always read to their end, otherwise the module
keeps the search open.

Reference: [CPS] §1.3 (flags), §1.4 (objects, mechanisms), §2 (traps of python-pkcs11); [PKCS11].
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from pkcs11 import MGF, Attribute, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as p11

from demo_lgc.card.cps import CardPair, choose_pair, read_situations
from demo_lgc.card.module import translated
from demo_lgc.card.signer import sha256_info
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import PracticeSituation

logger = logging.getLogger(__name__)

_USED = TokenFlag.TOKEN_INITIALIZED | TokenFlag.USER_PIN_INITIALIZED


@dataclass(frozen=True)
class Found:
    """A card in a reader: its token, just listed, and what it tells without any code."""

    token: Any
    pair: CardPair
    authorities: tuple[bytes, ...]
    info: bytes
    pss: bool

    @property
    def serial(self) -> bytes:
        """The serial number of the token."""
        return bytes(self.token.serial)


def list_tokens(module: Any) -> list[Any]:
    """Return the tokens of the readers, initialised ones only: SoftHSM always shows an empty one more.

    A health insurance card in the other slot of the reader is not recognised, and skipped. Raises
    CardError: NO_READER, NO_CARD, UNREADABLE (cards, but none that the library knows).
    """
    with translated(CardProblem.NO_READER):
        slots = list(module.get_slots(token_present=True))
        if not slots and not module.get_slots():
            raise CardError(CardProblem.NO_READER)
        tokens, unknown = [], False
        for slot in slots:
            try:
                token = slot.get_token()
            except p11.TokenNotRecognised:
                unknown = True
            except (p11.TokenNotPresent, p11.DeviceRemoved, p11.SlotIDInvalid):
                continue  # pulled out between the two questions
            else:
                if token.flags & _USED:
                    tokens.append(token)
    if not tokens:
        raise CardError(CardProblem.UNREADABLE if unknown else CardProblem.NO_CARD)
    return tokens


def find_card(module: Any, known: Found | None = None, session: Any = None) -> Found:
    """Return the first CPS of the readers, without any code.

    `known` is the answer of last time, not read again when the same card is there; `session` is a session
    already open on it: python-pkcs11 logs every session out when it closes one that was logged in, and a
    public one may not be opened and closed beside it for nothing. Raises CardError.
    """
    tokens = list_tokens(module)
    for token in tokens:
        if known is not None and bytes(token.serial) == known.serial:
            return Found(token, known.pair, known.authorities, known.info, known.pss)
    problem = CardError(CardProblem.UNREADABLE)
    for token in tokens:
        try:
            return _read(token, session)
        except CardError as error:
            problem = error
    raise problem


def tries_left(token: Any) -> int:
    """Return the tries left on the code, from the flags of a token just listed."""
    for flag, tries in (
        (TokenFlag.USER_PIN_LOCKED, 0),
        (TokenFlag.USER_PIN_FINAL_TRY, 1),
        (TokenFlag.USER_PIN_COUNT_LOW, 2),
    ):
        if token.flags & flag:
            return tries
    return 3


def log_in(module: Any, found: Found, code: str) -> Any:
    """Give the code to the card and return the session. Raises CardError (WRONG_CODE, BLOCKED, …).

    A login that fails leaks its session, which then forbids unblocking; one of ours may also have been
    left open by a removal. Both end with C_Finalize and C_Initialize.
    """
    session, problem = _offer(module, found, code)
    if problem is None:
        return session
    with translated(CardProblem.UNREADABLE):
        module.reinitialize()
    if problem.problem is CardProblem.WRONG_CODE:
        left = tries_left(find_card(module, found).token)
        problem = CardError(CardProblem.WRONG_CODE, left) if left else CardError(CardProblem.BLOCKED)
    try:
        raise problem
    finally:
        del problem  # it holds this frame, and those above, where the code is: neither outlives the other


def _offer(module: Any, found: Found, code: str) -> tuple[Any, CardError | None]:
    """Give the code, once; return the session, or why there is none. Nothing of the failure is kept."""
    try:
        with translated(CardProblem.UNREADABLE):
            try:
                return found.token.open(user_pin=code), None
            except p11.UserAlreadyLoggedIn:
                module.reinitialize()
                return find_card(module, found).token.open(user_pin=code), None
    except CardError as error:
        if isinstance(error.__cause__, p11.PinLocked):
            return None, CardError(CardProblem.BLOCKED)
        if isinstance(error.__cause__, p11.PinIncorrect | p11.PinInvalid | p11.PinLenRange):
            return None, CardError(CardProblem.WRONG_CODE)
        return None, CardError(error.problem)


class TokenKeys:
    """The two private keys of a session whose code was given."""

    def __init__(self, session: Any, found: Found) -> None:
        """Find the keys. Raises CardError (UNREADABLE, REMOVED)."""
        self.session: Any = session
        self._slot = found.token.slot.slot_id
        with translated(CardProblem.UNREADABLE):
            self._authentication = _key(session, found.pair.authentication_id)
            self._signature = _key(session, found.pair.signature_id)
            self.situations: tuple[PracticeSituation, ...] = read_situations(_data_objects(session))

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
        itself is not asked: a card reads its counter of tries at each C_GetTokenInfo. Nor is a search
        made: python-pkcs11 ends a search that could not start when it is collected, which raises there.
        """
        try:
            with translated(CardProblem.REMOVED):
                _ = self._authentication[Attribute.ID]
                return any(slot.slot_id == self._slot for slot in module.get_slots(token_present=True))
        except CardError:
            return False

    def log_out(self) -> None:
        """Close the session, which logs out. Never raises: the card may be gone."""
        try:
            self.session.close()
        except p11.PKCS11Error as error:
            logger.info("PKCS#11: %s at log out", type(error).__name__)


def _read(token: Any, session: Any) -> Found:
    with translated(CardProblem.UNREADABLE):
        own = token.open() if session is None else None
        reading = session if own is None else own
        certificates = [
            (_value(found, Attribute.ID), _value(found, Attribute.VALUE))
            for found in list(reading.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))
        ]
        infos = list(reading.get_objects({Attribute.LABEL: "CPS_INFO_PS"}))
        info = _value(infos[0], Attribute.VALUE) if infos else b""
        if own is not None:
            own.close()
        pss = Mechanism.RSA_PKCS_PSS in token.slot.get_mechanisms()
    pair = choose_pair(certificates)
    own_certificates = (pair.authentication, pair.signature)
    authorities = tuple(der for _, der in certificates if der not in own_certificates)
    return Found(token, pair, authorities, info, pss)


def _key(session: Any, identifier: bytes) -> Any:
    keys = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: identifier}))
    if not keys:
        raise CardError(CardProblem.UNREADABLE)
    return keys[0]


def _data_objects(session: Any) -> dict[str, bytes]:
    objects = list(session.get_objects({Attribute.CLASS: ObjectClass.DATA}))
    labelled = ((str(found[Attribute.LABEL]).rstrip("\x00"), found) for found in objects)
    return {
        label: _value(found, Attribute.VALUE) for label, found in labelled if label.startswith("CPS_ACTIVITY")
    }


def _value(found: Any, attribute: Attribute) -> bytes:
    try:
        return bytes(found[attribute] or b"")
    except (p11.AttributeTypeInvalid, p11.AttributeSensitive):
        return b""
