"""The code porteur passes through; the key closes with the session."""

from __future__ import annotations

import gc
import re
import sys
import time
import traceback
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from pkcs11 import Attribute, ObjectClass
from pkcs11 import exceptions as p11

from demo_lgc.card.module import CardThread
from demo_lgc.card.reader import PkcsReader
from demo_lgc.domain.errors import CardError
from demo_lgc.sandbox.softcard import SoftCard
from demo_lgc.settings import CardSettings
from tests.card.conftest import Gestures

ACTS = {
    "open": (("1234",), ("9876",), ("12",)),
    "unblock": (("12345678", "4321"), ("87654321", "4321"), ("12345678", "43"), ("1234", "4321")),
    "change_code": (("1234", "4321"), ("9876", "4321"), ("1234", "1234"), ("1234", "43")),
}
_ADDRESS = re.compile(r"0x[0-9a-f]+")
CASES = [(act, typed) for act, cases in ACTS.items() for typed in cases]


@pytest.mark.parametrize(("act", "typed"), CASES)
def test_nothing_holds_a_code_once_the_card_has_answered(
    gestures: Gestures, act: str, typed: tuple[str, ...]
) -> None:
    codes = ["".join(list(each)) for each in typed]  # texts of their own, whose holders can be counted
    gc.collect()
    gc.disable()  # what a cycle keeps is kept
    try:
        before = [sys.getrefcount(code) for code in codes]
        try:
            getattr(gestures.reader, act)(*codes)
        except CardError as error:
            assert not any(each in repr(error) + str(error) for each in typed)  # noqa: PT017 - some succeed
        deadline = time.monotonic() + 2
        while [sys.getrefcount(code) for code in codes] > before and time.monotonic() < deadline:
            time.sleep(0.01)  # the thread of the card lets go of its job a moment later
        assert [sys.getrefcount(code) for code in codes] == before
    finally:
        gc.enable()


def _frames(error: BaseException | None) -> Iterator[FrameType]:
    """Every frame that an exception keeps, with those of its causes."""
    while error is not None:
        yield from (frame for frame, _ in traceback.walk_tb(error.__traceback__))
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(("act", "typed"), CASES)
def test_an_exception_that_is_kept_keeps_no_code(
    gestures: Gestures, act: str, typed: tuple[str, ...]
) -> None:
    try:
        getattr(gestures.reader, act)(*typed)
    except CardError as error:
        kept = error
    else:
        return
    said = [
        (frame.f_code.co_name, name)
        for frame in _frames(kept)
        if frame.f_globals["__name__"].startswith("demo_lgc")
        for name, value in frame.f_locals.items()
        if any(each in _ADDRESS.sub("", repr(value)) for each in typed)
    ]
    assert said == []


@pytest.mark.card
def test_a_session_kept_open_beside_ours_cannot_sign_after_the_lock(soft_card: SoftCard) -> None:
    """PKCS#11 logs in a program, not a session: closing ours must log out all of them."""
    reader = PkcsReader(CardSettings(str(soft_card.library), soft_card.environment, poll_interval=0.05))
    reader.look()
    thread = CardThread.acquire(str(soft_card.library))

    def private_keys(session: Any) -> list[Any]:
        return list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))

    try:
        beside = thread.run(lambda module: module.get_slots(True)[0].get_token().open())
        card = reader.open("1234")
        key = thread.run(lambda _: private_keys(beside)[0])
        assert thread.run(lambda _: key[Attribute.CLASS]) is ObjectClass.PRIVATE_KEY
        card.close()
        assert thread.run(lambda _: private_keys(beside)) == []
        with pytest.raises(p11.PKCS11Error):
            thread.run(lambda _: key.sign(b"something", mechanism=None))
        thread.run(lambda _: beside.close())
    finally:
        reader.close()
        thread.release()
