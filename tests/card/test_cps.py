import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
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
from demo_lgc.domain.practitioner import CardHolder, CardKind, PracticeSituation, Practitioner, Unlocked
from demo_lgc.sandbox.igc_sante import (
    Authority,
    _usage,
    authority_under,
    person_certificate,
    self_signed_authority,
)
from demo_lgc.sandbox.pki import CardCertificates, Holder, Pki, issue_bad_card, make_pki
from demo_lgc.sandbox.softcard import _tlv

NUMBER = "899900000018"
AID = bytes.fromhex("E828BD080F8025000001FF0010")
CLIENT, PIV_CARD = ExtendedKeyUsageOID.CLIENT_AUTH, x509.ObjectIdentifier("2.16.840.1.101.3.6.8")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pair(of: Pki | CardCertificates) -> CardPair:
    card = of.card(NUMBER) if isinstance(of, Pki) else of
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


def test_a_card_that_is_over_still_says_whose_it_is(pki):
    old = _pair(issue_bad_card(pki, "expired"))
    holder = read_holder(old)
    assert holder.practitioner.national_id == NUMBER
    assert holder.valid_until < datetime.now(UTC).date()
    assert read_holder(CardPair(_pair(pki).authentication, old.signature)).valid_until == holder.valid_until


# --- which key is for what ----------------------------------------------------------------------------


def _made(
    *usages: str,
    purposes: tuple[x509.ObjectIdentifier, ...] = (),
    days: tuple[int, int] = (-1, 900),
    name: x509.Name | None = None,
    extensions: tuple[x509.ExtensionType, ...] = (),
    ca: bool = False,
) -> bytes:
    """A certificate with these keyUsages; none at all without any."""
    now, subject_name = (
        datetime.now(UTC),
        name or x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NUMBER)]),
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject_name)
        .issuer_name(subject_name)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=False)
    )
    if usages:
        builder = builder.add_extension(_usage(*usages), critical=True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _refused(certificates: Iterable[tuple[bytes, bytes]]) -> bool:
    with pytest.raises(CardError) as caught:
        choose_pair(certificates)
    return caught.value.problem is CardProblem.UNREADABLE


def test_keys_are_chosen_by_usage_and_reference_and_never_by_order(pki):
    pair = _pair(pki)
    right = [(AID + b"\x10", pair.signature), (b"", b"junk"), (AID + b"\x20", pair.authentication)]
    expected = CardPair(pair.authentication, pair.signature, AID + b"\x20", AID + b"\x10")
    assert choose_pair(right) == choose_pair(reversed(right)) == expected
    assert _refused(right[:1])
    assert _refused(right[2:])
    assert _refused([])
    assert _refused([(AID + b"\x20", b"junk")])
    assert _refused([(b"", pair.signature), (b"", pair.authentication)])  # nothing leads to their keys


def test_keys_in_each_others_place_are_still_taken_for_what_their_certificates_say(pki):
    pair = _pair(pki)
    swapped = [(AID + b"\x20", pair.signature), (AID + b"\x10", pair.authentication)]
    assert choose_pair(swapped) == CardPair(pair.authentication, pair.signature, AID + b"\x10", AID + b"\x20")


def test_the_keys_of_a_piv_card_are_told_apart():
    logon, card_only = (
        _made("digital_signature", purposes=(CLIENT,)),
        _made("digital_signature", purposes=(PIV_CARD,)),
    )
    commits, deciphers = _made("digital_signature", "content_commitment"), _made("key_encipherment")
    certificates = [(b"\x03", deciphers), (b"\x02", commits), (b"\x04", card_only), (b"\x01", logon)]
    for order in itertools.permutations(certificates):
        assert choose_pair(order) == CardPair(logon, commits, b"\x01", b"\x02")


def test_a_key_that_commits_its_holder_opens_no_connection():
    """Whoever holds the other end chooses what is signed: it must not be worth a signature."""
    both = _made("digital_signature", "content_commitment", purposes=(CLIENT,))
    assert _refused([(b"\x01", both), (b"\x02", both)])


@pytest.mark.parametrize(
    "other",
    ["agrees", "no usage", "an authority", "deciphers"],
)
def test_what_is_neither_is_left_alone(pki, other):
    strange = {
        "agrees": lambda: _made("key_agreement"),
        "no usage": _made,
        "an authority": lambda: _made("digital_signature", "content_commitment", "key_cert_sign", ca=True),
        "deciphers": lambda: _made("data_encipherment"),
    }[other]()
    pair = _pair(pki)
    certificates = [
        (b"\x20", strange),
        (b"\x10", strange),
        (b"\x01", pair.authentication),
        (b"\x02", pair.signature),
    ]
    assert choose_pair(certificates) == CardPair(pair.authentication, pair.signature, b"\x01", b"\x02")


def test_among_several_the_reference_of_a_cps_comes_first_then_the_youngest_that_is_valid():
    signature = (b"\x10", _made("content_commitment"))
    old, young, future, over = (
        (identifier, _made("digital_signature", days=days))
        for identifier, days in ((b"a", (-99, 9)), (b"b", (-9, 9)), (b"c", (9, 99)), (b"d", (-8, -1)))
    )

    def chosen(*others: tuple[bytes, bytes]) -> bytes:
        (found,) = {
            choose_pair([*order, signature]).authentication_id for order in itertools.permutations(others)
        }
        return found

    assert chosen(old, young, future, over) == b"b"
    assert chosen(old, future, over) == b"a"
    assert chosen(future, over) == b"c"
    assert chosen((b"\x20", over[1]), young) == b"\x20"


# --- who holds the card -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def people(tmp_path_factory) -> Pki:
    holders = [
        Holder("899900000034", "STAGIAIRE", "ANNE", kind=1),
        Holder("899900000042", "AGENT", "LÉO", "", 0, kind=3),
        Holder("30B0057881/CPET0001", "ACCUEIL", "LÉA", "", 0, (), 2, "HOPITAL DES 3 DAMES", "10B0057881"),
        Holder("30B0057881/CPET0002", "", "", "", 0, (), 2, "HOPITAL DES 3 DAMES", "10B0057881"),
    ]
    return make_pki(tmp_path_factory.mktemp("people"), holders)


def test_every_family_of_cards_is_recognised(people, pki):
    kinds = [read_holder(_pair(card)).kind for card in people.cards]
    assert kinds == [CardKind.CPF, CardKind.CPA, CardKind.CPE, CardKind.CPE]
    assert read_holder(_pair(pki)).kind is CardKind.CPS


def test_staff_have_no_profession_and_may_have_no_name(people):
    named, unnamed = (read_holder(_pair(card)).practitioner for card in people.cards[2:])
    assert named == Practitioner("30B0057881/CPET0001", "ACCUEIL", "LÉA", "", "")
    assert unnamed == Practitioner("30B0057881/CPET0002", "HOPITAL DES 3 DAMES", "", "", "")
    assert Unlocked(unnamed, ()).unnamed
    assert not Unlocked(named, ()).unnamed
    assert people.cards[3].holder.card_number == read_holder(_pair(people.cards[3])).card_number


def _holder(
    name: x509.Name, info: bytes = b"", extensions: tuple[x509.ExtensionType, ...] = ()
) -> CardHolder:
    der = _made("digital_signature", name=name, extensions=extensions)
    return read_holder(CardPair(der, der), info)


def _named(*rdns: dict[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name(
        x509.RelativeDistinguishedName([x509.NameAttribute(*pair) for pair in rdn.items()]) for rdn in rdns
    )


def _told(number: int, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.250.1.71.1.2.{number}"), value)


def test_the_speciality_of_the_card_is_used_when_the_certificate_tells_none():
    name = _named({NameOID.COMMON_NAME: NUMBER, NameOID.SURNAME: "LIBRE"})
    assert _holder(name, b"\xec\x06\x83\x04SM54\x00\x00").practitioner.speciality == "SM54"
    assert _holder(name).practitioner == Practitioner(NUMBER, "LIBRE", "", "", "")


def test_older_certificates_with_one_name_in_each_rdn_are_read_too():
    name = _named(
        {NameOID.COUNTRY_NAME: "FR"},
        {NameOID.ORGANIZATION_NAME: "TEST"},
        {NameOID.ORGANIZATIONAL_UNIT_NAME: "Médecin"},
        {NameOID.COMMON_NAME: "00B6077602"},
        {NameOID.SURNAME: " LE  GRAND\u00a0PRÉ "},
        {NameOID.GIVEN_NAME: "ÈVE\x00\x1b\u202e"},
    )
    assert _holder(name, extensions=(_told(7, b"\x02\x01\x32"),)).practitioner == Practitioner(
        "00B6077602", "LE GRAND PRÉ", "ÈVE", "50", ""
    )


@pytest.mark.parametrize(
    "number",
    [
        "899900063480",
        "00B6077602",
        "30B0057881/CPET0002",
        "410000000/12",
        "51000000000001/A-B",
        "612345678/1",
    ],
)
def test_every_form_of_national_identifier_is_kept_as_it_is(number):
    assert _holder(_named({NameOID.COMMON_NAME: number})).practitioner.national_id == number


@pytest.mark.parametrize(
    "number", ["", "Jean DUPONT", "8999", "8999\x0700063480", "30B0057881/", "localhost"]
)
def test_a_card_without_national_identifier_is_not_one_of_ours(number):
    name = _named({NameOID.COMMON_NAME: number} if number else {NameOID.SURNAME: "X"})
    with pytest.raises(CardError) as caught:
        _holder(name)
    assert caught.value.problem is CardProblem.UNREADABLE


def test_two_certificates_of_two_people_are_no_card(pki):
    one, other = (_pair(card) for card in pki.cards[:2])
    with pytest.raises(CardError) as caught:
        read_holder(CardPair(one.authentication, other.signature))
    assert caught.value.problem is CardProblem.UNREADABLE


@pytest.mark.parametrize("value", [b"\x02\x01\x07", b"\x02\x01\xff", b"\x02\x02\x01\x00"])
def test_a_family_of_cards_that_we_do_not_know_opens_nothing(value):
    with pytest.raises(CardError) as caught:
        _holder(_named({NameOID.COMMON_NAME: NUMBER}), extensions=(_told(2, value),))
    assert caught.value.problem is CardProblem.UNREADABLE


@pytest.mark.parametrize("junk", [b"", b"\x02", b"\x02\x00", b"\x04\x01\x0a", b"\x02\x05\x01", b"\xff" * 9])
def test_extensions_that_say_nothing_are_as_good_as_absent(junk):
    told = tuple(_told(number, junk) for number in (2, 3, 7))
    holder = _holder(_named({NameOID.COMMON_NAME: NUMBER}), extensions=told)
    assert holder.kind is CardKind.CPS
    assert holder.practitioner.profession == ""


# --- who vouches for it -------------------------------------------------------------------------------


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


def test_the_holder_of_a_card_vouches_for_nobody(pki):
    """The key of a card signs what it is given: a certificate signed with it would look like a chain."""
    key = serialization.load_pem_private_key(pki.card(NUMBER).signature.key.read_bytes(), None)
    holder = x509.load_der_x509_certificate(_pair(pki).signature)
    forger = Authority(holder.subject, key, "NONE", holder)
    forged = person_certificate(forger, KEY, Holder("899900999999", "AUTRE", "ÈVE"), signature=False)
    der = forged.public_bytes(serialization.Encoding.DER)
    known = load_pem_chain(pki.anchors.read_bytes()) + load_pem_chain(pki.intermediates.read_bytes())
    forged.verify_directly_issued_by(holder)
    assert chain_above(der, (*known, _pair(pki).signature)) == ()


def test_an_authority_vouches_for_no_more_authorities_than_it_may():
    root = self_signed_authority("ROOT", "A")
    middle = authority_under(root, "MIDDLE", "B")  # path length 0
    below = authority_under(middle, "BELOW", "C")
    leaf = person_certificate(below, KEY, Holder(NUMBER, "A", "B"), signature=False)
    known = [a.certificate.public_bytes(serialization.Encoding.DER) for a in (root, middle, below)]
    chain = chain_above(leaf.public_bytes(serialization.Encoding.DER), known)
    assert [subject(der).partition(",")[0] for der in chain] == ["CN=BELOW"]


# --- from where they work -----------------------------------------------------------------------------


def _activity(name: bytes, structure: bytes, sector: bytes) -> bytes:
    return _tlv(0xEE, _tlv(0x84, name), _tlv(0x85, structure), _tlv(0x86, sector))


CABINET = PracticeSituation("499900000018001", "CABINET", "SA07")
HOSPITAL = PracticeSituation("10B0999999", "HÔPITAL", "SA01")


def test_situations_come_in_the_order_of_the_card_with_holes():
    objects = {
        "CPS_ACTIVITY_10_PS": _activity("HÔPITAL".encode("iso8859-1"), b"10B0999999", b"SA01") + b"\xff\x00",
        "CPS_INFO_PS": _activity(b"NO", b"NO", b"NO"),
        "CPS2TER_ACTIVITY_01_PS": _activity(b"NO", b"10B0999998", b"SA01"),
        "CPS_ACTIVITY_02_PS": _activity(b"CABINET", b"499900000018001", b"SA07") + b"\xff\xff\x00",
    }
    assert read_situations(objects) == (CABINET, HOSPITAL)


def test_a_long_name_is_read_whole_and_cleaned():
    name = ("CABINET " * 20).encode() + b"\x00\x07"
    (found,) = read_situations({"CPS_ACTIVITY_01_PS": _activity(name, b"499900000018001", b"SA07")})
    assert found.name == ("CABINET " * 20).strip()


def test_the_same_situation_twice_is_offered_once():
    one, again = (
        _activity(b"CABINET", b"499900000018001", b"SA07"),
        _activity(b"OTHER", b"499900000018001", b"SA07"),
    )
    other_sector = _activity(b"CABINET", b"499900000018001", b"SA05")
    objects = {"CPS_ACTIVITY_03_PS": again, "CPS_ACTIVITY_01_PS": one, "CPS_ACTIVITY_02_PS": other_sector}
    assert read_situations(objects) == (CABINET, PracticeSituation("499900000018001", "CABINET", "SA05"))


def test_structure_and_sector_never_come_from_two_activities():
    without_sector = _tlv(0xEE, _tlv(0x84, b"CABINET"), _tlv(0x85, b"499900000018001"))
    without_structure = _tlv(0xEE, _tlv(0x84, b"H"), _tlv(0x86, b"SA01"))
    objects = {
        "CPS_ACTIVITY_01_PS": without_sector + without_structure,
        "CPS_ACTIVITY_02_PS": without_structure,
    }
    assert read_situations(objects) == ()


def test_one_object_may_hold_several_activities():
    both = _activity(b"CABINET", b"499900000018001", b"SA07") + _activity(
        "HÔPITAL".encode(), b"10B0999999", b"SA01"
    )
    assert read_situations({"CPS_ACTIVITY_01_PS": both}) == (CABINET, HOSPITAL)


def test_the_first_of_several_values_counts():
    twice = _tlv(
        0xEE,
        *(
            _tlv(tag, value)
            for tag, value in ((0x84, b"CABINET"), (0x85, b"499900000018001"), (0x86, b"SA07"))
        ),
        *(_tlv(tag, value) for tag, value in ((0x85, b"10B0999999"), (0x86, b"SA01"))),
    )
    assert read_situations({"CPS_ACTIVITY_01_PS": twice}) == (CABINET,)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff" * 64,
        bytes(64),
        _activity(b"CABINET", b"", b"SA07"),
        _activity(b"CABINET", b"499900000018001", b""),
        _activity(b"CABINET", b"49990\x0718001", b"SA07"),
        _activity(b"CABINET", b"499900000018001", b"<SA>"),
        _activity(b"CABINET", b"499900000018001", b"SA07")[2:],  # without its container
        _activity(b"CABINET", b"499900000018001", b"SA07")[:-2],  # cut
    ],
)
def test_an_activity_that_is_none_is_left_out_and_the_others_stay(value, caplog):
    good = _activity(b"CABINET", b"499900000018001", b"SA07")
    with caplog.at_level("INFO"):
        assert read_situations({"CPS_ACTIVITY_01_PS": value, "CPS_ACTIVITY_02_PS": good}) == (CABINET,)
    assert caplog.messages == ["CPS_ACTIVITY_01_PS: an activity without structure or sector"]


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
