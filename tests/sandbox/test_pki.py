import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from demo_lgc.sandbox.pki import CardFault, Fault, Holder, Pki, issue_bad, issue_bad_card, make_pki

PAUL = Holder("899900000018", "MEDECIN5729", "PAUL", activities=(("499900000018001", "CABINET", "SA07"),))
EVE = Holder("899900000026", "SEUL", "ÈVE", "SM54", 50)


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return make_pki(tmp_path_factory.mktemp("pki"), [PAUL, EVE])


def _load(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_names_of_people_share_one_rdn_and_come_in_the_order_of_igc_sante(pki):
    subject = _load(pki.card("899900000018").authentication.certificate).subject
    assert [{a.oid for a in rdn} for rdn in subject.rdns] == [
        {NameOID.COUNTRY_NAME},
        {NameOID.TITLE},
        {NameOID.COMMON_NAME, NameOID.SURNAME, NameOID.GIVEN_NAME},
    ]
    assert (
        "2.5.4.12=Sage-Femme"
        in _load(pki.card(EVE.national_id).signature.certificate).subject.rfc4514_string()
    )


def test_the_two_keys_of_a_card_have_one_use_each(pki):
    card = pki.card("899900000018")
    authentication, signature = _load(card.authentication.certificate), _load(card.signature.certificate)
    usages = [c.extensions.get_extension_for_class(x509.KeyUsage) for c in (authentication, signature)]
    assert all(usage.critical for usage in usages)
    assert [(u.value.digital_signature, u.value.content_commitment) for u in usages] == [
        (True, False),
        (False, True),
    ]
    purposes = authentication.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    names = authentication.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.OtherName)[0].value.endswith(b"899900000018@carte-cps.fr")
    for certificate in (authentication, signature):
        for oid in ("1.2.250.1.71.1.2.2", "1.2.250.1.71.1.2.3", "1.2.250.1.71.1.2.5", "1.2.250.1.71.1.2.7"):
            assert not certificate.extensions.get_extension_for_oid(ObjectIdentifier(oid)).critical


def test_the_server_is_localhost_for_a_strict_verifier(pki):
    roots = verification.Store(x509.load_pem_x509_certificates(pki.anchors.read_bytes()))
    between = x509.load_pem_x509_certificates(pki.intermediates.read_bytes())
    chain = x509.load_pem_x509_certificates(pki.server.chain.read_bytes())
    verifier = verification.PolicyBuilder().store(roots).build_server_verifier(x509.DNSName("localhost"))
    assert len(verifier.verify(chain[0], between)) == 3
    assert len(chain) == 2


def test_what_exists_is_kept_even_without_its_card_keys(pki, tmp_path):
    made = make_pki(tmp_path, [PAUL])
    before = _files(tmp_path)
    assert make_pki(tmp_path, [PAUL]) == made
    assert _files(tmp_path) == before
    made.cards[0].authentication.key.unlink()
    make_pki(tmp_path, [PAUL, EVE])
    after = _files(tmp_path)
    assert {name: after[name] for name in before if name in after} == {
        n: before[n] for n in before if n in after
    }
    assert not made.cards[0].authentication.key.exists()


def test_a_holder_who_changes_gets_another_card(tmp_path):
    first = make_pki(tmp_path, [PAUL]).cards[0].authentication.certificate.read_bytes()
    changed = make_pki(tmp_path, [Holder(PAUL.national_id, "AUTRE", "PAUL")])
    assert changed.cards[0].authentication.certificate.read_bytes() != first


def test_an_old_folder_is_made_again(pki, tmp_path, monkeypatch):
    from demo_lgc.sandbox import pki as module

    made = make_pki(tmp_path, [PAUL])
    before = made.anchors.read_bytes()
    monkeypatch.setattr(module, "_MONTH", timedelta(days=2000))
    assert make_pki(tmp_path, [PAUL]).anchors.read_bytes() != before


@pytest.mark.parametrize("kind", ["server", "card"])
def test_each_bad_certificate_has_its_one_fault(pki, kind):
    good = _load((pki.server if kind == "server" else pki.cards[0].authentication).certificate)
    bad = {
        fault: _load(issue_bad(pki, fault, kind=kind).certificate)
        for fault in ("expired", "wrong-name", "self-signed", "revoked", "wrong-ca")
    }
    now = datetime.now(UTC)
    assert [fault for fault, c in bad.items() if c.not_valid_after_utc < now] == ["expired"]
    assert [fault for fault, c in bad.items() if c.subject != good.subject] == ["wrong-name"]
    assert [fault for fault, c in bad.items() if c.issuer == c.subject] == ["self-signed"]
    assert [fault for fault, c in bad.items() if c.issuer != good.issuer] == ["self-signed", "wrong-ca"]
    lists = pki.revocations.read_text().split("-----END X509 CRL-----\n")[:-1]
    crls = [x509.load_pem_x509_crl(f"{text}-----END X509 CRL-----\n".encode()) for text in lists]
    revoked = {entry.serial_number for crl in crls for entry in crl}
    assert [fault for fault, c in bad.items() if c.serial_number in revoked] == ["revoked"]
    assert good.serial_number not in revoked


SERVER_FAULTS = get_args(Fault)


def _purposes(certificate: x509.Certificate) -> list[ObjectIdentifier]:
    return list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def _has_san(certificate: x509.Certificate) -> bool:
    return any(isinstance(e.value, x509.SubjectAlternativeName) for e in certificate.extensions)


def test_each_bad_server_has_its_one_fault(pki):
    bad = {fault: _load(issue_bad(pki, fault).certificate) for fault in SERVER_FAULTS}
    now = datetime.now(UTC)

    def those(have: Callable[[x509.Certificate], bool]) -> set[str]:
        return {fault for fault, certificate in bad.items() if have(certificate)}

    assert those(lambda c: c.not_valid_before_utc > now) == {"not-yet-valid"}
    assert those(lambda c: c.public_key().key_size < 2048) == {"weak-key"}
    assert those(lambda c: _purposes(c) != [ExtendedKeyUsageOID.SERVER_AUTH]) == {"wrong-purpose"}
    assert those(lambda c: not _has_san(c)) == {"no-san"}
    assert those(lambda c: c.signature_hash_algorithm.name == "sha1") == {"sha1"}
    ours = {"self-signed", "wrong-ca", "no-list", "outdated-list"}
    assert those(lambda c: c.issuer != _load(pki.server.certificate).issuer) == ours
    old, above = x509.load_pem_x509_certificates(issue_bad(pki, "sha1").chain.read_bytes())
    above.public_key().verify(old.signature, old.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1())


def test_lists_that_are_missing_or_outdated_show_in_the_lists_only(pki):
    roots = x509.load_pem_x509_certificates(pki.anchors.read_bytes())
    store = verification.Store(roots)
    issuers = {}
    for fault in ("no-list", "outdated-list"):
        leaf, above = x509.load_pem_x509_certificates(issue_bad(pki, fault).chain.read_bytes())
        verifier = verification.PolicyBuilder().store(store).build_server_verifier(x509.DNSName("localhost"))
        assert len(verifier.verify(leaf, [above])) == 3
        issuers[leaf.issuer] = fault
    texts = pki.revocations.read_text().split("-----END X509 CRL-----\n")[:-1]
    crls = [x509.load_pem_x509_crl(f"{text}-----END X509 CRL-----\n".encode()) for text in texts]
    late = [issuers.get(crl.issuer) for crl in crls if crl.next_update_utc < datetime.now(UTC)]
    assert late == ["outdated-list"]
    assert "no-list" not in {issuers.get(crl.issuer) for crl in crls}


def test_each_bad_card_is_whole_and_has_its_one_fault(pki):
    bad = {fault: issue_bad_card(pki, fault) for fault in get_args(CardFault)}
    now = datetime.now(UTC)
    signatures = {fault: _load(card.signature.certificate) for fault, card in bad.items()}
    assert [f for f, c in signatures.items() if c.not_valid_before_utc > now] == ["not-yet-valid"]
    assert [f for f, c in signatures.items() if c.not_valid_after_utc < now] == ["expired"]
    usages = {
        f: c.extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
        for f, c in signatures.items()
    }
    assert [fault for fault, commits in usages.items() if not commits] == ["swapped"]
    assert "CN=TEST AC IGC-SANTE FORT PERSONNES" in signatures["test-branch"].issuer.rfc4514_string()
    assert signatures["wrong-ca"].issuer.rfc4514_string().endswith("C=BE")
    for card in bad.values():
        for issued in (card.authentication, card.signature):
            leaf, key = _load(issued.certificate), issued.key.read_bytes()
            assert serialization.load_pem_private_key(key, None).public_key() == leaf.public_key()
    test_chain = x509.load_pem_x509_certificates(bad["test-branch"].signature.chain.read_bytes())
    assert test_chain[-1].issuer == test_chain[-1].subject


def test_a_staff_card_names_its_establishment_and_may_name_nobody(tmp_path):
    staff = Holder("30B0057881/CPET0002", "", "", "", 0, (), 2, "HOPITAL DES 3 DAMES", "10B0057881")
    card = make_pki(tmp_path, [staff]).card(staff.national_id)
    certificate = _load(card.signature.certificate)
    assert certificate.subject.rfc4514_string() == (
        "CN=30B0057881/CPET0002,OU=10B0057881,O=HOPITAL DES 3 DAMES,ST=Paris (75),C=FR"
    )
    oids = {e.oid.dotted_string for e in certificate.extensions}
    assert "1.2.250.1.71.1.2.2" in oids
    assert not {"1.2.250.1.71.1.2.7", "1.2.250.1.71.4.2.5"} & oids
    assert staff.card_number == "2878810002"


def test_openssl_loads_every_bundle(pki):
    for bundle in (pki.anchors, pki.people_ca, pki.revocations):
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_verify_locations(bundle)


def test_an_unknown_card_is_a_key_error(pki):
    with pytest.raises(KeyError):
        pki.card("0")
