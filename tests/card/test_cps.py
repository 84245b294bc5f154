from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.card.cps import (
    CardPair,
    chain_above,
    choose_pair,
    load_pem_chain,
    read_holder,
    read_situations,
    read_speciality,
    read_tlv,
    subject,
)
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.domain.practitioner import PracticeSituation
from demo_lgc.sandbox.pki import Pki, issue_bad
from demo_lgc.sandbox.softcard import _tlv

NUMBER = "899900000018"


def _pair(pki: Pki) -> CardPair:
    card = pki.card(NUMBER)
    return CardPair(
        *(load_pem_chain(i.certificate.read_bytes())[0] for i in (card.authentication, card.signature))
    )


def test_the_holder_is_read_from_one_rdn_with_three_names(pki):
    holder = read_holder(_pair(pki))
    assert holder.practitioner.national_id == NUMBER
    assert (holder.practitioner.family, holder.practitioner.given) == ("MEDECIN5729", "PAUL")
    assert (holder.practitioner.profession, holder.practitioner.speciality) == ("10", "SM26")
    assert holder.card_number == "2800000018"
    assert holder.valid_until > datetime.now(UTC).date()
    assert (
        subject(_pair(pki).authentication)
        == f"2.5.4.42=PAUL+2.5.4.4=MEDECIN5729+CN={NUMBER},2.5.4.12=Médecin,C=FR"
    )


def test_an_expired_certificate_is_an_expired_card(pki):
    pair = _pair(pki)
    expired = load_pem_chain(issue_bad(pki, "expired", kind="card").certificate.read_bytes())[0]
    for old in (CardPair(expired, pair.signature), CardPair(pair.authentication, expired)):
        with pytest.raises(CardError) as caught:
            read_holder(old)
        assert caught.value.problem is CardProblem.EXPIRED
    with pytest.raises(CardError):
        read_holder(pair, now=datetime.now(UTC) + timedelta(days=2000))


def test_keys_are_chosen_by_reference_and_usage_and_never_by_order(pki):
    pair = _pair(pki)
    aid = bytes.fromhex("E828BD080F8025000001FF0010")
    right = [(aid + b"\x10", pair.signature), (b"", b"junk"), (aid + b"\x20", pair.authentication)]
    expected = CardPair(pair.authentication, pair.signature, aid + b"\x20", aid + b"\x10")
    assert choose_pair(right) == choose_pair(reversed(right)) == expected
    swapped = [(aid + b"\x20", pair.signature), (aid + b"\x10", pair.authentication)]
    for wrong in (swapped, right[:1], [], [(aid + b"\x20", b"junk")]):
        with pytest.raises(CardError) as caught:
            choose_pair(wrong)
        assert caught.value.problem is CardProblem.UNREADABLE


def test_staff_cards_without_names_show_their_establishment():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "HOPITAL DES 3 DAMES"),
            x509.NameAttribute(NameOID.COMMON_NAME, "30B0057881/CPET0002"),
        ]
    )
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=9))
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    practitioner = read_holder(CardPair(der, der), b"\xec\x06\x83\x04SM54\x00\x00").practitioner
    assert practitioner.national_id == "30B0057881/CPET0002"
    assert (practitioner.family, practitioner.given) == ("HOPITAL DES 3 DAMES", "")
    assert (practitioner.profession, practitioner.speciality) == ("", "SM54")


def test_the_chain_is_put_in_order_and_verified(pki):
    leaf = _pair(pki).signature
    known = load_pem_chain(pki.anchors.read_bytes()) + load_pem_chain(pki.intermediates.read_bytes())
    chain = chain_above(leaf, known)
    assert [subject(der).partition(",")[0] for der in chain] == [
        "CN=DEMO AC IGC-SANTE FORT PERSONNES",
        "CN=DEMO AC RACINE IGC-SANTE FORT",
    ]
    assert chain_above(leaf, ()) == ()
    assert chain_above(chain[-1], known) == ()


def test_situations_come_in_the_order_of_the_card_with_holes():
    def activity(name: bytes, structure: bytes, sector: bytes) -> bytes:
        return _tlv(0xEE, _tlv(0x84, name), _tlv(0x85, structure), _tlv(0x86, sector)) + b"\xff\xff\x00"

    objects = {
        "CPS_ACTIVITY_10_PS": activity("HÔPITAL".encode("iso8859-1"), b"10B0999999", b"SA01"),
        "CPS_INFO_PS": activity(b"NO", b"NO", b"NO"),
        "CPS_ACTIVITY_02_PS": activity(("CABINET " * 20).encode(), b"499900000018001", b"SA07"),
        "CPS_ACTIVITY_03_PS": _tlv(0xEE, _tlv(0x84, "WITHOUT STRUCTURE")),
    }
    assert read_situations(objects) == (
        PracticeSituation("499900000018001", ("CABINET " * 20).strip(), "SA07"),
        PracticeSituation("10B0999999", "HÔPITAL", "SA01"),
    )


@pytest.mark.parametrize(
    ("info", "code"), [(b"..SM26", "SM26"), (b"SM54\xff\xff", "SM54"), (b"", ""), (b"ABCDEF", "")]
)
def test_the_speciality_is_the_end_of_the_information_object(info, code):
    assert read_speciality(info) == code


@given(st.lists(st.tuples(st.integers(1, 254), st.binary(max_size=300)), max_size=6), st.binary(max_size=5))
def test_tlv_gives_back_what_was_written(members, padding):
    written = b"".join(_tlv(tag, value) for tag, value in members)
    assert list(read_tlv(written + b"\x00" + padding)) == members


@given(st.binary(max_size=200))
def test_any_bytes_of_a_card_are_survived(data):
    list(read_tlv(data))
    read_speciality(data)
    read_situations({"CPS_ACTIVITY_01_PS": data, "CPS_ACTIVITY_02_PS": b"\xee\x7f" + data})
