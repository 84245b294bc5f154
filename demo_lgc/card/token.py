"""The cards that a PKCS#11 module sees, and what they tell without any code. In the thread that owns it.

Slots are listed anew at every question: the flags of a token are those of the moment it was listed, and
after a removal any object of before is dead. Searches are always read to their end, otherwise the module
keeps the search open.

Reference: [CPS] §1.3 (flags), §1.4 (objects, mechanisms), §2 (traps of python-pkcs11); [PKCS11].
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as p11
from pkcs11._pkcs11 import SearchIter  # type: ignore[attr-defined]  # its stub shows the public ones only

from demo_lgc.card.cps import CardPair, choose_pair
from demo_lgc.card.module import HELD, translated
from demo_lgc.domain.errors import CardError, CardProblem

logger = logging.getLogger(__name__)

_USED = TokenFlag.TOKEN_INITIALIZED | TokenFlag.USER_PIN_INITIALIZED
_GONE = (p11.TokenNotPresent, p11.DeviceRemoved, p11.SlotIDInvalid)
_LAG = 1.0  # seconds; pcscd looks at its readers every 0.4
_ABSENT = (p11.AttributeTypeInvalid, p11.AttributeSensitive, p11.FunctionFailed)


@dataclass(frozen=True)
class Found:
    """A card in a reader: its token, just listed, and what it tells without any code."""

    token: Any
    pair: CardPair
    authorities: tuple[bytes, ...]
    info: bytes
    pss: bool

    @property
    def reader(self) -> str:
        """The name of the reader."""
        return reader_name(self.token.slot)

    @property
    def serial(self) -> bytes:
        """The serial number of the token."""
        return bytes(self.token.serial)


@dataclass(frozen=True)
class Unread:
    """A card that tells nothing: UNREADABLE (not one of ours), IN_USE (another program holds it)."""

    reader: str
    problem: CardProblem


Known = Mapping[tuple[str, bytes], Found]  # by reader and serial number


def list_slots(module: Any, *, with_card: bool) -> list[Any]:
    """Return the slots. Raises CardError (NO_READER).

    A listing is several calls, between which a reader or a card may come or go: it is asked twice.
    """
    for last in (False, True):
        try:
            return list(module.get_slots(token_present=with_card))
        except p11.PKCS11Error as error:
            logger.info("PKCS#11: %s while listing the readers", type(error).__name__)
            if last:
                raise CardError(CardProblem.NO_READER) from error
    raise AssertionError


def list_cards(module: Any, known: Known) -> list[Found | Unread]:
    """Return the cards of all readers, never none; those of `known` are not read again.

    Tokens that were never initialised are no cards: SoftHSM always shows one. Raises CardError: NO_READER,
    NO_CARD, LIBRARY_FAILS.
    """
    with translated(CardProblem.LIBRARY_FAILS):
        module.initialize()  # does nothing, unless the last restart could not
    # All of them: OpenSC calls empty the reader of a card that another program holds.
    slots = list_slots(module, with_card=False)
    if not slots:
        raise CardError(CardProblem.NO_READER)
    cards = [card for slot in slots if (card := _card_in(slot, known)) is not None]
    if not cards:
        raise CardError(CardProblem.NO_CARD)
    return cards


def token_in(module: Any, slot_id: int) -> Any | None:
    """Return the token of a slot, just listed, None when it has left. Raises CardError."""
    for slot in list_slots(module, with_card=True):
        if slot.slot_id == slot_id:
            with contextlib.suppress(p11.PKCS11Error):
                return slot.get_token()
    return None


def is_listed(module: Any, slot_id: int) -> bool:
    """True while the list of the readers tells of a card in a slot; asks nothing of it. Never raises."""
    with contextlib.suppress(CardError):
        return any(slot.slot_id == slot_id for slot in list_slots(module, with_card=True))
    return False


def has_left(module: Any, slot_id: int) -> bool:
    """True when a slot is empty, or becomes so within a second. Never raises.

    To be asked after a failure that does not say why: a reader takes its time to notice that the card was
    pulled out, and OpenSC has but GeneralError for all that goes wrong on the line.
    """
    deadline = time.monotonic() + _LAG
    while time.monotonic() < deadline:
        try:
            slots = [slot for slot in list_slots(module, with_card=False) if slot.slot_id == slot_id]
        except CardError:
            return True
        if all(_is_empty(slot) for slot in slots):
            return True
        time.sleep(_LAG / 20)
    return False


def reader_name(slot: Any) -> str:
    """Return the name of the reader of a slot."""
    return str(slot.slot_description).strip("\x00 ")


def search(session: Any, template: Mapping[Attribute, Any]) -> list[Any]:
    """Return the objects that match. Raises p11.PKCS11Error."""
    with _Search(session, dict(template), 10) as batches:
        return [found for batch in batches for found in batch]


def value_of(found: Any, attribute: Attribute) -> bytes:
    """Return an attribute made of bytes, b"" when the object has none. Raises p11.PKCS11Error."""
    try:
        return bytes(found[attribute] or b"")
    except _ABSENT:
        return b""


def label_of(found: Any) -> str:
    """Return the label of an object, « » when it has none that is text. Raises p11.PKCS11Error."""
    try:
        return str(found[Attribute.LABEL]).rstrip("\x00 ")
    except (*_ABSENT, UnicodeDecodeError):
        return ""


class _Search(SearchIter):  # type: ignore[misc]
    """A search that keeps quiet at its end when it could not even begin.

    python-pkcs11 ends it once more when it is collected, where what it raises cannot be caught.
    """

    def __del__(self) -> None:
        with contextlib.suppress(p11.PKCS11Error):
            self._finalize()


def _card_in(slot: Any, known: Known) -> Found | Unread | None:
    """Return the card of a slot, None when it left or was never a card."""
    reader = reader_name(slot)
    try:
        token = slot.get_token()
        if not token.flags & _USED:
            return None
        before = known.get((reader, bytes(token.serial)))
        return _read(token) if before is None else replace(before, token=token)
    except _GONE:
        return None
    except (p11.PKCS11Error, CardError) as error:
        logger.info("a card that tells nothing: %s", type(error).__name__)
        problem = CardProblem.IN_USE if isinstance(error, HELD) else CardProblem.UNREADABLE
        return None if _is_empty(slot) else Unread(reader, problem)


def _is_empty(slot: Any) -> bool:
    try:
        slot.get_token()
    except _GONE:
        return True
    except p11.PKCS11Error:
        return False
    return False


def _read(token: Any) -> Found:
    """Read a card. Raises p11.PKCS11Error, CardError (UNREADABLE)."""
    session = token.open()
    try:
        certificates = [
            (value_of(found, Attribute.ID), value_of(found, Attribute.VALUE))
            for found in search(session, {Attribute.CLASS: ObjectClass.CERTIFICATE})
        ]
        infos = search(session, {Attribute.CLASS: ObjectClass.DATA, Attribute.LABEL: "CPS_INFO_PS"})
        info = value_of(infos[0], Attribute.VALUE) if infos else b""
    finally:
        with contextlib.suppress(p11.PKCS11Error):  # dead with the card, when it left
            session.close()
    pss = Mechanism.RSA_PKCS_PSS in token.slot.get_mechanisms()
    pair = choose_pair(certificates)
    own = (pair.authentication, pair.signature)
    return Found(token, pair, tuple(der for _, der in certificates if der not in own), info, pss)
