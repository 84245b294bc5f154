import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from demo_lgc.card.reader import PkcsReader
from demo_lgc.card.software import SoftwareReader
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.trust import CardReader, OpenCard
from demo_lgc.sandbox.pki import CardCertificates, issue_bad
from demo_lgc.settings import CardSettings
from tests.card.conftest import ACTIVITIES, NUMBER


def _problem(act, *arguments) -> tuple[CardProblem, int | None]:
    with pytest.raises(CardError) as caught:
        act(*arguments)
    return caught.value.problem, caught.value.tries_left


def _verify(certificate: bytes, signature: bytes, data: bytes) -> None:
    key = x509.load_der_x509_certificate(certificate).public_key()
    key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())


def test_the_holder_is_told_before_any_code(gestures):
    holder = gestures.reader.read()
    assert holder.practitioner.display_name == "Dr\u00a0Paul MEDECIN5729"
    assert holder.practitioner.national_id == NUMBER
    assert gestures.reader.read() == holder


def test_an_open_card_tells_its_situations_in_order(gestures):
    card = gestures.reader.open("1234")
    assert tuple((s.structure_id, s.name, s.sector) for s in card.situations) == ACTIVITIES
    assert card.holder == gestures.reader.read()
    card.close()
    card.close()


def test_what_is_signed_verifies_with_the_signature_certificate(gestures, pki):
    card = gestures.reader.open("1234")
    for data in (b"", b"a manifest" * 10_000):
        _verify(card.signer.certificate, card.signer.sign(data), data)
    assert card.signer.certificate != card.tls.certificate
    names = [x509.load_der_x509_certificate(der).subject.rfc4514_string() for der in card.signer.chain]
    assert names[0].startswith("CN=DEMO AC IGC-SANTE FORT PERSONNES")


@pytest.mark.parametrize("code", ["", "123", "12345", "abcd", "12 4", "١٢٣٤", "1234\n"])
def test_a_code_that_is_not_four_digits_never_reaches_the_card(gestures, code):
    before = gestures.reader.tries_left()
    assert _problem(gestures.reader.open, code) == (CardProblem.CODE_LENGTH, None)
    assert gestures.reader.tries_left() == before


def test_wrong_codes_are_counted_then_the_card_is_blocked(gestures):
    if not gestures.counts:
        assert _problem(gestures.reader.open, "0000") == (CardProblem.WRONG_CODE, 2)
        return
    reader = gestures.reader
    assert reader.tries_left() == 3
    assert _problem(reader.open, "0000") == (CardProblem.WRONG_CODE, 2)
    assert _problem(reader.open, "0000") == (CardProblem.WRONG_CODE, 1)
    reader.open("1234").close()
    assert reader.tries_left() == 3
    for _ in range(3):
        problem = _problem(reader.open, "0000")
    assert problem == (CardProblem.BLOCKED, None)
    assert reader.tries_left() == 0
    assert _problem(reader.open, "1234") == (CardProblem.BLOCKED, None)
    assert reader.read().practitioner.national_id == NUMBER


def test_a_closed_card_signs_no_more_and_can_be_opened_again(gestures):
    first = gestures.reader.open("1234")
    first.close()
    assert _problem(first.signer.sign, b"x")[0] is CardProblem.REMOVED
    second = gestures.reader.open("1234")
    assert second.signer.sign(b"x")
    third = gestures.reader.open("1234")
    assert _problem(second.signer.sign, b"x")[0] is CardProblem.REMOVED
    second.close()
    assert third.signer.sign(b"x")


def test_a_card_pulled_out_is_told_once_from_another_thread(gestures):
    if gestures.pull_out is None:
        pytest.skip("SoftHSM2 cannot be pulled out")
    reader, told, calls = gestures.reader, threading.Event(), []
    card = reader.open("1234")

    def on_removed() -> None:
        calls.append(threading.current_thread())
        card.close()
        told.set()

    reader.watch(on_removed)
    gestures.pull_out()
    assert told.wait(5)
    assert _problem(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert _problem(reader.read)[0] is CardProblem.NO_CARD
    assert _problem(reader.tries_left)[0] is CardProblem.NO_CARD
    assert _problem(reader.open, "1234")[0] is CardProblem.NO_CARD
    gestures.put_back()
    assert _problem(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert reader.open("1234").signer.sign(b"x")
    assert len(calls) == 1
    assert calls[0] is not threading.current_thread()


def test_a_card_put_back_at_once_must_be_opened_again(gestures):
    if gestures.pull_out is None:
        pytest.skip("SoftHSM2 cannot be pulled out")
    told = threading.Event()
    card = gestures.reader.open("1234")
    gestures.reader.watch(told.set)
    gestures.pull_out()
    gestures.put_back()
    assert told.wait(5)
    assert _problem(card.signer.sign, b"x")[0] is CardProblem.REMOVED


def test_closing_a_card_is_not_pulling_it_out(gestures):
    told = threading.Event()
    card = gestures.reader.open("1234")
    gestures.reader.watch(told.set)
    card.close()
    gestures.reader.watch(told.set)
    assert not told.wait(0.3)


def test_who_starts_to_watch_too_late_is_told_at_once(pki):
    reader, told = SoftwareReader(pki.card(NUMBER)), threading.Event()
    reader.open("1234")
    reader.pull_out()
    reader.watch(told.set)
    assert told.wait(5)


def test_an_expired_card_is_refused_before_its_code(pki):
    good = pki.card(NUMBER)
    old = CardCertificates(good.holder, issue_bad(pki, "expired", kind="card"), good.signature)
    reader = SoftwareReader(old)
    assert _problem(reader.read)[0] is CardProblem.EXPIRED
    assert _problem(reader.open, "0000")[0] is CardProblem.EXPIRED
    assert reader.tries_left() == 3


def test_an_empty_reader_has_no_card_until_one_is_inserted(pki):
    reader: CardReader = SoftwareReader()
    assert _problem(reader.read)[0] is CardProblem.NO_CARD
    reader.insert(pki.card("899900000026"))
    card: OpenCard = reader.open("1234")
    assert card.situations == ()
    assert card.holder.practitioner.given == "ÈVE"


@pytest.mark.card
def test_a_station_without_reader_says_so(fragile):
    fragile.tell("noreader")
    assert _problem(fragile.reader.read)[0] is CardProblem.NO_READER


@pytest.mark.card
def test_a_key_that_cannot_hash_signs_the_digest(fragile):
    fragile.tell("bare")
    card = fragile.reader.open("1234")
    _verify(card.signer.certificate, card.signer.sign(b"data"), b"data")


@pytest.mark.card
def test_a_card_pulled_out_while_signing_is_lost_without_waiting_for_the_next_look(fragile_library, fragile):
    settings = CardSettings(str(fragile_library), fragile.reader._settings.environment, poll_interval=3600)
    reader, told = PkcsReader(settings), threading.Event()
    card = reader.open("1234")
    reader.watch(told.set)
    fragile.pull_out()
    assert _problem(card.signer.sign, b"x")[0] is CardProblem.REMOVED
    assert told.wait(5)
    reader.close()


@pytest.mark.card
def test_two_readers_of_one_library_share_its_thread(soft_card):
    settings = CardSettings(str(soft_card.library), soft_card.environment)
    one, other = PkcsReader(settings), PkcsReader(settings)
    assert one.read() == other.read()
    assert [t.name for t in threading.enumerate()].count("card") == 1
    one.close()
    assert other.read()
    other.close()
    assert "card" not in [t.name for t in threading.enumerate()]
    other.close()
    assert other.read()
    other.close()
