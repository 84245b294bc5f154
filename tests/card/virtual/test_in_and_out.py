"""A card that leaves its reader, comes back, or is replaced, at any moment.

Reference: [CPS] §1.3, §2.
"""

from __future__ import annotations

import operator
import os
import ssl
import threading
import time
from contextlib import suppress

import pytest

from demo_lgc.card.reader import PkcsReader
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import ServerTrust
from tests.card.conftest import NUMBER, OTHER
from tests.card.saying import refused, verify
from tests.card.virtual.apdu import Ins
from tests.card.virtual.applet import VirtualCard
from tests.card.virtual.desk import ask, is_empty, opens, wait_until
from tests.card.virtual.layout import lay_out

pytestmark = pytest.mark.card


CYCLES = 30


def test_a_removal_is_told_within_two_seconds_and_every_key_dies(desk, serve, pki):
    desk.reader.close()
    desk.reader = PkcsReader(desk.world.settings(poll_interval=0.5))  # as it is by default
    card, told = desk.reader.open("1234"), threading.Event()
    desk.reader.watch(told.set)
    context = card.tls.context(ServerTrust(pki.anchors.read_text()))
    start = time.monotonic()
    desk.pull_out()
    assert told.wait(5)
    assert time.monotonic() - start < 2
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    with serve() as port, pytest.raises(ssl.SSLError):
        ask(context, port)
    assert card.tls.cause().problem is CardProblem.REMOVED
    assert refused(desk.reader.look)[0] is CardProblem.NO_CARD
    assert refused(desk.reader.open, "1234")[0] is CardProblem.NO_CARD


def test_a_card_put_back_is_opened_again_and_old_keys_stay_dead(desk):
    first, told = desk.reader.open("1234"), threading.Event()
    desk.reader.watch(told.set)
    desk.pull_out()
    assert told.wait(5)
    desk.insert()
    assert refused(first.signer.sign, b"x")[0] is CardProblem.REMOVED
    second = desk.reader.open("1234")
    verify(second.signer.certificate, second.signer.sign(b"x"), b"x")


def test_a_card_put_back_at_once_is_opened_again_too(desk):
    card, told = desk.reader.open("1234"), threading.Event()
    desk.reader.watch(told.set)
    desk.pull_out()
    desk.world.places[0].insert(desk.card)
    assert told.wait(5)
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    wait_until(lambda: opens(desk.reader))


def test_another_card_opens_for_another_holder(desk, pki):
    desk.reader.open("1234").close()
    desk.pull_out()
    wait_until(lambda: is_empty(desk.reader))
    desk.insert(VirtualCard(lay_out(pki.card(OTHER), pki.intermediates)))
    (seen,) = desk.reader.look()
    assert seen.holder.practitioner.national_id == OTHER
    card = desk.reader.open("1234")
    assert card.holder == seen.holder
    assert card.situations == ()


def test_the_card_that_is_named_is_opened_among_two(desk, pki):
    desk.insert(VirtualCard(lay_out(pki.card(OTHER), pki.intermediates)), place=1)
    seen = desk.reader.look()
    assert len({card.reader for card in seen}) == 2
    for number in (OTHER, NUMBER):
        (holder,) = (card.holder for card in seen if card.holder.practitioner.national_id == number)
        card = desk.reader.open("1234", holder.card_number)
        verify(card.signer.certificate, card.signer.sign(b"x"), b"x")
        assert number in card.tls.subject


def test_a_card_pulled_out_during_the_login_opens_nothing(desk):
    desk.pull_out_at(Ins.VERIFY)
    assert refused(desk.reader.open, "1234")[0] is CardProblem.NO_CARD
    desk.insert()
    assert desk.reader.open("1234").signer.sign(b"x")


def test_a_try_spent_by_a_card_pulled_out_is_not_forgotten(desk):
    desk.card.code.tries = 2
    desk.pull_out_at(Ins.VERIFY)
    assert refused(desk.reader.open, "0000")[0] is CardProblem.NO_CARD
    desk.insert()
    assert desk.reader.look()[0].tries_left == 1


def test_a_card_pulled_out_while_it_signs_is_lost(desk):
    card, told = desk.reader.open("1234"), threading.Event()
    desk.reader.watch(told.set)
    desk.pull_out_at(Ins.PERFORM_SECURITY_OPERATION)
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert told.wait(5)
    desk.insert()
    assert desk.reader.open("1234").signer.sign(b"x")


def test_a_card_pulled_out_during_a_handshake_is_the_cause_that_is_told(desk, serve, pki):
    card = desk.reader.open("1234")
    context = card.tls.context(ServerTrust(pki.anchors.read_text()))
    with serve() as port:
        assert NUMBER in ask(context, port)
        desk.pull_out_at(Ins.PERFORM_SECURITY_OPERATION)
        with pytest.raises(ssl.SSLError):
            ask(context, port)
    assert card.tls.cause().problem is CardProblem.REMOVED


def test_a_card_pulled_out_while_it_is_read_is_soon_no_card(desk):
    desk.reader.close()
    desk.pull_out_at(Ins.READ_BINARY)
    with suppress(CardError):
        assert [card.holder for card in desk.reader.look()] == [None]
    wait_until(lambda: is_empty(desk.reader))


def test_cards_come_and_go_without_leaving_anything(desk):
    desk.reader.open("1234")
    before = _resources()
    for _ in range(CYCLES):
        told = threading.Event()
        desk.reader.watch(told.set)
        desk.pull_out()
        assert told.wait(5)
        desk.insert()
        assert desk.reader.open("1234").signer.sign(b"x")
    wait_until(lambda: all(map(operator.le, _resources(), before)))


def _resources() -> tuple[int, int]:
    """Threads and file descriptors."""
    return threading.active_count(), len(os.listdir("/proc/self/fd"))
