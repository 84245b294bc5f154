"""Two programs on one card, and two stacks on one machine.

Reference: [CPS] §1.2 (the Cryptolib keeps the code and gives it again).
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from demo_lgc.card.reader import PkcsReader
from demo_lgc.domain.errors import CardProblem
from tests.card.conftest import NUMBER, OTHER
from tests.card.saying import refused, verify
from tests.card.virtual.applet import VirtualCard
from tests.card.virtual.desk import opens, wait_until
from tests.card.virtual.layout import lay_out
from tests.card.virtual.world import PcscWorld, pcsc_world

pytestmark = pytest.mark.card


@contextmanager
def _other_program(world: PcscWorld, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Another program, once it has said its first word."""
    command = [sys.executable, "-m", "tests.card.virtual.other_program", str(world.library), *arguments]
    environment = {**os.environ, **world.settings().environment}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout.readline() in ("done\n", "held\n")
        yield program


@pytest.mark.parametrize("gesture", [("login", "1234"), ("login", "0000"), ("reset",)])
def test_a_session_outlives_what_another_program_does_with_the_card(desk, gesture):
    """The library gives the code again, as the Cryptolib does."""
    card = desk.reader.open("1234")
    with _other_program(desk.world, *gesture):
        verify(card.signer.certificate, card.signer.sign(b"x"), b"x")


@pytest.mark.parametrize("gesture", [("login", "1234"), ("reset",)])
def test_a_session_ends_when_the_library_does_not_give_the_code_again(desk, gesture):
    desk.reader.close()
    desk.reader = PkcsReader(desk.world.settings(cache=False))
    card, told = desk.reader.open("1234"), threading.Event()
    desk.reader.watch(told.set)
    with _other_program(desk.world, *gesture):
        assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert told.wait(5)
    assert desk.reader.open("1234").signer.sign(b"x")


def test_a_card_blocked_by_another_program_signs_no_more(desk):
    card = desk.reader.open("1234")
    for _ in range(3):
        with _other_program(desk.world, "login", "0000"):
            pass
    assert desk.card.code.tries == 0
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert desk.reader.look()[0].problem is CardProblem.BLOCKED


def test_a_card_that_another_program_keeps_is_in_use_until_it_is_given_back(desk):
    desk.reader.close()
    with _other_program(desk.world, "hold") as other:
        assert refused(desk.reader.open, "1234")[0] is CardProblem.IN_USE
        other.communicate()
        wait_until(lambda: opens(desk.reader))


def test_two_stacks_share_nothing_and_leave_nothing(desk, pki):
    if desk.world.alone:
        pytest.skip("no namespaces here: one stack at a time")
    with suppress(KeyError), pcsc_world() as other:
        assert other.socket != desk.world.socket
        other.places[0].insert(VirtualCard(lay_out(pki.card(OTHER), pki.intermediates)))
        (seen,) = desk.reader.look()
        assert seen.holder.practitioner.national_id == NUMBER
        raise KeyError  # as a test that fails
    assert not other.folder.exists()
    assert all(place.card is None for place in other.places)
    assert not Path(f"/proc/{other.daemon}").exists()
    assert desk.reader.open("1234").signer.sign(b"x")
