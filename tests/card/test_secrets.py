"""The code porteur passes through; the key closes with the session."""

from __future__ import annotations

import gc
import sys
import time
from typing import Any

import pytest
from pkcs11 import Attribute, ObjectClass
from pkcs11 import exceptions as p11

from demo_lgc.card.module import CardThread
from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.token import list_tokens
from demo_lgc.domain.errors import CardError
from demo_lgc.sandbox.softcard import SoftCard
from demo_lgc.settings import CardSettings
from tests.card.conftest import Gestures


@pytest.mark.parametrize("typed", ["1234", "9876", "12"])
def test_nothing_holds_the_code_once_the_card_has_answered(gestures: Gestures, typed: str) -> None:
    code = "".join(list(typed))  # a text of its own, whose holders can be counted
    gc.collect()
    gc.disable()  # what a cycle keeps is kept
    try:
        before = sys.getrefcount(code)
        try:
            gestures.reader.open(code)
        except CardError as error:
            assert typed not in repr(error) + str(error)  # noqa: PT017 - 1234 opens
        deadline = time.monotonic() + 2
        while sys.getrefcount(code) > before and time.monotonic() < deadline:
            time.sleep(0.01)  # the thread of the card lets go of its job a moment later
        assert sys.getrefcount(code) == before
    finally:
        gc.enable()


@pytest.mark.card
def test_a_session_kept_open_beside_ours_cannot_sign_after_the_lock(soft_card: SoftCard) -> None:
    """PKCS#11 logs in a program, not a session: closing ours must log out all of them."""
    reader = PkcsReader(CardSettings(str(soft_card.library), soft_card.environment, poll_interval=0.05))
    reader.read()
    thread = CardThread.acquire(str(soft_card.library))

    def private_keys(session: Any) -> list[Any]:
        return list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))

    try:
        beside = thread.run(lambda module: list_tokens(module)[0].open())
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
