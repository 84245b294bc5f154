"""The codes of a card: counted, replaced, never tried for nothing. Every kind of card answers alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.card.tries import Tries
from demo_lgc.domain.errors import CardProblem
from tests.card.conftest import NUMBER
from tests.card.saying import refused

TOO_SHORT_OR_STRANGE = ["", "123", "12345", "abcd", "12 4", "١٢٣٤", "1234\n"]


def tries(reader) -> int:
    return reader.look()[0].tries_left


@pytest.mark.parametrize("code", TOO_SHORT_OR_STRANGE)
def test_a_code_that_is_not_four_digits_never_reaches_the_card(gestures, code):
    reader = gestures.reader
    assert refused(reader.open, code) == (CardProblem.CODE_LENGTH, None)
    assert refused(reader.change_code, code, "4321") == (CardProblem.CODE_LENGTH, None)
    assert refused(reader.change_code, "0000", code) == (CardProblem.CODE_LENGTH, None)
    assert refused(reader.unblock, "12345678", code) == (CardProblem.CODE_LENGTH, None)
    assert tries(reader) == 3
    reader.open("1234").close()


@pytest.mark.parametrize("code", ["", "1234567", "123456789", "1234567x", "1234"])
def test_an_unblocking_code_that_is_not_eight_digits_never_reaches_the_card(gestures, code):
    for _ in range(4):
        assert refused(gestures.reader.unblock, code, "4321") == (CardProblem.UNBLOCKING_LENGTH, None)
    gestures.reader.unblock("12345678", "1234")


def test_a_wrong_code_leaves_two_tries_until_the_right_one_gives_three_again(gestures):
    reader = gestures.reader
    assert refused(reader.open, "0000") == (CardProblem.WRONG_CODE, 2)
    assert tries(reader) == 2
    reader.open("1234").close()
    assert tries(reader) == 3


def test_the_third_wrong_code_blocks_the_card(gestures):
    gestures.must_count()
    reader = gestures.reader
    assert refused(reader.open, "0000") == (CardProblem.WRONG_CODE, 2)
    assert refused(reader.open, "0000") == (CardProblem.WRONG_CODE, 1)
    assert tries(reader) == 1
    assert refused(reader.open, "0000") == (CardProblem.BLOCKED, None)
    (seen,) = reader.look()
    assert (seen.tries_left, seen.problem) == (0, CardProblem.BLOCKED)
    assert seen.holder.practitioner.national_id == NUMBER
    assert refused(reader.open, "1234") == (CardProblem.BLOCKED, None)
    assert refused(reader.change_code, "1234", "4321") == (CardProblem.BLOCKED, None)


def test_tries_lost_are_not_given_back_by_pulling_the_card_out(gestures):
    pull_out, put_back = gestures.must_be_pulled_out()
    refused(gestures.reader.open, "0000")
    pull_out()
    refused(gestures.reader.look)
    put_back()
    assert tries(gestures.reader) == 2


def test_a_blocked_card_is_unblocked_with_a_new_code(gestures):
    gestures.must_count()
    reader = gestures.reader
    for _ in range(3):
        refused(reader.open, "0000")
    reader.unblock("12345678", "4321")
    (seen,) = reader.look()
    assert (seen.tries_left, seen.problem) == (3, None)
    assert refused(reader.open, "1234") == (CardProblem.WRONG_CODE, 2)
    assert reader.open("4321").signer.sign(b"x")


def test_a_card_is_unblocked_after_wrong_codes_that_did_not_block_it(gestures):
    reader = gestures.reader
    refused(reader.open, "0000")
    reader.unblock("12345678", "4321")
    assert tries(reader) == 3
    reader.open("4321").close()


def test_wrong_unblocking_codes_end_by_blocking_that_too(gestures):
    reader = gestures.reader
    assert refused(reader.unblock, "00000000", "4321") == (CardProblem.WRONG_UNBLOCKING_CODE, None)
    reader.open("1234").close()
    gestures.must_count()
    assert refused(reader.unblock, "00000000", "4321") == (CardProblem.WRONG_UNBLOCKING_CODE, None)
    for code in ("00000000", "12345678"):
        assert refused(reader.unblock, code, "4321") == (CardProblem.UNBLOCKING_BLOCKED, None)
    reader.open("1234").close()


def test_a_code_is_replaced_by_who_knows_it(gestures):
    reader = gestures.reader
    reader.change_code("1234", "4321")
    assert refused(reader.open, "1234") == (CardProblem.WRONG_CODE, 2)
    assert reader.open("4321").signer.sign(b"x")


def test_the_wrong_old_code_costs_a_try_and_changes_nothing(gestures):
    reader = gestures.reader
    assert refused(reader.change_code, "0000", "4321") == (CardProblem.WRONG_CODE, 2)
    assert tries(reader) == 2
    reader.open("1234").close()
    gestures.must_count()
    assert refused(reader.change_code, "0000", "4321") == (CardProblem.WRONG_CODE, 2)
    assert refused(reader.open, "0000") == (CardProblem.WRONG_CODE, 1)
    assert refused(reader.change_code, "0000", "4321") == (CardProblem.BLOCKED, None)


def test_the_same_code_twice_is_no_change_and_costs_nothing(gestures):
    for code in ("1234", "0000"):
        assert refused(gestures.reader.change_code, code, code) == (CardProblem.NEW_CODE_REFUSED, None)
    assert tries(gestures.reader) == 3


@pytest.mark.parametrize("replace", ["unblock", "change"])
def test_an_open_session_is_closed_before_a_code_is_replaced(gestures, replace):
    reader = gestures.reader
    card = reader.open("1234")
    if replace == "unblock":
        reader.unblock("12345678", "4321")
    else:
        reader.change_code("1234", "4321")
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    card.close()
    reader.open("4321").close()


@pytest.mark.card
def test_a_new_code_that_the_card_does_not_take_is_told_and_the_old_one_stays(fragile):
    fragile.tell("picky")
    assert refused(fragile.reader.unblock, "12345678", "0000") == (CardProblem.NEW_CODE_REFUSED, None)
    assert refused(fragile.reader.change_code, "1234", "0000") == (CardProblem.NEW_CODE_REFUSED, None)
    fragile.reader.open("1234").close()
    assert fragile.sessions == 0


@pytest.mark.card
def test_a_code_that_is_refused_leaves_no_session_open(fragile):
    reader = fragile.reader
    refused(reader.open, "0000")
    assert fragile.sessions == 0
    refused(reader.unblock, "00000000", "4321")
    assert fragile.sessions == 0
    refused(reader.change_code, "0000", "4321")
    assert fragile.sessions == 0


# --- what the flags do not tell -----------------------------------------------------------------------

CARD, ANOTHER = b"28000001", b"28000002"
EVENTS = st.lists(st.sampled_from(["refused", "accepted", "looked at", "replaced"]), max_size=12)


@given(EVENTS)
def test_flags_that_are_exact_are_believed(events):
    """A CPS and the Cryptolib: whatever happens, what is told is the counter of the card."""
    tries, counter = Tries(), 3
    for event in events:
        if event == "refused":
            counter = max(0, counter - 1)
            assert tries.refused(CARD, counter) == counter
        elif event == "accepted" and counter:
            counter = 3
            tries.accepted(CARD)
        elif event == "replaced":
            tries.keep({ANOTHER})
        assert tries.left(CARD, counter) == counter


@given(EVENTS)
def test_a_missing_flag_never_gives_a_try_back_and_the_last_one_is_always_told(events):
    """OpenSC: 2 looks like 3. Told too high only after another card, when nothing is known any more."""
    tries, counter, known = Tries(), 3, True
    for event in events:
        if event == "refused":
            counter, known = max(0, counter - 1), True
            tries.refused(CARD, counter if counter < 2 else 3)
        elif event == "accepted" and counter:
            counter, known = 3, True
            tries.accepted(CARD)
        elif event == "replaced":
            known = False
            tries.keep({ANOTHER})
        told = tries.left(CARD, counter if counter < 2 else 3)
        assert told == counter or (not known and counter == 2)
