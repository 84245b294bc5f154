"""A card that counts and is blocked, through OpenSC and a real PC/SC stack.

Reference: [CPS] §1.3, §1.4.
"""

from __future__ import annotations

import pytest

from demo_lgc.card.reader import PkcsReader
from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.trust import ServerTrust
from tests.card.conftest import ACTIVITIES, NUMBER
from tests.card.saying import refused, verify
from tests.card.virtual.apdu import Ins
from tests.card.virtual.desk import Listener, ask

pytestmark = pytest.mark.card


def test_the_holder_is_told_before_any_code(desk):
    desk.card.on_answer = listener = Listener()
    (seen,) = desk.reader.look()
    assert seen.holder.practitioner.national_id == NUMBER
    assert (seen.tries_left, seen.problem) == (3, None)
    assert seen.reader.startswith("Virtual CPS reader")
    assert not listener.asked[Ins.VERIFY]


def test_only_the_code_shows_the_activities_of_the_holder(desk):
    card = desk.reader.open("1234")
    assert tuple((s.structure_id, s.name, s.sector) for s in card.situations) == ACTIVITIES
    card.close()


def test_what_the_card_signs_verifies(desk):
    card = desk.reader.open("1234")
    for data in (b"", b"a manifest" * 10_000):
        verify(card.signer.certificate, card.signer.sign(data), data)


@pytest.mark.parametrize(("pss", "version"), [(None, "TLSv1.3"), (False, "TLSv1.2")])
def test_a_server_knows_the_holder_by_the_key_in_the_card(desk, serve, pki, pss, version):
    desk.reader.close()
    desk.reader = PkcsReader(desk.world.settings(), pss=pss)
    card = desk.reader.open("1234")
    with serve() as port:
        answer = ask(card.tls.context(ServerTrust(pki.anchors.read_text())), port)
    assert NUMBER in answer
    assert version in answer


# --- codes --------------------------------------------------------------------------------------------


def test_wrong_codes_are_counted_by_the_card_until_a_good_one(desk):
    assert refused(desk.reader.open, "0000") == (CardProblem.WRONG_CODE, 2)
    assert refused(desk.reader.open, "0000") == (CardProblem.WRONG_CODE, 1)
    assert desk.reader.look()[0].tries_left == desk.card.code.tries == 1
    desk.reader.open("1234").close()
    assert desk.reader.look()[0].tries_left == desk.card.code.tries == 3


def test_a_card_blocked_by_three_wrong_codes_opens_nothing(desk):
    problems = [refused(desk.reader.open, "0000") for _ in range(3)]
    assert problems[-1] == (CardProblem.BLOCKED, None)
    desk.card.on_answer = listener = Listener()
    assert refused(desk.reader.open, "1234") == (CardProblem.BLOCKED, None)
    (seen,) = desk.reader.look()
    assert (seen.tries_left, seen.problem) == (0, CardProblem.BLOCKED)
    assert seen.holder.practitioner.national_id == NUMBER
    assert not listener.asked[Ins.VERIFY]


@pytest.mark.parametrize(("tries", "problem"), [(1, None), (0, CardProblem.BLOCKED)])
def test_the_tries_spent_elsewhere_are_told_before_any_code(desk, tries, problem):
    desk.card.code.tries = tries
    (seen,) = desk.reader.look()
    assert (seen.tries_left, seen.problem) == (tries, problem)


@pytest.mark.parametrize("code", ["", "123", "12345", "abcd"])
def test_a_code_of_the_wrong_length_costs_no_try(desk, code):
    desk.card.on_answer = listener = Listener()
    assert refused(desk.reader.open, code) == (CardProblem.CODE_LENGTH, None)
    assert not listener.asked[Ins.VERIFY]
    assert desk.card.code.tries == 3


def test_the_unblocking_code_gives_a_blocked_card_a_new_code(desk):
    desk.card.code.tries = 0
    desk.reader.unblock("12345678", "4321")
    assert desk.reader.look()[0].tries_left == 3
    assert refused(desk.reader.open, "1234") == (CardProblem.WRONG_CODE, 2)
    assert desk.reader.open("4321").signer.sign(b"x")


def test_wrong_codes_of_this_run_do_not_forbid_to_unblock(desk):
    for _ in range(3):
        refused(desk.reader.open, "0000")
    desk.reader.unblock("12345678", "4321")
    assert desk.reader.open("4321").signer.sign(b"x")


def test_wrong_unblocking_codes_are_counted_until_none_is_taken(desk):
    desk.card.code.tries = 0
    wrong = (CardProblem.WRONG_UNBLOCKING_CODE, None)
    assert [refused(desk.reader.unblock, "00000000", "4321") for _ in range(2)] == [wrong] * 2
    assert desk.card.unblocking_code.tries == 1
    assert refused(desk.reader.unblock, "00000000", "4321")[0] is CardProblem.UNBLOCKING_BLOCKED
    assert refused(desk.reader.unblock, "12345678", "4321")[0] is CardProblem.UNBLOCKING_BLOCKED
    assert desk.card.code.tries == 0


@pytest.mark.parametrize(
    ("unblocking_code", "new_code", "problem"),
    [
        ("1234567", "4321", CardProblem.UNBLOCKING_LENGTH),
        ("abcdefgh", "4321", CardProblem.UNBLOCKING_LENGTH),
        ("12345678", "43210", CardProblem.CODE_LENGTH),
    ],
)
def test_an_unblocking_code_of_the_wrong_length_costs_no_try(desk, unblocking_code, new_code, problem):
    desk.card.code.tries = 0
    assert refused(desk.reader.unblock, unblocking_code, new_code)[0] is problem
    assert (desk.card.unblocking_code.tries, desk.card.unblockings_left) == (3, 5)


def test_a_card_unblocked_too_often_must_be_replaced(desk):
    desk.card.code.tries = desk.card.unblockings_left = 0
    assert refused(desk.reader.unblock, "12345678", "4321")[0] is CardProblem.UNBLOCKING_BLOCKED


def test_a_new_code_that_the_card_refuses_leaves_it_blocked(desk):
    desk.card.code.tries = 0
    desk.card.refused_codes = frozenset([b"0000"])
    assert refused(desk.reader.unblock, "12345678", "0000")[0] is CardProblem.NEW_CODE_REFUSED
    assert desk.reader.look()[0].problem is CardProblem.BLOCKED
    desk.reader.unblock("12345678", "4321")


def test_a_changed_code_replaces_the_old_one_and_closes_the_session(desk):
    card = desk.reader.open("1234")
    desk.reader.change_code("1234", "4321")
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert refused(desk.reader.open, "1234") == (CardProblem.WRONG_CODE, 2)
    assert desk.reader.open("4321").signer.sign(b"x")


def test_a_code_is_not_changed_without_the_old_one(desk):
    assert refused(desk.reader.change_code, "0000", "4321") == (CardProblem.WRONG_CODE, 2)
    assert (desk.card.code.value, desk.card.code.tries) == (b"1234", 2)
    desk.card.refused_codes = frozenset([b"0000"])
    assert refused(desk.reader.change_code, "1234", "0000")[0] is CardProblem.NEW_CODE_REFUSED
    assert refused(desk.reader.change_code, "1234", "1234")[0] is CardProblem.NEW_CODE_REFUSED
    assert desk.reader.open("1234").signer.sign(b"x")
