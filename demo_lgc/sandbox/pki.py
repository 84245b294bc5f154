"""A throw-away IGC-Santé, so that the sandbox proves identities the way the real services do.

People are under FORT PERSONNES, servers under ELEMENTAIRE
ORGANISATIONS, each with its root. Keys lie on disk unencrypted: sandbox only.

Reference: [CPS] certificate profile, PDT-INF-617.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from demo_lgc.sandbox.igc_sante import (
    Authority,
    Holder,
    authority_under,
    host_name,
    new_key,
    person_certificate,
    person_name,
    revocation_list,
    self_signed_authority,
    server_certificate,
    signed_with_sha1,
)
from demo_lgc.sandbox.key_files import Issued, bundle, load_authority, paths, save, save_authority, write

__all__ = [
    "CardCertificates",
    "CardFault",
    "Fault",
    "Holder",
    "Issued",
    "Pki",
    "issue_bad",
    "issue_bad_card",
    "make_pki",
]

CardFault = Literal[
    "expired", "not-yet-valid", "wrong-name", "self-signed", "revoked", "wrong-ca", "test-branch", "swapped"
]
Fault = Literal[
    "expired",
    "not-yet-valid",
    "wrong-name",
    "self-signed",
    "revoked",
    "wrong-ca",
    "wrong-purpose",  # clientAuth
    "no-san",  # the host in the CN only
    "weak-key",  # RSA 1024
    "sha1",
    "no-list",  # of an authority whose revocation list is not published
    "outdated-list",  # of one that has not published any since yesterday
]

_MONTH = timedelta(days=30)
_PEOPLE, _ORGANISATIONS = "people", "organisations"
_GRADES = {_PEOPLE: ("FORT", "FO"), _ORGANISATIONS: ("ELEMENTAIRE", "EL")}
_LISTS = {_PEOPLE: "PP", _ORGANISATIONS: "ORG"}
_REVOKED = ("server-revoked.pem", "card-revoked/authentication.pem", "card-revoked/signature.pem")
_DAYS = {"expired": (-400, -1), "not-yet-valid": (2, 1100)}


@dataclass(frozen=True)
class CardCertificates:
    """The two certificates of a card."""

    holder: Holder
    authentication: Issued
    signature: Issued


@dataclass(frozen=True)
class Pki:
    """Everything `make_pki` wrote, by path, all PEM.

    `anchors` are the roots; `people_ca` is what a server gives to `load_verify_locations` to check
    client certificates; `server` is localhost and 127.0.0.1.
    """

    folder: Path
    anchors: Path
    intermediates: Path
    people_ca: Path
    server: Issued
    cards: tuple[CardCertificates, ...]

    @property
    def revocations(self) -> Path:
        """The revocation lists of the authorities, for OpenSSL's VERIFY_CRL_CHECK_CHAIN."""
        return self.folder / "revocations.pem"

    @property
    def authorities(self) -> Path:
        """Every authority: those that sign the revocation lists."""
        return self.folder / "authorities.pem"

    def card(self, national_id: str) -> CardCertificates:
        """Return the card of this holder. Raises KeyError."""
        for card in self.cards:
            if card.holder.national_id == national_id:
                return card
        raise KeyError(national_id)


# --- what is asked of it ------------------------------------------------------------------------------


def make_pki(folder: Path, holders: Sequence[Holder]) -> Pki:
    """Make, or reload, the PKI of `folder`: authorities, one server, two certificates per holder.

    What exists is kept, even when a card's key file was deleted since; a holder whose data changed
    gets a new card. A folder whose server expires within a month is made again from nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _forget_when_old(folder)
    roots = {side: _root(folder, side) for side in _GRADES}
    authorities = {side: _intermediate(folder, side, roots[side]) for side in _GRADES}
    server = paths(folder / "server")
    if not server.certificate.exists():
        key = new_key()
        save(server, server_certificate(authorities[_ORGANISATIONS], key), key, authorities[_ORGANISATIONS])
    pki = Pki(
        folder,
        bundle(folder / "anchors.pem", *roots.values()),
        bundle(folder / "intermediates.pem", *authorities.values()),
        bundle(folder / "people-ca.pem", *roots.values(), authorities[_PEOPLE]),
        server,
        tuple(
            _card(folder / "cards" / h.national_id.replace("/", "-"), h, authorities[_PEOPLE])
            for h in holders
        ),
    )
    bundle(pki.authorities, *roots.values(), *authorities.values())
    if not pki.revocations.exists():
        _publish_revocations(pki.folder)
    return pki


def issue_bad(pki: Pki, what: Fault, *, kind: Literal["server", "card"] = "server") -> Issued:
    """Return a certificate that must be refused, and its key, for a server or an authentication card.

    Only the named fault: the rest is as on a good one. « wrong-name » is another host, or another
    person; « revoked », « no-list » and « outdated-list » show in `pki.revocations` only.
    """
    if kind == "card":
        return issue_bad_card(pki, what).authentication  # type: ignore[arg-type]  # those that a card can have
    issued = paths(pki.folder / "bad" / f"server-{what}")
    if issued.certificate.exists():
        return issued
    key, host = new_key(1024 if what == "weak-key" else 2048), "localhost"
    if what == "wrong-name":
        host = "elsewhere.invalid"
    authority = _authority(pki.folder, _ORGANISATIONS)
    if what == "wrong-ca":
        authority = self_signed_authority("DEMO AC INCONNUE", "ACR-XX")
    elif what == "self-signed":
        authority = Authority(host_name(host), key, "NONE")
    elif what in ("no-list", "outdated-list"):
        authority = _intermediate(pki.folder, what, _root(pki.folder, _ORGANISATIONS))
    client = ExtendedKeyUsageOID.CLIENT_AUTH
    purpose = client if what == "wrong-purpose" else ExtendedKeyUsageOID.SERVER_AUTH
    days, san = _DAYS.get(what, (-1, 1100)), what != "no-san"
    certificate = server_certificate(authority, key, host, days, purpose=purpose, san=san)
    save(issued, signed_with_sha1(certificate, authority) if what == "sha1" else certificate, key, authority)
    if what in ("revoked", "outdated-list"):
        _publish_revocations(pki.folder)
    return issued


def issue_bad_card(pki: Pki, what: CardFault) -> CardCertificates:
    """Return a card that must be refused, of the first holder; « wrong-name » is another person's.

    « wrong-ca » is of another country, « swapped » has the keys of a good one in each other's place. The
    `chain` of those that our roots do not vouch for ends with their own root.
    """
    holder = pki.cards[0].holder if pki.cards else Holder("899900000000", "DEMO", "DEMO")
    if what == "swapped":
        good = pki.card(holder.national_id)
        return replace(good, authentication=good.signature, signature=good.authentication)
    if what == "wrong-name":
        holder = replace(holder, national_id="899900999999", family="AUTRE")
    folder = pki.folder / "bad" / f"card-{what}"
    card = CardCertificates(holder, paths(folder / "authentication"), paths(folder / "signature"))
    if card.signature.certificate.exists():
        return card
    above = [_authority(pki.folder, _PEOPLE)]
    if what == "wrong-ca":
        above = [self_signed_authority("DEMO FOREIGN CA", "ACR-XX", branch="EHEALTH", country="BE")]
    elif what == "test-branch":
        root = self_signed_authority("TEST AC RACINE IGC-SANTE FORT", "ACR-FO", branch="IGC-SANTE TEST")
        name = "TEST AC IGC-SANTE FORT PERSONNES"
        above = [authority_under(root, name, "ACI-FO-PP", branch="IGC-SANTE TEST"), root]
    days = _DAYS.get(what, (-1, 1100))
    for issued, signature in ((card.authentication, False), (card.signature, True)):
        key = new_key()
        if what == "self-signed":
            above = [Authority(person_name(holder), key, "NONE")]
        certificate = person_certificate(above[0], key, holder, signature=signature, days=days)
        save(issued, certificate, key, *above)
    if what == "revoked":
        _publish_revocations(pki.folder)
    return card


# --- authorities --------------------------------------------------------------------------------------


def _root(folder: Path, side: str) -> Authority:
    grade, short = _GRADES[side]
    name = f"DEMO AC RACINE IGC-SANTE {grade}"
    found = load_authority(folder / "authorities" / f"root-{side}", f"ACR-{short}")
    return found or save_authority(
        folder / "authorities" / f"root-{side}", self_signed_authority(name, f"ACR-{short}")
    )


def _authority(folder: Path, side: str) -> Authority:
    return _intermediate(folder, side, _root(folder, side))


def _intermediate(folder: Path, side: str, root: Authority) -> Authority:
    grade, short = _GRADES.get(side, _GRADES[_ORGANISATIONS])
    crl = f"ACI-{short}-{_LISTS.get(side, side.upper())}"
    where = folder / "authorities" / side
    found = load_authority(where, crl)
    if found:
        return found
    name = f"DEMO AC IGC-SANTE {grade} {side.replace('people', 'personnes').upper()}"
    return save_authority(where, authority_under(root, name, crl))


def _publish_revocations(folder: Path) -> None:
    """Write the list of every authority, with what is in bad/…-revoked."""
    revoked = [
        x509.load_pem_x509_certificate((folder / "bad" / path).read_bytes())
        for path in _REVOKED
        if (folder / "bad" / path).exists()
    ]
    published = [(make(folder, side), (-1, 3650)) for side in _GRADES for make in (_root, _authority)]
    late = load_authority(folder / "authorities" / "outdated-list", "ACI-EL-OUTDATED-LIST")
    if late:
        published.append((late, (-3, -1)))
    lists = []
    for authority, days in published:
        crl = revocation_list(authority, revoked, days)
        write(folder / "crl" / f"{authority.crl}.crl", crl.public_bytes(serialization.Encoding.DER))
        lists.append(crl.public_bytes(serialization.Encoding.PEM))
    write(folder / "revocations.pem", b"".join(lists))


# --- cards ----------------------------------------------------------------------------------------


def _card(folder: Path, holder: Holder, issuer: Authority) -> CardCertificates:
    card = CardCertificates(holder, paths(folder / "authentication"), paths(folder / "signature"))
    note, told = folder / "holder.json", json.dumps(asdict(holder), ensure_ascii=False, indent=1)
    if note.exists() and note.read_text(encoding="utf-8") == told:
        return card
    for issued, signature in ((card.authentication, False), (card.signature, True)):
        key = new_key()
        save(issued, person_certificate(issuer, key, holder, signature=signature), key, issuer)
    write(note, told.encode())
    return card


def _forget_when_old(folder: Path) -> None:
    server = folder / "server.pem"
    if not server.exists():
        return
    end = x509.load_pem_x509_certificate(server.read_bytes()).not_valid_after_utc
    if end > datetime.now(UTC) + _MONTH:
        return
    for path in folder.rglob("*"):
        if path.suffix in {".pem", ".key", ".crl", ".json"}:
            path.unlink()
