"""Cards that open nothing here: the wrong issuer, the wrong moment, a revocation."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from demo_lgc.card import validity
from demo_lgc.card.cps import CardPair, chain_above, choose_pair, load_pem_chain
from demo_lgc.card.validity import CardRules, judge_card
from demo_lgc.domain.errors import CardError, CardProblem
from demo_lgc.sandbox.igc_sante import (
    Authority,
    Holder,
    new_key,
    person_certificate,
    revocation_list,
    self_signed_authority,
)
from demo_lgc.sandbox.key_files import load_authority
from demo_lgc.sandbox.pki import CardCertificates, Pki, issue_bad_card

NUMBER = "899900000018"
PROBLEMS = {
    "expired": CardProblem.EXPIRED,
    "not-yet-valid": CardProblem.NOT_YET_VALID,
    "revoked": CardProblem.REVOKED,
    "wrong-ca": CardProblem.FOREIGN,
    "self-signed": CardProblem.FOREIGN,
    "test-branch": CardProblem.TEST_CARD,
}


def _ders(card: CardCertificates) -> tuple[CardPair, tuple[bytes, ...]]:
    """The pair, and the authorities that the card carries."""
    authentication, signature = (
        load_pem_chain(issued.chain.read_bytes()) for issued in (card.authentication, card.signature)
    )
    return CardPair(authentication[0], signature[0]), authentication[1:] + signature[1:]


@pytest.fixture
def rules(pki: Pki) -> CardRules:
    """Those of a house in production."""
    return CardRules(
        load_pem_chain(pki.anchors.read_bytes()), test_cards=False, revocations=pki.revocations.read_bytes()
    )


def _problem(card: CardCertificates, rules: CardRules, now: datetime | None = None) -> CardProblem | None:
    pair, authorities = _ders(card)
    return judge_card(pair, authorities, rules, now or datetime.now(UTC))


@pytest.mark.parametrize("fault", PROBLEMS)
def test_each_bad_card_is_refused_for_what_it_is(pki, fault):
    bad = issue_bad_card(pki, fault)
    rules = CardRules(load_pem_chain(pki.anchors.read_bytes()), False, pki.revocations.read_bytes())
    assert _problem(bad, rules) is PROBLEMS[fault]
    assert _problem(pki.card(NUMBER), rules) is None


@pytest.mark.parametrize("fault", ["expired", "not-yet-valid", "wrong-ca", "test-branch"])
def test_one_bad_certificate_of_the_two_is_enough(pki, rules, fault):
    good, bad = _ders(pki.card(NUMBER)), _ders(issue_bad_card(pki, fault))
    known = good[1] + bad[1]
    for pair in (
        replace(good[0], authentication=bad[0].authentication),
        replace(good[0], signature=bad[0].signature),
    ):
        assert judge_card(pair, known, rules, datetime.now(UTC)) is PROBLEMS[fault]


def test_a_house_that_asks_for_nothing_takes_any_card_that_is_valid(pki):
    for fault in ("wrong-ca", "self-signed", "test-branch", "revoked"):
        assert _problem(issue_bad_card(pki, fault), CardRules()) is None
    assert _problem(issue_bad_card(pki, "expired"), CardRules()) is CardProblem.EXPIRED
    assert _problem(issue_bad_card(pki, "not-yet-valid"), CardRules()) is CardProblem.NOT_YET_VALID


def test_a_card_without_its_authorities_is_under_no_root(pki, rules):
    pair, authorities = _ders(pki.card(NUMBER))
    assert judge_card(pair, (), rules, datetime.now(UTC)) is CardProblem.FOREIGN
    assert judge_card(pair, authorities, rules, datetime.now(UTC)) is None


def test_a_root_of_the_same_name_is_not_the_root(pki, rules):
    root = x509.load_der_x509_certificate(rules.roots[0])
    name = root.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
    twin = self_signed_authority(str(name), "ACR-FO").certificate
    assert twin is not None
    assert twin.subject == root.subject
    roots = (twin.public_bytes(serialization.Encoding.DER),)
    assert _problem(pki.card(NUMBER), replace(rules, roots=roots)) is CardProblem.FOREIGN


def test_a_root_that_the_card_carries_is_not_believed_for_that(pki, rules):
    card = issue_bad_card(pki, "wrong-ca")
    pair, authorities = _ders(card)
    assert len(authorities) == 2
    assert judge_card(pair, authorities, rules, datetime.now(UTC)) is CardProblem.FOREIGN
    believed = replace(rules, roots=authorities[:1])
    assert judge_card(pair, authorities, believed, datetime.now(UTC)) is None


@pytest.mark.parametrize("roots", ["ours", "theirs", "none"])
def test_a_test_card_in_production_is_called_so_whatever_the_roots(pki, rules, roots):
    card = issue_bad_card(pki, "test-branch")
    pair, authorities = _ders(card)
    theirs = {"ours": rules.roots, "theirs": authorities, "none": ()}[roots]
    now = datetime.now(UTC)
    assert judge_card(pair, authorities, replace(rules, roots=theirs), now) is CardProblem.TEST_CARD
    assert judge_card(pair, (), replace(rules, roots=theirs), now) is CardProblem.TEST_CARD
    allowed = judge_card(pair, authorities, replace(rules, roots=theirs, test_cards=True), now)
    assert allowed is (CardProblem.FOREIGN if roots == "ours" else None)


def _issued(issuer: Authority, holder: Holder) -> CardPair:
    made = (person_certificate(issuer, new_key(), holder, signature=signature) for signature in (False, True))
    return CardPair(*(certificate.public_bytes(serialization.Encoding.DER) for certificate in made))


@pytest.mark.parametrize(
    ("name", "branch"), [("TEST AC FORT", "IGC-SANTE"), ("AC FORT", "IGC-SANTE TEST"), ("AC FORT", "TEST")]
)
def test_one_name_is_enough_to_tell_the_test_branch(name, branch):
    pair = _issued(self_signed_authority(name, "ACR-FO", branch=branch), Holder(NUMBER, "A", "B"))
    assert judge_card(pair, (), CardRules(test_cards=False), datetime.now(UTC)) is CardProblem.TEST_CARD


def test_a_professional_called_test_has_a_real_card(pki, rules):
    pair = _issued(_authority(pki, "people"), Holder("899900000067", "TEST", "TEST"))
    authorities = load_pem_chain(pki.intermediates.read_bytes())
    assert judge_card(pair, authorities, rules, datetime.now(UTC)) is None
    attesting = _issued(self_signed_authority("AC TESTAMENT", "ACR-FO"), Holder(NUMBER, "A", "B"))
    assert judge_card(attesting, (), CardRules(test_cards=False), datetime.now(UTC)) is None


def test_the_moment_is_that_of_the_caller(pki, rules):
    card = pki.card(NUMBER)
    end = x509.load_der_x509_certificate(_ders(card)[0].authentication).not_valid_after_utc
    start = x509.load_der_x509_certificate(_ders(card)[0].authentication).not_valid_before_utc
    second = timedelta(seconds=1)
    assert _problem(card, rules, end) is CardProblem.EXPIRED
    assert _problem(card, rules, end - second) is None
    assert _problem(card, rules, start) is None
    assert _problem(card, rules, start - second) is CardProblem.NOT_YET_VALID


# --- revocation ---------------------------------------------------------------------------------------


def _pem(*lists: x509.CertificateRevocationList) -> bytes:
    return b"".join(made.public_bytes(serialization.Encoding.PEM) for made in lists)


def _authority(pki: Pki, name: str) -> Authority:
    found = load_authority(pki.folder / "authorities" / name, "ANY")
    assert found is not None
    return found


def _certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


@pytest.fixture
def signature(pki: Pki) -> x509.Certificate:
    return _certificate(_ders(pki.card(NUMBER))[0].signature)


def test_an_outdated_list_still_tells_what_it_tells(pki, rules, signature):
    outdated = revocation_list(_authority(pki, "people"), [signature], (-900, -800))
    assert _problem(pki.card(NUMBER), replace(rules, revocations=_pem(outdated))) is CardProblem.REVOKED


def test_a_list_that_its_authority_did_not_sign_is_ignored_and_logged(pki, rules, signature, caplog):
    impostor = replace(self_signed_authority("IMPOSTOR", "X"), name=_authority(pki, "people").name)
    forged = revocation_list(impostor, [signature])
    assert _problem(pki.card(NUMBER), replace(rules, revocations=_pem(forged))) is None
    assert "not signed by the authority" in caplog.text
    good = revocation_list(_authority(pki, "people"), [signature])
    both = replace(rules, revocations=_pem(forged, good))
    assert _problem(pki.card(NUMBER), both) is CardProblem.REVOKED


def test_the_number_of_another_authority_is_another_certificate(pki, rules, signature):
    issuer = _authority(pki, "organisations")
    listed = revocation_list(issuer, [])
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.name)
    builder = builder.last_update(listed.last_update_utc).next_update(listed.next_update_utc)
    entry = x509.RevokedCertificateBuilder().serial_number(signature.serial_number)
    entry = entry.revocation_date(listed.last_update_utc)
    made = builder.add_revoked_certificate(entry.build()).sign(issuer.key, listed.signature_hash_algorithm)
    assert _problem(pki.card(NUMBER), replace(rules, revocations=_pem(made))) is None


def test_cards_fall_with_their_authority(pki, rules):
    root = _authority(pki, "root-people")
    people = _authority(pki, "people").certificate
    assert people is not None
    fallen = replace(rules, revocations=_pem(revocation_list(root, [people])))
    assert _problem(pki.card(NUMBER), fallen) is CardProblem.REVOKED


@pytest.mark.parametrize("junk", [b"nonsense", b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"])
def test_lists_that_cannot_be_read_are_left_out_and_the_others_count(pki, rules, signature, junk):
    revoking = junk + b"\n" + _pem(revocation_list(_authority(pki, "people"), [signature])) + junk
    assert _problem(pki.card(NUMBER), replace(rules, revocations=junk)) is None
    assert _problem(pki.card(NUMBER), replace(rules, revocations=revoking)) is CardProblem.REVOKED


def test_lists_are_read_once_however_often_the_reader_asks(pki, rules, monkeypatch, caplog):
    validity._lists_of.cache_clear()
    validity._is_listed.cache_clear()
    read = []
    real = x509.load_pem_x509_crl
    monkeypatch.setattr(x509, "load_pem_x509_crl", lambda text: read.append(text) or real(text))
    for _ in range(5):
        assert _problem(pki.card(NUMBER), rules) is None
    assert len(read) == 8  # four lists, looked at for the authority and for the root
    assert caplog.messages == []  # those of the others are no surprise


# --- what cannot be read ------------------------------------------------------------------------------


@pytest.mark.parametrize("junk", [b"", b"junk", bytes(2000)])
def test_a_card_that_cannot_be_read_is_unreadable_before_anything_else(pki, rules, junk):
    pair, _ = _ders(issue_bad_card(pki, "expired"))
    for broken in (replace(pair, authentication=junk), replace(pair, signature=junk)):
        assert judge_card(broken, (junk,), rules, datetime.now(UTC)) is CardProblem.UNREADABLE


def test_two_certificates_of_two_people_are_unreadable(pki, rules):
    (one, authorities), (other, _) = (_ders(card) for card in pki.cards[:2])
    mixed = replace(one, signature=other.signature)
    assert judge_card(mixed, authorities, rules, datetime.now(UTC)) is CardProblem.UNREADABLE


def test_junk_among_the_authorities_is_skipped(pki, rules):
    pair, authorities = _ders(pki.card(NUMBER))
    assert judge_card(pair, (b"junk", b"", *authorities), rules, datetime.now(UTC)) is None


@pytest.mark.filterwarnings("ignore")  # the library warns of names that it reads all the same
@given(st.data())
def test_a_card_that_was_tampered_with_anywhere_is_judged_and_crashes_nothing(pki, data):
    pair, authorities = _ders(pki.card(NUMBER))
    rules = CardRules(load_pem_chain(pki.anchors.read_bytes()), False, pki.revocations.read_bytes())
    parts = [bytearray(der) for der in (pair.authentication, pair.signature, authorities[0])]
    for _ in range(data.draw(st.integers(1, 4))):
        part = data.draw(st.sampled_from(parts))
        part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
    authentication, signature, authority = map(bytes, parts)
    changed = (authentication, signature, authority) != (pair.authentication, pair.signature, authorities[0])
    broken, now = CardPair(authentication, signature), datetime.now(UTC)
    assert (judge_card(broken, (authority,), rules, now) is None) <= (not changed)
    judge_card(broken, (authority,), CardRules(), now)
    with contextlib.suppress(CardError):
        choose_pair([(b"\x20", authentication), (b"\x10", signature)])


def test_names_that_cannot_be_read_are_no_certificate(pki, rules):
    """The library reads them late, and would fail in the middle of a chain."""
    pair, authorities = _ders(pki.card(NUMBER))
    spoilt = pair.authentication.replace(b"\x13\x02FR", b"\x03\x02FR", 1)  # a bit string for a country
    assert spoilt != pair.authentication
    broken = replace(pair, authentication=spoilt)
    assert judge_card(broken, authorities, rules, datetime.now(UTC)) is CardProblem.UNREADABLE
    assert chain_above(spoilt, authorities) == ()
