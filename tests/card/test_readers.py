import threading

import pytest
from cryptography import x509

from demo_lgc.card.reader import PkcsReader
from demo_lgc.domain.errors import CardProblem
from demo_lgc.domain.practitioner import CardKind
from demo_lgc.settings import CardSettings
from tests.card.conftest import ACTIVITIES, NUMBER
from tests.card.saying import refused, verify


def test_the_holder_is_told_before_any_code(gestures):
    (seen,) = gestures.reader.look()
    assert seen.holder.practitioner.display_name == "Dr\u00a0Paul MEDECIN5729"
    assert seen.holder.practitioner.national_id == NUMBER
    assert seen.holder.kind is CardKind.CPS
    assert (seen.tries_left, seen.problem) == (3, None)
    assert seen.reader
    assert seen.reader == seen.reader.strip()
    assert gestures.reader.look() == (seen,)


def test_an_open_card_tells_its_situations_in_order(gestures):
    card = gestures.reader.open("1234")
    assert tuple((s.structure_id, s.name, s.sector) for s in card.situations) == ACTIVITIES
    assert card.holder == gestures.reader.look()[0].holder
    card.close()
    card.close()


def test_what_is_signed_verifies_with_the_signature_certificate(gestures, pki):
    card = gestures.reader.open("1234")
    for data in (b"", b"a manifest" * 10_000):
        verify(card.signer.certificate, card.signer.sign(data), data)
    assert card.signer.certificate != card.tls.certificate
    names = [x509.load_der_x509_certificate(der).subject.rfc4514_string() for der in card.signer.chain]
    assert names[0].startswith("CN=DEMO AC IGC-SANTE FORT PERSONNES")


def test_a_closed_card_signs_no_more_and_can_be_opened_again(gestures):
    first = gestures.reader.open("1234")
    first.close()
    assert refused(first.signer.sign, b"x")[0] is CardProblem.REMOVED
    second = gestures.reader.open("1234")
    assert second.signer.sign(b"x")
    third = gestures.reader.open("1234")
    assert refused(second.signer.sign, b"x")[0] is CardProblem.REMOVED
    second.close()
    assert third.signer.sign(b"x")


def test_a_card_pulled_out_is_told_once_from_another_thread(gestures):
    pull_out, put_back = gestures.must_be_pulled_out()
    reader, told, calls = gestures.reader, threading.Event(), []
    card = reader.open("1234")

    def on_removed() -> None:
        calls.append(threading.current_thread())
        card.close()
        told.set()

    reader.watch(on_removed)
    pull_out()
    assert told.wait(2)
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    for question in (
        reader.look,
        lambda: reader.open("1234"),
        lambda: reader.unblock("12345678", "4321"),
        lambda: reader.change_code("1234", "4321"),
    ):
        assert refused(question)[0] is CardProblem.NO_CARD
    put_back()
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert reader.open("1234").signer.sign(b"x")
    assert len(calls) == 1
    assert calls[0] is not threading.current_thread()


def test_a_card_put_back_at_once_must_be_opened_again(gestures):
    pull_out, put_back = gestures.must_be_pulled_out()
    told = threading.Event()
    card = gestures.reader.open("1234")
    gestures.reader.watch(told.set)
    pull_out()
    put_back()
    assert told.wait(2)
    assert refused(card.signer.sign, b"x")[0] is CardProblem.REMOVED


def test_closing_a_card_is_not_pulling_it_out(gestures):
    told = threading.Event()
    card = gestures.reader.open("1234")
    gestures.reader.watch(told.set)
    card.close()
    gestures.reader.watch(told.set)
    assert not told.wait(0.3)


def test_who_starts_to_watch_too_late_is_told_at_once(gestures):
    pull_out, _ = gestures.must_be_pulled_out()
    told = threading.Event()
    card = gestures.reader.open("1234")
    pull_out()
    refused(card.signer.sign, b"x")
    gestures.reader.watch(told.set)
    assert told.wait(2)


def test_an_empty_reader_has_no_card_until_one_is_inserted(gestures):
    pull_out, put_back = gestures.must_be_pulled_out()
    pull_out()
    assert refused(gestures.reader.look)[0] is CardProblem.NO_CARD
    put_back()
    assert gestures.reader.look()[0].problem is None


@pytest.mark.card
def test_a_station_without_reader_says_so(fragile):
    fragile.tell("noreader")
    assert refused(fragile.reader.look)[0] is CardProblem.NO_READER
    fragile.forget("noreader")
    assert fragile.reader.look()


@pytest.mark.card
def test_a_key_that_cannot_hash_signs_the_digest(fragile):
    fragile.tell("bare")
    card = fragile.reader.open("1234")
    verify(card.signer.certificate, card.signer.sign(b"data"), b"data")


@pytest.mark.card
def test_two_readers_of_one_library_share_its_thread(soft_card):
    settings = CardSettings(str(soft_card.library), soft_card.environment)
    one, other = PkcsReader(settings), PkcsReader(settings)
    assert one.look() == other.look()
    assert [t.name for t in threading.enumerate()].count("card") == 1
    one.close()
    assert other.look()
    other.close()
    assert "card" not in [t.name for t in threading.enumerate()]
    other.close()
    assert other.look()
    other.close()
