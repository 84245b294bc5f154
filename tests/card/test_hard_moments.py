"""The card leaves, or another program takes it, at the worst moment: a named answer, nothing left open."""

import os
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pkcs11 import Attribute, ObjectClass
from pkcs11.attributes import AttributeMapper

from demo_lgc.card import login, module
from demo_lgc.card.module import CardThread
from demo_lgc.card.reader import PkcsReader
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import ServerTrust
from demo_lgc.sandbox.softcard import _tlv
from demo_lgc.settings import CardSettings
from tests.card.conftest import ACTIVITIES, NUMBER, OTHER
from tests.card.fragile import Call
from tests.card.saying import refused, verify

pytestmark = pytest.mark.card


# --- pulled out ---------------------------------------------------------------------------------------

QUESTIONS = {
    "look": lambda reader: reader.look(),
    "open": lambda reader: reader.open("1234"),
    "open with a wrong code": lambda reader: reader.open("0000"),
    "unblock": lambda reader: reader.unblock("12345678", "1234"),
    "change the code": lambda reader: reader.change_code("1234", "4321"),
}


def _answer(act, *arguments) -> CardProblem | None:
    try:
        act(*arguments)
    except CardError as error:
        return error.problem
    return None


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("vague", [False, True])
def test_a_card_pulled_out_during_a_question_is_no_card_and_leaves_nothing_open(fragile, name, known, vague):
    reader, code = fragile.reader, "1234"
    if vague:
        fragile.tell("vague")
    lost = set()
    for call in Call:
        reader.look()
        if not known:
            fragile.pull_out()
            assert _answer(reader.look) is CardProblem.NO_CARD
            fragile.insert()
        fragile.pull_out_at(call)
        answer = _answer(QUESTIONS[name], reader)
        if (fragile.state / "pull").exists():  # that call is not made for this question
            fragile.forget("pull")
            assert answer in (None, CardProblem.WRONG_CODE)
        else:
            lost.add(call)
            # At the very end of a question the answer is already known.
            late = (None, CardProblem.WRONG_CODE) if call in (Call.CLOSE, Call.LOGOUT) else ()
            assert answer in (CardProblem.NO_CARD, *late), call
            reader._started().run(reader._drop)
            assert fragile.sessions == 0, call
            assert _answer(QUESTIONS[name], reader) is CardProblem.NO_CARD
        fragile.insert()
        fragile.tell("tries", 3, NUMBER)
        reader.unblock("12345678", code)  # whatever became of it
        assert reader.open(code).signer.sign(b"x")
    assert lost >= {Call.SLOT_LIST, Call.TOKEN_INFO}


@pytest.mark.parametrize("call", [Call.SIGN_INIT, Call.SIGN])
@pytest.mark.parametrize("vague", [False, True])
def test_a_card_pulled_out_while_it_signs_is_told_without_waiting_for_the_next_look(fragile, call, vague):
    if vague:
        fragile.tell("vague")
    told = threading.Event()
    card = fragile.reader.open("1234")
    fragile.reader.watch(told.set)
    fragile.pull_out_at(call)
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert told.wait(2)
    assert fragile.sessions == 0
    fragile.insert()
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert fragile.reader.open("1234").signer.sign(b"x")


def test_a_card_pulled_out_during_a_handshake_is_the_cause_of_its_failure(fragile, serve, pki):
    card = fragile.reader.open("1234")
    context = card.tls.context(ServerTrust(pki.anchors.read_text()))
    fragile.pull_out_at(Call.SIGN)
    with (
        serve() as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as raw,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(raw, server_hostname="localhost")
    cause = card.tls.cause()
    assert isinstance(cause, CardError)
    assert cause.problem is CardProblem.REMOVED
    card.close()
    assert fragile.sessions == 0


@pytest.mark.parametrize("interval", [0.05, 3600.0])
def test_removal_is_noticed_in_less_than_two_seconds_even_while_the_card_signs(fragile_cards, interval):
    fragile = fragile_cards(NUMBER, poll_interval=interval)
    card, told = fragile.reader.open("1234"), threading.Event()
    fragile.reader.watch(told.set)
    fragile.tell("slow", 40)

    with ThreadPoolExecutor(8) as threads:
        signing = [
            threads.submit(_answer, card.signer.sign, b"x") for _ in range(100)
        ]  # four seconds of work
        time.sleep(0.3)
        fragile.pull_out()
        began = time.monotonic()
        assert told.wait(2)
        assert time.monotonic() - began < 2
        answers = [each.result() for each in signing]
    assert set(answers) == {None, CardProblem.REMOVED}
    assert time.monotonic() - began < 2


def test_removal_is_noticed_in_less_than_two_seconds_whatever_the_settings_say(fragile_cards):
    fragile = fragile_cards(NUMBER, poll_interval=3600.0)
    told = threading.Event()
    fragile.reader.open("1234")
    fragile.reader.watch(told.set)
    fragile.pull_out()
    assert told.wait(2)
    fragile.reader.close()
    assert fragile.sessions == 0


def test_a_login_that_hangs_is_given_up_and_opens_nothing_later(fragile, monkeypatch):
    fragile.reader.look()
    monkeypatch.setattr(module, "DEADLINE", 0.2)
    fragile.tell("hang", 600)
    assert refused(fragile.reader.open, "1234")[0] is CardProblem.REFUSED
    monkeypatch.undo()
    fragile.forget("hang")
    assert fragile.reader.look()[0].problem is None  # after what was hanging
    fragile.reader._started().run(lambda _: None)
    assert fragile.sessions == 0
    assert fragile.reader.open("1234").signer.sign(b"x")


def test_a_card_closed_while_the_reader_hangs_is_closed_once_it_answers(fragile, monkeypatch):
    card, busy = fragile.reader.open("1234"), threading.Event()
    fragile.reader._started().post(lambda _: busy.wait(10))
    monkeypatch.setattr(module, "DEADLINE", 0.2)
    card.close()
    monkeypatch.undo()
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED  # without waiting for the reader
    busy.set()
    fragile.reader._started().run(lambda _: None)
    assert fragile.sessions == 0


def test_the_rest_of_the_program_runs_while_the_library_ends_its_sessions(fragile):
    fragile.tell("hang", 400)
    gaps, done = [0.0], threading.Event()

    def live() -> None:
        last = time.monotonic()
        while not done.wait(0.001):
            gaps.append(time.monotonic() - last)
            last = time.monotonic()

    living = threading.Thread(target=live)
    living.start()
    refused(fragile.reader.open, "0000")
    fragile.reader.close()
    fragile.forget("hang")
    done.set()
    living.join()
    assert max(gaps) < 0.3


# --- another program ----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["30", "6", "5"])  # CKR_DEVICE_ERROR, FUNCTION_FAILED, GENERAL_ERROR
def test_a_card_that_another_program_holds_is_in_use_until_it_lets_go(fragile, pki, answer):
    reader, number = fragile.reader, pki.card(NUMBER).holder.card_number
    fragile.tell("held", answer)
    (seen,) = reader.look()
    assert (seen.problem, seen.holder) == (CardProblem.IN_USE, None)
    for act in (
        lambda: reader.open("1234"),
        lambda: reader.open("1234", number),
        lambda: reader.unblock("12345678", "4321"),
        lambda: reader.change_code("1234", "4321"),
    ):
        assert refused(act) == (CardProblem.IN_USE, None)
    assert fragile.sessions == 0
    fragile.forget("held")
    assert reader.look()[0].tries_left == 3
    assert reader.open("1234").signer.sign(b"x")


def test_a_card_that_is_taken_during_the_login_is_in_use_and_spends_no_try(fragile, monkeypatch):
    def taken(owned, found, code):
        fragile.tell("held", "30")
        return log_in(owned, found, code)

    log_in = login.log_in
    monkeypatch.setattr(login, "log_in", taken)
    assert refused(fragile.reader.open, "1234") == (CardProblem.IN_USE, None)
    fragile.forget("held")
    assert fragile.reader.look()[0].tries_left == 3
    assert fragile.sessions == 0


def test_a_card_that_another_program_resets_asks_for_its_code_again(fragile):
    told = threading.Event()
    card = fragile.reader.open("1234")
    fragile.reader.watch(told.set)
    fragile.tell("reset")
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert told.wait(2)
    assert fragile.sessions == 0
    fragile.forget("reset")
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert fragile.reader.look()[0].problem is None
    assert fragile.reader.open("1234").signer.sign(b"x")


@pytest.mark.parametrize("act", ["open", "unblock"])
def test_a_session_left_open_elsewhere_in_this_program_does_not_stand_in_the_way(soft_card, act):
    settings = CardSettings(str(soft_card.library), soft_card.environment)
    one, other = PkcsReader(settings), PkcsReader(settings)
    left = one.open("1234")
    if act == "open":
        assert other.open("1234").signer.sign(b"x")
    else:
        other.unblock("12345678", "4321")
    assert refused(left.signer.sign, b"x")[0] is CardProblem.REMOVED
    one.close()
    other.close()


# --- what is written on the card ----------------------------------------------------------------------


def _write(soft, *objects) -> None:
    """Write objects on a card as whoever makes cards does."""
    os.environ.update(soft.environment)
    thread = CardThread.acquire(str(soft.library))

    def work(owned) -> None:
        slot = next(s for s in owned.get_slots(True) if s.get_token().label)
        raw = AttributeMapper()
        raw.register_handler(Attribute.LABEL, bytes, bytes)
        session = slot.get_token().open(rw=True, user_pin="1234", attribute_mapper=raw)
        for each in objects:
            session.create_object({Attribute.TOKEN: True, Attribute.CLASS: ObjectClass.DATA, **each})
        session.close()

    thread.run(work)
    thread.release()


def _activity(*members: bytes) -> bytes:
    return _tlv(0xEE, *members)


def test_activities_with_holes_and_rubbish_between_them_are_read_as_far_as_they_go(soft_card):
    right = _activity(_tlv(0x84, "AUTRE"), _tlv(0x85, "499900000018009"), _tlv(0x86, "SA08"))
    _write(
        soft_card,
        {Attribute.LABEL: b"CPS_ACTIVITY_16_PS", Attribute.VALUE: right, Attribute.PRIVATE: True},
        {Attribute.LABEL: b"CPS_ACTIVITY_09_PS", Attribute.VALUE: b"\xee\x82\xff", Attribute.PRIVATE: True},
        {Attribute.LABEL: b"CPS_ACTIVITY_10_PS", Attribute.VALUE: b"", Attribute.PRIVATE: True},
        {Attribute.LABEL: b"CPS_ACTIVITY_11_PS", Attribute.PRIVATE: True},
        {Attribute.LABEL: b"CPS_ACTIVITY_XX_PS", Attribute.VALUE: right, Attribute.PRIVATE: True},
        {Attribute.VALUE: right, Attribute.PRIVATE: True},
        {Attribute.LABEL: b"", Attribute.VALUE: b"\xff" * 300, Attribute.PRIVATE: False},
        {Attribute.LABEL: b"CPS_ACTIVIT\xc9", Attribute.VALUE: right, Attribute.PRIVATE: True},
    )
    reader = PkcsReader(CardSettings(str(soft_card.library), soft_card.environment))
    assert reader.look()[0].problem is None
    card = reader.open("1234")
    assert [s.structure_id for s in card.situations] == [a[0] for a in ACTIVITIES] + ["499900000018009"]
    verify(card.signer.certificate, card.signer.sign(b"x"), b"x")
    reader.close()


def test_a_card_in_training_has_no_situation(soft_cards):
    soft = soft_cards(OTHER)
    reader = PkcsReader(CardSettings(str(soft.library), soft.environment))
    assert reader.open("1234").situations == ()
    reader.close()
