"""Who may be written to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo_lgc.domain.errors import NotAllowed, Refusal, StorageError, StorageProblem
from demo_lgc.exchange.mssante.addresses import MALFORMED
from demo_lgc.exchange.mssante.trust_domain import TrustDomain
from demo_lgc.sandbox.mail.whitelist import write_white_list


@pytest.fixture
def trust(tmp_path: Path) -> TrustDomain:
    path = tmp_path / "list.xml"
    write_white_list(
        path, ["Medecin.mss.demo.test", "santé.demo.test", "not a domain"], datetime(2026, 3, 2, tzinfo=UTC)
    )
    return TrustDomain.load(path)


@pytest.mark.parametrize(
    "address",
    ["a@medecin.mss.demo.test", "A.B@MEDECIN.MSS.DEMO.TEST", "x@SANTÉ.demo.test", "x@xn--sant-epa.demo.test"],
)
def test_an_address_of_the_list_passes(trust: TrustDomain, address: str) -> None:
    trust.check(address)


@pytest.mark.parametrize(
    "domain", ["gmail.com", "evil.medecin.mss.demo.test", "mss.demo.test", "medecin.mss.demo.test.fr"]
)
def test_a_domain_outside_the_list_is_named(trust: TrustDomain, domain: str) -> None:
    with pytest.raises(NotAllowed) as raised:
        trust.check(f"someone@{domain}")
    assert (raised.value.refusal, raised.value.detail) == (Refusal.OUTSIDE_TRUST_DOMAIN, domain)


@pytest.mark.parametrize(
    "text", ["", "medecin.mss.demo.test", "a@", "@medecin.mss.demo.test", "a b@medecin.mss.demo.test"]
)
def test_what_is_not_an_address_is_said_so_without_repeating_it(trust: TrustDomain, text: str) -> None:
    with pytest.raises(NotAllowed) as raised:
        trust.check(text)
    assert raised.value.detail == MALFORMED


def test_the_date_of_the_list_is_kept(trust: TrustDomain) -> None:
    assert trust.generated_at == "2026-03-02T00:00:00+00:00"
    assert len(trust.domains) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html/>",
        b"<a>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><ListeBlanche xmlns="https://listeblanche.mssante.fr/schema">'
        b"<Domaine><Nom>a.fr</Nom></Domaine></ListeBlanche>",
    ],
)
def test_a_list_that_is_not_one_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.xml"
    path.write_bytes(content)
    with pytest.raises(StorageError) as raised:
        TrustDomain.load(path)
    assert raised.value.problem is StorageProblem.UNREADABLE


def test_an_absent_list_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        TrustDomain.load(tmp_path / "absent.xml")
